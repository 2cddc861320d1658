"""How soon a filing is answered: received, asked for or refused (R10)."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings

from cases import deadlines
from procedures.calendars import calendar_for
from procedures.enums import Channel, LimitUnit
from procedures.models import Agency, ProcedureVersion


def answer_by(
    version: ProcedureVersion, *, channel: str, counts_from: datetime, desk: Agency
) -> datetime | None:
    """Until when the desk answers a filing that counts as received at that moment.

    The version's own limit for the channel goes first; else 8 working hours (parameter; Decree 45/2020
    Art 11). At the desk the answer is given while the applicant waits, so None without such a limit.
    """
    own = next((given for given in version.answer_limits if given["channel"] == channel), None)
    if own:
        limit = deadlines.Limit(Decimal(own["amount"]), own["unit"])
    elif channel == Channel.DESK:
        return None
    else:
        limit = deadlines.Limit(Decimal(settings.ONLINE_ANSWER_WORKING_HOURS), LimitUnit.WORKING_HOUR)
    return deadlines.due_date(counts_from, limit, calendar_for(desk)).due_at
