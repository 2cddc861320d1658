"""Rates against their targets, for the whole and for each agency, and how far services are online (R54)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, F, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Dossier
from cases.report.tables import PERCENT, Figure, Part, Table, number, percent, text
from cases.scorecard import dossiers, facts
from cases.scorecard.facts import Counted
from cases.scorecard.scope import Scope
from cases.scorecard.scores import Fact, NoValue
from cases.scorecard.targets import Rate, measure, target_on
from procedures.enums import AgencyKind, Channel, Level, ServiceLevel
from procedures.models import Procedure, ProcedureVersion


@dataclass(frozen=True, slots=True)
class Measure:
    """A share of dossiers, procedures or feedback. `key` names the lists behind it; `rate` its target."""

    key: str
    name: str | Promise
    count: Callable[[Scope], Counted | NoValue]
    rate: str = ""


def of_part(code: str) -> Callable[[Scope], Counted | NoValue]:
    """As the scorecard counts this part."""
    return lambda scope: facts.counted(code, scope)


def fully_online_dossiers(scope: Scope) -> Counted:
    """Of what was filed for fully online services what was filed online."""
    found = dossiers.filed(scope).filter(version__service_level=ServiceLevel.FULL)
    return Counted(found.filter(channel=Channel.ONLINE), found)


def _offered(level: str) -> Callable[[Scope], Counted]:
    """Of the procedures that these agencies decide those offered so; the better level counts where there are two."""

    def counting(scope: Scope) -> Counted:
        by_level = services(scope)
        found, every = by_level[level], frozenset().union(*by_level.values())
        return Counted(Procedure.objects.filter(pk__in=found), Procedure.objects.filter(pk__in=every))

    return counting


LEVELS = (ServiceLevel.FULL, ServiceLevel.PARTIAL, ServiceLevel.INFORMATION, ServiceLevel.UNKNOWN)


def services(scope: Scope) -> dict[str, frozenset[int]]:
    """The procedures of these agencies by how far they go online; each once."""
    every = scope.authority.all
    rows = ProcedureVersion.objects.in_force_on(scope.day).filter(procedure__in=every)
    rows = rows.order_by().values_list("procedure", "service_level")
    best: dict[int, str] = {}
    for pk, level in rows:
        best[pk] = min(level, best.get(pk, level), key=LEVELS.index)
    return {level: frozenset(pk for pk in every if best.get(pk, "") == level) for level in LEVELS}


def no_source(scope: Scope) -> NoValue:
    return NoValue.NO_SOURCE


SERVICES = Measure(
    "services",
    gettext_lazy("Fully online services"),
    _offered(ServiceLevel.FULL),
    Rate.FULLY_ONLINE_SERVICES,
)
# Of dossiers: these have a figure for each agency too.
OF_DOSSIERS = (
    Measure("2.1", gettext_lazy("Handled early and on time"), of_part("2.1")),
    Measure("3.3", gettext_lazy("Filed online"), of_part("3.3")),
    Measure(
        "full",
        gettext_lazy("Dossiers of fully online services filed online"),
        fully_online_dossiers,
        Rate.FULLY_ONLINE_DOSSIERS,
    ),
    Measure("4.1", gettext_lazy("Electronic results"), of_part("4.1")),
    Measure("4.2", gettext_lazy("Digitised papers and results"), of_part("4.2")),
    Measure("4.3", gettext_lazy("Reuse of digitised papers"), of_part("4.3")),
    Measure("5.3", gettext_lazy("Online payment"), of_part("5.3"), Rate.ONLINE_PAYMENT),
)
SYNCHRONISED = Measure(
    "sync",
    gettext_lazy("Dossiers synchronised to the national portal"),
    no_source,
    Rate.SYNCHRONISATION,
)
FEEDBACK = Measure("6.1", gettext_lazy("Feedback handled on time"), of_part("6.1"))
MEASURES = (SERVICES, *OF_DOSSIERS, SYNCHRONISED, FEEDBACK)


def level_of(scope: Scope) -> str:
    """The level whose targets hold for these agencies."""
    return (Level.COMMUNE if scope.agency.kind == AgencyKind.COMMUNE else Level.PROVINCE).value


def part(scope: Scope) -> Part:
    return Part(
        "rates",
        _("Rates and targets"),
        (_against_targets(scope), _by_agency(scope), _services(scope)),
    )


def _against_targets(scope: Scope) -> Table:
    rows = []
    for one in MEASURES:
        found = one.count(scope)
        target = target_on(one.rate, scope.day, level_of(scope)) if one.rate else None
        if not isinstance(found, Counted):
            rows.append((one.name, None, None, None, target and target.percent, None, NoValue(found).label))
            continue
        fact = found.fact
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


def figures(measure: Measure, fact: Fact, of: str = "") -> tuple[Figure, Figure]:
    """Numerator and denominator, each with its list."""
    return (
        Figure(fact.numerator, f"{measure.key}-good", of),
        Figure(fact.denominator, f"{measure.key}-all", of),
    )


def _by_agency(scope: Scope) -> Table:
    """A row for each agency that is active or has dossiers; without dossiers there is no figure, not 0 %."""
    counts = [_grouped(one.count(scope)) for one in OF_DOSSIERS]
    rows = []
    for agency in scope.agencies:
        cells = []
        for (good, every), one in zip(counts, OF_DOSSIERS, strict=True):
            share = percent(good.get(agency.pk, 0), every.get(agency.pk))
            cells.append(None if share is None else Figure(share, f"{one.key}-good", agency.identifier))
        handled = counts[0][1].get(agency.pk)
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


def _grouped(found: Counted) -> tuple[dict[int, int], dict[int, int]]:
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
    )
