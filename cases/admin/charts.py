"""Charts drawn by the server, each with the table of its figures: nothing is known only by looking."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from cases.morning import Load
from cases.scorecard.scores import half_up
from cases.trends import HeatMap, MonthFigures, Share
from procedures.models import Agency

WIDTH, HEIGHT, FOOT, LEFT, HEAD = 640, 220, 24, 44, 12
FULL = Decimal(100)
# From which percent of dossiers on time on a cell is of which shade; below the last one the worst.
SHADES = (98, 90, 75, 50)


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    link: str = ""
    shade: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    shade: str
    hint: str


@dataclass(frozen=True, slots=True)
class Label:
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars over a common foot, with the same figures as a table."""

    key: str
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    bars: Sequence[Bar] = ()
    feet: Sequence[Label] = ()
    grid: Sequence[Label] = ()
    legend: Sequence[tuple[str, str]] = field(default_factory=list)


def percent_text(value: Decimal | None) -> str:
    return "–" if value is None else f"{number_format(half_up(value, 1), 1)} %"


def list_link(agency: Agency, period, what: str, **more: str) -> str:
    """The list behind a figure of a month."""
    asked = {"agency": agency.identifier, "month": str(period), "part": what, **more}
    return f"{reverse('admin:scorecard_list')}?{urlencode(asked)}"


def charts_of_months(agency: Agency, months: Sequence[MonthFigures]) -> list[Chart]:
    """The rate on time, and what came and went."""
    names = [f"{one.period.first:%m/%y}" for one in months]
    rates = [one.on_time.percent for one in months]
    on_time = chart_of(
        "on-time",
        _("On time, by month"),
        names,
        [(_("On time"), "1", rates, [percent_text(rate) for rate in rates])],
        top=100,
        unit=" %",
        head=[_("Month"), _("On time"), _("Dossiers on time"), _("Dossiers")],
        rows=[
            [
                Cell(name),
                Cell(percent_text(one.on_time.percent)),
                Cell(str(one.on_time.good), list_link(agency, one.period, "2.1", side="numerator")),
                Cell(str(one.on_time.all), list_link(agency, one.period, "2.1", side="denominator")),
            ]
            for name, one in zip(names, months, strict=True)
        ],
    )
    came, went = [one.received for one in months], [one.ended for one in months]
    flow = chart_of(
        "flow",
        _("Received and ended, by month"),
        names,
        [(_("Received"), "1", came, list(map(str, came))), (_("Ended"), "2", went, list(map(str, went)))],
        head=[_("Month"), _("Received"), _("Ended")],
        rows=[
            [
                Cell(name),
                Cell(str(one.received), list_link(agency, one.period, "received")),
                Cell(str(one.ended), list_link(agency, one.period, "ended")),
            ]
            for name, one in zip(names, months, strict=True)
        ],
    )
    return [on_time, flow]


def dossiers_link(**asked: str) -> str:
    """The dossier list with these filters."""
    return f"{reverse('admin:cases_dossier_changelist')}?{urlencode(asked)}"


def chart_of_ages(
    ages: dict[str, int], names: dict[str, str], link: Callable[..., str] = dossiers_link
) -> Chart:
    """What is in work, by age; each group is a filter of the list."""
    counts = list(ages.values())
    texts = [names[age] for age in ages]
    return chart_of(
        "ages",
        _("In work since the reception"),
        texts,
        [(_("Dossiers"), "1", counts, list(map(str, counts)))],
        head=[_("Age"), _("Dossiers")],
        rows=[[Cell(names[age]), Cell(str(n), link(age=age))] for age, n in ages.items()],
    )


def chart_of_load(loads: Sequence[Load], link: Callable[..., str] = dossiers_link) -> Chart:
    """Who holds how much; each person is a filter of the list."""
    most = max((one.held for one in loads), default=0)
    of_one_agency = len({one.officer.agency_id for one in loads}) < 2
    return Chart(
        "load",
        _("Who holds the most"),
        [_("Officer"), _("Dossiers"), _("Overdue")],
        [
            [
                Cell(_who(one.officer, of_one_agency), link(officer=one.officer.pk)),
                Cell(str(one.held), shade=f"{100 * one.held / most:.1f}"),
                Cell(str(one.late), link(officer=one.officer.pk, due="overdue")),
            ]
            for one in loads
        ],
    )


def _who(officer, of_one_agency: bool) -> str:
    """Two people of one name in different agencies are told apart."""
    return str(officer) if of_one_agency or not officer.agency else f"{officer}, {officer.agency}"


def heat_rows(above: Agency, heat: HeatMap) -> list[tuple[Agency, list[Cell]]]:
    """Each cell says its percentage, so that the colour only repeats it; it opens what was late."""
    return [
        (
            agency,
            [
                _heat_cell(agency, heat, name, share, alone=agency == above)
                for name, share in zip(heat.fields, shares, strict=True)
            ],
        )
        for agency, shares in heat.rows
    ]


def _heat_cell(agency: Agency, heat: HeatMap, name: str, share: Share, *, alone: bool) -> Cell:
    """`alone`: without what lies below, which has rows of its own."""
    if share.percent is None:
        return Cell("–")
    own = {"own": "1"} if alone else {}
    return Cell(
        f"{number_format(share.percent, 0)} %",
        list_link(agency, heat.period, "2.1", side="denominator", field=name, **own),
        str(sum(share.percent < bound for bound in SHADES)),
        _("%(good)d of %(all)d on time") % {"good": share.good, "all": share.all},
    )


def chart_of(key, title, names, series, *, head, rows, top=None, unit="") -> Chart:
    """Bars over names. `series`: name, shade, values (None = nothing) and their texts, side by side over each name."""
    top = top or _round_up(
        max((value or 0 for _name, _shade, values, _texts in series for value in values), default=0)
    )
    room = (WIDTH - LEFT) / max(len(names), 1)
    each = room * 0.7 / len(series)
    bars = []
    for place, (said, shade, values, texts) in enumerate(series):
        for number, value in enumerate(values):
            height = float(value or 0) / top * (HEIGHT - FOOT - HEAD)
            x = LEFT + number * room + room * 0.15 + place * each
            hint = f"{names[number]}: {texts[number]} ({said})"
            bars.append(Bar(_r(x), _r(HEIGHT - FOOT - height), _r(each), _r(height), shade, hint))
    feet = [Label(_r(LEFT + (n + 0.5) * room), HEIGHT - 6, name) for n, name in enumerate(names)]
    grid = [
        Label(
            LEFT,
            _r(HEIGHT - FOOT - part * (HEIGHT - FOOT - HEAD)),
            f"{number_format(int(top * part), force_grouping=True)}{unit}",
        )
        for part in (0, 0.5, 1)
    ]
    legend = [(shade, said) for said, shade, _values, _texts in series] if len(series) > 1 else []
    return Chart(key, title, head, rows, bars, feet, grid, legend)


def _r(value: float) -> float:
    return round(value, 1)


def _round_up(most: float) -> int:
    """The next even number with one digit that is not 0, for a scale that can be read."""
    step = 10 ** max(len(str(int(most))) - 1, 0)
    top = (int(most) // step + 1) * step if most else 2
    return top + top % 2
