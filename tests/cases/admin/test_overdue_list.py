"""The overdue list: how late, who used the time, why; its filters, its acts in bulk, and its Excel file."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from cases import services
from cases.enums import EventKind
from cases.late import AGES
from cases.models import ReadAccess
from notifications.models import Message
from tests.cases.admin.conftest import messages_of, text_of
from tests.cases.helpers import everything, fresh, kinds
from tests.cast import local, make_procedure

LIST = "/quan-tri/qua-han/"


def act_of(act: str) -> str:
    return reverse("admin:late_act", args=[act])


def shown(client, **params) -> list[str]:
    return [str(row["dossier"]) for row in client.get(LIST, params).context["rows"]]


@pytest.fixture
def two(world, clock):
    """Due Thursday 12/11, held by the officer; due Friday 13/11, with nobody yet. Now it is Monday 16/11 09:00."""
    first = world.processing()
    clock.move_to("2026-11-10 09:00")
    second = world.digitized(world.paid)
    clock.move_to("2026-11-16 09:00")
    return first, second


def test_a_row_says_how_late_it_is_in_days_and_in_hours(world, browser, two):
    row = browser(world.supervisor).get(LIST).context["rows"][0]
    assert "2 working days overdue" in row["late"]
    assert row["hours"] == "9 h 30 min"  # Friday, and an hour and a half of Monday
    assert row["step"] == "Thẩm định"


def test_lateness_is_not_capped(world, browser, two, clock):
    clock.move_to("2027-11-15 09:00")
    row = browser(world.supervisor).get(LIST).context["rows"][0]
    days = int(row["late"].split(" working days overdue")[0].split()[-1])
    assert (days > 250, int(row["hours"].split()[0]) > 2000) == (True, True)


def test_a_row_says_who_used_the_time(world, browser, clock):
    dossier = world.processing()  # from Monday 09:00 on with the officer
    clock.move_to("2026-11-10 09:00")
    services.assign(dossier, by=world.supervisor, to=world.second_officer)
    clock.move_to("2026-11-13 09:00")
    row = browser(world.supervisor).get(LIST).context["rows"][0]
    assert row["shares"] == [
        {"who": "Đỗ Thị Thụ Lý Hai (UBND phường Thử Nghiệm)", "time": "24 h 00 min"},
        {"who": "Phạm Văn Thụ Lý (UBND phường Thử Nghiệm)", "time": "8 h 00 min"},
    ]


def test_the_applicants_own_time_stands_apart(world, browser, clock):
    dossier = world.supplement()
    clock.move_to("2026-11-10 09:00")
    services.resume(dossier, by=world.clerk)
    clock.move_to("2026-11-16 09:00")
    row = browser(world.supervisor).get(LIST).context["rows"][0]
    assert {"who": "Applicant: supplement", "time": "8 h 00 min"} in row["shares"]


def test_reason_and_second_time_come_from_the_apology(world, browser, clock):
    dossier = world.processing()
    clock.move_to("2026-11-11 09:00")
    services.issue_apology(
        dossier, by=world.head, reason="Chờ xác minh", new_due_at=local("2026-11-13 17:00")
    )
    clock.move_to("2026-11-16 09:00")
    row = browser(world.supervisor).get(LIST).context["rows"][0]
    assert row["reason"] == "Chờ xác minh"
    assert "second time" in row["again"]
    assert "Issued" in row["letter_badge"]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, [0, 1]),
        ({"agency": "H41.101"}, [0, 1]),
        ({"agency": "H41"}, [0, 1]),
        ({"agency": "H41.102"}, []),
        ({"agency": "khong-co"}, []),
        ({"procedure": "1.000002"}, [1]),
        ({"field": "Hộ tịch"}, [0, 1]),
        ({"field": "Đất đai"}, []),
        ({"officer": "nobody"}, [1]),
        ({"officer": "x"}, []),
        ({"officer": "9" * 40}, []),
        ({"age": "1"}, [1]),
        ({"age": "2-5"}, [0]),
        ({"age": "31"}, []),
        ({"age": "x"}, [0, 1]),
        ({"age": "2-5", "officer": "nobody"}, []),
    ],
)
def test_filters_narrow_the_list(world, browser, two, params, found):
    assert shown(browser(world.supervisor), **params) == [str(two[place]) for place in found]


def test_the_filter_by_officer(world, browser, two):
    assert shown(browser(world.supervisor), officer=world.officer.pk) == [str(two[0])]


def test_ages_add_up_to_the_list(world, browser, clock):
    for day in range(9, 21):
        clock.move_to(f"2026-11-{day:02} 08:00")
        world.receive()
    clock.move_to("2026-12-02 10:00")
    client = browser(world.supervisor)
    whole = shown(client)
    assert sorted(code for age in AGES for code in shown(client, age=age)) == sorted(whole)
    assert len(whole) == 12


def test_a_filter_of_another_agency_shows_nothing_of_it(world, browser, two):
    assert shown(browser(world.outsider_head), agency="H41.101") == []


def test_the_page_costs_the_same_for_more_rows(world, browser, clock, monkeypatch):
    for _ in range(5):
        world.processing()
    clock.move_to("2026-11-30 09:00")
    client, costs = browser(world.supervisor), []
    client.get(LIST)
    for rows in (1, 5):
        monkeypatch.setattr("cases.admin.overdue.PER_PAGE", rows)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(LIST).context["rows"]) == rows
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_links_to_pages_keep_the_filters(world, browser, two, monkeypatch):
    monkeypatch.setattr("cases.admin.overdue.PER_PAGE", 1)
    page = browser(world.supervisor).get(LIST, {"agency": "H41.101"})
    assert f"?agency=H41.101&amp;after={page.context['page'].after}" in page.content.decode()


# In bulk ------------------------------------------------------------------------------------------


def test_only_supervisors_choose_rows(world, browser, two):
    assert browser(world.supervisor).get(LIST).content.decode().count('name="dossier"') == 2
    page = browser(world.auditor).get(LIST)
    assert (page.context["acts"], page.content.decode().count('name="dossier"')) == ([], 0)


def test_choosing_shows_what_each_would_do_and_does_nothing(world, browser, two, clock):
    on_time = world.processing()
    client, before = browser(world.supervisor), everything()
    page = client.post(act_of("remind"), {"dossier": [two[0].pk, on_time.pk], "list": "age=2-5&x=1"})
    text = text_of(page)
    assert "1 dossier can be done now. 1 cannot; the reason stands beside it. Nothing was done yet." in text
    assert f"The dossier {on_time.code} is not overdue (any more)." in text
    assert page.context["listed"] == f"{LIST}?age=2-5"
    after = everything()
    assert {name: rows for name, rows in after.items() if rows != before[name]}.keys() <= {
        ReadAccess._meta.label
    }


def test_reminding_gives_a_result_for_each_and_acts_once(world, browser, two):
    client = browser(world.supervisor)
    sent = {"dossier": [d.pk for d in two], "act": "1", "nonce": "n", "note": "Gấp"}
    for _ in range(2):
        assert "2 dossiers are done." in text_of(client.post(act_of("remind"), sent))
    assert Message.objects.filter(kind="late_reminded").count() == 3  # the holder; both officers of the unit
    assert [kinds(dossier).count(EventKind.LATE_REMINDED) for dossier in two] == [1, 1]
    again = client.post(act_of("remind"), sent | {"nonce": "m"})
    assert "This was done today already" in text_of(again)


def test_assigning_in_bulk(world, browser, two):
    client = browser(world.supervisor)
    page = client.post(
        act_of("assign"),
        {"dossier": [d.pk for d in two], "act": "1", "nonce": "n", "to": world.second_officer.pk},
    )
    assert "2 dossiers are done." in text_of(page)
    assert [fresh(dossier).holder for dossier in two] == [world.second_officer] * 2


def test_reporting_in_bulk_says_where_nobody_is_above(world, browser, two):
    page = browser(world.supervisor).post(
        act_of("escalate"), {"dossier": [d.pk for d in two], "act": "1", "nonce": "n"}
    )
    assert text_of(page).count("Nobody there can be written to") == 2


def test_nothing_chosen_is_said(world, browser, two):
    answer = browser(world.supervisor).post(act_of("remind"), {"list": "age=1"}, follow=True)
    assert messages_of(answer) == ["Choose at least one dossier."]
    assert answer.redirect_chain == [(f"{LIST}?age=1", 302)]


@pytest.mark.parametrize("person", ["clerk", "officer", "auditor"])
def test_others_may_not_press(world, browser, two, person):
    answer = browser(getattr(world, person)).post(act_of("remind"), {"dossier": two[0].pk, "act": "1"})
    assert answer.status_code == 403
    assert EventKind.LATE_REMINDED not in kinds(two[0])


def test_an_act_that_does_not_exist_is_refused(world, browser, two):
    assert browser(world.supervisor).post(act_of("delete"), {"dossier": two[0].pk}).status_code == 403


def test_dossiers_of_others_are_not_touched(world, browser, two):
    client = browser(world.outsider_head)
    answer = client.post(act_of("remind"), {"dossier": two[0].pk, "act": "1", "nonce": "n"}, follow=True)
    assert messages_of(answer) == ["Choose at least one dossier."]
    assert EventKind.LATE_REMINDED not in kinds(two[0])


# Excel --------------------------------------------------------------------------------------------


def sheet_of(answer) -> list[tuple]:
    return list(load_workbook(io.BytesIO(answer.content)).active.values)


def test_excel_has_the_rows_of_the_list_in_its_order(world, browser, two):
    answer = browser(world.supervisor).post(f"{LIST}excel/", {"list": ""})
    head, *rows = sheet_of(answer)
    assert head[0] == "Dossier"
    assert [row[0] for row in rows] == [str(dossier) for dossier in two]
    assert rows[0][9:12] == (
        2,
        9.5,
        "Phạm Văn Thụ Lý (UBND phường Thử Nghiệm): 40 h 00 min",
    )
    assert answer["Content-Disposition"] == 'attachment; filename="ho-so-qua-han-20261116-0900.xlsx"'


def test_excel_keeps_the_filters(world, browser, two):
    answer = browser(world.supervisor).post(f"{LIST}excel/", {"list": "age=1"})
    assert [row[0] for row in sheet_of(answer)[1:]] == [str(two[1])]


def test_excel_of_a_list_too_long_is_refused_with_the_way_out(world, browser, two, monkeypatch):
    monkeypatch.setattr("cases.admin.overdue_excel.MOST", 1)
    answer = browser(world.supervisor).post(f"{LIST}excel/", {"list": "field=Hộ tịch"}, follow=True)
    assert messages_of(answer) == ["More than 1 dossiers are on this list. Narrow it before you export it."]


def test_excel_writes_what_looks_like_a_formula_as_text(world, browser, clock):
    procedure = make_procedure("1.000009", "=1+1")
    world.processing(procedure)
    clock.move_to("2026-11-16 09:00")
    answer = browser(world.supervisor).post(f"{LIST}excel/", {"list": ""})
    cell = load_workbook(io.BytesIO(answer.content)).active["C2"]
    assert (cell.value, cell.data_type) == ("=1+1 (EN)", "s")


def test_excel_leaves_a_row_of_who_read_it(world, browser, two):
    before = ReadAccess.objects.count()
    browser(world.supervisor).post(f"{LIST}excel/", {"list": ""})
    assert ReadAccess.objects.count() == before + 1
    assert ReadAccess.objects.latest("pk").count == 2


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "2026-13", "x"])
def test_a_month_of_breaches_that_cannot_be_is_this_month(world, browser, clock, month):
    page = browser(world.supervisor).get(f"{LIST}khong-xin-loi/", {"month": month})
    assert (page.status_code, f"{page.context['month']:%Y-%m}") == (200, "2026-11")


def test_excel_refuses_a_hidden_nul(world, browser, two):
    answer = browser(world.supervisor).post(f"{LIST}excel/", {"list": "procedure=a%00b"})
    assert answer.status_code == 400
