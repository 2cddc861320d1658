"""What will be late at the present pace, and how the work could be spread: pages and what they read."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import services
from cases.enums import EventKind
from cases.models import EscalationRung
from cases.workload import workload_of
from procedures.enums import Role
from procedures.models import Absence, Substitute
from tests.cases.admin.conftest import messages_of, text_of
from tests.cases.helpers import everything, fresh, kinds, make_person
from tests.cast import MONDAY, make_procedure

OUTLOOK = "/quan-tri/du-bao/"
WORKLOAD = "/quan-tri/can-bang/"


def rows(client, **params) -> list[dict]:
    return client.get(OUTLOOK, params).context["rows"]


def past_run(world, clock, hours: int) -> None:
    """An appraisal of some weeks ago that took so many working hours, from the opening of a Monday on."""
    clock.move_to("2026-10-26 07:30")
    dossier = world.processing()
    days, rest = divmod(hours, 8)
    clock.move_to(f"2026-10-{26 + days} {7 + rest:02}:30")
    services.hand_over(dossier, by=world.officer, to=world.supervisor)
    clock.move_to(MONDAY)


# Outlook ------------------------------------------------------------------------------------------


def test_without_a_past_the_allowances_are_counted(world, browser, clock):
    dossier = world.processing()  # due Thursday 12/11 17:00; 12 h of appraisal, 4 h of signing
    client = browser(world.supervisor)
    clock.move_to("2026-11-11 15:00")
    assert rows(client) == []  # 22 h 30 min used: both steps still fit, as far as anybody knows
    clock.move_to("2026-11-12 14:00")
    (row,) = rows(client)
    assert row["dossier"] == dossier
    assert (row["due"], row["finish"]) == ("12/11/2026 17:00", "13/11/2026 08:30")
    assert row["why"] == [
        "“Thẩm định” has used 27 h 30 min of 12 h 00 min. There are no earlier runs to compare with, so "
        "0 h 00 min are left.",
        "There are no earlier runs of “Ký duyệt”, so all of its 4 h 00 min are counted.",
    ]


def test_the_past_of_the_unit_says_how_long_it_takes(world, browser, clock):
    for hours in (16, 32, 32):
        past_run(world, clock, hours)
    world.processing()
    (row,) = rows(browser(world.supervisor))
    assert (
        row["why"][0] == "“Thẩm định” may take 12 h 00 min and usually takes 32 h 00 min (the last 3 runs)."
    )
    clock.move_to("2026-11-10 09:00")
    (row,) = rows(browser(world.supervisor))
    assert row["why"][0] == (
        "“Thẩm định” has used 8 h 00 min of 12 h 00 min. The 3 earlier runs that took longer usually took "
        "32 h 00 min, so about 24 h 00 min are left."
    )


def test_a_step_that_changed_hands_is_no_measure(world, browser, clock):
    given_away = world.processing()
    services.assign(given_away, by=world.supervisor, to=world.second_officer)
    clock.move_to("2026-11-09 11:00")
    services.hand_over(given_away, by=world.second_officer, to=world.supervisor)
    world.processing()
    clock.move_to("2026-11-12 14:00")
    words = [row["why"][0] for row in rows(browser(world.supervisor))]
    assert words and all("There are no earlier runs" in said for said in words)


def test_a_step_longer_than_ever_is_taken_as_ending_now(world, browser, clock):
    past_run(world, clock, 8)
    world.processing()
    clock.move_to("2026-11-12 14:00")
    (row,) = rows(browser(world.supervisor))
    assert row["why"][0].endswith("It never took so long before; it is taken as ending now.")


def test_only_what_is_due_in_the_days_asked_for_is_looked_at(world, browser, clock):
    world.processing(make_procedure("1.000005", "Thủ tục năm ngày", amount=5))  # due Monday 16/11
    client = browser(world.supervisor)
    assert client.get(OUTLOOK, {"days": 4}).context["looked_at"] == 0
    assert client.get(OUTLOOK, {"days": 5}).context["looked_at"] == 1


@pytest.mark.parametrize("days", ["0", "21", "x", "-1", "9" * 30])
def test_impossible_days_are_said(world, browser, days):
    page = browser(world.supervisor).get(OUTLOOK, {"days": days})
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["days"])


def test_overdue_dossiers_are_on_the_other_list(world, browser, clock):
    world.processing()
    clock.move_to("2026-11-16 09:00")
    assert browser(world.supervisor).get(OUTLOOK).context["looked_at"] == 0


def test_pages_go_on_where_the_last_one_ended(world, browser, clock, monkeypatch):
    monkeypatch.setattr("cases.outlook.LOOKED_AT", 1)
    first, second = world.processing(), world.processing()
    clock.move_to("2026-11-12 14:00")
    client = browser(world.supervisor)
    page = client.get(OUTLOOK)
    assert [row["dossier"] for row in page.context["rows"]] == [first]
    (row,) = rows(client, after=page.context["after"])
    assert row["dossier"] == second
    broken = client.get(OUTLOOK, {"after": "x"})
    assert messages_of(broken) == ["That is no page of this list; here is its beginning."]


def test_the_outlook_is_of_the_own_agencies(world, browser, clock):
    world.processing()
    clock.move_to("2026-11-12 14:00")
    assert rows(browser(world.outsider_head)) == []
    assert len(rows(browser(world.auditor), agency="H41.101", days=3)) == 1
    assert rows(browser(world.auditor), agency="H41.102", days=3) == []


def test_the_outlook_costs_the_same_for_more_dossiers(world, browser, clock, monkeypatch):
    for _ in range(4):
        world.processing()
    clock.move_to("2026-11-12 14:00")
    client, costs = browser(world.supervisor), []
    client.get(OUTLOOK)
    for count in (1, 4):
        monkeypatch.setattr("cases.outlook.LOOKED_AT", count)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(OUTLOOK).context["rows"]) == count
        costs.append(len(queries))
    assert costs[0] == costs[1]


# Workload -----------------------------------------------------------------------------------------


def proposed(world) -> list[tuple]:
    return [(move.dossier, move.giver, move.taker) for move in workload_of(world.ward).moves]


def test_the_work_of_one_is_spread_over_two(world):
    dossiers = [world.processing() for _ in range(4)]  # 12 h of an officer's work each
    moves = proposed(world)
    assert [(giver, taker) for _dossier, giver, taker in moves] == [(world.officer, world.second_officer)] * 2
    assert {dossier for dossier, *_people in moves} <= set(dossiers)
    loads = {load.person: (load.before, load.after) for load in workload_of(world.ward).loads}
    assert loads == {world.officer: (2880, 1440), world.second_officer: (0, 1440)}


def test_nothing_is_proposed_to_somebody_who_is_away(world):
    for _ in range(4):
        world.processing()
    Absence.objects.create(
        staff=world.second_officer,
        substitute=world.officer,
        first="2026-11-09",
        last="2026-11-10",
        recorded_by=world.head,
        recorded_at=timezone.now(),
    )
    assert proposed(world) == []


def test_what_lies_with_somebody_away_goes_to_the_substitute(world):
    dossier = world.processing()
    third = make_person("thu-ly-3", world.ward, Role.OFFICER, is_staff=True)
    Absence.objects.create(
        staff=world.officer,
        substitute=third,
        first="2026-11-09",
        last="2026-11-10",
        recorded_by=world.head,
        recorded_at=timezone.now(),
    )
    assert proposed(world) == [(dossier, world.officer, third)]
    assert Substitute.objects.count() == 0


def test_what_waits_for_a_signature_stays(world):
    for _ in range(3):
        services.hand_over(world.processing(), by=world.officer, to=world.supervisor)
    assert proposed(world) == []


def test_work_of_other_agencies_is_not_looked_at(world):
    world.processing()
    assert workload_of(world.other_ward).moves == []


def test_looking_changes_nothing(world, browser):
    for _ in range(4):
        world.processing()
    before = everything()
    text = text_of(browser(world.supervisor).get(WORKLOAD))
    assert "48 h 00 min" in text and "24 h 00 min" in text
    assert everything() == before


def test_accepting_a_row_is_an_assignment(world, browser):
    dossiers = [world.processing() for _ in range(4)]
    client = browser(world.supervisor)
    move = client.get(WORKLOAD).context["moves"][0]["move"]
    address = reverse("admin:workload_accept", args=[move.dossier.pk])
    answer = client.post(address, {"to": move.taker.pk}, follow=True)
    assert messages_of(answer) == [f"{move.dossier} is now with Đỗ Thị Thụ Lý Hai."]
    assert fresh(move.dossier).holder == world.second_officer
    assert kinds(move.dossier)[-1] == EventKind.ASSIGNED
    assert len(answer.context["moves"]) == 1
    assert sum(fresh(dossier).holder == world.officer for dossier in dossiers) == 3


def test_a_proposal_that_does_not_hold_any_more_says_why(world, browser):
    dossier = world.processing()
    client = browser(world.supervisor)
    address = reverse("admin:workload_accept", args=[dossier.pk])
    for person, words in (
        (world.officer.pk, "has this dossier already"),
        (world.outsider_officer.pk, "does not work here (any more)"),
        ("x", "does not work here (any more)"),
    ):
        (message,) = messages_of(client.post(address, {"to": person}, follow=True))
        assert words in message
    assert fresh(dossier).holder == world.officer


def test_only_supervisors_spread_the_work(world, browser):
    assert browser(world.officer).get(WORKLOAD).status_code == 403
    assert browser(world.auditor).get(WORKLOAD).status_code == 403


# The ladder as data -------------------------------------------------------------------------------


@pytest.fixture
def keeper(world):
    return make_person("quan-tri-phuong", world.ward, Role.AGENCY_ADMIN, is_staff=True)


def add(client, **answers):
    return client.post("/quan-tri/cases/escalationrung/add/", answers)


def test_an_administrator_writes_the_ladder_of_the_own_agency(world, browser, keeper):
    answer = add(browser(keeper), agency=world.ward.pk, working_days=-3, receiver="officer")
    assert answer.status_code == 302
    assert EscalationRung.objects.values_list("agency", "working_days", "receiver").get() == (
        world.ward.pk,
        -3,
        "officer",
    )


@pytest.mark.parametrize("agency", ["", "other_ward", "province"])
def test_but_not_that_of_everybody_or_of_others(world, browser, keeper, agency):
    pk = getattr(world, agency).pk if agency else ""
    page = add(browser(keeper), agency=pk, working_days=0, receiver="head")
    assert list(page.context["adminform"].form.errors) == ["agency"]
    assert EscalationRung.objects.count() == 0


def test_two_rungs_at_one_distance_are_refused_with_a_sentence(world, browser, keeper):
    EscalationRung.objects.create(agency=world.ward, working_days=0, receiver="head")
    page = add(browser(keeper), agency=world.ward.pk, working_days=0, receiver="officer")
    assert "This ladder has a rung at these working days already." in text_of(page)


def test_a_supervisor_reads_it_only(world, browser):
    EscalationRung.objects.create(agency=world.ward, working_days=2, receiver="above")
    client = browser(world.supervisor)
    assert "+2" in text_of(client.get("/quan-tri/cases/escalationrung/"))
    assert add(client, agency=world.ward.pk, working_days=0, receiver="head").status_code == 403
