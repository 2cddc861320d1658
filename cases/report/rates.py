"""Rates against their targets, for the whole and for each agency, and how far services are online (R54)."""

from collections.abc import Mapping

from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext as _

from cases.models import Dossier
from cases.report import visits
from cases.report.measures import MEASURES, OF_DOSSIERS, Measure, services
from cases.report.tables import PERCENT, Figure, Part, Table, number, percent, text
from cases.scorecard.facts import Counted
from cases.scorecard.scope import Scope
from cases.scorecard.scores import Fact, NoValue
from cases.scorecard.targets import measure, target_on
from procedures.enums import AgencyKind, Level, ServiceLevel

ByAgency = tuple[dict[int, int], dict[int, int]]  # numerator and denominator, by the id of the agency


def level_of(scope: Scope) -> str:
    """The level whose targets hold for these agencies."""
    return (Level.COMMUNE if scope.agency.kind == AgencyKind.COMMUNE else Level.PROVINCE).value


def part(scope: Scope) -> Part:
    counts = {one.key: _grouped(one.count(scope)) for one in OF_DOSSIERS}
    return Part(
        "rates",
        _("Rates and targets"),
        (_against_targets(scope, counts), _by_agency(scope, counts), _services(scope), visits.table(scope)),
    )


def _against_targets(scope: Scope, counts: Mapping[str, ByAgency]) -> Table:
    rows = []
    for one in MEASURES:
        fact = _together(counts[one.key]) if one.key in counts else _fact(one.count(scope))
        target = target_on(one.rate, scope.day, level_of(scope)) if one.rate else None
        if isinstance(fact, NoValue):
            rows.append((one.name, None, None, None, target and target.percent, None, fact.label))
            continue
        measured = measure(fact, target)
        rows.append(
            (
                one.name,
                *figures(one, fact),
                measured.percent,
                target and target.percent,
                measured.missed_by,
                "" if fact.denominator else NoValue.NOTHING.label,
            )
        )
    return Table(
        _("Rates against their targets"),
        (
            text(_("Measure"), 5),
            number(_("How many")),
            number(_("Out of")),
            PERCENT,
            number(_("Target, %")),
            number(_("Short by, points")),
            text(_("Why there is no figure"), 3),
        ),
        rows,
        note=_("Targets are those that hold on the last day of the period."),
    )


def _fact(found: Counted | NoValue) -> Fact | NoValue:
    return found.fact if isinstance(found, Counted) else NoValue(found)


def _together(counts: ByAgency) -> Fact:
    """What was counted for each agency, counted no second time."""
    return Fact(*(sum(of_each.values()) for of_each in counts))


def figures(measure: Measure, fact: Fact, of: str = "") -> tuple[Figure, Figure]:
    """Numerator and denominator, each with its list."""
    return (
        Figure(fact.numerator, f"{measure.key}-good", of),
        Figure(fact.denominator, f"{measure.key}-all", of),
    )


def _by_agency(scope: Scope, counts: Mapping[str, ByAgency]) -> Table:
    """A row for each agency that is active or has dossiers; without dossiers there is no figure, not 0 %."""
    rows = []
    for agency in scope.agencies:
        cells = []
        for one in OF_DOSSIERS:
            good, every = counts[one.key]
            share = percent(good.get(agency.pk, 0), every.get(agency.pk))
            cells.append(None if share is None else Figure(share, f"{one.key}-good", agency.identifier))
        handled = counts["2.1"][1].get(agency.pk)
        if agency.is_active or any(cell is not None for cell in cells):
            of = agency.identifier
            rows.append((str(agency), handled and Figure(handled, "2.1-all", of), *cells))
    return Table(
        _("Rates by agency"),
        (
            text(_("Agency"), 4),
            number(_("Dossiers")),
            *(number(one.name) for one in OF_DOSSIERS),
        ),
        rows,
        note=_(
            "Percent, of the dossiers that the agency itself decides; – means that there was nothing to measure."
        ),
    )


def _grouped(found: Counted) -> ByAgency:
    """Numerator and denominator by competent agency."""
    return by_competent_agency(found.numerator), by_competent_agency(found.denominator)


def by_competent_agency(rows: QuerySet[Dossier]) -> dict[int, int]:
    counted = (
        Dossier.objects.filter(pk__in=rows.order_by().values("pk"))
        .order_by()
        .values(agency=F("competent_agency"))
        .annotate(n=Count("pk"))
    )
    return {row["agency"]: row["n"] for row in counted}


def _services(scope: Scope) -> Table:
    by_level = services(scope)
    every = sum(len(found) for found in by_level.values())
    rows = [
        (
            ServiceLevel(level).label,
            Figure(len(found), f"level-{level or 'unknown'}"),
            percent(len(found), every),
        )
        for level, found in by_level.items()
    ]
    return Table(
        _("Services by how far they are online"),
        (text(_("Service level"), 4), number(_("Procedures")), PERCENT),
        [*rows, (_("Together"), Figure(every, "services-all"), percent(every, every))],
        note=_("A procedure whose level is not known yet counts as not fully online."),
    )
