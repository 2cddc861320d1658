"""What each internal step may take and what it has taken (định mức thời gian; R17, R18); pure.

Working minutes by the calendar of the competent agency; one working day of an allowance is eight hours.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from procedures.steps import limit_hours
from procedures.working_time import WorkCalendar, local


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the procedure gives a step: `amount` of `unit` (see `procedures.enums.LimitUnit`)."""

    step: Hashable
    name: str
    amount: Decimal
    unit: str

    @property
    def minutes(self) -> int:
        return int(limit_hours(self.amount, self.unit) * 60)


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch in which a step was with somebody, or with nobody yet; no `ends`: it still is."""

    step: Hashable
    officer: Hashable | None
    begins: datetime
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """Working minutes that there are and that are used."""

    name: str
    allowed: int
    used: int

    @property
    def left(self) -> int:
        """Negative when more was used than there is."""
        return self.allowed - self.used

    @property
    def is_over(self) -> bool:
        return self.used > self.allowed

    @property
    def percent(self) -> int:
        """How much of it is used, 0 to 100; whole when it is over or there was nothing to use."""
        if self.is_over or not self.allowed:
            return 100 if self.used else 0
        return self.used * 100 // self.allowed


@dataclass(frozen=True, slots=True)
class StepBudget(Budget):
    """Of one step, with what each officer used of it, in the order in which they had it."""

    shares: tuple[tuple[Hashable | None, int], ...] = ()
    is_running: bool = False


def step_budgets(
    allowances: Iterable[Allowance],
    spells: Sequence[Spell],
    calendar: WorkCalendar,
    *,
    now: datetime,
    since: datetime | None = None,
) -> list[StepBudget]:
    """One for each step of the procedure, in its order.

    After a supplement the step that was broken off has its whole allowance again, so of a step that runs
    since the restart `since` only that counts.
    """
    found = []
    for allowance in allowances:
        mine = [spell for spell in spells if spell.step == allowance.step]
        fresh = [spell for spell in mine if since and spell.begins >= since]
        shares: dict[Hashable | None, int] = {}
        for spell in fresh or mine:
            worked = calendar.working_minutes_between(spell.begins, spell.ends or now)
            shares[spell.officer] = shares.get(spell.officer, 0) + worked
        found.append(
            StepBudget(
                allowance.name,
                allowance.minutes,
                sum(shares.values()),
                tuple(shares.items()),
                any(spell.ends is None for spell in mine),
            )
        )
    return found


def total_budget(
    started_at: datetime,
    due_at: datetime,
    until: datetime,
    calendar: WorkCalendar,
    *,
    excluded: Iterable[tuple[date, date]] = (),
) -> Budget:
    """The whole limit from the start of the clock to the due moment, and what is used of it by `until`.

    Days that do not count (both ends included) are neither allowed nor used.
    """
    excluded = list(excluded)

    def worked(end: datetime) -> int:
        if end <= started_at:
            return 0
        left_out = sum(_minutes_of(first, last, started_at, end, calendar) for first, last in excluded)
        return calendar.working_minutes_between(started_at, end) - left_out

    return Budget("", worked(due_at), worked(until))


def _minutes_of(first: date, last: date, begins: datetime, ends: datetime, calendar: WorkCalendar) -> int:
    """Working minutes of whole days, as far as they lie between the two moments."""
    zone = local(begins).tzinfo
    opening = datetime.combine(first, time.min, tzinfo=zone)
    closing = datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone)
    a, b = max(opening, begins), min(closing, ends)
    return calendar.working_minutes_between(a, b) if a < b else 0
