"""Working time of one office: open days, working days and minutes (R11, R18, R23, R24); pure.

The truth are special days (official days off, worked Saturdays) laid over Monday to Friday. A year
without any is provisional: it is counted with estimates and says so, because the yearly notice that
fixes Tết and the swapped days has not come yet.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from procedures.office_hours import (
    SATURDAY,
    SUNDAY,
    TZ,
    OfficeHours,
    Session,
    SpecialDay,
    local,
    minute_of,
    since_midnight,
)

__all__ = [
    "SATURDAY",
    "SUNDAY",
    "TZ",
    "ClosedDay",
    "OfficeHours",
    "Session",
    "SpecialDay",
    "WorkCalendar",
    "local",
    "minute_of",
]

MINUTE = 60_000_000  # microseconds

# Periods that are left out of a count: first and last day, both included; in order and without overlaps.
Periods = Sequence[tuple[date, date]]


class ClosedDay(ValueError):
    """Opening or closing was asked of a day on which the office does not open."""


# A day of the calendar: the date, what is special about it, whether it counts in limits, and when the
# office is open.
DayFacts = tuple[date, SpecialDay | None, bool, tuple[Session, ...]]


class _Years(NamedTuple):
    """What is known of the years from `first` to `last`; replaced as a whole, never changed in place.

    `days` and `before` go by day, 0 being the one with the ordinal `base`; `before` has the number of
    working days before each day, which is also the place of the next one in the lists by working day:
    `working`, `openings`, `closings`, and `clock` with the microseconds worked before that day. `before`
    and `clock` have one entry more, for all.
    """

    first: int
    last: int
    base: int
    days: list[DayFacts]
    before: list[int]
    working: list[date]
    openings: list[datetime]
    closings: list[datetime]
    clock: list[int]


class WorkCalendar:
    """The calendar of one office: special days of the country and the agency, and opening hours.

    Later days win over earlier ones of the same date, so that an agency's own day overrides the
    country's. `known_years` are the years whose days were loaded (by default those that `days` name);
    for all others `estimate` is asked, and they are provisional. Safe to share between threads.
    """

    def __init__(
        self,
        days: Iterable[SpecialDay],
        hours: OfficeHours | None = None,
        *,
        known_years: Collection[int] | None = None,
        estimate: Callable[[int], Iterable[SpecialDay]] | None = None,
    ):
        self.hours = hours or OfficeHours()
        self.days = tuple(days)
        self.known_years = frozenset(
            known_years if known_years is not None else (special.date.year for special in self.days)
        )
        self._estimate = estimate
        self._provisional_years = {special.date.year for special in self.days if special.provisional}
        self._years: _Years | None = None

    # Other calendars made from this one -----------------------------------------------------------

    def without(self, keys: Collection[str]) -> "WorkCalendar":
        """The same calendar without the special days of these keys; of a swap both halves go."""
        return self._with([special for special in self.days if not special.key or special.key not in keys])

    def with_days(self, days: Iterable[SpecialDay]) -> "WorkCalendar":
        """The same calendar with more special days laid over it."""
        return self._with([*self.days, *days])

    def with_hours(self, hours: OfficeHours) -> "WorkCalendar":
        return self._with(self.days, hours)

    def _with(self, days: Iterable[SpecialDay], hours: OfficeHours | None = None) -> "WorkCalendar":
        return WorkCalendar(days, hours or self.hours, known_years=self.known_years, estimate=self._estimate)

    # Days -------------------------------------------------------------------------------------------

    def is_provisional(self, year: int) -> bool:
        """No official notice for this year is loaded: what is counted in it may still change."""
        return year not in self.known_years or year in self._provisional_years

    def special(self, day: date) -> SpecialDay | None:
        return self._facts(day)[1]

    def is_working_day(self, day: date) -> bool:
        """Counts in limits: Monday to Friday and not off, a worked Saturday, a Saturday that was declared."""
        return self._facts(day)[2]

    def days_from(self, first: date, last: date) -> Sequence[DayFacts]:
        """All days from first to last, both included; none when the last is before the first."""
        if last < first:
            return ()
        years = self._reaching(first.year, last.year)
        return years.days[first.toordinal() - years.base : last.toordinal() - years.base + 1]

    def next_working_day(self, day: date) -> date:
        return self.working_day_after(day, 1)

    def previous_working_day(self, day: date) -> date:
        return self.working_day_before(day, 1)

    def working_day_after(self, day: date, n: int, left_out: Periods = ()) -> date:
        """The n-th working day after `day`, which itself is not counted (Civil Code Art 147). n ≥ 1."""
        years, place = self._after(day, n, left_out)
        return years.working[place]

    def closing_after(self, day: date, n: int, left_out: Periods = ()) -> datetime:
        """Closing of `working_day_after`."""
        years, place = self._after(day, n, left_out)
        return years.closings[place]

    def opening_after(self, day: date) -> datetime:
        """Opening of the next working day."""
        years, place = self._after(day, 1)
        return years.openings[place]

    def working_day_before(self, day: date, n: int) -> date:
        """The n-th working day before `day`, which itself is not counted. n ≥ 1."""
        if n < 1:
            raise ValueError("Count at least one working day.")
        years = self._reaching(day.year, day.year)
        while (place := years.before[day.toordinal() - years.base] - n) < 0:
            years = self._reaching(years.first - 1, day.year)
        return years.working[place]

    def working_days_between(self, a: date, b: date) -> int:
        """Working days after `a` up to and including `b`; negative when `b` is before `a`."""
        years = self._reaching(min(a.year, b.year), max(a.year, b.year))
        return years.before[b.toordinal() + 1 - years.base] - years.before[a.toordinal() + 1 - years.base]

    def _facts(self, day: date) -> DayFacts:
        years = self._reaching(day.year, day.year)
        return years.days[day.toordinal() - years.base]

    def _after(self, day: date, n: int, left_out: Periods = ()) -> tuple[_Years, int]:
        """The place of the n-th working day after `day`, and the tables in which it is one."""
        if n < 1:
            raise ValueError("Count at least one working day.")
        years = self._reaching(day.year, day.year)
        tomorrow = day.toordinal() + 1
        place = years.before[tomorrow - years.base] + n - 1
        for first, last in left_out:
            if last <= day:
                continue
            years = self._with_place(years, place)
            if years.working[place] < first:
                break
            years = self._reaching(years.first, last.year)
            begin = max(first.toordinal(), tomorrow)
            place += years.before[last.toordinal() + 1 - years.base] - years.before[begin - years.base]
        if place >= len(years.working):
            years = self._with_place(years, place)
        return years, place

    def _with_place(self, years: _Years, place: int) -> _Years:
        while place >= len(years.working):
            years = self._reaching(years.first, years.last + 1)
        return years

    # Hours ------------------------------------------------------------------------------------------

    def sessions_on(self, day: date) -> tuple[Session, ...]:
        """When the office is open on that day; empty when it is closed."""
        return self._facts(day)[3]

    def opening(self, day: date) -> datetime:
        """First opening of the day. Raises ClosedDay."""
        return datetime.combine(day, self._open_sessions(day)[0].opens, TZ)

    def closing(self, day: date) -> datetime:
        """End of the last session of the day. Raises ClosedDay."""
        return datetime.combine(day, self._open_sessions(day)[-1].closes, TZ)

    def is_open(self, moment: datetime) -> bool:
        moment = local(moment)
        clock = moment.time()
        return any(s.opens <= clock < s.closes for s in self.sessions_on(moment.date()))

    def counts_as_received_at(self, moment: datetime, last_minutes: int = 0) -> datetime:
        """When a filing of this moment counts as received (R11, T8).

        The moment itself while a session is open, a Saturday reception included; before opening and
        in the lunch break the next session of that day; otherwise, and in the last `last_minutes`
        before closing, the opening of the next working day.
        """
        if last_minutes < 0:
            raise ValueError("The last minutes before closing cannot be negative.")
        moment = local(moment)
        clock = moment.time()
        years = self._reaching(moment.year, moment.year)
        sessions = years.days[moment.toordinal() - years.base][3]
        if not sessions or clock >= sessions[-1].closes:
            return self.opening_after(moment)
        if last_minutes and moment >= self.closing(moment.date()) - timedelta(minutes=last_minutes):
            return self.opening_after(moment)
        session = sessions[0] if clock < sessions[0].closes else next(s for s in sessions if clock < s.closes)
        return moment if clock >= session.opens else datetime.combine(moment, session.opens, TZ)

    def add_working_minutes(
        self, moment: datetime, minutes: int | float | Decimal, left_out: Periods = ()
    ) -> datetime:
        """The moment at which so many working minutes from `moment` on are used up (R18).

        Minutes used up exactly at the end of a session end there, not at the next opening.
        """
        if minutes < 0:
            raise ValueError("Working minutes cannot be negative.")
        moment = local(moment)
        length = minutes * MINUTE if isinstance(minutes, int) else round(Decimal(minutes) * MINUTE)
        if not length:
            return moment
        years = self._reaching(moment.year, moment.year)
        begin = _clock_at(moment, years)
        end = begin + length
        for first, last in left_out:
            if last < moment.date():
                continue
            years = self._with_time(years, end)
            first = max(first, moment.date())
            if first.year > years.last or (skipped := max(begin, _clock_before(first, years))) >= end:
                break
            years = self._reaching(years.first, last.year)
            end += _clock_before(last, years, included=True) - skipped
        if end > years.clock[-1]:
            years = self._with_time(years, end)
        return _moment_of(end, years)

    def working_minutes_between(self, a: datetime, b: datetime) -> int:
        """Whole working minutes from `a` to `b`; negative when `b` is before `a`."""
        a, b = local(a), local(b)
        if b < a:
            return -self.working_minutes_between(b, a)
        years = self._reaching(a.year, b.year)
        return (_clock_at(b, years) - _clock_at(a, years)) // MINUTE

    def _with_time(self, years: _Years, clock: int) -> _Years:
        while clock > years.clock[-1]:
            years = self._reaching(years.first, years.last + 1)
        return years

    def _open_sessions(self, day: date) -> tuple[Session, ...]:
        sessions = self.sessions_on(day)
        if not sessions:
            raise ClosedDay(f"The office is closed on {day.isoformat()}.")
        return sessions

    # Years ------------------------------------------------------------------------------------------

    def _reaching(self, first: int, last: int) -> _Years:
        """The tables of the years, extended first when they do not reach so far."""
        years = self._years
        if years is not None and years.first <= first and last <= years.last:
            return years
        if years is None:
            years = self._read(first, last)
        if first < years.first:
            years = _joined(self._read(first, years.first - 1), years)
        if last > years.last:
            years = _joined(years, self._read(years.last + 1, last))
        # One assignment puts the new tables in place: another thread sees the old ones or the new ones.
        self._years = years
        return years

    def _read(self, first: int, last: int) -> _Years:
        special: dict[date, SpecialDay] = {}
        for year in range(first, last + 1):
            if year not in self.known_years and self._estimate is not None:
                special.update({day.date: replace(day, provisional=True) for day in self._estimate(year)})
        special.update({day.date: day for day in self.days if first <= day.date.year <= last})
        begin, end = date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal()
        days = [self._day(date.fromordinal(ordinal), special) for ordinal in range(begin, end + 1)]
        working = [(day, sessions) for day, _special, works, sessions in days if works]
        return _Years(
            first,
            last,
            begin,
            days,
            before=list(accumulate((works for _day, _special, works, _sessions in days), initial=0)),
            working=[day for day, _sessions in working],
            openings=[datetime.combine(day, sessions[0].opens, TZ) for day, sessions in working],
            closings=[datetime.combine(day, sessions[-1].closes, TZ) for day, sessions in working],
            clock=list(accumulate((_length(sessions) for _day, sessions in working), initial=0)),
        )

    def _day(self, day: date, special: dict[date, SpecialDay]) -> DayFacts:
        found, weekday = special.get(day), day.weekday()
        if found is not None:
            return day, found, found.is_worked, self.hours.weekday if found.is_worked else ()
        if weekday < SATURDAY:
            return day, None, True, self.hours.weekday
        saturday = self.hours.saturday if weekday == SATURDAY else ()
        return day, None, self.hours.saturday_counts and bool(saturday), saturday


def _joined(a: _Years, b: _Years) -> _Years:
    return _Years(
        a.first,
        b.last,
        a.base,
        a.days + b.days,
        a.before + [a.before[-1] + n for n in b.before[1:]],
        a.working + b.working,
        a.openings + b.openings,
        a.closings + b.closings,
        a.clock + [a.clock[-1] + used for used in b.clock[1:]],
    )


# The working clock: microseconds worked since the tables begin. It stands still outside working time, so
# that working minutes are a difference, and a moment is found by looking up where the clock gets to.


def _clock_before(day: date, years: _Years, *, included: bool = False) -> int:
    return years.clock[years.before[day.toordinal() - years.base + included]]


def _clock_at(moment: datetime, years: _Years) -> int:
    number = moment.toordinal() - years.base
    _day, _special, works, sessions = years.days[number]
    clock = years.clock[years.before[number]]
    if works:
        now = since_midnight(moment)
        for session in sessions:
            if now > session.begin:
                clock += (now if now < session.end else session.end) - session.begin
    return clock


def _moment_of(clock: int, years: _Years) -> datetime:
    """The first moment at which the working clock shows that."""
    place = bisect_left(years.clock, clock) - 1
    opening, left = years.openings[place], clock - years.clock[place]
    _day, _special, _works, sessions = years.days[opening.toordinal() - years.base]
    for session in sessions:
        length = session.end - session.begin
        if left <= length:
            break
        left -= length
    return opening + _length_of_time(session.begin - sessions[0].begin + left)


@lru_cache(maxsize=2000)  # the minutes of a day: making the object takes longer than finding it
def _length_of_time(microseconds: int) -> timedelta:
    return timedelta(microseconds=microseconds)


def minutes_within(
    sessions: Iterable[Session], begin: datetime | None = None, end: datetime | None = None
) -> int:
    """Whole minutes of a day's sessions, only those from `begin` on and up to `end` of that day."""
    since = since_midnight(begin) if begin else 0
    until = since_midnight(end) if end else 24 * 60 * MINUTE
    return sum(max(0, min(s.end, until) - max(s.begin, since)) for s in sessions) // MINUTE


def _length(sessions: Iterable[Session]) -> int:
    """Working time of a day, in microseconds; Vietnam has no summer time."""
    return sum(session.end - session.begin for session in sessions)
