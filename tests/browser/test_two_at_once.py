"""Two clerks at once on one dossier: nothing is done twice, nothing typed is lost, and both go on."""

import re

import pytest
from playwright.sync_api import expect

from procedures.enums import Role
from tests.browser.steps import press, sees
from tests.cases.helpers import make_person
from tests.cast import PASSWORD

MEANWHILE = "Nothing was done yet, because something happened while this page was open: "


@pytest.fixture
def colleague(office):
    """The second clerk of the desk."""
    someone = make_person("mot-cua-2", office.ward, Role.CLERK, is_staff=True)
    someone.set_password(PASSWORD)
    someone.save()
    return someone


@pytest.fixture
def filing(office):
    return office.submit(channel="online")


@pytest.fixture
def incomplete(office):
    return office.supplement()


@pytest.fixture
def unpaid(office):
    return office.with_result(office.paid)


@pytest.fixture
def clerks(colleague, sign_in):
    """Two windows; asked for after the dossiers, because the browser starts last."""
    return lambda: (sign_in("mot-cua"), sign_in("mot-cua-2"))


def at_the_same_moment(pages, button: str) -> None:
    """Both send before either has an answer."""
    for page in pages:
        found = page.get_by_role("button", name=button, exact=True).first
        found.evaluate("button => setTimeout(() => button.click())")


def told_and_not(pages, sentence: str):
    """The window that did it, and the one that was told that somebody was faster."""
    both = re.compile(f"{re.escape(sentence)}|{re.escape(MEANWHILE)}")
    for page in pages:
        expect(page.locator("#main")).to_contain_text(both)
    (slower,) = (page for page in pages if page.get_by_text(MEANWHILE).count())
    (faster,) = (page for page in pages if page is not slower)
    return faster, slower


def times(page, what: str) -> int:
    """How often the history of the dossier tells it."""
    return page.locator("#history").get_by_text(what).count()


def test_the_second_keeps_what_was_typed_and_goes_on_with_what_is_new(filing, clerks):
    first, second = clerks()
    for page, reason in ((first, "Tờ khai chưa ký"), (second, "Tờ khai thiếu trang 2")):
        page.goto(f"/quan-tri/cases/dossier/{filing.pk}/change/")
        press(page, "Ask to complete")
        page.get_by_label("Reason").fill(reason)
        page.get_by_label("What is missing").fill("Tờ khai đủ trang")
    press(first, "Ask to complete")
    sees(first, "The applicant is asked to complete the filing.")
    press(second, "Ask to complete")
    sees(second, MEANWHILE, "Tờ khai chưa ký", "(Lê Thị Một Cửa, ")
    expect(second.get_by_label("Reason")).to_have_value("Tờ khai thiếu trang 2")
    expect(second.get_by_label("What is missing")).to_have_value("Tờ khai đủ trang")
    second.reload()  # sends the form again, which still does not show what happened
    sees(second, MEANWHILE)

    press(second, "Back to the dossier")
    sees(second, "Tờ khai chưa ký")
    expect(second.locator("#main")).not_to_contain_text("Tờ khai thiếu trang 2")
    press(second, "Completed by the applicant")
    sees(second, "The filing is complete; it counts from now.")
    press(first, "Completed by the applicant")
    sees(first, MEANWHILE, "(Mot-Cua-2, ")
    press(first, "Receive")
    press(first, "Receive")
    sees(first, "Print the receipt for the applicant.")


def test_one_click_of_both_acts_once(incomplete, clerks):
    pages = clerks()
    for page in pages:
        page.goto(f"/quan-tri/cases/dossier/{incomplete.pk}/change/")
    at_the_same_moment(pages, "Supplement complete")
    faster, slower = told_and_not(pages, "The supplement is complete; the limit starts afresh.")
    sees(slower, "In process")
    expect(slower.get_by_role("button", name="Supplement complete")).to_have_count(0)
    slower.reload()
    expect(slower.locator("#main")).not_to_contain_text(MEANWHILE)
    assert times(slower, "Supplement complete") == times(faster, "Supplement complete") == 1


def test_money_is_taken_once(unpaid, clerks):
    pages = clerks()
    for page in pages:
        page.goto(f"/quan-tri/cases/dossier/{unpaid.pk}/verb/pay/")
        page.get_by_label("Bank transfer").check()
        page.get_by_label("Reference of the bank").fill("FT26325001")
    at_the_same_moment(pages, "Take payment")
    faster, slower = told_and_not(pages, "The payment is taken.")
    expect(slower.get_by_label("Reference of the bank")).to_have_value("FT26325001")
    press(slower, "Take payment")
    sees(slower, "“Take payment” is not possible now")
    press(slower, "Back to the dossier")
    for page in (faster, slower):
        expect(page.get_by_role("link", name=re.compile("^Fee receipt"))).to_have_count(1)
    press(slower, "Return result")
    slower.get_by_label("Identity paper").check()
    press(slower, "Return result")
    sees(slower, "The result is handed over.")


def test_an_online_filing_gets_one_code(filing, clerks):
    pages = clerks()
    for page in pages:
        page.goto(f"/quan-tri/cases/dossier/{filing.pk}/change/")
        press(page, "Receive")
        page.get_by_role("heading", name=re.compile("1.000001")).wait_for()
    at_the_same_moment(pages, "Receive")
    faster, slower = told_and_not(pages, "Received as H41.101-")
    code = faster.locator(".os-head h2").inner_text().split()[0]
    press(slower, "Back to the dossier")
    sees(slower, code)
    assert times(slower, "Received; the result is due at") == 1


def test_the_same_person_for_the_same_thing_at_two_counters_becomes_one_dossier(clerks):
    pages = clerks()
    for page in pages:
        page.goto("/quan-tri/tiep-nhan/?procedure=1.000001")
        page.get_by_label("ID or tax number").fill("040099000123")
        page.get_by_label("Name of the applicant").fill("Phan Thị Hai Quầy")
        page.get_by_role("textbox", name="Content").fill("Cấp bản sao")
    at_the_same_moment(pages, "Receive")
    said = re.compile("Received as H41.101-|already has an open dossier of this procedure")
    for page in pages:
        expect(page.locator("#main")).to_contain_text(said)
    (slower,) = (page for page in pages if page.locator(".os-alert").get_by_text("already has").count())
    expect(slower.get_by_role("textbox", name="Content")).to_have_value("Cấp bản sao")
    (faster,) = (page for page in pages if page is not slower)
    faster.goto("/quan-tri/cases/dossier/")
    faster.get_by_role("searchbox").fill("hai quay")
    faster.keyboard.press("Enter")
    expect(faster.locator("#result_list")).not_to_contain_text("Nguyễn Thị Ví Dụ")
    expect(faster.locator("#result_list tbody")).to_have_count(1)

    slower.get_by_label("I know of the open dossier; this is another one").check()
    press(slower, "Receive")
    sees(slower, "Print the receipt for the applicant.")
