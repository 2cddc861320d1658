"""A filing from outside, as the desk answers it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import press, sees


@pytest.fixture
def filing(office):
    """Filed online a moment ago; before the browser starts."""
    return office.submit(channel="online")


def test_an_online_filing_is_found_on_the_first_page_and_accepted(office, filing, sign_in):
    clerk = sign_in("mot-cua")
    clerk.get_by_role("link", name=re.compile("Filings to answer")).first.click()
    clerk.get_by_role("link", name=f"Filing {filing.pk}").first.click()
    sees(clerk, "Submitted", office.applicant.full_name)
    press(clerk, "Receive")
    press(clerk, "Receive")
    sees(clerk, "Received as H41.101-", "Print the receipt for the applicant.", "Online")
    code = clerk.locator(".os-head h2").inner_text().split()[0]
    assert re.fullmatch(r"H41\.101-\d{6}-\d{4}", code)
    clerk.goto("/quan-tri/cases/dossier/?answer=waiting")
    expect(clerk.locator("#main")).not_to_contain_text(f"Filing {filing.pk}")


def test_an_incomplete_filing_is_asked_for_and_accepted_when_it_is_complete(office, filing, sign_in):
    clerk = sign_in("mot-cua")
    clerk.goto(f"/quan-tri/cases/dossier/{filing.pk}/change/")
    press(clerk, "Ask to complete")
    clerk.get_by_label("Reason").fill("Tờ khai chưa ký")
    clerk.get_by_label("What is missing").fill("Tờ khai có chữ ký")
    press(clerk, "Ask to complete")
    sees(clerk, "The applicant is asked to complete the filing.", "Tờ khai có chữ ký")
    press(clerk, "Completed by the applicant")
    sees(clerk, "The filing is complete; it counts from now.")
    press(clerk, "Receive")
    press(clerk, "Receive")
    sees(clerk, "Print the receipt for the applicant.")
