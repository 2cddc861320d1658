"""Look-up and calculator in a real browser: without barriers, without JavaScript, on the narrowest telephone."""

import pytest
from icalendar import Calendar

from cases import lookup, services
from procedures.models import Agency
from tests.browser.test_barriers import barriers

NARROW = {"width": 320, "height": 640}
CALCULATED = "/tinh-ngay-tra/?procedure=1.000001&place=H41.101"
PAGES = [
    "/",
    "/tra-cuu/",
    "/tinh-ngay-tra/",
    "/tinh-ngay-tra/?q=thu+phi",
    CALCULATED,
    "/tinh-ngay-tra/?procedure=1.000001&place=ubnd",
    "/tinh-ngay-tra/?procedure=1.000001&place=H41.12",
]


@pytest.fixture
def mine(office) -> dict[str, str]:
    """A dossier whose page shows nearly all there is: a pause, fees to pay, an apology with its letter."""
    Agency.objects.filter(pk=office.ward.pk).update(
        bank_bin="970403", bank_account="0011012345678", bank_account_name="UBND PHUONG THU NGHIEM"
    )
    dossier = services.resume(office.supplement(office.paid), by=office.clerk)
    services.issue_apology(
        dossier, by=office.head, reason="Chờ xác minh", new_due_at=services.apologies.proposed_due_at(dossier)
    )
    return {"code": dossier.code, "secret": lookup.secret_of(dossier)}


def open_own(page, mine) -> None:
    page.goto("/tra-cuu/")
    page.locator("#code").fill(mine["code"])
    page.locator("#secret").fill(mine["secret"])
    page.locator("main button.primary").click()
    page.locator("#promise").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_look_up_and_calculator_have_no_barriers(mine, chrome, live_server, scheme):
    page = chrome.new_context(base_url=live_server.url, color_scheme=scheme, locale="en").new_page()
    found = []
    for path in PAGES:
        page.goto(path)
        found += barriers(page)
    open_own(page, mine)
    page.locator("#proof summary").click()
    assert found + barriers(page) == []


def test_nothing_is_wider_than_the_narrowest_telephone(mine, chrome, live_server):
    page = chrome.new_context(base_url=live_server.url, viewport=NARROW).new_page()

    def overhang() -> tuple[str, int]:
        return page.url, page.evaluate("document.documentElement.scrollWidth - innerWidth")

    found = []
    for path in PAGES:
        page.goto(path)
        found.append(overhang())
    open_own(page, mine)
    page.locator("details").evaluate_all("all => all.forEach((one) => (one.open = true))")
    found.append(overhang())
    assert [one for one in found if one[1] > 0] == []


def content_of(download, folder) -> bytes:
    """The browser runs elsewhere, so that what it downloads is fetched."""
    path = folder / download.suggested_filename
    download.save_as(path)
    return path.read_bytes()


def test_the_owner_looks_up_pays_and_takes_along_without_javascript(mine, chrome, live_server, tmp_path):
    window = chrome.new_context(base_url=live_server.url, java_script_enabled=False, locale="en")
    page = window.new_page()
    page.goto("/tra-cuu/")
    page.get_by_label("Code of the dossier").fill(mine["code"])
    page.get_by_label("Last six digits of the ID number").fill("000001")
    page.get_by_label("Last four digits of the phone number").fill("0001")
    page.get_by_role("button", name="Look up", exact=True).click()
    assert page.locator("svg.os-qr").is_visible()
    page.get_by_text("Why this date?").click()
    assert page.locator("table.proof").is_visible()
    with page.expect_download() as letter:
        page.get_by_role("button", name="Apology").click()
    assert content_of(letter.value, tmp_path).startswith(b"%PDF-")
    with page.expect_download() as entry:
        page.get_by_role("button", name="calendar").click()
    assert len(Calendar.from_ical(content_of(entry.value, tmp_path)).walk("VEVENT")) == 1
    assert page.url.endswith("/tra-cuu/")
    assert window.cookies() == []


def test_a_date_is_calculated_by_keyboard_and_without_javascript(office, chrome, live_server):
    page = chrome.new_context(base_url=live_server.url, java_script_enabled=False, locale="en").new_page()
    page.goto("/tinh-ngay-tra/")
    page.locator("#q").press_sequentially("khong thu phi")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Thủ tục không thu phí").press("Enter")
    page.get_by_label("Where you file").fill("ubnd")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="UBND xã Ví Dụ").press("Enter")
    assert page.get_by_text("hours of UBND xã Ví Dụ.").is_visible()
    assert page.locator("table.proof tr.counted").count() == 3
