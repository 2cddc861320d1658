"""Officers of a unit and the steps that wait for them, as a simulation from event to event; pure.

A unit has one queue and so many officers; each works on one step at a time, without a break, in the working
time of the unit. What other people do (the desk, the head who signs, the applicant) takes as long as it took.

How much work a step was, nobody wrote down: known are when it lay ready and when it was done. It is taken from
when it lay ready and its officer had finished what they finished before, until it was done. So an hour in which
an officer let a step lie although nothing else was ahead counts as work.
"""

from collections.abc import Hashable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from cases.simulation.clocks import MinuteClock

_READY, _DONE = 0, 1  # of one minute: first what comes, then who becomes free


class Run(NamedTuple):
    """One step as it ran, in minutes; `officer` None: done by somebody whose queue is not simulated."""

    unit: Hashable
    officer: Hashable | None
    ready: int
    done: int


class Task(NamedTuple):
    """One step to be done again: so long after the one before, so much work; in the queue of the unit or not."""

    unit: Hashable
    queued: bool
    wait: int  # minutes of the clock on the wall
    work: int  # working minutes


Clocks = Mapping[Hashable, MinuteClock]


def tasks_of(courses: Sequence[Sequence[Run]], clocks: Clocks) -> list[list[Task]]:
    """What is to be done again, with the work that each step was; runs of one course in their order."""
    work = _work(courses, clocks)
    found = []
    for number, runs in enumerate(courses):
        tasks, before = [], runs[0].ready if runs else 0
        for place, run in enumerate(runs):
            took = work.get((number, place))
            if took is None:
                took = clocks[run.unit].between(run.ready, run.done)
            tasks.append(Task(run.unit, run.officer is not None, max(run.ready - before, 0), took))
            before = run.done
        found.append(tasks)
    return found


def _work(courses: Sequence[Sequence[Run]], clocks: Clocks) -> dict[tuple[int, int], int]:
    """Working minutes of each step of an officer, in the order in which the officer finished them."""
    done = sorted(
        (run.done, run.ready, number, place)
        for number, runs in enumerate(courses)
        for place, run in enumerate(runs)
        if run.officer is not None
    )
    found, free_from = {}, {}
    for ended, ready, number, place in done:
        run = courses[number][place]
        begun = max(ready, free_from.get(run.officer, ready))
        found[number, place] = clocks[run.unit].between(begun, ended)
        free_from[run.officer] = ended
    return found


def officers_of(courses: Sequence[Sequence[Run]], clocks: Clocks) -> dict[Hashable, int]:
    """How many officers each unit had on average, each from the first to the last step they did there."""
    spans: dict[tuple[Hashable, Hashable], tuple[int, int]] = {}
    for runs in courses:
        for unit, officer, ready, done in runs:
            if officer is not None:
                first, last = spans.get((unit, officer), (ready, done))
                spans[unit, officer] = min(first, ready), max(last, done)
    found = {}
    for unit in {unit for unit, _officer in spans}:
        mine = [span for (of, _officer), span in spans.items() if of == unit]
        clock = clocks[unit]
        whole = clock.between(min(first for first, _last in mine), max(last for _first, last in mine))
        there = sum(clock.between(first, last) for first, last in mine)
        found[unit] = max(1, (2 * there + whole) // (2 * whole)) if whole else len(mine)
    return found


def serve(
    courses: Sequence[Sequence[Task]],
    begins: Sequence[int],
    officers: Mapping[Hashable, int],
    clocks: Clocks,
    *,
    urgency: Sequence[int] | None = None,
) -> list[list[int]]:
    """When each step lies ready, and at the end of each list when the last one is done.

    First come, first served; with `urgency`, one number for each course, the smallest first. Of two that come
    in the same minute the one that stands first.
    """
    ready: list[list[int]] = [[] for _course in courses]
    free, waiting = dict(officers), {unit: [] for unit in officers}
    events = [(begin, _READY, number) for number, begin in enumerate(begins)]
    heapify(events)

    def begin(unit: Hashable, number: int, now: int) -> None:
        work = courses[number][len(ready[number]) - 1].work
        heappush(events, (clocks[unit].after(now, work), _DONE, number))

    while events:
        now, what, number = heappop(events)
        tasks, done = courses[number], len(ready[number])
        if what == _DONE:
            unit = tasks[done - 1].unit
            if waiting[unit]:
                begin(unit, heappop(waiting[unit])[-1], now)
            else:
                free[unit] += 1
            following = tasks[done].wait if done < len(tasks) else 0
            heappush(events, (now + following, _READY, number))
            continue
        ready[number].append(now)
        if done == len(tasks):
            continue
        task = tasks[done]
        if not task.queued:
            following = tasks[done + 1].wait if done + 1 < len(tasks) else 0
            ended = clocks[task.unit].after(now, task.work)
            heappush(events, (ended + following, _READY, number))
        elif free[task.unit]:
            free[task.unit] -= 1
            begin(task.unit, number, now)
        else:
            rank = now if urgency is None else urgency[number]
            heappush(waiting[task.unit], (rank, now, number))
    return ready
