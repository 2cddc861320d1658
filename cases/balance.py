"""Who should take over which dossiers, so that the work of a unit is spread evenly (cân bằng tải); pure.

Loads are working minutes still to be done. The same input gives the same proposal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

EVEN_ENOUGH = 480  # working minutes between the most and the least loaded: a day


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody of the unit; who is `away` takes nothing, and `substitute` stands in for them."""

    key: int
    away: bool = False
    substitute: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """An open dossier: who has it, how much is left of it, until when."""

    key: int
    holder: int
    minutes: int
    due_at: datetime


class Move(NamedTuple):
    """Give this one to somebody else."""

    task: Task
    giver: int
    taker: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """The moves in their order, and the load of everybody without and with them, by key."""

    moves: tuple[Move, ...]
    before: Mapping[int, int]
    after: Mapping[int, int]


def propose(workers: Iterable[Worker], tasks: Iterable[Task], *, even_enough: int = EVEN_ENOUGH) -> Proposal:
    """Few moves that spread the work.

    First what lies with somebody who is away: to the substitute, else to who has least. Then, while the most
    loaded has over `even_enough` more than the least loaded, the one dossier whose move evens these two out
    best: big steps, so that few dossiers change hands. A move that leaves no smaller gap is never proposed.
    """
    people = {worker.key: worker for worker in sorted(workers, key=lambda worker: worker.key)}
    held: dict[int, list[Task]] = {key: [] for key in people}
    for task in sorted(tasks, key=lambda task: (task.due_at, task.key)):
        if task.holder in held:
            held[task.holder].append(task)
    loads = {key: sum(task.minutes for task in mine) for key, mine in held.items()}
    before, moves = dict(loads), []
    there = [key for key, worker in people.items() if not worker.away]
    if there:
        for task, giver, taker in _from_the_absent(people, held, loads, there):
            moves.append(_move(task, giver, taker, held, loads))
        while (best := _evening_step(held, loads, there, even_enough)) is not None:
            moves.append(_move(*best, held, loads))
    return Proposal(tuple(_shortened(moves)), before, loads)


def _from_the_absent(people: Mapping[int, Worker], held, loads, there: list[int]):
    for worker in people.values():
        for task in list(held[worker.key]) if worker.away else []:
            least = min(there, key=lambda key: (loads[key], key))
            yield task, worker.key, worker.substitute if worker.substitute in there else least


def _evening_step(held, loads, there: list[int], even_enough: int) -> tuple[Task, int, int] | None:
    most = max(there, key=lambda key: (loads[key], -key))
    least = min(there, key=lambda key: (loads[key], key))
    gap = loads[most] - loads[least]
    if gap <= even_enough:
        return None
    # |gap - 2 · minutes| is what would lie between the two afterwards.
    fitting = [task for task in held[most] if 0 < task.minutes < gap]
    if not fitting:
        return None
    best = min(fitting, key=lambda task: (abs(gap - 2 * task.minutes), -task.due_at.timestamp(), task.key))
    return best, most, least


def _move(task: Task, giver: int, taker: int, held, loads) -> Move:
    held[giver].remove(task)
    held[taker].append(task)
    loads[giver] -= task.minutes
    loads[taker] += task.minutes
    return Move(task, giver, taker)


def _shortened(moves: list[Move]) -> list[Move]:
    """Who passes something on takes it only on paper: of a chain of hands the first and the last stay."""
    last: dict[int, Move] = {}
    for move in moves:
        first = last.pop(move.task.key, None)
        if first is None or first.giver != move.taker:
            last[move.task.key] = move if first is None else move._replace(giver=first.giver)
    return list(last.values())
