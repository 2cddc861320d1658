"""What shall be different in a replay: limits, calendar, staffing; pure values that refuse nonsense."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from cases.limits import HOURS_PER_DAY, MAX_AMOUNT, CannotCount, Limit
from procedures.enums import LimitUnit
from procedures.working_time import OfficeHours, Session, SpecialDay, WorkCalendar

NOON = time(12)
ONE = Decimal(1)
MOST_FACTOR = Decimal(10)
MOST_OFFICERS = 10_000
SIMULATED = "simulated"
# What one working day is in the unit of a limit; limits without an amount stay as they are.
_A_DAY = {
    LimitUnit.WORKING_DAY: ONE,
    LimitUnit.CALENDAR_DAY: ONE,
    LimitUnit.WORKING_HOUR: Decimal(HOURS_PER_DAY),
}


class ScenarioRefused(CannotCount):
    """A scenario that makes no sense; the sentence says what to correct."""


@dataclass(frozen=True, slots=True)
class LimitChange:
    """So many days more or fewer, or times a factor, or a fixed number of working days by procedure code.

    A fixed number wins over the others. Days are counted as the limit counts them; eight hours are a day.
    A changed limit is whole days again and never shorter than one day; a shorter one stays as it was.
    """

    days: int = 0
    factor: Decimal = ONE
    fixed: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self):
        if abs(self.days) > MAX_AMOUNT:
            raise ScenarioRefused(
                _("A limit is changed by %(most)s days at the most, not by %(days)s.")
                % {"most": MAX_AMOUNT, "days": self.days}
            )
        if not self.factor.is_finite() or self.factor <= 0 or self.factor > MOST_FACTOR:
            raise ScenarioRefused(
                _("A limit is multiplied by a number above 0, up to %(most)s, not by %(factor)s.")
                % {"most": MOST_FACTOR, "factor": self.factor}
            )
        for code, days in self.fixed.items():
            if not 1 <= days <= MAX_AMOUNT:
                raise ScenarioRefused(
                    _("A limit is at least one working day and at most %(most)s; %(code)s got %(days)s.")
                    % {"most": MAX_AMOUNT, "code": code, "days": days}
                )

    @property
    def changes(self) -> bool:
        return bool(self.days or self.factor != 1 or self.fixed)

    def applied(self, limit: Limit, procedure: str) -> Limit:
        if procedure in self.fixed:
            return Limit(Decimal(self.fixed[procedure]), LimitUnit.WORKING_DAY)
        a_day = _A_DAY.get(limit.unit)
        if a_day is None or limit.amount is None or (not self.days and self.factor == 1):
            return limit
        amount = (limit.amount * self.factor / a_day).quantize(ONE, ROUND_HALF_UP) + self.days
        # Neither does the floor make a limit of hours longer that was shorter than a day before.
        floor = min(ONE, limit.amount / a_day)
        return replace(limit, amount=min(max(amount, floor) * a_day, Decimal(MAX_AMOUNT)))

    def stays_at_the_floor(self, limit: Limit, procedure: str) -> bool:
        """Whether it would have become shorter than one day."""
        a_day = _A_DAY.get(limit.unit)
        if procedure in self.fixed or a_day is None or limit.amount is None:
            return False
        return self.changes and (limit.amount * self.factor / a_day) + self.days < 1


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """Days made off or worked, other hours, Saturday mornings open.

    On open Saturday mornings officers work; limits only count them with `saturdays_count` (T15).
    """

    days_off: Collection[date] = ()
    days_on: Collection[date] = ()
    saturday_mornings: bool = False
    saturdays_count: bool = False
    weekday: tuple[Session, ...] = ()

    def __post_init__(self):
        if both := sorted(set(self.days_off) & set(self.days_on)):
            raise ScenarioRefused(
                _("%(day)s cannot be off and worked at once.") % {"day": f"{both[0]:%d/%m/%Y}"}
            )
        if self.saturdays_count and not self.saturday_mornings:
            raise ScenarioRefused(_("Saturdays count in limits only where Saturday mornings are open."))

    @property
    def changes(self) -> bool:
        return bool(self.days_off or self.days_on or self.saturday_mornings or self.weekday)

    def check_within(self, first: date, last: date) -> None:
        """A day outside of the period would change nothing, or only by half."""
        for day in sorted({*self.days_off, *self.days_on}):
            if not first <= day <= last:
                raise ScenarioRefused(
                    _("%(day)s lies outside the period from %(first)s to %(last)s.")
                    % {"day": f"{day:%d/%m/%Y}", "first": f"{first:%d/%m/%Y}", "last": f"{last:%d/%m/%Y}"}
                )

    def limits(self, calendar: WorkCalendar) -> WorkCalendar:
        """By which limits are counted."""
        return self._changed(calendar, calendar.hours.saturday_counts or self.saturdays_count)

    def work(self, calendar: WorkCalendar) -> WorkCalendar:
        """By which officers work."""
        return self._changed(calendar, calendar.hours.saturday_counts or self.saturday_mornings)

    def _changed(self, calendar: WorkCalendar, saturday_counts: bool) -> WorkCalendar:
        if not self.changes:
            return calendar
        weekday = self.weekday or calendar.hours.weekday
        saturday = calendar.hours.saturday
        if self.saturday_mornings and not saturday:
            saturday = mornings(weekday)
        days = [
            *(SpecialDay(day, False, SIMULATED, "") for day in self.days_off),
            *(SpecialDay(day, True, SIMULATED, "") for day in self.days_on),
        ]
        hours = OfficeHours(weekday, saturday, saturday_counts)
        return calendar.with_days(days).with_hours(hours)


def mornings(sessions: tuple[Session, ...]) -> tuple[Session, ...]:
    """What lies before noon. Raises ScenarioRefused for an office that opens later."""
    found = tuple(Session(s.opens, min(s.closes, NOON)) for s in sessions if s.opens < NOON)
    if not found:
        raise ScenarioRefused(
            _("These offices are not open in the morning: Saturday mornings have no hours.")
        )
    return found


@dataclass(frozen=True, slots=True)
class Staffing:
    """Other numbers of officers by unit, or so many more (fewer) everywhere; and in which order they work.

    Fewer everywhere leaves at least one in each unit.
    """

    officers: Mapping[Hashable, int] = field(default_factory=dict)
    more: int = 0
    due_first: bool = False

    def __post_init__(self):
        if abs(self.more) > MOST_OFFICERS or any(n > MOST_OFFICERS for n in self.officers.values()):
            raise ScenarioRefused(
                _("More than %(most)s officers are not simulated.") % {"most": MOST_OFFICERS}
            )
        if any(number < 1 for number in self.officers.values()):
            raise ScenarioRefused(_("A unit without officers finishes nothing: give at least one."))

    @property
    def changes(self) -> bool:
        return bool(self.officers or self.more or self.due_first)

    def number(self, unit: Hashable, really: int) -> int:
        return self.officers.get(unit, max(1, really + self.more))


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that is different; nothing of it is the past as it was."""

    limit: LimitChange = field(default_factory=LimitChange)
    calendar: CalendarChange = field(default_factory=CalendarChange)
    staffing: Staffing = field(default_factory=Staffing)

    @property
    def changes_promises(self) -> bool:
        return self.limit.changes or self.calendar.changes
