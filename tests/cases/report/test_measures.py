"""The shares of the report, each with what counts and out of what, beside its target (R54)."""

from datetime import date

import pytest

from cases import services
from cases.models import Dossier
from cases.report.behind import behind
from cases.report.contents import parts_of
from cases.report.measures import MEASURES
from cases.report.tables import bare
from cases.scorecard.facts import Counted, scope_of
from cases.scorecard.periods import month
from cases.scorecard.targets import Rate, target_on
from cases.services.reforms import TaskFacts
from procedures.enums import Role, ServiceLevel
from procedures.models import ProcedureVersion
from tests.cases.helpers import make_person
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")
NOVEMBER = month(2026, 11)
LATER = local("2027-03-01 09:00")


def counts(agency, now=LATER) -> dict[str, tuple[int, int]]:
    scope = scope_of(agency, NOVEMBER, now)
    found = {one.key: one.count(scope) for one in MEASURES}
    return {
        key: (one.fact.numerator, one.fact.denominator)
        for key, one in found.items()
        if isinstance(one, Counted)
    }


def of_world(world) -> dict[str, tuple[int, int]]:
    return counts(world.ward)


def test_every_measure_has_a_name_of_its_own_and_lists_behind_it(world):
    scope = scope_of(world.ward, NOVEMBER, LATER)
    assert len({one.key for one in MEASURES}) == len(MEASURES)
    assert len({str(one.name) for one in MEASURES}) == len(MEASURES)
    without = [one.key for one in MEASURES if behind(f"{one.key}-bad", scope) is None]
    assert without == ["sync"]


def test_procedures_online_with_an_e_form_and_with_steps(world):
    versions = ProcedureVersion.objects.filter(procedure=world.free)
    schema = {"type": "object", "properties": {"ten": {"type": "string", "title": "Tên"}}, "required": []}
    versions.update(service_level=ServiceLevel.FULL, eform_schema=schema)
    world.paid.versions.get().steps.all().delete()
    found = of_world(world)
    assert (found["services"], found["eform"], found["steps"]) == ((1, 2), (1, 2), (1, 2))
    [rates] = parts_of(scope_of(world.ward, NOVEMBER, LATER), ["rates"])
    rows = {str(row[0]): [bare(value) for value in row[1:6]] for row in rates.tables[0].rows}
    assert rows["Fully online services"] == [1, 2, 50, 80, 30]
    assert rows["Procedures with an e-form of their own"] == [1, 2, 50, 100, 50]
    assert rows["Procedures with internal steps"] == [1, 2, 50, 100, 50]


def test_how_dossiers_come(world):
    ProcedureVersion.objects.filter(procedure=world.free).update(received_outside_desk=True)
    world.receive()
    world.receive(reception_place="Nhà văn hóa xóm Thử")
    world.submit(channel="post")
    world.submit(channel="online")
    helped = world.submit(world.paid, channel="online")
    Dossier.objects.filter(pk=helped.pk).update(helped_to_file=True)
    ProcedureVersion.objects.filter(procedure=world.free).update(paper_free_from=date(2026, 11, 1))
    found = of_world(world)
    assert (found["post"], found["outside"], found["helped"]) == ((1, 5), (1, 5), (1, 2))
    assert found["account"] == (0, 2)
    # Of the service without paper: two at the desk and one by post all the same.
    assert found["no-paper"] == (1, 4)
    ProcedureVersion.objects.filter(procedure=world.free).update(paper_free_from=date(2026, 11, 10))
    assert of_world(world)["no-paper"] == (0, 0)


def test_apologies_before_the_due_moment(world, clock):
    in_time, _none = world.processing(), world.processing()
    clock.move_to("2026-11-11 10:00")
    services.issue_apology(
        in_time, by=world.head, reason="Máy chủ hỏng", new_due_at=local("2026-12-10 17:00")
    )
    assert of_world(world)["apology"] == (1, 2)
    assert target_on(Rate.APOLOGIES, date(2026, 11, 30)).percent == 100


def test_internal_procedures_cut_by_the_end_of_the_period(world, clock):
    boss = make_person("giam-sat-tinh", world.province, Role.SUPERVISOR)
    plan = services.add_reform_plan(agency=world.province, title="Thủ tục nội bộ", decision="1/QĐ", by=boss)
    done, _open = (
        services.add_reform_task(plan, TaskFacts("internal", title, world.ward), by=boss)
        for title in ("Cắt bước trình ký", "Gộp hai thủ tục")
    )
    services.add_reform_task(plan, TaskFacts("project_06", "Kết nối dữ liệu", world.ward), by=boss)
    clock.move_to("2026-11-20 09:00")
    services.finish_reform_task(done, finished_on=date(2026, 11, 20), evidence="Quyết định 2/QĐ", by=boss)
    assert counts(world.province)["cut"] == (1, 2)
    assert counts(world.province, now=local("2026-11-19 09:00"))["cut"] == (0, 2)
    assert counts(world.other_ward)["cut"] == (0, 0)
