"""Past dossiers in a scenario: what a replay changes, what it never changes, and what it cannot count (R31, R53)."""

from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.deadlines import due_date
from cases.limits import Excluded, Limit
from cases.simulation.clocks import MinuteClock, NeverDone, minute_number, moment_of
from cases.simulation.queues import Run, Task, serve, tasks_of
from cases.simulation.replay import Past, replay
from cases.simulation.scenarios import CalendarChange, LimitChange, Scenario, ScenarioRefused, Staffing
from procedures.working_time import Session
from tests.law_fixtures import LATE, OFFICIAL, SATURDAY_COUNTS, SATURDAY_DESK, at

pytestmark = pytest.mark.usefixtures("english")

THREE_DAYS = Limit(Decimal(3), "working_day")
CALENDARS = {"ward": OFFICIAL}
calendars = st.sampled_from([OFFICIAL, LATE, SATURDAY_DESK, SATURDAY_COUNTS])


def minute(text: str) -> int:
    return minute_number(at(text))


def past(started="2026-03-02 09:00", end="2026-03-05 16:00", limit=THREE_DAYS, **more) -> Past:
    """Received on a Monday; three working days end on Thursday 17:00."""
    due = minute_number(due_date(at(started), limit, OFFICIAL, excluded=more.get("excluded", ())).due_at)
    facts = {"procedure": "1.1", "field": "Hộ tịch", "agency": "ward", "due": due, **more}
    return Past(limit=limit, started=minute(started), end=minute(end), **facts)


def sides(found) -> tuple[int, int, int, int]:
    """Late really, late in the scenario, and who changed sides."""
    row = found.whole
    return row.real.late, row.scenario.late, row.to_late, row.to_on_time


# Clocks -----------------------------------------------------------------------------------------------


moments = st.integers(minute("2026-01-01 00:00"), minute("2026-12-31 23:59"))


@given(calendars, moments, moments)
def test_the_running_totals_say_what_the_calendar_says(calendar, a, b):
    clock = MinuteClock(calendar, date(2026, 1, 1), date(2026, 3, 1))
    assert clock.between(a, b) == calendar.working_minutes_between(moment_of(a), moment_of(b))


@given(calendars, moments, st.integers(1, 60_000))
def test_work_ends_where_the_calendar_says(calendar, begin, work):
    clock = MinuteClock(calendar, date(2026, 1, 1), date(2026, 12, 31))
    assert moment_of(clock.after(begin, work)) == calendar.add_working_minutes(moment_of(begin), work)


def test_work_that_nobody_could_ever_do_is_refused():
    clock = MinuteClock(OFFICIAL, date(2026, 1, 1), date(2026, 1, 2))
    with pytest.raises(NeverDone, match="would not be done before 2100"):
        clock.after(minute("2026-01-01 08:00"), 100 * 365 * 480)


# A scenario that changes nothing ----------------------------------------------------------------------


@st.composite
def lives(draw):
    started = draw(moments)
    limit = Limit(Decimal(draw(st.integers(1, 20))), draw(st.sampled_from(["working_day", "calendar_day"])))
    deadline = due_date(moment_of(started), limit, OFFICIAL)
    due = minute_number(deadline.due_at) + draw(st.sampled_from([0, 0, 0, 1440]))  # or promised otherwise
    counts_from = minute_number(deadline.counts_as_received_at)
    end = counts_from + draw(st.integers(0, 60_000))
    return Past("1.1", "Hộ tịch", "ward", limit, counts_from, due, end)


@given(st.lists(lives(), min_size=1, max_size=20))
def test_an_empty_scenario_is_the_past_as_it_was(pasts):
    row = replay(pasts, CALENDARS, Scenario()).whole
    assert row.real.late == sum(one.end > one.due for one in pasts)
    assert row.real == row.baseline == row.scenario
    assert (row.to_late, row.to_on_time) == (0, 0)


@given(st.lists(lives(), min_size=1, max_size=20), st.integers(0, 30), st.integers(0, 30))
def test_a_longer_limit_never_makes_more_late(pasts, a, b):
    few, many = sorted([a, b])
    less, more = (replay(pasts, CALENDARS, Scenario(LimitChange(days=n))).whole for n in (few, many))
    assert more.scenario.late <= less.scenario.late <= less.real.late
    assert more.to_late == 0


@given(st.lists(lives(), min_size=1, max_size=20), st.decimals("0.1", "9", places=1))
def test_promises_that_the_facts_do_not_give_stay_in_every_scenario(pasts, factor):
    otherwise = [one._replace(due=one.due + 7) for one in pasts]
    found = replay(otherwise, CALENDARS, Scenario(LimitChange(factor=factor)))
    assert found.kept == len(pasts)
    assert found.whole.scenario == found.whole.real


# Limits -----------------------------------------------------------------------------------------------


def test_a_shorter_limit_makes_late_what_used_the_last_day():
    found = replay([past(), past(end="2026-03-04 16:00")], CALENDARS, Scenario(LimitChange(days=-1)))
    assert sides(found) == (0, 1, 1, 0)
    assert found.whole.scenario.percent == Decimal("50.00")


def test_a_longer_limit_saves_what_came_a_day_too_late():
    found = replay([past(end="2026-03-06 16:00")], CALENDARS, Scenario(LimitChange(factor=Decimal("1.4"))))
    assert sides(found) == (1, 0, 0, 1)


def test_days_that_do_not_count_do_not_count_in_the_scenario_either():
    week = (Excluded(date(2026, 3, 3), date(2026, 3, 9)),)
    held = past(end="2026-03-11 16:00", excluded=week)  # three days: 10th, 11th, 12th
    assert sides(replay([held], CALENDARS, Scenario(LimitChange(days=-1)))) == (0, 0, 0, 0)
    assert sides(replay([held], CALENDARS, Scenario(LimitChange(days=-2)))) == (0, 1, 1, 0)


@pytest.mark.parametrize(
    ("limit", "change", "found"),
    [
        (("5", "working_day"), {"days": -2}, ("3", "working_day")),
        (("5", "working_day"), {"factor": Decimal("0.8")}, ("4", "working_day")),
        (("3", "working_day"), {"factor": Decimal("0.8")}, ("2", "working_day")),  # 2.4: whole days
        (("2", "working_day"), {"days": -5}, ("1", "working_day")),
        (("30", "calendar_day"), {"days": -2}, ("28", "calendar_day")),
        (("16", "working_hour"), {"days": -1}, ("8", "working_hour")),
        (("4", "working_hour"), {"days": -1}, ("4", "working_hour")),  # was shorter than a day
        (("1", "same_day"), {"days": -1}, ("1", "same_day")),
        (("15", "calendar_day"), {"fixed": {"1.1": 7}, "days": -1}, ("7", "working_day")),
        (("15", "calendar_day"), {"fixed": {"2.2": 7}}, ("15", "calendar_day")),
    ],
)
def test_how_a_limit_is_changed(limit, change, found):
    before, after = (Limit(Decimal(amount), unit) for amount, unit in (limit, found))
    assert LimitChange(**change).applied(before, "1.1") == after


def test_limits_that_cannot_become_shorter_are_told():
    short, long = past(limit=Limit(Decimal(1), "working_day")), past(limit=Limit(Decimal(5), "working_day"))
    assert replay([short, long], CALENDARS, Scenario(LimitChange(days=-2))).floored == 1


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: LimitChange(factor=Decimal(0)), "A limit is multiplied by a number above 0, up to 10, not by 0."),
        (lambda: LimitChange(factor=Decimal("-0.5")), "not by -0.5."),
        (lambda: LimitChange(factor=Decimal("NaN")), "not by NaN."),
        (lambda: LimitChange(days=20_000), "changed by 10000 days at the most, not by 20000."),
        (lambda: LimitChange(fixed={"1.1": 0}), "A limit is at least one working day and at most 10000; 1.1 got 0."),
        (lambda: Staffing(officers={"ward": 0}), "A unit without officers finishes nothing: give at least one."),
        (lambda: Staffing(more=99_999), "More than 10000 officers are not simulated."),
        (
            lambda: CalendarChange(days_off=[date(2026, 3, 3)], days_on=[date(2026, 3, 3)]),
            "03/03/2026 cannot be off and worked at once.",
        ),
        (
            lambda: CalendarChange(saturdays_count=True),
            "Saturdays count in limits only where Saturday mornings are open.",
        ),
    ],
)  # fmt: skip
def test_a_scenario_that_makes_no_sense_is_refused(build, sentence):
    with pytest.raises(ScenarioRefused) as refused:
        build()
    assert str(refused.value).endswith(sentence)


# Calendars --------------------------------------------------------------------------------------------


def test_a_day_off_moves_promise_and_work_alike():
    """Nobody works on the 3rd, and the limit does not count it."""
    off = Scenario(calendar=CalendarChange(days_off=[date(2026, 3, 3)]))
    found = replay([past(end="2026-03-05 16:00"), past(end="2026-03-06 09:00")], CALENDARS, off)
    assert sides(found) == (1, 1, 0, 0)


def test_open_saturday_mornings_give_time_that_limits_do_not_count():
    late = past(started="2026-03-05 09:00", end="2026-03-11 10:00")  # due on Tuesday 10/03
    saturdays = CalendarChange(saturday_mornings=True)
    assert sides(replay([late], CALENDARS, Scenario(calendar=saturdays))) == (1, 0, 0, 1)


def test_saturdays_that_count_bring_the_promise_forward_too():
    late = past(started="2026-03-05 09:00", end="2026-03-11 10:00")
    saturdays = CalendarChange(saturday_mornings=True, saturdays_count=True)  # due on Monday 09/03
    assert sides(replay([late], CALENDARS, Scenario(calendar=saturdays))) == (1, 1, 0, 0)


def test_shorter_hours_make_the_same_work_last_longer():
    mornings = CalendarChange(weekday=(Session(time(7, 30), time(11, 30)),))
    assert sides(replay([past()], CALENDARS, Scenario(calendar=mornings))) == (0, 1, 1, 0)


def test_what_a_change_does_not_touch_ends_as_it_did_even_after_hours():
    evening = past(end="2026-03-05 20:00")
    off = Scenario(calendar=CalendarChange(days_off=[date(2026, 3, 20)]))
    assert sides(replay([evening], CALENDARS, off)) == (1, 1, 0, 0)


def test_a_day_outside_of_the_period_is_refused():
    with pytest.raises(ScenarioRefused, match="20/04/2026 lies outside the period from 01/03/2026"):
        CalendarChange(days_off=[date(2026, 4, 20)]).check_within(date(2026, 3, 1), date(2026, 3, 31))


# Staffing ---------------------------------------------------------------------------------------------


def run(ready: str, done: str, officer="an", unit="ward") -> Run:
    return Run(unit, officer, minute(ready), minute(done))


def queue_of_three() -> list[Past]:
    """One officer, three steps of two working days each that came on one morning."""
    ends = ["2026-03-03 17:00", "2026-03-05 17:00", "2026-03-09 17:00"]
    return [
        past(started="2026-03-02 07:30", end=end, runs=(run("2026-03-02 07:30", end),))
        for end in ends
    ]  # fmt: skip


def test_the_work_of_a_step_begins_when_its_officer_is_free():
    clock = MinuteClock(OFFICIAL, date(2026, 3, 1), date(2026, 3, 31))
    tasks = tasks_of([one.runs for one in queue_of_three()], {"ward": clock})
    assert [task.work for [task] in tasks] == [960, 960, 960]


def test_the_officers_that_there_were_give_the_past_again():
    found = replay(queue_of_three(), CALENDARS, Scenario(staffing=Staffing(officers={"ward": 1})))
    assert found.officers == {"ward": (1, 1)}
    assert found.whole.baseline == found.whole.real == found.whole.scenario
    assert found.whole.real.late == 1


def test_a_second_officer_shortens_the_queue():
    found = replay(queue_of_three(), CALENDARS, Scenario(staffing=Staffing(more=1)))
    assert found.officers == {"ward": (1, 2)}
    assert sides(found) == (1, 0, 0, 1)  # the third one is done after four days instead of six
    days = found.whole.baseline.ninth_decile, found.whole.scenario.ninth_decile
    assert days == (Decimal("6.0"), Decimal("4.0"))


def test_fewer_everywhere_leaves_one_in_each_unit():
    found = replay(queue_of_three(), CALENDARS, Scenario(staffing=Staffing(more=-5)))
    assert found.officers == {"ward": (1, 1)}


def test_what_is_due_first_may_go_first():
    waiting = [one._replace(due=one.due + 9999) for one in queue_of_three()[:2]]
    urgent = queue_of_three()[2]
    staffing = Staffing(due_first=True)
    assert sides(replay([*waiting, urgent], CALENDARS, Scenario(staffing=Staffing(more=0)))) == (1, 1, 0, 0)
    assert sides(replay([*waiting, urgent], CALENDARS, Scenario(staffing=staffing))) == (1, 0, 0, 1)


def test_what_others_do_takes_as_long_as_it_took_and_the_applicant_too():
    signed = past(
        started="2026-03-02 07:30",
        end="2026-03-12 11:30",
        limit=Limit(Decimal(9), "working_day"),
        runs=(
            run("2026-03-02 07:30", "2026-03-02 09:30", officer=None),  # the desk
            run("2026-03-02 09:30", "2026-03-03 09:30"),
            run("2026-03-05 09:30", "2026-03-06 09:30"),  # two days of waiting for the applicant
            run("2026-03-06 09:30", "2026-03-12 09:30", officer=None),  # the head who signs
        ),
    )
    found = replay([signed], CALENDARS, Scenario(staffing=Staffing(more=3)))
    assert found.whole.scenario == found.whole.baseline == found.whole.real


def test_after_a_supplement_the_limit_follows_the_answer():
    """Asked earlier, because there was no queue: answered and due earlier by the same days."""
    busy = past(
        end="2026-03-04 17:00",
        started="2026-03-02 07:30",
        runs=(run("2026-03-02 07:30", "2026-03-04 17:00"),),
    )
    asked = past(
        started="2026-03-12 07:30",
        end="2026-03-16 16:00",
        runs=(run("2026-03-02 07:30", "2026-03-05 17:00"), run("2026-03-12 07:30", "2026-03-16 16:00")),
        restart=1,
    )
    one_more = Staffing(more=1)
    assert sides(replay([busy, asked], CALENDARS, Scenario(staffing=one_more))) == (0, 0, 0, 0)
    # From Monday 09/03 on one day instead of three; the second step takes nearly three.
    shorter = Scenario(LimitChange(days=-2), staffing=one_more)
    assert sides(replay([busy, asked], CALENDARS, shorter)) == (0, 2, 2, 0)


steps = st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 900)), min_size=1, max_size=30)


@given(steps, st.integers(1, 4), st.integers(0, 3), calendars)
def test_more_officers_never_finish_a_step_of_one_queue_later(waiting, few, more, calendar):
    start = minute("2026-03-02 07:30")
    clocks = {"ward": MinuteClock(calendar, date(2026, 3, 1), date(2026, 12, 31))}
    courses = [[_task(work)] for _ready, work in waiting]
    begins = [start + ready for ready, _work in waiting]
    with_few = serve(courses, begins, {"ward": few}, clocks)
    with_more = serve(courses, begins, {"ward": few + more}, clocks)
    assert all(b[-1] <= a[-1] for a, b in zip(with_few, with_more, strict=True))


@given(steps, st.integers(1, 4))
def test_everybody_is_served_once_and_nobody_before_they_come(waiting, officers):
    start = minute("2026-03-02 07:30")
    clock = MinuteClock(OFFICIAL, date(2026, 3, 1), date(2026, 12, 31))
    begins = [start + ready for ready, _work in waiting]
    served = serve([[_task(work)] for _r, work in waiting], begins, {"ward": officers}, {"ward": clock})
    assert [ready for ready, _end in served] == begins
    assert all(
        end >= clock.after(begin, work) for (begin, end), (_ready, work) in zip(served, waiting, strict=True)
    )


def _task(work: int):
    return Task("ward", True, 0, work)


# Figures ----------------------------------------------------------------------------------------------


def test_figures_of_each_procedure_add_up_to_the_whole():
    pasts = [
        past(),
        past(end="2026-03-09 10:00"),
        past(procedure="2.2", field="Đất đai", end="2026-03-09 10:00"),
        past(procedure="2.2", field="Đất đai", counted=False),
    ]
    found = replay(pasts, CALENDARS, Scenario(LimitChange(days=2)))
    assert [(row.name, row.real.dossiers, row.real.late, row.to_on_time) for row in found.procedures] == [
        ("1.1", 2, 1, 1),
        ("2.2", 1, 1, 1),
    ]
    assert [(row.name, row.real.dossiers) for row in found.fields] == [("Hộ tịch", 2), ("Đất đai", 1)]
    assert (found.whole.real.dossiers, found.whole.real.late, found.whole.to_on_time) == (3, 2, 2)


def test_days_are_working_days_of_eight_hours_from_start_to_end():
    row = replay([past(started="2026-03-02 07:30", end="2026-03-05 11:30")], CALENDARS, Scenario()).whole
    assert (row.real.median, row.real.ninth_decile) == (Decimal("3.5"), Decimal("3.5"))
