"""Requests of other installations over HTTP: listed, read with their files, answered (R20)."""

import pytest

from cases.models import ExchangedFile, ExchangeMessage, IncomingRequest
from cases.services import exchange_taking
from cases.services.documents import check_file
from tests.cases.api.conftest import client_of, refused, token_client
from tests.cases.connections.test_exchange_taking import FILE, packed, said, taken
from tests.cast import upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def asked(world, exchange_partner) -> IncomingRequest:
    exchange_taking.take(packed())
    return IncomingRequest.objects.get()


def test_the_asked_agency_finds_what_it_has_to_answer(world, asked):
    (found,) = client_of(world.officer).get("exchange/requests/").json()["results"]
    assert found == {
        "id": asked.pk,
        "kind": "interlinked",
        "dossier": "H41.102-261109-0001",
        "installation": "H41.102",
        "asked_by": "UBND xã Ví Dụ",
        "agency": {"identifier": "H41.101", "name": "UBND phường Thử Nghiệm"},
        "procedure": {"code": "1.000001", "name": "Thủ tục của bên kia"},
        "question": "Xác minh nơi cư trú",
        "working_hours": 8.0,
        "asked_at": "2026-11-09T08:00:00+07:00",
        "due_at": "2026-11-10T08:00:00+07:00",
        "arrived_at": "2026-11-09T09:00:00+07:00",
        "withdrawn_at": None,
        "answered_at": None,
        "answer": "",
        "punctuality": None,
    }
    for person in (world.clerk, world.outsider_officer):
        assert client_of(person).get("exchange/requests/").json()["results"] == []


def test_it_is_read_with_its_files(world, asked):
    client = client_of(world.officer)
    found = client.get(f"exchange/requests/{asked.pk}/").json()
    assert found["applicant"] == {"full_name": "Trần Thị Ví Dụ Xa", "id_number": "040000000777"}
    (file,) = found["files"]
    assert (file["name"], file["paper"], file["is_answer"]) == ("to-khai.pdf", "Tờ khai", False)
    content = client.get(f"exchange/requests/{asked.pk}/files/{file['id']}/")
    assert b"".join(content.streaming_content) == FILE
    refused(client_of(world.outsider_officer).get(f"exchange/requests/{asked.pk}/"), 404, "not_found")


def test_an_answer_with_a_file_goes_out_once_for_its_key(world, asked):
    client = client_of(world.officer)

    def answer():
        body = {"answer": "Đúng", "file": upload("ket-qua.pdf", FILE)}
        return client.post(f"exchange/requests/{asked.pk}/answer/", body, format="multipart", key="k-1")

    first, second = answer(), answer()
    assert (first.status_code, first.json()["answer"], second.json()) == (200, "Đúng", first.json())
    assert second["Idempotency-Replayed"] == "true"
    assert (ExchangeMessage.objects.get().kind, ExchangedFile.objects.filter(is_answer=True).count()) == (
        "answer",
        1,
    )
    assert client.get("exchange/requests/").json()["results"] == []
    refused(client.post(f"exchange/requests/{asked.pk}/answer/", {"answer": "Thêm"}), 409, "answered_already")


def test_an_answer_needs_words_a_right_a_good_file_and_somebody_who_waits(world, asked):
    address = f"exchange/requests/{asked.pk}/answer/"
    client = client_of(world.officer)
    refused(client.post(address, {"answer": " "}), 422, "required")
    assert client.post(address, {}).status_code == 400
    bad = client.post(address, {"answer": "Đúng", "file": upload("x.pdf", b"MZ")}, format="multipart")
    assert (bad.status_code, "x.pdf" in bad.json()["detail"]) == (422, True)
    refused(client_of(world.clerk).post(address, {"answer": "Đúng"}), 404, "not_found")
    reader = token_client(world.officer, ["read"])
    assert reader.post(address, {"answer": "Đúng"}).status_code == 403
    taken(packed(said("withdrawal")))
    refused(client.post(address, {"answer": "Đúng"}), 409, "taken_back")
    assert not ExchangeMessage.objects.exists()


def test_files_are_looked_through_before_the_key_opens_a_transaction(world, asked, monkeypatch):
    order = []

    def check(one):
        order.append("checked")
        return check_file(one)

    monkeypatch.setattr("cases.services.exchange_answers.check_file", check)
    monkeypatch.setattr(
        "cases.services.idempotency._hash", lambda text: order.append("transaction") or text[:64]
    )
    body = {"answer": "Đúng", "file": upload()}
    client_of(world.officer).post(
        f"exchange/requests/{asked.pk}/answer/", body, format="multipart", key="k-2"
    )
    assert order[:2] == ["checked", "transaction"]
    assert order.count("checked") == 1
