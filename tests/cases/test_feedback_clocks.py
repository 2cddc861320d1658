"""The clocks of feedback (R48): the rule's example, the end of a period, and what holds for every moment."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import feedback
from cases.feedback import MOVES, OPEN, FeedbackState, FeedbackVerb
from procedures.regimes import FEEDBACK_RULES, feedback_rules_on
from procedures.working_time import TZ, SpecialDay, WorkCalendar
from tests.cast import local

LAW = feedback_rules_on(date(2026, 11, 2))
DAY_OFF = SpecialDay(date(2026, 11, 24), is_worked=False, kind="culture_day", name_vi="Ngày Văn hóa Việt Nam")
CALENDAR = WorkCalendar([DAY_OFF], known_years={2025, 2026, 2027, 2028})
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1)).map(lambda m: m.replace(tzinfo=TZ))


def test_the_example_of_the_rule():
    """Sent Monday 02/11/2026: refuse by Wednesday 04/11, ask or transfer by Monday 09/11, answer by Monday 23/11."""
    found = feedback.clocks(local("2026-11-02 10:00"), LAW, CALENDAR)
    assert found.refuse_by == local("2026-11-04 17:00")
    assert found.ask_by == found.transfer_by == local("2026-11-09 17:00")
    assert found.answer_by == local("2026-11-23 17:00")


def test_a_day_off_moves_the_answer():
    assert feedback.clocks(local("2026-11-03 10:00"), LAW, CALENDAR).answer_by == local("2026-11-25 17:00")


@pytest.mark.parametrize("hour", ["00:00", "07:29", "12:00", "16:59", "23:59"])
def test_the_hour_of_sending_does_not_matter(hour):
    assert feedback.clocks(local(f"2026-11-02 {hour}"), LAW, CALENDAR) == feedback.clocks(
        local("2026-11-02 10:00"), LAW, CALENDAR
    )


def test_an_answer_is_published_within_two_working_days():
    assert feedback.publish_by(local("2026-11-20 16:00"), LAW, CALENDAR) == local("2026-11-25 17:00")


@pytest.mark.parametrize(
    ("done", "at", "on_time"),
    [
        ("2026-11-23 17:00", "2026-12-01 00:00", True),
        ("2026-11-23 17:01", "2026-12-01 00:00", False),
        (None, "2026-11-23 17:00", True),
        (None, "2026-11-23 17:01", False),
        ("2026-11-25 09:00", "2026-11-20 00:00", True),  # open at the end of that period
        ("2026-11-25 09:00", "2026-11-24 00:00", False),
    ],
)
def test_still_open_at_the_end_of_a_period_is_on_time_while_its_days_are_not_over(done, at, on_time):
    due = local("2026-11-23 17:00")
    assert feedback.is_on_time(due, done and local(done), at=local(at)) is on_time


@pytest.mark.parametrize(
    ("done", "days"),
    [
        ("2026-11-20 09:00", 0),
        ("2026-11-23 17:00", 0),
        ("2026-11-23 17:01", 1),
        ("2026-11-25 09:00", 1),
        ("2027-11-23 09:00", 260),
    ],
)
def test_lateness_is_counted_in_working_days_without_an_upper_limit(done, days):
    assert feedback.days_late(local("2026-11-23 17:00"), local(done), CALENDAR) == days


def test_the_parameters_are_data_with_a_date_and_a_source():
    assert [(r.refuse, r.ask, r.transfer, r.answer, r.publish) for r in FEEDBACK_RULES] == [(2, 5, 5, 15, 2)]
    assert feedback_rules_on(date(1990, 1, 1)) is FEEDBACK_RULES[0]
    assert LAW.citation.text("en").startswith("Decree")


@given(moments)
def test_each_clock_ends_at_a_closing_after_as_many_working_days(moment):
    found = feedback.clocks(moment, LAW, CALENDAR)
    assert found.refuse_by < found.ask_by == found.transfer_by < found.answer_by
    for due, days in ((found.refuse_by, 2), (found.ask_by, 5), (found.answer_by, 15)):
        assert CALENDAR.working_days_between(moment.date(), due.date()) == days
        assert due == CALENDAR.closing(due.date())


@given(moments, st.integers(0, 60 * 24 * 400))
def test_who_is_late_is_late_by_at_least_a_day_and_who_is_in_time_by_none(due, minutes):
    done = due + timedelta(minutes=minutes - 60 * 24 * 200)
    late = not feedback.is_on_time(due, done, at=done)
    assert (feedback.days_late(due, done, CALENDAR) >= 1) is late


@given(moments, moments, moments)
def test_an_end_after_the_period_counts_as_open(due, done, at):
    if done > at:
        assert feedback.is_on_time(due, done, at=at) == feedback.is_on_time(due, None, at=at)


def test_every_state_is_reached_and_only_open_and_answered_ones_are_left():
    assert {target for _sources, target in MOVES.values()} == set(FeedbackState)
    left = set().union(*(sources for sources, _target in MOVES.values()))
    assert left == OPEN | {FeedbackState.ANSWERED}
    assert set(FeedbackVerb) - set(MOVES) == {FeedbackVerb.SEND}
