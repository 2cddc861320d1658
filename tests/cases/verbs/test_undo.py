"""undo: one's own last step, for a short while and with a reason; a counter-event, never a deletion."""

from datetime import date

import pytest

from cases import services
from cases.enums import EventKind, State, Verb
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.printouts import control_slip_payload
from cases.services.clock import running_step
from cases.services.undo import own_last_step
from procedures.enums import Role
from procedures.models import Substitute
from tests.cases.helpers import (
    fresh,
    kinds,
    last_event,
    one_waits_for_the_other,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
    states_without,
    told,
)
from tests.cast import local, upload

REASON = "Bấm nhầm"


def undo(dossier, by, reason=REASON):
    return services.undo(dossier, by=by, reason=reason)


# --- Taken over ---------------------------------------------------------------------------------


def test_undo_of_a_taking_over_puts_the_dossier_back_into_the_queue(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-09 09:10")
    undo(dossier, world.officer)
    back = fresh(dossier)
    assert (back.state, back.holder, back.holder_unit) == (State.DIGITIZED, None, world.ward)
    assert (running_step(back).officer, back.step_runs.count()) == (None, 2)
    assert last_event(dossier) == (
        EventKind.UNDONE,
        "Phạm Văn Thụ Lý",
        "processing",
        "digitized",
        "“Taken over” was undone by the one who did it: Bấm nhầm",
    )
    assert services.start(back, by=world.second_officer).holder == world.second_officer


def test_undo_of_a_taking_over_leaves_it_with_who_was_assigned(world):
    dossier = services.assign(world.digitized(), by=world.supervisor, to=world.officer)
    services.start(dossier, by=world.officer)
    undo(dossier, world.officer)
    assert (fresh(dossier).state, fresh(dossier).holder) == (State.DIGITIZED, world.officer)
    assert running_step(dossier).officer == world.officer


def test_undo_deletes_nothing(world):
    dossier = world.processing()
    before = list(dossier.events.values_list("pk", flat=True))
    undo(dossier, world.officer)
    assert list(dossier.events.values_list("pk", flat=True))[:-1] == before
    assert dossier.events.last().data["undone"] == before[-1]


# --- Handed over --------------------------------------------------------------------------------


def test_undo_of_a_hand_over_gives_it_back_to_who_had_the_step(world, clock):
    dossier = world.processing()
    step = running_step(dossier)
    clock.move_to("2026-11-09 10:00")
    services.hand_over(dossier, by=world.officer, to=world.supervisor)
    now = clock.move_to("2026-11-09 10:20")
    undo(dossier, world.officer)
    back = fresh(dossier)
    assert (back.state, back.holder) == (State.PROCESSING, world.officer)
    _desk, first, second, again = back.step_runs.all()
    assert (first.pk, first.done_at) == (step.pk, local("2026-11-09 10:00"))
    assert (second.name, second.officer, second.done_at, second.note) == (
        "Ký duyệt",
        world.supervisor,
        now,
        REASON,
    )
    assert (again.step, again.officer, again.started_at, again.due_at, again.done_at) == (
        step.step,
        world.officer,
        now,
        step.due_at,
        None,
    )
    assert back.events.last().data["was"] == {"holder": "Vũ Thị Giám Sát"}


def test_undo_of_a_hand_over_by_a_colleague_gives_it_back_to_the_holder(world):
    dossier = services.hand_over(world.processing(), by=world.second_officer, to=world.supervisor)
    with refused(NotPermitted):
        undo(dossier, world.officer)
    undo(dossier, world.second_officer)
    assert fresh(dossier).holder == world.officer


def test_undo_by_a_supervisor_who_handed_a_step_on(world):
    version = world.free.versions.get()
    version.steps.filter(position=3).update(position=4)
    version.steps.create(position=3, name_vi="Phát hành", role=Role.OFFICER, amount=2, unit="working_hour")
    dossier = services.hand_over(world.processing(), by=world.officer, to=world.supervisor)
    services.hand_over(dossier, by=world.supervisor, to=world.officer)
    undo(dossier, world.supervisor)
    assert (fresh(dossier).holder, running_step(dossier).name) == (world.supervisor, "Ký duyệt")


def test_undo_never_gives_a_dossier_to_somebody_who_is_absent(world):
    dossier = services.hand_over(world.processing(), by=world.second_officer, to=world.supervisor)
    Substitute.objects.create(staff=world.officer, substitute=world.second_officer)
    services.record_absence(
        world.officer, first=date(2026, 11, 9), last=date(2026, 11, 10), by=world.supervisor
    )
    with refused(Invalid) as caught:
        undo(dossier, world.second_officer)
    assert "is recorded as absent until 10/11/2026" in caught.value.sentence


def test_undo_is_one_line_more_on_the_control_slip(world, clock):
    dossier = services.hand_over(world.processing(), by=world.officer, to=world.supervisor)
    now = clock.move_to("2026-11-09 09:05")
    undo(dossier, world.officer)
    rows = [(row.handed_by, row.note) for row in control_slip_payload(fresh(dossier)).rows if row.at == now]
    assert rows == [("Vũ Thị Giám Sát, UBND phường Thử Nghiệm", "Ký duyệt: Bấm nhầm")]


# --- Digitized ----------------------------------------------------------------------------------


def test_undo_of_digitizing_brings_the_dossier_back_to_the_desk(world, clock):
    dossier = world.digitized()
    due, first = fresh(dossier).due_at, dossier.step_runs.first()
    now = clock.move_to("2026-11-09 09:20")
    undo(dossier, world.clerk)
    back = fresh(dossier)
    assert (back.state, back.holder, back.holder_unit, back.transferred_at) == (
        State.RECEIVED,
        world.clerk,
        world.ward,
        None,
    )
    again = running_step(back)
    assert (again.step, again.officer, again.started_at, again.due_at) == (
        first.step,
        world.clerk,
        now,
        first.due_at,
    )
    assert back.due_at == due
    assert services.digitize(back, by=world.clerk).state == State.DIGITIZED


def test_undo_of_digitizing_is_refused_once_the_agency_has_taken_it(world):
    dossier = world.processing()
    with refused(NotPermitted) as caught:
        undo(dossier, world.clerk)
    assert caught.value.sentence == (
        "The last step was “Taken over (Phạm Văn Thụ Lý, 09/11/2026 09:00)”; only who did it may undo it. "
        "A supervisor of UBND phường Thử Nghiệm can assign the dossier to somebody else."
    )


def test_undo_of_an_arrival_that_had_moved_the_due_date_moves_it_back_and_tells(world, clock):
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    promised = (dossier.clock_started_at, dossier.due_at)
    clock.move_to("2026-11-13 16:00")
    for item in dossier.components.filter(provision="paper"):
        services.add_document(dossier, upload(), by=world.centre_clerk, component=item)
    services.digitize(dossier, by=world.centre_clerk)
    assert fresh(dossier).due_at != promised[1]
    undo(dossier, world.centre_clerk)
    back = fresh(dossier)
    assert (back.clock_started_at, back.due_at) == promised
    assert [channel for channel, _to, _subject in told(dossier)] == ["email", "sms"]


# --- Not any more, not theirs, not that ---------------------------------------------------------


def test_undo_of_an_arrival_that_moved_no_date_gives_the_old_start_back(world, clock):
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    promised = (dossier.clock_started_at, dossier.due_at)
    clock.move_to("2026-11-09 10:00")
    for item in dossier.components.filter(provision="paper"):
        services.add_document(dossier, upload(), by=world.centre_clerk, component=item)
    services.digitize(dossier, by=world.centre_clerk)
    undo(dossier, world.centre_clerk)
    back = fresh(dossier)
    assert (back.clock_started_at, back.due_at) == promised
    assert [channel for channel, _to, _subject in told(dossier)] == ["email", "sms"]  # R32: the state changed


def test_undo_of_a_hand_over_leaves_it_with_who_undoes_when_the_other_works_there_no_more(world):
    dossier = world.processing()
    services.hand_over(dossier, by=world.second_officer, to=world.supervisor)
    type(world.officer).objects.filter(pk=world.officer.pk).update(is_active=False)
    undo(dossier, world.second_officer)
    back = fresh(dossier)
    assert (back.holder, running_step(back).officer) == (world.second_officer, world.second_officer)


def test_undo_is_possible_for_thirty_minutes(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-09 09:30")
    assert undo(dossier, world.officer).state == State.DIGITIZED


def test_undo_is_refused_when_it_is_too_late(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-09 09:31")
    with refused(NotPossibleNow, "too_late") as caught:
        undo(dossier, world.officer)
    assert caught.value.sentence == (
        "“Taken over (Phạm Văn Thụ Lý, 09/11/2026 09:00)” can be undone for 30 minutes; they are over. "
        "A supervisor of UBND phường Thử Nghiệm can assign the dossier to somebody else."
    )


def test_undo_keeps_to_the_minutes_of_the_office(world, clock, settings):
    dossier = world.processing()
    settings.UNDO_MINUTES = 0
    with refused(NotPossibleNow, "too_late"):
        undo(dossier, world.officer)
    settings.UNDO_MINUTES = 60
    clock.move_to("2026-11-09 09:59")
    assert own_last_step(dossier, world.officer).until == local("2026-11-09 10:00")
    undo(dossier, world.officer)


def test_undo_twice_is_refused(world):
    dossier = services.hand_over(world.processing(), by=world.officer, to=world.supervisor)
    undo(dossier, world.officer)
    with refused(NotPossibleNow) as caught:
        undo(dossier, world.officer)
    assert "The last step was “Step undone (Phạm Văn Thụ Lý" in caught.value.sentence


def test_undo_needs_a_reason(world):
    dossier = world.processing()
    with refused(Invalid, "required") as caught:
        undo(dossier, world.officer, reason="  ")
    assert (caught.value.field, caught.value.sentence) == ("reason", "Say why the step is undone.")


def test_files_and_the_night_run_in_between_do_not_hinder_the_undo(world):
    dossier = world.processing()
    services.add_document(dossier, upload("them.pdf"), by=world.officer)
    assert undo(dossier, world.officer).state == State.DIGITIZED


@pytest.mark.parametrize("state", states_without(Verb.UNDO))
def test_undo_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: undo(dossier, world.officer))


def test_undo_is_not_permitted_to_anybody_else(world):
    dossier = world.processing()
    refused_to_everybody_but(world, world.officer, act=lambda person: undo(dossier, person))


def test_undo_is_refused_to_the_outsider(world):
    dossier = world.processing()
    with refused(NotPermitted, "not_permitted"):
        undo(dossier, world.outsider_officer)


@pytest.mark.django_db(transaction=True)
def test_undo_by_two_clicks_at_once_is_done_once(world):
    dossier = world.processing()
    _won, lost = one_waits_for_the_other(
        lambda: undo(dossier, world.officer), lambda: undo(dossier, world.officer)
    )
    assert isinstance(lost, NotPossibleNow)
    assert kinds(dossier).count(EventKind.UNDONE) == 1


@pytest.mark.django_db(transaction=True)
def test_undo_and_the_next_step_at_once_leave_one_of_them(world):
    dossier = world.digitized()
    _won, lost = one_waits_for_the_other(
        lambda: services.start(dossier, by=world.officer), lambda: undo(dossier, world.clerk)
    )
    assert isinstance(lost, NotPermitted)
    assert fresh(dossier).state == State.PROCESSING
