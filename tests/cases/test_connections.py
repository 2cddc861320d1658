"""How the connections to other systems stand: what each call leaves behind, and the page that shows it."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from cases.connections.systems import Health, System, Waiting, health_of
from cases.errors import NotPermitted, NotPossibleNow
from cases.models import ConnectionState
from cases.services import around
from cases.services.connections import Connection, calling
from onestop.outside import Garbled, NoAnswer, NotConnected, NotLetIn, NotReached, OutsideError, Refused
from procedures.enums import Role
from tests.cases.helpers import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def state() -> ConnectionState:
    return ConnectionState.objects.get(system=System.PORTAL)


def call(error: OutsideError | None = None) -> None:
    with nullcontext() if error is None else pytest.raises(type(error)), calling(System.PORTAL):
        if error:
            raise error


def health() -> Health:
    row = state()
    return health_of(is_configured=True, last_success=row.last_success_at, failing_since=row.failing_since)


def test_a_good_call_is_noted_and_not_again_within_seconds():
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        call()
        clock.shift(5)
        call()
        assert state().last_success_at == now
        clock.shift(6)
        call()
        assert state().last_success_at == now + timedelta(seconds=11)
    assert health() == Health.WORKING


@pytest.mark.parametrize(
    "error", [NotReached("Away."), NoAnswer("Late."), Garbled("A page."), NotLetIn("Who?")]
)
def test_a_bad_call_says_why_and_since_when(error):
    since = timezone.now()
    with time_machine.travel(since, tick=False) as clock:
        call(error)
        clock.shift(60)
        call(error)
    row = state()
    assert (row.failing_since, row.last_failure, row.failures) == (since, str(error), 2)
    assert row.last_failure_at == since + timedelta(minutes=1)
    assert health() == Health.FAILING


def test_a_good_call_ends_it_at_once():
    call()
    call(NotReached("Away."))
    call()
    row = state()
    assert (row.failing_since, row.failures, row.last_failure) == (None, 0, "Away.")
    assert health() == Health.WORKING


def test_a_refusal_is_an_answer_and_what_is_not_configured_was_never_called():
    call(Refused("Code 99.", "99"))
    assert health() == Health.WORKING
    ConnectionState.objects.all().delete()
    call(NotConnected())
    assert not ConnectionState.objects.exists()


def test_the_database_refuses_a_failure_without_a_reason():
    with pytest.raises(IntegrityError, match="connection_fails_for_a_reason"):
        ConnectionState.objects.create(system=System.PORTAL, failing_since=timezone.now())


@pytest.mark.parametrize(
    ("is_configured", "succeeded", "fails", "expected"),
    [
        (False, True, True, Health.NOT_CONNECTED),
        (True, False, False, Health.UNTRIED),
        (True, True, False, Health.WORKING),
        (True, True, True, Health.FAILING),
        (True, False, True, Health.FAILING),
    ],
)
def test_nothing_is_pretended(is_configured, succeeded, fails, expected):
    now = timezone.now()
    found = health_of(
        is_configured=is_configured,
        last_success=now if succeeded else None,
        failing_since=now if fails else None,
    )
    assert found == expected


# The page --------------------------------------------------------------------------------------------


@pytest.fixture
def keeper(world):
    return make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)


@pytest.fixture
def asked(monkeypatch):
    """One connection that answers as the test says, with three waiting and one refused."""
    answers: list[Exception | None] = []

    def probe():
        error = answers.pop(0)
        if error:
            raise error

    oldest = timezone.now() - timedelta(hours=1)
    connection = Connection(
        System.PORTAL,
        address=lambda: "http://127.0.0.1:8410/portal",
        probe=probe,
        waiting=lambda: Waiting(3, 1, oldest),
    )
    other = Connection(System.POST, address=lambda: "", probe=probe)
    monkeypatch.setattr(around, "CONNECTIONS", (connection, other))
    return answers


def page_of(client, person) -> str:
    client.force_login(person)
    return " ".join(client.get(reverse("admin:connections")).content.decode().split())


def test_the_page_shows_each_connection_as_it_stands(keeper, client, asked):
    text = page_of(client, keeper)
    assert "National Public Service Portal" in text
    assert "Not tried yet" in text
    assert "Not connected" in text
    assert "answers on this machine" in text
    assert "Try now" in text


def test_trying_it_turns_it_green_or_says_why_it_is_red(keeper, client, asked):
    client.force_login(keeper)
    asked += [NotReached("It cannot be reached (ConnectError)."), None]
    address = reverse("admin:connection_try", args=["portal"])
    text = client.post(address, follow=True).content.decode()
    assert "National Public Service Portal: It cannot be reached (ConnectError)." in text
    assert "Failing" in text
    text = client.post(address, follow=True).content.decode()
    assert "National Public Service Portal answered." in text
    assert "Working" in text


def quietly(monkeypatch, **other) -> None:
    """Nothing waits for the first connection; `other`: what else is different about it."""
    first, *others = around.CONNECTIONS
    monkeypatch.setattr(around, "CONNECTIONS", (replace(first, waiting=Waiting, **other), *others))


def test_who_was_quiet_is_asked_and_not_again_for_minutes(asked, monkeypatch):
    """Seldom used, and yet the screen tells how it stands today."""
    quietly(monkeypatch)
    asked += [None, None]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert around.try_quiet() == (1, 0)
        clock.shift(4 * 60)
        assert around.try_quiet() == (0, 0)
        clock.shift(61)
        assert around.try_quiet() == (1, 0)
        clock.shift(4 * 60)
        call()  # somebody works with it
        clock.shift(4 * 60)
        assert around.try_quiet() == (0, 0)


def test_who_fails_is_asked_after_an_hour(asked, monkeypatch):
    """A wrong password that is tried often closes an account."""
    quietly(monkeypatch)
    asked += [NotLetIn("Who?"), None]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert around.try_quiet() == (0, 1)
        clock.shift(59 * 60)
        assert around.try_quiet() == (0, 0)
        clock.shift(60)
        assert around.try_quiet() == (1, 0)
        assert health() == Health.WORKING


def test_a_sign_of_life_says_nothing_where_what_waits_is_not_taken(asked):
    """The login may work while no dossier is taken: what waits says when that is over."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        call(NotReached("Away."))
        clock.shift(2 * 60 * 60)
        assert around.try_quiet() == (0, 0)
    assert health() == Health.FAILING


def test_what_only_a_person_may_ask_is_asked_by_nobody_else(asked, monkeypatch):
    quietly(monkeypatch, asked_by_itself=False)
    assert around.try_quiet() == (0, 0)
    asked.append(None)
    around.try_all()
    assert health() == Health.WORKING


def test_one_that_fails_keeps_nobody_from_the_next(asked, monkeypatch):
    """Whatever it fails with, the reason is on the screen."""
    portal, post = around.CONNECTIONS
    monkeypatch.setattr(around, "CONNECTIONS", (portal, replace(post, address=portal.address)))
    asked += [UnicodeError("label empty or too long"), None]
    assert around.try_quiet() == (1, 1)
    assert state().last_failure == "UnicodeError"


def test_an_outage_is_over_when_a_person_has_seen_it(asked, monkeypatch, keeper):
    ended = []
    quietly(monkeypatch, ends_outage=lambda: ended.append(1))
    asked += [None, None]
    around.try_quiet()
    assert not ended
    around.try_now("portal", by=keeper)
    assert ended == [1]


def test_nobody_is_asked_where_the_office_does_not_want_it(asked, settings):
    settings.CONNECTIONS_TRIED_MINUTES = 0
    assert around.try_quiet() == (0, 0)


def test_what_is_not_connected_cannot_be_tried(keeper, asked):
    with pytest.raises(NotPossibleNow):
        around.try_now("post", by=keeper)
    with pytest.raises(NotPossibleNow):
        around.try_now("nonsense", by=keeper)


def test_supervisors_see_it_and_only_administrators_of_the_system_try(world, client, asked):
    assert "Try now" not in page_of(client, world.supervisor)
    with pytest.raises(NotPermitted):
        around.try_now("portal", by=world.supervisor)
    client.force_login(world.clerk)
    assert client.get(reverse("admin:connections")).status_code == 403
