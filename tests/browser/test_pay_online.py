"""An applicant pays on the page of the look-up, through the page of the platform, and comes back to a receipt."""

import pytest
from playwright.sync_api import expect

from cases import lookup
from onestop.simulators.base import running
from onestop.simulators.payment import MERCHANT, SECRET, PaymentSimulator
from tests.browser.test_barriers import barriers

PHONE = {"width": 320, "height": 640}


@pytest.fixture
def platform(settings, live_server):
    simulator = PaymentSimulator()
    with running([simulator]) as server:
        settings.PAYMENT_URL, settings.PUBLIC_URL = server.url("payment"), live_server.url
        settings.PAYMENT_MERCHANT, settings.PAYMENT_SECRET = MERCHANT, SECRET
        yield simulator


@pytest.fixture
def owed(office, platform) -> dict[str, str]:
    """Made before the browser starts."""
    dossier = office.receive(office.paid)
    return {"code": dossier.code, "secret": lookup.secret_of(dossier)}


def test_an_applicant_pays_and_comes_back_to_a_receipt(owed, chrome, live_server):
    page = chrome.new_page(viewport=PHONE, locale="en")
    page.goto(f"{live_server.url}/tra-cuu/")
    page.fill("[name=code]", owed["code"])
    page.fill("[name=secret]", owed["secret"])
    page.locator("main form button.primary").first.click()
    page.get_by_role("button", name="Pay online").click()
    expect(page.get_by_role("heading", name="To pay: 15.000 đ")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("link", name="To the payment platform").click()
    page.get_by_role("button", name="Trả tiền").click()
    expect(page.get_by_role("heading", name="15.000 đ have arrived")).to_be_visible()
    expect(page.get_by_text("H41.101/")).to_be_visible()
    assert barriers(page) == []
