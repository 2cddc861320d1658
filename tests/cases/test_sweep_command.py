"""The command `sweep` and the morning digest (R29)."""

import io

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from cases import services
from cases.services import overdue
from notifications.models import Message
from tests.cases.helpers import no_batch

pytestmark = pytest.mark.usefixtures("english")

NO_OTHERS = ("Reminded of supplements: 0", "Late answers of other agencies: 0")
NONE_FAILED = ("Messages failed, to be tried again: 0", "Messages given up: 0")


# The command ----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_command_sweep_prints_counts_and_the_second_time_zeros(world, clock):
    world.processing()
    clock.move_to("2026-11-10 06:30")  # before the hour of the digest
    assert lines_of_sweep() == [
        "Flagged overdue: 0",
        "Warnings added: 1",
        "Apologies drafted: 0",
        *NO_OTHERS,
        "Told by escalation ladders: 1",
        "Messages sent: 7",  # received, digitized and taken over by e-mail and SMS, and the warning
        *NONE_FAILED,
    ]
    clock.move_to("2026-11-13 06:30")
    assert lines_of_sweep() == [
        "Flagged overdue: 1",
        "Warnings added: 0",
        "Apologies drafted: 1",
        *NO_OTHERS,
        "Told by escalation ladders: 1",
        "Messages sent: 1",  # the head is told that it is overdue
        *NONE_FAILED,
    ]
    assert lines_of_sweep() == [
        "Flagged overdue: 0",
        "Warnings added: 0",
        "Apologies drafted: 0",
        *NO_OTHERS,
        "Told by escalation ladders: 0",
        "Messages sent: 0",
        *NONE_FAILED,
    ]
    assert [message.to for message in mail.outbox] == [
        ["vi.du@congdan.example"],
        ["vi.du@congdan.example"],
        ["vi.du@congdan.example"],
        ["thu-ly@nghean.example"],  # the warning of the law, which is the first rung too
        ["chu-tich@nghean.example"],
    ]


@pytest.mark.django_db(transaction=True)
def test_the_command_delivers_and_counts_also_when_a_part_failed(world, clock, monkeypatch, settings):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/nobody-listens"
    world.receive()
    clock.move_to("2026-11-11 06:30")

    def fail(dossier):
        raise RuntimeError("poison")

    monkeypatch.setattr(overdue, "draft_together", no_batch)
    monkeypatch.setattr(overdue, "draft_apology", fail)
    out = io.StringIO()
    with pytest.raises(CommandError, match="could not be worked on") as failure:
        call_command("sweep", stdout=out)
    assert failure.value.returncode == 1
    assert out.getvalue().splitlines() == [
        "Flagged overdue: 0",
        "Warnings added: 1",
        "Apologies drafted: 0",
        *NO_OTHERS,
        "Told by escalation ladders: 1",
        "Messages sent: 4",  # received by e-mail, the warning, and both supervisors on the ladder
        "Messages failed, to be tried again: 1",  # received by SMS
        "Messages given up: 0",
    ]


def lines_of_sweep() -> list[str]:
    out = io.StringIO()
    call_command("sweep", stdout=out)
    return out.getvalue().splitlines()


# The morning digest ---------------------------------------------------------------------------------


@pytest.fixture
def some_due(world, clock):
    """For the ward: one overdue, two due today, one tomorrow; for the other ward: one overdue."""
    world.receive()
    world.receive(desk=world.other_ward, by=world.outsider_clerk)
    clock.move_to("2026-11-10 09:00")
    world.receive(), world.receive()
    clock.move_to("2026-11-11 09:00")
    world.receive()
    clock.move_to("2026-11-13 07:00")


def test_the_morning_digest_counts_what_each_supervisor_answers_for(world, settings, some_due):
    settings.PUBLIC_URL = "https://mot-cua.nghean.example"
    assert services.morning_digest() == 3
    digests = Message.objects.filter(event_key__startswith="digest:")
    assert {message.recipient: message.subject for message in digests} == {
        "giam-sat@nghean.example": "This morning: 1 overdue, 2 due today",
        "chu-tich@nghean.example": "This morning: 1 overdue, 2 due today",
        "nguoi-ngoai-3@nghean.example": "This morning: 1 overdue, 0 due today",
    }
    assert digests.get(recipient="giam-sat@nghean.example").body == (
        "Overdue: 1\nDue today: 2\nDue on the next working day: 1\nhttps://mot-cua.nghean.example/quan-tri/"
    )


def test_the_morning_digest_is_sent_once_a_day_to_each_supervisor(world, clock, some_due):
    assert [services.morning_digest() for _ in range(2)] == [3, 0]
    clock.move_to("2026-11-13 09:30")
    assert services.morning_digest() == 0
    clock.move_to("2026-11-16 07:00")
    assert services.morning_digest() == 3


def test_the_morning_digest_goes_to_nobody_who_left_or_cannot_be_reached(world, some_due):
    world.supervisor.is_active = False
    world.supervisor.save()
    world.head.email = ""
    world.head.save()
    assert services.morning_digest() == 1
