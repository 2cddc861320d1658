"""The register of reform plans on screen: a filter finds what it says and never more."""

from datetime import date

import pytest

from cases import services
from cases.services.reforms import TaskFacts
from procedures.enums import Role
from procedures.reforms import ReformKind
from tests.cases.helpers import make_person

pytestmark = pytest.mark.usefixtures("english")


def test_a_filter_finds_what_it_says_and_never_more(world, browser):
    keeper = make_person("giam-sat-tinh", world.province, Role.SUPERVISOR, is_staff=True)
    plan, empty = (
        services.add_reform_plan(agency=world.province, title=title, decision=decision, by=keeper)
        for title, decision in [("Rà soát", "100/QĐ-UBND"), ("Chưa có nhiệm vụ", "101/QĐ-UBND")]
    )
    facts = TaskFacts(kind=ReformKind.INTERNAL, title="Cắt giảm", lead=world.ward, due_on=date(2026, 11, 30))
    services.add_reform_task(plan, facts, by=keeper)
    client = browser(keeper)
    counts = {
        asked: client.get(f"/quan-tri/cai-cach/?{asked}").context["count"]
        for asked in ("", f"plan={plan.pk}", f"plan={empty.pk}", "kind=zzz")
    }
    assert list(counts.values()) == [1, 1, 0, 0]
