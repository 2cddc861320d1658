"""Each log line says for which request and which task it was written."""

import io
import json
import logging
import os
import re
import subprocess
import sys
import time
from urllib.parse import quote

import pytest
from celery import Celery
from celery.signals import before_task_publish
from django.conf import settings
from django.db import connection
from kombu import Connection

from onestop.celery import app
from onestop.embedded.spawn import tied_to_this_process
from onestop.redaction import JsonFormatter, RedactingFormatter
from onestop.request_ids import Ids, current, working_for
from tests.cases.conftest import private_redis

__all__ = ["private_redis"]

MADE = re.compile(r"[0-9a-f]{32}")


@pytest.fixture
def lines():
    """What is logged meanwhile, as JSON lines."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in handler.stream.getvalue().splitlines()]
    root.removeHandler(handler)


def test_a_sane_id_is_taken_over_and_answered(client, db):
    answer = client.get("/healthz", headers={"x-request-id": "proxy-7f3a.21_B"})
    assert answer.headers["X-Request-ID"] == "proxy-7f3a.21_B"


@pytest.mark.parametrize(
    "given",
    ["", "short", "x" * 65, "with space", "line\nbreak", "<script>alert(1)", "040099000123", "0900-000-001"],
)
def test_another_one_is_made_when_it_is_missing_or_strange_or_could_be_a_persons_number(client, db, given):
    answer = client.get("/healthz", headers={"x-request-id": given})
    assert MADE.fullmatch(answer.headers["X-Request-ID"])


def test_two_requests_have_two_ids(client, db):
    assert client.get("/healthz").headers["X-Request-ID"] != client.get("/healthz").headers["X-Request-ID"]


def test_also_what_is_refused_fails_or_is_not_found_has_an_id(client, db, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("cases.public.views.LookupView.get", fail)
    client.raise_request_exception = False
    for path in ("/nowhere/", "/metrics", "/tra-cuu/", "/static/none.css"):
        assert MADE.fullmatch(client.get(path).headers["X-Request-ID"])


def test_lines_of_a_request_name_it_and_lines_outside_name_none(client, db, lines, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("something")

    monkeypatch.setattr("cases.public.views.LookupView.get", fail)
    client.raise_request_exception = False
    client.get("/tra-cuu/", headers={"x-request-id": "asked-by-a-test"})
    logging.getLogger("thu").error("outside")
    *inside, outside = lines()
    assert {line["request_id"] for line in inside} == {"asked-by-a-test"}
    assert "RuntimeError: something" in inside[-1]["exception"]
    assert outside.keys() == {"time", "level", "logger", "message"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", outside["time"])


def test_text_lines_name_them_too():
    record = logging.makeLogRecord({"name": "thu", "levelname": "INFO", "msg": "done"})
    formatter = RedactingFormatter("%(levelname)s %(name)s %(message)s")
    assert formatter.format(record) == "INFO thu done"
    with working_for(Ids(request="asked-by-a-test", task="1234", task_name="cases.tasks.heartbeat")):
        assert formatter.format(record) == "INFO thu done request=asked-by-a-test task=1234"


def test_what_a_task_logs_names_the_task_and_is_over_with_it(db, lines):
    done = app.tasks["cases.tasks.forget_old_keys"].apply()
    said = [(line["task_id"], line["task"]) for line in lines() if line["logger"] == "cases.tasks"]
    assert set(said) == {(done.id, "cases.tasks.forget_old_keys")}
    assert current() == Ids()


def headers_of_the_waiting_task() -> dict:
    with Connection(settings.CELERY_BROKER_URL) as broker, broker.SimpleQueue("celery") as queue:
        return queue.get(block=False).headers


def test_a_task_that_a_request_sends_carries_its_id(db):
    with working_for(Ids(request="asked-by-a-test")):
        app.send_task("cases.tasks.flag_overdue")
    assert headers_of_the_waiting_task()["request_id"] == "asked-by-a-test"


def test_a_task_that_nobody_asked_for_carries_none(db):
    app.send_task("cases.tasks.flag_overdue")
    assert "request_id" not in headers_of_the_waiting_task()
    assert before_task_publish.receivers


def address_of_the_test_database() -> str:
    given = connection.settings_dict
    parts = {name: quote(str(given[name]), safe="") for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")}
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**parts)


def wait_for(question, log) -> None:
    deadline = time.monotonic() + 60
    while not question():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def test_a_real_worker_logs_json_lines_with_the_ids_of_task_and_request(
    transactional_db, private_redis, tmp_path
):
    """The task runs in a process of its own, which got nothing but the message."""
    with working_for(Ids(request="asked-by-a-test")), Celery(broker=private_redis.broker_url) as sender:
        sent = sender.send_task("cases.tasks.forget_old_keys")
    servers = {"DATABASE_URL": address_of_the_test_database(), "REDIS_URL": private_redis.url}
    log = tmp_path / "worker.log"
    with log.open("w") as output:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "onestop", "worker", "--pool=solo", "--loglevel=INFO"],
            cwd=settings.BASE_DIR,
            env={**os.environ, **servers, "LOG_FORMAT": "json"},
            stdout=output,
            stderr=output,
            preexec_fn=tied_to_this_process(),
        )
    try:
        wait_for(lambda: "succeeded" in log.read_text(), log)
    finally:
        worker.terminate()
        worker.wait(30)
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    mine, *_others = [line for line in lines if line["logger"] == "cases.tasks"]
    assert mine["message"] == "forgot idempotency keys: 0"
    assert (mine["task_id"], mine["request_id"]) == (sent.id, "asked-by-a-test")
    assert mine["task"] == "cases.tasks.forget_old_keys"
