"""Every task is measured by its worker, and the beat shows that it lives when it sends the heartbeat."""

import logging
import time

from celery.signals import after_task_publish, task_postrun, task_prerun
from django.db import DatabaseError, connection
from django.utils import timezone

from cases.models import Heartbeat
from cases.tasks import heartbeat
from onestop.metrics import tally

logger = logging.getLogger(__name__)

BEAT = "beat"
_began: dict[str, float] = {}


@task_prerun.connect
def begin(task_id: str, **kwargs) -> None:
    _began[task_id] = time.perf_counter()


@task_postrun.connect
def end(task_id: str, task, state: str | None = None, **kwargs) -> None:
    tally.count(tally.TASKS, task.name, (state or "unknown").lower())
    if (began := _began.pop(task_id, None)) is not None:
        tally.observe(tally.TASK_SECONDS, time.perf_counter() - began, task.name)
    tally.hand_over_when_due()


@after_task_publish.connect
def beat_lives(sender: str | None = None, **kwargs) -> None:
    """Only the beat sends this task (and the demo, once). Its row is beside the worker's: an old one says which of them is away."""
    if sender != heartbeat.name:
        return
    try:
        Heartbeat.objects.update_or_create(name=BEAT, defaults={"at": timezone.now()})
    except DatabaseError as error:  # sending must go on; `/readyz` sees the database itself
        logger.error("the beat could not show that it lives: %s", error)
        connection.close()  # the next time begins with a new one
