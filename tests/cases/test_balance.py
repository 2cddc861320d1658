"""The proposal that spreads the work of a unit: few moves, never to somebody who is away, always the same."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from cases.balance import EVEN_ENOUGH, Task, Worker, propose
from tests.cast import local

DUE = local("2026-11-12 17:00")


def tasks(*held: tuple[int, int]) -> list[Task]:
    """(holder, minutes), due one after the other."""
    return [
        Task(key, holder, minutes, DUE + timedelta(days=key)) for key, (holder, minutes) in enumerate(held)
    ]


def moved(workers, work) -> list[tuple[int, int, int]]:
    return [(move.task.key, move.giver, move.taker) for move in propose(workers, work).moves]


def test_one_big_move_is_better_than_many_small_ones():
    work = tasks((1, 100), (1, 100), (1, 700), (1, 600), (2, 0))
    found = propose([Worker(1), Worker(2)], work)
    assert [(move.task.minutes, move.giver, move.taker) for move in found.moves] == [(700, 1, 2)]
    assert (found.before, found.after) == ({1: 1500, 2: 0}, {1: 800, 2: 700})


def test_a_day_of_difference_is_even_enough():
    assert moved([Worker(1), Worker(2)], tasks((1, EVEN_ENOUGH))) == []
    assert moved([Worker(1), Worker(2)], tasks((1, EVEN_ENOUGH), (1, 1), (1, 300))) == [(0, 1, 2)]


def test_what_cannot_be_divided_stays():
    assert moved([Worker(1), Worker(2)], tasks((1, 5000))) == []


def test_who_is_away_keeps_nothing_and_gets_nothing():
    workers = [Worker(1, away=True), Worker(2), Worker(3, away=True)]
    assert moved(workers, tasks((1, 100), (1, 0), (2, 5000))) == [(0, 1, 2), (1, 1, 2)]


def test_the_substitute_comes_first_even_with_more_work():
    workers = [Worker(1, away=True, substitute=3), Worker(2), Worker(3)]
    assert moved(workers, tasks((1, 100), (3, 200))) == [(0, 1, 3)]


def test_a_substitute_who_is_away_too_is_passed_over():
    workers = [Worker(1, away=True, substitute=3), Worker(2), Worker(3, away=True)]
    assert moved(workers, tasks((1, 100))) == [(0, 1, 2)]


def test_nobody_there_means_no_moves():
    assert moved([Worker(1, away=True)], tasks((1, 100))) == []
    assert moved([], []) == []


def test_work_of_people_outside_the_unit_is_left_alone():
    assert moved([Worker(1), Worker(2)], tasks((9, 9000))) == []


def test_of_equal_dossiers_the_one_with_more_time_changes_hands():
    assert moved([Worker(1), Worker(2)], tasks((1, 400), (1, 400))) == [(1, 1, 2)]


WORKERS = st.lists(
    st.builds(Worker, st.integers(1, 6), st.booleans(), st.none() | st.integers(1, 6)),
    unique_by=lambda worker: worker.key,
    max_size=6,
)
WORK = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 3000)), max_size=25).map(
    lambda rows: tasks(*rows)
)


@given(WORKERS, WORK, st.randoms(use_true_random=False))
def test_every_proposal_is_sound(workers, work, random):
    found = propose(workers, work)
    away = {worker.key for worker in workers if worker.away}
    known = {worker.key for worker in workers}
    assert all(move.taker in known - away and move.giver != move.taker for move in found.moves)
    assert len({move.task.key for move in found.moves}) == len(found.moves)
    assert sum(found.before.values()) == sum(found.after.values())
    loads = dict(found.before)
    for task, giver, taker in found.moves:
        assert task.holder == giver
        loads[giver] -= task.minutes
        loads[taker] += task.minutes
    assert loads == found.after
    if known - away:
        assert all(found.after[key] == 0 for key in away)
        there = [key for key in known if key not in away]
        highest = max(found.after[key] for key in there)
        from_away = sum(found.before[key] for key in away)
        assert highest <= max(found.before[key] for key in there) + from_away
    shuffled = random.sample(workers, len(workers)), random.sample(work, len(work))
    assert propose(*shuffled) == found
