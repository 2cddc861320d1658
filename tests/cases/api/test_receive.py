"""Receiving over the API: what comes back, and everything that is refused."""

import json
from datetime import date

import pytest

from cases import lookup
from cases.models import Applicant, Dossier, IdempotencyKey
from procedures.models import Component
from tests.cases.api.conftest import client_of, receive, reception, refused
from tests.cast import make_procedure


def nothing_changed() -> bool:
    return not (Dossier.objects.exists() or Applicant.objects.exists() or IdempotencyKey.objects.exists())


def test_a_reception_answers_with_the_dossier(world, clerk):
    answer = receive(clerk, reception(world))
    assert answer.status_code == 201
    dossier = answer.json()
    assert dossier["code"] == "H41.101-261109-0001"
    assert dossier["state"] == "received"
    assert dossier["received_at"] == "2026-11-09T09:00:00+07:00"
    assert dossier["due_at"] == "2026-11-12T17:00:00+07:00"
    assert dossier["applicant"]["full_name"] == "Nguyễn Thị Ví Dụ"
    assert [(item["name"], item["provision"]) for item in dossier["components"]] == [
        ("Application form", "paper"),
        ("Identity paper", "shown"),
    ]
    assert dossier["possible_verbs"] == ["digitize", "withdraw", "demand"]


def test_a_second_open_dossier_of_the_same_procedure_needs_to_be_known(world, clerk):
    receive(clerk, reception(world))
    problem = refused(receive(clerk, reception(world), key="hai"), 409, "duplicate_open")
    assert problem["detail"].startswith(
        "Nguyễn Thị Ví Dụ already has an open dossier of this procedure: H41.101-261109-0001"
    )
    assert [error["field"] for error in problem["errors"]] == ["duplicate_known"]
    assert receive(clerk, reception(world, duplicate_known=True), key="ba").status_code == 201


def test_the_secret_is_on_the_receipt_only(world, clerk):
    answer = receive(clerk, reception(world))
    assert lookup.secret_of(Dossier.objects.get()) not in answer.content.decode()


def test_everything_that_can_be_given_is_kept(world, clerk):
    body = reception(
        world,
        channel="post",
        return_channel="post",
        subject="Trích lục số 12",
        submitter_name="Trần Văn Thử",
        submitter_id_number="040000000009",
        authorisation="Giấy ủy quyền số 5",
        competent_agency="H41.102",
        limit=world.free.versions.get().limits.get().pk,
        received_at="2026-11-09T08:15:00+07:00",
        quantities={"copies": 2},
    )
    dossier = receive(clerk, body).json()
    assert (dossier["channel"], dossier["return_channel"]) == ("post", "post")
    assert (dossier["subject"], dossier["submitter_name"]) == ("Trích lục số 12", "Trần Văn Thử")
    assert dossier["competent_agency"]["identifier"] == "H41.102"
    assert dossier["received_at"] == "2026-11-09T08:15:00+07:00"


def test_a_time_without_offset_is_local(world, clerk):
    answer = receive(clerk, reception(world, received_at="2026-11-09T08:15:00"))
    assert answer.json()["received_at"] == "2026-11-09T08:15:00+07:00"


# --- Refused by a rule: 422, and nothing is changed -------------------------------------------


def test_a_procedure_not_in_force_is_refused(world, clerk):
    abolished = make_procedure("2.001009", "Khai nhận di sản", in_force_to=date(2025, 10, 31))
    problem = refused(receive(clerk, reception(world, abolished)), 422, "not_in_force")
    assert "2.001009" in problem["detail"] and "31/10/2025" in problem["detail"]
    assert [error["field"] for error in problem["errors"]] == ["procedure"]
    assert nothing_changed()


def test_a_missing_component_is_named(world, clerk):
    body = reception(world)
    body["components"] = body["components"][1:]
    problem = refused(receive(clerk, body), 422, "component_missing")
    assert "Application form" in problem["detail"]
    assert nothing_changed()


def test_a_component_of_another_procedure_is_refused(world, clerk):
    stranger = Component.objects.filter(version__procedure=world.paid).first()
    body = reception(world, components=[{"component": stranger.pk}])
    refused(receive(clerk, body), 422, "unknown_component")
    assert nothing_changed()


def test_a_future_reception_is_refused(world, clerk):
    body = reception(world, received_at="2026-11-09T09:01:00+07:00")
    refused(receive(clerk, body), 422, "future_time")
    assert nothing_changed()


def test_a_fee_of_another_procedure_is_refused(world, clerk):
    fee = world.paid.versions.get().fees.get()
    refused(receive(clerk, reception(world, fees=[fee.pk])), 422, "invalid")
    assert nothing_changed()


@pytest.mark.parametrize(
    "who", ["officer", "supervisor", "head", "auditor", "outsider_clerk", "centre_clerk"]
)
def test_only_the_clerk_of_the_desk_receives(world, who):
    client = client_of(getattr(world, who))
    refused(receive(client, reception(world)), 403, "not_permitted")
    assert nothing_changed()


# --- Refused by its shape: 400 ----------------------------------------------------------------


def test_a_reception_needs_an_idempotency_key(world, clerk):
    problem = refused(clerk.post("dossiers/", reception(world)), 400, "malformed")
    assert problem["errors"][0]["code"] == "idempotency_key_missing"
    assert nothing_changed()


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"procedure": "9.999999"}, "procedure", "does_not_exist"),
        ({"procedure": 1}, "procedure", "invalid"),
        ({"procedure": "1\x00"}, "procedure", "invalid"),
        ({"procedure": None}, "procedure", "null"),
        ({"desk": "H99"}, "desk", "does_not_exist"),
        ({"applicant": {}}, "applicant.full_name", "required"),
        ({"applicant": {"full_name": "x" * 301}}, "applicant.full_name", "max_length"),
        ({"applicant": {"full_name": "a\x00b"}}, "applicant.full_name", "null_characters_not_allowed"),
        ({"applicant": {"full_name": "A", "wage": 1}}, "applicant.wage", "unknown_field"),
        ({"applicant": "A"}, "applicant", "invalid"),
        ({"components": "all"}, "components", "not_a_list"),
        ({"components": [{"component": "form"}]}, "components.0.component", "invalid"),
        ({"components": [{"component": 1, "provision": "lent"}]}, "components.0.provision", "invalid_choice"),
        ({"limit": 10**30}, "limit", "does_not_exist"),
        ({"limit": "fast"}, "limit", "incorrect_type"),
        ({"channel": "pigeon"}, "channel", "invalid_choice"),
        ({"received_at": "yesterday"}, "received_at", "invalid"),
        ({"quantities": {"pages": 0}}, "quantities.pages", "min_value"),
        ({"state": "returned"}, "state", "unknown_field"),
        ({"fees": [[]]}, "fees.0", "invalid"),
    ],
)
def test_a_body_of_the_wrong_shape_is_refused(world, clerk, changes, field, code):
    problem = refused(receive(clerk, {**reception(world), **changes}), 400, "malformed")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [(field, code)]
    assert field in problem["detail"]
    assert nothing_changed()


@pytest.mark.parametrize("body", ["", "{", "[1, 2]", "null", '"text"', "[" * 100_000, '{"a": NaN}', "\ud800"])
def test_a_body_that_is_no_object_is_refused(world, clerk, body):
    answer = clerk.generic(
        "POST",
        "dossiers/",
        body.encode("utf-8", "surrogatepass"),
        content_type="application/json",
        headers={"Idempotency-Key": "x"},
    )
    refused(answer, 400, "malformed")
    assert nothing_changed()


def test_lone_surrogates_are_refused(world, clerk):
    body = reception(world)
    body["applicant"]["full_name"] = "\\ud800"
    answer = clerk.generic(
        "POST",
        "dossiers/",
        json.dumps(body).replace("\\\\ud800", "\\ud800").encode(),
        content_type="application/json",
        headers={"Idempotency-Key": "x"},
    )
    refused(answer, 400, "malformed")


def test_another_type_of_body_is_refused(world, clerk):
    answer = clerk.generic(
        "POST", "dossiers/", b"<a/>", content_type="text/xml", headers={"Idempotency-Key": "x"}
    )
    refused(answer, 415, "unsupported_media_type")


def test_a_body_that_is_too_large_is_refused_unread(world, clerk, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    problem = refused(receive(clerk, reception(world, subject="x" * 2000)), 413, "too_large")
    assert "1 MB" in problem["detail"]
