"""The look-up in the population database by keys alone: what it says stays in sight, and silence stops nobody."""

import pytest
from playwright.sync_api import expect

from onestop.simulators.base import Fault
from tests.browser.steps import sees
from tests.cases.connections.conftest import population

__all__ = ["population"]
PAGE = "/quan-tri/tiep-nhan/?procedure=1.000001"


@pytest.fixture
def at_reception(office, population, sign_in):
    page = sign_in("mot-cua")
    page.goto(PAGE)
    expect(page.locator("#preview")).to_contain_text("Due")
    return page


def look_up(page) -> None:
    """The number, the consent, and go."""
    page.keyboard.type("040199000001")
    page.keyboard.press("Alt+y")
    page.keyboard.press("Alt+v")


def test_somebody_is_looked_up_and_received_without_a_mouse(at_reception):
    page = at_reception
    look_up(page)
    expect(page.locator("#id_full_name")).to_have_value("Nguyễn Thị Ví Dụ")
    expect(page.get_by_text("what it vouches for is marked")).to_be_in_viewport()
    expect(page.locator("#id_phone")).to_be_focused()
    page.keyboard.type("0900000777")
    page.keyboard.press("Alt+Enter")
    sees(page, "Print the receipt for the applicant.", "Verified")


def test_while_it_is_silent_the_hands_go_on(at_reception, population):
    page = at_reception
    population.set_fault(Fault.NEVER)
    look_up(page)
    expect(page.get_by_text("Go on by hand at once")).to_be_in_viewport()
    expect(page.locator("#id_full_name")).to_be_focused()
    page.keyboard.type("Nguyễn Thị Ví Dụ")
    page.keyboard.press("Alt+Enter")
    sees(page, "Print the receipt for the applicant.")
