"""The course of the months, from the roll-ups: rates, what came and went, which fields are late where (R51)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from cases.models import AgencyDay, FieldMonth, PartMonth
from cases.scorecard import rolled
from cases.scorecard.periods import Period, month
from cases.scorecard.scores import half_up
from procedures.models import Agency

MONTHS = 12
MOST_ROWS = MOST_FIELDS = 12
ON_TIME = "2.1"


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many; `percent` with two decimals, None of nothing."""

    good: int = 0
    all: int = 0

    @property
    def percent(self) -> Decimal | None:
        return half_up(Fraction(100 * self.good, self.all)) if self.all else None


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One month of an agency with everything below it; of the month that runs up to yesterday."""

    period: Period
    on_time: Share
    received: int
    ended: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Dossiers on time by agency and field in one month; the agencies next below, or the agency itself.

    Shown are the largest; `left_out` says how many agencies and fields are not.
    """

    period: Period
    fields: Sequence[str]
    rows: Sequence[tuple[Agency, Sequence[Share]]]
    left_out: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Trends:
    """Everything that is drawn. `last_day` is the last one that is counted."""

    last_day: date
    months: Sequence[MonthFigures] = field(default_factory=list)
    heat: HeatMap | None = None


def trends(agency: Agency) -> Trends | None:
    """Of an agency with everything below it; None before anything was counted."""
    last_day = rolled.last_counted_day()
    if last_day is None:
        return None
    below = list(Agency.objects.below(agency))
    periods = _months(last_day)
    return Trends(last_day, _figures([one.pk for one in below], periods), _heat(agency, below, periods[-1]))


def _months(last_day: date) -> list[Period]:
    """Twelve, the oldest first; the last is the month of that day."""
    found = [month(last_day.year, last_day.month)]
    while len(found) < MONTHS:
        found.insert(0, found[0].before)
    return found


def _figures(units: list[int], periods: list[Period]) -> list[MonthFigures]:
    parts = PartMonth.objects.filter(
        agency__in=units, code=ON_TIME, month__gte=periods[0].first, month__lte=periods[-1].first
    )
    shares = {
        first: Share(good, of)
        for first, good, of in parts.order_by()
        .values_list("month")
        .annotate(good=Sum("numerator"), of=Sum("denominator"))
    }
    days = AgencyDay.objects.filter(agency__in=units, day__range=(periods[0].first, periods[-1].last))
    flows = {
        first: (received, ended)
        for first, received, ended in days.order_by()
        .annotate(month=TruncMonth("day"))
        .values_list("month")
        .annotate(received_sum=Sum("received"), ended_sum=Sum("ended"))
    }
    return [
        MonthFigures(one, shares.get(one.first, Share()), *flows.get(one.first, (0, 0))) for one in periods
    ]


def _heat(agency: Agency, below: list[Agency], period: Period) -> HeatMap:
    shown_as = {one.pk: _next_below(agency, one) for one in below}
    cells: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    sizes: dict[int, int] = defaultdict(int)
    fields: dict[str, int] = defaultdict(int)
    rows = FieldMonth.objects.filter(agency__in=shown_as, month=period.first)
    for pk, name, good, of in rows.values_list("agency", "field_vi", "on_time", "handled"):
        cell = cells[shown_as[pk], name]
        cell[0], cell[1] = cell[0] + good, cell[1] + of
        sizes[shown_as[pk]] += of
        fields[name] += of
    most = sorted(sizes, key=lambda pk: (-sizes[pk], pk))[:MOST_ROWS]
    names = sorted(fields, key=lambda name: (-fields[name], name))[:MOST_FIELDS]
    agencies = {one.pk: one for one in below}
    return HeatMap(
        period,
        names,
        [(agencies[pk], [Share(*cells.get((pk, name), (0, 0))) for name in names]) for pk in most],
        (len(sizes) - len(most), len(fields) - len(names)),
    )


def _next_below(agency: Agency, one: Agency) -> int:
    """In whose row it is: the agency next below the one above; that one itself when it decides, too."""
    path = list(one.tree_path)
    place = path.index(agency.pk) + 1
    return path[place] if place < len(path) else agency.pk
