"""Every day from 2020 to 2026, working or not, against the official list of days off (R24).

The table below is the list of the law document, typed in by hand: weekdays off and Saturdays worked
instead. It is compared with the calendar that `load_catalogue` loads and with the pure one of the seeds.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from procedures.calendars import calendar_for
from tests.law_fixtures import OFFICIAL

# Weekdays off, as "d/m" or "d/m-d/m" with both ends and whatever weekend lies between.
WEEKDAYS_OFF = {
    2020: ["1/1", "23/1-29/1", "2/4", "30/4", "1/5", "2/9"],
    2021: ["1/1", "10/2-16/2", "21/4", "30/4", "3/5", "2/9", "3/9"],
    2022: ["3/1", "31/1-4/2", "11/4", "2/5", "3/5", "1/9", "2/9"],
    2023: ["2/1", "20/1-26/1", "1/5", "2/5", "3/5", "1/9", "4/9"],
    2024: ["1/1", "8/2-14/2", "18/4", "29/4", "30/4", "1/5", "2/9", "3/9"],
    2025: ["1/1", "27/1-31/1", "7/4", "30/4", "1/5", "2/5", "1/9", "2/9"],
    2026: ["1/1", "2/1", "16/2-20/2", "27/4", "30/4", "1/5", "31/8", "1/9", "2/9", "24/11"],
}
WORKED_SATURDAYS = {2024: ["4/5"], 2025: ["26/4"], 2026: ["10/1", "22/8"]}
SATURDAY = 5


def day_of(text: str, year: int) -> date:
    day, month = map(int, text.split("/"))
    return date(year, month, day)


def days_of(texts: list[str], year: int) -> Iterator[date]:
    for text in texts:
        first, _dash, last = text.partition("-")
        day, end = day_of(first, year), day_of(last or first, year)
        while day <= end:
            yield day
            day += timedelta(days=1)


OFF = {day for year, texts in WEEKDAYS_OFF.items() for day in days_of(texts, year)}
WORKED = {day for year, texts in WORKED_SATURDAYS.items() for day in days_of(texts, year)}
EVERY_DAY = [date(2020, 1, 1) + timedelta(days=n) for n in range(2557)]


def is_worked_by_law(day: date) -> bool:
    return day in WORKED or (day.weekday() < SATURDAY and day not in OFF)


@pytest.fixture
def loaded_calendar(db):
    call_command("load_catalogue", stdout=StringIO())
    return calendar_for(None)


def differences(calendar) -> list[str]:
    return [
        f"{day:%a %d/%m/%Y}" for day in EVERY_DAY if calendar.is_working_day(day) != is_worked_by_law(day)
    ]


def test_the_table_has_every_day_of_seven_years():
    assert (EVERY_DAY[0], EVERY_DAY[-1]) == (date(2020, 1, 1), date(2026, 12, 31))
    assert {day.weekday() for day in WORKED} == {SATURDAY}
    ends = {
        day_of(end, year) for year in WEEKDAYS_OFF for text in WEEKDAYS_OFF[year] for end in text.split("-")
    }
    assert max(day.weekday() for day in ends) < SATURDAY


def test_r24_the_calendar_of_the_seeds_is_the_official_one_day_by_day():
    assert differences(OFFICIAL) == []


def test_r24_the_loaded_calendar_is_the_official_one_day_by_day(loaded_calendar):
    assert differences(loaded_calendar) == []


def test_r24_no_official_year_is_provisional(loaded_calendar):
    years = range(2020, 2027)
    assert [loaded_calendar.is_provisional(year) for year in years] == [False] * len(years)


@pytest.mark.parametrize(
    ("year", "working_days"),
    [(2020, 252), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 250), (2026, 249)],
)
def test_r24_a_year_has_so_many_working_days(year, working_days):
    days = [day for day in EVERY_DAY if day.year == year]
    assert sum(OFFICIAL.is_working_day(day) for day in days) == working_days
    assert sum(is_worked_by_law(day) for day in days) == working_days
