"""The monthly lists of delays: units, officers and dossiers; frozen when the month is, with later corrections (R53)."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.models import Dossier
from cases.report.frozen_delays import FrozenList, corrections, frozen_dossiers, frozen_list
from cases.report.late import ApologyState, Late, late_dossiers, late_list, late_of
from cases.report.tables import Figure, Part, Table, number, shown, text
from cases.scorecard.scope import Scope


@dataclass(frozen=True, slots=True)
class Delays:
    """The list of a period: as it was frozen, otherwise as it is counted now."""

    late: Sequence[Late]
    frozen: FrozenList | None


def delays_of(scope: Scope) -> Delays:
    frozen = frozen_list(scope)
    return Delays(frozen.late if frozen else late_list(scope), frozen)


def listed(scope: Scope, *, only_open: bool = False, unit: str = "", officer: str = "") -> QuerySet[Dossier]:
    """The dossiers of the list; of one unit or officer, or those without a result at the end of the period."""
    frozen = frozen_dossiers(scope, only_open=only_open, unit=unit, officer=officer)
    if frozen is not None:
        return Dossier.objects.filter(pk__in=frozen)
    found = late_of(scope, unit=unit, officer=officer) if unit or officer else late_dossiers(scope)
    return found.filter(finished_then=None) if only_open else found


def part(scope: Scope) -> Part:
    delays, before = delays_of(scope), _late_before(scope)
    tables = [_units(delays.late, before), _officers(delays.late, before), _dossiers(delays)]
    if delays.frozen:
        tables.append(_corrections(delays.frozen, scope))
    return Part("late", _("Delays"), tables)


def _dossiers(delays: Delays) -> Table:
    return Table(
        _("Late dossiers"),
        (
            text(_("Dossier"), 3),
            text(_("Procedure"), 4),
            text(_("Unit"), 3),
            text(_("Officer")),
            text(_("Step")),
            text(_("Due")),
            text(_("Result")),
            number(_("Days late")),
            text(_("Apology")),
            text(_("Reason"), 3),
        ),
        [
            (
                one.code,
                one.procedure,
                one.unit_name,
                one.officer_name,
                one.step,
                one.due,
                one.finished or _("still open"),
                one.days,
                ApologyState(one.apology).label,
                one.reason,
            )
            for one in delays.late
        ],
        note=" ".join(
            filter(None, [_frozen_words(delays), "" if delays.late else _("No dossier was late.")])
        ),
    )


def _frozen_words(delays: Delays) -> str:
    if delays.frozen is None:
        return ""
    if not delays.frozen.is_unspoilt:
        return _("The stored list does not fit its hash.")
    return _("As it was frozen at %(moment)s; what was corrected since stands below.") % {
        "moment": shown(delays.frozen.at)
    }


def _corrections(frozen: FrozenList, scope: Scope) -> Table:
    found = corrections(frozen.late, late_list(scope))
    return Table(
        _("Corrected since the list was frozen"),
        (text(_("Dossier"), 3), text(_("On the list"), 5), text(_("Counted now"), 5)),
        [(one.code, one.frozen, one.now) for one in found],
        note="" if found else _("Nothing was corrected since."),
    )


def _late_before(scope: Scope) -> Counter:
    """How many each unit and officer had late in the period before: who has some again repeats a delay."""
    if scope.period.before.first < scope.edition.begins:
        return Counter()
    before = Scope(scope.agency, scope.period.before, scope.now, scope.edition)
    found: Counter = Counter()
    for one in delays_of(before).late:
        found[one.unit] += 1
        if one.officer:
            found[one.officer] += 1
    return found


def _units(late: Sequence[Late], before: Counter) -> Table:
    by_unit = defaultdict(list)
    for one in late:
        by_unit[one.unit].append(one)
    rows = [
        (found[0].unit_name, *_sums(found, f"-unit-{unit}"), before[unit])
        for unit, found in sorted(by_unit.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]
    repeated = sum(count for owner, count in before.items() if isinstance(owner, str))
    return Table(
        _("Units that cause delay"),
        (
            text(_("Unit"), 4),
            number(_("Late dossiers")),
            number(_("Still open")),
            number(_("Days late together")),
            number(_("Longest, days")),
            number(_("Late in the period before")),
        ),
        [*rows, (_("Together"), *_sums(late), repeated)],
        note=_("By the unit in whose step the dossier was when its time ran out or its result came."),
    )


def _officers(late: Sequence[Late], before: Counter) -> Table:
    by_officer = defaultdict(list)
    for one in late:
        if one.officer:
            by_officer[one.officer].append(one)
    ordered = sorted(by_officer.items(), key=lambda pair: (-len(pair[1]), pair[1][0].officer_name, pair[0]))
    return Table(
        _("Officers with delays"),
        (
            text(_("Officer"), 3),
            text(_("Unit"), 3),
            number(_("Late dossiers")),
            number(_("Still open")),
            number(_("Days late together")),
            number(_("Longest, days")),
            number(_("Late in the period before")),
        ),
        [
            (found[0].officer_name, found[0].unit_name, *_sums(found, f"-officer-{officer}"), before[officer])
            for officer, found in ordered
        ],
        note="" if by_officer else _("No officer had a late dossier."),
    )


def _sums(found: Sequence[Late], of: str = "") -> tuple:
    """How many, still open, days together, the longest."""
    days = [one.days for one in found]
    is_open = sum(one.is_open for one in found)
    return Figure(len(found), f"late{of}"), Figure(is_open, f"late_open{of}"), sum(days), max(days, default=0)
