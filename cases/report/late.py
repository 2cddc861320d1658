"""What is late in a period: each dossier with its days, step and apology, as it stood at the end (R53).

Late is what got its result after its due moment in the period, and what was open and past it at the end; as
it stood then. The due moment is that before an apology moved it (R31). What waits for the applicant, and
what ended without a result, is nobody's delay.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, TextChoices, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from cases import deadlines
from cases.models import Dossier, Reschedule, StepRun, Supplement
from cases.queries import calendars_of
from cases.scorecard import dossiers
from cases.scorecard.scope import MINUTE, Scope
from procedures.calendars import remembered_calendars
from procedures.models import Agency, Staff
from procedures.working_time import minute_of


class ApologyState(TextChoices):
    """How the apology of the missed date stands (R29, R33)."""

    NONE = "none", _("none issued")
    IN_TIME = "in_time", _("issued in time")
    LATE = "late", _("issued late")
    MISSED = "missed", _("new date missed too")


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


def apologised(scope: Scope) -> QuerySet[Dossier]:
    """Of these those with an apology issued before the due moment passed."""
    issued = Reschedule.objects.filter(
        dossier=OuterRef("pk"), cycle=OuterRef("cycle_then"), at__lte=OuterRef("due_then")
    )
    return late_dossiers(scope).filter(Exists(issued))


def late_of(scope: Scope, *, unit: str = "", officer: str = "") -> QuerySet[Dossier]:
    """Of these those whose time ran out in a step of this unit (its identifier) or officer (by number)."""
    number = int(officer) if officer else None
    runs = (
        StepRun.objects.filter(officer=number) if officer else StepRun.objects.filter(unit__identifier=unit)
    )
    theirs = Q(pk__in=runs.order_by().values("dossier"))
    if unit:
        theirs |= Q(competent_agency__identifier=unit)  # whose step it is where there is none
    candidates = late_dossiers(scope).filter(theirs)
    found = list(candidates.only("competent_agency").prefetch_related("competent_agency"))
    steps = _steps(found, scope)
    mine = [one.pk for one in found if _is_of(_owner(one, steps.get(one.pk)), unit, number)]
    return candidates.filter(pk__in=mine)


@dataclass(frozen=True, slots=True)
class Late:
    """One late dossier, as it stood at the end of the period; plain, so that it can be kept as it was.

    `decided_by` and `unit` are identifiers, `unit` of the agency in whose step the time ran out. `days` are
    working days, without an upper limit. `finished` is None for what was open.
    """

    dossier: int
    code: str
    procedure: str
    decided_by: str
    unit: str
    unit_name: str
    officer: int | None
    officer_name: str
    step: str
    due: datetime
    finished: datetime | None
    days: int
    apology: str
    reason: str

    @property
    def is_open(self) -> bool:
        return self.finished is None


@remembered_calendars()
def late_list(scope: Scope) -> list[Late]:
    """Those late in the period, counted now; the longest first. Names in the language of the reader."""
    # Procedures and agencies apart: thousands of dossiers share a few, and of whom they are is not told.
    found = list(
        late_dossiers(scope)
        .only("code", "version", "competent_agency", "received_at", "clock_started_at", "cycle")
        .prefetch_related("version", "competent_agency", "reschedules")
    )
    calendars, steps = calendars_of(found), _steps(found, scope)
    late = [
        _late(one, steps.get(one.pk), calendars[one.competent_agency_id], until=scope.until) for one in found
    ]
    return in_order(late)


def in_order(late: Iterable[Late]) -> list[Late]:
    return sorted(late, key=lambda one: (-one.days, one.code))


def _late(dossier: Dossier, run: StepRun | None, calendar, *, until: datetime) -> Late:
    unit, officer = _owner(dossier, run)
    apology, reason = _apology(dossier, until, calendar)
    return Late(
        dossier=dossier.pk,
        code=dossier.code,
        procedure=dossier.version.name,
        decided_by=dossier.competent_agency.identifier,
        unit=unit.identifier,
        unit_name=str(unit),
        officer=officer and officer.pk,
        officer_name=str(officer or ""),
        step=(run.step.name if run.step else run.name) if run else "",
        due=dossier.due_then,
        finished=dossier.finished_then,
        days=-deadlines.lateness(dossier.due_then, dossier.end_then, calendar),
        apology=apology.value,
        reason=reason,
    )


def _owner(dossier: Dossier, run: StepRun | None) -> tuple[Agency, Staff | None]:
    return (run.unit, run.officer) if run else (dossier.competent_agency, None)


def _is_of(owner: tuple[Agency, Staff | None], unit: str, officer: int | None) -> bool:
    """Of this unit, or of this officer where there is one."""
    of_unit, of_officer = owner
    return of_unit.identifier == unit if unit else bool(of_officer) and of_officer.pk == officer


def _steps(found: Iterable[Dossier], scope: Scope) -> dict[int, StepRun]:
    """The step in which each was when its result came, or at the end of the period: there the time ran out."""
    ends = {dossier.pk: dossier.end_then for dossier in found}
    runs = StepRun.objects.filter(dossier__in=ends).prefetch_related("step", "unit", "officer")
    last = {}
    for run in runs.order_by("started_at", "pk"):
        # Not what began with the result: from then on it is the applicant who is waited for.
        if run.started_at < ends[run.dossier_id] or run.dossier_id not in last:
            last[run.dossier_id] = run
    return last


def _apology(dossier: Dossier, until: datetime, calendar) -> tuple[ApologyState, str]:
    """How the apology of the missed date stands, and the reason it gives (R29, R33)."""
    issued = [row for row in dossier.reschedules.all() if row.cycle == dossier.cycle_then and row.at < until]
    if not issued:
        return ApologyState.NONE, ""
    row = issued[0]
    started_at = dossier.clock_started_at if dossier.cycle == row.cycle else dossier.received_at
    by = deadlines.apology_by(row.old_due_at, started_at, calendar)
    if dossier.end_then >= row.new_due_at + MINUTE:
        return ApologyState.MISSED, row.reason
    late = minute_of(row.at) > minute_of(by)
    return (ApologyState.LATE if late else ApologyState.IN_TIME), row.reason
