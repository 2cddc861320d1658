"""resume: supplement → the state before; the whole limit starts afresh, the old due date stays known (R19, T1)."""

import pytest

from cases import services
from cases.enums import EventKind, State, Verb
from cases.errors import NotPermitted
from procedures.models import TimeLimit
from tests.cases.helpers import (
    fresh,
    last_event,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
    states_without,
    told,
)
from tests.cast import local, make_procedure


def ask(world, dossier):
    services.request_supplement(dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])


def test_resume_starts_the_whole_limit_afresh_by_the_example_of_the_law(world, clock):
    dossier = world.processing(make_procedure("1.000005", "Thủ tục năm ngày", amount=5))
    assert dossier.due_at == local("2026-11-16 17:00")
    clock.move_to("2026-11-11 10:00")
    ask(world, dossier)
    clock.move_to("2026-11-17 10:00")
    services.resume(dossier, by=world.clerk)
    dossier = fresh(dossier)
    # Tuesday 24/11 is Vietnam Culture Day.
    assert dossier.due_at == local("2026-11-25 17:00")
    assert dossier.first_due_at == local("2026-11-16 17:00")
    assert dossier.clock_started_at == local("2026-11-17 10:00")
    assert dossier.received_at == local("2026-11-09 09:00")
    assert dossier.cycle == 2
    assert dossier.supplements.get().answered_at == local("2026-11-17 10:00")


def test_resume_keeps_the_old_due_date_in_the_history_and_tells_the_applicant(world, clock):
    dossier = world.supplement()
    clock.move_to("2026-11-11 09:00")
    services.resume(dossier, by=world.clerk)
    assert last_event(dossier) == (
        EventKind.RESUMED,
        "Lê Thị Một Cửa",
        "supplement",
        "processing",
        "Supplement complete; the limit starts afresh, due at 16/11/2026 17:00 instead of 12/11/2026 17:00.",
    )
    assert told(dossier) == [
        ("email", "vi.du@congdan.example", "Dossier H41.101-261109-0001: Supplement complete"),
        ("sms", "0900000001", "Dossier H41.101-261109-0001: Supplement complete"),
    ]


@pytest.mark.parametrize("state", ["received", "digitized", "processing"])
def test_resume_leads_back_to_the_state_before(world, state):
    dossier = world.in_state(state)
    held_before = (dossier.holder, dossier.holder_unit)
    ask(world, dossier)
    dossier = fresh(services.resume(dossier, by=world.clerk))
    assert (dossier.state, dossier.state_before_supplement) == (state, "")
    assert (dossier.holder, dossier.holder_unit) == held_before


def test_resume_begins_the_broken_off_step_anew_with_its_officer(world, clock):
    dossier = world.supplement()
    clock.move_to("2026-11-11 09:00")
    services.resume(dossier, by=world.clerk)
    run = dossier.step_runs.get(done_at=None)
    assert (run.name, run.officer, run.started_at) == (
        "Thẩm định",
        world.officer,
        local("2026-11-11 09:00"),
    )
    # 12 working hours: 6.5 on Wednesday, 5.5 on Thursday.
    assert run.due_at == local("2026-11-12 14:30")


def test_resume_outside_office_hours_counts_from_the_next_opening(world, clock):
    dossier = world.supplement()
    clock.move_to("2026-11-11 17:00")
    dossier = services.resume(dossier, by=world.clerk)
    assert dossier.clock_started_at == local("2026-11-12 07:30")
    assert dossier.due_at == local("2026-11-17 17:00")


def test_resume_of_a_same_day_procedure_after_the_cut_off_is_due_the_next_day(world, clock):
    procedure = make_procedure("1.000004", "Thủ tục trong ngày", unit="same_day", amount=1)
    assert TimeLimit.objects.get(version__procedure=procedure).cutoff is None
    dossier = world.supplement(procedure)
    assert dossier.due_at == local("2026-11-09 17:00")
    clock.move_to("2026-11-10 15:01")
    assert services.resume(dossier, by=world.clerk).due_at == local("2026-11-11 17:00")


def test_resume_takes_the_overdue_flag_off_because_it_speaks_of_the_old_promise(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-13 09:00")
    assert services.flag_overdue() == 1
    ask(world, dossier)
    assert fresh(dossier).overdue_flagged_at == local("2026-11-13 09:00")
    dossier = services.resume(dossier, by=world.clerk)
    assert dossier.overdue_flagged_at is None
    assert dossier.events.filter(kind=EventKind.OVERDUE).count() == 1


def test_resume_at_the_desk_gives_a_new_time_of_transfer(world, clock):
    """The dossier came back complete today: handing it over today is not late (R16, R19)."""
    dossier = world.receive()
    ask(world, dossier)
    clock.move_to("2026-11-16 10:00")
    dossier = services.resume(dossier, by=world.clerk)
    assert dossier.transfer_due_at == local("2026-11-16 17:00")
    world.scan(dossier)
    services.digitize(dossier, by=world.clerk)
    assert dossier.events.last().data["late_transfer"] is False


def test_resume_after_the_transfer_leaves_the_time_of_transfer_as_it_was(world, clock):
    dossier = world.supplement()
    clock.move_to("2026-11-16 10:00")
    assert services.resume(dossier, by=world.clerk).transfer_due_at == local("2026-11-09 17:00")


@pytest.mark.parametrize("state", states_without(Verb.RESUME))
def test_resume_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: services.resume(dossier, by=world.clerk))


def test_resume_is_not_permitted_to_anybody_else(world):
    dossier = world.supplement()
    refused_to_everybody_but(world, world.clerk, act=lambda person: services.resume(dossier, by=person))


def test_resume_is_refused_to_the_outsider(world):
    dossier = world.supplement()
    with refused(NotPermitted, "not_permitted"):
        services.resume(dossier, by=world.outsider_clerk)


def test_resume_twice_is_refused(world):
    dossier = world.supplement()
    services.resume(dossier, by=world.clerk)
    refused_in_this_state(fresh(dossier), lambda: services.resume(dossier, by=world.clerk))
    assert fresh(dossier).state == State.PROCESSING
