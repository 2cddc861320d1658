"""Is it alive, is it ready: `/healthz`, `/readyz`.

They ask the facts each time and hold no opinion of their own. Reception works without Redis and
without workers (the next sweep picks up what they missed), so their absence degrades and only a missing
database, or one that lacks migrations, makes the web process not ready.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_redis import get_redis_connection
from redis import RedisError

from cases.models import Heartbeat
from cases.morning import stuck_agencies, stuck_dossiers
from onestop import replica

logger = logging.getLogger(__name__)


class Status(StrEnum):
    OK = "ok"
    DEGRADED = "degraded"
    ERROR = "error"


class _Applied:
    """Whether all migrations were seen applied; the answer can only turn from no to yes while we run."""

    seen = False


def readiness() -> dict:
    """Every part with its status, and the worst of them as the whole's."""
    database = database_part()
    if database["status"] == Status.OK:
        parts = {"database": database, "migrations": migrations_part(), "worker": worker_part()}
        parts["dossiers"] = stuck_part(stuck_dossiers, "dossiers")
        parts["figures"] = stuck_part(stuck_agencies, "agencies")
        if replica.is_configured():
            parts["replica"] = replica_part()
    else:
        unknown = {"status": Status.DEGRADED, "detail": "unknown without the database"}
        parts = {"database": database, "migrations": unknown, "worker": unknown}
    parts["redis"] = redis_part()
    statuses = {part["status"] for part in parts.values()}
    worst = next(status for status in (Status.ERROR, Status.DEGRADED, Status.OK) if status in statuses)
    return {"status": worst, "parts": parts}


def database_part() -> dict:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.error("The database does not answer: %s", error)
        connection.close()
        return {"status": Status.ERROR, "detail": "the database does not answer"}
    return {"status": Status.OK}


def migrations_part() -> dict:
    if not _Applied.seen:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            return {"status": Status.ERROR, "detail": f"{len(missing)} migrations are not applied"}
        _Applied.seen = True
    return {"status": Status.OK}


def redis_part() -> dict:
    try:
        get_redis_connection("default").ping()
    except RedisError as error:
        logger.warning("Redis does not answer: %s", error)
        return {"status": Status.DEGRADED, "detail": "Redis does not answer; reception goes on"}
    return {"status": Status.OK}


def worker_part() -> dict:
    try:
        age = heartbeat_age()
    except DatabaseError:
        return {"status": Status.DEGRADED, "detail": "unknown before the migrations are applied"}
    if age is None:
        return {"status": Status.DEGRADED, "detail": "no worker has shown itself yet"}
    seconds = int(age.total_seconds())
    if seconds > settings.HEARTBEAT_MAX_AGE_SECONDS:
        detail = f"last heartbeat of beat and worker {seconds} seconds ago"
        return {"status": Status.DEGRADED, "detail": detail, "age_seconds": seconds}
    return {"status": Status.OK, "age_seconds": seconds}


def stuck_part(stuck: Callable[[], QuerySet], what: str) -> dict:
    """Whether the workers fail at some; `what` they are."""
    try:
        count = stuck().count()
    except DatabaseError:
        return {"status": Status.DEGRADED, "detail": "unknown before the migrations are applied"}
    if not count:
        return {"status": Status.OK}
    return {"status": Status.DEGRADED, "detail": f"the workers fail at {count} {what}", "stuck": count}


def replica_part() -> dict:
    """Look-ups ask the primary while it is away or behind, so its absence degrades."""
    state = replica.standby.look()
    if state == replica.State.FRESH:
        return {"status": Status.OK, "lag_seconds": int(replica.standby.lag_seconds)}
    return {"status": Status.DEGRADED, "detail": _REPLICA[state]}


_REPLICA = {
    replica.State.BEHIND: "the replica is behind; look-ups ask the primary",
    replica.State.AWAY: "the replica does not answer; look-ups ask the primary",
    replica.State.PRIMARY: "the replica takes writes, so it is none; look-ups ask the primary",
}


def heartbeat_age() -> timedelta | None:
    """How long ago the beat sent and a worker did the heartbeat; None before the first one."""
    at = Heartbeat.objects.filter(name="worker").values_list("at", flat=True).first()
    return None if at is None else timezone.now() - at


# --- Views --------------------------------------------------------------------------------------
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The web process answers; nothing else is asked, so that a lost database does not restart it."""
    return JsonResponse({"status": Status.OK})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """503 without a migrated database, else 200; the body names each part."""
    state = readiness()
    return JsonResponse(state, status=503 if state["status"] == Status.ERROR else 200)
