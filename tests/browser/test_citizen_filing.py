"""A citizen files online in a real browser: signs in at the provider, loses the connection, files; and is kept out by nothing."""

import re
import threading

import pytest
from playwright.sync_api import expect

from onestop.simulators.oidc import Provider
from tests.browser.test_barriers import barriers
from tests.cast import pdf
from tests.citizens import CLIENT, SECRET, connect

PROCEDURE = "1.000001"


@pytest.fixture
def identity(settings, live_server):
    """The provider, which sends people back to this test's server."""
    with Provider(CLIENT, SECRET, [f"{live_server.url}/dang-nhap/tra-loi/"]) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        connect(settings, running.issuer)
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def desk_name(office) -> str:
    return str(office.ward)


@pytest.fixture
def at_the_form(office, desk_name, identity, chrome, live_server):
    """`at_the_form()` is the page of the form after a sign-in as Nguyễn Thị Ví Dụ."""

    def opened(**options):
        page = chrome.new_context(base_url=live_server.url, **options).new_page()
        page.set_default_timeout(15_000)
        page.goto(f"/nop-ho-so/{PROCEDURE}/")
        page.locator("main form button.primary").click()
        page.get_by_role("button", name="Nguyễn Thị Ví Dụ").click()
        page.wait_for_url(f"**/nop-ho-so/{PROCEDURE}/")
        return page

    return opened


@pytest.fixture
def papers(tmp_path):
    small, large = tmp_path / "giay-to.pdf", tmp_path / "to-khai.pdf"
    small.write_bytes(pdf(2))
    large.write_bytes(pdf() + b"%" + b"x" * 1_600_000)  # four pieces
    return large, small


def fill_in(page, desk: str) -> None:
    page.locator("#desk").select_option(label=desk)
    page.locator("#f-content").fill("Đề nghị cấp giấy chứng nhận")
    page.locator(".paper").nth(1).locator("input[value=paper]").check()
    page.locator("#consent").check()


def test_lost_connection_costs_nothing_that_was_uploaded(at_the_form, desk_name, papers):
    page = at_the_form()
    sent = []

    def lose_two(route):
        sent.append(route.request.headers["upload-offset"])
        route.abort() if len(sent) in {2, 3} else route.continue_()

    page.route(
        "**/nop-ho-so/tep/*/",
        lambda route: lose_two(route) if route.request.method == "PATCH" else route.continue_(),
    )
    page.locator(".paper input[type=file]").first.set_input_files(papers[0])
    expect(page.locator(".uploads li small").first).to_have_text(re.compile("đã tải lên|uploaded"))
    assert sent == ["0", "524288", "524288", "524288", "1048576", "1572864"]
    fill_in(page, desk_name)
    page.locator("button[name=file]").click()
    page.wait_for_url("**/nop-ho-so/xong/*/")
    assert barriers(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_form_keeps_nobody_out(at_the_form, scheme):
    page = at_the_form(color_scheme=scheme, viewport={"width": 320, "height": 700})
    page.locator("button[name=file]").click()
    expect(page.locator("#faults")).to_be_visible()
    for path in (f"/nop-ho-so/{PROCEDURE}/", "/nop-ho-so/"):
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.goto(path)
    assert barriers(page) == []


def test_form_works_without_a_script(at_the_form, desk_name, papers):
    page = at_the_form(java_script_enabled=False)
    page.locator(".paper input[type=file]").first.set_input_files(papers[1])
    page.locator("button[name=upload]").click()
    expect(page.locator(".uploads li").first).to_contain_text("giay-to.pdf")
    fill_in(page, desk_name)
    page.locator("button[name=file]").click()
    page.wait_for_url("**/nop-ho-so/xong/*/")


def test_sign_in_page_keeps_nobody_out(chrome, identity, live_server):
    page = chrome.new_context(base_url=live_server.url, viewport={"width": 320, "height": 600}).new_page()
    page.goto("/dang-nhap/")
    assert barriers(page) == []
