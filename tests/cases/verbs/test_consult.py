"""consult (lấy ý kiến, liên thông): other agencies are asked, each with a deadline of its own (R20)."""

from datetime import time
from decimal import Decimal

import pytest

from cases import services
from cases.enums import ConsultationKind, EventKind, State, Verb
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.models import Consultation
from notifications.models import Message
from procedures.enums import Role
from tests.cases.helpers import (
    fresh,
    in_parallel,
    kinds,
    last_event,
    make_person,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
    states_without,
)
from tests.cast import local


def consult(world, dossier, **changes):
    facts = {
        "by": world.officer,
        "agency": world.other_ward,
        "question": " Xác minh nơi cư trú ",
        "working_hours": Decimal(16),
        **changes,
    }
    if facts.get("due_at"):
        facts["working_hours"] = None
    return services.consult(dossier, **facts)


def answer(world, consultation, **changes):
    facts = {"by": world.outsider_officer, "answer": " Đúng như khai báo ", **changes}
    return services.answer_consultation(consultation, **facts)


@pytest.fixture
def dossier(world):
    """Taken over on Monday 09/11/2026 09:00, due Thursday 12/11 17:00."""
    return world.processing()


# Asking -------------------------------------------------------------------------------------------


def test_consult_asks_at_once_with_a_deadline_in_working_hours(world, dossier):
    asked = consult(world, dossier)
    assert (asked.kind, asked.agency, asked.question) == ("opinion", world.other_ward, "Xác minh nơi cư trú")
    # 6.5 hours on Monday, 8 on Tuesday, 1.5 on Wednesday.
    assert (asked.asked_at, asked.due_at) == (local("2026-11-09 09:00"), local("2026-11-11 09:00"))
    assert (asked.created_by, asked.answered_at, asked.alerted_at) == (world.officer, None, None)


def test_consult_takes_a_moment_as_deadline(world, dossier):
    asked = consult(world, dossier, due_at=local("2026-11-11 17:00"))
    assert (asked.due_at, asked.working_hours) == (local("2026-11-11 17:00"), Decimal("22.5"))


def test_consult_counts_hours_by_the_calendar_of_the_asked_agency(world, dossier):
    world.other_ward.sessions.create(opens_at=time(8), closes_at=time(12))
    asked = consult(world, dossier, working_hours=Decimal(8))
    assert asked.due_at == local("2026-11-11 09:00")  # 3, 4 and 1 hours


def test_consult_does_not_move_the_due_date_of_the_dossier(world, dossier):
    consult(world, dossier)
    after = fresh(dossier)
    assert (after.due_at, after.state, after.holder) == (
        local("2026-11-12 17:00"),
        State.PROCESSING,
        world.officer,
    )


def test_consult_writes_one_event_and_tells_the_supervisors_of_the_asked_agency(world, dossier):
    consult(world, dossier)
    assert last_event(dossier) == (
        EventKind.CONSULTED,
        "Phạm Văn Thụ Lý",
        "",
        "processing",
        "UBND xã Ví Dụ was asked; the answer is due at 11/11/2026 09:00.",
    )
    assert Message.objects.filter(event_key__contains=":consulted:").get().recipient == (
        world.outsider_head.email
    )


def test_consult_in_parallel_asks_all_at_once(world, dossier):
    consult(world, dossier)
    consult(world, dossier, agency=world.centre)
    assert Consultation.objects.filter(asked_at=local("2026-11-09 09:00")).count() == 2


def test_consult_in_turn_waits_for_the_answer_before(world, clock, dossier):
    first = consult(world, dossier)
    second = consult(
        world, dossier, agency=world.centre, after=first, working_hours=Decimal(8), kind="interlinked"
    )
    assert (second.asked_at, second.due_at) == (None, None)
    assert kinds(dossier).count(EventKind.CONSULTED) == 1
    now = clock.move_to("2026-11-10 10:00")
    answer(world, first)
    second.refresh_from_db()
    assert (second.asked_at, second.due_at) == (now, local("2026-11-11 10:00"))
    assert kinds(dossier)[-2:] == [EventKind.CONSULTATION_ANSWERED, EventKind.CONSULTED]


def test_consult_after_an_answer_that_is_there_asks_at_once(world, dossier):
    first = answer(world, consult(world, dossier))
    assert consult(world, dossier, agency=world.centre, after=first).asked_at is not None


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"question": "  "}, "required", "question"),
        ({"kind": "gossip"}, "invalid", "kind"),
        ({"working_hours": None}, "one_deadline", "working_hours"),
        ({"working_hours": Decimal(0)}, "no_time", "working_hours"),
        ({"working_hours": Decimal(-1)}, "no_time", "working_hours"),
        ({"working_hours": Decimal(100_000)}, "no_time", "working_hours"),
        ({"due_at": local("2026-11-09 08:00")}, "no_time", "due_at"),
        ({"due_at": local("2026-11-09 12:00")}, None, None),
    ],
)
def test_consult_with_wrong_facts_is_refused(world, dossier, changes, code, field):
    if code is None:
        assert consult(world, dossier, **changes).working_hours == Decimal("2.5")
        return
    with refused(Invalid, code) as caught:
        consult(world, dossier, **changes)
    assert caught.value.field == field


def test_consult_with_two_deadlines_is_refused(world, dossier):
    with refused(Invalid, "one_deadline"):
        services.consult(
            dossier,
            by=world.officer,
            agency=world.other_ward,
            question="?",
            working_hours=Decimal(8),
            due_at=local("2026-11-11 17:00"),
        )


def test_consult_in_turn_needs_working_hours(world, dossier):
    first = consult(world, dossier)
    with refused(Invalid, "one_deadline") as caught:
        consult(world, dossier, agency=world.centre, after=first, due_at=local("2026-11-11 17:00"))
    assert caught.value.sentence == "Its turn comes later, so give the deadline in working hours."


def test_consult_the_deciding_agency_itself_is_refused(world, dossier):
    with refused(Invalid, "own_agency"):
        consult(world, dossier, agency=world.ward)


def test_consult_an_agency_that_is_no_longer_active_is_refused(world, dossier):
    type(world.other_ward).objects.filter(pk=world.other_ward.pk).update(is_active=False)
    world.other_ward.refresh_from_db()
    with refused(Invalid) as caught:
        consult(world, dossier)
    assert (caught.value.field, caught.value.sentence) == ("agency", "UBND xã Ví Dụ is no longer active.")


def test_consult_after_an_answer_of_another_dossier_is_refused(world, dossier):
    elsewhere = consult(world, world.processing())
    with refused(Invalid, "other_dossier"):
        consult(world, dossier, after=elsewhere)


@pytest.mark.parametrize("state", states_without(Verb.CONSULT))
def test_consult_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: consult(world, dossier))


def test_consult_is_not_possible_after_the_result(world):
    dossier = world.with_result(world.paid)
    refused_in_this_state(dossier, lambda: consult(world, dossier))


def test_consult_is_not_permitted_to_anybody_else(world, dossier):
    refused_to_everybody_but(
        world, world.officer, world.second_officer, act=lambda person: consult(world, dossier, by=person)
    )


def test_consult_is_refused_to_the_outsider(world, dossier):
    with refused(NotPermitted, "not_permitted"):
        consult(world, dossier, by=world.outsider_officer)


# Answering ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "how"),
    [("2026-11-10 16:00", "early"), ("2026-11-11 09:00", "on_time"), ("2026-11-11 09:01", "late")],
)
def test_an_answer_is_early_on_time_or_late(world, clock, dossier, moment, how):
    asked = consult(world, dossier)
    now = clock.move_to(moment)
    answered = answer(world, asked)
    assert (answered.answer, answered.answered_at, answered.answered_by) == (
        "Đúng như khai báo",
        now,
        world.outsider_officer,
    )
    assert answered.punctuality == how
    assert dossier.events.last().data["punctuality"] == how


def test_an_answer_writes_one_event_and_tells_who_holds_the_dossier(world, dossier):
    answer(world, consult(world, dossier))
    assert last_event(dossier) == (
        EventKind.CONSULTATION_ANSWERED,
        "Ngô Thị Ngoài Cuộc",
        "",
        "processing",
        "UBND xã Ví Dụ answered (early).",
    )
    assert Message.objects.filter(event_key__contains=":answered:").get().recipient == world.officer.email


def test_an_answer_is_entered_by_the_asked_agency_or_by_an_officer_of_the_lead(world, dossier):
    allowed = [world.outsider_officer, world.outsider_head, world.officer, world.second_officer]
    asked = consult(world, dossier)
    refused_to_everybody_but(world, *allowed, act=lambda person: answer(world, asked, by=person))
    for person in allowed:
        assert answer(world, consult(world, dossier), by=person).answered_by == person


def test_an_answer_without_words_is_refused(world, dossier):
    asked = consult(world, dossier)
    with refused(Invalid, "required") as caught:
        answer(world, asked, answer="  ")
    assert caught.value.field == "answer"


def test_a_second_answer_is_refused(world, dossier):
    asked = consult(world, dossier)
    answer(world, asked)
    with refused(NotPossibleNow, "answered_already"):
        answer(world, asked)


def test_an_answer_before_the_question_is_refused(world, dossier):
    second = consult(world, dossier, agency=world.centre, after=consult(world, dossier))
    with refused(NotPossibleNow, "not_asked_yet"):
        answer(world, second)


@pytest.mark.parametrize("end", ["result", "withdrawn"])
def test_an_answer_is_not_taken_after_the_end(world, dossier, end):
    asked = consult(world, dossier)
    if end == "result":
        world.record_result(dossier)
    else:
        services.withdraw(dossier, by=world.clerk, reason="Đổi ý")
    with refused(NotPossibleNow, "dossier_ended"):
        answer(world, asked)


def test_the_result_does_not_wait_for_answers_and_says_whose_are_missing(world, dossier):
    consult(world, dossier)
    world.record_result(dossier)
    event = dossier.events.get(kind=EventKind.RESULT_RECORDED)
    assert event.sentence == "Result recorded: Granted. Without the answer of: UBND xã Ví Dụ."


# The alert ----------------------------------------------------------------------------------------


def test_a_late_answer_alerts_lead_and_head_of_the_desk_once(world, clock, dossier):
    asked = consult(world, dossier, due_at=local("2026-11-11 17:00"))
    clock.move_to("2026-11-11 17:00")
    assert services.alert_late_consultations() == 0
    now = clock.move_to("2026-11-11 17:01")
    assert [services.alert_late_consultations(), services.alert_late_consultations()] == [1, 0]
    asked.refresh_from_db()
    assert asked.alerted_at == now
    assert last_event(dossier) == (
        EventKind.CONSULTATION_LATE,
        "",
        "",
        "processing",
        "The answer of UBND xã Ví Dụ is late: it was due at 11/11/2026 17:00.",
    )
    alerts = Message.objects.filter(event_key__contains=":consultation_late:")
    assert sorted(alerts.values_list("recipient", flat=True)) == sorted(
        [world.officer.email, world.supervisor.email, world.head.email]
    )


def test_a_late_answer_that_comes_before_the_hourly_run_alerts_too_and_once(world, clock, dossier):
    asked = consult(world, dossier, due_at=local("2026-11-11 17:00"))
    now = clock.move_to("2026-11-11 17:01")
    assert answer(world, asked).alerted_at == now
    assert kinds(dossier)[-2:] == [EventKind.CONSULTATION_LATE, EventKind.CONSULTATION_ANSWERED]
    alerts = Message.objects.filter(event_key__contains=":consultation_late:")
    assert sorted(alerts.values_list("recipient", flat=True)) == sorted(
        [world.officer.email, world.supervisor.email, world.head.email]
    )
    assert services.alert_late_consultations() == 0


def test_a_late_answer_after_the_alert_does_not_alert_again(world, clock, dossier):
    asked = consult(world, dossier, due_at=local("2026-11-11 17:00"))
    alerted = clock.move_to("2026-11-11 17:01")
    services.alert_late_consultations()
    clock.move_to("2026-11-11 17:30")
    assert answer(world, asked).alerted_at == alerted
    assert kinds(dossier).count(EventKind.CONSULTATION_LATE) == 1


def test_an_answer_in_time_alerts_nobody(world, clock, dossier):
    asked = consult(world, dossier, due_at=local("2026-11-11 17:00"))
    clock.move_to("2026-11-11 17:00")
    assert answer(world, asked).alerted_at is None
    assert EventKind.CONSULTATION_LATE not in kinds(dossier)


def test_a_late_answer_of_a_dossier_that_nobody_holds_alerts_the_supervisors(world, clock, dossier):
    consult(world, dossier)
    type(dossier).objects.filter(pk=dossier.pk).update(holder=None)
    clock.move_to("2026-11-11 17:01")
    assert services.alert_late_consultations() == 1
    alerts = Message.objects.filter(event_key__contains=":consultation_late:")
    assert set(alerts.values_list("recipient", flat=True)) == {world.supervisor.email, world.head.email}


def test_nobody_is_alerted_of_what_is_answered_waits_its_turn_or_is_not_needed_any_more(
    world, clock, dossier
):
    answer(world, consult(world, dossier))
    first = consult(world, dossier)
    consult(world, dossier, agency=world.centre, after=first)
    other = world.processing()
    consult(world, other)
    world.record_result(other)
    clock.move_to("2026-11-20 17:01")
    assert services.alert_late_consultations() == 1


@pytest.mark.django_db(transaction=True)
def test_four_workers_alert_once(world, clock):
    dossier = world.processing()
    consult(world, dossier)
    clock.move_to("2026-11-12 08:00")
    counts = in_parallel([services.alert_late_consultations] * 4, connections=4)
    assert sorted(counts) == [0, 0, 0, 1]
    assert kinds(dossier).count(EventKind.CONSULTATION_LATE) == 1


# Who sees it --------------------------------------------------------------------------------------


def test_the_asked_agency_opens_the_dossier_until_it_has_answered(world, dossier):
    def open_to(*people):
        return [type(dossier).objects.visible_to(person).filter(pk=dossier.pk).exists() for person in people]

    asked_people = (world.outsider_officer, world.outsider_head)
    assert open_to(*asked_people) == [False, False]
    asked = consult(world, dossier)
    assert open_to(*asked_people, world.outsider_clerk) == [True, True, False]
    answer(world, asked)
    assert open_to(*asked_people) == [False, False]


def test_the_asked_agency_has_the_dossier_in_no_list_and_may_do_nothing_else(world, dossier):
    from cases import rules

    consult(world, dossier)
    assert not type(dossier).objects.of_agencies_of(world.outsider_officer).exists()
    assert rules.possible_verbs(world.outsider_officer, dossier) == []


def test_who_waits_for_its_turn_sees_nothing_yet(world, dossier):
    officer = make_person("trung-tam", world.centre, Role.OFFICER)
    consult(world, dossier, agency=world.centre, after=consult(world, dossier))
    assert not type(dossier).objects.visible_to(officer).exists()


def test_every_kind_of_consultation_is_known():
    assert set(ConsultationKind.values) == {"opinion", "interlinked"}
