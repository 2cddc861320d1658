"""The nine indicators of Circular 01/2018 (R50): points, scores, totals, bands."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.scorecard import nine
from cases.scorecard.editions import ParameterRefused
from cases.scorecard.nine import Band, NotMeasured, TaskBand

pytestmark = pytest.mark.usefixtures("english")

LAW = nine.rules_on(date(2026, 11, 9))
D = Decimal


# Points -------------------------------------------------------------------------------------------


def test_points_of_time_and_attitude():
    assert [nine.time_points(result) for result in ("early", "on_time", "late")] == [2, 1, 0]
    for result, points in (("early", 2), ("on_time", 1), ("late", 0)):
        assert nine.attitude_points(result, upheld_complaint=False) == points
        assert nine.attitude_points(result, upheld_complaint=True) == 0


@pytest.mark.parametrize(
    ("contacts", "own", "points"), [(0, 0, 2), (1, 0, 1), (2, 0, 0), (3, 2, 1), (3, 3, 2), (9, 0, 0)]
)
def test_contacts_that_the_applicant_caused_are_not_counted(contacts, own, points):
    assert nine.contact_points(contacts, own) == points


@pytest.mark.parametrize("counts", [(1, 2), (-1, 0), (1, -1)])
def test_more_contacts_caused_than_there_were_are_refused(counts):
    with pytest.raises(NotMeasured, match="The applicant cannot have caused more contacts than there were."):
        nine.contact_points(*counts)


def test_points_of_agencies_and_publicity():
    assert [nine.agencies_points(one) for one in ("none", "one_stop_only", "more")] == [2, 1, 0]
    assert [
        nine.publicity_points(posted=posted, electronic=electronic)
        for posted in (True, False)
        for electronic in (True, False)
    ] == [2, 1, 1, 0]


@pytest.mark.parametrize(
    ("level", "settled", "received", "points"),
    [
        ("province", 20, 100, 2),
        ("province", "19.99", 100, 1),
        ("province", 19, "99.99", 0),
        ("district", 50, 100, 2),
        ("district", 49, 100, 1),
        ("commune", 100, 100, 2),
        ("commune", 99, 100, 1),
    ],
)
def test_points_of_the_desk_by_level(level, settled, received, points):
    assert nine.desk_points(level, D(settled), D(received), LAW) == points


def test_a_level_that_there_is_not_is_refused():
    with pytest.raises(NotMeasured, match="“ministry” is no level; there are province, district, commune."):
        nine.desk_points("ministry", D(1), D(1), LAW)


@pytest.mark.parametrize(
    ("received", "on_time", "points"),
    [(0, 0, 2), (20, 20, 2), (20, 19, 1), (20, 18, 1), (20, 17, 0), (1, 0, 0), (1000, 899, 0)],
)
def test_points_of_feedback(received, on_time, points):
    assert nine.feedback_points(received, on_time, LAW) == points
    assert nine.feedback_points(received, on_time, LAW, dragged_on=True) == 0


@pytest.mark.parametrize("counts", [(0, 1), (-1, -1), (3, -1)])
def test_more_answers_than_feedback_are_refused(counts):
    with pytest.raises(NotMeasured):
        nine.feedback_points(*counts, LAW)


@pytest.mark.parametrize(
    ("procedures", "dossiers", "points"),
    [(20, 30, 2), (25, "29.99", 1), ("19.99", 30, 1), (0, 15, 1), (100, "14.99", 0)],
)
def test_points_of_online_services(procedures, dossiers, points):
    assert nine.online_points(D(procedures), D(dossiers), LAW, any_overdue=False) == points
    assert nine.online_points(D(procedures), D(dossiers), LAW, any_overdue=True) == 0


@pytest.mark.parametrize("shares", [(-1, 5), (5, 101)])
def test_shares_beyond_all_are_refused(shares):
    with pytest.raises(NotMeasured, match="A share is between 0 and 100 percent."):
        nine.online_points(*map(D, shares), LAW, any_overdue=False)


# Scores and bands ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "score"),
    [([2, 2, 1, 1, 1], "1.4"), ([2, 1, 1, 1], "1.3"), ([1] + [0] * 19, "0.1"), ([], None)],
)
def test_the_mean_is_rounded_half_up(points, score):
    assert nine.mean(points) == (score and D(score))


@pytest.mark.parametrize("points", [[3], [-1], [2, 5]])
def test_other_points_are_refused(points):
    with pytest.raises(NotMeasured, match="Points are 2, 1 or 0."):
        nine.mean(points)


@pytest.mark.parametrize(
    ("total", "band"),
    [
        ("15.0", Band.EXCELLENT),
        ("14.9", Band.GOOD),
        ("12.0", Band.GOOD),
        ("11.9", Band.FAIR),
        ("9.0", Band.FAIR),
        ("8.9", Band.AVERAGE),
        ("6.0", Band.AVERAGE),
        ("5.9", Band.WEAK),
        ("0", Band.WEAK),
    ],
)
def test_bands_of_agencies(total, band):
    left, scores = D(total), {}
    for number in nine.NAMES:
        scores[number] = min(left, D(2))
        left -= scores[number]
    assert nine.agency(scores, LAW) == nine.Evaluation(D(total), band, tuple(range(1, 10)))


@pytest.mark.parametrize(
    ("total", "band"),
    [("5.0", TaskBand.ALL), ("4.9", TaskBand.MOST), ("3.5", TaskBand.MOST), ("3.4", TaskBand.LESS)],
)
def test_bands_of_officers(total, band):
    left = D(total) - 2
    scores = {1: D(1), 2: D(1), 3: min(left, D(2)), 4: max(left - 2, D(0)), 7: D(0)}
    assert nine.officer(scores, LAW) == nine.Evaluation(D(total), band, (1, 2, 3, 4, 7))


def test_an_officer_is_not_measured_by_the_others():
    scores = {number: D(2) for number in nine.NAMES}
    assert nine.officer(scores, LAW).total == 10
    assert nine.officer({5: D(2)}, LAW) == nine.Evaluation(None, None, ())


def test_indicators_without_data_are_left_out_and_the_bands_stay():
    scores = {1: D(2), 2: D(2), 3: None, 5: None, 6: D(2)}
    assert nine.agency(scores, LAW) == nine.Evaluation(D(6), Band.AVERAGE, (1, 2, 6))
    assert nine.agency({}, LAW) == nine.Evaluation(None, None, ())


@pytest.mark.parametrize("scores", [{10: D(1)}, {0: D(1)}, {1: D("2.1")}, {1: D("-0.1")}])
def test_scores_that_there_cannot_be_are_refused(scores):
    with pytest.raises(NotMeasured):
        nine.agency(scores, LAW)


# Parameters ---------------------------------------------------------------------------------------


def test_nothing_is_measured_before_the_circular():
    assert nine.rules_on(date(2019, 1, 6)) is LAW
    with pytest.raises(ParameterRefused, match="The nine indicators are not measured on 05/01/2019."):
        nine.rules_on(date(2019, 1, 5))


def test_later_parameters_hold_from_their_day_on():
    changed = replace(LAW, begins=date(2027, 1, 1), answered=D(95))
    rules = (changed, LAW)
    assert nine.feedback_points(20, 18, nine.rules_on(date(2026, 12, 31), rules)) == 0 + 1
    assert nine.feedback_points(20, 18, nine.rules_on(date(2027, 1, 1), rules)) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"agency_bands": (D(6), D(9), D(12), D(15))},
        {"agency_bands": (D(15), D(12), D(12), D(6))},
        {"agency_bands": (D(15),)},
        {"officer_bands": (D("3.5"), D(5))},
        {"answered": D(0)},
        {"answered": D(101)},
        {"some_online_dossiers": D(30)},
        {"settled": {"province": D(0)}},
        {"of_officer": ()},
        {"of_officer": (1, 11)},
    ],
)
def test_parameters_that_nothing_can_be_measured_with_are_refused(change):
    with pytest.raises(ParameterRefused):
        replace(LAW, **change)


# What holds always --------------------------------------------------------------------------------

points = st.lists(st.integers(0, 2), min_size=1)
all_scores = st.dictionaries(
    st.sampled_from(list(nine.NAMES)), st.none() | st.integers(0, 20).map(lambda n: D(n) / 10)
)


@given(points)
def test_a_mean_lies_between_its_points_and_is_rounded_once(found):
    exact = Fraction(sum(found), len(found))
    score = nine.mean(found)
    assert min(found) <= score <= max(found)
    assert score == (D(exact.numerator) / D(exact.denominator)).quantize(D("0.1"), ROUND_HALF_UP)


@given(all_scores)
def test_what_has_no_data_is_never_counted_as_0(scores):
    known = {number: score for number, score in scores.items() if score is not None}
    assert nine.agency(scores, LAW) == nine.agency(known, LAW)
    assert nine.agency(scores, LAW).counted == tuple(sorted(known))
    assert (nine.agency(scores, LAW).total is None) == (not known)


@given(all_scores, st.sampled_from(list(nine.NAMES)), st.integers(0, 20).map(lambda n: D(n) / 10))
def test_more_points_never_lead_to_a_lower_band(scores, number, score):
    known = {key: value for key, value in scores.items() if value is not None} | {number: D(0)}
    for evaluate, bands in ((nine.agency, list(Band)), (nine.officer, list(TaskBand))):
        less, more = evaluate(known, LAW), evaluate(known | {number: score}, LAW)
        if less.band is not None:
            assert bands.index(more.band) <= bands.index(less.band)
