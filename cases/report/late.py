"""The monthly list of what is late: dossiers, officers and units, with days, step and apology (R53).

Late is what got its result after its due moment in the period, and what was open and past it at the end; as
it stood then. The due moment is that before an apology moved it (R31). What waits for the applicant, and
what ended without a result, is nobody's delay.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from cases import deadlines
from cases.models import Dossier, Reschedule, StepRun, Supplement
from cases.queries import calendars_of
from cases.report.tables import Figure, Part, Table, number, text
from cases.scorecard import dossiers
from cases.scorecard.scope import MINUTE, Scope
from procedures.calendars import remembered_calendars
from procedures.models import Agency, Staff
from procedures.working_time import minute_of


def late_dossiers(scope: Scope) -> QuerySet[Dossier]:
    """Annotates `due_then`, `finished_then` (None: open at the end) and `end_then`, as of the end of the period."""
    requests = Supplement.objects.filter(dossier=OuterRef("pk"), asked_at__lt=scope.until).order_by()
    clock_stops = requests.filter(before_reception=False)
    answered = clock_stops.filter(answered_at__lt=scope.until)
    waiting = requests.filter(Q(answered_at=None) | Q(answered_at__gte=scope.until))
    of_cycle = {"dossier": OuterRef("pk"), "cycle": OuterRef("cycle_then")}
    moved = Reschedule.objects.filter(**of_cycle).order_by()
    asked = Supplement.objects.filter(**of_cycle, before_reception=False).order_by()
    return (
        dossiers.there(dossiers.decided_by(scope), scope)
        .filter(due_at__isnull=False)
        .filter(Q(finished_at=None) | Q(finished_at__gte=scope.period.begins_at))
        .filter(Q(ended_at=None) | Q(ended_at__gte=scope.until))
        .annotate(
            cycle_then=1
            + Coalesce(Subquery(answered.values("dossier").annotate(n=Count("pk")).values("n")), 0),
            finished_then=Case(When(finished_at__lt=scope.until, then="finished_at")),
        )
        .annotate(
            due_then=Coalesce(
                Subquery(moved.values("old_due_at")[:1]), Subquery(asked.values("due_at")[:1]), F("due_at")
            ),
            end_then=Coalesce("finished_then", Value(scope.last_minute)),
        )
        .filter(end_then__gte=F("due_then") + MINUTE)
        .exclude(Exists(waiting), finished_then=None)
    )


def still_open(scope: Scope) -> QuerySet[Dossier]:
    """Of these those without a result at the end of the period."""
    return late_dossiers(scope).filter(finished_then=None)


@dataclass(frozen=True, slots=True)
class Late:
    """One late dossier, as it stood at the end of the period; `days` are working days, without an upper limit."""

    dossier: Dossier
    days: int
    step: str
    unit: Agency
    officer: Staff | None
    apology: str
    reason: str

    @property
    def is_open(self) -> bool:
        return self.dossier.finished_then is None


@remembered_calendars()
def late_list(scope: Scope, rows: QuerySet[Dossier] | None = None) -> list[Late]:
    """Those late in the period, the longest first; or of these rows, which are some of them."""
    found = late_dossiers(scope) if rows is None else rows
    found = list(found.with_people().prefetch_related("reschedules"))
    calendars, steps = calendars_of(found), _steps(found, scope)
    late = []
    for dossier in found:
        calendar = calendars[dossier.competent_agency_id]
        step = steps.get(dossier.pk)
        apology, reason = _apology(dossier, scope.until, calendar)
        late.append(
            Late(
                dossier,
                days=-deadlines.lateness(dossier.due_then, dossier.end_then, calendar),
                step=(step.step.name if step.step else step.name) if step else "",
                unit=step.unit if step else dossier.competent_agency,
                officer=step.officer if step else None,
                apology=apology,
                reason=reason,
            )
        )
    return sorted(late, key=lambda one: (-one.days, one.dossier.code))


def _steps(found: Iterable[Dossier], scope: Scope) -> dict[int, StepRun]:
    """The step in which each was when its result came, or at the end of the period: there the time ran out."""
    ends = {dossier.pk: dossier.end_then for dossier in found}
    runs = StepRun.objects.filter(dossier__in=ends).select_related("step", "unit", "officer")
    last = {}
    for run in runs.order_by("started_at", "pk"):
        # Not what began with the result: from then on it is the applicant who is waited for.
        if run.started_at < ends[run.dossier_id] or run.dossier_id not in last:
            last[run.dossier_id] = run
    return last


def _apology(dossier: Dossier, until: datetime, calendar) -> tuple[str, str]:
    """How the apology of the missed date stands, and the reason it gives (R29, R33)."""
    issued = [row for row in dossier.reschedules.all() if row.cycle == dossier.cycle_then and row.at < until]
    if not issued:
        return _("none issued"), ""
    row = issued[0]
    started_at = dossier.clock_started_at if dossier.cycle == row.cycle else dossier.received_at
    by = deadlines.apology_by(row.old_due_at, started_at, calendar)
    if dossier.end_then >= row.new_due_at + MINUTE:
        return _("new date missed too"), row.reason
    late = minute_of(row.at) > minute_of(by)
    return (_("issued late") if late else _("issued in time")), row.reason


def part(scope: Scope) -> Part:
    late = late_list(scope)
    before = _late_before(scope)
    return Part(
        "late",
        _("Delays"),
        (
            _units(late, scope, before),
            _officers(late, before),
            Table(
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
                        one.dossier.code,
                        one.dossier.version.name,
                        str(one.unit),
                        str(one.officer or ""),
                        one.step,
                        one.dossier.due_then,
                        one.dossier.finished_then or _("still open"),
                        one.days,
                        one.apology,
                        one.reason,
                    )
                    for one in late
                ],
                note="" if late else _("No dossier was late."),
            ),
        ),
    )


def _late_before(scope: Scope) -> Counter:
    """How many each unit and officer had late in the period before: who has some again repeats a delay."""
    if scope.period.before.first < scope.edition.begins:
        return Counter()
    before = Scope(scope.agency, scope.period.before, scope.now, scope.edition)
    found: Counter = Counter()
    for one in late_list(before):
        found[one.unit] += 1
        if one.officer:
            found[one.officer] += 1
    return found


def _units(late: list[Late], scope: Scope, before: Counter) -> Table:
    by_unit = defaultdict(list)
    for one in late:
        by_unit[one.unit].append(one)
    decided = Counter(one.dossier.competent_agency.identifier for one in late)
    rows = []
    for unit, found in sorted(by_unit.items(), key=lambda pair: (-len(pair[1]), pair[0].identifier)):
        # The list behind is of what the unit decides; a step in another unit has no list of its own.
        own = decided[unit.identifier] == len(found) and all(
            one.dossier.competent_agency_id == unit.pk for one in found
        )
        count = Figure(len(found), "late", unit.identifier) if own else len(found)
        rows.append((str(unit), count, *_sums(found), before[unit]))
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
        [
            *rows,
            (_("Together"), Figure(len(late), "late"), *_sums(late, still=True), sum_of(before, Agency)),
        ],
        note=_("By the unit in whose step the dossier was when its time ran out or its result came."),
    )


def _officers(late: list[Late], before: Counter) -> Table:
    by_officer = defaultdict(list)
    for one in late:
        if one.officer:
            by_officer[one.officer].append(one)
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
            (str(officer), str(found[0].unit), len(found), *_sums(found), before[officer])
            for officer, found in sorted(
                by_officer.items(), key=lambda pair: (-len(pair[1]), pair[0].username)
            )
        ],
        note="" if by_officer else _("No officer had a late dossier."),
    )


def _sums(found: list[Late], *, still: bool = False) -> tuple:
    """Still open, days together, the longest."""
    days = [one.days for one in found]
    is_open = sum(one.is_open for one in found)
    return Figure(is_open, "late_open") if still else is_open, sum(days), max(days, default=0)


def sum_of(counts: Counter, kind: type) -> int:
    return sum(count for owner, count in counts.items() if isinstance(owner, kind))
