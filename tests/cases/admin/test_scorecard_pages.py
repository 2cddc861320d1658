"""The scorecard in the back office: figures that open their lists, reasons, frozen months, ranking, what-if."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import services
from cases.audit_enums import ReadKind
from cases.models import PartMonth, ReadAccess
from cases.scorecard import facts, rolled
from cases.scorecard.periods import month
from cases.services.freezing import freeze_months
from cases.services.rollups import keep_rollups
from procedures.enums import Role
from tests.cases.admin.conftest import text_of
from tests.cases.helpers import make_person

CARD = "/quan-tri/bo-chi-so/"
LIST = f"{CARD}danh-sach/"
NINE = f"{CARD}chin-chi-so/"
NOVEMBER = month(2026, 11)


@pytest.fixture
def counted(world, clock):
    """One dossier returned in time, one still open and late, one of the other ward; counted on 18 November."""
    world.returned()
    world.processing()
    world.receive(desk=world.other_ward, by=world.outsider_clerk)
    clock.move_to("2026-11-18 08:00")
    keep_rollups()
    return world


@pytest.fixture
def frozen(world, clock):
    world.returned()
    clock.move_to("2026-11-30 23:50")
    world.late_result = world.with_result()
    clock.move_to("2026-12-01 00:07")
    keep_rollups()
    freeze_months()
    return world


def rows_of(page) -> dict:
    return {row.score.part.code: row for group in page.context["groups"] for row in group["rows"]}


def test_a_month_that_is_not_over_says_so(counted, browser):
    page = browser(counted.supervisor).get(CARD)
    assert "The month is not over: counted up to 17/11/2026 23:59." in text_of(page)
    row = rows_of(page)["2.1"]
    assert (row.score.numerator, row.score.denominator, row.points) == (1, 2, Decimal("10.00"))


def test_what_has_no_value_says_why_and_is_not_nought(counted, browser):
    row = rows_of(browser(counted.supervisor).get(CARD))["4.4"]
    assert (row.points, row.reason) == (None, "the system has no source for it yet")


def test_every_figure_opens_the_list_that_it_counted(counted, browser):
    client = browser(counted.supervisor)
    for code, row in rows_of(client.get(CARD)).items():
        if row.score.numerator is None:
            continue
        pages = [client.get(link) for link in row.links]
        expected = [row.score.numerator, row.score.denominator]
        assert (code, [len(page.context["rows"]) for page in pages]) == (code, expected)
        assert (code, [page.context["counted"] for page in pages]) == (
            code,
            [str(count) for count in expected],
        )


@pytest.mark.parametrize("more", ["", "&own=1", "&field=Hộ+tịch", "&field=Đất+đai"])
def test_the_sides_of_a_list_add_up_and_say_how_long_they_are(counted, browser, more):
    client = browser(counted.supervisor)
    for part in ("2.1", "3.3", "4.1", "4.2", "4.3", "4.5b", "5.3", "6.1", "6.3"):
        pages = {
            side: client.get(f"{LIST}?month=2026-11&part={part}&side={side}{more}")
            for side in ("numerator", "denominator", "rest")
        }
        rows = {side: {row["row"].pk for row in page.context["rows"]} for side, page in pages.items()}
        assert rows["numerator"] | rows["rest"] == rows["denominator"], part
        assert not rows["numerator"] & rows["rest"], part
        assert {side: page.context["counted"] for side, page in pages.items()} == {
            side: str(len(found)) for side, found in rows.items()
        }, part


def test_a_short_list_says_what_it_shows_also_while_a_change_is_not_rolled_up_yet(counted, browser):
    PartMonth.objects.filter(code="2.1").update(numerator=0)
    page = browser(counted.supervisor).get(f"{LIST}?month=2026-11&part=2.1&side=numerator")
    assert (len(page.context["rows"]), page.context["counted"]) == (1, "1")


@pytest.mark.parametrize(("flow", "count"), [("received", 2), ("ended", 1)])
def test_what_came_and_went_in_the_month_is_listed(counted, browser, flow, count):
    page = browser(counted.supervisor).get(f"{LIST}?month=2026-11&part={flow}")
    assert (len(page.context["rows"]), page.context["counted"]) == (count, str(count))


def test_the_list_shows_those_in_the_denominator_only(counted, browser):
    page = browser(counted.supervisor).get(f"{LIST}?month=2026-11&part=2.1&side=rest")
    late = facts.counted("2.1", rolled.counted_scope(counted.ward, NOVEMBER))
    missing = set(late.denominator) - set(late.numerator)
    assert {row["row"] for row in page.context["rows"]} == missing
    assert len(missing) == 1
    assert "In this list: 1" in text_of(page)


def test_opening_a_list_is_noted(counted, browser):
    browser(counted.supervisor).get(f"{LIST}?month=2026-11&part=2.1")
    noted = ReadAccess.objects.filter(kind=ReadKind.LIST).latest("pk")
    assert (noted.user, noted.route, noted.count) == (counted.supervisor, "admin:scorecard_list", 2)


@pytest.mark.parametrize("query", ["part=9.9", "part=4.4", "part=", "month=2027-01&part=2.1"])
def test_a_list_that_there_is_not_is_not_found(counted, browser, query):
    assert browser(counted.supervisor).get(f"{LIST}?{query}").status_code == 404


def test_another_agency_is_not_found(counted, browser):
    for page in (CARD, LIST, NINE):
        asked = f"{page}?agency={counted.other_ward.identifier}&part=2.1"
        assert browser(counted.supervisor).get(asked).status_code == 404


@pytest.mark.parametrize(
    ("month", "sentence"),
    [
        ("2026-13", "“2026-13” is no period"),
        ("2026", "A scorecard here is of a month, such as 2026-08."),
        ("2021-01", "No parameters of the scorecard are in force on 31/01/2021."),
        ("2027-01", "Nothing of this month has been counted yet."),
    ],
)
def test_a_month_that_has_no_scorecard_says_why(counted, browser, month, sentence):
    assert sentence in text_of(browser(counted.supervisor).get(f"{CARD}?month={month}"))


def test_before_anything_was_counted_the_page_says_so(world, browser):
    assert "Nothing of this month has been counted yet." in text_of(browser(world.supervisor).get(CARD))


def test_what_would_be_if(counted, browser):
    client = browser(counted.supervisor)
    page = client.get(f"{CARD}?part=2.1&more=1")
    assert page.context["supposed"].gains == {"2.1": Decimal("10.00")}
    assert "That would be 10,00 points more" in text_of(page)
    assert "cannot be." in text_of(client.get(f"{CARD}?part=2.1&more=2"))
    assert "“viele” is no number of dossiers." in text_of(client.get(f"{CARD}?part=2.1&more=viele"))


def test_a_frozen_month_with_what_was_corrected_since(frozen, browser):
    client = browser(frozen.supervisor)
    page = client.get(f"{CARD}?month=2026-11")
    assert "The month was frozen at 01/12/2026 00:07" in text_of(page)
    assert not any(row.corrected for row in rows_of(page).values())
    services.undo(frozen.late_result, by=frozen.officer, reason="Nhầm số")
    keep_rollups()
    row = rows_of(client.get(f"{CARD}?month=2026-11"))["4.1"]
    assert (row.score.numerator, row.score.denominator, row.corrected) == (2, 2, "1/2")


def test_the_agencies_below_are_ranked(counted, browser):
    inspector = make_person("thanh-tra-tinh", counted.province, Role.AUDITOR, is_staff=True)
    standings = browser(inspector).get(CARD).context["standings"]
    below = {
        one.agency: one.agency
        for one in rolled.scopes_below(rolled.counted_scope(counted.province, NOVEMBER))
    }
    assert {agency for agency, _standing, _query in standings} == set(below)
    scores = [standing.score for _agency, standing, _query in standings if standing.score is not None]
    assert scores == sorted(scores, reverse=True)


def test_ranking_costs_the_same_with_more_agencies(counted, clock, browser):
    inspector = make_person("thanh-tra-tinh", counted.province, Role.AUDITOR, is_staff=True)
    client = browser(inspector)
    client.get(CARD)
    with CaptureQueriesContext(connection) as few:
        client.get(CARD)
    for number in range(3):
        counted.ward.pk, counted.ward.identifier = None, f"H41.12{number}"
        counted.ward.save(force_insert=True)
    with CaptureQueriesContext(connection) as many:
        client.get(CARD)
    assert len(many) == len(few)


def test_the_nine_indicators_of_the_agency_and_of_an_officer(counted, browser):
    client = browser(counted.supervisor)
    page = client.get(f"{NINE}?month=2026-11")
    assert {one.number for one, _name, _reason in page.context["indicators"]} == set(range(1, 10))
    own = client.get(f"{NINE}?month=2026-11&officer={counted.officer.pk}")
    assert {one.number for one, _name, _reason in own.context["indicators"]} == {1, 2, 3, 4, 7}
    assert client.get(f"{NINE}?officer={counted.outsider_officer.pk}").status_code == 404


def test_the_nine_indicators_of_a_frozen_month_stay(frozen, browser):
    client = browser(frozen.supervisor)
    page = client.get(f"{NINE}?month=2026-11")
    assert page.context["corrected"] is None
    services.undo(frozen.late_result, by=frozen.officer, reason="Nhầm số")
    keep_rollups()
    after = client.get(f"{NINE}?month=2026-11")
    assert after.context["report"] == page.context["report"]
    assert after.context["corrected"] != page.context["report"]
    assert "Frozen with the month; what was corrected since would make it" in text_of(after)


def test_officers_are_those_of_the_agency_that_is_looked_at(counted, browser):
    inspector = counted.officer
    inspector.agency, inspector.role = counted.province, "supervisor"
    inspector.save()
    client, outsider = browser(inspector), counted.outsider_officer
    of_the_other = f"{NINE}?month=2026-11&officer={outsider.pk}&agency="
    assert client.get(of_the_other + counted.other_ward.identifier).status_code == 200
    assert client.get(of_the_other + counted.ward.identifier).status_code == 404
