"""Letters: draft, prepare, approve, issue, send, cancel; what is refused; what the database refuses."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from notifications import errors
from notifications.enums import LetterKind, LetterState
from notifications.models import Letter, LetterRegister
from notifications.services import letters
from tests.notifications.builders import (
    HEAD,
    NEW_DUE,
    NOW,
    OLD_APOLOGY,
    REASON,
    apology,
    approved,
    drafted,
    in_parallel,
    issued,
    prepared,
    text_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

VERBS = {
    "prepare": lambda letter: letters.prepare(
        letter, reason=REASON, new_due_at=NEW_DUE, payload=letter.content
    ),
    "approve": lambda letter: letters.approve(letter, by=HEAD),
    "issue": lambda letter: letters.issue(letter, by=HEAD, payload=letter.content),
    "mark_sent": letters.mark_sent,
    "cancel": lambda letter: letters.cancel(letter, reason="Hồ sơ đã xong đúng hạn."),
}


def letter_in(state: str) -> Letter:
    if state == LetterState.CANCELLED:
        return letters.cancel(prepared(), reason="Hồ sơ đã xong đúng hạn.")
    letter = {"draft": prepared, "approved": approved, "issued": issued, "sent": issued}[state]()
    return letters.mark_sent(letter) if state == LetterState.SENT else letter


def test_draft_keeps_the_payload_and_waits():
    letter = drafted()
    assert letter.state == LetterState.DRAFT
    assert letter.content == apology()
    assert letter.drafted_at == NOW
    assert (letter.number, letter.number_text, letter.reason) == (None, "", "")


def test_second_draft_of_the_same_cycle_gives_the_first_letter():
    letter = drafted()
    again, created = letters.draft_letter(
        LetterKind.APOLOGY,
        agency_identifier="H41.12",
        reference=letter.reference,
        cycle=1,
        payload=apology(place="Vinh"),
    )
    assert (again, created) == (letter, False)
    assert again.content.place == "Nghệ An"


def test_draft_after_an_issued_letter_of_the_same_cycle_gives_that_one():
    letter = issued()
    again, created = letters.draft_letter(
        LetterKind.APOLOGY, agency_identifier="H41.12", reference=letter.reference, cycle=1, payload=apology()
    )
    assert (again, created) == (letter, False)


def test_new_cycle_gets_its_own_letter():
    assert drafted(cycle=1) != drafted(cycle=2)


def test_draft_after_a_cancelled_one_is_new():
    first = letters.cancel(drafted(), reason="Nhầm hồ sơ.")
    assert drafted() != first


def test_prepare_puts_reason_and_date_into_letter_and_payload():
    letter = drafted()
    letters.prepare(letter, reason=f"  {REASON}\n", new_due_at=NEW_DUE, payload=apology(reason="other"))
    letter.refresh_from_db()
    assert (letter.reason, letter.new_due_at) == (REASON, NEW_DUE)
    assert letter.content == apology(reason=REASON, new_due_at=NEW_DUE)


def test_prepare_takes_an_approval_back():
    letter = approved()
    letters.prepare(letter, reason="Lý do khác.", new_due_at=NEW_DUE, payload=apology())
    letter.refresh_from_db()
    assert (letter.state, letter.approved_at, letter.approved_by) == (LetterState.DRAFT, None, "")


@pytest.mark.parametrize("reason", ["", "  \n ", None])
def test_prepare_without_reason_is_refused(reason):
    letter = drafted()
    with pytest.raises(errors.ReasonMissing):
        letters.prepare(letter, reason=reason, new_due_at=NEW_DUE, payload=apology())
    letter.refresh_from_db()
    assert letter.new_due_at is None


def test_prepare_with_a_novel_as_reason_is_refused():
    with pytest.raises(errors.ReasonTooLong):
        letters.prepare(drafted(), reason="x" * 1001, new_due_at=NEW_DUE, payload=apology())


def test_prepare_without_new_date_is_refused():
    with pytest.raises(errors.NewDateMissing):
        letters.prepare(drafted(), reason=REASON, new_due_at=None, payload=apology())


def test_approve_names_who_and_when():
    letter = approved()
    assert (letter.state, letter.approved_by, letter.approved_at) == (LetterState.APPROVED, HEAD, NOW)


def test_approve_without_reason_is_refused():
    with pytest.raises(errors.ReasonMissing):
        letters.approve(drafted(), by=HEAD)


def test_approve_without_new_date_is_refused():
    with pytest.raises(errors.NewDateMissing):
        letters.approve(drafted(reason=REASON), by=HEAD)


@pytest.mark.parametrize("verb", ["approve", "issue"])
def test_nobody_cannot_sign(verb):
    letter = prepared() if verb == "approve" else approved()
    before = letter.state
    with pytest.raises(errors.SignatureMissing):
        getattr(letters, verb)(letter, by=" ", **({} if verb == "approve" else {"payload": letter.content}))
    letter.refresh_from_db()
    assert letter.state == before
    assert not LetterRegister.objects.exists()


def test_issue_allots_a_number_and_stores_the_pdf_with_its_hash():
    letter = issued()
    letter.refresh_from_db()
    assert (letter.state, letter.number, letter.year) == (LetterState.ISSUED, 1, 2026)
    assert (letter.number_text, letter.issued_by, letter.issued_at) == ("01/PXL", HEAD, NOW)
    pdf = letters.issued_pdf(letter)
    assert hashlib.sha256(pdf).hexdigest() == letter.pdf_sha256
    printed = text_of(pdf)
    assert "Số: 01/PXL" in printed
    assert f"Lý do: {REASON}" in printed
    assert "ngày 21 tháng 11 năm 2026" in printed


def test_issue_takes_form_and_letterhead_of_the_day_but_reason_and_date_as_approved():
    letter = approved()
    letters.issue(
        letter,
        by=HEAD,
        payload=apology(form=OLD_APOLOGY, signer_name="Lê Văn Mẫu", reason="sneaked in"),
    )
    assert letter.content == apology(
        form=OLD_APOLOGY, signer_name="Lê Văn Mẫu", reason=REASON, new_due_at=NEW_DUE
    )
    assert "Lê Văn Mẫu" in text_of(letters.issued_pdf(letter))


def test_number_belongs_to_the_local_year_of_issue():
    letter = approved()
    letters.issue(letter, by=HEAD, payload=letter.content, at=datetime(2026, 12, 31, 17, 30, tzinfo=UTC))
    assert (letter.year, letter.number) == (2027, 1)


def test_preview_is_a_marked_draft_and_changes_nothing():
    letter = prepared()
    printed = text_of(letters.preview_pdf(letter))
    assert "BẢN NHÁP" in printed
    assert REASON in printed
    assert not LetterRegister.objects.exists()
    letter.refresh_from_db()
    assert (letter.state, letter.number) == (LetterState.DRAFT, None)


def test_mark_sent_notes_the_time():
    letter = letters.mark_sent(issued())
    assert (letter.state, letter.sent_at) == (LetterState.SENT, NOW)


def test_cancel_needs_a_reason():
    with pytest.raises(errors.ReasonMissing):
        letters.cancel(drafted(), reason="")


def test_cancel_keeps_reason_and_time():
    letter = letters.cancel(approved(), reason="Hồ sơ đã xong đúng hạn.")
    assert (letter.state, letter.cancel_reason, letter.cancelled_at) == (
        LetterState.CANCELLED,
        "Hồ sơ đã xong đúng hạn.",
        NOW,
    )


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        ("prepare", "issued"),
        ("prepare", "sent"),
        ("prepare", "cancelled"),
        ("approve", "approved"),
        ("approve", "issued"),
        ("approve", "sent"),
        ("approve", "cancelled"),
        ("issue", "draft"),
        ("issue", "issued"),
        ("issue", "sent"),
        ("issue", "cancelled"),
        ("mark_sent", "draft"),
        ("mark_sent", "approved"),
        ("mark_sent", "sent"),
        ("mark_sent", "cancelled"),
        ("cancel", "issued"),
        ("cancel", "sent"),
        ("cancel", "cancelled"),
    ],
)
def test_verb_that_does_not_fit_the_state_is_refused_and_changes_nothing(verb, state):
    letter = letter_in(state)
    before = Letter.objects.filter(pk=letter.pk).values().get()
    with pytest.raises(errors.LetterNotPossibleNow, match=letter.reference):
        VERBS[verb](letter)
    assert Letter.objects.filter(pk=letter.pk).values().get() == before


def test_stale_copy_of_a_letter_is_read_afresh():
    letter = approved()
    stale = Letter.objects.get(pk=letter.pk)
    letters.cancel(letter, reason="Hồ sơ đã xong đúng hạn.")
    with pytest.raises(errors.LetterNotPossibleNow):
        letters.issue(stale, by=HEAD, payload=stale.content)


def test_file_that_was_changed_is_not_handed_out():
    letter = issued()
    Path(letter.pdf.path).write_bytes(b"%PDF forged")
    with pytest.raises(errors.LetterFileDamaged):
        letters.issued_pdf(letter)


def test_file_that_is_gone_is_a_sentence():
    letter = issued()
    Path(letter.pdf.path).unlink()
    with pytest.raises(errors.LetterFileDamaged):
        letters.issued_pdf(letter)


def test_letter_without_number_has_no_issued_file():
    with pytest.raises(errors.LetterNotPossibleNow):
        letters.issued_pdf(approved())


@pytest.mark.parametrize(
    "change",
    [
        {"number": 99},
        {"year": 2030},
        {"payload": {}},
        {"reason": "other"},
        {"new_due_at": NEW_DUE + timedelta(days=1)},
        {"pdf_sha256": "0" * 64},
        {"pdf": "other.pdf"},
        {"issued_by": "Someone else"},
        {"agency_identifier": "H41.13"},
        {"reference": "H41.12-261116-0002"},
    ],
)
@pytest.mark.parametrize("state", ["issued", "sent"])
def test_database_refuses_to_change_an_issued_letter(state, change):
    letter = letter_in(state)
    with pytest.raises(DatabaseError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(**change)


@pytest.mark.parametrize("state", ["draft", "approved", "issued", "sent", "cancelled"])
def test_database_refuses_to_move_a_letter_backwards(state):
    letter = letter_in(state)
    target = {"draft": "sent", "approved": "sent"}.get(state, "draft")
    values = {"state": target, "number": None, "year": None, "issued_at": None, "pdf_sha256": ""}
    with pytest.raises(DatabaseError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(**values)


@pytest.mark.parametrize("state", ["approved", "issued", "sent", "cancelled"])
def test_database_refuses_to_delete_a_letter_past_draft(state):
    letter = letter_in(state)
    with pytest.raises(DatabaseError), transaction.atomic():
        letter.delete()


def test_draft_can_be_deleted():
    drafted().delete()
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("letter_state_known", {"state": "lost"}),
        ("letter_kind_known", {"kind": "postcard"}),
        ("letter_numbered_when_issued", {"number": 1, "year": 2026}),
        ("letter_approved_is_complete", {"state": "approved", "new_due_at": NEW_DUE}),
        ("letter_apology_promises_a_date", {"state": "approved", "reason": REASON, "approved_at": NOW}),
        ("letter_at_once_is_issued_for_a_key", {"kind": "stop", "key": "ho-so:1"}),
    ],
)
def test_database_refuses_a_nonsense_letter(constraint, change):
    values = {
        "kind": "apology",
        "agency_identifier": "H41.12",
        "reference": "H41.12-261116-0009",
        "payload": {},
        "drafted_at": NOW,
    }
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Letter.objects.create(**(values | change))


def test_database_refuses_a_number_twice():
    first, second = issued(), approved(reference="H41.12-261116-0002")
    with pytest.raises(IntegrityError, match="letter_number_once"), transaction.atomic():
        Letter.objects.filter(pk=second.pk).update(
            state="issued", number=first.number, year=2026, issued_at=NOW, pdf_sha256="0" * 64
        )


@pytest.mark.django_db(transaction=True)
def test_drafting_in_parallel_gives_one_letter():
    def draft():
        return letters.draft_letter(
            LetterKind.APOLOGY,
            agency_identifier="H41.12",
            reference="H41.12-261116-0001",
            cycle=1,
            payload=apology(),
        )

    results = in_parallel(*[draft] * 8)
    assert sorted(created for _, created in results) == [False] * 7 + [True]
    assert {letter.pk for letter, _ in results} == {Letter.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_issuing_the_same_letter_in_parallel_spends_one_number():
    letter = approved()

    def issue():
        return letters.issue(Letter.objects.get(pk=letter.pk), by=HEAD, payload=letter.content)

    results = in_parallel(*[issue] * 4)
    assert sorted(type(result).__name__ for result in results) == ["Letter"] + ["LetterNotPossibleNow"] * 3
    assert LetterRegister.objects.get().last_number == 1
