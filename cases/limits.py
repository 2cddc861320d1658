"""What a time limit is and how its amount is counted (R18, R26); pure.

A limit is counted in one stretch, a `Leg`; an extension that cannot simply be added is a second one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from django.utils.translation import gettext as _

from procedures.enums import LimitUnit

HOURS_PER_DAY = 8  # R18: a part of a working day is working hours
ONE_DAY = timedelta(days=1)

_UNITS = frozenset(LimitUnit.values)
_WITHIN_THE_DAY = frozenset({LimitUnit.SAME_DAY, LimitUnit.IMMEDIATE})

# Beyond these a number is a typing error, and counting days one by one would take for ever.
MAX_AMOUNT = 10_000
FIRST_YEAR, LAST_YEAR = 2000, 2100


class CannotCount(ValueError):
    """A limit, an extension or a moment that no due date follows from; the sentence says what to correct."""


class UnknownUnit(CannotCount):
    """Not one of the units of `LimitUnit`."""


class AmountRefused(CannotCount):
    """Negative, not a number, too large, or a part of something that has no parts."""


class MomentRefused(CannotCount):
    """A moment without a time zone or in a year that nobody counts in."""


class ExtensionRefused(CannotCount):
    """An extension without what its mode needs, or an agreed date that is not later (R26)."""


@dataclass(frozen=True)
class Limit:
    """How long something may take (thời hạn); `cutoff` only matters to same-day and immediate limits."""

    amount: Decimal | None
    unit: str
    cutoff: time | None = None

    @cached_property
    def measured(self) -> "tuple[Way, int | Decimal]":
        """Way and amount, see `measure`; kept, because one limit is counted for many dossiers."""
        return measure(self.amount, self.unit)


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension of a limit (gia hạn), see `ExtensionMode` for what amount or date it needs (R26).

    `stands`: granted already. A limit that has moved beyond an agreed date since – the calendar changed,
    a period was left out – then prevails, instead of the agreement being refused.
    """

    amount: Decimal | None
    unit: str
    mode: str
    agreed_on: date | None = None
    stands: bool = False


class Excluded(NamedTuple):
    """A period that the procedure does not count, whole days, both ends included (R23)."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first:%d/%m/%Y}–{self.last:%d/%m/%Y}"


class Way(Enum):
    """How a part of a limit is counted."""

    WORKING_DAYS = 1
    CALENDAR_DAYS = 2
    MINUTES = 3
    SAME_DAY = 4
    AGREED = 5


class Leg(NamedTuple):
    """A stretch of counting from `start` to `end`; a limit is one leg, an extension may be a second.

    `amount` is days or minutes, as the way says; the first `of_limit` belong to the limit and the
    others to an extension.
    """

    way: Way
    start: datetime
    end: datetime
    amount: int | Decimal = 0
    of_limit: int | Decimal = 0


def measure(given: Decimal | None, unit: str) -> tuple[Way, int | Decimal]:
    """How an amount of a unit is counted, in days or in minutes.

    Same-day and immediate limits are one day whatever amount they come with; theirs alone may be None.
    """
    if unit not in _UNITS:
        raise UnknownUnit(
            _("“%(unit)s” is not a unit of time limits; use one of: %(units)s.")
            % {"unit": unit, "units": ", ".join(LimitUnit.values)}
        )
    if given is None:
        if unit in _WITHIN_THE_DAY:
            return Way.SAME_DAY, 1
        raise AmountRefused(_("Say how long the time limit is: its amount is missing."))
    try:
        amount = Decimal(str(given))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise AmountRefused(_("A time limit is a number from 0 on, not “%(amount)s”.") % {"amount": given})
    if amount > MAX_AMOUNT:
        raise AmountRefused(
            _("A time limit of %(amount)s is too large; the most that is counted is %(most)s.")
            % {"amount": amount, "most": MAX_AMOUNT}
        )
    if unit in _WITHIN_THE_DAY:
        return Way.SAME_DAY, 1
    whole = amount == amount.to_integral_value()
    if unit == LimitUnit.WORKING_HOUR or (unit == LimitUnit.WORKING_DAY and not whole):
        # R18: whole days are days; a part of a day makes it working hours from the moment.
        minutes = amount * 60 if unit == LimitUnit.WORKING_HOUR else amount * HOURS_PER_DAY * 60
        return Way.MINUTES, int(minutes) if minutes == minutes.to_integral_value() else minutes
    if unit == LimitUnit.WORKING_DAY:
        return Way.WORKING_DAYS, int(amount)
    if not whole:
        raise AmountRefused(_("Calendar days are whole days, not %(amount)s.") % {"amount": amount})
    return Way.CALENDAR_DAYS, int(amount)


def in_order(excluded: Iterable[Excluded]) -> list[Excluded]:
    """The periods one after the other; those that overlap are one, so that no day is left out twice."""
    periods: list[Excluded] = []
    for period in sorted(excluded):
        length = (period.last - period.first).days + 1
        if length < 1 or length > MAX_AMOUNT:
            raise CannotCount(
                _("A period that does not count ends after it begins, not %(first)s to %(last)s.")
                % {"first": f"{period.first:%d/%m/%Y}", "last": f"{period.last:%d/%m/%Y}"}
            )
        if periods and period.first <= periods[-1].last:
            periods[-1] = Excluded(periods[-1].first, max(periods[-1].last, period.last))
        else:
            periods.append(period)
    return periods


def check_moment(moment: datetime) -> None:
    if moment.tzinfo is None:
        raise MomentRefused(_("%(moment)s has no time zone.") % {"moment": moment.isoformat()})
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise MomentRefused(
            _("Due dates are counted for the years %(first)s to %(last)s, not for %(year)s.")
            % {"first": FIRST_YEAR, "last": LAST_YEAR, "year": moment.year}
        )
