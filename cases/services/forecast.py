"""“If I file today”: the due date that a reception would promise, with its proof; nothing is written."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language

from cases.deadlines import Deadline, due_date
from cases.facts import limit_of
from cases.limits import check_moment
from cases.models import Dossier
from cases.proof_words import in_words
from cases.services.clock import countable, counts_as_received_at, expected_start
from cases.services.versions import (
    check_desk,
    check_takes_paper,
    competent_agency_for,
    limit_for,
    version_in_force,
)
from procedures.calendars import calendar_for, remembered_calendars
from procedures.enums import Channel
from procedures.models import Agency, Procedure, ProcedureVersion, TimeLimit


@dataclass(frozen=True, slots=True)
class Forecast:
    """When something filed at a moment would be due, and why.

    `competent_agency` None: counted by the calendar of the country, because no desk was named. Extension,
    supplements and periods that do not count may move a real dossier; what the version knows of them is
    shown beside.
    """

    version: ProcedureVersion
    limit: TimeLimit
    filed_at: datetime
    counts_from: datetime
    desk: Agency | None
    competent_agency: Agency | None
    deadline: Deadline

    @property
    def in_words(self) -> list[str]:
        return in_words(self.deadline.proof)

    @property
    def excluded_periods(self) -> list[str]:
        """Names of the periods that the procedure would not count, in the reader's language."""
        english = (get_language() or "vi").startswith("en")
        periods = self.version.excluded_periods
        return [(english and period.get("name_en")) or period["name_vi"] for period in periods]


@remembered_calendars()
def forecast(
    procedure: Procedure,
    *,
    filed_at: datetime,
    desk: Agency | None = None,
    competent_agency: Agency | None = None,
    channel: str = Channel.DESK,
    limit: TimeLimit | None = None,
    quantity: int | None = None,
) -> Forecast:
    """The same rules in the same order as a reception (R2, R3, R11, R15, R23), for whoever asks.

    Raises `NotInForce` and `Invalid` with the sentence that a clerk would read; `field` names what to
    choose differently.
    """
    with countable():
        check_moment(filed_at)
    if desk is not None:
        check_desk(desk)
    counts_from = counts_as_received_at(filed_at, desk=desk, channel=channel)
    counts_on = timezone.localdate(counts_from)
    version = version_in_force(procedure, counts_on)
    check_takes_paper(version, channel, counts_on)
    quantities = {} if quantity is None else {version.limit_quantity: quantity}
    limit = limit_for(version, limit, quantities)
    competent = desk and competent_agency_for(version, desk, competent_agency, on=counts_on)
    start = filed_at
    if competent != desk:
        dossier = Dossier(receiving_desk=desk, competent_agency=competent, channel=channel)
        start = expected_start(dossier, counts_from)
    with countable():
        deadline = due_date(
            start,
            limit_of(limit),
            calendar_for(competent),
            last_minutes=settings.ONLINE_LAST_MINUTES if channel == Channel.ONLINE else 0,
        )
    return Forecast(version, limit, filed_at, deadline.counts_as_received_at, desk, competent, deadline)
