"""What a change of the calendar does to promises, flags, letters and notices (R24, T14)."""

from datetime import date, time

import pytest

from cases import services
from cases.enums import RevisionState, State
from cases.models import CalendarMove
from cases.services import revisions
from cases.services.calendar_moves import apply_approved
from cases.services.revisions import DayFacts
from notifications.enums import LetterState
from notifications.models import Letter, Message
from procedures.enums import DayKind
from procedures.models import CalendarDay, OfficeSession
from tests.cases.helpers import fresh, kinds, last_event, told
from tests.cases.revisions.helpers import NOTICE, TUESDAY, WEDNESDAY, due, state_of, switch_off, switch_on
from tests.cast import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


# The rule -------------------------------------------------------------------------------------------


def test_r24_a_swap_announced_late_moves_what_is_open(world, clock, chief, proposal):
    """The swap of 02/01/2026 came on 25/12/2025 and was entered after this dossier."""
    CalendarDay.objects.create(date=date(2026, 1, 1), kind=DayKind.NEW_YEAR, name_vi="Tết Dương lịch")
    clock.move_to("2025-12-30 09:00")
    dossier = world.receive()
    assert due(dossier) == "05/01/2026 17:00"
    swap = [
        DayFacts(date(2026, 1, 2), kind=DayKind.SWAP_OFF, name_vi="Nghỉ hoán đổi", key="swap-2026-01-02"),
        DayFacts(
            date(2026, 1, 10),
            kind=DayKind.SWAP_WORKED,
            is_worked=True,
            name_vi="Làm bù",
            key="swap-2026-01-02",
        ),
    ]
    revision = revisions.approve(proposal(*swap), by=chief)
    assert due(dossier) == "05/01/2026 17:00"
    assert apply_approved() == 1
    assert due(dossier) == "06/01/2026 17:00"
    moved = fresh(dossier)
    assert moved.first_due_at == local("2026-01-05 17:00")
    assert last_event(dossier) == (
        "calendar_moved",
        "Giam-Sat-Tinh",
        "received",
        "received",
        f"The official calendar changed ({NOTICE}): due at 06/01/2026 17:00 instead of 05/01/2026 17:00.",
    )
    assert [recipient for _channel, recipient, _subject in told(dossier)] == [
        "vi.du@congdan.example",
        "0900000001",
    ]
    move = CalendarMove.objects.get()
    assert (move.revision, move.dossier, move.cycle) == (revision, dossier, 1)
    assert (move.old_due_at, move.new_due_at) == (local("2026-01-05 17:00"), local("2026-01-06 17:00"))
    assert state_of(revision) == (RevisionState.DONE, 1, 1, 1)


def test_a_day_switched_off_brings_promises_forward(world, clock, approved):
    clock.move_to("2026-11-20 09:00")
    dossier = world.receive()
    assert due(dossier) == "26/11/2026 17:00"
    approved(switch_off(date(2026, 11, 24)))
    assert apply_approved() == 1
    assert due(dossier) == "25/11/2026 17:00"
    day = CalendarDay.objects.get(date=date(2026, 11, 24))
    assert (day.enabled, day.note) == (False, f"20/11/2026 Switched off: Nghỉ đột xuất ({NOTICE})")


def test_a_day_switched_on_again_counts_again(world, clock, approved):
    clock.move_to("2026-11-20 09:00")
    CalendarDay.objects.filter(date=date(2026, 11, 24)).update(enabled=False, note="Chưa có văn bản")
    dossier = world.receive()
    approved(switch_on(date(2026, 11, 24)))
    apply_approved()
    assert due(dossier) == "26/11/2026 17:00"
    day = CalendarDay.objects.get(date=date(2026, 11, 24))
    assert day.enabled is True
    assert day.note == f"Chưa có văn bản\n20/11/2026 Switched on: Nghỉ đột xuất ({NOTICE})"


@pytest.mark.parametrize("state", State.values)
def test_only_a_running_clock_is_moved(world, clock, approved, state):
    """What waits for the applicant starts afresh when it is complete; what has a result is kept."""
    dossier = world.in_state(state)
    before = fresh(dossier).due_at
    approved(WEDNESDAY)
    moved = apply_approved()
    running = state in {State.RECEIVED, State.DIGITIZED, State.PROCESSING}
    assert (moved, fresh(dossier).due_at != before) == (int(running), running)
    assert ("calendar_moved" in kinds(dossier)) is running


def test_a_result_that_waits_for_the_fee_is_not_moved(world, approved):
    dossier = world.with_result(world.paid)
    assert (fresh(dossier).state, fresh(dossier).finished_at is None) == (State.PROCESSING, False)
    approved(WEDNESDAY)
    assert (apply_approved(), due(dossier)) == (0, "12/11/2026 17:00")


def test_a_dossier_that_waits_for_a_supplement_counts_by_the_new_calendar_when_it_is_complete(
    world, clock, approved
):
    dossier = world.supplement()
    approved(WEDNESDAY)
    apply_approved()
    clock.move_to("2026-11-10 09:00")
    services.resume(dossier, by=world.clerk)
    assert due(dossier) == "16/11/2026 17:00"


def test_days_of_an_agency_move_its_own_and_those_below(world, approved):
    ours, theirs = world.receive(), world.receive(desk=world.other_ward, by=world.outsider_clerk)
    revision = approved(WEDNESDAY, agency=world.ward)
    apply_approved()
    assert (due(ours), due(theirs)) == ("13/11/2026 17:00", "12/11/2026 17:00")
    assert state_of(revision) == (RevisionState.DONE, 1, 1, 1)
    approved(TUESDAY, agency=world.province)
    apply_approved()
    assert (due(ours), due(theirs)) == ("16/11/2026 17:00", "13/11/2026 17:00")


def test_what_is_received_after_the_approval_counts_with_the_new_day_at_once(world, approved):
    approved(WEDNESDAY)
    dossier = world.receive()
    assert due(dossier) == "13/11/2026 17:00"
    assert (apply_approved(), kinds(dossier)) == (0, ["received"])


# Flag, apology, notice ------------------------------------------------------------------------------


def test_applicants_are_told_only_when_the_date_changed(world, clock):
    """Closing half an hour earlier moves the moment, not the day on which the applicant comes."""
    dossier = world.receive()
    written = Message.objects.count()
    for opens, closes in ((time(7, 30), time(11, 30)), (time(13), time(16, 30))):
        OfficeSession.objects.create(agency=world.ward, opens_at=opens, closes_at=closes)
    revisions.count_anew(world.ward, reason="Giờ làm việc mới")
    assert apply_approved() == 1
    assert due(dossier) == "12/11/2026 16:30"
    assert last_event(dossier)[-1] == (
        "The official calendar changed (Giờ làm việc mới): "
        "due at 12/11/2026 16:30 instead of 12/11/2026 17:00."
    )
    assert Message.objects.count() == written


def test_the_flag_goes_when_the_new_date_lies_ahead(world, clock, approved):
    dossier = world.receive()
    clock.move_to("2026-11-13 09:00")
    services.flag_overdue()
    approved(WEDNESDAY)
    apply_approved()
    assert (due(dossier), fresh(dossier).overdue_flagged_at) == ("13/11/2026 17:00", None)


def test_the_flag_stays_when_the_new_date_is_past_too(world, clock, approved):
    dossier = world.receive()
    clock.move_to("2026-11-16 09:00")
    services.flag_overdue()
    approved(WEDNESDAY)
    apply_approved()
    assert (due(dossier), fresh(dossier).overdue_flagged_at) == (
        "13/11/2026 17:00",
        local("2026-11-16 09:00"),
    )


def test_a_rescheduled_date_moves_only_when_it_became_a_day_off(world, clock, approved):
    dossier = world.receive()
    services.issue_apology(
        dossier, by=world.head, reason="Cần xác minh", new_due_at=local("2026-11-17 17:00")
    )
    approved(WEDNESDAY)
    assert (apply_approved(), due(dossier)) == (0, "17/11/2026 17:00")
    approved(date(2026, 11, 17))
    assert (apply_approved(), due(dossier)) == (1, "18/11/2026 17:00")
    assert fresh(dossier).reschedules.get().new_due_at == local("2026-11-17 17:00")


def test_an_untouched_draft_goes_when_the_date_moves_away_and_comes_back_in_time(world, clock, approved):
    dossier = world.receive()
    clock.move_to("2026-11-11 09:00")
    services.draft_apologies()
    approved(date(2026, 11, 12))
    apply_approved()
    assert due(dossier) == "13/11/2026 17:00"
    letter = Letter.objects.get()
    assert letter.state == LetterState.DRAFT  # 13/11 is the next working day now
    approved(date(2026, 11, 13))
    apply_approved()
    assert due(dossier) == "16/11/2026 17:00"
    letter.refresh_from_db()
    assert letter.state == LetterState.DRAFT
    approved(date(2026, 11, 20))  # no promise reaches so far
    assert apply_approved() == 0


def test_a_draft_is_withdrawn_when_the_dossier_is_not_due_soon_any_more(world, clock, approved):
    dossier = world.receive()
    clock.move_to("2026-11-11 09:00")
    services.draft_apologies()
    CalendarDay.objects.create(date=date(2026, 11, 13), agency=world.province, kind="other", name_vi="Nghỉ")
    approved(date(2026, 11, 10))
    apply_approved()
    assert due(dossier) == "16/11/2026 17:00"
    assert Letter.objects.get().state == LetterState.CANCELLED
    assert services.draft_apologies() == 0
    clock.move_to("2026-11-12 09:00")  # 13/11 is off, so the working day before the due date
    assert services.draft_apologies() == 1


def test_what_somebody_wrote_is_not_withdrawn(world, clock, approved):
    dossier = world.receive()
    clock.move_to("2026-11-11 09:00")
    services.draft_apologies()
    services.prepare_apology(
        Letter.objects.get(), by=world.supervisor, reason="Mất điện", new_due_at=local("2026-11-18 17:00")
    )
    CalendarDay.objects.create(date=date(2026, 11, 13), agency=world.province, kind="other", name_vi="Nghỉ")
    approved(date(2026, 11, 10))
    apply_approved()
    assert (due(dossier), Letter.objects.get().state) == ("16/11/2026 17:00", LetterState.DRAFT)


def test_an_official_calendar_takes_the_mark_of_an_estimate_away(world, clock, approved):
    """New Year stays where it was, so no date moves and nobody is told; only the mark goes."""
    CalendarDay.objects.filter(date=date(2027, 1, 1)).update(provisional=True)
    clock.move_to("2026-12-30 09:00")
    dossier = world.receive()
    assert fresh(dossier).due_is_provisional is True
    approved(DayFacts(date(2027, 1, 1), kind=DayKind.NEW_YEAR, name_vi="Tết Dương lịch"))
    assert apply_approved() == 0
    assert (fresh(dossier).due_is_provisional, kinds(dossier)) == (False, ["received"])
    rows = CalendarDay.objects.filter(date=date(2027, 1, 1)).order_by("pk")
    assert list(rows.values_list("provisional", "enabled")) == [(True, False), (False, True)]
