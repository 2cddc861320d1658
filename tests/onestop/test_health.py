"""/healthz and /readyz tell the truth about each part."""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from cases.tasks import heartbeat
from onestop import health

OK = {"status": "ok"}


@pytest.fixture(autouse=True)
def migrations_not_asked_yet(monkeypatch):
    monkeypatch.setattr(health._Applied, "seen", False)


@pytest.fixture
def no_redis(settings):
    """A Redis address where nobody answers."""
    default = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": default}


@pytest.fixture
def no_database(monkeypatch):
    def refuse(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", refuse)


def parts(client, status: int = 200) -> dict:
    answer = client.get("/readyz")
    assert answer.status_code == status
    assert "no-store" in answer.headers["Cache-Control"]
    body = answer.json()
    return {"whole": body["status"], **body["parts"]}


def test_healthz_answers_without_asking_anything(client, no_database, no_redis):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, OK)


def test_readyz_is_ok_when_all_parts_are(client, world, clock):
    heartbeat()
    clock.move_to("2026-11-09 09:01")
    assert parts(client) == {
        "whole": "ok",
        "database": OK,
        "migrations": OK,
        "redis": OK,
        "worker": {"status": "ok", "age_seconds": 60},
        "dossiers": OK,
        "figures": OK,
    }


def test_readyz_is_degraded_before_the_first_heartbeat(client, db):
    found = parts(client)
    assert found["whole"] == "degraded"
    assert found["worker"] == {"status": "degraded", "detail": "no worker has shown itself yet"}


def test_readyz_is_degraded_when_the_heartbeat_is_old(client, world, clock, settings):
    settings.HEARTBEAT_MAX_AGE_SECONDS = 120
    heartbeat()
    clock.move_to("2026-11-09 09:02")
    assert parts(client)["worker"]["status"] == "ok"
    clock.move_to("2026-11-09 09:03")
    detail = "last heartbeat of beat and worker 180 seconds ago"
    assert parts(client)["worker"] == {"status": "degraded", "detail": detail, "age_seconds": 180}


def test_readyz_stays_ready_without_redis(client, world, no_redis):
    """Reception goes on; the next sweep picks up what the queue lost."""
    found = parts(client)
    assert found["whole"] == "degraded"
    assert found["redis"] == {"status": "degraded", "detail": "Redis does not answer; reception goes on"}


def test_readyz_is_not_ready_without_the_database(client, no_database):
    found = parts(client, 503)
    assert found["whole"] == "error"
    assert found["database"] == {"status": "error", "detail": "the database does not answer"}
    assert found["migrations"]["detail"] == "unknown without the database"


def test_readyz_is_not_ready_with_unapplied_migrations(client, db):
    applied = MigrationRecorder(connection).migration_qs.filter(app="cases")
    missing = applied.count()
    applied.delete()
    found = parts(client, 503)
    assert found["whole"] == "error"
    assert found["migrations"]["status"] == "error"
    assert int(found["migrations"]["detail"].split()[0]) >= missing


def test_readyz_asks_for_migrations_only_until_they_are_applied(client, db, django_assert_num_queries):
    parts(client)
    with django_assert_num_queries(4):  # SELECT 1, the heartbeat, stuck dossiers, stuck agencies
        parts(client)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_reading_is_allowed(client, db, path):
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_checks_from_inside_are_not_sent_to_https(client, db, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path, headers={"host": "127.0.0.1"}).status_code == 200
