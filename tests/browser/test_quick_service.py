"""The quick service with the keyboard alone: a card, a paper, done and printed once."""

import pytest
from playwright.sync_api import expect

from tests.browser.steps import paper_at, printed, sees
from tests.cases.certifying import SERVICES, make_service

CARD = "040099000123|Trần Văn Thử|01011990|Nam|Xóm Thử Nghiệm|01012021|x"
NOT_A_CARD = "040099000123|Trần Văn Thử|99999999|??|Xóm Thử Nghiệm|00000000"


@pytest.fixture
def at_the_counter(office, sign_in):
    def opened():
        page = sign_in("mot-cua")
        page.goto("/quan-tri/lam-ngay/")
        expect(page.locator("#id_full_name")).to_be_focused()
        return page

    return opened


@pytest.fixture(autouse=True)
def certifies(office):
    for code in SERVICES:
        make_service(code)
    office.clerk.decides_at_counter = True
    office.clerk.save()


def scan_in(page, text: str) -> None:
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_a_card_and_ten_keys_make_a_certified_copy(at_the_counter):
    page = at_the_counter()
    page.keyboard.press("1")
    scan_in(page, CARD)
    expect(page.locator("#id_paper")).to_be_focused()
    expect(page.locator("#id_full_name")).to_have_value("Trần Văn Thử")
    expect(page.locator("#id_id_number")).to_have_value("040099000123")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.locator("#id_paper")).to_have_value("Giấy khai sinh")
    for digit in "42":
        page.keyboard.press(digit)
        page.keyboard.press("Enter")
    expect(page.locator("#due")).to_contain_text("12.000 đ")
    expect(page.get_by_role("button", name="Done and print")).to_be_focused()
    page.keyboard.press("Enter")
    sees(page, "Done: 01, 01/", "Trần Văn Thử – Giấy khai sinh", "12.000 đ")
    (words,) = printed(page)
    assert "đúng với bản chính" in paper_at(page, words)
    expect(page.locator("#id_full_name")).to_be_focused()
    expect(page.locator("#id_full_name")).to_have_value("")
    page.reload()  # is no wish for a second one
    sees(page, "Today at this desk")
    expect(page.locator("iframe")).to_have_count(0)


def test_a_code_that_is_no_card_is_told_at_once_and_enters_nobody(at_the_counter):
    page = at_the_counter()
    scan_in(page, NOT_A_CARD)
    expect(page.locator("#due")).to_contain_text("This is not the code of a citizen card")
    expect(page.locator("#id_full_name")).to_have_value(NOT_A_CARD)
    page.keyboard.type("2")
    page.keyboard.press("Control+Enter")
    sees(page, "This is not the code of a citizen card", "Nothing was entered today yet.")
