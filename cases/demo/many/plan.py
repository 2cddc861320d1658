"""Which life is retold where and when: pure, and the same for the same seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from cases.demo.many.templates import Template
from procedures.working_time import WorkCalendar

A_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Lots:
    """Templates by what becomes of them. `overdue`: past their due moment and not flagged yet; `flagged`: they are."""

    overdue: Sequence[Template]
    flagged: Sequence[Template]
    running: Sequence[Template]
    late: Sequence[Template]
    ended: Sequence[Template]


@dataclass(frozen=True)
class Shares:
    """Of all: newly overdue, flagged, otherwise open. Of those that ended: late."""

    overdue: float = 0.01
    flagged: float = 0.003
    running: float = 0.03
    late: float = 0.05


@dataclass(frozen=True, slots=True)
class Copy:
    """A life retold: at the place of this number, so many weeks earlier."""

    template: Template
    place: int
    weeks: int


class Weeks:
    """Where a life may be moved to: so many weeks back that its offices have the same days and hours."""

    def __init__(self, calendars: dict[int, WorkCalendar], most: int, is_in_force):
        self.calendars, self.most, self.is_in_force = calendars, most, is_in_force
        self._days: dict[tuple[int, date], tuple] = {}

    def of(self, template: Template) -> list[int]:
        return [weeks for weeks in range(self.most + 1) if self._fits(template, weeks)]

    def _fits(self, template: Template, weeks: int) -> bool:
        if not self.is_in_force(template, timedelta(weeks=weeks)):
            return False
        first, last = template.span
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return all(
            self._day(agency, day) == self._day(agency, day - weeks * A_WEEK)
            for agency in {template.desk, template.agency}
            for day in days
        )

    def _day(self, agency: int, day: date) -> tuple:
        """Whether it counts, when the office is open, and whether that is official."""
        if (agency, day) not in self._days:
            calendar = self.calendars[agency]
            self._days[agency, day] = (
                calendar.is_working_day(day),
                calendar.sessions_on(day),
                calendar.is_provisional(day.year),
            )
        return self._days[agency, day]


def plan(
    lots: Lots, weeks: Weeks, *, count: int, places: int, shares: Shares, rng: Random
) -> Iterator[list[Copy]]:
    """Week by week from the first, and in each in the order of filing."""
    overdue, flagged, running = (
        round(count * share) if lot else 0
        for lot, share in (
            (lots.overdue, shares.overdue),
            (lots.flagged, shares.flagged),
            (lots.running, shares.running),
        )
    )
    rest = count - overdue - flagged - running
    late = round(rest * shares.late) if lots.late else 0
    drawn = [
        *_as_they_are(lots.overdue, overdue, rng),
        *_as_they_are(lots.flagged, flagged, rng),
        *_as_they_are(lots.running, running, rng),
    ]
    of_week: dict[date, list[tuple[Template, int]]] = {}
    for one in drawn:
        of_week.setdefault(_week(one, 0), []).append((one, 0))
    moved = [_Moved(lots.late, late, weeks), _Moved(lots.ended, rest - late, weeks)]
    for week in sorted({*of_week, *moved[0].weeks, *moved[1].weeks}):
        found = of_week.get(week, []) + [one for lot in moved for one in lot.draw(week, rng)]
        copies = [Copy(template, rng.randrange(places), back) for template, back in found]
        copies.sort(key=lambda one: one.template.received - one.weeks * A_WEEK)
        yield copies


def _as_they_are(lot: Sequence[Template], count: int, rng: Random) -> list[Template]:
    """Open now: nothing of it can be moved."""
    return rng.choices(lot, k=count) if count else []


class _Moved:
    """A lot that has ended, spread over the weeks: as many in each as the calendar lets in."""

    def __init__(self, lot: Sequence[Template], count: int, weeks: Weeks):
        self.found: dict[date, list[tuple[Template, int]]] = {}
        for template in lot:
            for back in weeks.of(template):
                self.found.setdefault(_week(template, back), []).append((template, back))
        self.weeks = sorted(self.found)
        newest = [_week(template, 0) for template in lot]
        weights = [
            len(self.found[week]) / sum(1 for one in newest if one >= week) if count else 0
            for week in self.weeks
        ]
        self.counts = dict(zip(self.weeks, apportioned(count, weights), strict=True))

    def draw(self, week: date, rng: Random) -> list[tuple[Template, int]]:
        count = self.counts.get(week, 0)
        return rng.choices(self.found[week], k=count) if count else []


def apportioned(count: int, weights: Sequence[float]) -> list[int]:
    """So many by these weights; the sum is exact."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    ends, so_far = [0], 0.0
    for weight in weights:
        so_far += weight
        ends.append(round(count * so_far / whole))
    return [end - begin for begin, end in pairwise(ends)]


def _week(template: Template, back: int) -> date:
    """The Monday of the week of filing."""
    day = template.filed_on
    return day - timedelta(days=day.weekday()) - back * A_WEEK
