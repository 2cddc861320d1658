"""The day-by-day proof of a due date: each day counted or not, why, and by which article (R23); pure.

The proof walks the days one by one, while the due date itself is looked up in the calendar: two ways to
the same end, and the tests hold them together.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from cases.limits import ONE_DAY, Excluded, Leg, Way
from procedures.enums import DayKind
from procedures.regimes import Counting, TimeRule, time_rule_on
from procedures.working_time import (
    SATURDAY,
    DayFacts,
    SpecialDay,
    WorkCalendar,
    local,
    minute_of,
    minutes_within,
)


class ProofReason(TextChoices):
    """Why a day counts in a limit, or does not."""

    FILED_OUTSIDE_HOURS = "filed_outside_hours", _("filed outside reception hours")
    RECEPTION = "reception", _("day of reception, not counted")
    AFTER_CUTOFF = "after_cutoff", _("received after the cut-off, not counted")
    SAME_DAY = "same_day", _("received not after the cut-off: due the same day")
    COUNTED = "counted", _("working day")
    WORKED_SATURDAY = "worked_saturday", _("Saturday worked instead of a swapped day")
    DECLARED_SATURDAY = "declared_saturday", _("Saturday that the unit declared to count")
    CALENDAR_DAY = "calendar_day", _("calendar day")
    HOURS = "hours", _("working hours used")
    EXTENSION = "extension", _("counted because of the extension")
    WEEKEND = "weekend", _("weekend")
    DAY_OFF = "day_off", _("day off")
    SATURDAY_RECEPTION = "saturday_reception", _("Saturday reception, not counted")
    EXCLUDED = "excluded", _("period that the procedure does not count")
    ROLLED_FORWARD = "rolled_forward", _("the last day is off, so the next working day is due")
    UNTIL_AGREED = "until_agreed", _("until the date agreed in writing")
    AGREED = "agreed", _("date agreed in writing")
    RESCHEDULED = "rescheduled", _("moved by the issued apology")


# What a reason rests on: the law of that day, or else a fact of the dossier.
_LAW = {
    ProofReason.RECEPTION: Counting.DAYS,
    ProofReason.COUNTED: Counting.DAYS,
    ProofReason.CALENDAR_DAY: Counting.DAYS,
    ProofReason.HOURS: Counting.HOURS,
    ProofReason.ROLLED_FORWARD: Counting.LAST_DAY_OFF,
    ProofReason.AFTER_CUTOFF: Counting.SAME_DAY,
    ProofReason.SAME_DAY: Counting.SAME_DAY,
    ProofReason.WEEKEND: Counting.WEEKEND,
    ProofReason.DECLARED_SATURDAY: Counting.SATURDAY_DESK,
    ProofReason.SATURDAY_RECEPTION: Counting.SATURDAY_DESK,
}
_FACTS = {
    ProofReason.FILED_OUTSIDE_HOURS: "",
    ProofReason.EXTENSION: _("the extension that the procedure defines"),
    ProofReason.EXCLUDED: _("the periods that the procedure names"),
    ProofReason.UNTIL_AGREED: _("the agreement in writing"),
    ProofReason.AGREED: _("the agreement in writing"),
    ProofReason.RESCHEDULED: _("the letter of apology"),
}
_ABOUT_SPECIAL_DAYS = {ProofReason.DAY_OFF, ProofReason.WORKED_SATURDAY}
# Not among the holidays that the law lists: they rest on the notice or resolution of their own row.
_BY_NOTICE = {DayKind.SWAP_OFF, DayKind.SWAP_WORKED, DayKind.CULTURE_DAY, DayKind.OTHER}


class ProofDay(NamedTuple):
    """One day between filing and due date.

    `ordinal` numbers the counted days of a limit in days. `minutes` are the working minutes used on the
    day by a limit in hours. `article` is a lazy text in the reader's language; of days off, worked
    Saturdays and Culture Day it is the notice or law of that very day.
    """

    date: date
    counted: bool
    ordinal: int | None
    reason: ProofReason
    special: SpecialDay | None
    article: TimeRule | str
    minutes: int = 0


def prove(
    filed: datetime, legs: Sequence[Leg], calendar: WorkCalendar, left_out: Sequence[Excluded] = ()
) -> tuple[ProofDay, ...]:
    """All days from the day of filing to the due date; `left_out` are the periods that do not count."""
    walk = _Walk(calendar, left_out)
    walk.before_reception(local(filed).date(), legs[0].start.date())
    for leg in legs:
        walk.along(leg, first=leg is legs[0])
    return tuple(walk.days)


def prove_move(promised: date, due: date, calendar: WorkCalendar) -> tuple[ProofDay, ...]:
    """The day that an apology promised and, when that has become a day off, the days until the due date."""
    walk = _Walk(calendar)
    walk.add(promised, ProofReason.RESCHEDULED, calendar.special(promised))
    walk.until_open(promised, due)
    return tuple(walk.days)


class _Walk:
    """Walks through the legs, numbers the counted days on the way and keeps a row for each day."""

    def __init__(self, calendar: WorkCalendar, left_out: Sequence[Excluded] = ()):
        self.calendar = calendar
        self.left_out = left_out
        self.days: list[ProofDay] = []
        self.ordinal = 0

    def before_reception(self, filed: date, received: date) -> None:
        """From a filing outside reception hours to the day on which it counts as received."""
        if filed < received:
            self.add(filed, ProofReason.FILED_OUTSIDE_HOURS, self.calendar.special(filed))
        for facts in self.calendar.days_from(filed + ONE_DAY, received - ONE_DAY):
            self._pass(facts)

    def along(self, leg: Leg, *, first: bool) -> None:
        start, end = leg.start.date(), leg.end.date()
        match leg.way:
            case Way.SAME_DAY:
                self._same_day(leg, start, end)
                return
            case Way.MINUTES:
                self._minutes(leg, start if first else start + ONE_DAY, end)
                return
        if first:
            self.add(start, ProofReason.RECEPTION, self.calendar.special(start))
        match leg.way:
            case Way.WORKING_DAYS:
                self._working_days(leg, start, end)
            case Way.CALENDAR_DAYS:
                self._calendar_days(leg, start, end)
            case Way.AGREED:
                self._agreed(start, end)

    def until_open(self, last: date, due: date) -> None:
        """From a last day that is off to the day on which it is due."""
        for facts in self.calendar.days_from(last + ONE_DAY, due):
            if facts[0] == due:
                self.add(due, ProofReason.ROLLED_FORWARD, facts[1])
            else:
                self._pass(facts)

    def add(self, day: date, reason: ProofReason, special: SpecialDay | None) -> None:
        """A day that is not counted."""
        if special is None:
            self.days.append(_plain(day, reason))
        else:
            self.days.append(ProofDay(day, False, None, reason, special, _article(reason, special, day)))

    def _count(self, day: date, reason: ProofReason, special: SpecialDay | None) -> None:
        self.ordinal += 1
        article = _article(reason, special, day) if special else _ground(reason, day)
        self.days.append(ProofDay(day, True, self.ordinal, reason, special, article))

    def _pass(self, facts: DayFacts) -> None:
        """A day that does not count in working days, and why."""
        day, special, works, sessions = facts
        if self.left_out and self._is_left_out(day):
            reason = ProofReason.EXCLUDED
        elif special is not None:
            reason = ProofReason.DAY_OFF
        else:
            reason = ProofReason.SATURDAY_RECEPTION if sessions else ProofReason.WEEKEND
        self.add(day, reason, special)

    def _is_left_out(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.left_out)

    def _same_day(self, leg: Leg, start: date, end: date) -> None:
        (facts,) = self.calendar.days_from(start, start)
        _day, special, works, _sessions = facts
        if start == end:
            self._count(start, ProofReason.SAME_DAY, special)
            return
        if works and not self._is_left_out(start):
            self.add(start, ProofReason.AFTER_CUTOFF, special)
        else:
            self._pass(facts)
        self._working_days(leg, start, end)

    def _working_days(self, leg: Leg, start: date, end: date) -> None:
        done, amount, of_limit = 0, leg.amount, leg.of_limit
        reason = ProofReason.COUNTED
        for facts in self.calendar.days_from(start + ONE_DAY, end):
            day, special, works, _sessions = facts
            if not works or (self.left_out and self._is_left_out(day)):
                self._pass(facts)
            elif done == amount:
                # Only a limit of no day at all: received on a day that does not count.
                self.add(day, ProofReason.ROLLED_FORWARD, special)
            else:
                done += 1
                if done > of_limit:
                    self._count(day, ProofReason.EXTENSION, special)
                elif special:
                    self._count(day, ProofReason.WORKED_SATURDAY, special)
                elif day.weekday() == SATURDAY:
                    self._count(day, ProofReason.DECLARED_SATURDAY, None)
                else:
                    self._count(day, reason, None)

    def _calendar_days(self, leg: Leg, start: date, end: date) -> None:
        done, amount, of_limit = 0, leg.amount, leg.of_limit
        reason = ProofReason.CALENDAR_DAY
        last = start
        for day, special, _works, _sessions in self.calendar.days_from(start + ONE_DAY, end):
            if done == amount:
                break
            last = day
            if self.left_out and self._is_left_out(day):
                self.add(day, ProofReason.EXCLUDED, special)
            else:
                done += 1
                self._count(day, reason if done <= of_limit else ProofReason.EXTENSION, special)
        self.until_open(last, end)

    def _minutes(self, leg: Leg, begin: date, end: date) -> None:
        start, usual, reason = leg.start.date(), self.calendar.hours.weekday, ProofReason.HOURS
        of_usual_day = minutes_within(usual)
        for facts in self.calendar.days_from(begin, end):
            day, special, works, sessions = facts
            if not works or (self.left_out and self._is_left_out(day)):
                self._pass(facts)
                continue
            if sessions is usual and start != day != end:
                minutes = of_usual_day
            else:
                since = minute_of(leg.start) if day == start else None
                minutes = minutes_within(sessions, since, minute_of(leg.end) if day == end else None)
            if minutes > 0 or day != start:
                article = _article(reason, special, day)
                self.days.append(ProofDay(day, True, None, reason, special, article, minutes))
            else:
                self.add(day, ProofReason.RECEPTION, special)

    def _agreed(self, start: date, end: date) -> None:
        for facts in self.calendar.days_from(start + ONE_DAY, end):
            day, special, works, _sessions = facts
            if day == end:
                self.add(day, ProofReason.AGREED, special)
            elif works:
                self.add(day, ProofReason.UNTIL_AGREED, special)
            else:
                self._pass(facts)


@lru_cache(maxsize=10_000)
def _plain(day: date, reason: ProofReason) -> ProofDay:
    """A day that does not count and has nothing special: the same row in every proof."""
    return ProofDay(day, False, None, reason, None, _ground(reason, day))


def _article(reason: ProofReason, special: SpecialDay | None, day: date) -> TimeRule | str:
    if reason not in _ABOUT_SPECIAL_DAYS:
        return _ground(reason, day)
    if reason is ProofReason.WORKED_SATURDAY or special.kind in _BY_NOTICE:
        return special.legal_reference
    made_up = special.kind == DayKind.COMPENSATORY
    return time_rule_on(Counting.COMPENSATORY_DAY if made_up else Counting.HOLIDAY, day) or ""


@lru_cache(maxsize=10_000)  # some years of days; a proof asks for the same ones again and again
def _ground(reason: ProofReason, day: date) -> TimeRule | str:
    return _FACTS[reason] if reason in _FACTS else time_rule_on(_LAW[reason], day) or ""
