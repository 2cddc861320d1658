"""Dates as the national portal takes them, and the due date that it wants (R47); pure."""

import re
from datetime import datetime

from django.utils.translation import gettext as _

from cases.limits import CannotCount
from cases.portal.statuses import PortalStatus
from procedures.working_time import TZ, local

FORMAT = "%Y%m%d%H%M%S"
_WRITTEN = re.compile(r"\d{14}", re.ASCII)
# Not received, or not to be returned any more: nobody promises a date.
WITHOUT_DUE_DATE = frozenset({PortalStatus.NEW, PortalStatus.NOT_RECEIVED})


class DateRefused(CannotCount):
    """A date that the portal would not understand."""


def written(moment: datetime) -> str:
    """`yyyyMMddHHmmss` in Asia/Ho_Chi_Minh. Raises DateRefused for a moment without a time zone."""
    if moment.tzinfo is None:
        raise DateRefused(_("%(moment)s has no time zone.") % {"moment": moment.isoformat()})
    return f"{local(moment):{FORMAT}}"


def read(text: str) -> datetime:
    """A date of the portal. Raises DateRefused for anything but 14 digits of a day that there is."""
    try:
        if not _WRITTEN.fullmatch(text):
            raise ValueError(text)
        return datetime.strptime(text, FORMAT).replace(tzinfo=TZ)
    except ValueError as error:
        raise DateRefused(_("“%(text)s” is no date of the portal.") % {"text": text}) from error


def check_due_date(status: PortalStatus, text: str, *, decided_at_once: bool = False) -> None:
    """From reception on a message carries the due date (`NgayHenTra`), unless it was decided at once.

    Raises DateRefused for one that is missing or cannot be read; the message is then held back.
    """
    if text:
        read(text)
    elif status not in WITHOUT_DUE_DATE and not decided_at_once:
        raise DateRefused(_("The message has no due date; from reception on the portal wants one."))
