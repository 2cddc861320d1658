"""The escalation ladder: who is told when, once for each rung and promise, whatever was missed."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from cases import deadlines, services
from cases.enums import EventKind
from cases.ladder import BUILT_IN, Outcome, Receiver, Rung, due_before, late_by, windows
from cases.models import Escalation, EscalationRung
from cases.services.escalating import ladder_of
from notifications.models import Message
from procedures.models import CalendarDay
from procedures.office_hours import OfficeHours
from procedures.working_time import WorkCalendar
from tests.cases.helpers import in_parallel, kinds
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")


def climbed(dossier) -> list[tuple[int, str]]:
    return list(dossier.escalations.order_by("pk").values_list("working_days", "outcome"))


def told(kind: str = "escalated") -> list[str]:
    return list(Message.objects.filter(kind=kind).order_by("pk").values_list("recipient", flat=True))


# Pure -----------------------------------------------------------------------------------------------


def plain_calendar() -> WorkCalendar:
    return WorkCalendar([], OfficeHours())


MOMENTS = st.datetimes(
    min_value=local("2026-01-05 00:00").replace(tzinfo=None),
    max_value=local("2026-12-20 00:00").replace(tzinfo=None),
)


@given(now=MOMENTS, due=MOMENTS, days=st.integers(1, 40))
def test_late_by_agrees_with_the_days_that_are_shown(now, due, days):
    calendar = plain_calendar()
    now, due = (
        moment.replace(tzinfo=local("2026-01-05 00:00").tzinfo, second=0, microsecond=0)
        for moment in (now, due)
    )
    is_late = due < late_by(days, now, calendar)
    assert is_late == (deadlines.lateness(due, now, calendar) <= -days)


@pytest.mark.parametrize(
    ("days", "now", "before"),
    [
        (-2, "2026-11-10 00:00", "2026-11-13 00:00"),  # a Tuesday: what is due on Thursday, two days on
        (-1, "2026-11-13 09:00", "2026-11-17 00:00"),  # a Friday: what is due on Monday
        (0, "2026-11-12 17:01", "2026-11-12 17:01"),
        (1, "2026-11-13 00:00", "2026-11-13 00:00"),
        (3, "2026-11-17 07:00", "2026-11-13 00:00"),  # Thursday and three working days are Tuesday
        (3, "2026-11-15 12:00", "2026-11-11 00:00"),  # a Sunday counts as the Friday before
    ],
)
def test_a_rung_is_reached_by_working_days(days, now, before):
    assert due_before(days, local(now), plain_calendar()) == local(before)


def test_windows_of_a_ladder_do_not_overlap_and_name_what_lies_below():
    steps = windows(reversed(BUILT_IN), local("2026-11-17 09:00"), plain_calendar())
    assert [step.rung for step in steps] == list(BUILT_IN)
    assert [step.since for step in steps[:-1]] == [step.before for step in steps[1:]]
    assert steps[-1].since is None
    assert [len(step.below) for step in steps] == [0, 1, 2, 3]


# The run --------------------------------------------------------------------------------------------


def test_the_built_in_ladder_climbs_day_by_day(world, clock):
    dossier = world.processing()  # due Thursday 12/11 17:00
    found = []
    for day in range(9, 21):
        for hour in ("00:20", "09:20", "17:20"):
            clock.move_to(f"2026-11-{day:02} {hour}")
            if services.climb_ladders():
                found.append((day, hour, climbed(dossier)[-1]))
    assert found == [
        (10, "00:20", (-2, Outcome.SENT)),
        (11, "00:20", (-1, Outcome.SENT)),
        (12, "17:20", (0, Outcome.SENT)),
    ]
    # The province has no supervisor, so the level above is nobody; it is written down all the same.
    assert climbed(dossier)[-1] == (3, Outcome.NOBODY)


def test_each_rung_tells_its_people(world, clock):
    boss = type(world.head).objects.create(
        username="lanh-dao-tinh", agency=world.province, role="supervisor", email="tinh@nghean.example"
    )
    dossier = world.processing()
    for moment in ("2026-11-10 09:00", "2026-11-11 09:00", "2026-11-12 17:01", "2026-11-17 09:00"):
        clock.move_to(moment)
        assert services.climb_ladders() == 1
    assert told("due_soon") == [world.officer.email]
    assert told() == [world.supervisor.email, world.head.email, world.head.email, boss.email]
    assert kinds(dossier)[-4:] == [EventKind.LADDER_TOLD] * 4
    assert dossier.events.last().sentence == ("The escalation ladder (+3 working days) told lanh-dao-tinh.")
    assert not dossier.events.last().is_public


def test_after_missed_runs_only_the_highest_rung_speaks(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-13 09:00")
    assert services.climb_ladders() == 1
    assert climbed(dossier) == [(-2, Outcome.SKIPPED), (-1, Outcome.SKIPPED), (0, Outcome.SENT)]
    assert told() == [world.head.email]
    assert services.climb_ladders() == 0


def test_the_officers_warning_is_the_one_of_the_law_and_comes_once(world, clock):
    world.processing()
    clock.move_to("2026-11-10 09:00")
    assert services.warn_due_soon() == 1
    assert services.climb_ladders() == 1
    assert told("due_soon") == [world.officer.email]


def test_a_moved_date_begins_at_the_bottom(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-12 09:00")
    assert services.climb_ladders() == 1
    services.issue_apology(
        dossier, by=world.head, reason="Cần xác minh", new_due_at=local("2026-11-18 17:00")
    )
    assert services.climb_ladders() == 0
    clock.move_to("2026-11-16 09:00")
    assert services.climb_ladders() == 1
    assert climbed(dossier) == [(-2, "skipped"), (-1, "sent"), (-2, "sent")]


def test_a_new_cycle_begins_at_the_bottom(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-11 09:00")
    services.climb_ladders()
    services.request_supplement(dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    clock.move_to("2026-11-20 09:00")
    assert services.climb_ladders() == 0  # the applicant is waited for
    services.resume(dossier, by=world.clerk)  # due Thursday 26/11: Tuesday is off
    clock.move_to("2026-11-23 09:00")
    assert services.climb_ladders() == 1
    assert list(dossier.escalations.order_by("pk").values_list("cycle", "working_days")) == [
        (1, -2),
        (1, -1),
        (2, -2),
    ]


def test_finished_dossiers_climb_no_further(world, clock):
    world.with_result()
    clock.move_to("2026-11-20 09:00")
    assert services.climb_ladders() == 0
    assert Escalation.objects.count() == 0


def test_the_calendar_of_the_agency_counts(world, clock):
    CalendarDay.objects.create(date="2026-11-11", agency=world.ward, kind="other", name_vi="Ngày hội")
    dossier = world.processing(world.free)  # due Friday 13/11: Wednesday is off
    clock.move_to("2026-11-10 09:00")
    assert services.climb_ladders() == 0 or climbed(dossier) == [(-2, "sent")]
    assert dossier.due_at == local("2026-11-13 17:00")


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_tell_once(world, clock):
    dossiers = [world.processing(), world.processing()]
    clock.move_to("2026-11-13 09:00")
    assert sum(in_parallel([services.climb_ladders] * 3, connections=3)) == 2
    assert [climbed(dossier)[-1] for dossier in dossiers] == [(0, "sent")] * 2


def test_the_database_takes_a_rung_of_a_promise_once(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-13 09:00")
    services.climb_ladders()
    row = Escalation.objects.last()
    row.pk = None
    with pytest.raises(IntegrityError, match="escalation_once"), transaction.atomic():
        row.save(force_insert=True)
    assert len(climbed(dossier)) == 3


# The data -------------------------------------------------------------------------------------------


def test_the_nearest_ladder_holds_as_a_whole(world):
    assert ladder_of(world.ward) == BUILT_IN
    EscalationRung.objects.create(agency=None, working_days=0, receiver=Receiver.SUPERVISOR)
    EscalationRung.objects.create(agency=world.province, working_days=-3, receiver=Receiver.OFFICER)
    assert ladder_of(world.ward) == (Rung(-3, Receiver.OFFICER),)
    EscalationRung.objects.create(agency=world.ward, working_days=5, receiver=Receiver.ABOVE)
    assert ladder_of(world.ward) == (Rung(5, Receiver.ABOVE),)
    assert ladder_of(world.other_ward) == (Rung(-3, Receiver.OFFICER),)


def test_a_ladder_of_everybody_replaces_the_built_in_one(world, clock):
    EscalationRung.objects.create(agency=None, working_days=0, receiver=Receiver.SUPERVISOR)
    world.processing()
    for day in (10, 11):
        clock.move_to(f"2026-11-{day} 09:00")
        assert services.climb_ladders() == 0
    clock.move_to("2026-11-12 17:01")
    assert services.climb_ladders() == 1
    assert set(told()) == {world.supervisor.email, world.head.email}


@pytest.mark.parametrize("agency", [None, "ward"])
def test_a_ladder_has_one_rung_at_a_distance(world, agency):
    agency = agency and world.ward
    EscalationRung.objects.create(agency=agency, working_days=0, receiver=Receiver.HEAD)
    with pytest.raises(IntegrityError, match="escalation_rung_once"), transaction.atomic():
        EscalationRung.objects.create(agency=agency, working_days=0, receiver=Receiver.OFFICER)


def test_a_rung_further_than_a_year_is_refused(world):
    with pytest.raises(IntegrityError, match="escalation_rung_within_a_year"), transaction.atomic():
        EscalationRung.objects.create(agency=None, working_days=251, receiver=Receiver.HEAD)


def test_the_run_asks_as_often_for_many_agencies_as_for_one(world, clock, django_assert_max_num_queries):
    """The cost follows what is due: with nothing new to tell there is one question for each rung."""
    for _ in range(3):
        world.processing()
    clock.move_to("2026-11-13 09:00")
    services.climb_ladders()
    with django_assert_max_num_queries(16):
        assert services.climb_ladders() == 0
