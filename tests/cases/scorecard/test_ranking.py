"""The order of agencies by their scores."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cases.scorecard.ranking import Standing, ranking


def places(scores, before=None):
    return [(one.key, one.place) for one in ranking(scores, before)]


def test_the_best_stands_first_and_equals_share_a_place():
    scores = {"d": Decimal(70), "a": Decimal("59.91"), "b": Decimal(70), "c": Decimal(80)}
    assert places(scores) == [("c", 1), ("b", 2), ("d", 2), ("a", 4)]


def test_without_a_score_there_is_no_place():
    assert places({"a": None, "b": Decimal(0)}) == [("b", 1), ("a", None)]
    assert ranking({}) == []


def test_the_way_since_the_last_period():
    now = {"a": Decimal("87.69"), "b": Decimal(80), "c": Decimal(70)}
    then = {"a": Decimal("76.84"), "b": Decimal(80), "c": None}
    assert ranking(now, then) == [
        Standing("a", 1, Decimal("87.69"), Decimal("10.85"), 1),
        Standing("b", 2, Decimal(80), Decimal(0), -1),
        Standing("c", 3, Decimal(70), None, None),
    ]


scores = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3), st.none() | st.decimals(0, 100, places=2), max_size=12
)


@given(scores)
def test_places_follow_the_scores(found):
    standings = ranking(found)
    assert {one.key: one.score for one in standings} == found
    known = [one for one in standings if one.place is not None]
    assert standings[: len(known)] == known
    for one in known:
        assert one.place == 1 + len([other for other in known if other.score > one.score])
