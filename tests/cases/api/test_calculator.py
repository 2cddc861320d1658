"""“If I file today” for programs: the promise of a reception, without one."""

from datetime import date, datetime

import pytest

from cases.models import Dossier
from procedures.enums import AgencyKind, Level
from procedures.models import Agency, CalendarDay, OfficeSession, ProcedureVersion, TimeLimit
from tests.cases.api.conftest import refused
from tests.cast import make_procedure


def ask(anybody, **question) -> dict:
    answer = anybody.get("calculator/", {"procedure": "1.000001", **question})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_what_is_filed_now_is_due_as_a_reception_would_promise(world, anybody):
    answer = ask(anybody, desk="H41.101")
    dossier = world.receive()
    assert answer["due_at"] == "2026-11-12T17:00:00+07:00"
    assert datetime.fromisoformat(answer["due_at"]) == dossier.due_at
    assert answer["procedure"] == {"code": "1.000001", "name": "Thủ tục không thu phí (EN)"}
    assert answer["limit"] == "3 ngày làm việc"
    assert answer["counts_from"] == "2026-11-09T09:00:00+07:00"
    assert answer["provisional"] is False
    assert answer["competent_agency"] == {"identifier": "H41.101", "name": "UBND phường Thử Nghiệm"}


def test_each_day_is_explained(world, anybody):
    days = ask(anybody, at="2026-11-20T16:30")["days"]
    assert [(day["date"], day["ordinal"], day["reason"]) for day in days] == [
        ("2026-11-20", None, "reception"),
        ("2026-11-21", None, "weekend"),
        ("2026-11-22", None, "weekend"),
        ("2026-11-23", 1, "counted"),
        ("2026-11-24", None, "day_off"),
        ("2026-11-25", 2, "counted"),
        ("2026-11-26", 3, "counted"),
    ]


def test_what_is_filed_at_night_counts_from_the_next_opening(world, anybody):
    answer = ask(anybody, at="2026-11-14T20:15:00+07:00", channel="online")
    assert answer["counts_from"] == "2026-11-16T07:30:00+07:00"
    assert answer["due_at"] == "2026-11-19T17:00:00+07:00"
    assert answer["days"][0]["reason"] == "filed_outside_hours"


def test_without_a_desk_the_calendar_of_the_country_counts(world, anybody):
    CalendarDay.objects.create(date="2026-11-11", agency=world.ward, kind="other", name_vi="Nghỉ riêng")
    assert ask(anybody)["due_at"] == "2026-11-12T17:00:00+07:00"
    assert ask(anybody)["competent_agency"] is None
    assert ask(anybody, desk="H41.101")["due_at"] == "2026-11-13T17:00:00+07:00"


def test_the_hours_of_the_desk_count(world, anybody):
    OfficeSession.objects.create(agency=world.ward, opens_at="07:00", closes_at="16:00")
    assert ask(anybody, desk="H41.101")["due_at"] == "2026-11-12T16:00:00+07:00"


def test_another_agency_has_its_clock_from_the_expected_arrival(world, anybody):
    department = Agency.objects.create(
        identifier="H41.20",
        name_vi="Sở Thử Nghiệm",
        kind=AgencyKind.DEPARTMENT,
        parent=world.province,
        decides_fields=["Hộ tịch"],
    )
    make_procedure("1.000010", "Thủ tục cấp tỉnh", level=Level.PROVINCE)
    answer = ask(anybody, procedure="1.000010", desk="H41.12", at="2026-11-11T15:20")
    assert answer["competent_agency"]["identifier"] == department.identifier
    assert answer["counts_from"] == "2026-11-12T07:30:00+07:00"
    assert answer["due_at"] == "2026-11-17T17:00:00+07:00"


def test_a_desk_that_leaves_open_who_decides_asks_for_it(world, anybody):
    problem = refused(
        anybody.get("calculator/", {"procedure": "1.000001", "desk": "H41.12"}), 422, "required"
    )
    assert problem["errors"][0]["field"] == "competent_agency"
    assert ask(anybody, desk="H41.12", competent_agency="H41.102")["due_at"] == "2026-11-12T17:00:00+07:00"


def test_the_quantity_decides_where_the_limit_depends_on_it(world, anybody):
    version = world.free.versions.get()
    ProcedureVersion.objects.filter(pk=version.pk).update(limit_quantity="documents")
    version.limits.update(quantity_to=10)
    TimeLimit.objects.create(
        version=version, position=1, label="5 ngày làm việc", amount=5, unit="working_day", quantity_from=11
    )
    assert ask(anybody, quantity=10)["limit"] == "3 ngày làm việc"
    assert ask(anybody, quantity=11)["due_at"] == "2026-11-16T17:00:00+07:00"
    refused(anybody.get("calculator/", {"procedure": "1.000001"}), 422, "required")


def test_one_of_several_limits_is_chosen(world, anybody):
    version = world.free.versions.get()
    longer = TimeLimit.objects.create(
        version=version, position=1, label="5 ngày làm việc", amount=5, unit="working_day", condition="khó"
    )
    assert ask(anybody)["limit"] == "3 ngày làm việc"
    assert ask(anybody, limit=longer.pk)["limit"] == "5 ngày làm việc (khó)"
    foreign = world.paid.versions.get().limits.get()
    refused(anybody.get("calculator/", {"procedure": "1.000001", "limit": foreign.pk}), 422, "invalid")


def test_what_may_move_the_date_is_told(world, anybody):
    ProcedureVersion.objects.filter(procedure=world.free).update(
        extension_mode="add",
        extension_amount=2,
        extension_unit="working_day",
        excluded_periods=[{"name_vi": "Niêm yết", "name_en": "Public posting"}],
    )
    answer = ask(anybody)
    assert answer["extension"]["mode"] == "add"
    assert answer["excluded_periods"] == ["Public posting"]


def test_a_procedure_that_is_not_in_force_has_no_date(world, anybody):
    make_procedure("2.001009", "Đã bãi bỏ", in_force_to=date(2025, 10, 31))
    question = {"procedure": "2.001009"}
    refused(anybody.get("calculator/", question), 422, "not_in_force")
    assert ask(anybody, procedure="2.001009", at="2025-10-31T09:00")["version"] == 1


@pytest.mark.parametrize(
    "question",
    [
        {"procedure": ""},
        {"procedure": "9.999999"},
        {"procedure": "\x00"},
        {"at": "yesterday"},
        {"at": "2026-02-30T09:00"},
        {"at": "0001-01-01T00:00"},
        {"desk": "H99"},
        {"desk": "\x00"},
        {"competent_agency": "H99"},
        {"channel": "pigeon"},
        {"limit": 0},
        {"limit": 10**30},
        {"limit": 999_999},
        {"quantity": 0},
        {"quantity": "viele"},
        {"colour": "red"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(world, anybody, question):
    refused(anybody.get("calculator/", {"procedure": "1.000001", **question}), 400, "malformed")


@pytest.mark.parametrize("at", ["1999-12-31T09:00", "2101-01-01T09:00", "9999-12-31T23:59"])
def test_years_that_nobody_counts_in_are_refused(world, anybody, at):
    refused(anybody.get("calculator/", {"procedure": "1.000001", "at": at}), 422, "cannot_count")


def test_a_place_that_receives_nothing_is_refused(world, anybody):
    refused(anybody.get("calculator/", {"procedure": "1.000001", "desk": "H41"}), 422, "invalid")


def test_the_answer_may_be_kept_by_caches_and_knows_nobody(world, anybody):
    answer = anybody.get("calculator/", {"procedure": "1.000001"})
    assert answer["Cache-Control"] == "public, max-age=60"
    assert answer["Vary"] == "Accept-Language, Cookie"
    assert not answer.cookies
    assert anybody.get("calculator/", {"procedure": "x"})["Cache-Control"] == "no-store"


def test_nothing_is_filed(world, anybody):
    ask(anybody, desk="H41.101")
    assert not Dossier.objects.exists()
