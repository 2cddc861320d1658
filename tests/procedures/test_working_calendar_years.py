"""Working time with periods left out, and in years without a notice (R11, R18)."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from procedures.estimates import estimated_days
from procedures.working_time import OfficeHours, SpecialDay, WorkCalendar
from tests.law_fixtures import OFFICIAL, at
from tests.procedures.test_working_time import calendars, off

# Periods that are left out ------------------------------------------------------------------------


@st.composite
def periods(draw):
    """Apart and in order, around the moment that is counted from."""
    first = date(2025, 12, 1)
    edges = sorted(draw(st.lists(st.integers(0, 120), unique=True, max_size=6)))
    edges = [first + timedelta(days=n) for n in edges]
    return list(zip(edges[::2], edges[1::2], strict=False))


def laid_over(calendar: WorkCalendar, left_out) -> WorkCalendar:
    """The same calendar with every day of the periods off: another way to leave them out."""
    days = [
        SpecialDay(first + timedelta(days=n), False, "other", "Không tính")
        for first, last in left_out
        for n in range((last - first).days + 1)
    ]
    return calendar.with_days(days)


winter = st.datetimes(datetime(2025, 12, 1), datetime(2026, 4, 1)).map(lambda m: at(m.isoformat()))


@given(calendars, winter, st.integers(1, 80), periods())
def test_working_days_leave_periods_out_as_if_they_were_off(calendar, moment, n, left_out):
    day, without = moment.date(), laid_over(calendar, left_out)
    assert calendar.working_day_after(day, n, left_out) == without.working_day_after(day, n)
    assert calendar.closing_after(day, n, left_out) == without.closing_after(day, n)


@given(calendars, winter, st.integers(0, 20000), periods())
def test_working_minutes_leave_periods_out_as_if_they_were_off(calendar, moment, minutes, left_out):
    without = laid_over(calendar, left_out)
    assert calendar.add_working_minutes(moment, minutes, left_out) == without.add_working_minutes(
        moment, minutes
    )


def test_periods_reach_into_years_that_were_not_asked_for_yet():
    calendar = OFFICIAL.with_hours(OfficeHours())
    left_out = [(date(2026, 12, 24), date(2030, 1, 6))]
    assert calendar.working_day_after(date(2026, 12, 23), 1, left_out) == date(2030, 1, 7)
    fresh = OFFICIAL.with_hours(OfficeHours())
    assert fresh.add_working_minutes(at("2026-12-23 16:00"), 90, left_out) == at("2030-01-07 08:00")


def test_all_days_of_a_stretch_with_what_is_known_of_them():
    monday = OFFICIAL.days_from(date(2026, 11, 23), date(2026, 11, 23))
    weekday = OFFICIAL.hours.weekday
    assert list(monday) == [(date(2026, 11, 23), None, True, weekday)]
    culture_day = OFFICIAL.special(date(2026, 11, 24))
    assert list(OFFICIAL.days_from(date(2026, 11, 24), date(2026, 11, 25))) == [
        (date(2026, 11, 24), culture_day, False, ()),
        (date(2026, 11, 25), None, True, weekday),
    ]
    assert list(OFFICIAL.days_from(date(2026, 11, 25), date(2026, 11, 24))) == []


# Years without a notice ---------------------------------------------------------------------------


def test_a_year_with_estimated_days_only_is_provisional():
    calendar = OFFICIAL
    assert [year for year in range(2018, 2031) if not calendar.is_provisional(year)] == list(
        range(2020, 2027)
    )


def test_a_year_that_nobody_loaded_is_estimated():
    calendar = WorkCalendar([off("2026-03-03")], estimate=estimated_days)
    assert calendar.is_working_day(date(2026, 1, 1))  # 2026 is known, and has one day off
    assert not calendar.is_working_day(date(2029, 9, 4))  # made up for Sunday 02/09/2029
    assert calendar.special(date(2029, 9, 4)).provisional
    assert calendar.is_provisional(2029)
    assert not calendar.is_provisional(2026)


def test_a_culture_day_on_a_weekend_is_not_made_up():
    calendar = WorkCalendar([], estimate=estimated_days)
    assert not calendar.is_working_day(date(2027, 11, 24))
    assert calendar.is_working_day(date(2029, 11, 26))
    assert calendar.is_working_day(date(2030, 11, 25))


def test_estimated_days_know_the_worked_saturdays_of_their_year_only():
    assert [day.date for day in estimated_days(2019) if day.is_worked] == [date(2019, 1, 5), date(2019, 5, 4)]
    assert [day.date for day in estimated_days(2028) if day.is_worked] == []
    assert {day.kind for day in estimated_days(2028)} == {
        *["new_year", "tet", "hung_kings", "victory_day", "labour_day", "national_day"],
        *["culture_day", "compensatory"],
    }


def test_a_day_of_one_agency_does_not_make_a_year_known():
    calendar = WorkCalendar([off("2029-03-05")], known_years=(), estimate=estimated_days)
    assert not calendar.is_working_day(date(2029, 3, 5))
    assert not calendar.is_working_day(date(2029, 1, 1))
    assert calendar.is_provisional(2029)


def test_switching_a_day_off_does_not_make_its_year_unknown():
    calendar = WorkCalendar([off("2026-11-24", key="culture-day-2026")], estimate=estimated_days)
    assert calendar.without(["culture-day-2026"]).is_working_day(date(2026, 11, 24))
    assert not calendar.without(["culture-day-2026"]).is_provisional(2026)


def test_asking_backwards_and_forwards_gives_the_same_as_one_direction():
    there, back = OFFICIAL.with_hours(OfficeHours()), OFFICIAL.with_hours(OfficeHours())
    days = [date(year, 3, 3) for year in range(2018, 2031)]
    forwards = [there.working_day_after(day, 300) for day in days]
    assert [back.working_day_after(day, 300) for day in reversed(days)] == forwards[::-1]
    assert [back.working_day_before(day, 300) for day in reversed(days)] == [
        there.working_day_before(day, 300) for day in reversed(days)
    ]
