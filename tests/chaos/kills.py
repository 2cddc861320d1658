"""`kill -9` of a worker in the middle of its work; then the same work again, as the beat would ask for it."""

import time
from collections.abc import Callable
from datetime import timedelta
from random import Random

import time_machine
from django.utils import timezone

from cases import services
from cases.services import audit, calendar_moves, overdue
from notifications.models import Message
from notifications.services.messages import LEASE, deliver_due
from tests.chaos import stage
from tests.chaos.ground import Failed, Ground, ended, forked, killed_after, until

AT_ONCE = 20  # dossiers in a transaction, so that a kill also meets the time between two
RECOVERIES = 5  # the beat asks again each time


def sweep() -> None:
    overdue.FLAGGED_AT_ONCE = AT_ONCE
    services.sweep()


def draft() -> None:
    services.draft_apologies()


def deliver() -> None:
    while deliver_due().sent:
        pass


def revise() -> None:
    while (revision := calendar_moves._next_approved()) and calendar_moves.apply_batch(
        revision, size=AT_ONCE
    ):
        pass


def chain() -> None:
    audit.BATCH = AT_ONCE
    audit.chain_waiting()


WORKS: dict[str, Callable[[], None]] = {
    "sweep": sweep,
    "draft": draft,
    "deliver": deliver,
    "revise": revise,
    "chain": chain,
}


def kill_worker(ground: Ground, name: str, *, times: int, rng: Random) -> str:
    """Each time from the same morning; the end must be that of a morning without a kill. Returns how it went."""
    work, morning = WORKS[name], "revised" if name == "revise" else "morning"
    ground.begin_from(morning)
    before = stage.picture()
    began = time.monotonic()
    if ended(forked(work)):
        raise Failed(f"{name} fails without a fault")
    usual = time.monotonic() - began
    wanted = stage.picture()
    if name != "chain" and wanted == before:
        raise Failed(f"{name} has nothing to do")
    hit = 0
    for round_ in range(1, times + 1):
        ground.begin_from(morning)
        hit += killed_after(forked(work), rng.uniform(0.02, usual))
        _recover(work, wanted)
        problems = stage.differences(wanted, stage.picture()) + stage.broken_invariants()
        if problems:
            raise Failed(f"round {round_}: " + "; ".join(problems))
    return f"{times} times, {hit} of them at work; usually {usual:.1f} s"


def _recover(work: Callable[[], None], wanted: dict) -> None:
    """Again until nothing is left to do; what was being sent is tried when its lease has ended."""

    def later() -> None:
        with time_machine.travel(timezone.now() + LEASE + timedelta(minutes=1)):
            work()

    for _again in range(RECOVERIES):
        if ended(forked(later if Message.objects.exclude(claimed_until=None).exists() else work)):
            raise Failed("the work fails after the kill")
        if not stage.differences(wanted, stage.picture()):
            return


def kill_celery(ground: Ground, *, times: int, rng: Random) -> str:
    """The real worker with its children, asked by the real broker, killed and started again."""
    from onestop.celery import app

    tasks = ("flag_overdue", "warn_due_soon", "climb_ladders", "draft_apologies")

    def ask() -> None:
        for task in tasks:
            app.send_task(f"cases.tasks.{task}")

    ground.begin_from("morning")
    for work in (
        services.flag_overdue,
        services.warn_due_soon,
        services.climb_ladders,
        services.draft_apologies,
    ):
        work()
    wanted = stage.picture()
    for _round in range(times):
        ground.begin_from("morning")
        start_worker(ground)
        ask()
        until(lambda: stage.picture() != wanted and _began(), "the worker to begin", seconds=120)
        time.sleep(rng.uniform(0, 1.0))
        ground.kill("worker")
        start_worker(ground)
        ask()
        until(
            lambda: not stage.differences(wanted, stage.picture()), "everything once", seconds=120, pause=0.5
        )
        ground.kill("worker")
        if problems := stage.broken_invariants():
            raise Failed("; ".join(problems))
    return f"{times} times"


def _began() -> bool:
    return bool(stage.picture()["flags"])


def start_worker(ground: Ground, name: str = "worker") -> None:
    celery = ["celery", "--app", "onestop", "--quiet", "worker", "--hostname", f"{name}@%h"]
    ground.start(name, *celery, "--concurrency", "2", "--loglevel", "INFO")


def start_beat(ground: Ground, name: str = "beat") -> None:
    schedule = str(ground.folder / "run" / f"{name}-schedule")
    (ground.folder / "run").mkdir(exist_ok=True)
    celery = ["celery", "--app", "onestop", "--quiet", "beat", "--schedule", schedule, "--pidfile", ""]
    ground.start(name, *celery, "--loglevel", "INFO")
