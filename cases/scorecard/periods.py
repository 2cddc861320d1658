"""Months, quarters and years that something is counted for; pure. Days of Asia/Ho_Chi_Minh."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from cases.limits import FIRST_YEAR, LAST_YEAR, CannotCount
from procedures.working_time import TZ, local

_WRITTEN = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])|-Q([1-4]))?", re.ASCII)


class PeriodRefused(CannotCount):
    """Reversed, in a year that nobody counts in, or not written as a period."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Whole days, both included. `in_a_year`: how many of its kind make a year."""

    first: date
    last: date
    in_a_year: int = 12

    def __post_init__(self):
        if self.last < self.first:
            raise PeriodRefused(
                _("A period ends after it begins, not %(first)s to %(last)s.")
                % {"first": f"{self.first:%d/%m/%Y}", "last": f"{self.last:%d/%m/%Y}"}
            )
        if not (self.first.year >= FIRST_YEAR and self.last.year <= LAST_YEAR):
            raise PeriodRefused(
                _("Figures are counted for the years %(first)s to %(last)s.")
                % {"first": FIRST_YEAR, "last": LAST_YEAR}
            )
        if self.in_a_year < 1:
            raise PeriodRefused(_("A year has at least one period of a kind."))

    def __str__(self) -> str:
        """As `read` takes it."""
        if self.in_a_year == 1:
            return f"{self.first:%Y}"
        if self.in_a_year == 4:
            return f"{self.first:%Y}-Q{(self.first.month + 2) // 3}"
        return f"{self.first:%Y-%m}"

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.first, time.min, tzinfo=TZ)

    @property
    def ends_at(self) -> datetime:
        """The first moment that does not belong to it any more."""
        return datetime.combine(self.last + timedelta(days=1), time.min, tzinfo=TZ)

    @property
    def last_minute(self) -> datetime:
        """What is still open at the end of the period is compared with this (moments are minutes, T7)."""
        return self.ends_at - timedelta(minutes=1)

    @property
    def before(self) -> "Period":
        """The one of its kind that ended the day before this one began."""
        eve = self.first - timedelta(days=1)
        months = 12 // self.in_a_year
        return _span(eve.year, eve.month - months + 1, months)

    @property
    def after(self) -> "Period":
        """The one of its kind that begins the day after this one ends."""
        day = self.last + timedelta(days=1)
        return _span(day.year, day.month, 12 // self.in_a_year)

    def is_over(self, now: datetime) -> bool:
        return local(now).date() > self.last


def month(year: int, number: int) -> Period:
    return _span(year, number, 1)


def quarter(year: int, number: int) -> Period:
    return _span(year, 3 * number - 2, 3)


def year(number: int) -> Period:
    return _span(number, 1, 12)


def read(text: str) -> Period:
    """`2026-08`, `2026-Q3` or `2026`. Raises PeriodRefused."""
    found = _WRITTEN.fullmatch(text)
    if not found:
        raise PeriodRefused(
            _("“%(text)s” is no period; write a month like 2026-08, a quarter like 2026-Q3 or a year.")
            % {"text": text}
        )
    of_year, of_month, of_quarter = found.groups()
    if of_month:
        return month(int(of_year), int(of_month))
    return quarter(int(of_year), int(of_quarter)) if of_quarter else year(int(of_year))


def _span(year: int, first_month: int, months: int) -> Period:
    if not FIRST_YEAR <= year <= LAST_YEAR or not 1 <= first_month <= 13 - months:
        raise PeriodRefused(
            _("Figures are counted for the years %(first)s to %(last)s.")
            % {"first": FIRST_YEAR, "last": LAST_YEAR}
        )
    following = date(year + (first_month + months > 12), (first_month + months - 1) % 12 + 1, 1)
    return Period(date(year, first_month, 1), following - timedelta(days=1), 12 // months)
