"""Parameters of the scorecard by date, and those given from outside (R51, R54)."""

import json
from datetime import date
from decimal import Decimal

import pytest

from cases.scorecard.editions import ParameterRefused
from cases.scorecard.outside import with_changes
from cases.scorecard.parameters import EDITIONS, edition_on
from cases.scorecard.scores import Fact, card

pytestmark = pytest.mark.usefixtures("english")

CHANGED = '[{"begins": "2027-01-01", "parts": {"3.2": {"maximum": 5, "target": 0.8}}}]'


def refused(records, sentence: str) -> None:
    with pytest.raises(ParameterRefused) as caught:
        with_changes(records)
    assert str(caught.value) == sentence


def of(code: str, **change) -> list:
    return [{"begins": "2027-01-01", "parts": {code: change}}]


def test_parameters_hold_from_their_day_on():
    editions = with_changes(json.loads(CHANGED))
    before, after = (edition_on(date(*day), editions) for day in ((2026, 12, 31), (2027, 1, 1)))
    assert (before.maximum, after.maximum) == (100, 101)
    assert before == EDITIONS[0]
    facts = {"3.2": Fact(4, 10)}
    assert (card(facts, before).total, card(facts, after).total) == (Decimal("1.60"), Decimal("2.50"))


def test_a_number_means_what_is_written():
    for written in (0.8, "0.8"):
        changed = edition_on(date(2027, 1, 1), with_changes(of("2.1", target=written)))
        assert changed.part("2.1").target == Decimal("0.8")


def test_later_changes_build_on_earlier_ones_in_any_order():
    records = of("2.1", target="0.9") + [{"begins": "2028-01-01", "parts": {"2.1": {"empty": 20}}}]
    for order in (records, records[::-1]):
        editions = with_changes(order)
        assert [edition.begins.year for edition in editions] == [2022, 2027, 2028]
        part = editions[-1].part("2.1")
        assert (part.target, part.empty) == (Decimal("0.9"), 20)


def test_a_record_of_the_very_day_takes_the_place_of_ours():
    editions = with_changes([{"begins": "2022-06-23", "parts": {"3.2": {"target": "0.5"}}}])
    assert [edition.part("3.2").target for edition in editions] == [Decimal("0.5")]


def test_a_target_or_an_empty_score_may_be_taken_away():
    part = with_changes(of("6.3", target=None, empty=None))[-1].part("6.3")
    assert (part.target, part.empty) == (None, None)


def test_other_parameters_of_a_part_can_be_switched():
    part = with_changes(of("3.3", times="", last_year=True))[-1].part("3.3")
    assert (part.times, part.last_year) == ("", True)


def test_before_the_first_parameters_nothing_is_counted():
    with pytest.raises(ParameterRefused) as caught:
        edition_on(date(2022, 6, 22))
    assert str(caught.value) == "No parameters of the scorecard are in force on 22/06/2022."


@pytest.mark.parametrize("target", [0, -0.1, 1.01, "0.0"])
def test_a_target_that_would_divide_by_zero_or_is_above_all_is_refused(target):
    refused(
        of("3.1", target=target),
        "Part 3.1 of the scorecard cannot be used: its target is a share above 0 and up to 1;"
        " by 0 nothing is divided.",
    )


@pytest.mark.parametrize("maximum", [-1, 101])
def test_a_maximum_out_of_range_is_refused(maximum):
    refused(
        of("1.1", maximum=maximum),
        "Part 1.1 of the scorecard cannot be used: its maximum is a number of points from 0 to 100.",
    )


@pytest.mark.parametrize("empty", [-1, 7])
def test_points_without_a_denominator_above_the_maximum_are_refused(empty):
    refused(
        of("6.1", empty=empty),
        "Part 6.1 of the scorecard cannot be used: its points without a denominator lie between 0 and"
        " its maximum.",
    )


@pytest.mark.parametrize("value", ["many", True, [], {}, "NaN", "Infinity"])
def test_what_is_no_number_is_refused(value):
    refused(of("1.1", maximum=value), "Part 1.1 of the scorecard cannot be used: “maximum” is a number.")


def test_a_maximum_cannot_be_taken_away():
    refused(of("1.1", maximum=None), "Part 1.1 of the scorecard cannot be used: “maximum” is a number.")


@pytest.mark.parametrize("change", [{"times": 1}, {"last_year": "yes"}])
def test_what_cannot_be_read_is_refused(change):
    key = next(iter(change))
    refused(of("1.1", **change), f"Part 1.1 of the scorecard cannot be used: “{key}” cannot be read.")


@pytest.mark.parametrize("change", [{"name": "x"}, {"code": "1.2"}, {"weight": 3}, [], "all"])
def test_only_numbers_and_formulas_are_changed(change):
    refused(
        [{"begins": "2027-01-01", "parts": {"1.1": change}}],
        "Part 1.1 of the scorecard cannot be used: it may change empty, last_year, maximum, target, times.",
    )


@pytest.mark.parametrize("times", ["3.3", "9.9"])
def test_a_part_depends_only_on_one_that_depends_on_none(times):
    refused(
        of("4.1", times=times),
        "Part 4.1 of the scorecard cannot be used: it can only be multiplied by a part of the scorecard that is multiplied by none.",
    )


def test_a_part_that_there_is_not_is_refused():
    with pytest.raises(ParameterRefused, match="There is no part “7.1”"):
        with_changes(of("7.1", maximum=1))


@pytest.mark.parametrize("records", [None, {}, "x", 3])
def test_records_are_a_list(records):
    refused(records, "Parameters of the scorecard are a list of records.")


@pytest.mark.parametrize("record", [{}, {"begins": "soon"}, {"begins": None}, [], "2027"])
def test_a_record_says_when_it_begins(record):
    refused([record], "Each record of parameters says when it begins, like {“begins”: “2027-01-01”}.")


@pytest.mark.parametrize("parts", [None, {}, []])
def test_a_record_changes_something(parts):
    refused([{"begins": "2027-01-01", "parts": parts}], "The parameters of 01/01/2027 change nothing.")


def test_nothing_changes_without_records():
    assert with_changes([]) == EDITIONS


def test_the_words_of_the_count_on_time_are_parameters_too():
    edition = with_changes([{"begins": "2027-01-01", "appointment": "current", "note": "thử"}])[-1]
    assert (edition.appointment, edition.multiple_requests_overdue) == ("current", "always")
    refused(
        [{"begins": "2027-01-01", "multiple_requests_overdue": "never"}],
        "The parameter multiple_requests_overdue of the scorecard is one of: always, only_while_waiting.",
    )


def test_a_word_that_there_is_not_is_refused():
    refused(
        [{"begins": "2027-01-01", "part": {}, "weight": 3}],
        "The parameters of 01/01/2027 name something that there is not: part, weight.",
    )
