"""The forms that verbs issue: which form, from whom, by which law, and how it travels (R7–R9, R19, R28, R37)."""

import pytest

from cases import services
from cases.enums import State
from cases.errors import Invalid
from cases.letters import dossier_of, letters_about, letters_of, reference_of
from cases.models import Dossier
from notifications.enums import LetterKind, LetterState
from notifications.models import Letter, LetterRegister, Message
from notifications.services import letters as letter_service
from notifications.services.messages import deliver_due
from tests.cases.helpers import refused
from tests.cast import local
from tests.notifications.builders import text_of

pytestmark = pytest.mark.usefixtures("english")


def only_letter() -> Letter:
    return Letter.objects.get()


def printed(letter: Letter) -> str:
    return text_of(letter_service.issued_pdf(letter))


def carried() -> set[int]:
    """The letters that wait in the outbox."""
    return set(Message.objects.exclude(letter=None).values_list("letter", flat=True))


# --- Form 02 --------------------------------------------------------------------------------------


def test_r07_asking_to_complete_a_filing_issues_form_02_of_the_desk(world):
    filing = world.submit()
    services.ask_to_complete(
        filing, by=world.clerk, reason="Thiếu chữ ký", items=["Tờ khai", "Văn bản ủy quyền"]
    )
    letter = only_letter()
    assert (letter.kind, letter.number_text, letter.state) == ("supplement", "01/PBS", LetterState.ISSUED)
    assert (letter.agency_identifier, letter.reference) == ("H41.101", str(filing.uuid))
    text = printed(letter)
    assert "1. Tờ khai 2. Văn bản ủy quyền Lý do: Thiếu chữ ký" in text
    assert "NGƯỜI HƯỚNG DẪN (Ký và ghi rõ họ tên) Lê Thị Một Cửa" in text
    assert "Mã hồ sơ" not in text


def test_r19_a_supplement_request_issues_form_02_of_the_deciding_agency(world):
    dossier = world.supplement()
    letter = only_letter()
    assert (letter.number_text, letter.reference, letter.cycle) == ("01/PBS", dossier.code, 1)
    assert letter.issued_by == "Phạm Văn Thụ Lý"
    assert f"Mã hồ sơ: {dossier.code}" in printed(letter)


def test_r09_each_request_has_a_form_of_its_own(world, clock):
    dossier = world.supplement()
    clock.move_to("2026-11-10 09:00")
    services.resume(dossier, by=world.clerk)
    services.request_supplement(dossier, by=world.head, reason="Còn thiếu", items=["Văn bản ủy quyền"])
    assert [letter.number_text for letter in letters_of(dossier).order_by("pk")] == ["01/PBS", "02/PBS"]


# --- Form 03 --------------------------------------------------------------------------------------


def test_r07_refusing_a_filing_issues_form_03(world):
    filing = world.in_state(State.REFUSED)
    letter = only_letter()
    assert (letter.kind, letter.number_text, letter.reference) == ("refusal", "01/PTC", str(filing.uuid))
    text = printed(letter)
    assert "với lý do cụ thể như sau: Không thuộc thẩm quyền" in text
    assert "PHIẾU TỪ CHỐI TIẾP NHẬN, GIẢI QUYẾT HỒ SƠ" in text


def test_t23_a_refusal_on_substance_is_a_result_and_has_no_form_03(world):
    world.record_result(world.processing(), kind="refused", reason="Không đủ điều kiện")
    assert not Letter.objects.exists()


# --- Form 05 --------------------------------------------------------------------------------------


def test_r37_a_withdrawal_issues_form_05_of_the_deciding_agency(world):
    dossier = world.in_state(State.STOPPED)
    letter = only_letter()
    assert (letter.kind, letter.number_text, letter.reference) == ("stop", "01/TB-DGQ", dossier.code)
    text = printed(letter)
    assert "Mẫu số 05 – Thông tư số 03/2025/TT-VPCP" in text
    assert "Căn cứ dừng giải quyết: người nộp hồ sơ đề nghị rút hồ sơ" in text
    assert "Lý do: Người nộp đổi ý" in text
    assert "CHỦ TỊCH (Ký, ghi rõ họ tên, đóng dấu) Trần Văn Lãnh Đạo" in text


def test_r37_a_filing_that_is_withdrawn_gets_form_05_of_the_desk(world):
    filing = services.withdraw(world.submit(), by=world.clerk, reason="Người nộp đổi ý")
    letter = only_letter()
    assert (letter.kind, letter.reference) == ("stop", str(filing.uuid))
    assert "Tiếp nhận lúc" not in printed(letter)


def test_r28_stopping_for_a_missing_supplement_says_since_when_it_was_asked_for(world, clock):
    dossier = world.supplement()
    clock.move_to("2026-12-15 09:00")
    services.stop(dossier, by=world.supervisor, reason="Không bổ sung")
    letter = letters_of(dossier).get(kind=LetterKind.STOP)
    assert "theo yêu cầu lúc 09:00 ngày 09/11/2026." in printed(letter)
    assert "09:00 ngày 15/12/2026" in printed(letter)


# --- Law and forms of the day ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "asked", "citation", "circular"),
    [
        ("2025-06-30", "2025-06-30", "khoản 4 Điều 19 Nghị định số 61/2018/NĐ-CP", "01/2018/TT-VPCP"),
        ("2025-06-30", "2025-09-15", "khoản 4 Điều 19 Nghị định số 61/2018/NĐ-CP", "03/2025/TT-VPCP"),
        ("2025-07-01", "2025-07-02", "Nghị định số 118/2025/NĐ-CP", "01/2018/TT-VPCP"),
        ("2026-11-09", "2026-11-09", "Nghị định số 118/2025/NĐ-CP", "03/2025/TT-VPCP"),
    ],
)
def test_r08_law_of_the_reception_and_form_of_the_issue(world, clock, received, asked, citation, circular):
    clock.move_to(f"{received} 09:00")
    dossier = world.receive()
    clock.move_to(f"{asked} 10:00")
    services.request_supplement(dossier, by=world.officer, reason="Thiếu", items=["Tờ khai"])
    payload = letters_of(dossier).get().content
    assert (payload.mechanism_citation, payload.form.number) == (citation, "02")
    assert payload.form.circular == f"Thông tư số {circular}"


def test_r08_stop_notice_before_the_set_that_numbers_it_has_its_title_alone(world, clock):
    clock.move_to("2025-09-12 09:00")
    world.in_state(State.STOPPED)
    text = printed(only_letter())
    assert "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ" in text
    assert "Mẫu số" not in text


# --- How it travels -------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.SUPPLEMENT, State.REFUSED, State.STOPPED])
def test_the_form_travels_with_the_notice_of_its_event(world, state):
    world.in_state(state)
    assert carried() == {only_letter().pk}


@pytest.mark.django_db(transaction=True)
def test_the_form_counts_as_sent_once_the_mail_has_arrived(world, mailoutbox):
    world.in_state(State.STOPPED)
    deliver_due()
    (mail,) = [mail for mail in mailoutbox if mail.attachments]
    assert mail.attachments[0][0].endswith(".pdf")
    assert only_letter().state == LetterState.SENT


def test_a_desk_marks_the_form_as_sent_that_it_hands_over(world):
    world.in_state(State.REFUSED)
    assert services.send_apology(only_letter(), by=world.clerk).state == LetterState.SENT


def test_a_verb_that_is_refused_issues_nothing(world):
    filing = world.submit()
    with refused(Invalid, "required"):
        services.refuse(filing, by=world.clerk, reason=" ")
    assert not LetterRegister.objects.exists()


# --- Which letters are whose ----------------------------------------------------------------------


def test_letters_of_a_filing_stay_with_the_dossier_that_it_becomes(world):
    filing = world.submit()
    services.ask_to_complete(filing, by=world.clerk, reason="Thiếu", items=["Tờ khai"])
    services.complete_filing(filing)
    dossier = services.receive_filing(filing, by=world.clerk)
    services.withdraw(dossier, by=world.clerk, reason="Đổi ý")
    assert set(letters_of(dossier).values_list("kind", flat=True)) == {"supplement", "stop"}
    assert {dossier_of(letter) for letter in Letter.objects.all()} == {dossier}
    assert reference_of(Dossier.objects.get(pk=dossier.pk)) == dossier.code


def test_letters_about_dossiers_are_found_with_and_without_code(world, django_assert_num_queries):
    world.in_state(State.STOPPED)
    world.in_state(State.REFUSED)
    mine = Dossier.objects.visible_to(world.clerk)
    with django_assert_num_queries(1):
        found = {letter.kind for letter in letters_about(mine)}
    assert found == {"stop", "refusal"}
    assert not letters_about(Dossier.objects.visible_to(world.outsider_clerk)).exists()


def test_letter_with_a_strange_reference_is_nobodys(world):
    world.in_state(State.STOPPED)
    letter = only_letter()
    Letter(
        kind="apology",
        agency_identifier="H41.101",
        reference="x" * 36,
        payload=letter.payload,
        drafted_at=local("2026-11-09 09:00"),
    ).save()
    assert list(letters_about(Dossier.objects.all())) == [letter]
