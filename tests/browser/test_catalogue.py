"""The catalogue in a real browser: no barriers, light and dark, at 320 px, and without any script."""

from datetime import date

import pytest
from playwright.sync_api import expect

from tests.browser.test_barriers import barriers
from tests.cast import make_procedure

PAGES = [
    "/thu-tuc/",
    "/thu-tuc/?q=khong&level=commune&all=1",
    "/thu-tuc/1.000002/",
    "/thu-tuc/2.001009/",
    "/niem-yet/",
    "/niem-yet/{desk}/",
]


@pytest.fixture
def desk(office) -> str:
    """The ward, with a procedure that was abolished; made before the browser starts."""
    make_procedure("2.001009", "Đã bãi bỏ", in_force_to=date(2025, 10, 31))
    return office.ward.identifier


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_catalogue_has_no_barriers_and_fits_a_small_screen(desk, chrome, live_server, scheme):
    window = chrome.new_context(
        base_url=live_server.url, color_scheme=scheme, viewport={"width": 320, "height": 640}
    )
    page = window.new_page()
    found, too_wide = [], []
    for path in PAGES:
        answer = page.goto(path.format(desk=desk))
        assert (path, answer.status) == (path, 200)
        found += barriers(page)
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            too_wide.append(path)
    assert (found, too_wide) == ([], [])


def test_a_procedure_is_found_and_read_without_a_script_and_without_a_mouse(desk, chrome, live_server):
    window = chrome.new_context(base_url=live_server.url, java_script_enabled=False, locale="en-GB")
    page = window.new_page()
    page.goto("/")
    page.get_by_role("link", name="Procedures", exact=True).click()
    page.get_by_label("Words of the name, or the code").fill("KHONG thu phi")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 procedure found")).to_be_visible()
    page.get_by_role("link", name="Thủ tục không thu phí (EN)").press("Enter")
    expect(page.get_by_role("heading", level=1, name="Thủ tục không thu phí (EN)")).to_be_visible()
    for part in ("What to bring", "Fees", "Legal basis", "Where and when", "Changes of this procedure"):
        expect(page.get_by_role("heading", level=2, name=part)).to_be_visible()
    page.get_by_role("link", name="All procedures").click()
    page.get_by_text("Narrow down").click()
    page.get_by_label("Field").select_option("Hộ tịch")
    page.get_by_role("button", name="Search").press("Enter")
    expect(page.get_by_role("heading", name="2 procedures found")).to_be_visible()
