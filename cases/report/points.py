"""The points of an agency with everything below it, those of the agencies below, and the nine indicators (R50, R51)."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from cases.report.tables import Figure, Part, Table, number, text
from cases.scorecard import facts, nine, rolled
from cases.scorecard.editions import ParameterRefused
from cases.scorecard.evaluations import Report, of_agency
from cases.scorecard.frozen import frozen_month
from cases.scorecard.scope import Scope
from cases.scorecard.scores import Card, Fact, Facts, NoValue, PartScore, card


def part(scope: Scope) -> Part:
    counted = _counted(scope)
    facts_then = counted.facts
    card_then = card(facts_then, scope.edition, in_a_year=scope.period.in_a_year)
    return Part(
        "scorecard",
        _("Scorecard"),
        (
            _groups(card_then, _before(scope)),
            _parts(card_then, counted.corrected),
            _ranking(scope),
            _nine(scope),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is shown, and by part what a count of today says otherwise."""

    facts: Facts
    corrected: Facts


def _counted(scope: Scope) -> _Facts:
    """A month that is over as it was frozen, or from the roll-ups; else counted now."""
    kept = _kept(scope)
    now = rolled.facts_of(kept) if kept else facts.facts_of(scope)
    frozen = frozen_month(scope.agency, scope.period)
    return _Facts(frozen.facts, frozen.corrected(now)) if frozen else _Facts(now, {})


def _kept(scope: Scope) -> Scope | None:
    """The same scope as the roll-ups have it, when they have all of it."""
    if scope.period.in_a_year != 12 or not scope.is_over:
        return None
    found = rolled.counted_scope(scope.agency, scope.period)
    return found if found and found.day == scope.period.last else None


def _before(scope: Scope) -> Card | None:
    """Of the period before; None before there were parameters."""
    try:
        earlier = facts.scope_of(scope.agency, scope.period.before, scope.now)
    except ParameterRefused:
        return None
    return card(_counted(earlier).facts, earlier.edition, in_a_year=earlier.period.in_a_year)


def _groups(found: Card, before: Card | None) -> Table:
    earlier = {group.group.key: group.points for group in before.groups} if before else {}
    rows = [
        (
            group.group.name,
            group.points,
            group.group.maximum,
            _change(group.points, earlier.get(group.group.key)),
        )
        for group in found.groups
    ]
    total = (_("Total"), found.total, found.edition.maximum, _change(found.total, before and before.total))
    return Table(
        _("Points by group of indicators"),
        (
            text(_("Group"), 5),
            number(_("Points")),
            number(_("At most")),
            number(_("Against the period before")),
        ),
        [*rows, total],
        note=_("%(measured)s of %(maximum)s points could be measured.")
        % {"measured": found.measured, "maximum": found.edition.maximum},
    )


def _change(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    return None if now is None or before is None else now - before


def _parts(found: Card, corrected: Facts) -> Table:
    return Table(
        _("Points by part"),
        (
            text(_("Part"), 5),
            number(_("How many")),
            number(_("Out of")),
            number("%"),
            number(_("Points")),
            number(_("At most")),
            text(_("Remark"), 3),
        ),
        [
            (
                f"{one.part.code} {one.part.name}",
                *_figures(one),
                one.percent,
                one.points,
                one.part.maximum,
                _remark(one, corrected.get(one.part.code)),
            )
            for one in found.parts
        ],
    )


def _figures(one: PartScore) -> tuple[Figure | None, Figure | None]:
    """Numerator and denominator, each with its list."""
    if one.numerator is None:
        return None, None
    return Figure(one.numerator, f"{one.part.code}-good"), Figure(
        int(one.denominator), f"{one.part.code}-all"
    )


def _remark(one: PartScore, now: Fact | None) -> str:
    """Why there are no points, or what was corrected since the month was frozen."""
    if now is not None and now.numerator is not None:
        return _("corrected since: now %(now)s") % {"now": f"{now.numerator}/{now.denominator}"}
    return str(NoValue(one.reason).label) if one.reason in NoValue.values else str(one.reason)


def _ranking(scope: Scope) -> Table:
    """The active agencies next below, of months."""
    month = rolled.counted_scope(scope.agency, scope.period) if scope.period.in_a_year == 12 else None
    found = rolled.standings(month) if month else []
    return Table(
        _("Ranking of the agencies below"),
        (
            text(_("Agency"), 5),
            number(_("Place")),
            number(_("Points")),
            number(_("Against the period before")),
            number(_("Places gained")),
        ),
        [(str(agency), one.place, one.score, one.rise, one.climbed) for agency, one in found],
        note="" if found else _("Ranked are the agencies next below, by months."),
    )


def _nine_of(scope: Scope) -> Report:
    """As they were frozen, or from the roll-ups; else counted now. Raises ParameterRefused."""
    frozen, kept = frozen_month(scope.agency, scope.period), _kept(scope)
    if frozen and frozen.nine:
        return frozen.nine
    return rolled.nine_of(kept) if kept else of_agency(scope)


def _nine(scope: Scope) -> Table:
    columns = (
        text(_("Indicator"), 5),
        number(_("Score")),
        number(_("Measured")),
        text(_("Why there is no figure"), 3),
    )
    try:
        report = _nine_of(scope)
    except ParameterRefused as refused:
        return Table(_("The nine indicators"), columns, [], note=str(refused))
    rows = [
        (
            f"{one.number}. {nine.NAMES[one.number]}",
            one.score,
            one.count,
            NoValue(one.reason).label if one.reason else "",
        )
        for one in report.indicators
    ]
    evaluation = report.evaluation
    total = (_("Total"), evaluation.total, len(evaluation.counted), evaluation.band and evaluation.band.label)
    return Table(
        _("The nine indicators"),
        columns,
        [*rows, total],
        note=_("Bands are not made smaller for indicators that could not be measured."),
    )
