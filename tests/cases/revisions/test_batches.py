"""An approved change is applied in batches: killed, repeated, by several at once (R24)."""

import pytest

from cases.enums import RevisionState
from cases.models import CalendarRevision, Dossier
from cases.services import calendar_moves, revisions
from cases.services.calendar_moves import apply_approved, apply_batch
from cases.services.calendar_preview import preview
from notifications.models import Message
from procedures.enums import LimitUnit
from procedures.models import CalendarDay, TimeLimit
from tests.cases.helpers import everything, in_parallel, kinds, last_event, one_waits_for_the_other
from tests.cases.revisions.helpers import NOTICE, TUESDAY, WEDNESDAY, due, state_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


# Batches --------------------------------------------------------------------------------------------


def test_batches_go_on_where_the_last_one_ended(world, approved):
    dossiers = [world.receive() for _ in range(5)]
    revision = approved(WEDNESDAY)
    progress = []
    while apply_batch(revision, size=2):
        progress.append(state_of(revision))
    assert progress == [("approved", 5, 2, 2), ("approved", 5, 4, 4), ("done", 5, 5, 5)]
    assert {due(dossier) for dossier in dossiers} == {"13/11/2026 17:00"}
    assert revision.finished_at is not None


def test_a_kill_in_the_middle_leaves_whole_batches_and_the_next_run_ends_it(world, approved, monkeypatch):
    dossiers = [world.receive() for _ in range(4)]
    revision = approved(WEDNESDAY)
    apply_batch(revision, size=2)
    tell = calendar_moves.notify_applicant

    def killed(dossier, event):
        raise SystemExit

    monkeypatch.setattr(calendar_moves, "notify_applicant", killed)
    before = everything()
    with pytest.raises(SystemExit):
        apply_batch(revision, size=2)
    assert everything() == before
    monkeypatch.setattr(calendar_moves, "notify_applicant", tell)
    assert apply_approved() == 2
    assert [kinds(dossier).count("calendar_moved") for dossier in dossiers] == [1, 1, 1, 1]
    assert state_of(revision) == (RevisionState.DONE, 4, 4, 4)


def test_a_repeated_call_does_nothing(world, approved):
    world.receive()
    revision = approved(WEDNESDAY)
    apply_approved()
    before = everything()
    assert (apply_batch(revision), apply_approved()) == (False, 0)
    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_move_each_dossier_once(world, approved):
    dossiers = [world.receive() for _ in range(9)]
    revision = approved(WEDNESDAY)

    def work():
        while CalendarRevision.objects.get(pk=revision.pk).state != RevisionState.DONE:
            apply_batch(revision, size=2)

    assert in_parallel([work] * 3, connections=3) == [None] * 3
    assert [kinds(dossier).count("calendar_moved") for dossier in dossiers] == [1] * 9
    assert state_of(revision) == (RevisionState.DONE, 9, 9, 9)
    assert Message.objects.filter(body__contains=NOTICE, channel="sms").count() == 9


@pytest.mark.django_db(transaction=True)
def test_a_reception_that_counted_with_the_old_calendar_is_stored_before_the_new_one_holds(
    world, proposal, chief
):
    revision = proposal(WEDNESDAY)
    dossier, _approved = one_waits_for_the_other(world.receive, lambda: revisions.approve(revision, by=chief))
    assert due(dossier) == "12/11/2026 17:00"
    assert (apply_approved(), due(dossier)) == (1, "13/11/2026 17:00")


@pytest.mark.django_db(transaction=True)
def test_a_result_recorded_while_the_batch_waits_for_the_dossier_is_not_moved(world, approved):
    dossier = world.processing()
    revision = approved(WEDNESDAY)
    one_waits_for_the_other(lambda: world.record_result(dossier), lambda: apply_batch(revision))
    assert (due(dossier), kinds(dossier).count("calendar_moved")) == ("12/11/2026 17:00", 0)
    assert state_of(revision) == (RevisionState.DONE, 1, 1, 0)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_approve_at_once_one_hears_that_it_was_decided(world, proposal, chief):
    revision = proposal(WEDNESDAY)

    def approve():
        return revisions.approve(revision, by=chief)

    _first, second = one_waits_for_the_other(approve, approve)
    assert str(second) == (
        "This change of the calendar is in the state “Approved, being applied”; only a proposal can be decided."
    )
    assert CalendarDay.objects.filter(date=WEDNESDAY).count() == 1


def test_a_second_revision_waits_and_what_it_moves_with_the_first_names_both(world, approved):
    first_in_line, last_in_line = world.receive(), world.receive()
    first = approved(WEDNESDAY)
    apply_batch(first, size=1)
    second = approved(TUESDAY, reason="Nghỉ thêm")
    CalendarRevision.objects.filter(pk=second.pk).update(legal_reference="Thông báo 100/TB-VD")
    assert apply_batch(second) is False
    assert apply_approved() == 2
    assert [due(first_in_line), due(last_in_line)] == ["16/11/2026 17:00"] * 2
    assert kinds(last_in_line).count("calendar_moved") == 1
    assert f"({NOTICE}; Thông báo 100/TB-VD)" in last_event(last_in_line)[-1]
    assert "(Thông báo 100/TB-VD)" in last_event(first_in_line)[-1]
    assert [state_of(first)[0], state_of(second)[0]] == [RevisionState.DONE] * 2


def test_a_run_ends_with_its_time_and_the_next_goes_on(world, approved):
    world.receive()
    revision = approved(WEDNESDAY)
    assert (apply_approved(seconds=0), state_of(revision)[0]) == (0, RevisionState.APPROVED)
    assert (apply_approved(), state_of(revision)[0]) == (1, RevisionState.DONE)


def test_one_dossier_that_cannot_be_counted_keeps_its_promise_and_holds_up_nobody(
    world, approved, proposal, caplog
):
    broken, sound = world.receive(), world.receive()
    limit = TimeLimit.objects.create(
        version=broken.version, label="hỏng", amount=1, unit=LimitUnit.CALENDAR_DAY, position=9
    )
    TimeLimit.objects.filter(pk=limit.pk).update(amount="1.5")
    Dossier.objects.filter(pk=broken.pk).update(limit=limit)
    revision = proposal(WEDNESDAY)
    seen = preview(revision)
    assert (seen.moved, [looked.code for looked in seen.uncountable]) == (1, [broken.code])
    assert seen.uncountable[0].refusal == "Calendar days are whole days, not 1.50."
    approved(TUESDAY)
    assert apply_approved() == 1
    assert (due(broken), due(sound)) == ("12/11/2026 17:00", "13/11/2026 17:00")
    assert f"the due date of {broken.code} cannot be counted again" in caplog.text
