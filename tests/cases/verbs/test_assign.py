"""assign: a supervisor gives a dossier to one of the people of the agency; state and due dates stay (R17, R44)."""

from datetime import date

import pytest

from cases import queries, services
from cases.enums import EventKind, State, Verb
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.printouts import control_slip_payload
from cases.services.clock import running_step
from cases.timeline import responsibility_of
from notifications.models import Message
from procedures.enums import Role
from procedures.models import Substitute
from tests.cases.helpers import (
    fresh,
    last_event,
    make_person,
    one_waits_for_the_other,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
    states_without,
)
from tests.cast import local


def test_assign_before_the_taking_over_sets_the_holder_and_the_state_stays(world):
    dossier = services.assign(world.digitized(), by=world.supervisor, to=world.second_officer)
    assert (fresh(dossier).state, fresh(dossier).holder) == (State.DIGITIZED, world.second_officer)
    run = running_step(dossier)
    assert (run.officer, dossier.step_runs.count()) == (world.second_officer, 2)


def test_assign_writes_a_row_of_hand_over_and_one_event(world):
    dossier = services.assign(
        world.digitized(), by=world.supervisor, to=world.second_officer, note=" Đúng chuyên môn "
    )
    row = dossier.handovers.get()
    assert (row.ground, row.giver, row.receiver, row.at, row.due_at, row.note) == (
        "assignment",
        world.supervisor,
        world.second_officer,
        local("2026-11-09 09:00"),
        running_step(dossier).due_at,
        "Đúng chuyên môn",
    )
    assert last_event(dossier) == (
        EventKind.ASSIGNED,
        "Vũ Thị Giám Sát",
        "",
        "digitized",
        "Assigned to Đỗ Thị Thụ Lý Hai by Vũ Thị Giám Sát.",
    )


def test_assign_in_process_ends_the_step_of_the_one_and_begins_that_of_the_other(world, clock):
    dossier = world.processing()
    due = fresh(dossier).due_at
    step = running_step(dossier)
    now = clock.move_to("2026-11-10 08:00")
    services.assign(dossier, by=world.supervisor, to=world.second_officer)
    ended, running = dossier.step_runs.filter(step=step.step)
    assert (ended.officer, ended.done_at) == (world.officer, now)
    assert (running.officer, running.started_at, running.due_at, running.done_at) == (
        world.second_officer,
        now,
        step.due_at,
        None,
    )
    assert (fresh(dossier).holder, fresh(dossier).due_at) == (world.second_officer, due)
    assert dossier.handovers.get().giver == world.officer


def test_assign_keeps_the_days_of_each_apart(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-10 09:00")
    services.assign(dossier, by=world.supervisor, to=world.second_officer)
    clock.move_to("2026-11-10 11:00")
    used = {s.holder.officer: s.working_minutes for s in responsibility_of(fresh(dossier)).shares}
    assert (used[world.officer], used[world.second_officer]) == (8 * 60, 2 * 60)


def test_assign_to_another_before_the_taking_over_keeps_the_days_apart_too(world, clock):
    dossier = services.assign(world.digitized(), by=world.supervisor, to=world.officer)
    clock.move_to("2026-11-10 09:00")
    services.assign(dossier, by=world.supervisor, to=world.second_officer)
    assert [run.officer for run in dossier.step_runs.all()][1:] == [world.officer, world.second_officer]
    assert [row.giver for row in dossier.handovers.all()] == [world.supervisor, world.officer]


def test_assign_is_shown_on_the_control_slip_once(world, clock):
    dossier = world.processing()
    now = clock.move_to("2026-11-10 08:00")
    services.assign(dossier, by=world.supervisor, to=world.second_officer, note="Đổi người")
    ward = "UBND phường Thử Nghiệm"
    rows = [row for row in control_slip_payload(fresh(dossier)).rows if row.at == now]
    assert [(row.handed_by, row.received_by) for row in rows] == [
        (f"{world.officer}, {ward}", f"{world.second_officer}, {ward}")
    ]


def test_assign_tells_the_applicant_nothing(world):
    dossier = world.processing()
    before = Message.objects.count()
    services.assign(dossier, by=world.supervisor, to=world.second_officer)
    assert Message.objects.count() == before
    assert EventKind.ASSIGNED not in [event.kind for event in queries.owner_view(dossier.pk).history]


def test_only_who_was_assigned_takes_it_over(world):
    dossier = services.assign(world.digitized(), by=world.supervisor, to=world.second_officer)
    with refused(NotPossibleNow, "assigned_to_another") as caught:
        services.start(dossier, by=world.officer)
    assert caught.value.sentence == (
        f"{dossier.code} was assigned to Đỗ Thị Thụ Lý Hai. A supervisor may assign it to somebody else."
    )
    assert services.start(dossier, by=world.second_officer).state == State.PROCESSING


def test_assign_of_a_supervisors_step_goes_to_another_supervisor(world):
    dossier = services.hand_over(world.processing(), by=world.officer, to=world.supervisor)
    with refused(Invalid, "wrong_role"):
        services.assign(dossier, by=world.supervisor, to=world.second_officer)
    services.assign(dossier, by=world.supervisor, to=world.head)
    assert fresh(dossier).holder == world.head


def test_assign_to_somebody_without_the_role_is_refused(world):
    dossier = world.digitized()
    strangers = [
        world.clerk,
        world.supervisor,
        world.auditor,
        world.outsider_officer,
        make_person("da-nghi", world.ward, Role.OFFICER, is_active=False),
    ]
    for stranger in strangers:
        with refused(Invalid, "wrong_role") as caught:
            services.assign(dossier, by=world.supervisor, to=stranger)
        assert caught.value.field == "to"
    with refused(Invalid) as caught:
        services.assign(dossier, by=world.supervisor, to=world.clerk)
    assert caught.value.sentence == (
        "Lê Thị Một Cửa cannot take this dossier: it needs the role “Processing officer” of UBND phường Thử Nghiệm."
    )


def test_assign_to_who_has_it_already_is_refused(world):
    dossier = world.processing()
    with refused(Invalid, "has_it_already") as caught:
        services.assign(dossier, by=world.supervisor, to=world.officer)
    assert caught.value.sentence == "Phạm Văn Thụ Lý has this dossier already. Choose somebody else."


def test_assign_to_somebody_who_is_absent_is_refused(world):
    dossier = world.processing()
    Substitute.objects.create(staff=world.second_officer, substitute=world.officer)
    services.record_absence(
        world.second_officer, first=date(2026, 11, 9), last=date(2026, 11, 10), by=world.supervisor
    )
    with refused(Invalid) as caught:
        services.assign(dossier, by=world.supervisor, to=world.second_officer)
    assert (caught.value.field, caught.value.sentence) == (
        "to",
        "Đỗ Thị Thụ Lý Hai is recorded as absent until 10/11/2026; Phạm Văn Thụ Lý stands in.",
    )


def test_an_absence_hands_on_what_was_assigned_and_not_taken_over_yet(world):
    dossier = services.assign(world.digitized(), by=world.supervisor, to=world.officer)
    Substitute.objects.create(staff=world.officer, substitute=world.second_officer)
    services.record_absence(
        world.officer, first=date(2026, 11, 9), last=date(2026, 11, 10), by=world.supervisor
    )
    assert fresh(dossier).holder == world.second_officer
    assert services.start(dossier, by=world.second_officer).state == State.PROCESSING


def test_assign_refuses_a_note_that_is_too_long(world):
    dossier = world.processing()
    with refused(Invalid, "too_long"):
        services.assign(dossier, by=world.supervisor, to=world.second_officer, note="x" * 301)


@pytest.mark.parametrize("state", states_without(Verb.ASSIGN))
def test_assign_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(
        dossier, lambda: services.assign(dossier, by=world.supervisor, to=world.second_officer)
    )


def test_assign_is_not_possible_after_the_result(world):
    dossier = world.with_result(world.paid)
    refused_in_this_state(
        dossier, lambda: services.assign(dossier, by=world.supervisor, to=world.second_officer)
    )


def test_assign_is_not_permitted_to_anybody_else(world):
    dossier = world.processing()
    refused_to_everybody_but(
        world,
        world.supervisor,
        world.head,
        act=lambda person: services.assign(dossier, by=person, to=world.second_officer),
    )


def test_assign_is_refused_to_the_outsider(world):
    dossier = world.processing()
    with refused(NotPermitted, "not_permitted"):
        services.assign(dossier, by=world.outsider_head, to=world.second_officer)


@pytest.mark.django_db(transaction=True)
def test_two_supervisors_assign_at_once_and_the_row_of_each_says_who_gave_it(world):
    dossier = world.processing()
    third = make_person("thu-ly-3", world.ward, Role.OFFICER)
    one_waits_for_the_other(
        lambda: services.assign(dossier, by=world.supervisor, to=world.second_officer),
        lambda: services.assign(dossier, by=world.head, to=third),
    )
    assert fresh(dossier).holder == third
    assert [row.giver for row in dossier.handovers.all()] == [world.officer, world.second_officer]
