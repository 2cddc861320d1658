"""What holds for every due date, and a second count that agrees (R11, R18, R23–R26)."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.deadlines import due_date
from cases.limits import Excluded, Extension, Limit
from procedures.working_time import SpecialDay
from tests.law_fixtures import LATE, OFFICIAL, SATURDAY_COUNTS, SATURDAY_DESK, at

moments = st.datetimes(datetime(2020, 1, 1), datetime(2027, 12, 31)).map(lambda m: at(m.isoformat()))
calendars = st.sampled_from([OFFICIAL, LATE, SATURDAY_DESK, SATURDAY_COUNTS])
day_units = st.sampled_from(["working_day", "calendar_day"])
units = st.sampled_from(["working_day", "calendar_day", "working_hour", "same_day", "immediate"])
extension_units = st.sampled_from(["working_day", "calendar_day", "working_hour"])
amounts = st.integers(0, 60)


@st.composite
def periods(draw):
    first = draw(st.dates(date(2020, 1, 1), date(2027, 12, 31)))
    return Excluded(first, first + timedelta(days=draw(st.integers(0, 40))))


exclusions = st.lists(periods(), max_size=3)


@given(moments, units, amounts, calendars, exclusions)
def test_due_is_never_before_reception_and_reception_never_before_filing(
    received, unit, amount, calendar, excluded
):
    deadline = due_date(received, Limit(Decimal(amount), unit), calendar, excluded=excluded)
    assert received <= deadline.counts_as_received_at <= deadline.due_at


@given(moments, units, amounts, amounts, calendars, exclusions)
def test_a_longer_limit_is_never_due_earlier(received, unit, a, b, calendar, excluded):
    shorter, longer = (
        due_date(received, Limit(Decimal(n), unit), calendar, excluded=excluded).due_at
        for n in sorted([a, b])
    )
    assert shorter <= longer


@given(moments, moments, units, amounts, calendars, exclusions)
def test_what_is_received_later_is_never_due_earlier(a, b, unit, amount, calendar, excluded):
    first, second = (
        due_date(moment, Limit(Decimal(amount), unit), calendar, excluded=excluded).due_at
        for moment in sorted([a, b])
    )
    assert first <= second


@given(moments, units, amounts, calendars, st.integers(0, 90))
def test_one_more_day_off_never_makes_it_due_earlier(received, unit, amount, calendar, offset):
    day_off = SpecialDay(received.date() + timedelta(days=offset), False, "other", "Nghỉ")
    limit = Limit(Decimal(amount), unit)
    assert (
        due_date(received, limit, calendar).due_at
        <= due_date(received, limit, calendar.with_days([day_off])).due_at
    )


@given(moments, day_units, amounts, calendars, exclusions)
def test_the_proof_counts_as_many_days_as_the_limit_has(received, unit, amount, calendar, excluded):
    deadline = due_date(received, Limit(Decimal(amount), unit), calendar, excluded=excluded)
    counted = [day for day in deadline.proof if day.counted]
    assert [day.ordinal for day in counted] == list(range(1, amount + 1))
    assert not any(period.first <= day.date <= period.last for day in counted for period in excluded)


@given(moments, st.integers(0, 2000), calendars, exclusions)
def test_the_proof_of_hours_uses_as_many_minutes_as_the_limit_has(received, quarters, calendar, excluded):
    limit = Limit(Decimal(quarters) / 4, "working_hour")
    deadline = due_date(received, limit, calendar, excluded=excluded)
    assert sum(day.minutes for day in deadline.proof) == quarters * 15


@given(moments, units, amounts, calendars, exclusions)
def test_the_proof_tells_every_day_from_filing_to_due_date(received, unit, amount, calendar, excluded):
    deadline = due_date(received, Limit(Decimal(amount), unit), calendar, excluded=excluded)
    length = (deadline.due_at.date() - received.date()).days + 1
    assert [day.date for day in deadline.proof] == [
        received.date() + timedelta(days=n) for n in range(length)
    ]


@given(moments, units, amounts, extension_units, st.integers(1, 20), calendars)
def test_an_added_extension_is_never_due_earlier_and_is_proved(
    received, unit, amount, more_unit, more, calendar
):
    limit = Limit(Decimal(amount), unit)
    extension = Extension(Decimal(more), more_unit, "add")
    extended = due_date(received, limit, calendar, extension=extension)
    assert extended.due_at >= due_date(received, limit, calendar).due_at
    assert extended.proof[-1].date == extended.due_at.date()
    length = (extended.due_at.date() - received.date()).days + 1
    assert [day.date for day in extended.proof] == [
        received.date() + timedelta(days=n) for n in range(length)
    ]


# A second way to count, day by day and as simple as can be ----------------------------------------


def oracle(received, amount, unit, calendar, excluded) -> date:
    """The due day, found by walking; only for whole days and same-day limits."""

    def out(day):
        return any(period.first <= day <= period.last for period in excluded)

    def works(day):
        special = {special.date: special for special in calendar.days}.get(day)
        if special:
            return special.is_worked
        return day.weekday() < 5 or (day.weekday() == 5 and calendar.hours.saturday_counts)

    def sessions(day):
        special = {special.date: special for special in calendar.days}.get(day)
        if special is None and day.weekday() == 5:
            return calendar.hours.saturday
        return calendar.hours.weekday if works(day) else ()

    day, clock = received.date(), received.time()
    if not sessions(day) or clock >= sessions(day)[-1].closes:
        day += timedelta(days=1)
        while not works(day):
            day += timedelta(days=1)
        clock = sessions(day)[0].opens
    if unit == "same_day":
        clock = max(clock, sessions(day)[0].opens)
        if works(day) and not out(day) and clock.replace(second=0, microsecond=0) <= time(15):
            return day
        amount, unit = 1, "working_day"
    while amount:
        day += timedelta(days=1)
        if not out(day) and (unit == "calendar_day" or works(day)):
            amount -= 1
    while not works(day) or (unit == "working_day" and out(day)):
        day += timedelta(days=1)
    return day


@settings(max_examples=300)
@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2026, 9, 30)).map(lambda m: at(m.isoformat())),
    st.sampled_from(["working_day", "calendar_day", "same_day"]),
    st.integers(0, 45),
    calendars,
    exclusions,
)
def test_a_second_count_day_by_day_agrees(received, unit, amount, calendar, excluded):
    due_on = oracle(received, amount, unit, calendar, excluded)
    deadline = due_date(received, Limit(Decimal(amount), unit), calendar, excluded=excluded)
    assert deadline.due_at == calendar.closing(due_on)
