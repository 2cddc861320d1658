"""Internal steps against the limit of a procedure (R18); pure, in working hours.

One working day is eight working hours. A limit in calendar days offers at least the working days counted
here wherever it begins; public holidays are not foreseen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from procedures.enums import LimitUnit

HOURS_PER_DAY = Decimal(8)
REST = "rest"  # a step of a template that takes what the others leave

STEP_HOURS = {LimitUnit.WORKING_DAY: HOURS_PER_DAY, LimitUnit.WORKING_HOUR: Decimal(1)}


@dataclass(frozen=True, slots=True)
class StepTemplate:
    """Steps for every limit of one unit and amount (None: any amount of at least `at_least`)."""

    unit: str
    amount: Decimal | None
    at_least: Decimal
    steps: tuple[Mapping, ...]

    def fits(self, amount: Decimal, unit: str) -> bool:
        return unit == self.unit and (amount == self.amount if self.amount else amount >= self.at_least)


def step_hours(steps: Iterable[Mapping]) -> Decimal:
    """Working hours of all steps together; each has `amount` and `unit` (working days or working hours)."""
    return sum((step["amount"] * STEP_HOURS[step["unit"]] for step in steps), Decimal(0))


def limit_hours(amount: Decimal, unit: str) -> Decimal:
    """Working hours that a limit offers; "same day" and "at once" offer one working day (R25)."""
    match unit:
        case LimitUnit.WORKING_DAY:
            return amount * HOURS_PER_DAY
        case LimitUnit.WORKING_HOUR:
            return amount
        case LimitUnit.CALENDAR_DAY:
            weeks, rest = divmod(amount, 7)
            return (weeks * 5 + max(rest - 2, Decimal(0))) * HOURS_PER_DAY
        case LimitUnit.SAME_DAY | LimitUnit.IMMEDIATE:
            return HOURS_PER_DAY
    raise ValueError(f"unknown unit {unit!r}")


def steps_from(template: StepTemplate, amount: Decimal, unit: str) -> list[dict]:
    """The template's steps for one limit; `rest` becomes what the other steps leave."""
    fixed = step_hours(step for step in template.steps if step["amount"] != REST)
    rest = limit_hours(amount, unit) - fixed
    return [
        {**step, "amount": rest / STEP_HOURS[step["unit"]]} if step["amount"] == REST else dict(step)
        for step in template.steps
    ]
