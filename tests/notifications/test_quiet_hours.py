"""SMS and Zalo wait for the morning, e-mail and what is urgent go at once."""

from datetime import timedelta

import pytest
from django.core import mail

from notifications.checks import check_quiet_hours
from notifications.enums import MessageState
from notifications.models import Message
from notifications.quiet_hours import quiet_hours
from notifications.services.messages import DeliveryCounts, deliver_due, enqueue, quiet_hours_now
from tests.cast import local


@pytest.fixture(autouse=True)
def night(settings):
    settings.QUIET_HOURS_FROM, settings.QUIET_HOURS_TO = "21:00", "07:00"


NIGHT = quiet_hours("21:00", "07:00", ["rescheduled"])
NOON = quiet_hours("11:30", "13:30")


@pytest.mark.parametrize(
    ("quiet", "moment", "ends"),
    [
        (NIGHT, "2026-11-09 20:59", None),
        (NIGHT, "2026-11-09 21:00", "2026-11-10 07:00"),
        (NIGHT, "2026-11-09 23:59", "2026-11-10 07:00"),
        (NIGHT, "2026-11-10 00:00", "2026-11-10 07:00"),
        (NIGHT, "2026-11-10 06:59", "2026-11-10 07:00"),
        (NIGHT, "2026-11-10 07:00", None),
        (NIGHT, "2026-12-31 22:00", "2027-01-01 07:00"),
        (NOON, "2026-11-09 11:29", None),
        (NOON, "2026-11-09 11:30", "2026-11-09 13:30"),
        (NOON, "2026-11-09 13:30", None),
        (quiet_hours("00:00", "00:00"), "2026-11-09 03:00", None),
        (quiet_hours("22:00", "22:00"), "2026-11-09 22:00", None),
    ],
)
def test_quiet_hours_end_at(quiet, moment, ends):
    assert quiet.ends_at(local(moment)) == (local(ends) if ends else None)


@pytest.mark.parametrize(
    ("channel", "kind", "is_held"),
    [
        ("sms", "received", True),
        ("zalo", "received", True),
        ("email", "received", False),
        ("sms", "rescheduled", False),
        ("sms", "", True),
    ],
)
def test_what_wakes_people_is_held_unless_it_is_urgent(channel, kind, is_held):
    held = NIGHT.held_until(local("2026-11-09 22:00"), channel=channel, kind=kind)
    assert held == (local("2026-11-10 07:00") if is_held else None)
    assert NIGHT.held_until(local("2026-11-09 12:00"), channel=channel, kind=kind) is None


def put(channel: str, kind: str = "received") -> Message:
    recipient = "vidu@example.vn" if channel == "email" else "0900000123"
    return enqueue(f"{kind}:1", channel=channel, recipient=recipient, subject="Hồ sơ", body=".", kind=kind)


@pytest.mark.django_db
def test_a_text_of_the_evening_goes_in_the_morning_and_the_mail_at_once(clock, settings):
    settings.QUIET_HOURS_URGENT = ["rescheduled"]
    clock.move_to(local("2026-11-09 21:00"))
    messages = [put("email"), put("sms"), put("zalo"), put("sms", "rescheduled")]
    assert deliver_due() == DeliveryCounts(sent=2)
    assert len(mail.outbox) == 1
    clock.move_to(local("2026-11-10 06:59"))
    assert deliver_due() == DeliveryCounts()
    assert [Message.objects.get(pk=row.pk).state for row in messages] == [
        "sent",
        "pending",
        "pending",
        "sent",
    ]
    assert [Message.objects.get(pk=row.pk).attempts for row in messages] == [1, 0, 0, 1]
    clock.move_to(local("2026-11-10 07:00"))
    assert deliver_due() == DeliveryCounts(sent=2)


@pytest.mark.django_db
def test_a_message_knows_until_when_it_is_held(clock):
    clock.move_to(local("2026-11-09 22:00"))
    sms, now, quiet = put("sms"), local("2026-11-09 22:00"), quiet_hours_now()
    assert sms.held_until(now, quiet) == local("2026-11-10 07:00")
    assert sms.held_until(now - timedelta(hours=2), quiet) is None
    sms.state = MessageState.DEAD
    assert sms.held_until(now, quiet) is None


@pytest.mark.django_db
def test_the_quiet_hours_are_those_of_the_moment_not_of_when_it_was_written(clock, settings):
    clock.move_to(local("2026-11-09 22:00"))
    put("sms")
    settings.QUIET_HOURS_FROM = "23:00"
    assert deliver_due() == DeliveryCounts(sent=1)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("QUIET_HOURS_FROM", "late", "notifications.E005"),
        ("QUIET_HOURS_TO", "25:00", "notifications.E005"),
        ("QUIET_HOURS_URGENT", ["settled", "nonsense"], "notifications.E006"),
    ],
)
def test_what_is_no_time_or_no_kind_of_message_is_named(settings, name, value, code):
    setattr(settings, name, value)
    (found,) = check_quiet_hours(None)
    assert (found.id, name in found.msg) == (code, True)


def test_times_of_day_and_names_of_events_are_fine(settings):
    settings.QUIET_HOURS_URGENT = ["rescheduled", "settled"]
    assert check_quiet_hours(None) == []
