"""How often somebody may ask; and that nobody is locked out because Redis is away."""

import logging
import signal
import subprocess

import pytest
from django.core.cache import caches
from rest_framework.throttling import SimpleRateThrottle

from cases import lookup, services
from cases.models import Dossier
from notifications.models import Message
from onestop.embedded import valkey
from tests.cases.api.conftest import receive, reception, refused, token_client


@pytest.fixture
def rates(monkeypatch):
    """Change rates for one test: `rates(lookup="3/min")`."""

    def change(**new):
        changed = {name.replace("_", "-"): rate for name, rate in new.items()}
        monkeypatch.setattr(
            SimpleRateThrottle, "THROTTLE_RATES", {**SimpleRateThrottle.THROTTLE_RATES, **changed}
        )

    return change


def test_lookups_of_one_address_are_counted(world, anybody, rates):
    rates(lookup="3/min")
    code = world.receive().code
    assert [anybody.get(f"status/{code}/").status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = anybody.get(f"status/{code}/")
    refused(answer, 429, "throttled")
    assert 1 <= int(answer["Retry-After"]) <= 60


def test_after_the_wait_it_goes_on(world, anybody, rates, clock):
    rates(lookup="1/min")
    code = world.receive().code
    assert [anybody.get(f"status/{code}/").status_code for _ in range(2)] == [200, 429]
    clock.move_to("2026-11-09 09:01")
    assert anybody.get(f"status/{code}/").status_code == 200


def test_another_address_is_counted_on_its_own(world, anybody, rates):
    rates(lookup="1/min")
    code = world.receive().code
    anybody.get(f"status/{code}/")
    assert anybody.get(f"status/{code}/", REMOTE_ADDR="192.0.2.1").status_code == 200


def test_nobody_hides_behind_a_header_of_their_own(world, anybody, rates):
    rates(lookup="1/min")
    code = world.receive().code
    anybody.get(f"status/{code}/")
    answer = anybody.get(f"status/{code}/", headers={"X-Forwarded-For": "192.0.2.7"})
    assert answer.status_code == 429


@pytest.mark.parametrize("code", ["H41.101-261109-0001", "H41.101-261109-0999"])
def test_guessing_a_secret_is_counted_by_code(world, anybody, rates, code):
    """Alike for codes that exist and codes that do not, however they are spelt."""
    rates(lookup_code="2/min")
    world.receive()
    answers = [
        anybody.get(f"status/{spelt}/", headers={"X-Lookup-Secret": "x"}).status_code
        for spelt in [code, code.lower(), code]
    ]
    assert answers == [404, 404, 429]
    other = anybody.get("status/H41.101-261109-0888/", headers={"X-Lookup-Secret": "x"})
    assert other.status_code == 404


def test_wrong_secrets_do_not_lock_the_owner_out(world, anybody, rates):
    rates(lookup_code="2/min")
    dossier = world.receive()

    def look_up(secret, address):
        headers = {"X-Lookup-Secret": secret}
        return anybody.get(f"status/{dossier.code}/", headers=headers, REMOTE_ADDR=address).status_code

    assert [look_up("x", "192.0.2.1") for _ in range(3)] == [404, 404, 429]
    assert look_up(lookup.secret_of(dossier), "192.0.2.2") == 200


def test_page_and_api_count_together(world, anybody, client, rates):
    rates(lookup="2/min")
    code = world.receive().code
    anybody.get(f"status/{code}/")
    assert client.get(f"/tra-cuu/?ma={code}").status_code == 200
    assert anybody.get(f"status/{code}/").status_code == 429
    page = client.get(f"/tra-cuu/?ma={code}")
    assert page.status_code == 429
    assert int(page["Retry-After"]) >= 1


def test_staff_are_counted_by_account(world, clerk, officer, rates):
    rates(staff="2/min")
    assert [clerk.get("me/").status_code for _ in range(3)] == [200, 200, 429]
    assert officer.get("me/").status_code == 200


def test_the_catalogue_is_counted(world, anybody, rates):
    rates(catalogue="1/min")
    assert [anybody.get("procedures/").status_code for _ in range(2)] == [200, 429]


# --- Redis stopped in the middle --------------------------------------------------------------


@pytest.fixture
def mortal_redis(settings, tmp_path):
    """The cache on a Redis of its own; the fixture's value stops it."""
    server = subprocess.Popen(
        [valkey.program(), "--port", "0", "--unixsocket", f"{tmp_path}/r.sock", "--save", ""],
        stdout=subprocess.DEVNULL,
    )
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": f"unix://{tmp_path}/r.sock"},
    }
    while caches["default"].get("ready") is None:  # IGNORE_EXCEPTIONS: None until it answers
        caches["default"].set("ready", 1)

    def stop():
        server.send_signal(signal.SIGKILL)
        server.wait()

    yield stop
    server.kill()
    server.wait()


def test_without_redis_people_are_let_through_and_the_log_says_so(
    world, anybody, rates, mortal_redis, caplog
):
    rates(lookup="1/min")
    code = world.receive().code
    assert [anybody.get(f"status/{code}/").status_code for _ in range(2)] == [200, 429]
    mortal_redis()
    with caplog.at_level(logging.ERROR, logger="onestop.cache"):
        assert [anybody.get(f"status/{code}/").status_code for _ in range(3)] == [200, 200, 200]
    assert "onestop.cache" in {record.name for record in caplog.records}


def test_without_redis_a_dossier_is_received_and_looked_up(world, clerk, anybody, mortal_redis):
    mortal_redis()
    answer = receive(clerk, reception(world))
    assert answer.status_code == 201
    dossier = Dossier.objects.get()
    own = anybody.get(f"status/{dossier.code}/", headers={"X-Lookup-Secret": lookup.secret_of(dossier)})
    assert own.json()["state"] == "received"


def test_without_redis_wrong_proofs_are_refused_and_right_ones_open(world, anybody, mortal_redis):
    dossier = world.receive()
    mortal_redis()
    ends = {"X-Lookup-Id-End": "999999", "X-Lookup-Phone-End": "9999"}
    assert [anybody.get(f"status/{dossier.code}/", headers=ends).status_code for _ in range(8)] == [404] * 8
    ends = {"X-Lookup-Id-End": "000001", "X-Lookup-Phone-End": "0001"}
    assert anybody.get(f"status/{dossier.code}/", headers=ends).status_code == 200


def test_without_redis_messages_wait_in_the_outbox(world, clerk, mortal_redis):
    mortal_redis()
    world.receive()
    assert sorted(Message.objects.values_list("channel", "state")) == [
        ("email", "pending"),
        ("sms", "pending"),
    ]


def test_without_redis_a_token_opens(world, mortal_redis):
    client = token_client(world.clerk)
    mortal_redis()
    assert client.get("me/").status_code == 200


def test_without_redis_the_sweep_finds_everything(world, mortal_redis, clock):
    mortal_redis()
    world.processing()
    clock.move_to("2026-11-13 09:00")
    assert services.flag_overdue() == 1
