"""When a dossier will be finished at the present pace: medians of the past, allowances where there is no past."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.pace import Basis, StepPace, outlook_for
from procedures.office_hours import OfficeHours
from procedures.working_time import WorkCalendar
from tests.cast import local

CALENDAR = WorkCalendar([], OfficeHours())
NOW = local("2026-11-09 09:00")  # a Monday; eight working hours a day


def outlook(*steps, due="2026-11-12 17:00"):
    return outlook_for(steps, due_at=local(due), now=NOW, calendar=CALENDAR)


@pytest.mark.parametrize(
    ("step", "basis", "expected", "left"),
    [
        (StepPace("a", 720), Basis.ALLOWANCE, 720, 720),
        (StepPace("a", 720, used=300), Basis.ALLOWANCE, 720, 420),
        (StepPace("a", 720, used=900), Basis.ALLOWANCE, 900, 0),
        (StepPace("a", 720, past=(100, 300, 900)), Basis.PAST, 300, 300),
        (StepPace("a", 720, past=(100, 300, 500, 900)), Basis.PAST, 300, 300),
        (StepPace("a", 720, used=200, past=(100, 300, 500, 900)), Basis.LONGER, 500, 300),
        (StepPace("a", 720, used=900, past=(100, 300, 900)), Basis.NEVER_SO_LONG, 900, 0),
    ],
)
def test_what_a_step_is_expected_to_take(step, basis, expected, left):
    assert (step.basis, step.expected, step.left) == (basis, expected, left)


def test_the_steps_follow_each_other_in_office_hours():
    found = outlook(StepPace("a", 720, used=240), StepPace("b", 240))
    assert found.left == 720
    assert found.finish == local("2026-11-10 14:30")  # 6.5 h on Monday, 5.5 h on Tuesday
    assert (found.is_late, found.late_minutes) == (False, 0)


def test_how_late_it_will_be_is_said_in_office_hours():
    found = outlook(StepPace("a", 960), due="2026-11-10 10:00")
    assert found.finish == local("2026-11-11 09:00")
    assert (found.is_late, found.late_minutes) == (True, 420)


def test_the_due_minute_itself_is_in_time():
    found = outlook(StepPace("a", 390), due="2026-11-09 17:00")
    assert (found.finish, found.is_late) == (local("2026-11-09 17:00"), False)


def test_nothing_left_ends_now():
    assert outlook().finish == NOW


PACES = st.builds(
    StepPace,
    st.just("a"),
    st.integers(0, 5000),
    st.integers(0, 5000),
    st.lists(st.integers(0, 5000), max_size=25).map(tuple),
)


@given(st.lists(PACES, max_size=6))
def test_it_never_ends_before_now_nor_takes_less_than_was_used(steps):
    found = outlook_for(steps, due_at=NOW, now=NOW, calendar=CALENDAR)
    assert found.finish >= NOW
    assert all(step.expected >= step.used for step in steps)
    assert found.late_minutes == sum(step.left for step in steps)
