"""How long requests and tasks took, and how many failed: added up over all processes, in one hash of Redis.

A process counts in memory and hands its sums over every few seconds, after an answer was sent or a task was done.
So nobody waits for it, and while Redis is away the sums wait too. Prometheus takes a lost hash for a restart.
"""

import bisect
import json
import logging
import threading
import time
from collections import defaultdict
from dataclasses import dataclass

from django.core.signals import request_finished
from django.dispatch import receiver
from django_redis import get_redis_connection
from redis import RedisError

logger = logging.getLogger(__name__)

KEY = "onestop:metrics"
FLUSH_SECONDS, REST_SECONDS = 5, 60  # the second after Redis did not answer
BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 300)  # seconds
MORE, SUM = "+Inf", "sum"


@dataclass(frozen=True, slots=True)
class Family:
    """A metric with the names of its labels."""

    name: str
    meaning: str
    labels: tuple[str, ...]


REQUESTS = Family(
    "onestop_requests", "Requests answered, by kind of page and class of status", ("view", "status")
)
REQUEST_SECONDS = Family(
    "onestop_request_duration_seconds", "Time from request to answer, by kind of page", ("view",)
)
TASKS = Family("onestop_tasks", "Tasks done by workers, by name and outcome", ("task", "outcome"))
TASK_SECONDS = Family("onestop_task_duration_seconds", "Time that a task took", ("task",))
CALLS = Family(
    "onestop_connection_calls",
    "Calls to systems around, by outcome: ok, or the kind of the error",
    ("system", "outcome", "partner"),  # the last only where a system is several installations
)
CALL_SECONDS = Family(
    "onestop_connection_call_duration_seconds", "Time that such a call took", ("system", "partner")
)
COUNTERS = (REQUESTS, TASKS, CALLS)
HISTOGRAMS = (REQUEST_SECONDS, TASK_SECONDS, CALL_SECONDS)

# (name, labels, bucket or "sum" or nothing) → amount
Field = tuple[str, tuple[str, ...], str]
_lock = threading.Lock()
_sums: dict[Field, float] = defaultdict(float)


class _Next:
    """When this process hands over next, by `time.monotonic`."""

    at = 0.0


def count(family: Family, *labels: str) -> None:
    with _lock:
        _sums[family.name, labels, ""] += 1


def observe(family: Family, seconds: float, *labels: str) -> None:
    index = bisect.bisect_left(BUCKETS, seconds)
    bucket = str(BUCKETS[index]) if index < len(BUCKETS) else MORE
    with _lock:
        _sums[family.name, labels, bucket] += 1
        _sums[family.name, labels, SUM] += seconds


@receiver(request_finished)
def hand_over_when_due(**kwargs) -> None:
    if time.monotonic() >= _Next.at:
        hand_over()


def hand_over() -> None:
    """Add what this process has counted since the last time; kept for the next time when Redis is away."""
    _Next.at = time.monotonic() + FLUSH_SECONDS
    with _lock:
        mine = dict(_sums)
        _sums.clear()
    if not mine:
        return
    try:
        with get_redis_connection("default").pipeline() as pipe:
            for field, amount in mine.items():
                pipe.hincrbyfloat(KEY, json.dumps(field), amount)
            pipe.execute()
    except RedisError as error:
        _Next.at = time.monotonic() + REST_SECONDS
        logger.warning("what was measured waits for Redis: %s", error)
        with _lock:
            for field, amount in mine.items():
                _sums[field] += amount


def totals() -> dict[Field, float]:
    """Of the whole installation. Raises `RedisError`."""
    found = {}
    for field, amount in get_redis_connection("default").hgetall(KEY).items():
        name, labels, part = json.loads(field)
        found[name, tuple(labels), part] = float(amount)
    return found
