"""Months, quarters and years that something is counted for."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.scorecard.periods import Period, PeriodRefused, month, quarter, read, year
from tests.law_fixtures import at

pytestmark = pytest.mark.usefixtures("english")


def test_a_period_is_whole_days_of_the_country():
    found = read("2026-08")
    assert (found.first, found.last, found.in_a_year) == (date(2026, 8, 1), date(2026, 8, 31), 12)
    assert (found.begins_at, found.ends_at) == (at("2026-08-01 00:00"), at("2026-09-01 00:00"))
    assert found.last_minute == at("2026-08-31 23:59")


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2026-12", Period(date(2026, 12, 1), date(2026, 12, 31))),
        ("2028-02", month(2028, 2)),
        ("2026-Q1", Period(date(2026, 1, 1), date(2026, 3, 31), 4)),
        ("2026-Q4", quarter(2026, 4)),
        ("2026", Period(date(2026, 1, 1), date(2026, 12, 31), 1)),
    ],
)
def test_periods_are_written_in_one_way(text, period):
    assert read(text) == period
    assert str(period) == text


@pytest.mark.parametrize(
    ("text", "before"),
    [("2026-01", "2025-12"), ("2026-08", "2026-07"), ("2026-Q1", "2025-Q4"), ("2026", "2025")],
)
def test_the_period_before(text, before):
    assert str(read(text).before) == before


def test_a_month_is_over_when_its_last_day_is():
    assert not month(2026, 11).is_over(at("2026-11-30 23:59"))
    assert month(2026, 11).is_over(at("2026-12-01 00:00"))


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-00", "2026-8", "08-2026", "2026-Q5", "2026-08-01", " 2026", "２０２６"]
)
def test_other_texts_are_refused(text):
    with pytest.raises(PeriodRefused) as caught:
        read(text)
    assert str(caught.value) == (
        f"“{text}” is no period; write a month like 2026-08, a quarter like 2026-Q3 or a year."
    )


@pytest.mark.parametrize("text", ["1999-12", "2101-01", "0000"])
def test_years_that_nobody_counts_in_are_refused(text):
    with pytest.raises(PeriodRefused, match="Figures are counted for the years 2000 to 2100."):
        read(text)


def test_reversed_intervals_are_refused():
    with pytest.raises(PeriodRefused) as caught:
        Period(date(2026, 8, 31), date(2026, 8, 1))
    assert str(caught.value) == "A period ends after it begins, not 31/08/2026 to 01/08/2026."


@pytest.mark.parametrize("make", [lambda: month(2026, 13), lambda: month(2026, 0), lambda: quarter(2026, 5)])
def test_months_and_quarters_that_there_are_not_are_refused(make):
    with pytest.raises(PeriodRefused):
        make()


def test_a_year_has_at_least_one_period():
    with pytest.raises(PeriodRefused):
        Period(date(2026, 1, 1), date(2026, 1, 31), 0)


@given(st.integers(2000, 2100))
def test_months_and_quarters_fill_the_year_without_a_gap(number):
    whole = year(number)
    for parts in ([month(number, n) for n in range(1, 13)], [quarter(number, n) for n in range(1, 5)]):
        assert (parts[0].begins_at, parts[-1].ends_at) == (whole.begins_at, whole.ends_at)
        assert all(one.ends_at == other.begins_at for one, other in zip(parts, parts[1:], strict=False))
