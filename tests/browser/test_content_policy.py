"""Pages work under their own content security policy: a real Chromium refuses nothing of them."""

import pytest

from tests.browser.steps import receive
from tests.browser.test_barriers import BY_ROLE, FOR_EVERYBODY, places
from tests.browser.waiting_room import waiting_room

__all__ = ["places", "waiting_room"]


def watched(page) -> list[str]:
    """What the browser refuses on this page from now on."""
    refusals = []

    def heard(message):
        if "Content Security Policy" in message.text or "Permissions-Policy" in message.text:
            refusals.append(f"{page.url}: {message.text}")

    page.on("console", heard)
    return refusals


def test_pages_for_everybody_are_refused_nothing(places, chrome, live_server):
    page = chrome.new_context(base_url=live_server.url).new_page()
    refusals = watched(page)
    for path in ["/", "/khong-co/", "/api/v1/docs/", *FOR_EVERYBODY]:
        page.goto(path.format(**places))
        page.wait_for_load_state("networkidle")
    page.goto(f"/lay-so/{places['token']}/")
    page.locator(".offer").first.click()
    page.locator(".drawn").wait_for()
    assert refusals == []


@pytest.mark.parametrize("who", BY_ROLE)
def test_pages_of_the_back_office_are_refused_nothing(places, sign_in, who):
    page = sign_in(who)
    refusals = watched(page)
    for path in BY_ROLE[who]:
        page.goto(path.format(**places))
        page.wait_for_load_state("networkidle")
    if who == "mot-cua":
        receive(page, "le phi", "Trần Thị Bịa Ra")
        page.wait_for_load_state("networkidle")
    assert refusals == []


def test_a_script_that_gets_into_a_page_does_not_run(office, chrome, live_server):
    """The last line: were a name ever written unescaped, the browser would not run it."""
    page = chrome.new_context(base_url=live_server.url).new_page()
    page.goto("/tra-cuu/")
    refusals = watched(page)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\">')")
    page.wait_for_timeout(500)
    assert page.evaluate("window.ran") is None
    assert len(refusals) == 1
