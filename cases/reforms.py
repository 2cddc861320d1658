"""What is read of the register of reform plans and tasks: whose they are, filters, counts per agency."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from onestop import access
from procedures.models import Agency, ReformPlan, ReformTask
from procedures.reforms import ReformKind, ReformStanding


def tasks_of(user) -> QuerySet[ReformTask]:
    """Of the plans of the person's agencies, and what these lead or take part in."""
    return in_order(ReformTask.objects.of_agencies(access.agencies_of(user).values("pk")))


def in_order(tasks: QuerySet[ReformTask]) -> QuerySet[ReformTask]:
    """As a register lists them, with what a line shows."""
    found = tasks.select_related("plan__agency", "lead", "procedure").prefetch_related("cooperating")
    return found.order_by("plan__title", "plan", "number")


def filtered(tasks: QuerySet[ReformTask], chosen: Mapping[str, object], today: date) -> QuerySet[ReformTask]:
    """Narrowed by plan, kind, lead agency, standing and words; what is empty narrows nothing."""
    for name in ("plan", "lead"):
        if chosen.get(name):
            tasks = tasks.filter(**{name: chosen[name]})
    if chosen.get("kind") in ReformKind.values:
        tasks = tasks.filter(kind=chosen["kind"])
    if chosen.get("standing") in ReformStanding.values:
        tasks = tasks.standing(chosen["standing"], today)
    for word in str(chosen.get("q") or "").split():
        tasks = tasks.filter(Q(title__icontains=word) | Q(procedure__code__icontains=word))
    return tasks


@dataclass(frozen=True, slots=True)
class Tally:
    """Tasks of one plan or one lead agency; those that are overdue are among those in progress no more."""

    of: ReformPlan | Agency
    finished: int
    in_progress: int
    overdue: int

    @property
    def all(self) -> int:
        return self.finished + self.in_progress + self.overdue


def by_plan(tasks: QuerySet[ReformTask], today: date, own: Collection[int] = ()) -> list[Tally]:
    """Per plan, and with a row of zeros for each of `own` (by their keys) that has no task yet."""
    plans = ReformPlan.objects.select_related("agency")
    found = _tallies(tasks, "plan", plans, today)
    empty = plans.filter(pk__in=own, tasks=None)
    return sorted([*found, *(Tally(plan, 0, 0, 0) for plan in empty)], key=lambda tally: tally.of.title)


def by_lead(tasks: QuerySet[ReformTask], today: date) -> list[Tally]:
    """Per lead agency, most overdue first."""
    found = _tallies(tasks, "lead", Agency.objects.all(), today)
    return sorted(found, key=lambda tally: (-tally.overdue, tally.of.identifier))


def _tallies(tasks: QuerySet[ReformTask], field: str, owners: QuerySet, today: date) -> list[Tally]:
    finished = Q(finished_on__isnull=False, finished_on__lte=today)
    late = ~finished & Q(due_on__lt=today)
    # Once more by their keys: narrowed by several tables, a row must not be counted twice.
    rows = (
        ReformTask.objects.filter(pk__in=tasks.order_by().values("pk"))
        .order_by()
        .values(field)
        .annotate(
            all=Count("pk"),
            finished=Count("pk", filter=finished),
            overdue=Count("pk", filter=late),
        )
    )
    counted = {row[field]: row for row in rows}
    return [
        Tally(
            owner,
            finished=row["finished"],
            in_progress=row["all"] - row["finished"] - row["overdue"],
            overdue=row["overdue"],
        )
        for owner in owners.filter(pk__in=counted)
        for row in [counted[owner.pk]]
    ]
