"""Absences and substitutes, the list of demands, closing a log book, on their pages."""

import pytest

from cases import services
from procedures.enums import Role
from procedures.models import Absence, ElectronicSource, Substitute
from tests.cases.admin.conftest import messages_of, text_of
from tests.cases.helpers import fresh, make_person
from tests.cast import local

ABSENCES = "/quan-tri/vang-mat/"
DEMANDS = "/quan-tri/cases/demand/"


# Absences -------------------------------------------------------------------------------------------------


def test_an_absence_is_recorded_and_the_substitute_named(world, browser):
    Substitute.objects.create(staff=world.officer, substitute=world.second_officer)
    dossier = world.processing()
    client = browser(world.supervisor)
    answers = {"staff": world.officer.pk, "first": "09/11/2026", "last": "13/11/2026", "reason": "Nghỉ phép"}
    page = client.post(ABSENCES, answers, follow=True)
    assert messages_of(page) == ["Recorded; Đỗ Thị Thụ Lý Hai stands in for Phạm Văn Thụ Lý."]
    assert fresh(dossier).holder == world.second_officer
    assert "13/11/2026 Đỗ Thị Thụ Lý Hai Nghỉ phép" in text_of(page)


def test_a_refused_absence_stays_on_the_page(world, browser):
    answers = {"staff": world.officer.pk, "first": "09/11/2026", "last": "13/11/2026"}
    page = browser(world.supervisor).post(ABSENCES, answers)
    assert "Choose who stands in." in text_of(page)
    assert not Absence.objects.exists()


def test_people_of_other_agencies_are_not_offered(world, browser):
    form = browser(world.supervisor).get(ABSENCES).context["form"]
    assert set(form.fields["staff"].queryset) == {
        world.clerk,
        world.officer,
        world.second_officer,
        world.supervisor,
        world.head,
    }


def test_who_has_nobody_to_stand_in_is_listed(world, browser):
    page = browser(world.supervisor).get(ABSENCES)
    assert set(page.context["alone"]) == {world.clerk, world.officer, world.second_officer}
    Substitute.objects.create(staff=world.officer, substitute=world.second_officer)
    page = browser(world.supervisor).get(ABSENCES)
    assert set(page.context["alone"]) == {world.clerk, world.second_officer}


@pytest.mark.parametrize("who", ["clerk", "officer", "auditor"])
def test_others_do_not_keep_absences(world, browser, who):
    assert browser(getattr(world, who)).get(ABSENCES).status_code == 403


def test_the_administrator_finds_who_has_no_substitute_and_names_one(world, browser):
    keeper = make_person("quan-tri-phuong", world.ward, Role.AGENCY_ADMIN, is_staff=True)
    Substitute.objects.create(staff=world.officer, substitute=world.second_officer)
    client = browser(keeper)
    page = client.get("/quan-tri/procedures/staff/?substitutes=none")
    assert set(page.context["cl"].result_list) == {world.clerk, world.second_officer}
    page = client.get(f"/quan-tri/procedures/staff/{world.officer.pk}/change/")
    assert page.status_code == 200
    assert "Đỗ Thị Thụ Lý Hai" in page.content.decode()


# Demands --------------------------------------------------------------------------------------------------


@pytest.fixture
def demands(world):
    ElectronicSource.objects.create(name="National Population Database", is_connected=True)
    identity = world.free.versions.get().components.get(position=1)
    dossier = world.processing()
    services.demand(dossier, by=world.officer, component=identity, ground="wrong_data", note="Sai ngày sinh")
    services.demand(dossier, by=world.officer, paper="Sổ hộ khẩu", legal_text="Luật X, Điều 5")
    return dossier


def found(page) -> list[str]:
    return [demand.paper for demand in page.context["cl"].result_list]


def test_every_demand_is_on_the_supervisors_list(world, browser, demands):
    page = browser(world.supervisor).get(DEMANDS)
    assert found(page) == ["Sổ hộ khẩu", "Giấy tờ tùy thân"]
    assert "Wrong data Sai ngày sinh" in text_of(page)
    assert demands.code in text_of(page)


@pytest.mark.parametrize(
    ("query", "papers"),
    [
        ("kind=extra", ["Sổ hộ khẩu"]),
        ("kind=reusable", ["Giấy tờ tùy thân"]),
        ("ground=wrong_data", ["Giấy tờ tùy thân"]),
        ("ground=disaster", []),
        ("agency=H41.101&kind=extra", ["Sổ hộ khẩu"]),
        ("agency=H41.102", []),
    ],
)
def test_demands_are_filtered(world, browser, demands, query, papers):
    assert found(browser(world.supervisor).get(f"{DEMANDS}?{query}")) == papers


def test_demands_are_filtered_by_period(world, browser, demands, clock):
    clock.move_to("2026-11-16 09:00")
    client = browser(world.supervisor)
    assert found(client.get(f"{DEMANDS}?period=week")) == []
    assert len(found(client.get(f"{DEMANDS}?period=month"))) == 2


def test_demands_of_other_agencies_are_not_listed(world, browser, demands):
    assert found(browser(world.outsider_head).get(DEMANDS)) == []


@pytest.mark.parametrize("who", ["clerk", "officer"])
def test_the_list_of_demands_is_for_those_who_supervise(world, browser, demands, who):
    assert browser(getattr(world, who)).get(DEMANDS).status_code == 403


# Log books -------------------------------------------------------------------------------------------------


def test_a_log_book_is_closed_from_its_list_once_its_year_is_over(world, browser, clock):
    world.receive()
    client = browser(world.supervisor)
    assert not client.get("/quan-tri/so-theo-doi/").context["rows"][0]["may_close"]
    clock.move_to("2027-01-04 09:00")
    (row,) = client.get("/quan-tri/so-theo-doi/").context["rows"]
    assert row["may_close"]
    page = client.post(f"/quan-tri/so-theo-doi/{row['book'].pk}/dong/", follow=True)
    assert messages_of(page) == ["The log book is closed; nothing is added to it any more."]
    row["book"].refresh_from_db()
    assert (row["book"].closed_by, row["book"].closed_at) == (world.supervisor, local("2027-01-04 09:00"))


def test_a_clerk_does_not_close_the_book(world, browser, clock):
    world.receive()
    clock.move_to("2027-01-04 09:00")
    client = browser(world.clerk)
    (row,) = client.get("/quan-tri/so-theo-doi/").context["rows"]
    assert not row["may_close"]
    page = client.post(f"/quan-tri/so-theo-doi/{row['book'].pk}/dong/", follow=True)
    assert "closed by a supervisor" in messages_of(page)[0]
