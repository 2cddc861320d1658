"""Which questions go to the replica, and what becomes of those it does not answer.

With a second real PostgreSQL that streams from the first: `tests/onestop/many_machines/test_replica.py`.
"""

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError, connections

from cases.models import Dossier, ReadAccess
from onestop import replica
from onestop.replica import State, standby
from procedures.models import Agency, Staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(settings, monkeypatch):
    """A name for the same database: what is asked of it can be told from what is asked of the first."""
    monkeypatch.setitem(connections.settings, replica.ALIAS, connections.settings["default"])
    settings.DATABASE_ROUTERS = ["onestop.replica.Router"]
    monkeypatch.setattr(standby, "state", State.FRESH)
    monkeypatch.setattr(standby, "look", lambda: standby.state)


def asked() -> list[str]:
    """What `ask` asks, in order; the replica knows nothing."""
    seen = []

    def question():
        seen.append(Dossier.objects.all().db)
        return None if seen[-1] == replica.ALIAS else "found"

    assert replica.ask(question) == "found"
    return seen


def test_without_a_replica_the_primary_is_asked_once():
    assert not replica.is_configured()
    assert asked() == ["default"]


def test_what_the_replica_does_not_know_is_asked_of_the_primary(second):
    assert asked() == ["replica", "default"]


@pytest.mark.parametrize("state", [State.BEHIND, State.AWAY, State.PRIMARY])
def test_a_replica_whose_word_does_not_count_is_not_asked(second, monkeypatch, state):
    monkeypatch.setattr(standby, "state", state)
    assert asked() == ["default"]


def test_a_replica_that_breaks_off_rests_and_the_primary_answers(second, caplog):
    def question():
        if Dossier.objects.all().db == replica.ALIAS:
            raise OperationalError("terminating connection due to administrator command")
        return "found"

    assert replica.ask(question) == "found"
    assert standby.state == State.AWAY
    assert "The replica does not answer, look-ups ask the primary: terminating" in caplog.text


def test_the_replica_is_asked_for_what_the_public_reads_only(second):
    def where():
        return {model: model._default_manager.all().db for model in (Dossier, Agency, Staff, Session)}

    assert replica.ask(where) == {Dossier: "replica", Agency: "replica", Staff: "default", Session: "default"}
    assert where() == dict.fromkeys((Dossier, Agency, Staff, Session), "default")


def test_nothing_is_written_to_the_replica(second):
    router = replica.Router()
    assert replica.ask(lambda: router.db_for_write(ReadAccess)) == "default"
    assert router.allow_migrate("replica", "cases") is False


def test_how_far_it_is_behind_is_told_by_the_log_of_the_primary(monkeypatch, settings):
    """Marks of 100, 200 and 300 bytes at the seconds 0, 10 and 20; the replica follows, stands still, catches up."""
    settings.REPLICA_MAX_LAG_SECONDS = 15
    mine, now, at = replica.Standby(), [0.0], [100, 100]
    monkeypatch.setattr(replica.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(
        replica,
        "_asked_for",
        lambda database, sql: (at[0],) if sql == replica.PRIMARY_AT else (True, at[1]),
    )
    monkeypatch.setitem(connections.settings, replica.ALIAS, connections.settings["default"])
    told = []
    for now[0], *at[:] in [
        (0.0, 100, 100),
        (10.0, 200, 100),
        (20.0, 300, 150),
        (30.0, 300, 200),
        (40.0, 300, 300),
    ]:
        told.append((mine.look().value, mine.lag_seconds))
    assert told == [("fresh", 0), ("fresh", 10), ("behind", 20), ("behind", 20), ("fresh", 0)]
