"""Changes of the calendar: proposed, looked at, approved, applied in batches (R24, T14)."""

import re
import shutil
from datetime import date, time

import pytest
from django.core.management import CommandError, call_command

from cases import services
from cases.enums import DayChange, RevisionState, State
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.models import CalendarMove, CalendarRevision, Dossier
from cases.services import calendar_moves, revisions
from cases.services.calendar_moves import apply_approved, apply_batch, preview
from cases.services.revisions import DayFacts
from notifications.enums import LetterState
from notifications.models import Letter, Message
from procedures.calendars import calendar_for
from procedures.enums import DayKind, LimitUnit, Role
from procedures.models import CalendarDay, OfficeSession, TimeLimit
from procedures.services.catalogue import load_catalogue
from procedures.signals import calendar_changed
from procedures.working_time import SpecialDay
from tests.cases.helpers import (
    crowd,
    everything,
    fresh,
    in_parallel,
    kinds,
    last_event,
    make_person,
    one_waits_for_the_other,
    refused,
    told,
)
from tests.cast import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

TUESDAY, WEDNESDAY = date(2026, 11, 10), date(2026, 11, 11)
NOTICE = "Thông báo 99/TB-VD"


@pytest.fixture
def chief(world):
    """Supervisor of the province: the top of the tree, so also of the country's days."""
    return make_person("giam-sat-tinh", world.province, Role.SUPERVISOR)


@pytest.fixture
def proposal(world, chief):
    """`proposal(day, …)` is a proposal for the country; days are dates off or whole `DayFacts`."""

    def propose(*days, agency=None, by=chief, reason="Nghỉ đột xuất"):
        facts = [day if isinstance(day, DayFacts) else off(day) for day in days]
        return revisions.propose(agency, reason=reason, legal_reference=NOTICE, days=facts, by=by)

    return propose


@pytest.fixture
def approved(proposal, chief):
    """`approved(day, …)` is a revision whose days hold and whose dossiers still wait."""

    def approve(*days, **changes) -> CalendarRevision:
        return revisions.approve(proposal(*days, **changes), by=chief)

    return approve


def off(day: date, **facts) -> DayFacts:
    return DayFacts(day, name_vi="Nghỉ đột xuất", name_en="Extra day off", **facts)


def switch_off(day: date) -> DayFacts:
    return DayFacts(day, change=DayChange.SWITCH_OFF)


def switch_on(day: date) -> DayFacts:
    return DayFacts(day, change=DayChange.SWITCH_ON)


def due(dossier) -> str:
    return f"{calendar_moves.local(fresh(dossier).due_at):%d/%m/%Y %H:%M}"


def state_of(revision) -> tuple[str, int, int, int]:
    revision.refresh_from_db()
    return revision.state, revision.total, revision.checked, revision.moved


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
        "",
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
    assert state_of(revision) == (RevisionState.DONE, 1, 0, 0)


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


# Looking at it before -------------------------------------------------------------------------------


def test_preview_says_how_many_move_from_when_to_when_and_changes_nothing(world, clock, proposal):
    dossiers = [world.receive(), world.receive()]
    clock.move_to("2026-11-10 09:00")
    dossiers.append(world.receive())
    world.supplement()
    revision = proposal(WEDNESDAY)
    before = everything()
    seen = preview(revision)
    assert (seen.looked_at, seen.moved, seen.told, seen.uncountable) == (3, 3, 3, [])
    assert [(str(group.old), str(group.new), group.count) for group in seen.groups] == [
        ("2026-11-12", "2026-11-13", 2),
        ("2026-11-13", "2026-11-16", 1),
    ]
    listed = list(calendar_moves.moves(revision))
    assert [(row.code, row.procedure) for row in listed] == [(d.code, "1.000001") for d in dossiers]
    assert (listed[0].old_due_at, listed[0].new_due_at) == (
        local("2026-11-12 17:00"),
        local("2026-11-13 17:00"),
    )
    assert [row.code for row in calendar_moves.moves(revision, after=dossiers[1].pk)] == [dossiers[2].code]
    assert everything() == before
    assert calendar_for(world.ward).is_working_day(WEDNESDAY)


def test_what_the_preview_says_is_what_happens(world, clock, proposal, chief):
    rescheduled = world.receive()
    services.issue_apology(
        rescheduled, by=world.head, reason="Cần xác minh", new_due_at=local("2026-11-16 17:00")
    )
    for channel in ("desk", "post"):
        world.receive(channel=channel)
    world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    revision = proposal(WEDNESDAY, date(2026, 11, 16))
    promised = {row.pk: row.new_due_at for row in calendar_moves.moves(revision)}
    revisions.approve(revision, by=chief)
    apply_approved()
    assert promised == dict(CalendarMove.objects.values_list("dossier", "new_due_at"))
    assert len(promised) == 4


# Proposing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "code", "sentence"),
    [
        ([], "no_days", "Enter at least one day."),
        ([off(TUESDAY), off(TUESDAY)], "twice", "10/11/2026 is there twice; each day is changed once."),
        (
            [off(WEDNESDAY, is_worked=True)],
            "not_a_saturday",
            "11/11/2026 is no Saturday: only a Saturday is worked instead of another day.",
        ),
        ([off(date(2026, 11, 15))], "off_anyway", "15/11/2026 is a Sunday, which is off anyway."),
        (
            [off(date(2026, 11, 24))],
            "already_in_force",
            "“Vietnam Culture Day” is already in force on 24/11/2026; switch that day off first.",
        ),
        (
            [switch_off(TUESDAY)],
            "nothing_to_switch",
            "On 10/11/2026 no day of this calendar is in force that could be switched off.",
        ),
        (
            [switch_on(date(2026, 11, 24))],
            "nothing_to_switch",
            "On 24/11/2026 no day of this calendar is switched off that could be switched on.",
        ),
        (
            [DayFacts(TUESDAY)],
            "invalid",
            "Give 10/11/2026 its name: it is printed in the proof of due dates.",
        ),
        ([DayFacts(TUESDAY, name_vi="x" * 151)], "too_long", "A text of 10/11/2026 is too long."),
        ([off(TUESDAY, kind="x")], "unknown", "10/11/2026: unknown change or kind of day."),
        (
            [off(date(2101, 1, 3))],
            "out_of_range",
            "The calendar reaches from 2000 to 2100; 03/01/2101 is not in it.",
        ),
        (
            [off(date(2028, 3, 1))],
            "year_incomplete",
            "The calendar has no day of 2028 yet, so it is estimated. Enter all days of the year at once, "
            "at least 11, or import the official calendar.",
        ),
    ],
)
def test_days_that_cannot_be_are_refused(world, chief, days, code, sentence):
    with refused(Invalid, code) as caught:
        revisions.propose(None, reason="Thử", legal_reference=NOTICE, days=days, by=chief)
    assert str(caught.value.sentence) == sentence


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 301}, "reason"),
        ({"legal_reference": ""}, "legal_reference"),
        ({"legal_reference": "x" * 401}, "legal_reference"),
    ],
)
def test_reason_and_reference_are_asked_for(world, chief, changes, field):
    with refused(Invalid) as caught:
        revisions.propose(
            None,
            **{"reason": "Thử", "legal_reference": NOTICE, "days": [off(TUESDAY)], "by": chief, **changes},
        )
    assert caught.value.field == field


def test_a_day_already_taken_since_the_proposal_is_refused_at_the_approval(world, proposal, chief):
    first, second = proposal(WEDNESDAY), proposal(WEDNESDAY)
    revisions.approve(first, by=chief)
    with refused(Invalid, "already_in_force"):
        revisions.approve(second, by=chief)


def test_days_of_an_agency_stand_beside_those_of_the_country(world, proposal):
    revision = proposal(date(2026, 11, 24), agency=world.ward)
    assert revision.days.get().date == date(2026, 11, 24)


# Who may --------------------------------------------------------------------------------------------


def test_who_proposes_for_the_country(world, chief):
    keeper = make_person("quan-tri-tinh", world.province, Role.AGENCY_ADMIN)
    system = make_person("he-thong", None, Role.SYSTEM_ADMIN)
    root = make_person("goc", None, "", is_superuser=True)

    def act(person):
        return revisions.propose(None, reason="Thử", legal_reference=NOTICE, days=[off(WEDNESDAY)], by=person)

    people = [p for p in _crowd_without_machine(world) if p not in (chief, keeper, system, root)]
    before = everything()
    for person in people:
        with pytest.raises(NotPermitted):
            act(person)
    assert everything() == before
    assert [act(person).created_by for person in (chief, keeper, system, root)] == [
        chief,
        keeper,
        system,
        root,
    ]


def _crowd_without_machine(world):
    """Everybody but those who keep the whole installation."""
    return [p for p in crowd(world) if not (p.is_active and (p.is_superuser or p.role == Role.SYSTEM_ADMIN))]


def test_an_outsider_does_not_propose_for_another_agency(world):
    for person in (world.outsider_head, world.clerk, world.officer, world.auditor):
        with refused(NotPermitted, "not_permitted"):
            revisions.propose(
                world.ward, reason="Thử", legal_reference=NOTICE, days=[off(WEDNESDAY)], by=person
            )


def test_a_keeper_proposes_and_a_supervisor_approves(world, proposal):
    keeper = make_person("quan-tri-phuong", world.ward, Role.AGENCY_ADMIN)
    revision = proposal(WEDNESDAY, agency=world.ward, by=keeper)
    for person in (keeper, world.clerk, world.outsider_head):
        with refused(NotPermitted, "not_permitted"):
            revisions.approve(revision, by=person)
    approved = revisions.approve(revision, by=world.supervisor)
    assert (approved.created_by, approved.approved_by) == (keeper, world.supervisor)


def test_a_supervisor_of_a_ward_does_not_approve_for_the_country(world, proposal):
    revision = proposal(WEDNESDAY)
    for person in (world.supervisor, world.head, world.outsider_head):
        with refused(NotPermitted, "not_permitted"):
            revisions.approve(revision, by=person)


def test_a_proposal_of_the_console_is_approved_by_a_person(world, proposal, chief):
    revision = proposal(WEDNESDAY, by=None)
    assert revision.created_by is None
    with refused(NotPermitted, "not_permitted"):
        revisions.approve(revision, by=None)
    assert revisions.approve(revision, by=chief).approved_by == chief


# Dropping -------------------------------------------------------------------------------------------


def test_a_proposal_is_dropped_by_who_made_it_or_may_approve(world, proposal, chief):
    keeper = make_person("quan-tri-phuong", world.ward, Role.AGENCY_ADMIN)
    revision = proposal(WEDNESDAY, agency=world.ward, by=keeper)
    for person in (world.clerk, world.outsider_head, None):
        with refused(NotPermitted):
            revisions.cancel(revision, by=person)
    assert revisions.cancel(revision, by=keeper).state == RevisionState.CANCELLED
    assert not CalendarDay.objects.filter(date=WEDNESDAY).exists()
    other = proposal(WEDNESDAY, agency=world.ward, by=keeper)
    assert revisions.cancel(other, by=world.supervisor).state == RevisionState.CANCELLED


def test_what_was_decided_is_not_decided_again(world, proposal, approved, chief):
    dropped, done = revisions.cancel(proposal(WEDNESDAY), by=chief), approved(WEDNESDAY)
    for revision in (dropped, done):
        for verb in (revisions.approve, revisions.cancel):
            with refused(NotPossibleNow):
                verb(revision, by=chief)


# Outside a revision ---------------------------------------------------------------------------------


def test_a_change_outside_a_revision_has_every_open_promise_counted_anew(world, clock):
    dossier = world.receive()
    CalendarDay.objects.create(date=WEDNESDAY, kind=DayKind.OTHER, name_vi="Nghỉ")
    calendar_changed.send(CalendarDay, agency=None, reason="Nạp lại lịch")
    revision = CalendarRevision.objects.get()
    assert (revision.state, revision.agency, revision.created_by, revision.total) == (
        "approved",
        None,
        None,
        1,
    )
    assert apply_approved() == 1
    assert last_event(dossier)[1:] == (
        "",
        "",
        "received",
        "The official calendar changed (Nạp lại lịch): due at 13/11/2026 17:00 instead of 12/11/2026 17:00.",
    )


def test_without_open_dossiers_nothing_is_counted_anew(world):
    world.returned()
    assert revisions.count_anew(None, reason="Nạp lại lịch") is None
    assert not CalendarRevision.objects.exists()


def test_the_same_change_is_counted_anew_once(world):
    world.receive()
    assert revisions.count_anew(None, reason="Nạp lại lịch") is not None
    assert revisions.count_anew(None, reason="Nạp lại lịch") is None


# Importing ------------------------------------------------------------------------------------------


def special(day: date, **facts) -> SpecialDay:
    return SpecialDay(**{"date": day, "is_worked": False, "kind": DayKind.OTHER, "name_vi": "Nghỉ", **facts})


def test_import_leaves_out_what_is_in_force_and_sundays_off(world):
    days = [special(date(2026, 11, 24)), special(date(2026, 11, 15)), special(WEDNESDAY)]
    assert [facts.date for facts in revisions.days_to_import(days, None)] == [WEDNESDAY]


def test_an_official_day_replaces_the_estimate_and_a_complete_file_ends_the_others(world):
    CalendarDay.objects.filter(date=date(2027, 1, 1)).update(provisional=True)
    wrong = CalendarDay.objects.create(
        date=date(2027, 2, 4), kind=DayKind.TET, name_vi="Tết (ước tính)", provisional=True
    )
    days = [special(date(2027, 1, 1)), special(date(2027, 2, 5))]
    assert [(f.date, f.change) for f in revisions.days_to_import(days, None)] == [
        (date(2027, 1, 1), DayChange.ADD),
        (date(2027, 2, 5), DayChange.ADD),
    ]
    complete = revisions.days_to_import(days, None, complete=True)
    assert [(f.date, f.change, f.row) for f in complete][-1] == (
        wrong.date,
        DayChange.SWITCH_OFF,
        wrong,
    )


ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Vi du//VN\r\n"
    "BEGIN:VEVENT\r\nUID:1@vidu.example\r\nSUMMARY:Nghỉ hoán đổi\r\nDTSTART;VALUE=DATE:20261111\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


def test_the_command_imports_a_proposal_and_prints_what_moves(world, tmp_path, capsys):
    world.receive()
    file = tmp_path / "lich-2026.ics"
    file.write_text(ICS)
    call_command("import_calendar", file, reference=NOTICE)
    revision = CalendarRevision.objects.get()
    assert (revision.state, revision.created_by, revision.reason) == (
        "draft",
        None,
        "Official calendar lich-2026.ics",
    )
    assert capsys.readouterr().out == (
        "11/11/2026  Add  Nghỉ hoán đổi\n"
        "Of 1 open dossiers 1 move, and 1 applicants are told.\n"
        "12/11/2026 → 13/11/2026  1\n"
        f"Proposal {revision.pk} waits for approval (Calendar changes in the back office).\n"
    )


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        (None, {}, "cannot be read: No such file or directory."),
        ("PK", {}, "This is not an iCalendar file (.ics), or it is broken."),
        (ICS, {"agency": "X99"}, "There is no agency X99."),
        (ICS, {"reference": " "}, "Give the notice or decision that changes the calendar."),
        (ICS.replace("20261111", "20261124"), {}, "Enter at least one day."),
    ],
)
def test_the_command_refuses_with_one_sentence(world, tmp_path, content, options, sentence):
    file = tmp_path / "lich.ics"
    if content is not None:
        file.write_text(content)
    with pytest.raises(CommandError, match=re.escape(sentence)):
        call_command("import_calendar", file, **{"reference": NOTICE, **options})
    assert not CalendarRevision.objects.exists()


def test_a_catalogue_loaded_with_other_days_has_every_open_promise_counted_anew(world, tmp_path, settings):
    """Agencies and procedures of the seeds are not needed for it: the calendar alone is there."""
    world.receive()
    seeds = tmp_path / "seeds"
    shutil.copytree(settings.BASE_DIR / "seeds", seeds)
    load_catalogue(seeds)
    revision = CalendarRevision.objects.get()
    assert (revision.reason, revision.agency) == (
        "The official calendar was loaded again from the seeds.",
        None,
    )
    apply_approved()
    load_catalogue(seeds)
    assert CalendarRevision.objects.count() == 1
