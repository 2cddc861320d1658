"""Coming for a result: when, where and with what; and the same as an entry of a calendar (iCalendar).

Nothing here names a person: the file ends in calendars that others may see.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from cases.enums import ReturnChannel
from cases.models import Dossier
from procedures.calendars import calendar_for
from procedures.models import Agency
from procedures.office_hours import Session

REMINDED_BEFORE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Opening:
    """Opening hours of the desk in words; `saturday` is empty where it is closed then."""

    weekdays: str
    saturday: str


@dataclass(frozen=True, slots=True)
class Collection:
    """How the result comes to the applicant, while it has not come yet (trả kết quả; Decree 61/2018 Art 20).

    `appointment` is the promised moment; None once the result is there, and while the agency waits.
    """

    appointment: datetime | None
    comes_by: str
    place: Agency
    opening: Opening
    bring: list[str]


def collection_of(dossier: Dossier) -> Collection | None:
    """None when there is nothing more to collect."""
    if dossier.returned_at or dossier.ended_at:
        return None
    return Collection(
        appointment=dossier.due_at if dossier.is_running else None,
        comes_by=dossier.return_channel,
        place=dossier.receiving_desk,
        opening=opening_of(dossier.receiving_desk),
        bring=_bring(dossier),
    )


def opening_of(desk: Agency) -> Opening:
    hours = calendar_for(desk).hours
    return Opening(_sessions(hours.weekday), _sessions(hours.saturday))


def _sessions(sessions: tuple[Session, ...]) -> str:
    return ", ".join(f"{session.opens:%H:%M}–{session.closes:%H:%M}" for session in sessions)


def _bring(dossier: Dossier) -> list[str]:
    """What is shown at the counter (R34); by post nothing is."""
    if dossier.return_channel == ReturnChannel.POST:
        return []
    return [
        _("The receipt of this dossier, or else your identity paper."),
        _("Somebody who comes for you: the receipt, the paper that authorises, and an identity paper."),
        *([_("What is still to pay, unless you have transferred it.")] if dossier.balance > 0 else []),
    ]


def ical_of(dossier: Dossier) -> bytes:
    """The appointment as an iCalendar file (RFC 5545) in the reader's language, with a reminder a day before.

    A later file of the same dossier replaces the earlier entry: its number grows with each new date.
    """
    calendar, event, alarm = Calendar(), Event(), Alarm()
    calendar.add("prodid", "-//onestop//appointments//VI")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    summary = _("Result of dossier %(code)s") % {"code": dossier.code}
    event.add("uid", f"{dossier.code}@{settings.PUBLIC_URL.partition('://')[2]}")
    event.add("dtstamp", timezone.now().astimezone(UTC))
    event.add("dtstart", dossier.due_at.astimezone(UTC))
    event.add("sequence", _changes(dossier))
    event.add("summary", summary)
    event.add("description", _description(dossier))
    if dossier.return_channel != ReturnChannel.POST:
        desk = dossier.receiving_desk
        event.add("location", ", ".join(filter(None, [desk.name, desk.address])))
    event.add("transp", "TRANSPARENT")
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", -REMINDED_BEFORE)
    event.add_component(alarm)
    calendar.add_component(event)
    return calendar.to_ical()


def _changes(dossier: Dossier) -> int:
    """How often the date was set anew: completions, extensions, apologies."""
    return dossier.cycle - 1 + len(dossier.extensions.all()) + len(dossier.reschedules.all())


def _description(dossier: Dossier) -> str:
    lines = [
        dossier.version.name,
        _("Due at %(due)s. Look the dossier up before you come: the result may be ready earlier.")
        % {"due": f"{timezone.localtime(dossier.due_at):%d/%m/%Y %H:%M}"},
    ]
    if dossier.return_channel != ReturnChannel.POST:
        hours = opening_of(dossier.receiving_desk).weekdays
        lines.append(_("The desk is open on working days: %(hours)s.") % {"hours": hours})
    return "\n".join([*lines, f"{settings.PUBLIC_URL}/tra-cuu/"])
