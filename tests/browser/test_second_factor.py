"""The second factor in a real browser: set up and used with the keyboard alone, without barriers."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_barriers import barriers
from tests.cast import PASSWORD
from tests.onestop.test_second_factor import shown_by


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_set_up_and_sign_in_with_the_keyboard(sign_in, chrome, live_server, scheme):
    page = sign_in("mot-cua", color_scheme=scheme)
    page.goto("/quan-tri/hai-lop/")
    found = barriers(page)
    page.get_by_role("button", name="Set up the second factor").press("Enter")
    secret = page.locator(".os-secret").inner_text()
    found += barriers(page)
    page.get_by_role("textbox", name="Code").fill(shown_by(secret))
    page.keyboard.press("Enter")
    page.locator(".os-codes").wait_for()
    codes = page.locator(".os-codes code").all_inner_texts()
    found += barriers(page)

    narrow = chrome.new_context(
        base_url=live_server.url, color_scheme=scheme, viewport={"width": 320, "height": 640}
    ).new_page()
    narrow.goto("/quan-tri/")
    narrow.locator("[name=language][value=en]").click()
    narrow.get_by_label("Username").fill("mot-cua")
    narrow.get_by_label("Password").fill(PASSWORD)
    narrow.keyboard.press("Enter")
    expect(narrow.get_by_role("textbox", name="Code")).to_be_focused()
    found += barriers(narrow)
    assert narrow.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    narrow.keyboard.type(codes[0])
    narrow.keyboard.press("Enter")
    narrow.get_by_role("heading", name="Today").wait_for()
    assert found == []
