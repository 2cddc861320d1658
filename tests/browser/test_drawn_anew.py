"""Parts of a page that are drawn anew take neither the focus nor what somebody is typing."""

import pytest
from playwright.sync_api import expect

from cases.services import tickets
from tests.browser.steps import scan, sees
from tests.browser.waiting_room import waiting_room
from tests.cast import pdf

__all__ = ["waiting_room"]


@pytest.fixture
def missed(waiting_room):
    """A002 was called in vain at the counter of the clerk."""
    tickets.open_counter(waiting_room.first, by=waiting_room.clerk)
    waiting_room.call()
    at_hand = waiting_room.at_hand()
    tickets.call_again(at_hand, by=waiting_room.clerk)
    tickets.no_show(at_hand, by=waiting_room.clerk)


@pytest.fixture
def received(office):
    return office.receive()


def test_the_button_of_a_number_keeps_the_focus_while_the_queue_goes_on(missed, sign_in):
    page = sign_in("mot-cua")
    page.clock.install()
    page.goto("/quan-tri/goi-so/")
    button = page.get_by_role("button", name="A002 came")
    button.focus()
    before = button.element_handle()
    with page.expect_response("**/goi-so/**"):
        page.clock.run_for(6_000)
    page.wait_for_function("old => !old.isConnected", arg=before)
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".os-line").first).to_contain_text("A002")


def test_the_page_of_signing_in_takes_the_place_of_no_part(missed, sign_in):
    page = sign_in("mot-cua")
    page.clock.install()
    page.goto("/quan-tri/goi-so/")
    page.context.clear_cookies()
    page.clock.run_for(6_000)
    page.wait_for_url("**/login/**")
    expect(page.locator("[name=password]")).to_have_count(1)
    expect(page.locator(".os-calling")).to_have_count(0)


def test_a_reason_is_typed_while_files_are_being_sent(received, sign_in, paper):
    page = sign_in("mot-cua")
    page.goto(f"/quan-tri/so-hoa/{received.pk}/")
    scan(page, paper)
    page.locator(".os-removal summary").click()
    reason = page.get_by_label("Why is it wrong?")
    reason.fill("Trang")
    again = {"name": "them.pdf", "mimeType": "application/pdf", "buffer": pdf(3)}
    page.locator("input[type=file]").last.set_input_files(again)
    reason.focus()
    sees(page, "them.pdf")
    expect(page.locator(".os-thumb")).to_have_count(2)
    expect(reason.first).to_have_value("Trang")
    expect(reason.first).to_be_focused()
    reason.first.fill("Trang sai")
    page.get_by_role("button", name="Take the scan out").first.click()  # it names its file too
    expect(page.locator(".os-thumb")).to_have_count(1)
    expect(page.locator("input[type=file]").first).to_be_focused()
