"""A number's way: taken at the kiosk, called by a clerk with the keyboard, seen on the screen."""

import pytest
from playwright.sync_api import expect

from tests.browser.waiting_room import waiting_room

__all__ = ["waiting_room"]

TABLET = {"width": 1024, "height": 768}


@pytest.fixture
def tablet(waiting_room, chrome, live_server):
    """A tablet on the wall: nobody signs in."""

    def opened(path: str):
        context = chrome.new_context(base_url=live_server.url, viewport=TABLET, has_touch=True)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(f"{path}?lang=en")
        return page

    return opened


def test_a_number_is_taken_called_and_shown(waiting_room, tablet, sign_in):
    kiosk = tablet(f"/lay-so/{waiting_room.address}/")
    screen = tablet(f"/goi-so/{waiting_room.address}/")
    clerk = sign_in("mot-cua")

    kiosk.get_by_role("button", name="Chứng thực").tap()
    expect(kiosk.locator(".drawn")).to_contain_text("B001")
    expect(kiosk.locator("main")).to_contain_text("You are next.")
    assert kiosk.url.endswith("?lang=en")  # the page was not left, so a full screen stays full
    kiosk.get_by_role("link", name="Back to the start").tap()
    expect(kiosk.locator(".offer")).to_have_count(2)

    clerk.goto("/quan-tri/goi-so/")
    clerk.keyboard.press("1")
    expect(clerk.locator(".os-at-hand")).to_contain_text("No number at hand")
    clerk.keyboard.press("n")
    expect(clerk.locator(".os-at-hand")).to_contain_text("A002")
    expect(screen.locator("#now")).to_contain_text("A002Quầy 1")
    expect(screen.locator("#call")).to_have_text("Number A002, please come to Quầy 1")
    clerk.keyboard.press("n")
    expect(clerk.locator(".os-at-hand")).to_contain_text("B001")
    clerk.keyboard.press("a")
    expect(clerk.locator(".os-at-hand")).to_contain_text("2 times")
    clerk.keyboard.press("k")
    expect(clerk.locator("#waiting")).to_contain_text("Called in vain")
    expect(screen.locator("#now")).to_contain_text("–Quầy 1")


def test_the_kiosk_says_when_the_connection_is_lost_and_draws_once(waiting_room, tablet):
    kiosk = tablet(f"/lay-so/{waiting_room.address}/")
    kiosk.context.set_offline(True)
    kiosk.get_by_role("button", name="Chứng thực").tap()
    expect(kiosk.locator("#lost")).to_contain_text("No connection.")
    kiosk.context.set_offline(False)
    kiosk.get_by_role("button", name="Chứng thực").tap()
    expect(kiosk.locator(".drawn")).to_contain_text("B001")
    expect(kiosk.locator("#lost")).to_be_hidden()


def test_a_number_whose_answer_was_lost_is_not_drawn_twice(waiting_room, tablet):
    kiosk = tablet(f"/lay-so/{waiting_room.address}/")
    kiosk.clock.install()
    kiosk.goto(kiosk.url)

    def lose(route):
        route.fetch()
        route.abort()

    kiosk.route("**/lay-so/**", lose, times=1)
    kiosk.get_by_role("button", name="Chứng thực").tap()
    expect(kiosk.locator("#lost")).to_contain_text("No connection.")
    with kiosk.expect_response("**/lay-so/**"):
        kiosk.clock.run_for(11_000)
    expect(kiosk.locator("#lost")).to_be_hidden()
    kiosk.get_by_role("button", name="Chứng thực").tap()
    expect(kiosk.locator(".drawn")).to_contain_text("B001")


def test_the_screen_says_when_its_numbers_may_be_old(waiting_room, tablet):
    screen = tablet(f"/goi-so/{waiting_room.address}/")
    expect(screen.locator("#now")).to_contain_text("A001")
    screen.context.set_offline(True)
    expect(screen.locator("#lost")).to_contain_text("the numbers below may be old")
    screen.context.set_offline(False)
    expect(screen.locator("#lost")).to_be_hidden()


def test_the_kiosk_works_without_javascript(waiting_room, chrome, live_server):
    page = chrome.new_context(base_url=live_server.url, java_script_enabled=False).new_page()
    page.goto(f"/lay-so/{waiting_room.address}/?lang=en")
    page.get_by_label("I go first").check()
    page.get_by_role("button", name="Civil status").click()
    expect(page.locator(".drawn")).to_contain_text("A003")
    expect(page.locator("main")).to_contain_text("goes first")
