"""Targets by level and date (R54)."""

from datetime import date
from decimal import Decimal

import pytest

from cases.scorecard.editions import ParameterRefused
from cases.scorecard.scores import Fact
from cases.scorecard.targets import TARGETS, Measured, Rate, Target, measure, target_on

pytestmark = pytest.mark.usefixtures("english")

JULY_2024 = date(2024, 7, 31)


def test_the_example_of_the_rule():
    """Online payment 40.47 % in July 2024: target 45 %, missed by 4.53 points."""
    found = measure(Fact(4047, 10_000), target_on(Rate.ONLINE_PAYMENT, JULY_2024))
    assert (found.percent, found.target.percent, found.missed_by) == (
        Decimal("40.47"),
        45,
        Decimal("4.53"),
    )


@pytest.mark.parametrize(
    ("rate", "day", "level", "percent"),
    [
        (Rate.ONLINE_PAYMENT, date(2023, 12, 31), "", None),
        (Rate.FULLY_ONLINE_SERVICES, JULY_2024, "commune", 80),
        (Rate.SATISFACTION, JULY_2024, "", 90),
        (Rate.SYNCHRONISATION, JULY_2024, "", 100),
        (Rate.PROCESSES_CUT, JULY_2024, "", 20),
        (Rate.FULLY_ONLINE_DOSSIERS, JULY_2024, "province", 80),
        (Rate.FULLY_ONLINE_DOSSIERS, JULY_2024, "commune", 60),
        (Rate.FULLY_ONLINE_DOSSIERS, date(2025, 6, 30), "district", 60),
        (Rate.FULLY_ONLINE_DOSSIERS, date(2025, 7, 1), "district", None),
        (Rate.FULLY_ONLINE_DOSSIERS, JULY_2024, "", None),
    ],
)
def test_a_report_uses_the_target_of_its_period_and_level(rate, day, level, percent):
    found = target_on(rate, day, level)
    assert (found and found.percent) == percent


def test_a_later_target_takes_the_place_of_an_earlier_one():
    targets = (*TARGETS, Target(Rate.ONLINE_PAYMENT, Decimal(60), date(2027, 1, 1)))
    days = (date(2026, 12, 31), date(2027, 1, 1))
    assert [target_on(Rate.ONLINE_PAYMENT, day, targets=targets).percent for day in days] == [45, 60]


def test_a_target_of_a_level_goes_before_one_of_all():
    day = date(2027, 1, 1)
    targets = (
        Target(Rate.SATISFACTION, Decimal(95), day, level="commune"),
        Target(Rate.SATISFACTION, Decimal(90), day),
    )
    assert target_on(Rate.SATISFACTION, day, "commune", targets).percent == 95
    assert target_on(Rate.SATISFACTION, day, "province", targets).percent == 90


@pytest.mark.parametrize(
    ("fact", "percent", "missed"),
    [
        (Fact(9, 20), "45.00", "0"),
        (Fact(1, 1), "100.00", "0"),
        (Fact(0, 8), "0.00", "45.00"),
        (Fact(0, 0), None, None),
        (Fact.unknown(), None, None),
    ],
)
def test_a_reached_target_is_missed_by_nothing_and_what_is_not_measured_by_no_number(fact, percent, missed):
    found = measure(fact, target_on(Rate.ONLINE_PAYMENT, JULY_2024))
    assert found.percent == (percent and Decimal(percent))
    assert found.missed_by == (missed and Decimal(missed))


def test_without_a_target_nothing_is_missed():
    assert measure(Fact(1, 2), None) == Measured(Decimal(50), None)
    assert measure(Fact(1, 2), None).missed_by is None


@pytest.mark.parametrize("percent", [0, -1, 101])
def test_a_target_that_cannot_be_is_refused(percent):
    with pytest.raises(ParameterRefused, match="A target is above 0 and up to 100 percent."):
        Target(Rate.SATISFACTION, Decimal(percent), JULY_2024)


def test_a_target_with_reversed_dates_is_refused():
    with pytest.raises(ParameterRefused) as caught:
        Target(Rate.SATISFACTION, Decimal(90), date(2027, 1, 2), date(2027, 1, 1))
    assert str(caught.value) == "A target ends after it begins, not 02/01/2027 to 01/01/2027."
