"""Who may read /metrics: nobody, unless a token or a network says so."""

import re
from pathlib import Path

import pytest


@pytest.fixture
def closed(settings):
    settings.METRICS_TOKEN, settings.METRICS_NETWORKS = "", []


def status(client, token: str | None = None, **environment) -> int:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return client.get("/metrics", headers=headers, **environment).status_code


def test_by_default_nobody_may_and_nothing_is_asked(client, db, closed, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/metrics")
    assert answer.status_code == 403
    assert answer.content.startswith(b"Give METRICS_TOKEN")
    assert b"onestop_" not in answer.content


def test_an_empty_token_opens_nothing(client, db, closed):
    assert status(client, "") == 403


def test_who_brings_the_token_may(client, db, closed, settings):
    settings.METRICS_TOKEN = "secret-token"
    assert status(client) == 401
    assert client.get("/metrics").headers["WWW-Authenticate"] == "Bearer"
    assert status(client, "wrong-token") == 401
    assert status(client, "secret-token") == 200


def test_who_asks_from_a_named_network_may(client, db, closed, networks):
    networks("10.1.0.0/16", "fd00::/8")
    assert status(client, REMOTE_ADDR="10.1.2.3") == 200
    assert status(client, REMOTE_ADDR="fd00::1") == 200
    assert status(client, REMOTE_ADDR="10.2.0.1") == 403


def test_an_address_that_somebody_writes_is_not_believed(client, db, closed, networks):
    networks("10.1.0.0/16")
    assert status(client, REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="10.1.2.3") == 403


def test_behind_the_proxy_the_address_that_the_proxy_saw_counts(client, db, closed, networks, settings):
    """The first in the list is what the sender wrote."""
    networks("10.1.0.0/16", "127.0.0.0/8")
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    assert status(client, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="10.1.2.3, 192.0.2.1") == 403
    assert status(client, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.1, 10.1.2.3") == 200
    assert status(client, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="nonsense") == 403


def test_only_reading_is_allowed(client, db):
    assert client.post("/metrics").status_code == 405


def test_a_scrape_from_inside_is_not_sent_to_https(prometheus, db, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert prometheus.get("/metrics", headers={"host": "127.0.0.1"}).status_code == 200


@pytest.fixture
def networks(settings):
    from ipaddress import ip_network

    def name(*given: str) -> None:
        settings.METRICS_NETWORKS = [ip_network(network) for network in given]

    return name


def test_the_name_under_which_prometheus_asks_must_be_known(client, db, closed, networks, settings):
    """The scrape configuration of docs/operations.md, which therefore speaks of ALLOWED_HOSTS."""
    page = (Path(settings.BASE_DIR) / "docs" / "operations.md").read_text()
    (target,) = re.findall(r'targets: \["([^"]+)"\]', page)
    host = target.partition(":")[0]
    assert f"`{host}` must be among `ALLOWED_HOSTS`" in page
    networks("127.0.0.0/8")
    assert status(client, HTTP_HOST=target) == 400
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, host]
    assert status(client, HTTP_HOST=target) == 200
