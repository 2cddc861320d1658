"""record_absence: the open tasks of somebody who is away go to the substitute (R44)."""

from datetime import date

import pytest

from cases import queries, services
from cases.enums import EventKind, State
from cases.errors import Invalid, NotPermitted
from cases.models import Handover
from cases.printouts import control_slip_payload
from cases.services.clock import running_step
from cases.services.substitutes import hand_tasks_over
from cases.timeline import responsibility_of
from procedures.enums import Role
from procedures.models import Absence, Substitute
from tests.cases.helpers import (
    fresh,
    kinds,
    last_event,
    make_person,
    one_waits_for_the_other,
    refused,
)
from tests.cast import local

MONDAY, FRIDAY = date(2026, 11, 16), date(2026, 11, 20)


@pytest.fixture
def world(world):
    Substitute.objects.create(staff=world.officer, substitute=world.second_officer)
    return world


def absent(world, **changes):
    facts = {"first": MONDAY, "last": FRIDAY, "by": world.supervisor, "reason": "Nghỉ phép", **changes}
    return services.record_absence(facts.pop("staff", world.officer), **facts)


def test_r44_fourteen_open_tasks_make_fourteen_rows_to_the_substitute(world, clock):
    dossiers = [world.processing() for _ in range(14)]
    clock.move_to("2026-11-16 07:45")
    absent(world)
    assert Handover.objects.count() == 14
    assert {fresh(dossier).holder for dossier in dossiers} == {world.second_officer}
    assert {running_step(dossier).officer for dossier in dossiers} == {world.second_officer}


def test_r44_each_row_says_who_gave_what_to_whom_when_and_until_when(world, clock):
    dossier = world.processing()
    step = running_step(dossier)
    clock.move_to("2026-11-16 07:45")
    absent(world)
    row = dossier.handovers.get()
    assert (row.giver, row.receiver, row.ground) == (world.officer, world.second_officer, "absence")
    assert (row.at, row.due_at, row.note) == (
        local("2026-11-16 07:45"),
        step.due_at,
        "16/11/2026–20/11/2026",
    )
    assert last_event(dossier) == (
        EventKind.SUBSTITUTED,
        "Vũ Thị Giám Sát",
        "",
        "processing",
        "Handed over from Phạm Văn Thụ Lý to Đỗ Thị Thụ Lý Hai: 16/11/2026–20/11/2026",
    )


def test_r44_why_somebody_is_away_stays_with_the_absence(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-16 07:45")
    absence = absent(world, reason="Nằm viện")
    assert absence.reason == "Nằm viện"
    written = [str(event.data) + event.sentence for event in dossier.events.all()]
    written += [row.note for row in [*dossier.handovers.all(), *dossier.step_runs.all()]]
    assert not [text for text in written if "Nằm viện" in text]


def test_r44_the_owner_is_not_told_that_somebody_is_away(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-16 07:45")
    absent(world)
    assert kinds(dossier)[-1] == EventKind.SUBSTITUTED
    shown = queries.owner_view(dossier.pk)
    assert [event.kind for event in shown.history][-1] == EventKind.STARTED
    assert shown.handled_by == str(world.second_officer)


def test_r17_the_step_of_the_absent_person_ends_and_goes_on_as_the_substitutes(world, clock):
    dossier = world.processing()
    step = running_step(dossier)
    now = clock.move_to("2026-11-16 07:45")
    absent(world)
    ended, running = dossier.step_runs.filter(step=step.step)
    assert (ended.pk, ended.officer, ended.done_at) == (step.pk, world.officer, now)
    assert (running.officer, running.started_at, running.done_at) == (world.second_officer, now, None)
    assert (running.name, running.unit, running.due_at) == (step.name, step.unit, step.due_at)


def test_r27_the_time_before_the_absence_stays_the_absent_persons(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-16 07:45")
    absent(world)
    clock.move_to("2026-11-16 09:45")
    shares = responsibility_of(fresh(dossier)).shares
    used = {share.holder.officer: share.clock_minutes for share in shares}
    week = 7 * 24 * 60 - 75
    assert (used[world.officer], used[world.second_officer]) == (week, 120)


def test_r17_the_control_slip_shows_both_once(world, clock):
    dossier = world.processing()
    now = clock.move_to("2026-11-16 07:45")
    absent(world)
    slip = control_slip_payload(fresh(dossier))
    ward = "UBND phường Thử Nghiệm"
    rows = [(row.handed_by, row.received_by, row.note) for row in slip.rows if row.at == now]
    assert rows == [
        (
            f"Phạm Văn Thụ Lý, {ward}",
            f"Đỗ Thị Thụ Lý Hai, {ward}",
            "Thẩm định: 16/11/2026–20/11/2026",
        )
    ]
    assert slip.held_by == f"Đỗ Thị Thụ Lý Hai, {ward}"


def test_r17_while_the_applicant_is_waited_for_the_slip_shows_who_waits(world, clock):
    dossier = world.supplement()
    now = clock.move_to("2026-11-16 07:45")
    absent(world)
    rows = [row for row in control_slip_payload(fresh(dossier)).rows if row.at == now]
    assert [(row.handed_by, row.received_by) for row in rows] == [("Phạm Văn Thụ Lý", "Đỗ Thị Thụ Lý Hai")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("meanwhile", ["ended", "handed over"])
def test_r44_what_left_the_absent_person_in_the_meantime_is_left_alone(world, clock, meanwhile):
    dossier = world.processing()
    absence = Absence.objects.create(
        staff=world.officer,
        substitute=world.second_officer,
        first=date(2026, 11, 9),
        last=FRIDAY,
        recorded_by=world.supervisor,
        recorded_at=local("2026-11-09 09:00"),
    )
    acts = {
        "ended": lambda: services.withdraw(dossier, by=world.clerk, reason="Đổi ý"),
        "handed over": lambda: services.hand_over(dossier, by=world.officer, to=world.supervisor),
    }
    _done, handed = one_waits_for_the_other(acts[meanwhile], lambda: hand_tasks_over(absence))
    state, holder = {
        "ended": (State.STOPPED, None),
        "handed over": (State.PROCESSING, world.supervisor),
    }[meanwhile]
    dossier = fresh(dossier)
    assert (handed, dossier.state, dossier.holder) == (0, state, holder)
    assert not Handover.objects.exists()


def test_r44_the_due_date_stays_and_finished_work_is_not_handed_over(world, clock):
    ended = world.with_result()
    dossier = world.processing()
    due = dossier.due_at
    clock.move_to("2026-11-16 07:45")
    absent(world)
    assert fresh(dossier).due_at == due
    assert not ended.handovers.exists()


def test_r44_a_dossier_that_waits_for_its_supplement_comes_back_to_the_substitute(world, clock):
    dossier = world.supplement()
    clock.move_to("2026-11-16 07:45")
    absent(world)
    services.resume(dossier, by=world.clerk)
    assert (fresh(dossier).holder, running_step(dossier).officer) == (world.second_officer,) * 2


def test_r44_a_future_absence_hands_over_on_the_morning_of_its_first_day(world, clock):
    dossier = world.processing()
    absent(world)
    assert services.hand_over_for_absences() == 0
    assert fresh(dossier).holder == world.officer
    clock.move_to("2026-11-16 06:30")
    assert services.hand_over_for_absences() == 1
    assert fresh(dossier).holder == world.second_officer
    assert services.hand_over_for_absences() == 0


def test_r44_after_the_last_day_nothing_changes_hands(world, clock):
    absent(world)
    dossier = world.processing()
    clock.move_to("2026-11-21 06:30")
    assert services.hand_over_for_absences() == 0
    assert fresh(dossier).holder == world.officer


def test_r44_nobody_gives_work_to_somebody_who_is_away(world, clock):
    absent(world, staff=world.second_officer, substitute=world.officer)
    dossier = world.processing()
    clock.move_to("2026-11-16 08:00")
    sentence = "Đỗ Thị Thụ Lý Hai is recorded as absent until 20/11/2026; Phạm Văn Thụ Lý stands in."
    world.free.versions.get().steps.update(role=Role.OFFICER)
    with refused(Invalid, "absent") as caught:
        services.hand_over(dossier, by=world.officer, to=world.second_officer)
    assert (caught.value.field, caught.value.sentence) == ("to", sentence)
    waiting = world.digitized()
    with refused(Invalid, "absent") as caught:
        services.start(waiting, by=world.second_officer)
    assert caught.value.sentence == sentence


def test_r44_the_substitute_is_the_first_of_the_list_who_is_there(world):
    third = make_person("thu-ly-3", world.ward, Role.OFFICER)
    Substitute.objects.create(staff=world.officer, substitute=third, position=1)
    absent(world, staff=world.second_officer, substitute=third)
    assert absent(world, first=date(2026, 11, 23), last=date(2026, 11, 23)).substitute == world.second_officer
    assert absent(world).substitute == third


def test_r44_a_substitute_who_has_left_is_passed_over(world):
    world.second_officer.is_active = False
    world.second_officer.save()
    with refused(Invalid, "no_substitute") as caught:
        absent(world)
    assert (caught.value.field, caught.value.sentence) == (
        "substitute",
        "No substitute of Phạm Văn Thụ Lý is there on these days. Choose who stands in.",
    )


def test_r44_without_a_substitute_somebody_has_to_be_named(world):
    colleague = make_person("mot-cua-2", world.ward, Role.CLERK)
    with refused(Invalid, "no_substitute"):
        absent(world, staff=world.clerk)
    assert absent(world, staff=world.clerk, substitute=colleague).substitute == colleague


@pytest.mark.parametrize("name", ["officer", "clerk", "supervisor", "outsider_officer", "auditor"])
def test_r44_only_a_colleague_of_the_same_role_stands_in(world, name):
    with refused(Invalid, "not_a_substitute"):
        absent(world, substitute=getattr(world, name))


def test_r44_who_is_away_too_does_not_stand_in(world):
    third = make_person("thu-ly-3", world.ward, Role.OFFICER)
    absent(world, staff=third, substitute=world.second_officer, first=FRIDAY, last=FRIDAY)
    with refused(Invalid, "substitute_absent"):
        absent(world, substitute=third)


@pytest.mark.parametrize(
    ("first", "last"),
    [(FRIDAY, MONDAY), (date(2026, 11, 2), date(2026, 11, 8))],
    ids=["ends before it begins", "is over"],
)
def test_r44_days_that_cannot_be_are_refused(world, first, last):
    with refused(Invalid, "wrong_days"):
        absent(world, first=first, last=last)


def test_r44_the_same_days_twice_are_refused(world):
    absent(world)
    with refused(Invalid, "overlap"):
        absent(world, first=FRIDAY, last=date(2026, 11, 30))
    assert Absence.objects.count() == 1


def test_r44_an_absence_that_has_begun_hands_over_at_once(world):
    dossier = world.processing()
    absent(world, first=date(2026, 11, 6), last=date(2026, 11, 13))
    assert fresh(dossier).holder == world.second_officer


def test_r44_absences_are_recorded_by_those_who_answer_for_the_people(world):
    keeper = make_person("quan-tri-phuong", world.ward, Role.AGENCY_ADMIN)
    assert absent(world, by=keeper).recorded_by == keeper
    Absence.objects.all().delete()
    people = [world.officer, world.clerk, world.auditor, world.outsider_head, world.centre_clerk]
    for person in people:
        with pytest.raises(NotPermitted):
            absent(world, by=person)
    assert not Absence.objects.exists()
    for person in [world.supervisor, world.head]:
        absent(world, by=person)
        Absence.objects.all().delete()
