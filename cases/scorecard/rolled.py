"""The facts of a scorecard from the roll-ups: the same as `cases.scorecard.facts` counts, without counting (R51)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from cases.models import AgencyDay, FieldMonth, PartMonth, RolledUp
from cases.scorecard import counting, evaluations
from cases.scorecard.evaluations import Report
from cases.scorecard.facts import Counted, counted, fact_of, scope_of
from cases.scorecard.frozen import frozen_totals
from cases.scorecard.periods import Period, month
from cases.scorecard.ranking import Standing, ranking
from cases.scorecard.scope import Scope
from cases.scorecard.scores import Card, Fact, Facts, card
from procedures.models import Agency

# Parts that count procedures, by the part whose numerator says of which procedures there was one.
OF_PROCEDURES = {
    "3.2": ("3.3", "online"),
    "4.5a": ("4.5b", "for_citizens"),
    counting.PAID_PROCEDURES: (counting.PAID_PROCEDURES, "with_fee"),
}
COUNTED = "counted"  # the row of `RolledUp` that says up to which day everything is there
ADDED_UP = (*counting.OF_DOSSIERS, *counting.OF_FEEDBACK)
OFFERED_ONLINE, ON_TIME = "3.1", "2.1"
# Counted now, for each agency in one question: what the portal takes later changes months long counted.
SYNCHRONISED = "1.4"
FLOWS = ("received", "ended")  # columns of `AgencyDay`
PART_ROW = ("code", "numerator", "denominator", "procedures")
PartRow = tuple[str, int, int, list[int]]


def last_counted_day() -> date | None:
    """Up to which day everything is counted; None when nothing is yet."""
    return RolledUp.objects.filter(name=COUNTED).values_list("last_day", flat=True).first()


def last_month() -> Period:
    """The month of the last counted day; of today when nothing is counted yet."""
    day = last_counted_day() or timezone.localdate()
    return month(day.year, day.month)


def was_counted(period: Period) -> bool:
    """That there are figures of this month at all."""
    return PartMonth.objects.filter(month=period.first).exists()


def counted_scope(agency: Agency, period: Period) -> Scope | None:
    """The period up to the last day that is counted; None when none of it is.

    Raises a CannotCount with a sentence before all parameters.
    """
    last = last_counted_day()
    if last is None or last < period.first:
        return None
    return scope_of(agency, period, counting.end_of(last))


def facts_of(scope: Scope) -> Facts:
    """Every part of the edition, of a month; the scope is one of `counted_scope`."""
    return _facts(scope, _rows(scope))


def nine_of(scope: Scope) -> Report:
    """The nine indicators of a month; the scope is one of `counted_scope`. Raises ParameterRefused."""
    for code in evaluations.FACTS:
        scope.edition.part(code)
    rows = list(_rows(scope))
    sums = defaultdict(lambda: (0, 0))
    for code, numerator, denominator, _procedures in rows:
        sums[code] = sums[code][0] + numerator, sums[code][1] + denominator
    return evaluations.report_of(sums, _facts(scope, rows), scope)


def card_of(scope: Scope) -> Card:
    return card(facts_of(scope), scope.edition, in_a_year=scope.period.in_a_year)


def scopes_below(scope: Scope) -> list[Scope]:
    """Those of the active agencies next below, without a question to the database for each of them.

    Agencies alike decide alike, so their authority is looked up once.
    """
    units: dict[int, list[Agency]] = defaultdict(list)
    for agency in scope.agencies:
        path = list(agency.tree_path)
        place = path.index(scope.agency.pk) + 1
        if place < len(path):
            units[path[place]].append(agency)
    found, authorities = [], {}
    for pk, agencies in units.items():
        child = next(agency for agency in agencies if agency.pk == pk)
        if not child.is_active:
            continue
        one = Scope(child, scope.period, scope.now, scope.edition)
        kinds = frozenset(
            (agency.kind, frozenset(agency.decides_fields)) for agency in agencies if agency.is_active
        )
        # What a scope looks up by itself when nobody has: it is known here.
        vars(one)["agencies"], vars(one)["catalogue"] = agencies, scope.catalogue
        if settings.PORTAL_URL:
            vars(one)["is_archived"] = scope.is_archived
        if kinds not in authorities:
            authorities[kinds] = one.authority
        vars(one)["authority"] = authorities[kinds]
        found.append(one)
    return found


def totals(scopes: list[Scope]) -> dict[str, Decimal | None]:
    """The total of each of these scopes of one month, by the identifier of its agency."""
    rows: dict[int, list[PartRow]] = defaultdict(list)
    if scopes:
        units = [pk for scope in scopes for pk in scope.units]
        for agency, *row in _stored(units, scopes[0].period).values_list("agency", *PART_ROW):
            rows[agency].append(tuple(row))
        for agency, row in _synchronised(scopes[0], units):
            rows[agency].append(row)
    return {
        scope.agency.identifier: card(
            _facts(scope, [row for pk in scope.units for row in rows[pk]]), scope.edition
        ).total
        for scope in scopes
    }


def standings(scope: Scope) -> list[tuple[Agency, Standing]]:
    """The active agencies next below in their order; frozen totals as they were frozen, others from the roll-ups."""
    below = scopes_below(scope)
    if not below:
        return []
    agencies = {one.agency.identifier: one.agency for one in below}
    now = _kept_totals(below, scope.period)
    earlier = counted_scope(scope.agency, scope.period.before) if was_counted(scope.period.before) else None
    before = _kept_totals(scopes_below(earlier), earlier.period) if earlier else {}
    return [(agencies[one.key], one) for one in ranking(now, before)]


def length_of(code: str, side: str, scope: Scope, field: str = "") -> int | None:
    """How many dossiers a list has: one side of a part, or a flow; None where no roll-up keeps it."""
    if code in FLOWS:
        if field:
            return None
        days = AgencyDay.objects.filter(agency__in=scope.units, day__range=(scope.period.first, scope.day))
        return days.aggregate(n=Coalesce(Sum(code), 0))["n"]
    if code not in counting.OF_DOSSIERS:
        return None
    if not field:
        rows = _stored(scope.units, scope.period).filter(code=code)
        return _side_of(side, rows, "numerator", "denominator")
    if code != ON_TIME:
        return None
    months = FieldMonth.objects.filter(agency__in=scope.units, month=scope.period.first, field_vi=field)
    return _side_of(side, months, "on_time", "handled")


def _side_of(side: str, rows: QuerySet, numerator: str, denominator: str) -> int:
    sums = rows.aggregate(numerator=Coalesce(Sum(numerator), 0), denominator=Coalesce(Sum(denominator), 0))
    return sums["denominator"] - sums["numerator"] if side == "rest" else sums[side]


def _kept_totals(scopes: list[Scope], period: Period) -> dict[str, Decimal | None]:
    frozen = frozen_totals([one.agency for one in scopes], period)
    rest = [one for one in scopes if one.agency.identifier not in frozen]
    return {**totals(rest), **frozen}


def _facts(scope: Scope, rows: Iterable[PartRow]) -> Facts:
    sums, procedures = defaultdict(lambda: [0, 0]), defaultdict(set)
    for code, numerator, denominator, ids in rows:
        sums[code][0] += numerator
        sums[code][1] += denominator
        procedures[code].update(ids)
    return {code: _fact(code, scope, sums, procedures) for code in scope.edition.codes}


def _fact(code: str, scope: Scope, sums: dict[str, list[int]], procedures: dict[str, set[int]]) -> Fact:
    is_synchronised = code == SYNCHRONISED and settings.PORTAL_URL and not scope.is_archived
    if code in ADDED_UP or is_synchronised:
        return Fact(*sums[code])
    if code in OF_PROCEDURES:
        source, of_which = OF_PROCEDURES[code]
        every = getattr(scope.authority, of_which)
        return Fact(len(procedures[source] & every), len(every))
    if code == OFFERED_ONLINE:
        return Fact(len(scope.authority.online), len(scope.authority.all))
    return fact_of(code, scope)  # of the catalogue, or without a source


def _stored(units: Iterable[int], period: Period) -> QuerySet[PartMonth]:
    return PartMonth.objects.filter(agency__in=units, month=period.first)


def _rows(scope: Scope) -> list[PartRow]:
    stored = _stored(scope.units, scope.period).values_list(*PART_ROW)
    return [*stored, *(row for _agency, row in _synchronised(scope, scope.units))]


def _synchronised(scope: Scope, units: Iterable[int]) -> Iterator[tuple[int, PartRow]]:
    """The part that is not rolled up, of each of these agencies by itself; nothing while it cannot be counted."""
    leaves = counting.Leaves(None, scope.period, scope.now, scope.edition, tuple(units))
    if settings.PORTAL_URL:
        vars(leaves)["is_archived"] = scope.is_archived
    found = counted(SYNCHRONISED, leaves) if SYNCHRONISED in scope.edition.codes else None
    if isinstance(found, Counted):
        counts = found.denominator.values_list(counting.AGENCY)
        for agency, accepted, received in counts.annotate(
            accepted=Count("pk", filter=found.condition), received=Count("pk")
        ):
            yield agency, (SYNCHRONISED, accepted, received, [])
