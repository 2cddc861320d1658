"""Several workers and two beats at the same time: whatever is done, is done once."""

import time
from collections import Counter
from random import Random

from cases import services
from cases.models import Dossier, DossierEvent
from notifications.enums import LetterKind
from notifications.models import Letter, Message
from tests.chaos import kills, stage
from tests.chaos.ground import Failed, Ground, until

WORKERS, MORE_LATE, MORE_LATE_IN_SHORT = 3, 270, 70


def two_beats(ground: Ground, *, times: int, rng: Random) -> str:
    """Two beats and two workers for more than a minute, and each work asked for twice at the same moment."""
    return _together(ground, "morning", workers=2)


def many_workers(ground: Ground, *, times: int, rng: Random) -> str:
    """The same with hundreds of newly overdue dossiers: each gets one flag, one draft and each message once."""
    ground.begin_from("morning")
    stage.receive_more_late(ground.world, MORE_LATE)
    ground.keep_as("many")
    late = Dossier.objects.overdue().count()
    said = _together(ground, "many", workers=WORKERS)
    flags = Dossier.objects.exclude(overdue_flagged_at=None).count()
    drafts = Counter(Letter.objects.filter(kind=LetterKind.APOLOGY).values_list("reference", flat=True))
    told = Counter(DossierEvent.objects.filter(kind="overdue").values_list("dossier", flat=True))
    if (flags, len(told), max(told.values())) != (late, late, 1) or max(drafts.values()) != 1:
        raise Failed(f"{late} overdue, {flags} flags, {told.total()} events, {drafts.total()} drafts")
    return f"{late} overdue dossiers, {drafts.total()} drafts, {Message.objects.count()} messages; {said}"


def _together(ground: Ground, morning: str, *, workers: int) -> str:
    from onestop.celery import app

    tasks = (
        "flag_overdue",
        "warn_due_soon",
        "climb_ladders",
        "draft_apologies",
        "chain_audit",
        "morning_digest",
    )
    ground.begin_from(morning)
    for work in (
        services.flag_overdue,
        services.warn_due_soon,
        services.climb_ladders,
        services.draft_apologies,
        services.morning_digest,
        kills.deliver,
    ):
        work()
    wanted = stage.picture()
    ground.begin_from(morning)
    for number in range(workers):
        kills.start_worker(ground, f"worker-{number}")
    for number in (1, 2):
        kills.start_beat(ground, f"beat-{number}")
    for _again in range(2):
        for task in tasks:
            for _twice in range(2):
                app.send_task(f"cases.tasks.{task}")
    time.sleep(BEATS_SECONDS)
    app.send_task("notifications.tasks.deliver_messages")
    app.send_task("notifications.tasks.deliver_messages")
    until(lambda: not stage.differences(wanted, stage.picture()), "everything once", seconds=240, pause=1)
    for name in list(ground.processes):
        ground.kill(name)
    if problems := stage.differences(wanted, stage.picture()) + stage.broken_invariants():
        raise Failed("; ".join(problems))
    return f"{workers} workers, {BEATS_SECONDS} seconds"


BEATS_SECONDS = 65  # over one full minute, at which both beats send what is due each minute
