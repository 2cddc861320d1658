"""What a report is made of: tables whose figures know the list behind them; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.scorecard.scores import half_up
from procedures.working_time import local

Value = str | Promise | int | Decimal | date | datetime | None
NOTHING = "–"  # not known or not measured, which is not 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that opens what it counts: the list `behind`, of the agency with identifier `of` or of all."""

    value: Value
    behind: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """`is_number` stands on the right; `width` is a share of the width of a page."""

    title: str | Promise
    is_number: bool = False
    width: int = 2


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of values under columns. `note` says how it is counted, or why there is nothing."""

    title: str | Promise
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value | Figure]]
    note: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the report, with a name that stands in addresses."""

    key: str
    title: str | Promise
    tables: Sequence[Table] = field(default_factory=tuple)


def text(title: str | Promise, width: int = 2) -> Column:
    return Column(title, width=width)


def number(title: str | Promise) -> Column:
    return Column(title, is_number=True, width=1)


PERCENT = number(gettext_lazy("%"))


def percent(numerator: int | None, denominator: int | None) -> Decimal | None:
    """Two decimals, half-up; None of nothing."""
    if numerator is None or not denominator:
        return None
    return half_up(Fraction(100 * numerator, denominator))


def bare(value: Value | Figure) -> Value:
    return value.value if isinstance(value, Figure) else value


def shown(value: Value | Figure) -> str:
    """As it is read: numbers in the language of the reader, days and moments as the offices write them."""
    value = bare(value)
    match value:
        case None:
            return NOTHING
        case bool():
            return _("yes") if value else _("no")
        case int():
            return number_format(value, 0, use_l10n=True, force_grouping=True)
        case Decimal():
            return number_format(value, 2, use_l10n=True, force_grouping=True)
        case datetime():
            return f"{local(value):%d/%m/%Y %H:%M}"
        case date():
            return f"{value:%d/%m/%Y}"
    return str(value)
