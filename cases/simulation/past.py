"""The facts of past dossiers for a replay: a handful of queries, however many dossiers there are.

Taken are the dossiers that an agency and those below it decide and that were received in the period, as they
stand now. What ended without a result, and what waits for the applicant, is nobody's delay and not counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.enums import State
from cases.facts import limit_of
from cases.limits import Excluded, Extension
from cases.models import Dossier, ExcludedPeriod, Reschedule, StepRun
from cases.models import Extension as ExtensionRow
from cases.scorecard.periods import Period
from cases.simulation.clocks import minute_number
from cases.simulation.queues import Run
from cases.simulation.replay import Comparison, Past, Tell, replay
from cases.simulation.scenarios import Scenario, ScenarioRefused
from procedures.calendars import calendars_for, remembered_calendars
from procedures.enums import Role
from procedures.models import Agency, ProcedureVersion, TimeLimit
from procedures.working_time import WorkCalendar

MOST = 200_000  # dossiers of one replay; of more the newest, and the reader is told
LONGEST = 366 * 3  # days of one period
CHUNK = 10_000


class _Minute(Func):
    """A moment as the number of its minute since 1970: smaller and quicker to read than a moment."""

    template = "FLOOR(EXTRACT(EPOCH FROM %(expressions)s) / 60)::integer"
    output_field = IntegerField()


def last_twelve_months(now: datetime | None = None) -> Period:
    """Whole months, up to the one before this."""
    today = timezone.localdate(now)
    last = today.replace(day=1) - timedelta(days=1)
    following = last + timedelta(days=1)
    return Period(following.replace(year=following.year - 1), last, in_a_year=1)


@dataclass(frozen=True)
class Question:
    """Whose dossiers of which time are replayed; figures only of one procedure or field where one is given.

    Raises a CannotCount with a sentence for a period that is not over or too long.
    """

    agency: Agency
    period: Period
    now: datetime
    procedure: str = ""
    field: str = ""

    def __post_init__(self):
        if not self.period.is_over(self.now):
            raise ScenarioRefused(
                _("The period is not over: choose a last day before %(today)s.")
                % {"today": f"{timezone.localdate(self.now):%d/%m/%Y}"}
            )
        if (self.period.last - self.period.first).days >= LONGEST:
            raise ScenarioRefused(_("Replay three years at the most."))

    @cached_property
    def units(self) -> set[int]:
        return set(Agency.objects.below(self.agency).values_list("pk", flat=True))

    def dossiers(self, *, all_of_them: bool = False) -> QuerySet[Dossier]:
        """What was received in the period; `all_of_them`: of every procedure, because they share the officers."""
        found = Dossier.objects.filter(
            competent_agency__in=self.units,
            code__isnull=False,
            due_at__isnull=False,
            received_at__gte=self.period.begins_at,
            received_at__lt=self.period.ends_at,
        )
        return found.order_by() if all_of_them else found.filter(self._asked_for()).order_by()

    def _asked_for(self) -> Q:
        asked = Q()
        if self.procedure:
            asked &= Q(version__procedure__code=self.procedure)
        if self.field:
            asked &= Q(version__field_vi=self.field)
        return asked

    def is_about(self, procedure: str, field: str) -> bool:
        return self.procedure in ("", procedure) and self.field in ("", field)


@dataclass(frozen=True, slots=True)
class Simulation:
    """What came out, how many dossiers were replayed, and how many older ones were more than can be."""

    comparison: Comparison
    dossiers: int
    left_out: int


@remembered_calendars()
def simulate(question: Question, scenario: Scenario, *, tell: Tell = lambda percent: None) -> Simulation:
    """Read the past and replay it. Raises a CannotCount with a sentence."""
    scenario.calendar.check_within(question.period.first, question.period.last)
    pasts, left_out = read(question, with_steps=scenario.staffing.changes)
    tell(30)
    if not any(past.counted for past in pasts):
        raise ScenarioRefused(_("There are no dossiers to replay in this period."))
    units = {past.agency for past in pasts} | {run.unit for past in pasts for run in past.runs}
    agencies = Agency.objects.in_bulk(units)
    _check_units(scenario, pasts, question)
    comparison = replay(
        pasts, _calendars(agencies), scenario, tell=lambda percent: tell(30 + percent * 7 // 10)
    )
    return Simulation(comparison, dossiers=len(pasts), left_out=left_out)


def _calendars(agencies: Mapping[int, Agency]) -> dict[int, WorkCalendar]:
    return calendars_for(agencies.values())


def _check_units(scenario: Scenario, pasts: list[Past], question: Question) -> None:
    """A number of officers for a unit in which none worked would silently change nothing."""
    if not scenario.staffing.changes:
        return
    served = {run.unit for past in pasts for run in past.runs if run.officer is not None}
    if not served:
        raise ScenarioRefused(_("No officer did a step of these dossiers: staffing cannot be simulated."))
    for unit in scenario.staffing.officers:
        if unit not in served:
            agency = Agency.objects.filter(pk=unit).first()
            raise ScenarioRefused(
                _("No officer of %(unit)s did a step of these dossiers.") % {"unit": agency or unit}
            )


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Of each procedure the name of its newest version."""
    versions = ProcedureVersion.objects.filter(procedure__code__in=list(codes)).select_related("procedure")
    return {version.procedure.code: version.name for version in versions.order_by("number")}


# Reading ----------------------------------------------------------------------------------------------

_COLUMNS = (
    "pk",
    "version__procedure__code",
    "version__field_vi",
    "competent_agency_id",
    "limit_id",
    "state",
    "cycle",
    "started",
    "due",
    "finished",
    "ended",
)


def read(question: Question, *, with_steps: bool) -> tuple[list[Past], int]:
    """The past in the order of reception, and how many older dossiers were left out."""
    found = question.dossiers(all_of_them=with_steps)
    left_out = max(found.count() - MOST, 0)
    if left_out:
        since = found.order_by("-received_at").values_list("received_at", flat=True)[MOST - 1]
        found = found.filter(received_at__gte=since)
    limits = {row.pk: limit_of(row) for row in TimeLimit.objects.filter(pk__in=found.values("limit"))}
    excluded, extensions = _excluded(found), _extensions(found)
    now = minute_number(question.now)
    runs = _runs(found, question.units, now) if with_steps else {}
    pasts = []
    for pk, procedure, field, agency, limit, state, cycle, started, due, finished, ended in _rows(found):
        end = finished or ended or now
        steps = _up_to(end, runs.pop(pk, ()))
        waits = finished is None and (ended is not None or state == State.SUPPLEMENT)
        pasts.append(
            Past(
                procedure,
                field,
                agency,
                limits[limit],
                started,
                due,
                end,
                excluded.get(pk, ()),
                extensions.get((pk, cycle)),
                steps,
                _restart(steps, started) if cycle > 1 else 0,
                counted=not waits and question.is_about(procedure, field),
                key=pk,
            )
        )
    return pasts, left_out


def _rows(found: QuerySet[Dossier]) -> Iterator[tuple]:
    """The promise is that before an apology moved it (R31)."""
    moved = Reschedule.objects.filter(dossier=OuterRef("pk"), cycle=OuterRef("cycle")).order_by()
    rows = found.annotate(
        started=_Minute("clock_started_at"),
        due=_Minute(Coalesce(Subquery(moved.values("old_due_at")[:1]), F("due_at"))),
        finished=_Minute("finished_at"),
        ended=_Minute("ended_at"),
    )
    return rows.order_by("received_at", "pk").values_list(*_COLUMNS).iterator(CHUNK)


def _excluded(found: QuerySet[Dossier]) -> dict[int, tuple[Excluded, ...]]:
    periods = defaultdict(list)
    rows = ExcludedPeriod.objects.filter(dossier__in=found).order_by("first")
    for pk, first, last in rows.values_list("dossier_id", "first", "last"):
        periods[pk].append(Excluded(first, last))
    return {pk: tuple(of_one) for pk, of_one in periods.items()}


def _extensions(found: QuerySet[Dossier]) -> dict[tuple[int, int], Extension]:
    rows = ExtensionRow.objects.filter(dossier__in=found).order_by()
    return {
        (row.dossier_id, row.cycle): Extension(row.amount, row.unit, row.mode, row.agreed_on, stands=True)
        for row in rows
    }


def _runs(found: QuerySet[Dossier], units: set[int], now: int) -> dict[int, list[Run]]:
    """Steps of officers of these units wait in a queue; those of others only take their time."""
    runs = defaultdict(list)
    rows = (
        StepRun.objects.filter(dossier__in=found)
        .annotate(ready=_Minute("started_at"), done=_Minute("done_at"))
        .order_by("started_at", "pk")
        .values_list("dossier_id", "unit_id", "officer_id", "step__role", "ready", "done")
    )
    for pk, unit, officer, role, ready, done in rows.iterator(CHUNK):
        queued = role == Role.OFFICER and unit in units
        runs[pk].append(Run(unit, officer if queued else None, ready, now if done is None else done))
    return runs


def _up_to(end: int, runs: list[Run] | tuple) -> tuple[Run, ...]:
    """Without what began when the result was there: from then on it is the applicant who is waited for."""
    kept = [run for run in runs if run.ready < end] or runs[:1]
    return tuple(run._replace(done=max(min(run.done, end), run.ready)) for run in kept)


def _restart(runs: tuple[Run, ...], started: int) -> int:
    """The step that began with the last completion cycle; what counts as received may lie a little later."""
    return max((place for place, run in enumerate(runs) if run.ready <= started), default=0)


def whole_days(first: date, last: date) -> Period:
    """Raises a CannotCount with a sentence when reversed."""
    return Period(first, last, in_a_year=1)
