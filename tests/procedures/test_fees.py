"""Fees by rule, channel, pages, copies and cap (R38)."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.fees import FeeAmount, FeeNotSet, FeeRefused, applies, fee_amount

TIERS = [
    {"from_page": 1, "to_page": 2, "amount_per_page": 2000},
    {"from_page": 3, "to_page": None, "amount_per_page": 1000},
]


@dataclass
class Line:
    rule: str = "fixed"
    channel: str = "any"
    amount: int | None = None
    tiers: list | None = None
    cap_amount: int | None = None
    cap_per: str = ""


COPIES = Line("per_page", tiers=TIERS, cap_amount=200_000, cap_per="copy")


@pytest.mark.parametrize(
    ("pages", "copies", "per_copy", "total"),
    [(1, 1, 2000, 2000), (3, 1, 5000, 5000), (4, 2, 6000, 12_000), (198, 1, 200_000, 200_000)],
)
def test_pages_are_charged_by_tier(pages, copies, per_copy, total):
    assert fee_amount(COPIES, pages=pages, copies=copies) == FeeAmount(per_copy, total)


def test_a_cap_per_copy_holds_for_each_copy():
    assert fee_amount(COPIES, pages=500, copies=3) == FeeAmount(200_000, 600_000)


def test_a_cap_per_case_holds_for_all_together():
    line = Line("per_copy", amount=8000, cap_amount=20_000, cap_per="case")
    assert fee_amount(line, copies=5) == FeeAmount(8000, 20_000)
    assert fee_amount(line, copies=2) == FeeAmount(8000, 16_000)


def test_a_price_per_page_without_tiers():
    assert fee_amount(Line("per_page", amount=500), pages=7, copies=2) == FeeAmount(3500, 7000)


@pytest.mark.parametrize("rule", ["fixed", "per_case"])
def test_fixed_and_per_case_fees_are_charged_for_each_case(rule):
    assert fee_amount(Line(rule, amount=50_000)) == FeeAmount(None, 50_000)
    assert fee_amount(Line(rule, amount=50_000), quantity=3) == FeeAmount(None, 150_000)


def test_nothing_to_pay_is_an_amount():
    assert fee_amount(Line(amount=0)) == FeeAmount(None, 0)


def test_a_fee_of_the_province_needs_its_tariff():
    line = Line("set_by_province")
    with pytest.raises(FeeNotSet):
        fee_amount(line)
    assert fee_amount(line, tariff=15_000) == FeeAmount(None, 15_000)


@pytest.mark.parametrize("number", [0, -1, 1.5, True, "2", None])
def test_numbers_that_cannot_be_charged_are_refused(number):
    for key in ("pages", "copies", "quantity"):
        with pytest.raises(FeeRefused):
            fee_amount(COPIES, **{key: number})


@pytest.mark.parametrize(
    ("line", "channels"),
    [("any", {"desk", "post", "online"}), ("desk", {"desk", "post"}), ("online", {"online"})],
)
def test_a_line_is_charged_by_its_channel(line, channels):
    assert {c for c in ("desk", "post", "online") if applies(Line(channel=line), c)} == channels


@given(st.integers(1, 1000), st.integers(1, 50))
def test_more_pages_never_cost_less(pages, copies):
    less, more = (fee_amount(COPIES, pages=n, copies=copies) for n in (pages, pages + 1))
    assert less.total <= more.total == more.per_copy * copies
    assert more.per_copy == min(sum(2000 if n <= 2 else 1000 for n in range(1, pages + 2)), 200_000)
