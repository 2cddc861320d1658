"""A hand scanner types like a keyboard: what it types where no field takes it is no command to anybody."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from cases.services import tickets
from tests.browser.steps import sees
from tests.browser.waiting_room import waiting_room

__all__ = ["waiting_room"]

CARD = "040099000123||Tran Van Thu|01011990|Nam|Xom Thu Nghiem|01012021"


@pytest.fixture
def unpaid(office):
    return office.with_result(office.paid)


@pytest.fixture
def digitized(office):
    return office.digitized()


@pytest.fixture
def at_hand(waiting_room):
    """The clerk sits at the first counter, with A002."""
    tickets.open_counter(waiting_room.first, by=waiting_room.clerk)
    assert waiting_room.call() == "A002"


@pytest.fixture
def at_a_page(sign_in):
    """A window at this page whose clock stands; every key that goes down before `later` is as fast as a scanner's."""

    def opened(username: str, path: str):
        page = sign_in(username)
        page.clock.install()
        page.goto(path)
        page.wait_for_load_state("networkidle")
        page.clock.pause_at(timezone.now() + timedelta(minutes=1))
        return page

    return opened


def scan_in(page, text: str) -> None:
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    later(page)


def later(page) -> None:
    page.clock.run_for(1_000)
    page.wait_for_load_state("networkidle")


def link_of(code: str) -> str:
    """As in the QR of a receipt."""
    return f"https://motcua.example/tra-cuu/?ma={code}"


def test_a_card_scanned_at_the_hand_over_hands_nothing_over(unpaid, at_a_page):
    path = f"/quan-tri/tra-ket-qua/{unpaid.pk}/"
    page = at_a_page("mot-cua", path)
    expect(page.locator("[name=proof]").first).to_be_focused()
    scan_in(page, CARD)
    assert page.url.endswith(path)
    expect(page.locator("[name=proof]:checked")).to_have_count(0)
    sees(page, "Take 15.000 đ and hand over")


def test_a_receipt_scanned_beside_the_field_for_it_is_found(unpaid, at_a_page):
    page = at_a_page("mot-cua", "/quan-tri/tra-ket-qua/")
    page.get_by_role("link", name=unpaid.code).focus()
    scan_in(page, link_of(unpaid.code))
    page.wait_for_url(f"**/tra-ket-qua/{unpaid.pk}/?phieu=1")
    expect(page.locator("[name=proof][value=receipt]")).to_be_checked()


def test_enter_in_a_field_of_the_hand_over_hands_nothing_over(unpaid, at_a_page):
    path = f"/quan-tri/tra-ket-qua/{unpaid.pk}/"
    page = at_a_page("mot-cua", path)
    page.locator("#id_collector_id_number").focus()
    scan_in(page, "040099000123")
    expect(page.locator("#id_collector_id_number")).to_have_value("040099000123")
    sees(page, "Take 15.000 đ and hand over")


def test_a_receipt_scanned_at_the_counter_calls_and_closes_nothing(at_hand, at_a_page):
    page = at_a_page("mot-cua", "/quan-tri/goi-so/")
    expect(page.get_by_role("button", name="Next number")).to_be_focused()
    scan_in(page, link_of("H41.101-261109-0001"))
    expect(page.locator(".os-at-hand")).to_contain_text("A002")
    expect(page.locator(".os-at-hand")).to_contain_text("1 time")


def test_a_receipt_scanned_on_the_officer_s_page_takes_nothing_over(digitized, at_a_page):
    page = at_a_page("thu-ly", f"/quan-tri/cases/dossier/{digitized.pk}/change/")
    scan_in(page, link_of(digitized.code))
    sees(page, "Digitized")
    expect(page.get_by_role("button", name="Take over")).to_be_visible()


def test_a_card_scanned_beside_the_fields_of_the_reception_fills_in_the_applicant(office, at_a_page):
    page = at_a_page("mot-cua", "/quan-tri/tiep-nhan/?procedure=1.000001")
    page.locator("#reception button[data-main]").focus()
    scan_in(page, CARD)
    expect(page.get_by_label("Name of the applicant")).to_have_value("Tran Van Thu")
    expect(page.get_by_label("ID or tax number")).to_have_value("040099000123")


def test_a_key_of_somebody_s_finger_acts_and_one_that_is_held_acts_once(at_hand, at_a_page):
    page = at_a_page("mot-cua", "/quan-tri/goi-so/")
    page.keyboard.down("a")
    for _repeated in range(5):
        page.keyboard.down("a")
    page.keyboard.up("a")
    later(page)
    expect(page.locator(".os-at-hand")).to_contain_text("2 times")


def test_a_key_and_the_chord_that_follows_at_once_both_act(unpaid, at_a_page):
    page = at_a_page("mot-cua", f"/quan-tri/tra-ket-qua/{unpaid.pk}/")
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")
    page.clock.resume()
    sees(page, f"The result of {unpaid.code} is handed over.")
