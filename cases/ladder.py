"""The escalation ladder (báo cáo lên cấp trên): who is told how long before or after the due date; pure.

A rung is reached by the calendar of the competent agency. Of several that were reached meanwhile only the
highest speaks: whoever stands there is told anyway that nothing happened below.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from procedures.working_time import TZ, WorkCalendar, local, minute_of


class Receiver(TextChoices):
    """Who stands on a rung."""

    OFFICER = "officer", _("Whoever holds the dossier")
    SUPERVISOR = "supervisor", _("Supervisors of the agency")
    HEAD = "head", _("Head of the agency")
    ABOVE = "above", _("The level above")


class Outcome(TextChoices):
    """What became of a rung that was reached."""

    SENT = "sent", _("Told")
    SKIPPED = "skipped", _("Missed; a higher rung was told")
    NOBODY = "nobody", _("Nobody there who can be written to")


@dataclass(frozen=True, slots=True, order=True)
class Rung:
    """`working_days` after the due date, negative before it; 0 is the first minute after the due moment."""

    working_days: int
    receiver: str


# Where no office has written its own.
BUILT_IN = (
    Rung(-2, Receiver.OFFICER),
    Rung(-1, Receiver.SUPERVISOR),
    Rung(0, Receiver.HEAD),
    Rung(3, Receiver.ABOVE),
)


@dataclass(frozen=True, slots=True)
class Window:
    """What stands on this rung now: due before `before` and, where there is a rung above, from `since` on."""

    rung: Rung
    below: tuple[Rung, ...]
    before: datetime
    since: datetime | None


def windows(rungs: Iterable[Rung], now: datetime, calendar: WorkCalendar) -> tuple[Window, ...]:
    """One for each rung, the lowest first; together they hold everything that has reached any rung."""
    ordered = sorted(rungs)
    befores = [due_before(rung.working_days, now, calendar) for rung in ordered]
    return tuple(
        Window(rung, tuple(ordered[:place]), befores[place], (befores[place + 1 :] or [None])[0])
        for place, rung in enumerate(ordered)
    )


def due_before(working_days: int, now: datetime, calendar: WorkCalendar) -> datetime:
    """What is due before this moment has reached the rung of so many working days by now.

    Before and after the due date whole days count, from midnight on; 0 is the due moment itself.
    """
    today = local(now).date()
    if working_days < 0:
        return midnight(calendar.working_day_after(today, -working_days) + timedelta(days=1))
    if working_days == 0:
        return minute_of(now)
    # The n-th working day backwards, today included when it is one.
    back = working_days - calendar.is_working_day(today)
    return midnight(calendar.working_day_before(today, back) if back else today)


def late_by(days: int, now: datetime, calendar: WorkCalendar) -> datetime:
    """What was due before this moment is at least so many working days late, as `deadlines.lateness` counts."""
    return minute_of(now) if days <= 1 else due_before(days, now, calendar)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=TZ)


class LateAct(TextChoices):
    """What a supervisor does with many late dossiers at once."""

    ASSIGN = "assign", _("Assign to an officer")
    REMIND = "remind", _("Remind")
    ESCALATE = "escalate", _("Report to the level above")
