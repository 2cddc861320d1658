"""The open work of the officers of one agency, and how it could be spread (R44)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from cases.balance import Move, Proposal, Task, Worker, propose
from cases.enums import MOVES, Verb
from cases.models import Dossier
from cases.outlook import Foreseen, foresee, steps_left
from procedures.enums import Role
from procedures.models import Absence, Agency, Secondment, Staff, works_in

MOST = 500  # open dossiers of one agency, by due date: what is due later can wait for the next look


@dataclass(frozen=True, slots=True)
class Load:
    """Working minutes that somebody has before them, without and with the moves."""

    person: Staff
    away: bool
    dossiers: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class ProposedMove:
    dossier: Dossier
    minutes: int
    giver: Staff
    taker: Staff


@dataclass(frozen=True, slots=True)
class Workload:
    """Everybody's load, the highest first, and the moves that are proposed."""

    loads: list[Load]
    moves: list[ProposedMove]


def workload_of(agency: Agency, now: datetime | None = None) -> Workload:
    """What the officers of this agency hold, and which dossiers could go to whom. Changes nothing.

    Whoever is absent today, seconded elsewhere or gone keeps nothing and gets nothing. Only what an officer
    has to do next is moved; what waits for a signature stays where it is.
    """
    foreseen = [one for one in foresee(_held(agency), now) if _is_for_an_officer(one.dossier)]
    by_key = {one.dossier.pk: one for one in foreseen}
    there = Staff.objects.filter(works_in([agency]), role=Role.OFFICER, is_active=True)
    people = {person.pk: person for person in [*(one.dossier.holder for one in foreseen), *there]}
    workers = _workers(people, {person.pk for person in there})
    tasks = [Task(pk, one.dossier.holder_id, _minutes(one), one.dossier.due_at) for pk, one in by_key.items()]
    found = propose(workers, tasks)
    return Workload(
        _loads(people, workers, tasks, found), [_shown(move, by_key, people) for move in found.moves]
    )


def _held(agency: Agency) -> Sequence[Dossier]:
    held = Dossier.objects.running().filter(
        competent_agency=agency, state__in=MOVES[Verb.ASSIGN].sources, holder__isnull=False
    )
    return list(held.with_people_apart().order_by("due_at", "pk")[:MOST])


def _is_for_an_officer(dossier: Dossier) -> bool:
    run = next((run for run in dossier.step_runs.all() if run.done_at is None), None)
    step = next((step for step in dossier.version.steps.all() if run and step.pk == run.step_id), None)
    return step is None or step.role == Role.OFFICER


def _minutes(one: Foreseen) -> int:
    """What officers still have to do; steps of others do not burden them."""
    pairs = zip(steps_left(one.dossier), one.outlook.steps, strict=True)
    return sum(pace.left for step, pace in pairs if step.role == Role.OFFICER)


def _workers(people: dict[int, Staff], there: set[int]) -> list[Worker]:
    today = timezone.localdate()
    absent = dict(
        Absence.objects.filter(staff__in=people, first__lte=today, last__gte=today).values_list(
            "staff", "substitute"
        )
    )
    seconded = dict(Secondment.objects.on(today).filter(staff__in=people).values_list("staff", "substitute"))
    substitutes = {**seconded, **absent}
    return [Worker(pk, away=pk in absent or pk not in there, substitute=substitutes.get(pk)) for pk in people]


def _loads(people, workers: list[Worker], tasks: list[Task], found: Proposal) -> list[Load]:
    held = [task.holder for task in tasks]
    loads = [
        Load(
            people[worker.key],
            worker.away,
            held.count(worker.key),
            found.before[worker.key],
            found.after[worker.key],
        )
        for worker in workers
    ]
    return sorted(loads, key=lambda load: (-load.before, load.person.pk))


def _shown(move: Move, by_key: dict[int, Foreseen], people: dict[int, Staff]) -> ProposedMove:
    return ProposedMove(
        by_key[move.task.key].dossier, move.task.minutes, people[move.giver], people[move.taker]
    )
