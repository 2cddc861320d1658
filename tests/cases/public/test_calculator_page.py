"""The page `/tinh-ngay-tra/`: “if I file today”, without JavaScript, cookies and accounts."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from procedures.models import Agency, ProcedureVersion, TimeLimit
from tests.cases.public.test_lookup_page import text_of

ADDRESS = "/tinh-ngay-tra/"


@pytest.fixture
def page():
    return Client(headers={"Accept-Language": "en"})


def ask(page, **question):
    return page.get(ADDRESS, {"procedure": "1.000001", **question})


def test_the_first_page_leads_to_the_calculator(db, page):
    assert f'href="{ADDRESS}"' in page.get("/").content.decode()


@pytest.mark.parametrize("words", ["khong thu phi", "KHÔNG THU PHÍ", "1.000001"])
def test_a_procedure_is_found_by_its_words_without_accents(world, page, words):
    html = page.get(ADDRESS, {"q": words}).content.decode()
    assert re.findall(r'href="([^"]+procedure=[^"]+)"', html) == [f"{ADDRESS}?procedure=1.000001"]


def test_nothing_found_says_what_to_do(world, page):
    assert "Nothing is found. Type fewer words" in text_of(page.get(ADDRESS, {"q": "xyz"}))


def test_the_answer_tells_the_date_and_each_day(world, page):
    text = text_of(ask(page))
    for part in (
        "Filed on Monday, 09/11/2026 09:00, due Thursday, 12/11/2026 17:00",
        "The time limit is: 3 working days. It counts from 09/11/2026 09:00.",
        "Counted with the working days of the country and the usual hours.",
        "3 days count; the last one is 12/11/2026. The other days: day of reception, not counted.",
        "Monday 09/11/2026 – day of reception, not counted",
        "Thursday 12/11/2026 day 3 working day (Article 147 of the Civil Code 2015)",
        "This is a calculation, not a promise: the date on your receipt counts.",
    ):
        assert part in text, part


def test_another_day_and_hour_can_be_asked_for(world, page):
    text = text_of(ask(page, date="2026-11-14", time="20:15", channel="online"))
    assert "Filed on Saturday, 14/11/2026 20:15, due Thursday, 19/11/2026 17:00" in text
    assert "It counts from 16/11/2026 07:30." in text


@pytest.mark.parametrize("typed", ["H41.101", "h41.101", "phuong thu nghiem", "Thử Nghiệm"])
def test_the_office_is_found_by_a_part_of_its_name(world, page, typed):
    text = text_of(ask(page, place=typed))
    assert "Counted with the working days and hours of UBND phường Thử Nghiệm." in text


def test_several_offices_of_a_name_are_offered(world, page):
    answer = ask(page, place="ubnd")
    assert "Several offices fit what you typed. Choose one below." in text_of(answer)
    assert "Which of these? UBND phường Thử Nghiệm UBND xã Ví Dụ" in text_of(answer)
    # The button is sent after the field of the same name.
    chosen = page.get(f"{ADDRESS}?procedure=1.000001&place=ubnd&place=H41.102")
    assert "Counted with the working days and hours of UBND xã Ví Dụ." in text_of(chosen)


def test_an_office_that_is_not_there_is_said_so(world, page):
    answer = ask(page, place="Hogwarts")
    assert answer.status_code == 400
    assert "No reception desk has this name: Hogwarts." in text_of(answer)


def test_who_decides_is_asked_where_the_office_leaves_it_open(world, page):
    answer = ask(page, place="H41.12")
    assert answer.status_code == 200
    assert "Choose the agency that decides" in text_of(answer)
    assert re.findall(r'<option value="(H41[^"]*)"', answer.content.decode()) == ["H41.101", "H41.102"]
    chosen = ask(page, place="H41.12", agency="H41.102")
    assert "hours of UBND xã Ví Dụ." in text_of(chosen)


def test_the_quantity_is_asked_for_where_the_limit_depends_on_it(world, page):
    version = world.free.versions.get()
    ProcedureVersion.objects.filter(pk=version.pk).update(limit_quantity="documents")
    version.limits.update(quantity_to=10)
    TimeLimit.objects.create(
        version=version, position=1, label="5 ngày làm việc", amount=5, unit="working_day", quantity_from=11
    )
    assert "enter how many (documents)" in text_of(ask(page))
    assert "due Monday, 16/11/2026 17:00" in text_of(ask(page, quantity="11"))
    assert ask(page, quantity="0").status_code == 400


def test_one_of_several_limits_is_chosen(world, page):
    version = world.free.versions.get()
    longer = TimeLimit.objects.create(
        version=version, position=1, label="5 ngày làm việc", amount=5, unit="working_day", condition="khó"
    )
    assert "due Monday, 16/11/2026 17:00" in text_of(ask(page, limit=longer.pk))


def test_the_version_of_the_day_decides(world, page):
    """Its limits are those to choose from, and a procedure that is abolished tomorrow has no date then."""
    old = world.free.versions.get()
    ProcedureVersion.objects.filter(pk=old.pk).update(in_force_to="2026-11-30")
    new = ProcedureVersion.objects.get(pk=old.pk)
    new.pk, new.number, new.in_force_from, new.in_force_to = None, 2, "2026-12-01", None
    new.save()
    for position, amount in enumerate([1, 2]):
        TimeLimit.objects.create(
            version=new, position=position, label=f"{amount} ngày", amount=amount, unit="working_day"
        )
    assert "due Monday, 16/11/2026 17:00" in text_of(ask(page, date="2026-11-11"))
    answer = ask(page, date="2026-12-01", limit=new.limits.get(amount=2).pk)
    assert "due Thursday, 03/12/2026 17:00" in text_of(answer)
    ProcedureVersion.objects.filter(pk=new.pk).update(in_force_to="2026-12-31")
    assert "was abolished: its last day in force was 31/12/2026." in text_of(ask(page, date="2027-01-04"))


@pytest.mark.parametrize(
    "question",
    [
        {"date": "30/02/2026"},
        {"date": "2026-02-30"},
        {"time": "25:00"},
        {"date": "9" * 300},
    ],
)
def test_a_date_that_is_none_is_asked_for_again(world, page, question):
    answer = ask(page, **question)
    assert answer.status_code == 400
    assert "Enter the date as year-month-day and the time as hours:minutes." in text_of(answer)


@pytest.mark.parametrize(
    "question",
    [
        {"channel": "pigeon"},
        {"limit": "x"},
        {"limit": "-1"},
        {"agency": "\x00"},
        {"place": "\x00"},
        {"quantity": "viele"},
        {"colour": "red"},
    ],
)
def test_what_cannot_be_understood_is_left_out(world, page, question):
    assert "due Thursday, 12/11/2026 17:00" in text_of(ask(page, **question))


@pytest.mark.parametrize("code", ["9.999999", "\x00x", "x" * 10_000, "<script>"])
def test_an_unknown_procedure_is_not_found(world, page, code):
    answer = page.get(ADDRESS, {"procedure": code})
    assert answer.status_code == 404
    assert "<script>" not in answer.content.decode()


def test_a_year_that_nobody_counts_in_has_no_date(world, page):
    text = text_of(ask(page, date="2150-01-01"))
    assert "Due dates are counted for the years 2000 to 2100, not for 2150." in text


def test_the_page_may_be_kept_by_caches_and_sets_no_cookie(world, page):
    for answer in (page.get(ADDRESS), page.get(ADDRESS, {"q": "phi"}), ask(page)):
        assert answer["Cache-Control"] == "public, max-age=60"
        assert answer["Vary"] == "Accept-Language, Cookie"
        assert not answer.cookies
    assert ask(page, date="x")["Cache-Control"] == "no-store"


def test_the_page_takes_nothing_but_get(db, page):
    assert page.post(ADDRESS).status_code == 405


def test_the_language_can_be_switched_and_the_question_stays(world, page):
    html = ask(page, place="H41.101").content.decode()
    assert 'name="next" value="/tinh-ngay-tra/?procedure=1.000001&amp;place=H41.101"' in html


def test_the_page_needs_no_script_and_no_inline_style(world, page):
    html = ask(page).content.decode()
    assert re.findall(r"<script.*?</script>", html) == [
        '<script src="/static/onestop/print.js" defer></script>'
    ]
    assert "<style" not in html and "style=" not in html


def test_the_answer_costs_the_same_however_many_offices_there_are(world, page):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            ask(page, place="H41.101")
        return len(queries)

    cost()  # reads the calendar, which is then kept
    before = cost()
    Agency.objects.create(
        identifier="H41.103",
        name_vi="UBND xã Thêm",
        kind="commune",
        parent=world.province,
        is_reception_desk=True,
    )
    assert cost() == before
