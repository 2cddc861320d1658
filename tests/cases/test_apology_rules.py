"""Apology and rescheduling, warnings, lateness (R17, R29–R31, R33)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.deadlines import apology_by, lateness, punctuality, reschedule_refusal, warning_days
from tests.law_fixtures import OFFICIAL, at


def test_the_apology_is_due_on_the_working_day_before():
    assert apology_by(at("2026-11-25 17:00"), at("2026-11-16 09:00"), OFFICIAL) == at("2026-11-23 17:00")


def test_the_apology_of_a_limit_in_hours_is_due_at_closing_of_the_day_before():
    assert apology_by(at("2026-11-20 10:30"), at("2026-11-18 10:30"), OFFICIAL) == at("2026-11-19 17:00")


@pytest.mark.parametrize(
    ("due", "received", "by"),
    [
        ("2026-11-12 17:00", "2026-11-11 15:30", "2026-11-11 17:00"),
        ("2026-11-12 17:00", "2026-11-12 08:00", "2026-11-12 17:00"),
        ("2026-11-12 17:00", "2026-11-11 17:00", "2026-11-12 17:00"),
        ("2026-11-12 17:00", "2026-11-11 20:15", "2026-11-12 17:00"),
        ("2026-11-12 11:30", "2026-11-12 07:30", "2026-11-12 11:30"),
    ],
)
def test_an_apology_before_reception_may_come_until_the_due_moment(due, received, by):
    assert apology_by(at(due), at(received), OFFICIAL) == at(by)


def test_more_days_before_are_a_parameter():
    due, received = at("2026-11-25 17:00"), at("2026-11-16 09:00")
    assert apology_by(due, received, OFFICIAL, days_before=2) == at("2026-11-20 17:00")


def test_warnings_come_two_and_one_working_days_before():
    due = at("2026-02-23 17:00")
    assert warning_days(due, OFFICIAL) == (date(2026, 2, 12), date(2026, 2, 13))
    assert warning_days(due, OFFICIAL, days=(1,)) == (date(2026, 2, 13),)


# Rescheduling -------------------------------------------------------------------------------------


def refusal(**changes) -> str | None:
    facts = {
        "current_due_at": at("2026-11-25 17:00"),
        "new_due_at": at("2026-11-30 17:00"),
        "reschedules_in_dossier": 0,
        "reschedules_in_cycle": 0,
        "scope": "cycle",
        "reason": "mưa lớn, chưa đo đạc được",
        "signed_by_head": True,
        "calendar": OFFICIAL,
    }
    return reschedule_refusal(**facts | changes)


def test_the_first_reschedule_is_possible():
    assert refusal() is None
    assert refusal(calendar=None) is None


def test_a_second_reschedule_is_refused():
    assert refusal(reschedules_in_dossier=1, reschedules_in_cycle=1) == "already_rescheduled"


def test_a_restart_opens_a_new_cycle_unless_the_office_is_stricter():
    assert refusal(reschedules_in_dossier=1, reschedules_in_cycle=0) is None
    assert refusal(reschedules_in_dossier=1, scope="dossier") == "already_rescheduled"
    with pytest.raises(ValueError, match="cycle or dossier"):
        refusal(scope="year")


@pytest.mark.parametrize(
    "new", ["2026-11-25 17:00", "2026-11-25 17:00:59", "2026-11-24 17:00", "2026-11-20 09:00"]
)
def test_the_new_date_must_be_later(new):
    assert refusal(new_due_at=at(new)) == "not_later"


@pytest.mark.parametrize("reason", ["", "   ", "\n\t", None])
def test_a_reason_is_needed(reason):
    assert refusal(reason=reason) == "reason_missing"


def test_the_head_must_sign():
    assert refusal(signed_by_head=False) == "signature_missing"


@pytest.mark.parametrize("new", ["2026-11-28 17:00", "2026-11-29 17:00", "2027-01-01 17:00"])
def test_the_new_date_must_be_a_working_day(new):
    assert refusal(new_due_at=at(new)) == "not_a_working_day"
    assert refusal(new_due_at=at(new), calendar=None) is None


def test_a_worked_saturday_is_a_working_day():
    facts = {"current_due_at": at("2026-08-20 17:00"), "new_due_at": at("2026-08-22 17:00")}
    assert refusal(**facts) is None


# Early, on time, late -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "done", "result"),
    [
        ("2026-11-12 17:00", "2026-11-11 16:59", "early"),
        ("2026-11-12 17:00", "2026-11-12 00:00", "on_time"),
        ("2026-11-12 17:00", "2026-11-12 17:00:59", "on_time"),
        ("2026-11-12 17:00", "2026-11-12 17:01", "late"),
        ("2026-11-12 11:30", "2026-11-12 13:05", "late"),
    ],
)
def test_a_hand_over_is_early_on_time_or_late(due, done, result):
    assert punctuality(at(due), at(done)).value == result


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2026-11-20 09:00", 2),  # Friday; Monday and Wednesday are left, Tuesday is Culture Day
        ("2026-11-22 09:00", 2),
        ("2026-11-24 09:00", 1),
        ("2026-11-25 08:00", 0),  # today
        ("2026-11-25 17:00", 0),
        ("2026-11-25 17:00:59", 0),
        ("2026-11-25 17:01", -1),  # a day begun counts
        ("2026-11-26 07:00", -1),
        ("2026-11-27 07:00", -2),
        ("2026-11-29 23:00", -2),
        ("2026-11-30 07:00", -3),
    ],
)
def test_lateness_is_in_working_days_with_a_sign(now, days):
    assert lateness(at("2026-11-25 17:00"), at(now), OFFICIAL) == days


@given(
    st.datetimes(at("2020-01-01 00:00").replace(tzinfo=None), at("2027-12-31 00:00").replace(tzinfo=None)),
    st.integers(-100_000, 100_000),
)
def test_lateness_is_negative_exactly_when_the_due_moment_is_over(moment, minutes):
    due = at(moment.replace(second=0, microsecond=0).isoformat())
    now = due + timedelta(minutes=minutes)
    assert (lateness(due, now, OFFICIAL) < 0) == (now > due)
