"""Deadlines inside the house that a change of the calendar moves: hand-overs and answers (R10, R16, R20, R24).

Nobody outside was promised them, so there is no event and no message, only a note of what they were. Each is counted by the function of
its service, and written on the condition that it still waits as it was read.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from cases.enums import State
from cases.exchange_outbox import ask
from cases.limits import CannotCount
from cases.models import Consultation, Dossier, Supplement
from cases.queries import filings_to_answer
from cases.services.answers import answer_by
from cases.services.base import note_replaced
from cases.services.clock import counts_as_received_at, transfer_by
from cases.services.consultations import answer_due_at, keeps_its_time
from procedures.calendars import remembered_calendars
from procedures.models import Agency

logger = logging.getLogger(__name__)


def any_waits(agency: Agency | None) -> bool:
    return any(rows.exists() for rows in (_at_the_desk(agency), _filings(agency), _consultations(agency)))


@remembered_calendars()
def count_again(agency: Agency | None) -> None:
    """Move what is still to be handed over or answered, at this agency and those below; None: everywhere."""
    for dossier in _at_the_desk(agency).iterator():
        by = transfer_by(dossier, dossier.lies_since)
        lying = Dossier.objects.filter(state=State.RECEIVED, cycle=dossier.cycle)
        _move(dossier, lying, transfer_due_at=by)
    for filing in _filings(agency).iterator():
        by = _answer_to(filing)
        if by is not None:
            unanswered = Dossier.objects.filter(state=State.SUBMITTED, filed_at=filing.filed_at)
            _move(filing, unanswered, answer_due_at=by)
    # Last: who answers locks the dossier first and the question after it.
    for consultation in _consultations(agency).iterator():
        if not keeps_its_time(consultation):
            _move_answer(consultation)


@transaction.atomic
def _move(dossier: Dossier, still_waiting: QuerySet[Dossier], **deadline: datetime) -> None:
    """Nothing when it is due as before, or when somebody was faster."""
    [(name, by)] = deadline.items()
    before = getattr(dossier, name)
    if by == before:
        return
    if still_waiting.filter(pk=dossier.pk, **{name: before}).update(**deadline):
        note_replaced(dossier, at=timezone.now(), **{name: before})


def _at_the_desk(agency: Agency | None) -> QuerySet[Dossier]:
    """Received and not handed over, with the moment from which its time there runs (`resume` restarts it)."""
    completed = Supplement.objects.filter(
        dossier=OuterRef("pk"), before_reception=False, answered_at__isnull=False
    )
    lying = Dossier.objects.filter(state=State.RECEIVED, transferred_at=None)
    return _of(lying, "receiving_desk", agency).annotate(
        lies_since=Coalesce(
            Subquery(completed.order_by("-answered_at").values("answered_at")[:1]), "received_at"
        )
    )


def _filings(agency: Agency | None) -> QuerySet[Dossier]:
    filings = Dossier.objects.filter(answer_due_at__isnull=False).select_related("version")
    return filings_to_answer(_of(filings, "receiving_desk", agency))


@transaction.atomic
def _move_answer(consultation: Consultation) -> None:
    """The new moment; an agency that works in another installation is told of it, behind what it was told before."""
    Dossier.objects.select_for_update(of=("self",)).get(pk=consultation.dossier_id)
    consultation.due_at = answer_due_at(consultation)
    moved = Consultation.objects.filter(pk=consultation.pk, answered_at=None).update(
        due_at=consultation.due_at
    )
    if moved:
        ask(consultation)


def _consultations(agency: Agency | None) -> QuerySet[Consultation]:
    return _of(Consultation.objects.waiting(), "agency", agency)


def _of(rows: QuerySet, field: str, agency: Agency | None) -> QuerySet:
    if agency is not None:
        rows = rows.filter(**{f"{field}__in": Agency.objects.below(agency).values("pk")})
    return rows.select_related(field).order_by("pk")


def _answer_to(filing: Dossier) -> datetime | None:
    """None when nothing follows from its limit: the deadline stays, and one filing holds up no other."""
    desk, channel = filing.receiving_desk, filing.channel
    counts_from = counts_as_received_at(filing.filed_at, desk=desk, channel=channel)
    try:
        return answer_by(filing.version, channel=channel, counts_from=counts_from, desk=desk)
    except CannotCount as error:
        logger.error("the answer to filing %s cannot be counted again: %s", filing.pk, error)
        return None
