"""What /metrics asks the database, the disk and Redis."""

import pytest
from celery.signals import after_task_publish

from cases import services
from cases.models import Dossier, Heartbeat
from cases.tasks import flag_overdue, heartbeat
from notifications.models import Message
from onestop.celery import app
from tests.cast import local
from tests.onestop.metrics.conftest import figures


@pytest.fixture
def no_redis(settings):
    """A Redis address where nobody answers."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}


def test_an_empty_installation_has_no_arrears(prometheus, db):
    found = figures(prometheus)
    nothing = {
        "onestop_dossiers_overdue",
        "onestop_agencies_stuck",
        "onestop_dossiers_stuck",
        "onestop_sweep_lag_seconds",
        "onestop_letters_waiting",
        "onestop_outbox_waiting",
        "onestop_outbox_oldest_seconds",
        "onestop_outbox_held",
        "onestop_outbox_dead",
        "onestop_queue_waiting",
    }
    assert {name: found[name] for name in nothing} == dict.fromkeys(nothing, 0)
    assert not [name for name in found if name.startswith(("onestop_heartbeat", "onestop_backup"))]


def test_what_is_open_overdue_and_waiting_is_counted(prometheus, world, clock):
    for state in ("submitted", "received", "processing", "returned"):
        world.in_state(state)
    clock.move_to("2026-11-13 09:00")
    services.draft_apologies()
    found = figures(prometheus)
    assert {name: value for name, value in found.items() if name.startswith("onestop_dossiers")} == {
        'onestop_dossiers_open{state="submitted"}': 1,
        'onestop_dossiers_open{state="received"}': 1,
        'onestop_dossiers_open{state="processing"}': 1,
        "onestop_dossiers_overdue": 2,
        "onestop_dossiers_stuck": 0,
    }
    assert found['onestop_agency_overdue{agency="H41.101"}'] == 2
    assert found["onestop_letters_waiting"] == 2


def test_the_sweep_lags_as_long_as_the_longest_overdue_is_not_flagged(prometheus, world, clock):
    dossier = world.in_state("processing")
    clock.move_to("2026-11-12 16:59")
    assert dossier.due_at > local("2026-11-12 16:00")
    late = (local("2026-11-13 09:00") - dossier.due_at).total_seconds()
    clock.move_to("2026-11-13 09:00")
    assert figures(prometheus)["onestop_sweep_lag_seconds"] == late
    services.flag_overdue()
    assert figures(prometheus)["onestop_sweep_lag_seconds"] == 0


def test_messages_of_the_quiet_hours_are_counted_apart_and_do_not_age(prometheus, world, clock, settings):
    settings.QUIET_HOURS_FROM, settings.QUIET_HOURS_TO = "21:00", "07:00"
    world.receive()
    assert Message.objects.count() == 2
    clock.move_to("2026-11-09 09:30")
    found = figures(prometheus)
    assert (found["onestop_outbox_waiting"], found["onestop_outbox_oldest_seconds"]) == (2, 1800)
    clock.move_to("2026-11-09 22:00")
    Message.objects.filter(channel="email").delete()
    found = figures(prometheus)
    assert (found["onestop_outbox_waiting"], found["onestop_outbox_held"]) == (0, 1)
    assert found["onestop_outbox_oldest_seconds"] == 0


def test_the_heartbeat_tells_whether_beat_or_worker_is_away(prometheus, world, clock):
    """The beat notes that it sent; the worker that it did."""
    after_task_publish.send(sender=heartbeat.name)
    heartbeat()
    clock.move_to("2026-11-09 09:05")
    after_task_publish.send(sender=heartbeat.name)
    after_task_publish.send(sender=flag_overdue.name)  # others send that one too
    clock.move_to("2026-11-09 09:06")
    found = figures(prometheus)
    assert found['onestop_heartbeat_age_seconds{part="beat"}'] == 60
    assert found['onestop_heartbeat_age_seconds{part="worker"}'] == 360


def test_the_age_of_the_last_backup_is_told(prometheus, world, clock):
    Heartbeat.objects.create(name="backup", at=local("2026-11-08 23:00"))
    assert figures(prometheus)["onestop_backup_age_seconds"] == 10 * 3600


def test_the_database_its_connections_and_the_disk_are_told(prometheus, db):
    found = figures(prometheus)
    assert found["onestop_database_size_bytes"] > 1_000_000
    assert found['onestop_database_connections{state="active"}'] >= 1
    assert found["onestop_database_connections_limit"] >= 20
    assert 0 < found["onestop_documents_free_bytes"] <= found["onestop_documents_disk_bytes"]


def test_tasks_that_wait_for_a_worker_are_counted(prometheus, db):
    for _ in range(3):
        app.send_task("cases.tasks.flag_overdue")
    found = figures(prometheus)
    assert (found["onestop_queue_waiting"], found["onestop_redis_up"]) == (3, 1)


def test_without_redis_the_rest_is_told(prometheus, world, no_redis):
    world.receive()
    found = figures(prometheus)
    assert found["onestop_redis_up"] == 0
    assert found['onestop_dossiers_open{state="received"}'] == 1
    assert not [name for name in found if name.startswith("onestop_request")]


def test_the_number_of_questions_does_not_grow_with_the_dossiers(
    prometheus, world, clock, django_assert_num_queries
):
    for _ in range(3):
        world.in_state("processing")
    clock.move_to("2026-11-13 09:00")
    with django_assert_num_queries(10):
        prometheus.get("/metrics")


def test_the_facts_are_asked_once_in_some_seconds(prometheus, world, settings, django_assert_num_queries):
    settings.METRICS_CACHE_SECONDS = 60
    world.receive()
    first = figures(prometheus)['onestop_dossiers_open{state="received"}']
    world.receive()
    with django_assert_num_queries(0):
        assert figures(prometheus)['onestop_dossiers_open{state="received"}'] == first == 1
    assert Dossier.objects.count() == 2
