"""Figures that are asked for, not counted along: they follow what is open, not what is stored."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Count, Min, Q
from django.utils import timezone
from django_redis import get_redis_connection
from redis import Redis, RedisError

from cases.connections.systems import Health
from cases.models import Dossier, Heartbeat
from cases.morning import stuck_agencies, stuck_dossiers
from cases.services import around
from notifications.enums import MessageState
from notifications.models import Letter, Message
from notifications.services.messages import quiet_hours_now
from onestop import replica
from onestop.celery import QUEUES

Values = dict[tuple[str, ...], float]


@dataclass(frozen=True, slots=True)
class Gauge:
    name: str
    meaning: str
    labels: tuple[str, ...]
    values: Values


def gauges() -> list[Gauge]:
    """One or two statements each, whatever is stored. Raises `DatabaseError`."""
    now = timezone.now()
    return [
        *_dossiers(now),
        *_letters_and_messages(now),
        *_signs_of_life(now),
        *_database(),
        *_replica(),
        *_disk(),
        *_queue(),
        *_connections(now),
    ]


def _dossiers(now: datetime) -> list[Gauge]:
    by_state = Dossier.objects.open().order_by().values_list("state").annotate(n=Count("pk"))
    unflagged = Q(overdue_flagged_at=None)
    overdue = Dossier.objects.overdue(now).order_by().values("competent_agency__identifier")
    rows = list(
        overdue.annotate(n=Count("pk"), since=Min("due_at", filter=unflagged)).values_list(
            "competent_agency__identifier", "n", "since"
        )
    )
    waiting = [since for _agency, _n, since in rows if since]
    lag = (now - min(waiting)).total_seconds() if waiting else 0
    return [
        Gauge(
            "onestop_dossiers_open",
            "Dossiers without an end, by state",
            ("state",),
            {(s,): n for s, n in by_state},
        ),
        Gauge(
            "onestop_dossiers_overdue", "Dossiers past their due date", (), {(): sum(n for _a, n, _s in rows)}
        ),
        Gauge(
            "onestop_agency_overdue",
            "Dossiers past their due date, by competent agency; agencies without any are not named",
            ("agency",),
            {(agency,): n for agency, n, _since in rows},
        ),
        Gauge(
            "onestop_dossiers_stuck", "Dossiers at which the workers fail", (), {(): stuck_dossiers().count()}
        ),
        Gauge(
            "onestop_agencies_stuck",
            "Agencies of which the workers cannot count or freeze past days",
            (),
            {(): stuck_agencies().count()},
        ),
        Gauge(
            "onestop_sweep_lag_seconds",
            "Seconds for which the longest overdue dossier has waited to be flagged",
            (),
            {(): max(lag, 0)},
        ),
    ]


def _letters_and_messages(now: datetime) -> list[Gauge]:
    quiet = quiet_hours_now()
    outbox = Message.objects.filter(state=MessageState.PENDING)
    waiting = outbox.let_sleep(now, quiet).aggregate(n=Count("pk"), oldest=Min("created_at"))
    oldest = (now - waiting["oldest"]).total_seconds() if waiting["oldest"] else 0
    return [
        Gauge(
            "onestop_letters_waiting", "Letters drafted or approved", (), {(): Letter.objects.open().count()}
        ),
        Gauge(
            "onestop_outbox_waiting",
            "Messages not delivered yet, without those of the quiet hours",
            (),
            {(): waiting["n"]},
        ),
        Gauge("onestop_outbox_oldest_seconds", "Age of the oldest of them", (), {(): max(oldest, 0)}),
        Gauge(
            "onestop_outbox_held",
            "Messages that wait for the end of the quiet hours",
            (),
            {(): outbox.asleep(now, quiet).count()},
        ),
        Gauge("onestop_outbox_dead", "Messages given up", (), {(): Message.objects.dead().count()}),
    ]


def _signs_of_life(now: datetime) -> list[Gauge]:
    ages = {name: (now - at).total_seconds() for name, at in Heartbeat.objects.values_list("name", "at")}
    last = {(): ages.pop("backup")} if "backup" in ages else {}
    return [
        Gauge(
            "onestop_heartbeat_age_seconds",
            "Seconds since the beat sent, and a worker did, the task that shows that they live",
            ("part",),
            {(name,): age for name, age in ages.items()},
        ),
        Gauge("onestop_backup_age_seconds", "Seconds since the last backup was finished", (), last),
    ]


def _database() -> list[Gauge]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_database_size(current_database()), current_setting('max_connections')::int, "
            "count(*) FILTER (WHERE state = 'active'), count(*) FILTER (WHERE state LIKE 'idle in%%'), "
            "count(*) FILTER (WHERE state = 'idle') FROM pg_stat_activity WHERE backend_type = 'client backend'",
            [],
        )
        size, limit, active, stuck, idle = cursor.fetchone()
    connections = {("active",): active, ("idle_in_transaction",): stuck, ("idle",): idle}
    return [
        Gauge("onestop_database_size_bytes", "Size of the database on its server", (), {(): size}),
        Gauge("onestop_database_connections", "Connections to the server, by state", ("state",), connections),
        Gauge("onestop_database_connections_limit", "How many it allows", (), {(): limit}),
    ]


def _replica() -> list[Gauge]:
    """Nothing where there is none."""
    if not replica.is_configured():
        return []
    good, lag = replica.standby.is_good(), replica.standby.lag_seconds
    return [
        Gauge("onestop_replica_up", "Whether the replica answers look-ups", (), {(): float(good)}),
        Gauge(
            "onestop_replica_lag_seconds",
            "Seconds by which the replica is behind at most",
            (),
            {} if lag is None else {(): lag},
        ),
    ]


def _disk() -> list[Gauge]:
    folder = Path(default_storage.location)
    while not folder.exists():
        folder = folder.parent
    disk = shutil.disk_usage(folder)
    return [
        Gauge("onestop_documents_free_bytes", "Free space where the documents lie", (), {(): disk.free}),
        Gauge("onestop_documents_disk_bytes", "Size of that disk", (), {(): disk.total}),
    ]


def _queue() -> list[Gauge]:
    """Whether Redis answers, and how many tasks wait there for a worker."""
    try:
        get_redis_connection("default").ping()
        with Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5) as client:
            waiting = {(): sum(client.llen(queue) for queue in QUEUES)}
    except RedisError:
        waiting = {}
    return [
        Gauge("onestop_redis_up", "Whether Redis answers", (), {(): float(bool(waiting))}),
        Gauge("onestop_queue_waiting", "Tasks that wait for a worker", (), waiting),
    ]


def _connections(now: datetime) -> list[Gauge]:
    """Of the systems around those that are configured; one that nobody has called yet is neither up nor down."""
    lines = around.all_connections(only_configured=True)
    # One that is no partner of several has no such label.
    shown = {(one.system.value, *filter(None, [one.partner])): one for one in lines}
    tried = {key: one for key, one in shown.items() if one.health != Health.UNTRIED}
    good = {key: one.state.last_success_at for key, one in shown.items() if one.state.last_success_at}
    oldest = {key: one.waiting.oldest for key, one in shown.items() if one.waiting.oldest}
    per_system = ("system", "partner")
    return [
        Gauge(
            "onestop_connection_up",
            "Whether the last call to a system around came to a good end",
            per_system,
            {key: float(one.health == Health.WORKING) for key, one in tried.items()},
        ),
        Gauge(
            "onestop_connection_last_success_age_seconds",
            "Seconds since the last good call",
            per_system,
            {key: max((now - at).total_seconds(), 0) for key, at in good.items()},
        ),
        Gauge(
            "onestop_connection_waiting",
            "What it has still to be told, and will be by itself",
            per_system,
            {key: one.waiting.count for key, one in shown.items()},
        ),
        Gauge(
            "onestop_connection_refused",
            "What it refused, which waits for a person",
            per_system,
            {key: one.waiting.refused for key, one in shown.items()},
        ),
        Gauge(
            "onestop_connection_oldest_seconds",
            "Age of the oldest that waits by itself",
            per_system,
            {key: max((now - at).total_seconds(), 0) for key, at in oldest.items()},
        ),
    ]
