"""Due dates and their proof, transfer and the other deadlines (R10, R11, R15, R16, R18, R19, R23–R28)."""

from datetime import datetime, time
from decimal import Decimal

import pytest
from django.utils import translation

from cases.deadlines import due_date
from cases.limits import (
    AmountRefused,
    Limit,
    MomentRefused,
    UnknownUnit,
)
from cases.proof import ProofReason
from tests.law_fixtures import LATE, OFFICIAL, SATURDAY_COUNTS, SATURDAY_DESK, at


def due(received: str, amount, unit: str, calendar=OFFICIAL, *, cutoff=None, **more) -> str:
    limit = Limit(None if amount is None else Decimal(str(amount)), unit, cutoff)
    return f"{due_date(at(received), limit, calendar, **more).due_at:%Y-%m-%d %H:%M}"


def proof(received: str, amount, unit: str, calendar=OFFICIAL, **more) -> list[tuple]:
    deadline = due_date(at(received), Limit(Decimal(str(amount)), unit), calendar, **more)
    return [(f"{day.date:%d/%m}", day.ordinal, day.reason.value) for day in deadline.proof]


# Whole working days -------------------------------------------------------------------------------


def test_the_day_of_reception_is_not_counted():
    assert due("2026-10-23 10:00", 5, "working_day") == "2026-10-30 17:00"


def test_the_due_moment_is_closing_of_the_last_day():
    assert due("2026-11-16 17:10", 1, "working_day", LATE) == "2026-11-17 17:30"
    assert due("2026-11-13 09:00", 1, "working_day", SATURDAY_COUNTS) == "2026-11-14 11:30"


def test_seconds_of_the_reception_do_not_matter_to_days():
    assert due("2026-10-23 16:59:59", 1, "working_day") == "2026-10-26 17:00"


def test_no_working_days_end_on_the_day_of_reception():
    assert due("2026-10-23 10:00", 0, "working_day") == "2026-10-23 17:00"
    assert due("2026-11-14 09:00", 0, "working_day", SATURDAY_DESK) == "2026-11-16 17:00"


def test_a_switched_off_day_counts():
    calendar = OFFICIAL.without(["culture-day-2026"])
    assert due("2026-11-23 16:20", 1, "working_day") == "2026-11-25 17:00"
    assert due("2026-11-23 16:20", 1, "working_day", calendar) == "2026-11-24 17:00"


def test_the_proof_of_working_days_tells_each_day():
    assert proof("2026-11-20 09:00", 3, "working_day") == [
        ("20/11", None, "reception"),
        ("21/11", None, "weekend"),
        ("22/11", None, "weekend"),
        ("23/11", 1, "counted"),
        ("24/11", None, "day_off"),
        ("25/11", 2, "counted"),
        ("26/11", 3, "counted"),
    ]


def test_the_proof_begins_with_the_filing_outside_the_hours():
    assert proof("2026-11-13 20:00", 1, "working_day") == [
        ("13/11", None, "filed_outside_hours"),
        ("14/11", None, "weekend"),
        ("15/11", None, "weekend"),
        ("16/11", None, "reception"),
        ("17/11", 1, "counted"),
    ]
    assert proof("2026-11-16 06:00", 1, "working_day") == [
        ("16/11", None, "reception"),
        ("17/11", 1, "counted"),
    ]


def test_the_proof_tells_saturdays_apart():
    assert proof("2026-01-09 09:00", 1, "working_day")[-1] == ("10/01", 1, "worked_saturday")
    assert proof("2026-11-13 09:00", 1, "working_day", SATURDAY_COUNTS)[-1] == (
        *("14/11", 1),
        "declared_saturday",
    )
    assert proof("2026-11-13 09:00", 1, "working_day", SATURDAY_DESK) == [
        ("13/11", None, "reception"),
        ("14/11", None, "saturday_reception"),
        ("15/11", None, "weekend"),
        ("16/11", 1, "counted"),
    ]


def test_the_proof_names_special_days_and_articles():
    with translation.override("en"):
        days = due_date(at("2025-12-31 09:00"), Limit(Decimal(1), "working_day"), OFFICIAL).proof
        grounds = {f"{day.date:%d/%m}": (day.special and day.special.name, str(day.article)) for day in days}
    assert grounds["31/12"] == (None, "Article 147 of the Civil Code 2015")
    assert grounds["01/01"] == ("New Year's Day", "Article 112.1 of the Labour Code 2019")
    assert grounds["02/01"][0].startswith("Day off, swapped with 10/01/2026")
    assert "12729/VPCP-KGVX" in grounds["02/01"][1]
    assert grounds["03/01"] == (None, "Article 1 of Decision 188/1999/QĐ-TTg")
    with translation.override("en"):
        made_up = due_date(at("2026-04-24 09:00"), Limit(Decimal(1), "working_day"), OFFICIAL).proof[3]
        old = due_date(at("2020-04-01 09:00"), Limit(Decimal(1), "working_day"), OFFICIAL).proof[1]
        assert (str(made_up.date), str(made_up.article)) == (
            "2026-04-27",
            "Article 111.3 of the Labour Code 2019",
        )
        assert str(old.article) == "the Labour Code 2012"


def test_every_reason_has_a_label():
    with translation.override("en"):
        assert all(str(reason.label) for reason in ProofReason)


def test_a_restart_counts_the_whole_limit_again():
    assert due("2026-11-17 10:00", 5, "working_day") == "2026-11-25 17:00"


# Calendar days ------------------------------------------------------------------------------------


def test_calendar_days_count_every_day():
    assert due("2026-10-05 08:00", 30, "calendar_day") == "2026-11-04 17:00"


def test_a_last_day_that_is_off_rolls_forward():
    assert due("2026-10-19 08:00", 20, "calendar_day") == "2026-11-09 17:00"
    assert due("2026-01-20 09:00", 30, "calendar_day") == "2026-02-23 17:00"


def test_a_worked_saturday_does_not_roll():
    assert due("2025-12-11 09:00", 30, "calendar_day") == "2026-01-10 17:00"


def test_a_saturday_desk_that_does_not_count_rolls():
    assert due("2026-11-04 09:00", 10, "calendar_day", SATURDAY_DESK) == "2026-11-16 17:00"


def test_the_proof_of_calendar_days_shows_the_rolling():
    assert proof("2026-02-11 09:00", 5, "calendar_day") == [
        ("11/02", None, "reception"),
        ("12/02", 1, "calendar_day"),
        ("13/02", 2, "calendar_day"),
        ("14/02", 3, "calendar_day"),
        ("15/02", 4, "calendar_day"),
        ("16/02", 5, "calendar_day"),
        ("17/02", None, "day_off"),
        ("18/02", None, "day_off"),
        ("19/02", None, "day_off"),
        ("20/02", None, "day_off"),
        ("21/02", None, "weekend"),
        ("22/02", None, "weekend"),
        ("23/02", None, "rolled_forward"),
    ]


# Hours and parts of days --------------------------------------------------------------------------


def test_hours_are_counted_from_the_moment():
    assert due("2026-11-19 16:30", 8, "working_hour") == "2026-11-20 16:30"


def test_hours_used_up_at_the_end_of_a_session_end_there():
    assert due("2026-11-10 07:30", 4, "working_hour") == "2026-11-10 11:30"
    assert due("2026-11-10 07:30", 8, "working_hour") == "2026-11-10 17:00"


def test_a_part_of_a_working_day_makes_it_hours():
    assert due("2026-11-09 15:30", 0.5, "working_day") == "2026-11-10 10:00"
    assert due("2026-08-28 10:00", 1.5, "working_day") == "2026-09-03 15:30"
    assert due("2026-08-28 10:00", Decimal("0.25"), "working_day") == "2026-08-28 13:30"


def test_two_and_a_whole_number_with_decimals_are_days():
    assert due("2026-11-10 09:00", Decimal("2.00"), "working_day") == "2026-11-12 17:00"


def test_the_proof_of_hours_tells_the_minutes_of_each_day():
    days = due_date(at("2026-08-28 10:00"), Limit(Decimal("1.5"), "working_day"), OFFICIAL).proof
    assert [(f"{d.date:%d/%m}", d.minutes, d.counted, d.reason.value) for d in days] == [
        ("28/08", 330, True, "hours"),
        ("29/08", 0, False, "weekend"),
        ("30/08", 0, False, "weekend"),
        ("31/08", 0, False, "day_off"),
        ("01/09", 0, False, "day_off"),
        ("02/09", 0, False, "day_off"),
        ("03/09", 390, True, "hours"),
    ]


def test_hours_of_a_saturday_reception_begin_on_monday():
    assert due("2026-11-14 09:00", 1, "working_hour", SATURDAY_DESK) == "2026-11-16 08:30"
    assert proof("2026-11-14 09:00", 1, "working_hour", SATURDAY_DESK) == [
        ("14/11", None, "saturday_reception"),
        ("15/11", None, "weekend"),
        ("16/11", None, "hours"),
    ]


# Same day -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["same_day", "immediate"])
@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-11-10 14:59", "2026-11-10 17:00"),
        ("2026-11-10 15:00", "2026-11-10 17:00"),
        ("2026-11-10 15:00:59", "2026-11-10 17:00"),  # printed 15:00, so not after it
        ("2026-11-10 15:01", "2026-11-11 17:00"),
        ("2026-08-28 15:10", "2026-09-03 17:00"),
        ("2026-11-10 20:00", "2026-11-11 17:00"),  # counts as received on Wednesday morning
        ("2026-01-10 14:10", "2026-01-10 17:00"),
    ],
)
def test_a_same_day_limit_has_a_cut_off(received, expected, unit):
    assert due(received, 1, unit) == expected
    assert due(received, None, unit) == expected


def test_the_cut_off_is_a_parameter():
    assert due("2026-11-10 11:00", 1, "same_day", cutoff=time(10, 30)) == "2026-11-11 17:00"
    assert due("2026-11-10 16:00", 1, "same_day", cutoff=time(16, 0)) == "2026-11-10 17:00"


def test_a_saturday_that_does_not_count_is_due_on_the_next_working_day():
    assert due("2026-11-14 08:30", 1, "same_day", SATURDAY_DESK) == "2026-11-16 17:00"
    assert due("2026-11-14 08:30", 1, "same_day", SATURDAY_COUNTS) == "2026-11-14 11:30"


def test_the_proof_of_a_same_day_limit_tells_the_cut_off():
    assert proof("2026-11-12 14:40", 1, "same_day") == [("12/11", 1, "same_day")]
    assert proof("2026-11-12 15:05", 1, "same_day") == [
        ("12/11", None, "after_cutoff"),
        ("13/11", 1, "counted"),
    ]
    assert proof("2026-11-14 08:30", 1, "same_day", SATURDAY_DESK) == [
        ("14/11", None, "saturday_reception"),
        ("15/11", None, "weekend"),
        ("16/11", 1, "counted"),
    ]


# Provisional years --------------------------------------------------------------------------------


def test_a_due_date_that_reaches_into_a_year_without_notice_is_provisional():
    limit = Limit(Decimal(1), "working_day")
    assert not due_date(at("2026-12-30 09:00"), limit, OFFICIAL).provisional
    assert due_date(at("2026-12-31 09:00"), limit, OFFICIAL).provisional
    assert due_date(at("2027-03-01 09:00"), limit, OFFICIAL).provisional


# Bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [-1, Decimal("-0.5"), Decimal("NaN"), Decimal("Infinity"), 10_001])
@pytest.mark.parametrize("unit", ["working_day", "calendar_day", "working_hour", "same_day"])
def test_amounts_that_cannot_be_counted_are_refused(amount, unit):
    with pytest.raises(AmountRefused):
        due_date(at("2026-11-02 09:00"), Limit(amount, unit), OFFICIAL)


@pytest.mark.parametrize("amount", [None, "three", True])
def test_what_is_no_number_is_refused(amount):
    with pytest.raises(AmountRefused):
        due_date(at("2026-11-02 09:00"), Limit(amount, "working_day"), OFFICIAL)


def test_parts_of_calendar_days_are_refused():
    with pytest.raises(AmountRefused):
        due("2026-11-02 09:00", 0.5, "calendar_day")


@pytest.mark.parametrize("unit", ["", "week", "Working_Day", None])
def test_unknown_units_are_refused(unit):
    with pytest.raises(UnknownUnit):
        due_date(at("2026-11-02 09:00"), Limit(Decimal(1), unit), OFFICIAL)


@pytest.mark.parametrize("moment", [datetime(2026, 11, 2, 9), at("1999-12-31 09:00"), at("2101-01-01 09:00")])
def test_moments_that_nobody_counts_from_are_refused(moment):
    with pytest.raises(MomentRefused):
        due_date(moment, Limit(Decimal(1), "working_day"), OFFICIAL)


def test_the_largest_limits_are_counted():
    assert due("2020-01-02 09:00", 10_000, "calendar_day") == "2047-05-20 17:00"
    assert due("2020-01-02 09:00", 10_000, "working_day") > "2059"
    assert due("2020-01-02 09:00", 10_000, "working_hour") > "2024"
