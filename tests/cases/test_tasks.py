"""The tasks of the workers: the schedule, each task alone, and one real worker over a real Redis."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from celery import Celery
from celery.schedules import crontab
from django.db import connection

from cases import services, tasks
from cases.models import Dossier, Heartbeat
from notifications.models import Letter, Message
from onestop.celery import app
from onestop.embedded.spawn import tied_to_this_process
from tests.cases.helpers import fresh, kinds
from tests.cast import build_world, local

ROOT = Path(__file__).parent.parent.parent


def test_the_schedule_names_tasks_that_exist():
    app.loader.import_default_modules()
    named = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert named - set(app.tasks) == set()
    assert named == {
        "cases.tasks.flag_overdue",
        "cases.tasks.warn_due_soon",
        "cases.tasks.climb_ladders",
        "cases.tasks.draft_apologies",
        "cases.tasks.morning_digest",
        "cases.tasks.heartbeat",
        "cases.tasks.search_waiting_scans",
        "cases.tasks.apply_calendar_revisions",
        "cases.tasks.remind_supplements",
        "cases.tasks.alert_late_consultations",
        "cases.tasks.hand_over_for_absences",
        "cases.tasks.close_old_log_books",
        "cases.tasks.keep_rollups",
        "cases.tasks.keep_reports_anew",
        "cases.tasks.count_reports",
        "cases.tasks.forget_old_drafts",
        "cases.tasks.forget_old_online_drafts",
        "cases.tasks.forget_old_exports",
        "cases.tasks.forget_old_keys",
        "cases.tasks.chain_audit",
        "cases.tasks.ask_payment_platform",
        "cases.tasks.ask_post",
        "cases.tasks.compare_online_payments",
        "cases.tasks.tell_the_portal",
        "cases.tasks.try_quiet_connections",
        "cases.tasks.compare_with_the_portal",
        "cases.tasks.take_portal_filings",
        "cases.tasks.fetch_portal_files",
        "cases.tasks.put_results_back",
        "cases.tasks.fetch_publication_decisions",
        "cases.tasks.send_to_partners",
        "cases.tasks.check_signatures",
        "cases.tasks.apply_retention",
        "cases.tasks.write_exports",
        "cases.tasks.deliver_webhooks",
        "cases.tasks.forget_old_access",
        "cases.tasks.fill_portal_outbox",
        "notifications.tasks.deliver_messages",
    }


@pytest.mark.parametrize(
    ("sentence", "schedule"),
    [
        ("every 10 minutes flag what is overdue", crontab(minute="*/10")),
        ("every hour warn of what is due soon", crontab(minute="5")),
        ("every hour draft the apologies", crontab(minute="15")),
        ("every hour say which answers of other agencies are late", crontab(minute="25")),
        ("at 07:30 remind applicants of what is missing", crontab(hour="7", minute="30")),
        ("every minute deliver messages", crontab(minute="*")),
        ("every minute chain what was added to the history", crontab(minute="*")),
        ("at 02:45 forget what is kept no longer", crontab(hour="2", minute="45")),
        ("every minute go on with approved changes of the calendar", crontab(minute="*")),
        ("at 07:00 send supervisors the morning digest", crontab(hour="7", minute="0")),
        ("every minute show that beat and worker live", crontab(minute="*")),
        ("every hour forget old idempotency keys", crontab(minute="30")),
        ("every minute deliver webhooks", crontab(minute="*")),
        ("at 02:30 forget old access tokens and deliveries", crontab(hour="2", minute="30")),
        ("every minute write the exports of lists that wait", crontab(minute="*")),
        ("every hour forget old exports of lists", crontab(minute="45")),
    ],
)
def test_the_schedule_keeps_the_times_of_the_design(sentence, schedule):
    assert app.conf.beat_schedule[sentence]["schedule"] == schedule


def test_the_schedule_thinks_in_the_time_of_vietnam():
    assert (app.conf.timezone, app.conf.enable_utc) == ("Asia/Ho_Chi_Minh", True)


ASKING_OTHERS = {
    "tell_the_portal": (tasks.portal, "deliver_due", 55),
    "try_quiet_connections": (tasks.around, "try_quiet", 55),
    "fill_portal_outbox": (tasks.portal_backlog, "fill_by_itself", 55),
    "take_portal_filings": (tasks.portal_filings, "take_filings", 290),
    "put_results_back": (tasks.put_back, "deliver_due", 55),
    "send_to_partners": (tasks.exchange, "deliver_due", 55),
    "ask_payment_platform": (tasks.online_payments, "ask_open", 55),
    "ask_post": (tasks.post, "ask_open", 290),
}


@pytest.mark.parametrize("name", ASKING_OTHERS)
def test_what_asks_another_system_keeps_one_worker_at_most(db, monkeypatch, name):
    """While that one hangs, the next run of the same task ends at once, and those that nobody began are dropped."""
    module, service, seconds = ASKING_OTHERS[name]
    task, runs = getattr(tasks, name), []

    def hanging():
        runs.append(name)
        task.apply().get()  # the beat's next one, at another worker
        return {}

    monkeypatch.setattr(module, service, hanging)
    task.apply().get()
    task.apply().get()
    assert runs == [name, name]
    (entry,) = [one for one in app.conf.beat_schedule.values() if one["task"] == task.name]
    assert entry["options"] == {"expires": seconds}


def test_what_waits_is_paid_back_although_asking_fails(db, monkeypatch):
    paid_back = []

    def failing():
        raise ValueError("no")

    monkeypatch.setattr(tasks.online_payments, "ask_open", failing)
    monkeypatch.setattr(tasks.online_refunds, "send_due", lambda: paid_back.append(1))
    with pytest.raises(ValueError, match="no"):
        tasks.ask_payment_platform.apply().get()
    assert paid_back == [1]


def test_the_tasks_do_what_the_services_do(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-10 09:00")
    tasks.warn_due_soon.apply().get()
    assert Message.objects.filter(recipient=world.officer.email).count() == 1
    clock.move_to("2026-11-13 07:00")
    tasks.flag_overdue.apply().get()
    tasks.draft_apologies.apply().get()
    tasks.morning_digest.apply().get()
    assert kinds(dossier)[-2:] == ["overdue", "apology_drafted"]
    assert Letter.objects.get().reference == dossier.code
    assert Message.objects.filter(event_key__startswith="digest:20261113:").count() == 3


def test_the_heartbeat_leaves_one_fresh_row(db, clock):
    tasks.heartbeat.apply().get()
    clock.move_to("2026-11-09 09:01")
    tasks.heartbeat.apply().get()
    assert list(Heartbeat.objects.values_list("name", "at")) == [("worker", local("2026-11-09 09:01"))]


# One real worker ------------------------------------------------------------------------------------


def database_url() -> str:
    """The test database's address: what a worker of its own needs."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


@pytest.fixture
def worker(private_redis, transactional_db, tmp_path):
    """`celery worker` as it runs in production, over a Redis and the test database."""
    environment = {**os.environ, "DATABASE_URL": database_url(), "REDIS_URL": private_redis.url}
    command = [sys.executable, "-m", "celery", "-A", "onestop", "worker", "--pool", "solo"]
    with (tmp_path / "worker.log").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            preexec_fn=tied_to_this_process(signal.SIGTERM),
        )
    yield process
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)


def test_a_real_worker_flags_drafts_and_delivers(worker, private_redis, tmp_path):
    with time_machine.travel(local("2024-11-04 09:00"), tick=False):  # overdue on every machine
        dossier = build_world().processing()
    with Celery(broker=private_redis.broker_url) as sender:
        for task in ("cases.tasks.flag_overdue", "cases.tasks.draft_apologies", "cases.tasks.heartbeat"):
            sender.send_task(task)
        sender.send_task("notifications.tasks.deliver_messages")
    for _ in range(600):
        if worker.poll() is not None or not Message.objects.filter(state="pending").exists():
            break
        time.sleep(0.1)
    log = (tmp_path / "worker.log").read_text()
    assert fresh(dossier).overdue_flagged_at is not None, log
    assert kinds(dossier)[-2:] == ["overdue", "apology_drafted"], log
    assert Heartbeat.objects.filter(name="worker").exists(), log
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}, log
    assert Dossier.objects.overdue().count() == 1
    assert services.flag_overdue() == 0
