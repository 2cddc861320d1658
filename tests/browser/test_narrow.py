"""No page of the back office that is photographed scrolls sideways on a telephone; wide tables do by themselves."""

import pytest

from scripts.staff_views import STAFF_VIEWS
from scripts.views import CLERK, HEAD, OFFICER, SIZES, SUPERVISOR

# Who of the tests' people does the work of whom in the demonstration.
PEOPLE = {CLERK: "mot-cua", OFFICER: "thu-ly", SUPERVISOR: "giam-sat", HEAD: "chu-tich"}
PROCEDURE = ("1.001193", "1.000001")  # of the demonstration, and of the tests


@pytest.mark.parametrize("account", PEOPLE)
def test_no_page_scrolls_sideways(sign_in, account):
    page = sign_in(PEOPLE[account], viewport=SIZES["phone"])
    seen, wide = 0, {}
    for view in STAFF_VIEWS:
        if view.account != account or view.prepare is not None:
            continue
        answer = page.goto(view.path.replace(*PROCEDURE))
        seen += answer.ok
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > SIZES["phone"]["width"]:
            wide[view.name] = width
    assert seen >= 3
    assert wide == {}
