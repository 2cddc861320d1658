"""What would be, if (R51)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.scorecard.parameters import edition_on
from cases.scorecard.scores import Fact, FactRefused, card
from cases.scorecard.what_if import Change, changed, what_if
from tests.cases.scorecard.test_scores import LAW, all_facts

pytestmark = pytest.mark.usefixtures("english")

FACTS = {
    "4.2": Fact(60, 200),
    "4.1": Fact(150, 200),
    "1.1": Fact(0, 0),
    "3.3": Fact(20, 100),
    "1.4": Fact(50, 100),
}


def test_if_these_40_were_digitized_today():
    found = what_if(FACTS, [Change("4.2", 40)], LAW)
    assert (found.gain, found.gains) == (Decimal("0.80"), {"4.2": Decimal("0.80")})
    assert found.after.part("4.2").numerator == 100


def test_what_depends_on_the_change_changes_with_it():
    found = what_if(FACTS, [Change("1.4", 50)], LAW)
    assert found.gains == {"1.4": Decimal("3.00"), "3.3": Decimal("1.20")}
    assert found.gain == Decimal("4.20")


def test_more_dossiers_cost_points_until_they_are_handled():
    assert what_if(FACTS, [Change("4.1", 0, 50)], LAW).gain == Decimal("-0.90")
    assert what_if(FACTS, [Change("4.1", 50, 50)], LAW).gain == Decimal("0.30")


def test_more_than_there_are_is_refused_with_the_numbers():
    with pytest.raises(FactRefused) as caught:
        what_if(FACTS, [Change("4.2", 100), Change("4.2", 41)], LAW)
    assert str(caught.value) == "Of part 4.2 there are 60 of 200; 201 of 200 cannot be."


@pytest.mark.parametrize("change", [Change("4.2", -61), Change("4.2", 0, -201)])
def test_fewer_than_none_is_refused(change):
    with pytest.raises(FactRefused, match="cannot be"):
        changed(FACTS, [change])


@pytest.mark.parametrize("code", ["2.1", "9.9"])
def test_nothing_is_added_to_what_was_not_counted(code):
    with pytest.raises(FactRefused) as caught:
        what_if(FACTS, [Change(code, 1)], LAW)
    assert str(caught.value) == f"Part {code} was not counted, so nothing can be added to it."


def test_a_gain_over_nothing_is_not_known():
    found = what_if({"1.1": Fact(0, 0)}, [Change("1.1", 1, 1)], LAW)
    assert (found.before.total, found.after.total, found.gain, found.gains) == (None, 6, None, {})


def test_without_changes_nothing_is_gained():
    found = what_if(FACTS, [], LAW)
    assert (found.gain, found.gains) == (0, {})


@given(all_facts, st.sampled_from(LAW.codes), st.integers(0, 500), st.integers(0, 500))
def test_what_if_is_the_card_of_the_changed_facts(facts, code, numerator, denominator):
    fact = facts.get(code)
    if fact is None or fact.numerator is None or fact.numerator + numerator > fact.denominator + denominator:
        return
    found = what_if(facts, [Change(code, numerator, denominator)], LAW)
    by_hand = {
        **facts,
        code: Fact(fact.numerator + numerator, fact.denominator + denominator, last_year=fact.last_year),
    }
    assert found.after == card(by_hand, LAW)
    assert found.before == card(facts, LAW)


@given(all_facts, st.lists(st.builds(Change, st.sampled_from(LAW.codes), st.just(0), st.integers(0, 9))))
def test_the_order_of_changes_does_not_matter(facts, changes):
    known = [
        change for change in changes if change.code in facts and facts[change.code].numerator is not None
    ]
    assert changed(facts, known) == changed(facts, known[::-1])


def test_the_parameters_are_those_of_the_day():
    assert edition_on(date(2026, 8, 31)) is LAW
