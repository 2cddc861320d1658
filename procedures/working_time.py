"""Working time of one office: open days, sessions, working days and minutes (R11, R18, R23, R24); pure.

The truth are special days (official days off, worked Saturdays) laid over Monday to Friday. A year
without any is provisional: it is counted with estimates and says so, because the yearly notice that
fixes Tết and the swapped days has not come yet.

All moments are aware; results are in Asia/Ho_Chi_Minh. The law compares times as they are printed, in
minutes (T7): 15:00:59 is "15:00" and not after it; `minute_of` makes that comparison possible.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

TZ = ZoneInfo("Asia/Ho_Chi_Minh")

SATURDAY = 5
SUNDAY = 6


class ClosedDay(ValueError):
    """Opening or closing was asked of a day on which the office does not open."""


@dataclass(frozen=True, slots=True)
class Session:
    """One opening session of a day (buổi làm việc), half-open: at `closes` the office is closed (T9)."""

    opens: time
    closes: time

    def __post_init__(self):
        if self.opens >= self.closes:
            raise ValueError(f"A session must open before it closes: {self.opens} to {self.closes}.")


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Sessions of an ordinary working day and of a Saturday reception (T15).

    A Saturday with sessions receives; it counts in limits only when the unit declared it
    (`saturday_counts`). A Saturday worked instead of a swapped day has the weekday sessions.
    """

    weekday: tuple[Session, ...] = (Session(time(7, 30), time(11, 30)), Session(time(13), time(17)))
    saturday: tuple[Session, ...] = ()
    saturday_counts: bool = False

    def __post_init__(self):
        if not self.weekday:
            raise ValueError("An office needs at least one session on working days.")
        object.__setattr__(self, "weekday", _united(self.weekday))
        object.__setattr__(self, "saturday", _united(self.saturday))


def _united(sessions: Iterable[Session]) -> tuple[Session, ...]:
    """In order of the clock; overlapping ones are one, so that no minute counts twice."""
    united: list[Session] = []
    for session in sorted(sessions, key=lambda s: s.opens):
        if united and session.opens <= united[-1].closes:
            united[-1] = Session(united[-1].opens, max(united[-1].closes, session.closes))
        else:
            united.append(session)
    return tuple(united)


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that differs from Monday to Friday: off, or worked although it is a Saturday."""

    date: date
    is_worked: bool
    kind: str
    name_vi: str
    name_en: str = ""
    legal_reference: str = ""
    key: str = ""
    provisional: bool = False

    @property
    def name(self) -> str:
        """Name in the language of the reader; Vietnamese when there is no English one."""
        return (self.name_en or self.name_vi) if (get_language() or "vi").startswith("en") else self.name_vi


class _Years(NamedTuple):
    """What is known of the years from `first` to `last`; replaced as a whole, never changed in place."""

    first: int
    last: int
    special: dict[date, SpecialDay]
    working: list[date]
    members: frozenset[date]


def local(moment: datetime) -> datetime:
    """The moment on the clock of Vietnam. Raises ValueError when it has no time zone."""
    if moment.tzinfo is TZ:
        return moment
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone.")
    return moment.astimezone(TZ)


def minute_of(moment: datetime) -> datetime:
    """The moment as it is printed, without seconds (T7)."""
    return local(moment).replace(second=0, microsecond=0)


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
        return self._reaching(day.year, day.year).special.get(day)

    def is_working_day(self, day: date) -> bool:
        """Counts in limits: Monday to Friday and not off, a worked Saturday, a Saturday that was declared."""
        return day in self._reaching(day.year, day.year).members

    def next_working_day(self, day: date) -> date:
        return self.working_day_after(day, 1)

    def previous_working_day(self, day: date) -> date:
        return self.working_day_before(day, 1)

    def working_day_after(self, day: date, n: int) -> date:
        """The n-th working day after `day`, which itself is not counted (Civil Code Art 147). n ≥ 1."""
        if n < 1:
            raise ValueError("Count at least one working day.")
        years = self._reaching(day.year, day.year)
        while (place := bisect_right(years.working, day) + n - 1) >= len(years.working):
            years = self._reaching(day.year, years.last + 1)
        return years.working[place]

    def working_day_before(self, day: date, n: int) -> date:
        """The n-th working day before `day`, which itself is not counted. n ≥ 1."""
        if n < 1:
            raise ValueError("Count at least one working day.")
        years = self._reaching(day.year, day.year)
        while (place := bisect_left(years.working, day) - n) < 0:
            years = self._reaching(years.first - 1, day.year)
        return years.working[place]

    def working_days_between(self, a: date, b: date) -> int:
        """Working days after `a` up to and including `b`; negative when `b` is before `a`."""
        working = self._reaching(min(a.year, b.year), max(a.year, b.year)).working
        return bisect_right(working, b) - bisect_right(working, a)

    # Hours ------------------------------------------------------------------------------------------

    def sessions_on(self, day: date) -> tuple[Session, ...]:
        """When the office is open on that day; empty when it is closed."""
        special = self.special(day)
        if special is not None:
            return self.hours.weekday if special.is_worked else ()
        weekday = day.weekday()
        if weekday < SATURDAY:
            return self.hours.weekday
        return self.hours.saturday if weekday == SATURDAY else ()

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
        day, clock = moment.date(), moment.time()
        sessions = self.sessions_on(day)
        if sessions and moment < self.closing(day) - timedelta(minutes=last_minutes):
            session = next(s for s in sessions if clock < s.closes)
            return max(moment, datetime.combine(day, session.opens, TZ))
        return self.opening(self.next_working_day(day))

    def add_working_minutes(self, moment: datetime, minutes: int | float | Decimal) -> datetime:
        """The moment at which so many working minutes from `moment` on are used up (R18).

        Minutes used up exactly at the end of a session end there, not at the next opening.
        """
        if minutes < 0:
            raise ValueError("Working minutes cannot be negative.")
        moment = local(moment)
        left = timedelta(microseconds=round(Decimal(minutes) * 60_000_000))
        if not left:
            return moment
        day = moment.date()
        while True:
            if self.is_working_day(day):
                for session in self.sessions_on(day):
                    begin = max(moment, datetime.combine(day, session.opens, TZ))
                    length = datetime.combine(day, session.closes, TZ) - begin
                    if length >= left:
                        return begin + left
                    if length > timedelta(0):
                        left -= length
            day = self.next_working_day(day)

    def working_minutes_between(self, a: datetime, b: datetime) -> int:
        """Whole working minutes from `a` to `b`; negative when `b` is before `a`."""
        a, b = local(a), local(b)
        if b < a:
            return -self.working_minutes_between(b, a)
        worked = self._worked(a.date(), a, b)
        if b.date() > a.date():
            worked += self._worked(b.date(), a, b)
            # Days in between are whole; they are looked up in the list instead of walked over.
            working = self._reaching(a.year, b.year).working
            for day in working[bisect_right(working, a.date()) : bisect_left(working, b.date())]:
                worked += sum((_length(s) for s in self.sessions_on(day)), timedelta(0))
        return worked // timedelta(minutes=1)

    def _worked(self, day: date, a: datetime, b: datetime) -> timedelta:
        """Working time of that day between the two moments."""
        worked = timedelta(0)
        if self.is_working_day(day):
            for session in self.sessions_on(day):
                begin = max(a, datetime.combine(day, session.opens, TZ))
                end = min(b, datetime.combine(day, session.closes, TZ))
                worked += max(end - begin, timedelta(0))
        return worked

    def _open_sessions(self, day: date) -> tuple[Session, ...]:
        sessions = self.sessions_on(day)
        if not sessions:
            raise ClosedDay(f"The office is closed on {day.isoformat()}.")
        return sessions

    # Years ------------------------------------------------------------------------------------------

    def _reaching(self, first: int, last: int) -> _Years:
        """The table of the years, extended first when it does not reach so far."""
        years = self._years
        if years is not None and years.first <= first and last <= years.last:
            return years
        if years is None:
            years = self._read(first, last)
        if first < years.first:
            years = _joined(self._read(first, years.first - 1), years)
        if last > years.last:
            years = _joined(years, self._read(years.last + 1, last))
        # One assignment puts the new table in place: another thread sees the old one or the new one.
        self._years = years
        return years

    def _read(self, first: int, last: int) -> _Years:
        special: dict[date, SpecialDay] = {}
        for year in range(first, last + 1):
            if year not in self.known_years and self._estimate is not None:
                special.update({day.date: replace(day, provisional=True) for day in self._estimate(year)})
        special.update({day.date: day for day in self.days if first <= day.date.year <= last})
        begin, end = date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal()
        saturday_counts = self.hours.saturday_counts and bool(self.hours.saturday)
        working = []
        for ordinal in range(begin, end + 1):
            day = date.fromordinal(ordinal)
            weekday = (ordinal - 1) % 7
            found = special.get(day)
            if (
                found.is_worked
                if found is not None
                else weekday < SATURDAY or (weekday == SATURDAY and saturday_counts)
            ):
                working.append(day)
        return _Years(first, last, special, working, frozenset(working))


def _joined(a: _Years, b: _Years) -> _Years:
    return _Years(a.first, b.last, a.special | b.special, a.working + b.working, a.members | b.members)


def _length(session: Session) -> timedelta:
    """Length of a session on any day: Vietnam has no summer time."""
    return timedelta(
        hours=session.closes.hour - session.opens.hour,
        minutes=session.closes.minute - session.opens.minute,
        seconds=session.closes.second - session.opens.second,
    )
