"""On time in the sense of Decision 766 (R52): nothing capped, open and late is late."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.responsibility import Wait
from cases.scorecard.on_time import Course, Verdict, as_of, course_of, rate, verdict
from cases.scorecard.scores import Fact
from tests.law_fixtures import at

DUE = at("2026-10-12 17:00")
END = at("2026-10-31 23:59")
RECEIVED = (2, at("2026-10-05 09:00"))


def stood(*events, appointment=DUE, end=END, **more) -> Verdict:
    return verdict(course_of([RECEIVED, *events], appointment), end, **more)


# The end ------------------------------------------------------------------------------------------


def test_the_first_kind_of_end_counts_before_the_others():
    finished, returned = (9, at("2026-10-12 17:00")), (10, at("2026-10-20 09:00"))
    assert stood(finished, returned) == Verdict(True, finished[1], finished[1], True)
    assert stood(returned) == Verdict(True, returned[1], returned[1], False)


def test_a_minute_after_the_appointment_is_late():
    assert stood((9, at("2026-10-12 17:00:59"))).on_time is True
    assert stood((9, at("2026-10-12 17:01"))).on_time is False


def test_what_is_open_after_its_appointment_is_late_and_before_it_on_time():
    assert stood().on_time is False
    assert stood(end=at("2026-10-12 17:00")).on_time is True


def test_a_stop_is_an_end_of_what_had_been_received():
    stopped = (8, at("2026-10-08 16:00"))
    assert stood((7, at("2026-10-08 15:00")), stopped) == Verdict(True, stopped[1], stopped[1], True)


def test_what_was_withdrawn_before_reception_does_not_count():
    filed = [(1, at("2026-10-05 09:00")), (7, at("2026-10-06 09:00")), (8, at("2026-10-06 09:00"))]
    assert verdict(course_of(filed, None), END) == Verdict(False)
    assert verdict(course_of(filed, DUE, was_received=True), END).counted


def test_the_order_in_which_statuses_come_does_not_matter():
    events = [RECEIVED, (5, at("2026-10-07 09:00")), (4, at("2026-10-09 09:00")), (9, at("2026-10-14 16:00"))]
    assert course_of(events, DUE) == course_of(events[::-1], DUE)


# Waiting for the applicant ------------------------------------------------------------------------


def test_completed_waiting_is_subtracted_in_clock_time():
    asked, came = (5, at("2026-10-07 09:00")), (4, at("2026-10-09 09:00"))
    found = stood(asked, came, (9, at("2026-10-14 17:00")))
    assert (found.end_used, found.adjusted_end, found.on_time) == (
        at("2026-10-14 17:00"),
        at("2026-10-12 17:00"),
        True,
    )


def test_the_only_request_is_the_end_while_it_is_open():
    asked = (5, at("2026-10-08 09:00"))
    assert stood(asked) == Verdict(True, asked[1], asked[1], True)
    late = (5, at("2026-10-13 09:00"))
    assert stood(late).on_time is False


def test_waiting_that_ends_in_a_stop_was_never_completed():
    found = stood((5, at("2026-10-08 09:00")), (8, at("2026-10-29 17:00")))
    assert found == Verdict(True, at("2026-10-29 17:00"), at("2026-10-29 17:00"), False)


def test_more_than_one_request_is_overdue():
    events = [
        (5, at("2026-10-06 09:00")),
        (4, at("2026-10-07 09:00")),
        (5, at("2026-10-08 09:00")),
        (4, at("2026-10-09 09:00")),
        (9, at("2026-10-09 10:00")),
    ]
    assert stood(*events).on_time is False
    assert stood(*events, multiple_requests_overdue="only_while_waiting").on_time is True
    assert stood(*events[:3], multiple_requests_overdue="only_while_waiting").on_time is False
    with pytest.raises(ValueError, match="always or only_while_waiting"):
        stood(*events, multiple_requests_overdue="never")


# Without an appointment, and the past ---------------------------------------------------------------


def test_without_an_appointment_the_longest_time_of_the_procedure_counts():
    course = Course(
        None,
        at("2026-10-08 09:00"),
        [Wait(at("2026-10-06 09:00"), at("2026-10-07 09:00"))],
        started_at=at("2026-10-05 09:00"),
        longest=timedelta(days=2),
    )
    assert verdict(course, END).on_time is True
    course = Course(None, at("2026-10-08 09:01"), course.requests, True, course.started_at, course.longest)
    assert verdict(course, END).on_time is False


def test_what_can_be_compared_with_nothing_does_not_count():
    found = verdict(Course(None, at("2026-10-08 09:00")), END)
    assert (found.counted, found.on_time, found.end_used) == (False, None, at("2026-10-08 09:00"))


def test_what_happened_later_had_not_happened_then():
    waits = [Wait(at("2026-10-07 09:00"), at("2026-10-15 09:00")), Wait(at("2026-10-20 09:00"))]
    course = Course(DUE, at("2026-10-25 09:00"), waits)
    assert as_of(course, at("2026-10-10 00:00")) == Course(DUE, None, [Wait(waits[0].begins)])
    assert verdict(course, at("2026-10-10 00:00")).on_time is True
    assert verdict(course, END).on_time is False


# The rate -----------------------------------------------------------------------------------------


def test_the_rate_counts_open_and_late_ones_too():
    courses = [
        Course(DUE, DUE),
        Course(DUE, DUE + timedelta(minutes=1)),
        Course(DUE),
        Course(END + timedelta(days=3)),
        Course(DUE, DUE, was_received=False),
        Course(None, DUE),
    ]
    assert rate(courses, END) == Fact(2, 4)
    assert rate([], END) == Fact(0, 0)


moments = st.datetimes(datetime(2026, 10, 1), datetime(2026, 12, 31)).map(lambda m: at(m.isoformat()))


@st.composite
def courses(draw):
    cuts = sorted(draw(st.lists(moments, min_size=1, max_size=6, unique=True)))
    waits = [Wait(*cuts[place : place + 2]) for place in range(0, len(cuts) - 1, 2)]
    return Course(draw(moments), draw(st.none() | moments.filter(lambda m: m >= cuts[-1])), waits)


@given(courses(), moments, st.timedeltas(timedelta(0), timedelta(days=60)))
def test_a_later_appointment_never_makes_late(course, end, more):
    later = Course(course.appointment + more, course.ended_at, course.requests)
    assert verdict(course, end).on_time <= verdict(later, end).on_time


@given(courses(), moments)
def test_the_adjusted_end_is_never_after_the_end_and_the_end_never_after_the_period(course, end):
    found = verdict(course, end)
    assert found.adjusted_end <= found.end_used <= end


@given(st.lists(courses(), max_size=6), moments)
def test_the_rate_is_the_count_of_its_dossiers_in_any_order(found, end):
    assert rate(found, end) == rate(found[::-1], end)
    assert rate(found, end) == Fact(sum(verdict(one, end).on_time for one in found), len(found))
