"""The workers' work: warn, draft, flag, digest; safe twice, in parallel and after a missed day (R29, R33)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import services
from cases.enums import RUNNING_STATES, EventKind, State
from cases.models import Dossier
from cases.services import overdue
from notifications.models import Letter, Message
from procedures.enums import LimitUnit
from procedures.models import CalendarDay
from tests.cases.helpers import fresh, in_parallel, kinds, no_batch, one_waits_for_the_other, said
from tests.cast import local, make_procedure

pytestmark = pytest.mark.usefixtures("english")

NOT_RUNNING = [state for state in State if state not in RUNNING_STATES]
NOTHING = services.SweepCounts(flagged=0, warned=0, drafted=0)


@pytest.fixture
def law_example(world, clock):
    """The example of R19 and R29: asked for a supplement, restarted on 17/11, due Wednesday 25/11/2026 17:00."""
    dossier = world.processing(make_procedure("1.000005", "Thủ tục năm ngày", amount=5))
    clock.move_to("2026-11-11 10:00")
    services.request_supplement(dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    clock.move_to("2026-11-17 10:00")
    return services.resume(dossier, by=world.clerk)


def warnings() -> list[str]:
    """Days left, as the warnings put into the outbox say it."""
    keys = Message.objects.filter(event_key__contains=":due:").order_by("pk")
    return [key.rpartition(":")[2] for key in keys.values_list("event_key", flat=True)]


# Flag -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("moment", "flagged"), [("2026-11-12 17:00:59", 0), ("2026-11-12 17:01", 1)])
def test_flag_overdue_from_the_minute_after_the_due_moment(world, clock, moment, flagged):
    dossier = world.processing()
    now = clock.move_to(moment)
    assert services.flag_overdue() == flagged
    assert fresh(dossier).overdue_flagged_at == (now if flagged else None)
    assert fresh(dossier).is_overdue() is bool(flagged)
    assert Dossier.objects.overdue().count() == flagged


def test_flag_overdue_writes_one_event_of_the_system(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-13 07:30")
    services.flag_overdue()
    event = dossier.events.last()
    assert (event.at, event.actor, event.data) == (timezone.now(), None, {"due": "12/11/2026 17:00"})
    assert said(event) == (
        EventKind.OVERDUE,
        "",
        "processing",
        "processing",
        "Past its due moment (12/11/2026 17:00) without a result.",
    )


@pytest.mark.parametrize("state", sorted(RUNNING_STATES))
def test_flag_overdue_in_every_state_in_which_the_clock_runs(world, clock, state):
    dossier = world.in_state(state)
    clock.move_to("2026-11-13 07:30")
    assert services.flag_overdue() == 1
    assert fresh(dossier).state == state


@pytest.mark.parametrize("state", NOT_RUNNING)
def test_sweep_finds_nothing_where_no_clock_runs(world, clock, state):
    world.in_state(state)
    for moment in ["2026-11-10 09:00", "2026-11-11 09:00", "2026-11-13 09:00", "2026-11-23 09:00"]:
        clock.move_to(moment)
        assert services.sweep() == NOTHING


def test_sweep_finds_nothing_after_a_result_although_the_fee_is_owed(world, clock):
    world.with_result(world.paid)
    clock.move_to("2026-11-13 09:00")
    assert services.sweep() == NOTHING


def test_flag_overdue_leaves_other_dossiers_alone(world, clock):
    late = world.processing()
    clock.move_to("2026-11-12 09:00")
    early = world.processing()
    clock.move_to("2026-11-13 07:30")
    assert services.flag_overdue() == 1
    assert (fresh(late).overdue_flagged_at, fresh(early).overdue_flagged_at) == (timezone.now(), None)


# Warn (R29) -----------------------------------------------------------------------------------------


def test_warn_two_and_one_working_days_before_by_the_example_of_the_law(world, clock, law_example):
    assert law_example.due_at == local("2026-11-25 17:00")
    warned = {}
    for day in range(17, 27):  # hour by hour it would be the same
        for hour in (9, 16):
            clock.move_to(f"2026-11-{day} {hour:02}:05")
            if services.warn_due_soon():
                warned[day] = warnings()[-1]
    assert warned == {20: "2", 23: "1"}


def test_warn_made_up_after_a_missed_day_says_how_many_days_are_left(world, clock, law_example):
    clock.move_to("2026-11-23 16:05")
    assert services.warn_due_soon() == 1
    assert warnings() == ["1"]


def test_warn_counts_by_the_calendar_of_the_agency_that_decides(world, clock, law_example):
    CalendarDay.objects.create(
        date="2026-11-23", agency=world.ward, kind="other", name_vi="Ngày hội của phường"
    )
    clock.move_to("2026-11-19 09:05")
    assert services.warn_due_soon() == 1
    clock.move_to("2026-11-20 09:05")
    assert services.warn_due_soon() == 1
    assert warnings() == ["2", "1"]


def test_warn_again_when_the_date_was_moved(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-10 09:05")
    assert services.warn_due_soon() == 1
    services.issue_apology(
        dossier, by=world.head, reason="Cần xác minh", new_due_at=local("2026-11-17 17:00")
    )
    clock.move_to("2026-11-13 09:05")
    assert services.warn_due_soon() == 1
    assert warnings() == ["2", "2"]


# Draft (R29) ----------------------------------------------------------------------------------------


def test_draft_apologies_on_the_working_day_before_by_the_example_of_the_law(world, clock, law_example):
    drafted = {}
    for day in range(17, 27):
        clock.move_to(f"2026-11-{day} 00:15")
        if count := services.draft_apologies():
            drafted[day] = count
    assert drafted == {23: 1}
    assert law_example.events.last().sentence == (
        "A letter of apology was drafted; it should go out by 23/11/2026 17:00."
    )


def test_draft_apologies_for_what_became_overdue_without_one(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-20 09:15")
    assert services.draft_apologies() == 1
    assert Letter.objects.get().reference == dossier.code
    assert services.draft_apologies() == 0


@pytest.mark.parametrize("work", [services.flag_overdue, services.draft_apologies])
def test_many_take_as_many_statements_as_one(world, clock, work):
    counted = []
    for received, late in ((1, "2026-11-13 09:00"), (5, "2026-11-20 09:00")):
        for _number in range(received):
            world.receive()
        clock.move_to(late)
        with CaptureQueriesContext(connection) as queries:
            assert work() == received
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_draft_apologies_not_again_after_the_letter_was_issued_or_sent(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-11 09:15")
    services.draft_apologies()
    letter = services.issue_apology(
        dossier, by=world.head, reason="Cần xác minh", new_due_at=local("2026-11-13 17:00")
    )
    clock.move_to("2026-11-16 09:15")
    assert services.draft_apologies() == 0
    services.send_apology(letter, by=world.clerk)
    assert services.draft_apologies() == 0


def test_a_draft_that_a_person_took_back_comes_back_only_when_the_date_was_missed(world, clock):
    world.processing()
    clock.move_to("2026-11-11 09:15")
    services.draft_apologies()
    services.cancel_apology(Letter.objects.get(), by=world.supervisor, reason="Xong trong hôm nay")
    assert services.draft_apologies() == 0
    clock.move_to("2026-11-12 17:01")
    assert services.draft_apologies() == 1
    services.cancel_apology(
        Letter.objects.get(state="draft"), by=world.supervisor, reason="Đã xin lỗi trực tiếp"
    )
    assert services.draft_apologies() == 0


def test_draft_apologies_once_more_in_a_new_cycle(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-11 09:15")
    assert services.draft_apologies() == 1
    services.request_supplement(dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    assert services.draft_apologies() == 0
    services.resume(dossier, by=world.clerk)  # due Monday 16/11
    clock.move_to("2026-11-13 09:15")
    assert services.draft_apologies() == 1
    apologies = Letter.objects.filter(kind="apology")
    assert sorted(apologies.values_list("cycle", "state")) == [(1, "cancelled"), (2, "draft")]


@pytest.mark.parametrize(
    ("moment", "drafted"), [("2026-11-09 15:59", 0), ("2026-11-09 16:00", 1), ("2026-11-09 17:30", 1)]
)
def test_draft_apologies_of_a_same_day_limit_only_in_its_last_hour(world, clock, moment, drafted):
    world.processing(make_procedure("1.000004", "Thủ tục trong ngày", unit=LimitUnit.SAME_DAY, amount=1))
    clock.move_to(moment)
    assert services.draft_apologies() == drafted


def test_draft_apologies_of_short_limits_follow_the_parameter(world, clock, settings):
    settings.APOLOGY_SHORT_LIMIT_MINUTES = 120
    world.processing(make_procedure("1.000004", "Bốn giờ", unit=LimitUnit.WORKING_HOUR, amount=4))
    clock.move_to("2026-11-09 12:29")  # due at 14:30
    assert services.draft_apologies() == 0
    clock.move_to("2026-11-09 12:30")
    assert services.draft_apologies() == 1


# Twice, late, in parallel ---------------------------------------------------------------------------


def test_sweep_after_a_missed_week_does_everything_once(world, clock):
    dossiers = [world.processing(), world.receive(), world.digitized()]
    clock.move_to("2026-11-20 09:00")
    assert services.sweep() == services.SweepCounts(flagged=3, warned=0, drafted=3)
    assert services.sweep() == NOTHING
    clock.move_to("2026-12-04 09:00")
    assert services.sweep() == NOTHING
    for dossier in dossiers:
        assert kinds(dossier)[-2:] == ["overdue", "apology_drafted"]
        assert kinds(dossier).count("overdue") == kinds(dossier).count("apology_drafted") == 1
    assert Letter.objects.count() == 3


def test_sweep_day_by_day_says_each_thing_once(world, clock):
    world.processing()  # due Thursday 12/11
    counts = []
    for day in range(9, 17):
        for hour in (1, 9, 18):
            clock.move_to(f"2026-11-{day:02} {hour:02}:00")
            done = services.sweep()
            if done != NOTHING:
                counts.append((day, hour, done.flagged, done.warned, done.drafted))
    assert counts == [(10, 1, 0, 1, 0), (11, 1, 0, 1, 1), (12, 18, 1, 0, 0)]


@pytest.mark.django_db(transaction=True)
def test_sweep_in_parallel_does_everything_once(world, clock):
    overdue = [world.processing(), world.receive()]
    clock.move_to("2026-11-11 08:00")
    world.receive(make_procedure("1.000005", "Thủ tục năm ngày", amount=5))  # due 18/11
    clock.move_to("2026-11-17 09:00")
    counts = in_parallel([services.sweep] * 4, connections=4)
    assert sum(count.flagged for count in counts) == 2
    assert sum(count.drafted for count in counts) == 3
    assert sum(count.warned for count in counts) == 1
    assert all(kinds(dossier).count("overdue") == 1 for dossier in overdue)
    assert sorted(Letter.objects.values_list("reference", flat=True)) == sorted(
        Dossier.objects.values_list("code", flat=True)
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("work", "done"),
    [
        (services.flag_overdue, (1, 0)),
        (services.draft_apologies, (1, 0)),
        (services.morning_digest, (3, 0)),
    ],
)
def test_the_second_worker_waits_for_the_first_and_finds_nothing_left(world, clock, work, done):
    world.processing()
    clock.move_to("2026-11-13 07:30")
    assert one_waits_for_the_other(work, work) == done


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("work", [services.flag_overdue, services.draft_apologies])
def test_what_is_finished_between_the_question_and_the_lock_is_left_alone(world, clock, work):
    dossier = world.processing()
    clock.move_to("2026-11-13 07:30")
    _result, done = one_waits_for_the_other(lambda: world.record_result(dossier), work)
    assert done == 0
    assert kinds(dossier)[-1] == "settled"
    assert not Letter.objects.exists()


def test_one_dossier_that_cannot_be_drafted_does_not_keep_the_others_waiting(world, clock, monkeypatch):
    poison, healthy = world.receive(), world.receive()
    clock.move_to("2026-11-11 09:00")
    real = overdue.draft_apology

    def draft(dossier):
        if dossier == poison:
            raise RuntimeError("poison")
        return real(dossier)

    monkeypatch.setattr(overdue, "draft_together", no_batch)
    monkeypatch.setattr(overdue, "draft_apology", draft)
    with pytest.raises(overdue.WorkIncomplete, match="1 dossiers could not be worked on"):
        services.draft_apologies()
    assert list(Letter.objects.values_list("reference", flat=True)) == [healthy.code]


def test_a_rescheduled_dossier_gets_no_second_draft_when_the_scope_is_the_dossier(world, clock, settings):
    settings.RESCHEDULE_SCOPE = "dossier"
    dossier = world.processing()
    services.issue_apology(dossier, by=world.head, reason="Mưa lũ", new_due_at=local("2026-11-16 17:00"))
    clock.move_to("2026-11-13 09:00")
    services.request_supplement(dossier, by=world.officer, reason="Thiếu", items=["Tờ khai"])
    services.resume(dossier, by=world.clerk)
    clock.move_to("2026-11-17 09:00")
    assert services.draft_apologies() == 0
    settings.RESCHEDULE_SCOPE = "cycle"
    assert services.draft_apologies() == 1
