"""Letters of apology and the overdue list: who sees them, and who may move them."""

from pathlib import Path

import pytest
from django.urls import reverse

from cases import services
from cases.models import Dossier
from notifications.enums import LetterState
from notifications.models import Letter
from tests.cases.admin.conftest import messages_of, text_of
from tests.cast import local

OVERDUE = "/quan-tri/qua-han/"
LETTERS = "/quan-tri/notifications/letter/"
PREPARED = {"reason": "Máy chủ hỏng", "new_due_at": "20/11/2026 17:00"}


@pytest.fixture
def late(world, clock):
    """A dossier that is two working days overdue."""
    dossier = world.processing()
    clock.move_to("2026-11-16 09:00")
    return dossier


@pytest.fixture
def letter(late):
    return services.draft_apology(late)[0]


def page_of(letter) -> str:
    return reverse("admin:notifications_letter_change", args=[letter.pk])


def act_of(letter, what: str) -> str:
    return reverse("admin:letter_act", args=[letter.pk, what])


def pdf_of(letter) -> str:
    return reverse("admin:letter_pdf", args=[letter.pk])


# --- The overdue list ---------------------------------------------------------------------------


def test_overdue_list_says_how_long_who_and_which_step(world, browser, late):
    text = text_of(browser(world.supervisor).get(OVERDUE))
    for words in (
        "1 dossier is past its due moment without a result.",
        late.code,
        "2 working days overdue",
        "Phạm Văn Thụ Lý",
        "Thẩm định",
        "Draft apology",
    ):
        assert words in text


def test_overdue_list_is_not_capped_and_begins_with_the_longest(world, browser, clock):
    world.processing()
    clock.move_to("2026-11-10 09:00")
    world.processing()
    clock.move_to("2027-03-01 09:00")
    rows = browser(world.supervisor).get(OVERDUE).context["rows"]
    assert [row["due"] for row in rows] == ["12/11/2026 17:00", "13/11/2026 17:00"]
    assert "75 working days overdue" in rows[0]["late"]  # 77 weekdays, two of them off


def test_overdue_list_shows_where_the_apology_stands(world, browser, letter):
    text = text_of(browser(world.supervisor).get(OVERDUE))
    assert "Draft 16/11/2026 09:00" in text
    assert "Draft apology" not in text


def test_overdue_list_is_for_those_who_see_dossiers(world, browser, late):
    assert text_of(browser(world.outsider_head).get(OVERDUE)).count(late.code) == 0
    world.clerk.role = "agency_admin"
    world.clerk.save()
    assert browser(world.clerk).get(OVERDUE).status_code == 403


def test_supervisor_drafts_what_the_system_has_not_drafted_yet(world, browser, late):
    response = browser(world.supervisor).post(f"{OVERDUE}{late.pk}/du-thao/", follow=True)
    assert response.redirect_chain == [(page_of(Letter.objects.get()), 302)]


def test_only_supervisors_draft(world, browser, late):
    assert browser(world.clerk).post(f"{OVERDUE}{late.pk}/du-thao/").status_code == 403
    assert browser(world.outsider_head).post(f"{OVERDUE}{late.pk}/du-thao/").status_code == 404
    assert browser(world.supervisor).get(f"{OVERDUE}{late.pk}/du-thao/").status_code == 405
    assert not Letter.objects.exists()


# --- The letters ----------------------------------------------------------------------------------


def test_letters_are_seen_with_their_dossiers(world, browser, letter):
    assert letter.reference in text_of(browser(world.clerk).get(LETTERS))
    assert letter.reference not in text_of(browser(world.outsider_head).get(LETTERS))
    assert browser(world.outsider_head).get(page_of(letter)).status_code == 302
    assert browser(world.outsider_head).get(pdf_of(letter)).status_code == 404


def test_letters_waiting_are_one_list(world, browser, letter):
    client = browser(world.supervisor)
    assert letter.reference in text_of(client.get(LETTERS, {"state": "open"}))
    services.cancel_apology(letter, by=world.supervisor, reason="Không cần")
    assert letter.reference not in text_of(client.get(LETTERS, {"state": "open"}))
    assert letter.reference in text_of(client.get(LETTERS, {"state": "cancelled"}))


def test_page_shows_the_facts_beside_the_letter(world, browser, letter):
    response = browser(world.supervisor).get(page_of(letter))
    text = text_of(response)
    for words in (letter.reference, "Nguyễn Thị Ví Dụ", "12/11/2026 17:00", "2 working days overdue"):
        assert words in text
    assert f'<iframe class="os-preview" src="{pdf_of(letter)}' in response.content.decode()


def test_supervisor_writes_and_approves_and_the_head_issues(world, browser, letter, late):
    supervisor, head = browser(world.supervisor), browser(world.head)
    response = supervisor.post(act_of(letter, "prepare"), PREPARED, follow=True)
    assert messages_of(response) == ["The letter is written; read the preview."]
    response = supervisor.post(act_of(letter, "approve"), follow=True)
    assert messages_of(response) == ["The letter is approved; the head of the agency issues it."]
    response = head.post(act_of(letter, "issue"), follow=True)
    assert messages_of(response) == ["The letter is issued, the due date moved and the applicant told."]
    letter.refresh_from_db()
    assert (letter.state, letter.number_text) == (LetterState.ISSUED, "01/PXL")
    assert f"{Dossier.objects.get(pk=late.pk).due_at:%Y-%m-%d %H:%M}" == "2026-11-20 10:00"  # UTC


def test_supervisor_does_not_sign_for_the_head(world, browser, letter):
    client = browser(world.supervisor)
    client.post(act_of(letter, "prepare"), PREPARED)
    response = client.post(act_of(letter, "issue"), follow=True)
    assert "Only the head of the agency signs an apology" in messages_of(response)[-1]
    letter.refresh_from_db()
    assert letter.state == LetterState.DRAFT


def test_a_date_that_the_law_does_not_allow_is_refused_at_its_field(world, browser, letter):
    response = browser(world.supervisor).post(
        act_of(letter, "prepare"), {"reason": "Máy chủ hỏng", "new_due_at": "24/11/2026 17:00"}
    )
    form = response.context["prepare"]
    assert form.errors == {
        "new_due_at": ["The new date is not a working day; choose one on which the office is open."]
    }
    assert form["reason"].value() == "Máy chủ hỏng"
    letter.refresh_from_db()
    assert letter.reason == ""


def test_a_letter_that_is_not_needed_is_cancelled_with_a_reason(world, browser, letter):
    client = browser(world.supervisor)
    response = client.post(act_of(letter, "cancel"), {"cancel_reason": " "})
    assert list(response.context["cancel"].errors) == ["cancel_reason"]
    client.post(act_of(letter, "cancel"), {"cancel_reason": "Đã xong"})
    letter.refresh_from_db()
    assert (letter.state, letter.cancel_reason) == (LetterState.CANCELLED, "Đã xong")


@pytest.mark.parametrize("what", ["prepare", "approve", "issue", "cancel"])
@pytest.mark.parametrize("who", ["clerk", "officer", "auditor"])
def test_others_read_the_letter_and_change_nothing(world, browser, letter, who, what):
    client = browser(getattr(world, who))
    before = Letter.objects.values().get()
    client.post(act_of(letter, what), {**PREPARED, "cancel_reason": "x"})
    assert Letter.objects.values().get() == before
    page = client.get(page_of(letter))
    assert (page.context["prepare"], page.context["cancel"]) == (False, False)


def test_clerk_notes_that_the_issued_letter_went_out(world, browser, letter, late):
    services.issue_apology(late, by=world.head, reason="Máy chủ hỏng", new_due_at=local("2026-11-20 17:00"))
    response = browser(world.clerk).post(act_of(letter, "send"), follow=True)
    letter.refresh_from_db()
    assert letter.state == LetterState.SENT
    assert "Mark as sent" not in text_of(response)


def test_preview_is_a_draft_and_the_issued_file_stays_what_it_was(world, browser, letter, late):
    client = browser(world.supervisor)
    preview = client.get(pdf_of(letter))
    assert preview.content[:5] == b"%PDF-"
    assert preview["X-Frame-Options"] == "SAMEORIGIN"
    services.issue_apology(late, by=world.head, reason="Máy chủ hỏng", new_due_at=local("2026-11-20 17:00"))
    letter.refresh_from_db()
    with letter.pdf.open() as file:
        assert client.get(pdf_of(letter)).content == file.read()


def test_a_file_that_was_changed_after_the_issue_is_not_shown(world, browser, letter, late):
    services.issue_apology(late, by=world.head, reason="Máy chủ hỏng", new_due_at=local("2026-11-20 17:00"))
    letter.refresh_from_db()
    Path(letter.pdf.path).write_bytes(b"%PDF-1.7 something else")
    assert browser(world.supervisor).get(pdf_of(letter)).status_code == 404


def test_nobody_edits_a_letter(world, browser, letter):
    world.head.is_superuser = True
    world.head.save()
    client = browser(world.head)
    before = Letter.objects.values().get()
    answers = [
        client.post(page_of(letter), {"reason": "Sửa", "state": "issued"}).status_code,
        client.get(LETTERS + "add/").status_code,
        client.post(
            reverse("admin:notifications_letter_delete", args=[letter.pk]), {"post": "yes"}
        ).status_code,
    ]
    assert answers == [405, 403, 403]
    assert Letter.objects.values().get() == before
