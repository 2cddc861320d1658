"""The calendar of an agency from the database (R24)."""

from datetime import date, time
from threading import Thread
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from procedures.calendars import calendar_for, proposed_calendar, remembered_calendars, unofficial_year
from procedures.models import Agency, CalendarDay, CalendarEdition, OfficeSession
from procedures.working_time import OfficeHours, Session

pytestmark = pytest.mark.django_db

NEW_YEAR = date(2026, 1, 1)


def day(text: str, agency: Agency | None = None, **facts) -> CalendarDay:
    facts = {"kind": "other", "name_vi": "Ngày nghỉ", **facts}
    return CalendarDay.objects.create(date=date.fromisoformat(text), agency=agency, **facts)


def session(agency: Agency, opens: int, closes: int, days: str = "weekday") -> None:
    OfficeSession.objects.create(agency=agency, days=days, opens_at=time(opens), closes_at=time(closes))


@pytest.fixture
def province() -> Agency:
    return Agency.objects.create(identifier="H41", name_vi="Tỉnh Ví Dụ", kind="province")


@pytest.fixture
def department(province) -> Agency:
    return Agency.objects.create(identifier="H41.05", name_vi="Sở Ví Dụ", kind="department", parent=province)


@pytest.fixture
def office(department) -> Agency:
    return Agency.objects.create(
        identifier="H41.05.1", name_vi="Phòng Ví Dụ", kind="other", parent=department
    )


@pytest.fixture
def ward(province) -> Agency:
    return Agency.objects.create(identifier="H41.12", name_vi="Phường Ví Dụ", kind="commune", parent=province)


def test_days_of_the_country_hold_for_everybody(ward):
    day("2026-01-01")
    assert not calendar_for(None).is_working_day(NEW_YEAR)
    assert not calendar_for(ward).is_working_day(NEW_YEAR)


def test_days_that_are_switched_off_do_not_hold():
    day("2026-01-01", enabled=False)
    assert calendar_for(None).is_working_day(NEW_YEAR) is False  # no day of 2026 in force: estimated
    day("2026-04-30")
    assert calendar_for(None).is_working_day(NEW_YEAR) is True


def test_days_of_an_agency_hold_for_it_and_below(province, department, office, ward):
    day("2026-04-30")
    day("2026-03-03", department)
    closed = {
        agency: not calendar_for(agency).is_working_day(date(2026, 3, 3))
        for agency in (None, province, department, office, ward)
    }
    assert closed == {None: False, province: False, department: True, office: True, ward: False}


def test_the_nearest_agency_wins(province, office):
    day("2026-03-07", is_worked=True)
    day("2026-03-07", province)
    assert calendar_for(None).is_working_day(date(2026, 3, 7))
    assert not calendar_for(office).is_working_day(date(2026, 3, 7))
    day("2026-03-07", office, is_worked=True)
    assert calendar_for(office).is_working_day(date(2026, 3, 7))
    assert not calendar_for(province).is_working_day(date(2026, 3, 7))


def test_hours_are_the_usual_ones_where_nobody_says_otherwise(ward):
    assert calendar_for(None).hours == OfficeHours()
    assert calendar_for(ward).hours == OfficeHours()


def test_hours_come_from_the_nearest_agency_that_has_some(province, department, office, ward):
    session(province, 8, 12)
    session(department, 9, 12)
    assert calendar_for(province).hours.weekday == (Session(time(8), time(12)),)
    assert calendar_for(ward).hours.weekday == (Session(time(8), time(12)),)
    assert calendar_for(office).hours.weekday == (Session(time(9), time(12)),)


def test_an_agency_with_hours_of_its_own_does_not_inherit_the_saturday(province, ward, department):
    session(province, 8, 12)
    session(province, 8, 11, "saturday")
    session(ward, 7, 12)
    assert calendar_for(department).hours.saturday == (Session(time(8), time(11)),)
    assert calendar_for(ward).hours.saturday == ()


def test_a_saturday_session_alone_keeps_the_weekdays_of_above(province, ward):
    session(province, 8, 12)
    session(ward, 8, 11, "saturday")
    assert calendar_for(ward).hours == OfficeHours(
        (Session(time(8), time(12)),), (Session(time(8), time(11)),), saturday_counts=False
    )


def test_a_saturday_counts_where_the_unit_with_the_session_declared_it(province, ward, department):
    province.saturday_counts = True
    province.save()
    session(province, 8, 12, "saturday")
    session(ward, 8, 12, "saturday")
    assert calendar_for(department).is_working_day(date(2026, 11, 14))
    assert not calendar_for(ward).is_working_day(date(2026, 11, 14))
    ward.saturday_counts = True
    ward.save()
    assert calendar_for(ward).is_working_day(date(2026, 11, 14))


def test_a_year_without_days_of_the_country_is_provisional(ward):
    day("2026-01-01")
    day("2031-03-03", ward)
    calendar = calendar_for(ward)
    assert [calendar.is_provisional(year) for year in (2026, 2031)] == [False, True]
    assert not calendar.is_working_day(date(2031, 3, 3))
    assert not calendar.is_working_day(date(2031, 1, 1))


def test_a_year_with_provisional_days_is_provisional():
    day("2027-01-01", provisional=True)
    assert calendar_for(None).is_provisional(2027)
    assert calendar_for(None).is_working_day(date(2027, 9, 2))  # loaded, so nothing is added by estimate


def test_few_queries_whatever_the_depth(office, django_assert_num_queries):
    day("2026-01-01")
    with django_assert_num_queries(6):  # the lock of a transaction and the edition are two of them
        calendar_for(office).is_working_day(NEW_YEAR)
    with django_assert_num_queries(3):
        calendar_for(None).is_working_day(NEW_YEAR)


def test_calendars_are_read_once_while_they_are_remembered(ward, django_assert_num_queries):
    day("2026-01-01")
    with remembered_calendars():
        first = calendar_for(ward)
        with django_assert_num_queries(0):
            assert calendar_for(ward) is first
        day("2026-03-03")
        assert calendar_for(ward) is first  # one verb counts with one calendar
        assert calendar_for(None) is not first
    assert calendar_for(ward) is not first


def test_a_proposed_calendar_has_some_days_more_and_some_less(province, ward, department):
    there = day("2026-01-01")
    day("2026-04-30")  # without any day of the country the year would be estimated
    more = CalendarDay(date=date(2026, 1, 5), agency=province, kind="other", name_vi="Ngày nghỉ")
    other = CalendarDay(date=date(2026, 1, 6), agency=department, kind="other", name_vi="Ngày nghỉ")
    proposed = proposed_calendar(ward, added=[more, other], without={there.pk})
    assert [proposed.is_working_day(date(2026, 1, number)) for number in (1, 5, 6)] == [True, False, True]
    assert [calendar_for(ward).is_working_day(date(2026, 1, number)) for number in (1, 5)] == [False, True]


@pytest.mark.parametrize(
    ("today", "known", "expected"),
    [
        ("2026-09-30", {}, None),
        ("2026-10-01", {}, (2027, False)),
        ("2026-10-01", {"provisional": True}, (2027, True)),
        ("2026-10-01", {"enabled": False}, (2027, False)),
        ("2026-10-01", {"provisional": False}, None),
        ("2027-03-01", {"provisional": True}, (2027, True)),
    ],
)
def test_next_years_calendar_is_asked_for_from_october_on(today, known, expected):
    day("2026-01-01")
    if known:
        day("2027-01-01", **known)
    assert unofficial_year(date.fromisoformat(today)) == expected


class TestKeptBetweenRequests:
    """A process reads a calendar once and keeps it until somebody changes what it is read from."""

    @pytest.fixture
    def kept(self, ward, django_assert_num_queries):
        day("2026-04-30")
        first = calendar_for(ward)
        with django_assert_num_queries(2):  # the lock and the edition
            assert calendar_for(ward) is first
        return first

    @pytest.mark.parametrize(
        "change",
        [
            lambda ward: day("2026-03-03", ward),
            lambda ward: CalendarDay.objects.update(enabled=False),
            lambda ward: CalendarDay.objects.all().delete(),
            lambda ward: session(ward, 7, 11),
            lambda ward: Agency.objects.filter(pk=ward.pk).update(saturday_counts=True),
            lambda ward: Agency.objects.filter(pk=ward.pk).update(parent=None),
        ],
        ids=["a day more", "a day switched off", "a day less", "other hours", "Saturdays", "another place"],
    )
    def test_not_beyond_a_change(self, kept, ward, change):
        change(ward)
        assert calendar_for(Agency.objects.get(pk=ward.pk)) is not kept

    def test_other_facts_of_an_agency_change_nothing(self, kept, ward):
        Agency.objects.filter(pk=ward.pk).update(phone="0000 000 000")
        Agency.objects.create(identifier="H41.13", name_vi="Phường Khác", kind="commune")
        assert calendar_for(ward) is kept

    def test_what_was_rolled_back_is_not_taken_for_the_next_change(self, kept, ward):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            day("2026-03-03")
            assert not calendar_for(ward).is_working_day(date(2026, 3, 3))
            raise ZeroDivisionError
        assert calendar_for(ward).is_working_day(date(2026, 3, 3))
        day("2026-03-04")
        assert calendar_for(ward).is_working_day(date(2026, 3, 3))
        assert not calendar_for(ward).is_working_day(date(2026, 3, 4))

    def test_there_is_one_edition_only(self, kept):
        with pytest.raises(IntegrityError), transaction.atomic():
            CalendarEdition.objects.create(id=2, name=uuid4())


@pytest.mark.django_db(transaction=True)
def test_an_emptied_database_is_read_anew(ward):
    day("2026-03-03")
    assert not calendar_for(ward).is_working_day(date(2026, 3, 3))
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procedures_calendarday CASCADE")
    assert calendar_for(ward).is_working_day(date(2026, 3, 3))


@pytest.mark.django_db(transaction=True)
def test_another_process_sees_the_change_at_once(ward):
    """A thread stands for the other process: it has a connection and a transaction of its own."""
    day("2026-04-30")
    calendar_for(ward)

    def elsewhere() -> None:
        day("2026-03-03")
        connection.close()

    other = Thread(target=elsewhere)
    other.start()
    other.join()
    assert not calendar_for(ward).is_working_day(date(2026, 3, 3))
