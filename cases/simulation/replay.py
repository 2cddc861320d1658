"""Past dossiers as they were, and as they would have been in a scenario; pure.

Late is what ended after its due moment, as in the monthly list of delays (R31, R53): the due moment before an
apology moved it, the end being the result, or for what is still open the moment of counting. Moments are
minutes since 1970, as they are printed (T7).

A dossier whose stored promise is not what its facts give today – its calendar was changed since, or somebody
agreed otherwise – keeps that promise in every scenario; `Comparison.kept` says how many there are. So a
scenario that changes nothing gives the past as it was.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import compress
from statistics import median_low
from typing import NamedTuple

from cases.deadlines import due_date
from cases.limits import HOURS_PER_DAY, CannotCount, Excluded, Extension, Limit
from cases.scorecard.scores import half_up
from cases.simulation.clocks import MinuteClock, minute_number, moment_of
from cases.simulation.queues import Run, officers_of, serve, tasks_of
from cases.simulation.scenarios import Scenario
from procedures.working_time import WorkCalendar

MINUTES_PER_DAY = HOURS_PER_DAY * 60


class Past(NamedTuple):
    """One dossier of the past. `started`: from when its limit counts, in the last completion cycle.

    `runs`: its steps up to the end, in their order; `restart`: which of them began with that cycle, 0 for the
    first. Not `counted`: it only kept officers busy.
    """

    procedure: str
    field: str
    agency: Hashable
    limit: Limit
    started: int
    due: int
    end: int
    excluded: tuple[Excluded, ...] = ()
    extension: Extension | None = None
    runs: tuple[Run, ...] = ()
    restart: int = 0
    counted: bool = True
    key: Hashable = None  # whatever the caller knows it by


@dataclass(frozen=True, slots=True)
class Figures:
    """Of some dossiers how many are late, and the working days of eight hours from start to end."""

    dossiers: int
    late: int
    median: Decimal | None
    ninth_decile: Decimal | None

    @property
    def percent(self) -> Decimal | None:
        """On time, with two decimals; None of nothing."""
        return half_up(Fraction(100 * (self.dossiers - self.late), self.dossiers)) if self.dossiers else None


@dataclass(frozen=True, slots=True)
class Row:
    """The same dossiers three times: as it was, the past simulated, the scenario; and how many change sides.

    The baseline is the past itself, except with other staffing: then it is the simulation with the officers
    that there really were, which the scenario is compared with.
    """

    name: str
    real: Figures
    baseline: Figures
    scenario: Figures
    to_late: int
    to_on_time: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """All dossiers, and each procedure and field, the largest first.

    `officers`: really and then, by unit. `kept`: promises that could not be counted again; `floored`: limits
    that would have become shorter than a day. `now_late` and `now_on_time` are the keys of those that change sides.
    """

    whole: Row
    procedures: tuple[Row, ...]
    fields: tuple[Row, ...]
    officers: Mapping[Hashable, tuple[int, int]]
    kept: int = 0
    floored: int = 0
    now_late: tuple[Hashable, ...] = ()
    now_on_time: tuple[Hashable, ...] = ()


class Course(NamedTuple):
    """When one dossier is due and ends."""

    due: int
    end: int


class Office(NamedTuple):
    """One unit: by which calendar limits are counted, and the clock by which it works."""

    limits: WorkCalendar
    work: MinuteClock


Offices = Mapping[Hashable, Office]
Tell = Callable[[int], None]


def replay(
    pasts: Sequence[Past],
    calendars: Mapping[Hashable, WorkCalendar],
    scenario: Scenario,
    *,
    tell: Tell = lambda percent: None,
) -> Comparison:
    """Compare the past with the scenario; `calendars` are of every agency and unit that is named.

    `tell` hears how many percent are done. Raises a CannotCount with a sentence for what cannot be simulated.
    """
    first, last = _reach(pasts)
    real = {
        unit: Office(calendar, MinuteClock(calendar, first, last)) for unit, calendar in calendars.items()
    }
    then = real
    if scenario.calendar.changes:
        then = {unit: _changed(office, scenario, first, last) for unit, office in real.items()}
    promises = _Promises(scenario, real, then)
    tell(10)
    if scenario.staffing.changes:
        baseline, found, officers = _staffed(pasts, scenario, real, then, promises, tell)
    else:
        baseline, officers = [Course(past.due, past.end) for past in pasts], {}
        found = [_replayed(past, real, then, promises) for past in pasts]
    tell(80)
    return _compared(pasts, real, baseline, found, officers, promises)


def _reach(pasts: Sequence[Past]) -> tuple[date, date]:
    first = min(min([past.started, *(run.ready for run in past.runs[:1])]) for past in pasts)
    return moment_of(first).date(), moment_of(max(max(past.end, past.due) for past in pasts)).date()


def _changed(office: Office, scenario: Scenario, first: date, last: date) -> Office:
    change, calendar = scenario.calendar, office.limits
    return Office(change.limits(calendar), MinuteClock(change.work(calendar), first, last))


# Promises ---------------------------------------------------------------------------------------------


class _Promises:
    """Due moments, counted once for each start, limit and calendar."""

    def __init__(self, scenario: Scenario, real: Offices, then: Offices):
        self.scenario = scenario
        self._real, self._then = real, then
        self._counted: dict[tuple, int | None] = {}
        self._limits: dict[tuple[Limit, str], Limit] = {}

    def holds(self, past: Past) -> bool:
        """Whether the facts give the promise that was given."""
        return self._count(past, past.started, past.limit, self._real) == past.due

    def as_it_was(self, past: Past, started: int) -> int:
        """From another start of the clock; what cannot be counted again moves with it."""
        if started == past.started:
            return past.due
        found = self._count(past, started, past.limit, self._real) if self.holds(past) else None
        return past.due + started - past.started if found is None else found

    def then(self, past: Past, started: int) -> int:
        """In the scenario."""
        if not self.scenario.changes_promises:
            return self.as_it_was(past, started)
        found = None
        if self.holds(past):
            found = self._count(past, started, self.limit(past), self._then)
        return self.as_it_was(past, started) if found is None else found

    def limit(self, past: Past) -> Limit:
        key = past.limit, past.procedure
        if key not in self._limits:
            self._limits[key] = self.scenario.limit.applied(*key)
        return self._limits[key]

    def _count(self, past: Past, started: int, limit: Limit, offices: Offices) -> int | None:
        calendar = offices[past.agency].limits
        # Calendars and limits are few and live as long as this: their identity is enough, and quick.
        key = started, id(limit), id(calendar), past.excluded, past.extension
        if key not in self._counted:
            try:
                deadline = due_date(
                    moment_of(started), limit, calendar, excluded=past.excluded, extension=past.extension
                )
                self._counted[key] = minute_number(deadline.due_at)
            except CannotCount:
                self._counted[key] = None
        return self._counted[key]


# Ends -------------------------------------------------------------------------------------------------


def _replayed(past: Past, real: Offices, then: Offices, promises: _Promises) -> Course:
    """Without queues: the same working minutes in the other calendar; who worked after hours still did."""
    due = promises.then(past, past.started) if past.counted else past.due
    if then is real:
        return Course(due, past.end)
    before, after = real[past.agency].work, then[past.agency].work
    took = before.between(past.started, past.end)
    if after.between(past.started, past.end) == took:
        return Course(due, past.end)
    return Course(due, after.after(past.started, took))


def _staffed(
    pasts: Sequence[Past],
    scenario: Scenario,
    real: Offices,
    then: Offices,
    promises: _Promises,
    tell: Tell,
) -> tuple[list[Course], list[Course], dict[Hashable, tuple[int, int]]]:
    """Both simulated: with the officers that there were, and as the scenario has it."""
    courses = [past.runs for past in pasts]
    clocks = {unit: office.work for unit, office in real.items()}
    really = officers_of(courses, clocks)
    numbers = {unit: scenario.staffing.number(unit, number) for unit, number in really.items()}
    tasks, begins = tasks_of(courses, clocks), [past.runs[0].ready if past.runs else 0 for past in pasts]
    tell(25)
    served = serve(tasks, begins, really, clocks)
    baseline = [_course(past, ready, promises.as_it_was) for past, ready in zip(pasts, served, strict=True)]
    tell(50)
    clocks = {unit: office.work for unit, office in then.items()}
    urgency = None
    if scenario.staffing.due_first:
        urgency = [promises.then(past, past.started) if past.counted else past.due for past in pasts]
    served = serve(tasks, begins, numbers, clocks, urgency=urgency)
    found = [_course(past, ready, promises.then) for past, ready in zip(pasts, served, strict=True)]
    return baseline, found, {unit: (really[unit], numbers[unit]) for unit in really}


def _course(past: Past, ready: Sequence[int], due: Callable[[Past, int], int]) -> Course:
    """What follows from the simulated steps; what happened after the last of them follows it as it did."""
    if not past.runs or not past.counted:
        return Course(past.due, past.end)
    moved = ready[past.restart] - past.runs[past.restart].ready
    after_the_last = max(past.end - past.runs[-1].done, 0)
    return Course(due(past, past.started + moved), ready[-1] + after_the_last)


# Figures ----------------------------------------------------------------------------------------------


def _compared(pasts, real: Offices, baseline, found, officers, promises: _Promises) -> Comparison:
    counted = [past.counted for past in pasts]
    mine = list(compress(pasts, counted))
    rows = [
        (past, Course(past.due, past.end), before, after)
        for past, before, after in zip(
            mine, compress(baseline, counted), compress(found, counted), strict=True
        )
    ]
    clocks = {agency: real[agency].work for agency in {past.agency for past in mine}}
    measured = [_measured(past, courses, clocks[past.agency]) for past, *courses in rows]
    kept = floored = 0
    if promises.scenario.changes_promises:
        kept = sum(not promises.holds(past) for past in mine)
        change = promises.scenario.limit
        floored = sum(change.stays_at_the_floor(past.limit, past.procedure) for past in mine)
    return Comparison(
        _row("", measured),
        _grouped([past.procedure for past in mine], measured),
        _grouped([past.field for past in mine], measured),
        officers,
        kept,
        floored,
        now_late=_keys(mine, measured, lambda before, then: then and not before),
        now_on_time=_keys(mine, measured, lambda before, then: before and not then),
    )


def _keys(
    pasts: Sequence[Past], measured: Sequence["_Three"], changes: Callable[[bool, bool], bool]
) -> tuple:
    """Of the dossiers whose being late before and then is a change in this sense."""
    return tuple(
        past.key
        for past, (_real, before, then) in zip(pasts, measured, strict=True)
        if changes(before.is_late, then.is_late)
    )


class _Measured(NamedTuple):
    is_late: bool
    minutes: int


_Three = tuple[_Measured, _Measured, _Measured]


def _measured(past: Past, courses: Sequence[Course], clock: MinuteClock) -> _Three:
    """What ends at the same moment took as long."""
    minutes = {end: max(clock.between(past.started, end), 0) for end in {course.end for course in courses}}
    return tuple(_Measured(course.end > course.due, minutes[course.end]) for course in courses)


def _grouped(names: Sequence[str], measured: Sequence[_Three]) -> tuple[Row, ...]:
    groups: dict[str, list[_Three]] = {}
    for name, one in zip(names, measured, strict=True):
        groups.setdefault(name, []).append(one)
    rows = (_row(name, group) for name, group in groups.items())
    return tuple(sorted(rows, key=lambda row: (-row.real.dossiers, row.name)))


def _row(name: str, measured: Sequence[_Three]) -> Row:
    real, baseline, scenario = zip(*measured, strict=True) if measured else ((), (), ())
    return Row(
        name,
        *(_figures(column) for column in (real, baseline, scenario)),
        to_late=sum(not a.is_late and b.is_late for a, b in zip(baseline, scenario, strict=True)),
        to_on_time=sum(a.is_late and not b.is_late for a, b in zip(baseline, scenario, strict=True)),
    )


def _figures(measured: Iterable[_Measured]) -> Figures:
    measured = list(measured)
    minutes = sorted(one.minutes for one in measured)
    late = sum(one.is_late for one in measured)
    if not minutes:
        return Figures(0, 0, None, None)
    # The smallest with at least nine tenths at or below it.
    ninth = minutes[-(-9 * len(minutes) // 10) - 1]
    return Figures(len(minutes), late, _days(median_low(minutes)), _days(ninth))


def _days(minutes: int) -> Decimal:
    return half_up(Fraction(minutes, MINUTES_PER_DAY), 1)
