"""Letters over the API."""

import io

import pytest
from pypdf import PdfReader

from cases import services
from tests.cases.api.conftest import client_of, refused
from tests.cast import local


@pytest.fixture
def draft(world):
    letter, _created = services.draft_apology(world.processing())
    return letter


def text_of(answer) -> str:
    assert answer["Content-Type"] == "application/pdf"
    return PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()


def test_letters_are_listed_with_their_state(world, supervisor, draft):
    (row,) = supervisor.get("letters/").json()["results"]
    assert (row["id"], row["state"], row["dossier"], row["number"]) == (
        draft.pk,
        "draft",
        draft.reference,
        "",
    )
    assert supervisor.get("letters/", {"state": "issued"}).json()["results"] == []
    assert len(supervisor.get("letters/", {"dossier": draft.reference}).json()["results"]) == 1


def test_a_draft_is_printed_as_a_draft(world, supervisor, draft):
    assert "BẢN NHÁP" in text_of(supervisor.get(f"letters/{draft.pk}/pdf/"))


def test_an_issued_letter_is_the_stored_file(world, supervisor, draft):
    dossier = world.free.versions.get().dossiers.get()
    letter = services.issue_apology(
        dossier, by=world.head, reason="Chờ xác minh", new_due_at=local("2026-11-17 17:00")
    )
    answer = supervisor.get(f"letters/{letter.pk}/pdf/")
    with letter.pdf.open() as stored:
        assert answer.content == stored.read()
    assert "Chờ xác minh" in text_of(answer)
    assert supervisor.get(f"letters/{letter.pk}/").json()["state"] == "issued"


def test_a_letter_that_the_store_lost_is_said_to_be_lost(world, supervisor, draft):
    dossier = world.free.versions.get().dossiers.get()
    letter = services.issue_apology(
        dossier, by=world.head, reason="Chờ xác minh", new_due_at=local("2026-11-17 17:00")
    )
    letter.pdf.storage.delete(letter.pdf.name)
    problem = refused(supervisor.get(f"letters/{letter.pk}/pdf/"), 404, "letter_file_damaged")
    assert problem["detail"].endswith("Restore it from the backup.")


def test_letters_of_others_do_not_exist(world, draft):
    outsider = client_of(world.outsider_head)
    assert outsider.get("letters/").json()["results"] == []
    refused(outsider.get(f"letters/{draft.pk}/"), 404, "not_found")
    refused(outsider.get(f"letters/{draft.pk}/pdf/"), 404, "not_found")


def test_a_letter_with_an_impossible_number_is_not_found(world, supervisor):
    refused(supervisor.get(f"letters/{10**30}/"), 404, "not_found")


# --- What is done with a letter ---------------------------------------------------------------

NEW_DATE = {"reason": "Chờ xác minh", "new_due_at": "2026-11-17T17:00:00+07:00"}


def test_an_apology_is_written_approved_signed_and_sent(world, supervisor, head, clerk, draft):
    path = f"letters/{draft.pk}"
    written = supervisor.post(f"{path}/prepare/", NEW_DATE).json()
    assert (written["state"], written["reason"]) == ("draft", "Chờ xác minh")
    assert supervisor.post(f"{path}/approve/").json()["state"] == "approved"
    signed = head.post(f"dossiers/{draft.reference}/reschedule/", {})
    assert [letter["state"] for letter in signed.json()["letters"]] == ["issued"]
    assert clerk.post(f"{path}/send/").json()["state"] == "sent"


def test_a_draft_is_taken_back(world, supervisor, draft):
    answer = supervisor.post(f"letters/{draft.pk}/cancel/", {"reason": "Đã có kết quả"})
    assert answer.json()["state"] == "cancelled"


@pytest.mark.parametrize(
    ("act", "body"), [("prepare", NEW_DATE), ("approve", {}), ("send", {}), ("cancel", {"reason": "x"})]
)
def test_what_is_done_with_a_letter_needs_the_right(world, officer, draft, act, body):
    refused(officer.post(f"letters/{draft.pk}/{act}/", body), 403, "not_permitted")
    outsider = client_of(world.outsider_head)
    refused(outsider.post(f"letters/{draft.pk}/{act}/", body), 404, "not_found")
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_letter_that_was_issued_is_not_taken_back(world, supervisor, draft):
    dossier = world.free.versions.get().dossiers.get()
    letter = services.issue_apology(
        dossier, by=world.head, reason="Chờ xác minh", new_due_at=local("2026-11-17 17:00")
    )
    answer = supervisor.post(f"letters/{letter.pk}/cancel/", {"reason": "x"})
    assert answer.status_code == 422
    letter.refresh_from_db()
    assert letter.state == "issued"
