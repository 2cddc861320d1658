"""Long lists: pages by position, counted up to a limit, searched without a word in the address."""

import base64
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from cases import lists, services
from cases.admin.dossiers import DossierAdmin
from cases.enums import State
from cases.models import Dossier
from cases.services.lists import choose_columns
from onestop.keyset import FAR, NotACursor, SortKey, count_up_to, in_order_of_an_index, keyset_page
from tests.cases.admin.conftest import messages_of, text_of
from tests.cases.admin.test_dossier_list import LIST, codes, searched

FILED = lists.SORT_KEYS["filed"]


def many(world, count: int, first: Dossier | None = None) -> list[Dossier]:
    """Copies of one received dossier, each filed a minute after the one before."""
    first = first or world.receive()
    rows = []
    for number in range(2, count + 1):
        copy = Dossier.objects.get(pk=first.pk)
        copy.pk, copy.uuid = None, None
        copy.uuid = Dossier._meta.get_field("uuid").get_default()
        copy.code, copy.book_number = f"H41.101-261109-{number:04d}", number
        copy.filed_at += timedelta(minutes=number)
        rows.append(copy)
    Dossier.objects.bulk_create(rows)
    return list(Dossier.objects.order_by("filed_at", "pk"))


@pytest.fixture
def short_pages(monkeypatch):
    monkeypatch.setattr("cases.admin.dossiers.DossierAdmin.list_per_page", 3)


# --- Pages by position ------------------------------------------------------------------------


def test_pages_lead_through_all_rows_and_back(world, browser, short_pages):
    newest_first = [row.code for row in reversed(many(world, 8))]
    client = browser(world.clerk)
    first = client.get(LIST)
    second = client.get(LIST + first.context["cl"].next_page)
    third = client.get(LIST + second.context["cl"].next_page)
    assert [codes(first), codes(second), codes(third)] == [
        newest_first[:3],
        newest_first[3:6],
        newest_first[6:],
    ]
    assert third.context["cl"].next_page == ""
    again = client.get(LIST + third.context["cl"].previous_page)
    assert codes(again) == codes(second)
    start = client.get(LIST + again.context["cl"].previous_page)
    assert codes(start) == codes(first)
    assert start.context["cl"].previous_page == ""


def test_a_page_stays_the_same_while_rows_are_added_in_front(world, browser, short_pages):
    rows = many(world, 6)
    client = browser(world.clerk)
    second = LIST + client.get(LIST).context["cl"].next_page
    before = codes(client.get(second))
    Dossier.objects.filter(pk=rows[0].pk).update(filed_at=rows[-1].filed_at + timedelta(hours=1))
    assert codes(client.get(second)) == before[:2]


def position(moment: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([moment, 1]).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "WzFd",
        "bnVsbA",
        "%00",
        "W1sxXSwgMV0",
        "é",
        position("0001-01-01T00:00:00+23:59"),
        position("9999-12-31T23:59:59-23:59"),
    ],
)
def test_an_address_with_a_broken_position_shows_the_beginning_and_says_so(world, browser, cursor):
    dossier = world.receive()
    response = browser(world.clerk).get(LIST, {"after": cursor})
    assert codes(response) == [dossier.code]
    assert messages_of(response) == ["That is no page of this list; here is its beginning."]


def test_a_filter_of_page_two_begins_at_page_one(world, browser, short_pages):
    many(world, 6)
    client = browser(world.clerk)
    page = client.get(LIST + client.get(LIST).context["cl"].next_page)
    assert 'name="after"' not in page.content.decode()
    assert "after=" not in page.context["cl"].get_query_string({"state": "received"})


def test_the_cursor_says_a_moment_and_a_number_and_nothing_else(world):
    dossier = world.receive()
    value, pk = FILED._position(FILED.cursor(dossier))
    assert (value, pk) == (dossier.filed_at, dossier.pk)


@given(st.text(max_size=60))
def test_any_text_is_a_position_or_is_refused(text):
    try:
        value, pk = FILED._position(text)
    except NotACursor:
        return
    assert value.tzinfo is not None and pk >= 0


def test_what_has_no_due_date_comes_last_and_is_paged_like_the_rest(world):
    rows = many(world, 4)
    filing = world.submit()
    key, found = lists.SORT_KEYS["due"], Dossier.objects.all()
    first = keyset_page(found, key, 4)
    assert [row.pk for row in first.rows] == [row.pk for row in rows]
    second = keyset_page(found, key, 4, after=first.after)
    assert [row.pk for row in second.rows] == [filing.pk]
    assert key.cursor(filing) == SortKey("due_at", if_null=FAR).cursor(filing)


def test_headers_sort_by_name_so_that_addresses_survive_other_columns(world, browser):
    rows = many(world, 3)
    client = browser(world.clerk)
    assert codes(client.get(LIST, {"o": "due"})) == [row.code for row in rows]
    assert codes(client.get(LIST, {"o": "-due"})) == [row.code for row in reversed(rows)]
    assert 'href="?o=due"' in client.get(LIST).content.decode()


# --- Counting ---------------------------------------------------------------------------------


def test_a_short_list_is_counted(world, browser):
    many(world, 3)
    assert "3 dossiers" in text_of(browser(world.clerk).get(LIST))


def test_a_long_list_is_counted_up_to_a_limit(world, browser, monkeypatch):
    many(world, 4)
    assert count_up_to(Dossier.objects.all(), 2) == 3
    monkeypatch.setattr("onestop.lists.COUNTED", 3)
    assert "more than 3 dossiers" in text_of(browser(world.clerk).get(LIST))


def test_nothing_is_counted_without_a_limit(world, browser):
    many(world, 3)
    client = browser(world.clerk)
    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST)
    counts = [query["sql"] for query in queries if query["sql"].startswith("SELECT COUNT(")]
    assert counts
    assert [sql for sql in counts if "LIMIT 1001" not in sql] == []


@pytest.mark.parametrize("columns", [[], list(lists.COLUMNS)])
def test_the_list_asks_as_often_for_fifty_rows_as_for_one(world, browser, columns):
    choose_columns(world.clerk, columns)
    client = browser(world.clerk)
    dossier = world.receive()
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    many(world, 50, dossier)
    with CaptureQueriesContext(connection) as fifty:
        assert len(client.get(LIST).context["cl"].result_list) == 50
    assert len(fifty) == len(one)


# --- What was typed stays out of addresses ------------------------------------------------------


@pytest.mark.parametrize("text", ["Nguyễn Thị Ví Dụ", "040000000001", "0900000001"])
def test_names_and_numbers_never_get_into_an_address(world, browser, text):
    dossier = world.receive()
    response = searched(browser(world.clerk), text, list="state=received")
    assert codes(response) == [dossier.code]
    address = response.redirect_chain[-1][0]
    assert re.fullmatch(r"/quan-tri/cases/dossier/\?state=received&tim=[\w-]{12}", address)
    assert text in response.content.decode()  # the box still shows it


def test_a_code_may_stand_in_an_address(world, browser):
    dossier = world.receive()
    client = browser(world.clerk)
    response = searched(client, f" {dossier.code.lower()} ")
    assert response.redirect_chain[-1][0] == f"{LIST}?q={dossier.code}"
    assert codes(response) == [dossier.code]


def test_an_address_with_a_name_is_answered_without_it(world, browser):
    world.receive()
    response = browser(world.clerk).get(LIST, {"q": "nguyen", "state": "received"}, follow=True)
    assert response.redirect_chain[-1][0] == f"{LIST}?state=received"
    assert messages_of(response) == [
        "Only a dossier code is searched for by an address. Type names and numbers into the box."
    ]


def test_the_word_for_a_search_means_nothing_to_somebody_else(world, browser):
    world.receive()
    address = searched(browser(world.clerk), "nguyen").redirect_chain[-1][0]
    response = browser(world.officer).get(address, follow=True)
    assert response.redirect_chain[-1][0] == LIST
    assert messages_of(response) == ["This search is over. Type again what you look for."]


@pytest.mark.parametrize("text", ["‮nguyen‬", "😀" * 400, "' OR 1=1 --", "%", "(" * 300])
def test_rubbish_in_the_box_finds_nothing_and_breaks_nothing(world, browser, text):
    world.receive()
    assert searched(browser(world.clerk), text).status_code == 200


def test_an_empty_box_shows_the_whole_list(world, browser):
    dossier = world.receive()
    response = searched(browser(world.clerk), "  ")
    assert (response.redirect_chain[-1][0], codes(response)) == (LIST, [dossier.code])


# --- Filters as data --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "strangers"),
    [
        ({}, {}),
        ({"state": "received", "due": "today", "o": "-due"}, {}),
        ({"state": "burnt"}, {"state": "burnt"}),
        ({"colour": "red"}, {"colour": "red"}),
        ({"o": "name"}, {"o": "name"}),
        ({"group": "7"}, {}),
        ({"group": "seven"}, {"group": "seven"}),
    ],
)
def test_unknown_filters_are_named(params, strangers):
    assert lists.unknown(params) == strangers


@pytest.mark.parametrize(
    ("params", "strangers"),
    [({"o": "answer"}, {"o": "answer"}), ({"o": "-answer", "answer": "late"}, {})],
)
def test_by_the_answer_is_ordered_what_waits_for_one(params, strangers):
    assert lists.unknown(params) == strangers


def test_an_order_that_the_list_does_not_have_now_is_left_out(world, browser):
    dossier = world.receive()
    response = browser(world.clerk).get(LIST, {"o": "answer"}, follow=True)
    assert (response.redirect_chain[-1][0], codes(response)) == (LIST, [dossier.code])


def test_an_unknown_filter_in_an_address_is_left_out_with_a_sentence(world, browser):
    dossier = world.receive()
    response = browser(world.clerk).get(LIST, {"colour": "red", "state": "received"}, follow=True)
    assert response.redirect_chain[-1][0] == f"{LIST}?state=received"
    assert codes(response) == [dossier.code]
    assert messages_of(response) == ["This list does not know the filter colour=red. It is shown without it."]


def test_every_filter_of_the_page_is_one_of_the_list():
    offered = {found.parameter_name for found in DossierAdmin.list_filter}
    assert offered == set(lists.FILTERS)


@pytest.mark.parametrize("state", State.values)
def test_the_list_as_data_is_what_the_page_shows(world, browser, state):
    world.receive()
    world.submit()
    page = browser(world.clerk).get(LIST, {"state": state})
    assert {str(dossier) for dossier in lists.dossiers(world.clerk, {"state": state})} == set(codes(page))


# --- The other long lists -----------------------------------------------------------------------


def test_overdue_dossiers_are_paged_by_position_the_longest_first(world, browser, clock, monkeypatch):
    monkeypatch.setattr("cases.admin.overdue.PER_PAGE", 2)
    rows = many(world, 5)
    clock.move_to("2026-11-20 09:00")
    client = browser(world.supervisor)
    first = client.get("/quan-tri/qua-han/")
    assert [row["dossier"].pk for row in first.context["rows"]] == [rows[0].pk, rows[1].pk]
    assert "5 dossiers are past their due moment without a result." in text_of(first)
    second = client.get(f"/quan-tri/qua-han/?after={first.context['page'].after}")
    assert [row["dossier"].pk for row in second.context["rows"]] == [rows[2].pk, rows[3].pk]
    broken = client.get("/quan-tri/qua-han/?after=x")
    assert messages_of(broken) == ["That is no page of this list; here is its beginning."]


@pytest.mark.parametrize(
    ("address", "model_admin"),
    [
        ("/quan-tri/notifications/message/", "cases.admin.messages.MessageAdmin"),
        ("/quan-tri/notifications/letter/", "cases.admin.letters.LetterAdmin"),
        ("/quan-tri/cases/demand/", "cases.admin.demands.DemandAdmin"),
    ],
)
def test_other_long_lists_have_pages_by_position_too(
    world, browser, clock, monkeypatch, address, model_admin
):
    monkeypatch.setattr(f"{model_admin}.list_per_page", 1)
    for hour in ("09:00", "10:00"):
        clock.move_to(f"2026-11-09 {hour}")
        dossier = world.supplement(applicant=replace(world.applicant, full_name="Lê Thị Mẫu", id_number=""))
        services.demand(dossier, by=world.officer, paper="Sơ yếu lý lịch", legal_text="Luật Thử, Điều 5")
    client = browser(world.supervisor)
    first = client.get(address)
    second = client.get(address + first.context["cl"].next_page)
    seen = [row.pk for page in (first, second) for row in page.context["cl"].result_list]
    assert len(set(seen)) == 2
    assert seen == sorted(seen, reverse=True)


def test_inside_an_order_of_an_index_nothing_is_sorted_first(world):
    """However few rows the planner expects: it would find all of them to show fifty."""
    newest = SortKey("received_at", descending=True).ordered(Dossier.objects.filter(code__isnull=False))
    with in_order_of_an_index():
        plan = newest[:51].explain()
    assert "Index Scan Backward using dossier_received" in plan
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_sort")
        assert cursor.fetchone() == ("on",)
