"""Questions to other agencies over HTTP: asked, listed, answered (R20)."""

import pytest

from cases import services
from tests.cases.api.conftest import client_of, refused
from tests.cast import local


@pytest.fixture
def asked(world):
    return services.consult(
        world.processing(),
        by=world.officer,
        agency=world.other_ward,
        question="Xác minh nơi cư trú",
        due_at=local("2026-11-11 17:00"),
    )


def test_a_dossier_shows_its_questions_and_dates(world, asked, officer):
    answer = officer.get(f"dossiers/{asked.dossier.code}/").json()
    assert answer["consultations"] == [
        {
            "id": asked.pk,
            "kind": "opinion",
            "agency": {"identifier": "H41.102", "name": "UBND xã Ví Dụ"},
            "after": None,
            "question": "Xác minh nơi cư trú",
            "working_hours": 22.5,
            "asked_at": "2026-11-09T09:00:00+07:00",
            "due_at": "2026-11-11T17:00:00+07:00",
            "answered_at": None,
            "answer": "",
            "punctuality": None,
        }
    ]
    assert (answer["extensions"], answer["excluded_periods"], answer["asked_twice"]) == ([], [], False)


def test_the_asked_agency_finds_what_it_has_to_answer(world, asked, clock):
    asked_officer = client_of(world.outsider_officer)
    (question,) = asked_officer.get("consultations/").json()["results"]
    assert (question["id"], question["dossier"]) == (asked.pk, asked.dossier.code)
    assert question["asked_by"]["identifier"] == "H41.101"
    assert client_of(world.officer).get("consultations/").json()["results"] == []
    assert client_of(world.outsider_clerk).get("consultations/").json()["results"] == []
    clock.move_to("2026-11-11 17:01")
    assert asked_officer.get("consultations/").json()["results"][0]["punctuality"] == "late"


def test_the_asked_agency_answers_and_sees_the_dossier_no_more(world, asked):
    client = client_of(world.outsider_officer)
    assert client.get(f"dossiers/{asked.dossier.code}/").json()["possible_verbs"] == []
    assert client.get("dossiers/").json()["results"] == []
    answer = client.post(f"consultations/{asked.pk}/answer/", {"answer": "Đúng như khai báo"})
    assert answer.status_code == 200
    assert (answer.json()["answer"], answer.json()["punctuality"]) == ("Đúng như khai báo", "early")
    refused(client.get(f"dossiers/{asked.dossier.code}/"), 404, "not_found")
    refused(client.post(f"consultations/{asked.pk}/answer/", {"answer": "Lại nữa"}), 404, "not_found")


def test_an_answer_needs_the_right_and_words(world, asked):
    refused(
        client_of(world.clerk).post(f"consultations/{asked.pk}/answer/", {"answer": "?"}),
        403,
        "not_permitted",
    )
    refused(
        client_of(world.outsider_clerk).post(f"consultations/{asked.pk}/answer/", {"answer": "?"}),
        404,
        "not_found",
    )
    refused(
        client_of(world.outsider_officer).post(f"consultations/{asked.pk}/answer/", {"answer": " "}),
        422,
        "required",
    )


def test_a_question_in_turn_names_the_one_before(world, asked, officer):
    body = {"agency": "H41.12", "question": "?", "working_hours": "8", "after": asked.pk}
    answer = officer.post(f"dossiers/{asked.dossier.code}/consult/", body).json()
    assert answer["consultations"][1]["after"] == asked.pk
    assert answer["consultations"][1]["asked_at"] is None
    refused(
        officer.post(f"dossiers/{asked.dossier.code}/consult/", {**body, "after": 10**9}), 400, "malformed"
    )


def test_late_transfers_are_filtered(world, clerk, clock):
    dossier = world.receive()
    clock.move_to("2026-11-10 08:00")
    assert [d["code"] for d in clerk.get("dossiers/?late_transfer=true").json()["results"]] == [dossier.code]
    assert clerk.get("dossiers/?late_transfer=false").json()["results"] == []


def test_hours_are_a_number_with_an_idempotency_key_and_without(world):
    officer = client_of(world.officer)
    body = {"agency": "H41.102", "question": "Xác minh nơi cư trú", "working_hours": "22.50"}
    for key in (None, "k"):
        answer = officer.post(f"dossiers/{world.processing().code}/consult/", body, key=key)
        assert answer.json()["consultations"][0]["working_hours"] == 22.5
