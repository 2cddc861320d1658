"""A second PostgreSQL that streams from the first answers the public; the first answers what it cannot."""

import json
import os
import signal
from collections.abc import Iterator

import pytest

from tests.onestop.clusters import Cluster, temporary_folder
from tests.onestop.many_machines.conftest import Installation, wait_until

pytestmark = pytest.mark.timeout(900)
MOST_SECONDS_BEHIND = 10


@pytest.fixture(scope="module")
def office(primary) -> dict:
    """What `office.py` says, with the installation as `installation`."""
    installation = Installation(
        primary.folder,
        DATABASE_URL=primary.url,
        DJANGO_SETTINGS_MODULE="onestop.settings",
        THROTTLE_LOOKUP="10000/min",
        THROTTLE_LOOKUP_CODE="10000/min",
    )
    installation.manage("migrate", "--verbosity", "0")
    said = json.loads(installation.python("-m", "tests.onestop.many_machines.office").splitlines()[-1])
    return said | {"installation": installation}


@pytest.fixture
def replica(primary, office) -> Iterator[Cluster]:
    with temporary_folder("onestop-replica-") as folder:
        cluster = Cluster(folder, made_from=primary)
        cluster.start()
        yield cluster
        cluster.stop()


@pytest.fixture
def web(office, replica):
    lag = {"REPLICA_MAX_LAG_SECONDS": str(MOST_SECONDS_BEHIND)}
    with office["installation"].web(DATABASE_REPLICA_URL=replica.url, **lag) as web:
        wait_until(lambda: web.part("replica")["status"] == "ok", "the replica")
        yield web


def is_opened_by(web, dossier: dict) -> bool:
    """Whether the secret opens the dossier: in the API and on the page."""
    headers = {"X-Lookup-Secret": dossier["secret"]}
    answer = web.http.get(f"/api/v1/status/{dossier['code']}/", headers=headers)
    page = web.http.post("/tra-cuu/", data={"code": dossier["code"], "secret": dossier["secret"]})
    assert {answer.status_code, page.status_code} in ({200}, {404}), (answer.text, page.status_code)
    return answer.status_code == 200


def receive(web, office: dict) -> str:
    headers = {"Authorization": f"Bearer {office['token']}", "Idempotency-Key": os.urandom(8).hex()}
    answer = web.http.post("/api/v1/dossiers/", json=office["body"], headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["code"]


def test_the_replica_answers_until_it_falls_behind_or_goes_away(primary, replica, office, web):
    """Who was received a moment ago is found all the same; whoever knows an old secret learns where it was read."""
    one, other, third = office["dossiers"]
    assert primary.ask("SELECT count(*) FROM pg_stat_replication") == 1
    assert replica.ask("SELECT pg_is_in_recovery()")

    replica.ask("SELECT pg_wal_replay_pause()")
    wait_until(lambda: web.part("replica")["status"] == "ok", "a fresh look")
    primary.ask("UPDATE cases_dossier SET secret_turn = secret_turn + 1 WHERE code = %s", one["code"])
    assert is_opened_by(web, one), "the replica does not know of the new turn: it was asked"
    code = receive(web, office)
    assert replica.ask("SELECT count(*) FROM cases_dossier WHERE code = %s", code) == 0
    assert web.http.get(f"/api/v1/status/{code}/").status_code == 200
    assert web.http.get("/tra-cuu/", params={"ma": code}).status_code == 200

    wait_until(lambda: web.part("replica")["status"] == "degraded", "it to be too far behind")
    assert web.part("replica")["detail"] == "the replica is behind; look-ups ask the primary"
    assert not is_opened_by(web, one)
    assert is_opened_by(web, other)
    replica.ask("SELECT pg_wal_replay_resume()")
    wait_until(lambda: web.part("replica")["status"] == "ok", "it to catch up")

    replica.kill()
    assert is_opened_by(web, other)
    assert web.part("replica")["detail"] == "the replica does not answer; look-ups ask the primary"
    assert web.http.get("/readyz").status_code == 200
    replica.start()
    wait_until(lambda: web.part("replica")["status"] == "ok", "it to come back")
    assert is_opened_by(web, third)

    for sentence in ("The replica is behind, look-ups", "The replica does not answer, look-ups"):
        assert sentence in web.log
    assert "read-only transaction" not in replica.log.read_text(), "nothing is ever written to it"


def test_a_line_that_hangs_is_seen_as_falling_behind(replica, office, web):
    """The replica answers, says nothing of a fault, and hears of nothing any more."""
    receiver = replica.ask("SELECT pid FROM pg_stat_wal_receiver")
    os.kill(receiver, signal.SIGSTOP)
    receive(web, office)
    wait_until(lambda: web.part("replica")["status"] == "degraded", "it to be too far behind")
    assert is_opened_by(web, office["dossiers"][1])
    os.kill(receiver, signal.SIGCONT)
    wait_until(lambda: web.part("replica")["status"] == "ok", "it to catch up")


def test_a_replica_that_was_promoted_is_asked_no_more(replica, office, web):
    replica.ask("SELECT pg_promote()")
    wait_until(lambda: web.part("replica")["status"] == "degraded", "the promotion to be seen")
    assert web.part("replica")["detail"].startswith("the replica takes writes")
    assert is_opened_by(web, office["dossiers"][1])
