"""Requests and tasks of all processes together."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as project
from django.test import RequestFactory
from django.urls import resolve

from cases.tasks import heartbeat
from onestop.metrics import tally
from onestop.metrics.requests import view_class
from tests.onestop.metrics.conftest import figures

ELSEWHERE = """
import django
django.setup()
from onestop.metrics import tally
tally.count(tally.REQUESTS, "lookup", "2xx")
tally.observe(tally.REQUEST_SECONDS, 0.3, "lookup")
tally.hand_over()
"""


def test_requests_are_counted_by_kind_and_status(prometheus, client, db):
    client.get("/tra-cuu/")
    client.get("/api/v1/dossiers/")
    client.get("/healthz")
    client.get("/nowhere/")
    found = figures(prometheus)
    assert found['onestop_requests_total{status="2xx"}{view="lookup"}'] == 1
    assert found['onestop_requests_total{status="4xx"}{view="api"}'] == 1
    assert found['onestop_requests_total{status="2xx"}{view="probe"}'] == 1
    assert found['onestop_requests_total{status="4xx"}{view="none"}'] == 1
    assert found['onestop_request_duration_seconds_count{view="lookup"}'] == 1


def test_a_page_that_fails_is_an_error(prometheus, client, db, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("cases.public.views.LookupView.get", fail)
    client.raise_request_exception = False
    assert client.get("/tra-cuu/").status_code == 500
    assert figures(prometheus)['onestop_requests_total{status="5xx"}{view="lookup"}'] == 1


def test_durations_fall_into_the_bucket_that_holds_them(prometheus, db):
    for seconds in (0.025, 0.03, 400):
        tally.observe(tally.REQUEST_SECONDS, seconds, "api")
    found = figures(prometheus)
    name = 'onestop_request_duration_seconds_bucket{le="%s"}{view="api"}'
    buckets = {le: found[name % le] for le in ("0.025", "0.05", "300", "+Inf")}
    assert buckets == {"0.025": 1, "0.05": 2, "300": 2, "+Inf": 3}
    assert found['onestop_request_duration_seconds_sum{view="api"}'] == pytest.approx(400.055)


def test_several_processes_add_up(prometheus, client, db):
    client.get("/tra-cuu/")
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", ELSEWHERE], cwd=project.BASE_DIR, capture_output=True, text=True,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "onestop.settings"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    found = figures(prometheus)
    assert found['onestop_requests_total{status="2xx"}{view="lookup"}'] == 3
    assert found['onestop_request_duration_seconds_count{view="lookup"}'] == 3


def test_tasks_are_measured_with_their_outcome(prometheus, db, monkeypatch):
    heartbeat.apply()

    def fail(*args, **kwargs):
        raise RuntimeError("poison")

    monkeypatch.setattr("cases.models.Heartbeat.objects.update_or_create", fail)
    heartbeat.apply()
    found = figures(prometheus)
    assert found['onestop_tasks_total{outcome="success"}{task="cases.tasks.heartbeat"}'] == 1
    assert found['onestop_tasks_total{outcome="failure"}{task="cases.tasks.heartbeat"}'] == 1
    assert found['onestop_task_duration_seconds_count{task="cases.tasks.heartbeat"}'] == 2


def test_while_redis_is_away_the_sums_wait_and_nobody_waits_for_it(client, db, settings, prometheus, caplog):
    with_redis = settings.CACHES
    settings.CACHES = {"default": {**with_redis["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    client.get("/tra-cuu/")
    tally.hand_over()
    assert "what was measured waits for Redis" in caplog.text
    client.get("/tra-cuu/")
    settings.CACHES = with_redis
    assert figures(prometheus)['onestop_requests_total{status="2xx"}{view="lookup"}'] == 2


def test_sums_are_handed_over_every_few_seconds_only(client, db, django_assert_num_queries):
    client.get("/healthz")
    assert sum(tally.totals().values()) > 0
    before = tally.totals()
    client.get("/healthz")
    assert tally.totals() == before
    tally._Next.at = 0.0
    client.get("/healthz")
    assert tally.totals() != before


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "public"),
        ("/tra-cuu/", "lookup"),
        ("/api/v1/status/H41.101-261109-0001/", "lookup"),
        ("/api/v1/procedures/", "api"),
        ("/quan-tri/", "back_office"),
        ("/ho-so-cua-toi/", "online"),
        ("/nop-ho-so/", "online"),
        ("/thu-tuc/", "public"),
        ("/readyz", "probe"),
    ],
)
def test_every_address_belongs_to_a_kind(path, kind):
    request = RequestFactory().get(path)
    request.resolver_match = resolve(path)
    assert view_class(request) == kind
