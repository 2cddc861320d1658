"""Reminding whoever has a late dossier, and reporting it upwards: a message, an internal event, once a day."""

import pytest

from cases import errors, services
from cases.enums import EventKind
from cases.services.late_acts import escalate, remind
from notifications.models import Message
from tests.cases.helpers import kinds, refused, refused_to_everybody_but
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def late(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-16 09:00")
    return dossier


@pytest.fixture
def boss(world):
    return type(world.head).objects.create(
        username="lanh-dao-tinh", agency=world.province, role="supervisor", email="tinh@nghean.example"
    )


def test_remind_writes_to_the_holder_and_into_the_history(world, late):
    remind(late, by=world.supervisor, note="Xin giải quyết trong hôm nay")
    message = Message.objects.filter(kind="late_reminded").get()
    assert (message.recipient, message.subject) == (
        world.officer.email,
        f"Reminder: dossier {late.code} is overdue since 12/11/2026 17:00",
    )
    assert "Xin giải quyết trong hôm nay" in message.body
    event = late.events.last()
    assert (event.kind, event.actor, event.is_public) == (EventKind.LATE_REMINDED, world.supervisor, False)
    assert event.sentence == "Vũ Thị Giám Sát reminded Phạm Văn Thụ Lý of the delay."


def test_remind_at_most_once_a_day(world, late, clock):
    remind(late, by=world.supervisor)
    clock.move_to("2026-11-16 23:59")
    with refused(errors.Invalid, "done_today") as caught:
        remind(late, by=world.head)
    assert "at 16/11/2026 09:00 by Vũ Thị Giám Sát" in caught.value.sentence
    clock.move_to("2026-11-17 00:00")
    remind(late, by=world.head)
    assert kinds(late).count(EventKind.LATE_REMINDED) == 2


def test_remind_the_people_of_the_unit_when_nobody_has_it(world, clock):
    dossier = world.digitized()
    clock.move_to("2026-11-16 09:00")
    remind(dossier, by=world.supervisor)
    people = set(Message.objects.filter(kind="late_reminded").values_list("recipient", flat=True))
    assert people == {world.officer.email, world.second_officer.email}


def test_remind_the_desk_of_what_lies_there(world, clock):
    dossier = world.receive()
    clock.move_to("2026-11-16 09:00")
    remind(dossier, by=world.supervisor)
    assert Message.objects.filter(kind="late_reminded").get().recipient == world.clerk.email


def test_only_what_is_overdue_is_pressed(world):
    dossier = world.processing()
    for act in (remind, escalate):
        with refused(errors.NotPossibleNow):
            act(dossier, by=world.supervisor)


def test_a_dossier_finished_meanwhile_is_not_pressed(world, late):
    world.record_result(late)
    with refused(errors.NotPossibleNow):
        remind(late, by=world.supervisor)


@pytest.mark.parametrize("act", [remind, escalate])
def test_only_supervisors_of_the_agency_press(world, late, boss, act):
    refused_to_everybody_but(world, world.supervisor, world.head, boss, act=lambda who: act(late, by=who))


def test_escalate_writes_to_the_level_above(world, late, boss):
    escalate(late, by=world.supervisor, note="Thiếu người")
    message = Message.objects.filter(kind="escalated").get()
    assert message.recipient == boss.email
    assert "Thiếu người" in message.body
    assert late.events.last().sentence == "Vũ Thị Giám Sát reported the delay to lanh-dao-tinh."


def test_escalate_needs_somebody_above(world, late):
    with refused(errors.Invalid, "nobody_there"):
        escalate(late, by=world.supervisor)


def test_a_reminder_does_not_use_up_the_report(world, late, boss):
    remind(late, by=world.supervisor)
    escalate(late, by=world.supervisor)
    assert kinds(late)[-2:] == [EventKind.LATE_REMINDED, EventKind.ESCALATED]


def test_a_long_note_is_refused(world, late):
    with refused(errors.Invalid, "too_long"):
        remind(late, by=world.supervisor, note="x" * 301)


def test_pressing_moves_no_date(world, late, boss):
    remind(late, by=world.supervisor)
    late.refresh_from_db(fields=["due_at", "first_due_at"])
    assert late.due_at == late.first_due_at == local("2026-11-12 17:00")
    assert services.flag_overdue() == 1
