"""From the morning screen to the scorecard, and from one of its figures to the dossiers behind it."""

import pytest
from playwright.sync_api import expect

from cases.services.freezing import freeze_months
from cases.services.rollups import keep_rollups
from tests.browser.steps import sees
from tests.browser.test_barriers import barriers


@pytest.fixture
def counted(office):
    """What a worker has done by now: everything up to yesterday is counted, months that are over are frozen."""
    keep_rollups()
    freeze_months()
    return office


def test_a_figure_of_the_scorecard_leads_to_its_dossiers(counted, sign_in):
    page = sign_in("giam-sat")
    page.get_by_role("link", name="Open the scorecard").click()
    expect(page.get_by_role("heading", level=2, name="Progress and results")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="2.1 Handled early and on time")
    expect(row.get_by_role("link").nth(0)).to_have_text("0")
    row.get_by_role("link", name="1", exact=True).click()
    sees(page, "In this list: 1", counted.overdue.code)
    page.get_by_role("link", name="In the denominator only").click()
    sees(page, "In this list: 1", counted.overdue.code)
    page.get_by_role("link", name=counted.overdue.code).click()
    expect(page.locator(".os-head")).to_contain_text(counted.overdue.code)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_and_scorecard_have_no_barriers(counted, sign_in, scheme):
    page = sign_in("giam-sat", color_scheme=scheme)
    found = barriers(page)
    for path in ("bo-chi-so/", "bo-chi-so/danh-sach/?part=2.1", "bo-chi-so/chin-chi-so/"):
        assert page.goto(f"/quan-tri/{path}").status == 200
        found += barriers(page)
    assert found == []
