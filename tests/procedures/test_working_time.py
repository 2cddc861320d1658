"""Working time: the official calendar day by day, sessions, working days and minutes (R11, R18, R24)."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procedures.working_time import ClosedDay, OfficeHours, Session, SpecialDay, WorkCalendar, minute_of
from tests.law_fixtures import LATE, OFFICIAL, SATURDAY_COUNTS, SATURDAY_DESK, at

# Weekdays off and worked Saturdays as the yearly notices have them, written out by hand.
WEEKDAYS_OFF = {
    2020: ["01-01", "01-23", "01-24", "01-27", "01-28", "01-29", "04-02", "04-30", "05-01", "09-02"],
    2021: ["01-01", "02-10", "02-11", "02-12", "02-15", "02-16", "04-21", "04-30", "05-03", "09-02", "09-03"],
    2022: [
        *["01-03", "01-31", "02-01", "02-02", "02-03", "02-04", "04-11", "05-02", "05-03"],
        *["09-01", "09-02"],
    ],
    2023: [
        *["01-02", "01-20", "01-23", "01-24", "01-25", "01-26", "05-01", "05-02", "05-03"],
        *["09-01", "09-04"],
    ],
    2024: [
        *["01-01", "02-08", "02-09", "02-12", "02-13", "02-14", "04-18", "04-29", "04-30", "05-01"],
        *["09-02", "09-03"],
    ],
    2025: [
        *["01-01", "01-27", "01-28", "01-29", "01-30", "01-31", "04-07", "04-30", "05-01", "05-02"],
        *["09-01", "09-02"],
    ],
    2026: [
        *["01-01", "01-02", "02-16", "02-17", "02-18", "02-19", "02-20", "04-27", "04-30", "05-01"],
        *["08-31", "09-01", "09-02", "11-24"],
    ],
}
WORKED_SATURDAYS = {2024: ["05-04"], 2025: ["04-26"], 2026: ["01-10", "08-22"]}


moments = st.datetimes(datetime(2020, 1, 1), datetime(2027, 12, 31)).map(
    lambda moment: at(moment.replace(second=0, microsecond=0).isoformat())
)
calendars = st.sampled_from([OFFICIAL, LATE, SATURDAY_DESK, SATURDAY_COUNTS])


def off(text: str, key: str = "", **facts) -> SpecialDay:
    return SpecialDay(date.fromisoformat(text), False, "other", "Nghỉ", key=key, **facts)


def worked(text: str, key: str = "") -> SpecialDay:
    return SpecialDay(date.fromisoformat(text), True, "swap_worked", "Làm bù", key=key)


@pytest.mark.parametrize("year", WEEKDAYS_OFF)
def test_every_day_of_the_year_is_worked_or_off_as_the_notice_says(year):
    calendar = OFFICIAL
    off = {date.fromisoformat(f"{year}-{day}") for day in WEEKDAYS_OFF[year]}
    worked = {date.fromisoformat(f"{year}-{day}") for day in WORKED_SATURDAYS.get(year, [])}
    day = date(year, 1, 1)
    while day.year == year:
        assert calendar.is_working_day(day) == (day in worked or (day.weekday() < 5 and day not in off)), day
        assert bool(calendar.sessions_on(day)) == calendar.is_working_day(day), day
        assert not calendar.is_provisional(day.year)
        day += timedelta(days=1)


def test_a_special_day_carries_its_names_and_its_notice():
    special = OFFICIAL.special(date(2026, 1, 2))
    assert (special.key, special.is_worked, special.kind) == ("swap-2026-01-02", False, "swap_off")
    assert "12729/VPCP-KGVX" in special.legal_reference
    assert OFFICIAL.special(date(2026, 1, 5)) is None


def test_both_halves_of_a_swap_go_together():
    calendar = OFFICIAL.without(["swap-2026-01-02"])
    assert calendar.is_working_day(date(2026, 1, 2))
    assert not calendar.is_working_day(date(2026, 1, 10))
    assert not OFFICIAL.is_working_day(date(2026, 1, 2))


def test_without_keys_leaves_days_that_have_none():
    assert not WorkCalendar([off("2026-03-03")]).without([""]).is_working_day(date(2026, 3, 3))


def test_a_later_day_wins_over_an_earlier_one_of_the_same_date():
    calendar = WorkCalendar([worked("2026-03-07"), off("2026-03-07", key="local")])
    assert not calendar.is_working_day(date(2026, 3, 7))
    assert calendar.without(["local"]).is_working_day(date(2026, 3, 7))
    assert calendar.with_days([worked("2026-03-07")]).is_working_day(date(2026, 3, 7))


# Sessions -----------------------------------------------------------------------------------------


def test_sessions_are_half_open():
    calendar = OFFICIAL
    for clock, is_open in [
        ("07:29", False),
        ("07:30", True),
        ("11:29", True),
        ("11:30", False),
        ("12:59", False),
        ("13:00", True),
        ("16:59", True),
        ("17:00", False),
    ]:
        assert calendar.is_open(at(f"2026-11-10 {clock}")) is is_open, clock
    assert calendar.is_open(at("2026-11-10 16:59:59"))


def test_opening_and_closing_are_the_ends_of_the_day():
    calendar = LATE
    assert calendar.opening(date(2026, 11, 10)) == at("2026-11-10 08:00")
    assert calendar.closing(date(2026, 11, 10)) == at("2026-11-10 17:30")
    with pytest.raises(ClosedDay):
        calendar.closing(date(2026, 11, 15))


def test_a_saturday_desk_receives_without_counting():
    calendar = SATURDAY_DESK
    assert calendar.is_open(at("2026-11-14 09:00"))
    assert not calendar.is_open(at("2026-11-14 14:00"))
    assert not calendar.is_working_day(date(2026, 11, 14))
    assert SATURDAY_COUNTS.is_working_day(date(2026, 11, 14))


def test_a_saturday_that_counts_needs_a_session():
    hours = OfficeHours(saturday_counts=True)
    assert not OFFICIAL.with_hours(hours).is_working_day(date(2026, 11, 14))


def test_a_worked_saturday_has_the_hours_of_a_weekday():
    calendar = SATURDAY_DESK
    assert calendar.closing(date(2026, 1, 10)) == at("2026-01-10 17:00")


def test_a_holiday_on_a_saturday_closes_the_saturday_desk():
    calendar = SATURDAY_COUNTS
    assert not calendar.is_working_day(date(2023, 9, 2))
    assert calendar.sessions_on(date(2023, 9, 2)) == ()


def test_sessions_that_overlap_are_one():
    hours = OfficeHours(
        (Session(time(13), time(17)), Session(time(7), time(11)), Session(time(10), time(12)))
    )
    assert hours.weekday == (Session(time(7), time(12)), Session(time(13), time(17)))


def test_hours_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="open before it closes"):
        Session(time(11), time(11))
    with pytest.raises(ValueError, match="at least one session"):
        OfficeHours(weekday=())


# Counting as received -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filed", "counts"),
    [
        ("2026-11-10 09:12", "2026-11-10 09:12"),
        ("2026-11-11 06:10", "2026-11-11 07:30"),  # before opening: the same day
        ("2026-11-11 11:30", "2026-11-11 13:00"),  # lunch break: the same day
        ("2026-11-11 12:10", "2026-11-11 13:00"),
        ("2026-11-13 17:00", "2026-11-16 07:30"),  # Friday at closing
        ("2026-11-14 09:00", "2026-11-16 07:30"),  # no Saturday desk
        ("2026-02-17 09:00", "2026-02-23 07:30"),  # Tết
        ("2026-11-23 23:59", "2026-11-25 07:30"),  # the night before Culture Day
        ("2026-01-10 08:00", "2026-01-10 08:00"),  # worked Saturday
    ],
)
def test_a_filing_outside_the_hours_counts_at_the_next_opening(filed, counts):
    assert OFFICIAL.counts_as_received_at(at(filed)) == at(counts)


@pytest.mark.parametrize(
    ("filed", "counts"),
    [
        ("2026-11-14 09:00", "2026-11-14 09:00"),
        ("2026-11-14 06:00", "2026-11-14 07:30"),
        ("2026-11-14 11:30", "2026-11-16 07:30"),  # never a Saturday session of another week
        ("2026-11-13 18:00", "2026-11-16 07:30"),  # the next working day, not the Saturday session
    ],
)
def test_a_saturday_session_is_real_reception(filed, counts):
    assert SATURDAY_DESK.counts_as_received_at(at(filed)) == at(counts)


@pytest.mark.parametrize(
    ("filed", "minutes", "counts"),
    [
        ("2026-11-20 15:59", 60, "2026-11-20 15:59"),
        ("2026-11-20 16:00", 60, "2026-11-23 07:30"),
        ("2026-11-17 16:20", 60, "2026-11-18 07:30"),
        ("2026-11-17 12:30", 300, "2026-11-18 07:30"),  # the window reaches into the lunch break
        ("2026-11-17 11:50", 300, "2026-11-17 13:00"),
    ],
)
def test_the_last_minutes_before_closing_count_for_the_next_working_day(filed, minutes, counts):
    assert OFFICIAL.counts_as_received_at(at(filed), last_minutes=minutes) == at(counts)


def test_other_time_zones_are_read_on_the_clock_of_vietnam():
    filed = datetime(2026, 11, 10, 10, 30, tzinfo=UTC)  # 17:30 in Vietnam
    assert OFFICIAL.counts_as_received_at(filed) == at("2026-11-11 07:30")


def test_a_moment_without_time_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        OFFICIAL.is_open(datetime(2026, 11, 10, 9))


@given(calendars, moments, st.integers(0, 240))
def test_what_counts_as_received_is_open_and_never_earlier(calendar, moment, last_minutes):
    counts = calendar.counts_as_received_at(moment, last_minutes)
    assert counts >= moment
    assert calendar.is_open(counts)
    assert (counts == moment) == (
        calendar.is_open(moment)
        and moment < calendar.closing(moment.date()) - timedelta(minutes=last_minutes)
    )


# Working days -------------------------------------------------------------------------------------


def test_working_days_after_and_before():
    calendar = OFFICIAL
    assert calendar.working_day_after(date(2026, 8, 28), 3) == date(2026, 9, 7)
    assert calendar.working_day_before(date(2026, 3, 1), 5) == date(2026, 2, 23)
    assert calendar.next_working_day(date(2026, 8, 21)) == date(2026, 8, 22)
    assert calendar.previous_working_day(date(2026, 11, 25)) == date(2026, 11, 23)
    with pytest.raises(ValueError, match="at least one"):
        calendar.working_day_after(date(2026, 8, 28), 0)
    with pytest.raises(ValueError, match="at least one"):
        calendar.working_day_before(date(2026, 8, 28), 0)


def test_working_days_between_have_a_sign():
    calendar = OFFICIAL
    assert calendar.working_days_between(date(2026, 11, 20), date(2026, 11, 25)) == 2
    assert calendar.working_days_between(date(2026, 11, 25), date(2026, 11, 20)) == -2
    assert calendar.working_days_between(date(2026, 11, 20), date(2026, 11, 20)) == 0
    assert calendar.working_days_between(date(2026, 11, 20), date(2026, 11, 22)) == 0


days = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@given(calendars, days, st.integers(1, 600))
def test_the_nth_working_day_agrees_with_counting_by_hand(calendar, day, n):
    left, found = n, day
    while left:
        found += timedelta(days=1)
        left -= calendar.is_working_day(found)
    assert calendar.working_day_after(day, n) == found
    assert calendar.working_days_between(day, found) == n
    assert calendar.working_days_between(found, day) == -n
    # Backwards from the day after, the same n days lie between.
    first = calendar.working_day_before(found + timedelta(days=1), n)
    assert first == calendar.working_day_after(day, 1)


# Working minutes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-11-10 07:30", 240, "2026-11-10 11:30"),  # used up at the end of a session: it ends there
        ("2026-11-10 07:30", 241, "2026-11-10 13:01"),
        ("2026-11-10 07:30", 480, "2026-11-10 17:00"),
        ("2026-11-19 16:30", 480, "2026-11-20 16:30"),
        ("2026-11-23 15:15", 480, "2026-11-25 15:15"),
        ("2026-11-13 18:00", 1, "2026-11-16 07:31"),
        ("2026-11-14 09:00", 0, "2026-11-14 09:00"),
        ("2026-11-10 09:00", Decimal("0.5"), "2026-11-10 09:00:30"),
    ],
)
def test_working_minutes_are_used_up_in_sessions(start, minutes, end):
    assert OFFICIAL.add_working_minutes(at(start), minutes) == at(end)


def test_minutes_of_a_saturday_that_does_not_count_are_not_used():
    calendar = SATURDAY_DESK
    assert calendar.add_working_minutes(at("2026-11-14 09:00"), 60) == at("2026-11-16 08:30")
    counting = SATURDAY_COUNTS
    assert counting.add_working_minutes(at("2026-11-14 09:00"), 60) == at("2026-11-14 10:00")


def test_negative_minutes_are_refused():
    with pytest.raises(ValueError, match="negative"):
        OFFICIAL.add_working_minutes(at("2026-11-14 09:00"), -1)
    with pytest.raises(ValueError, match="negative"):
        OFFICIAL.counts_as_received_at(at("2026-11-14 09:00"), -1)


@given(calendars, moments, st.integers(0, 5000), st.integers(0, 5000))
def test_adding_minutes_is_additive(calendar, moment, a, b):
    both = calendar.add_working_minutes(moment, a + b)
    assert calendar.add_working_minutes(calendar.add_working_minutes(moment, a), b) == both


@given(calendars, moments, st.integers(0, 20000))
def test_minutes_between_are_the_inverse_of_adding(calendar, moment, minutes):
    end = calendar.add_working_minutes(moment, minutes)
    assert calendar.working_minutes_between(moment, end) == minutes
    assert calendar.working_minutes_between(end, moment) == -minutes


@settings(max_examples=40)
@given(calendars, moments, st.integers(0, 900))
def test_adding_minutes_agrees_with_watching_the_clock(calendar, moment, minutes):
    now, used = moment, 0
    while used < minutes:
        used += calendar.is_working_day(now.date()) and calendar.is_open(now)
        now += timedelta(minutes=1)
    assert calendar.add_working_minutes(moment, minutes) == now


@given(calendars, moments, moments, moments)
def test_minutes_between_add_up(calendar, a, b, c):
    a, b, c = sorted([a, b, c])
    between = calendar.working_minutes_between
    assert between(a, b) + between(b, c) == between(a, c)


def test_a_moment_is_printed_in_minutes():
    assert minute_of(at("2026-11-10 15:00:59")) == at("2026-11-10 15:00")
