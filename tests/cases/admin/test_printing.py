"""Printing from the back office: control slip, letters with Word copy, log books; each for whom it is."""

import pytest
from django.urls import reverse

from cases import services
from cases.enums import State
from cases.models import Dossier, LogBook
from cases.printouts import NUMBERS_IN_A_VOLUME, volume_of
from notifications.models import Letter
from tests.cases.admin.conftest import text_of
from tests.notifications.builders import text_of as page_text

pytestmark = pytest.mark.usefixtures("english")


def slip_of(dossier) -> str:
    return reverse("admin:dossier_control_slip", args=[dossier.pk])


def page_of(dossier) -> str:
    return reverse("admin:cases_dossier_change", args=[dossier.pk])


# --- Control slip and letters ---------------------------------------------------------------------


def test_control_slip_is_for_everybody_who_sees_the_dossier(world, browser):
    dossier = world.receive()
    for person in (world.clerk, world.officer, world.supervisor, world.auditor):
        response = browser(person).get(slip_of(dossier))
        assert (response["Content-Type"], response.content[:5]) == ("application/pdf", b"%PDF-")
        assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
    assert browser(world.outsider_officer).get(slip_of(dossier)).status_code == 404


def test_there_is_no_control_slip_before_reception(world, browser):
    assert browser(world.clerk).get(slip_of(world.submit())).status_code == 404


def test_dossier_page_offers_what_can_be_printed(world, browser):
    dossier = world.in_state(State.SUPPLEMENT)
    page = text_of(browser(world.clerk).get(page_of(dossier)))
    assert all(words in page for words in ("Receipt", "Control slip", "01/PBS"))
    page = text_of(browser(world.officer).get(page_of(dossier)))
    assert "Control slip" in page
    assert "Receipt" not in page


def test_page_of_a_refused_filing_shows_its_form(world, browser):
    filing = world.in_state(State.REFUSED)
    assert "01/PTC" in text_of(browser(world.clerk).get(page_of(filing)))
    letter = Letter.objects.get()
    page = text_of(browser(world.clerk).get(reverse("admin:notifications_letter_change", args=[letter.pk])))
    assert "Refusal to receive" in page
    assert all(button not in page for button in ("Sign and issue", "Save the draft", "Cancel the letter"))
    assert "Mark as sent" in page


def test_list_of_letters_shows_all_kinds_of_the_own_agencies(world, browser):
    world.in_state(State.REFUSED)
    world.in_state(State.STOPPED)
    address = reverse("admin:notifications_letter_changelist")
    page = text_of(browser(world.supervisor).get(address))
    assert "01/PTC" in page
    assert "01/TB-DGQ" in page
    assert "01/PTC" not in text_of(browser(world.supervisor).get(address, {"kind": "stop"}))
    assert "01/PTC" not in text_of(browser(world.outsider_head).get(address))


def test_word_copy_is_a_download(world, browser):
    world.in_state(State.STOPPED)
    letter = Letter.objects.get()
    response = browser(world.clerk).get(reverse("admin:letter_word", args=[letter.pk]))
    assert response["Content-Type"].endswith("wordprocessingml.document")
    assert response["Content-Disposition"] == f'attachment; filename="01-TB-DGQ-{letter.reference}.docx"'
    assert response.content[:2] == b"PK"
    foreign = browser(world.outsider_head).get(reverse("admin:letter_word", args=[letter.pk]))
    assert foreign.status_code == 404


def test_broken_word_template_is_a_sentence_on_the_page(world, browser, settings, tmp_path):
    (tmp_path / "stop.docx").write_bytes(b"no word file")
    settings.WORD_TEMPLATES_DIR = str(tmp_path)
    world.in_state(State.STOPPED)
    address = reverse("admin:letter_word", args=[Letter.objects.get().pk])
    response = browser(world.clerk).get(address, follow=True)
    assert "The Word template “stop.docx” cannot be used" in text_of(response)


# --- Log books ------------------------------------------------------------------------------------


def book_page(volume: int = 1) -> str:
    return reverse("admin:log_book", args=[LogBook.objects.get().pk, volume])


def test_log_book_is_printed_by_desk_supervisor_and_auditor(world, browser):
    dossier = world.receive()
    for person in (world.clerk, world.supervisor, world.head, world.auditor):
        response = browser(person).get(book_page())
        assert response["Content-Type"] == "application/pdf"
        assert dossier.code in page_text(response.content)


def test_log_book_is_nobody_elses(world, browser):
    world.receive()
    for person in (world.outsider_clerk, world.outsider_head, world.centre_clerk, world.officer):
        assert browser(person).get(book_page()).status_code == 404


def test_log_books_are_listed_for_those_who_print_them(world, browser):
    world.receive()
    world.receive(desk=world.other_ward, by=world.outsider_clerk)
    page = text_of(browser(world.auditor).get(reverse("admin:log_books")))
    assert "UBND phường Thử Nghiệm" in page
    assert "UBND xã Ví Dụ" in page
    assert "UBND xã Ví Dụ" not in text_of(browser(world.clerk).get(reverse("admin:log_books")))
    assert browser(world.officer).get(reverse("admin:log_books")).status_code == 403


def test_a_volume_that_is_not_there_is_not_found(world, browser):
    world.receive()
    assert browser(world.clerk).get(book_page(2)).status_code == 404
    assert browser(world.clerk).get(book_page(0)).status_code == 404


def test_numbers_run_on_over_volumes():
    last = NUMBERS_IN_A_VOLUME
    assert [volume_of(number) for number in (0, 1, last, last + 1, 2 * last, 2 * last + 1)] == [
        1,
        1,
        1,
        2,
        2,
        3,
    ]


def test_list_of_log_books_takes_as_many_queries_for_one_as_for_three(
    world, browser, django_assert_max_num_queries
):
    world.receive()
    auditor = browser(world.auditor)
    auditor.get(reverse("admin:log_books"))
    with django_assert_max_num_queries(12):
        auditor.get(reverse("admin:log_books"))
    world.receive(desk=world.other_ward, by=world.outsider_clerk)
    world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    with django_assert_max_num_queries(12):
        auditor.get(reverse("admin:log_books"))


def test_a_stopped_dossier_stays_in_the_book_and_says_so(world, browser):
    services.withdraw(world.receive(), by=world.clerk, reason="Đổi ý")
    assert Dossier.objects.get().code in page_text(browser(world.clerk).get(book_page()).content)
