"""One dossier as it stood at a past moment (`as_of`), for programs."""

import pytest

from cases import services
from cases.models import ReadAccess
from tests.cases.api.conftest import client_of
from tests.cases.verbs.test_extend import extend, extendable
from tests.cast import MONDAY


@pytest.fixture
def dossier(world, clock):
    """Received on Monday; extended, answered and paid in the days after."""
    found = world.processing(extendable(world.paid))
    clock.move_to("2026-11-10 09:00")
    extend(world, found)
    world.record_result(found)
    clock.move_to("2026-11-11 09:00")
    services.pay(found, by=world.clerk, amount=15000, method="cash")
    clock.move_to("2026-11-20 09:00")
    return found


def asked(client, dossier, as_of: str):
    return client.get(f"dossiers/{dossier.code}/", {"as_of": as_of})


def test_the_answer_of_a_past_moment_is_the_one_of_then(world, clock, dossier):
    client = client_of(world.officer)
    now = client.get(f"dossiers/{dossier.code}/").json()
    again = asked(client, dossier, "2026-11-20T08:00").json()
    assert {name: again[name] for name in again if name not in {"possible_verbs", "letters"}} == {
        name: now[name] for name in now if name not in {"possible_verbs", "letters"}
    }
    then = asked(client, dossier, "09/11/2026").json()
    assert {name: then[name] for name in ("state", "due_at", "finished_at", "result", "possible_verbs")} == {
        "state": "processing",
        "due_at": "2026-11-12T17:00:00+07:00",
        "finished_at": None,
        "result": None,
        "possible_verbs": [],
    }
    assert (then["holder"]["username"], then["fees"]["paid"], then["extensions"]) == ("thu-ly", 0, [])
    assert [event["event"] for event in then["events"]][-1] == "started"
    assert then["steps"][-1]["punctuality"] is None  # it ran, and was not late yet
    assert all(document["source"] != "result" for document in then["documents"])


def test_a_version_of_the_past_is_no_version_to_act_on(world, clock, dossier):
    client = client_of(world.officer)
    then = asked(client, dossier, "09/11/2026")
    assert then["ETag"] == then.json()["etag"] != client.get(f"dossiers/{dossier.code}/")["ETag"]


@pytest.mark.parametrize(
    ("as_of", "code"),
    [("hôm qua", "no_moment"), ("2027-01-01", "future_time"), ("2020-01-01", "before_the_first")],
)
def test_what_is_no_past_moment_is_refused_with_its_sentence(world, dossier, as_of, code):
    answer = asked(client_of(world.officer), dossier, as_of)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_dossier_that_was_not_there_yet_is_refused(world, clock, dossier):
    world.receive()
    later = world.receive()
    clock.move_to("2026-11-20 10:00")
    answer = asked(client_of(world.officer), later, MONDAY.replace(" ", "T"))
    assert (answer.status_code, answer.json()["code"]) == (422, "not_there_yet")


def test_the_past_is_for_those_who_may_read_the_dossier_and_the_look_is_noted(world, dossier):
    assert asked(client_of(world.outsider_officer), dossier, "2026-11-10").status_code == 404
    assert asked(client_of(world.officer), dossier, "2026-11-10").status_code == 200
    assert ReadAccess.objects.latest("pk").dossier == dossier
