"""The roll-ups of past days and months are what a count of the facts gives (R51). Slow: everything is counted."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from cases.invariants.base import Invariant, Outcome, Scope, Tally
from cases.models import Recount
from cases.scorecard import counting, rolled
from procedures.calendars import remembered_calendars
from procedures.models import Agency

A_DAY = timedelta(days=1)


@remembered_calendars()
def _days(scope: Scope) -> Outcome:
    """Day by day; agencies whose figures wait to be counted again are left out from that day on."""
    tally, changed = Tally(), _changed_since()
    for day in _counted_days(scope):
        leaves = _settled(changed, day)
        for model, count in counting.OF_A_DAY.items():
            stored = model.objects.filter(day=day, agency__in=leaves)
            _compare(tally, stored, count(counting.day_scope(leaves, day)), f"{day:%d/%m/%Y}")
    return tally.outcome


@remembered_calendars()
def _months(scope: Scope) -> Outcome:
    tally, changed = Tally(), _changed_since()
    ends = {}
    for day in _counted_days(scope):
        ends[day.year, day.month] = day  # the last counted day of each month
    last = rolled.last_counted_day()
    for day in ends.values():
        if scope.sample is not None and day != last:
            continue
        leaves = _settled(changed, day)
        for model, count in counting.OF_A_MONTH.items():
            stored = model.objects.filter(month=day.replace(day=1), agency__in=leaves)
            _compare(tally, stored, count(counting.month_scope(leaves, day)), f"{day:%m/%Y}")
    return tally.outcome


def _counted_days(scope: Scope) -> Iterator[date]:
    """From the first to the last counted day; of a sample the last ones."""
    last, first = rolled.last_counted_day(), _first_day()
    if last is None or first is None:
        return
    if scope.since:
        first = max(first, scope.since)
    if scope.sample is not None:
        first = max(first, last - (scope.sample - 1) * A_DAY)
    while first <= last:
        yield first
        first += A_DAY


def _first_day() -> date | None:
    days = [
        model.objects.order_by("day").values_list("day", flat=True).first() for model in counting.OF_A_DAY
    ]
    return min((day for day in days if day), default=None)


def _changed_since() -> dict[int, date]:
    """The first day that waits to be counted again, by agency."""
    found: dict[int, date] = {}
    for agency, day in Recount.objects.values_list("agency", "first_day"):
        found[agency] = min(day, found.get(agency, day))
    return found


def _settled(changed: dict[int, date], day: date) -> list[int]:
    keys = Agency.objects.order_by("pk").values_list("pk", flat=True)
    return [pk for pk in keys if pk not in changed or changed[pk] > day]


def _compare(tally: Tally, stored, counted: list, when: str) -> None:
    """Row by row, without their keys."""
    there, facts = Counter(map(_row, stored)), Counter(map(_row, counted))
    tally.checked += facts.total()
    for row in ((there - facts) + (facts - there)).elements():
        tally.fail(f"{when}: {dict(row)}")


def _row(instance) -> tuple:
    fields = (field.attname for field in instance._meta.concrete_fields if not field.primary_key)
    return tuple((name, _plain(getattr(instance, name))) for name in fields)


def _plain(value):
    return tuple(value) if isinstance(value, list) else value


INVARIANTS = (
    Invariant(
        "rolled-up-days", _("The figures of past days are what a count of the facts gives."), _days, "rollups"
    ),
    Invariant(
        "rolled-up-months",
        _("The figures of months are what a count of the facts gives."),
        _months,
        "rollups",
    ),
)
