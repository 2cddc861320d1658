"""Letters that a verb issues at once: number, file and hash in the verb's own transaction, once per cause."""

import hashlib

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from notifications import errors
from notifications.enums import LetterKind, LetterState
from notifications.models import Letter, LetterRegister
from notifications.services import letters
from tests.notifications.builders import (
    AT_ONCE,
    NOW,
    REASON,
    apology,
    in_parallel,
    issued,
    issued_at_once,
    local,
    supplement,
    text_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


class Changed(Exception):
    """The caller's transaction fails after the letter was issued."""


@pytest.mark.parametrize(
    ("kind", "number"), [("supplement", "01/PBS"), ("refusal", "01/PTC"), ("stop", "01/TB-DGQ")]
)
def test_letter_is_issued_with_number_file_and_hash(kind, number):
    letter = issued_at_once(kind)
    letter.refresh_from_db()
    assert (letter.state, letter.number_text, letter.year) == (LetterState.ISSUED, number, 2026)
    assert (letter.issued_by, letter.issued_at) == ("Lê Văn Mẫu", NOW)
    assert (letter.approved_by, letter.approved_at, letter.new_due_at) == ("Lê Văn Mẫu", NOW, None)
    pdf = letters.issued_pdf(letter)
    assert hashlib.sha256(pdf).hexdigest() == letter.pdf_sha256
    assert f"Số: {number}" in text_of(pdf)
    assert "BẢN NHÁP" not in text_of(pdf)


@pytest.mark.parametrize("kind", AT_ONCE)
def test_its_content_is_kept_as_it_was_printed(kind):
    letter = Letter.objects.get(pk=issued_at_once(kind).pk)
    assert letter.content == AT_ONCE[kind](dossier_code=letter.reference)
    assert letter.current_content == letter.content


def test_the_same_cause_gives_the_same_letter_and_spends_no_number():
    first = issued_at_once(key="ho-so:1")
    assert issued_at_once(key="ho-so:1", reason="Khác.") == first
    assert LetterRegister.objects.get().last_number == 1


def test_supplement_requests_may_repeat_in_one_cycle():
    assert [issued_at_once(key=f"ho-so:{n}").number for n in (1, 2)] == [1, 2]


def test_each_kind_has_its_own_register():
    assert [issued_at_once(kind, key=kind).number for kind in AT_ONCE] == [1, 1, 1]
    assert issued().number == 1


def test_each_agency_and_year_has_its_own_register():
    assert issued_at_once(key="1", agency="H41.13").number == 1
    assert issued_at_once(key="2").number == 1
    later = letters.issue_at_once(
        LetterKind.SUPPLEMENT,
        agency_identifier="H41.12",
        reference="H41.12-261116-0002",
        cycle=1,
        payload=supplement(),
        by="Lê Văn Mẫu",
        at=local(1, 8, month=1, year=2027),
        key="3",
    )
    assert (later.year, later.number) == (2027, 1)


def test_rolled_back_verb_gives_the_number_back():
    with pytest.raises(Changed), transaction.atomic():
        issued_at_once(key="ho-so:1")
        raise Changed
    assert not Letter.objects.exists()
    assert issued_at_once(key="ho-so:2").number == 1


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_when_many_verbs_issue_at_the_same_time():
    results = in_parallel(*[lambda n=n: issued_at_once(key=f"ho-so:{n}").number for n in range(8)])
    assert sorted(results) == list(range(1, 9))


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_letter_without_reason_is_refused(reason):
    with pytest.raises(errors.ReasonMissing):
        issued_at_once(reason=reason)
    assert not LetterRegister.objects.exists()


def test_letter_that_nobody_signs_is_refused():
    with pytest.raises(errors.SignatureMissing):
        letters.issue_at_once(
            LetterKind.SUPPLEMENT,
            agency_identifier="H41.12",
            reference="H41.12-261116-0001",
            cycle=1,
            payload=supplement(),
            by=" ",
            key="ho-so:1",
        )
    assert not LetterRegister.objects.exists()


def test_apology_is_never_issued_at_once_and_the_others_never_drafted():
    with pytest.raises(ValueError, match="apology"):
        letters.issue_at_once(
            LetterKind.APOLOGY,
            agency_identifier="H41.12",
            reference="H41.12-261116-0001",
            cycle=1,
            payload=apology(reason=REASON),
            by="Lê Văn Mẫu",
            key="ho-so:1",
        )
    with pytest.raises(ValueError, match="supplement"):
        letters.draft_letter(
            LetterKind.SUPPLEMENT,
            agency_identifier="H41.12",
            reference="H41.12-261116-0001",
            cycle=1,
            payload=supplement(),
        )


def test_letter_can_be_marked_as_sent_and_nothing_else():
    letter = letters.mark_sent(issued_at_once())
    assert (letter.state, letter.sent_at) == (LetterState.SENT, NOW)
    with pytest.raises(errors.LetterNotPossibleNow):
        letters.cancel(letter, reason="Nhầm.")


def test_long_reason_goes_on_to_the_next_page():
    letter = issued_at_once(reason="Thiếu giấy tờ theo quy định. " * 200)
    assert "NGƯỜI HƯỚNG DẪN" in text_of(letters.issued_pdf(letter))


# --- What the database refuses --------------------------------------------------------------------


@pytest.mark.parametrize("kind", [LetterKind.REFUSAL, LetterKind.STOP])
def test_database_refuses_a_second_end_of_a_dossier(kind):
    issued_at_once(kind, key="ho-so:1")
    with pytest.raises(IntegrityError, match="letter_final_once"), transaction.atomic():
        issued_at_once(kind, key="ho-so:2")


@pytest.mark.parametrize("change", [{"key": "other"}, {"key": ""}, {"reason": "other"}, {"payload": {}}])
def test_database_refuses_to_change_an_issued_letter(change):
    letter = issued_at_once()
    with pytest.raises(DatabaseError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(**change)


def test_database_refuses_to_delete_it():
    letter = issued_at_once()
    with pytest.raises(DatabaseError), transaction.atomic():
        letter.delete()
