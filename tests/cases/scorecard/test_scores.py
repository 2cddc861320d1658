"""Scores, groups and totals (R51): the vectors' words in detail, and what holds for all facts."""

import json
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.scorecard.editions import ParameterRefused
from cases.scorecard.parameters import EDITIONS, edition_on
from cases.scorecard.scores import Fact, FactRefused, NoValue, card, digest, half_up
from tests.law_fixtures import VECTORS

pytestmark = pytest.mark.usefixtures("english")

LAW = edition_on(date(2026, 8, 31))
PHU_THO = {
    code: Fact(**part)
    for code, part in json.loads((VECTORS / "decision_766.json").read_text())["vectors"][0]["inputs"][
        "parts"
    ].items()
}


def score(code: str, *counts, **more):
    return card({code: Fact(*counts, **more)}, LAW).part(code)


# What there is ------------------------------------------------------------------------------------


def test_the_groups_and_their_maxima():
    assert [(group.key, group.maximum) for group in LAW.groups] == [
        ("transparency", 18),
        ("progress", 20),
        ("online", 12),
        ("digitisation", 22),
        ("payment", 10),
        ("satisfaction", 18),
    ]
    assert (LAW.maximum, len(LAW.codes)) == (100, 21)


def test_the_province_of_the_published_figures():
    found = card(PHU_THO, LAW)
    assert found.total == Decimal("59.91")
    assert [str(group.points) for group in found.groups] == ["7.96", "15.68", "8.83", "8.22", "6.25", "12.97"]
    assert found.measured == 90  # without 1.1 and 1.2
    assert (found.part("2.1").percent, found.part("2.1").lost) == (Decimal("78.38"), Decimal("4.32"))


def test_a_score_keeps_what_it_comes_from():
    found = score("4.2", 21_233, 184_513)
    assert (found.numerator, found.denominator, found.points, found.reason) == (
        21_233,
        184_513,
        Decimal("0.46"),
        "",
    )


# null is not 0 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "points"),
    [
        *((code, None) for code in ("1.1", "1.2", "1.3", "4.1", "4.2", "4.3", "4.4", "4.5a", "4.5b", "4.6")),
        *((code, 0) for code in ("1.4", "2.1", "3.1", "3.2", "3.3", "5.1", "5.2", "5.3", "6.3")),
        ("6.1", 6),
        ("6.2", 6),
    ],
)
def test_without_a_denominator(code, points):
    found = score(code, 0, 0)
    assert (found.points, found.share, found.percent) == (points, None, None)
    assert found.reason == (NoValue.NOTHING if points is None else "")


def test_what_was_not_counted_says_why():
    found = card({"1.4": Fact.unknown(), "1.1": Fact.unknown(NoValue.OTHER_LEVEL)}, LAW)
    assert [(found.part(code).points, found.part(code).reason) for code in ("1.4", "1.1", "2.1")] == [
        (None, NoValue.NO_SOURCE),
        (None, NoValue.OTHER_LEVEL),
        (None, NoValue.NOT_COUNTED),
    ]
    assert [group.points for group in found.groups] == [None] * 6
    assert (found.total, found.measured) == (None, 0)


def test_a_group_without_value_is_left_out_of_the_total():
    found = card({"4.1": Fact(0, 0), "2.1": Fact(1, 2)}, LAW)
    assert [group.points for group in found.groups] == [None, 10, None, None, None, None]
    assert found.total == 10


# The dossiers of last year, and the rate that 3.3 depends on ------------------------------------------


def test_without_dossiers_the_share_of_last_year_stands_for_them():
    facts = {"1.4": Fact(50, 0, last_year=1200)}
    assert [card(facts, LAW, in_a_year=n).part("1.4").points for n in (12, 4, 1)] == [
        Decimal("3.00"),
        Decimal("1.00"),
        Decimal("0.25"),
    ]
    assert card(facts, LAW).part("1.4").denominator == 100
    assert score("1.4", 50, 0, last_year=1000).denominator == Fraction(250, 3)


def test_last_year_is_not_asked_when_there_are_dossiers_or_for_other_parts():
    assert score("1.4", 50, 200, last_year=1200).points == Decimal("1.50")
    assert score("4.2", 0, 0, last_year=1200).points is None


def test_dossiers_filed_online_count_by_the_rate_of_synchronisation():
    facts = {"3.3": Fact(40, 100), "1.4": Fact(50, 100)}
    found = card(facts, LAW).part("3.3")
    assert (found.factor, found.percent, found.points) == (Fraction(1, 2), 20, Decimal("2.40"))


@pytest.mark.parametrize("synchronised", [Fact.unknown(), Fact(0, 0), Fact(300, 200)])
def test_an_unknown_rate_or_one_above_all_changes_nothing(synchronised):
    found = card({"3.3": Fact(40, 100), "1.4": synchronised}, LAW).part("3.3")
    assert (found.factor, found.points) == (1, Decimal("4.80"))


# What is missing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "counts", "missing"),
    [
        ("4.2", (3, 10), 7),
        ("6.3", (80, 100), 10),
        ("6.3", (90, 100), 0),
        ("6.3", (81, 101), 10),  # 90.9 is not enough
        ("4.2", (0, 0), None),
    ],
)
def test_how_many_are_missing_for_all_points(code, counts, missing):
    assert score(code, *counts).missing == missing


def test_what_the_rate_of_synchronisation_puts_out_of_reach():
    facts = {"3.3": Fact(10, 100), "1.4": Fact(49, 100)}
    assert card(facts, LAW).part("3.3").missing is None
    assert card(facts | {"1.4": Fact(50, 100)}, LAW).part("3.3").missing == 90
    assert card(facts | {"1.4": Fact(0, 100)}, LAW).part("3.3").missing is None


# Bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("counts", [(-1, 2), (1, -2), (1.5, 2), (True, 2), ("1", 2), (1, 2, "", -3)])
def test_what_is_no_count_is_refused(counts):
    with pytest.raises(FactRefused, match="What is counted is a whole number from 0 on"):
        Fact(*counts)


@pytest.mark.parametrize("counts", [(1, None), (None, 1)])
def test_half_a_fact_is_refused(counts):
    with pytest.raises(FactRefused, match="A numerator comes with its denominator."):
        Fact(*counts)


def test_a_part_that_there_is_not_is_refused():
    with pytest.raises(ParameterRefused, match="There is no part “9.9”; there are 1.1, 1.2"):
        card({"9.9": Fact(1, 1)}, LAW)
    with pytest.raises(ParameterRefused):
        card({}, LAW).part("9.9")


def test_a_year_without_periods_is_refused():
    with pytest.raises(FactRefused):
        card({}, LAW, in_a_year=0)


# What holds for all facts -------------------------------------------------------------------------

counts = st.integers(0, 10_000)
facts_of_a_part = st.one_of(
    st.sampled_from(NoValue).map(Fact.unknown),
    st.tuples(counts, counts).map(lambda pair: Fact(min(pair), max(pair))),
    st.builds(Fact, counts, counts, last_year=st.none() | counts),
)
all_facts = st.dictionaries(st.sampled_from(LAW.codes), facts_of_a_part)


@given(all_facts)
def test_points_lie_between_0_and_the_maximum(facts):
    found = card(facts, LAW)
    for one in (*found.parts, *found.groups):
        most = one.part.maximum if one in found.parts else one.group.maximum
        assert one.points is None or 0 <= one.points <= most
    assert found.total is None or 0 <= found.total <= found.measured <= 100


@given(all_facts, st.sampled_from(LAW.codes), counts)
def test_more_in_the_numerator_never_costs_points(facts, code, more):
    fact = facts.get(code)
    if fact is None or fact.numerator is None:
        return
    richer = Fact(fact.numerator + more, fact.denominator, last_year=fact.last_year)
    before, after = card(facts, LAW), card({**facts, code: richer}, LAW)
    for one, other in zip(before.parts, after.parts, strict=True):
        assert (one.points is None) == (other.points is None)
        assert one.points is None or one.points <= other.points


@given(all_facts, st.sampled_from(NoValue))
def test_what_has_no_value_is_never_counted_as_0(facts, reason):
    """What is unknown changes no sum, whether it is named or left out."""
    known = {code: fact for code, fact in facts.items() if fact.numerator is not None}
    padded = {code: Fact.unknown(reason) for code in LAW.codes} | known
    found, bare = card(padded, LAW), card(known, LAW)
    assert (found.total, [group.points for group in found.groups]) == (
        bare.total,
        [group.points for group in bare.groups],
    )
    assert (found.total is None) == all(part.points is None for part in found.parts)
    for group in found.groups:
        assert (group.points is None) == all(part.points is None for part in group.parts)


@given(all_facts, st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(facts, random):
    pairs = list(facts.items())
    random.shuffle(pairs)
    assert card(dict(pairs), LAW) == card(facts, LAW)
    assert digest(dict(pairs)) == digest(facts)


@given(all_facts)
def test_sums_are_sums_of_rounded_scores(facts):
    found = card(facts, LAW)
    assert sum((part.points or 0) for part in found.parts) == (found.total or 0)


@given(st.fractions(0, 100))
def test_rounding_is_half_up(exact):
    with localcontext(prec=60):
        long = Decimal(exact.numerator) / Decimal(exact.denominator)
    assert half_up(exact) == long.quantize(Decimal("0.01"), ROUND_HALF_UP)


@given(all_facts, st.sampled_from(LAW.codes))
def test_with_what_is_missing_all_points_are_reached_and_not_with_one_less(facts, code):
    one = card(facts, LAW).part(code)
    if not one.missing:
        return
    fact = facts[code]

    def share(more: int) -> Fraction:
        changed = Fact(fact.numerator + more, fact.denominator, last_year=fact.last_year)
        return card({**facts, code: changed}, LAW).part(code).share

    target = Fraction(one.part.target or 1)
    assert share(one.missing) >= target > share(one.missing - 1)


@given(all_facts, st.sampled_from(LAW.codes), counts)
def test_another_count_has_another_digest(facts, code, number):
    other = {**facts, code: Fact(number, number)}
    assert (digest(other) == digest(facts)) == (other == facts)


def test_there_is_one_edition_of_ours():
    assert [edition.begins for edition in EDITIONS] == [date(2022, 6, 23)]
