"""The outbox in the back office: recipients masked, dead messages sent again."""

import pytest
from django.urls import reverse

from notifications.enums import MessageState
from notifications.models import Message
from procedures.enums import Role
from tests.cases.admin.conftest import messages_of, text_of

LIST = "/quan-tri/notifications/message/"


@pytest.fixture
def dead(world):
    """A message about a dossier of the ward that was given up."""
    world.receive()
    message = Message.objects.get(channel="email")
    Message.objects.filter(pk=message.pk).update(
        state=MessageState.DEAD, attempts=8, last_error="Mailbox unavailable"
    )
    return Message.objects.get(pk=message.pk)


def page_of(message) -> str:
    return reverse("admin:notifications_message_change", args=[message.pk])


def again(message) -> str:
    return reverse("admin:message_again", args=[message.pk])


def system_admin(world):
    world.auditor.role = Role.SYSTEM_ADMIN
    world.auditor.save()
    return world.auditor


def test_list_says_what_was_given_up_and_why_with_the_recipient_masked(world, browser, dead):
    text = text_of(browser(world.clerk).get(LIST, {"state": "dead"}))
    for words in (
        "Given up",
        "E-mail",
        "vi•••@congdan.example",
        "H41.101-261109-0001",
        "8",
        "Mailbox unavailable",
    ):
        assert words in text
    assert "vi.du@" not in text


def test_telephone_numbers_are_masked(world, browser, dead):
    text = text_of(browser(world.clerk).get(LIST, {"channel": "sms"}))
    assert "••• ••• 001" in text
    assert "0900000001" not in text


def test_messages_are_seen_with_their_dossiers(world, browser, dead):
    assert "H41.101-261109-0001" not in text_of(browser(world.outsider_head).get(LIST))
    assert browser(world.outsider_head).get(page_of(dead)).status_code == 302
    assert browser(world.officer).get(LIST).status_code == 403


def test_system_administrator_sees_that_it_failed_but_not_what_it_says(world, browser, dead):
    first_line = dead.body.splitlines()[0]
    page = text_of(browser(system_admin(world)).get(page_of(dead)))
    assert ("Mailbox unavailable" in page, first_line in page) == (True, False)
    assert first_line in text_of(browser(world.clerk).get(page_of(dead)))


def test_a_message_is_named_in_words(world, browser, dead):
    page = text_of(browser(system_admin(world)).get(page_of(dead)))
    assert "E-mail: Received, H41.101-261109-0001" in page
    assert str(dead.event_key) not in page
    assert "Received" in text_of(browser(world.clerk).get(LIST))


def test_what_waits_for_the_morning_says_so(world, browser, clock, settings):
    settings.QUIET_HOURS_FROM, settings.QUIET_HOURS_TO = "21:00", "07:00"
    clock.move_to("2026-11-09 21:30")
    world.receive()
    client = browser(world.clerk)
    assert "Held until 07:00" in text_of(client.get(LIST, {"channel": "sms"}))
    assert "Held until" not in text_of(client.get(LIST, {"channel": "email"}))
    clock.move_to("2026-11-10 07:00")
    assert "Held until" not in text_of(client.get(LIST, {"channel": "sms"}))


def test_a_dead_message_is_put_back_into_the_outbox(world, browser, dead):
    response = browser(world.clerk).post(again(dead), follow=True)
    assert messages_of(response) == ["The message is back in the outbox."]
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == (MessageState.PENDING, 0)


def test_a_message_that_is_not_dead_is_left_alone_and_says_so(world, browser, dead):
    client = browser(world.clerk)
    client.post(again(dead))
    response = client.post(again(dead), follow=True)
    assert "is not possible now" in messages_of(response)[-1]


def test_several_dead_messages_are_sent_again_from_the_list(world, browser, dead):
    sms = Message.objects.get(channel="sms")
    response = browser(world.clerk).post(
        LIST, {"action": "send_again", "_selected_action": [dead.pk, sms.pk]}, follow=True
    )
    assert messages_of(response) == [
        "Put back into the outbox: 1.",
        "Left as they are, because they were not given up: 1.",
    ]


def test_auditors_read_and_do_not_send(world, browser, dead):
    client = browser(world.auditor)
    assert "Mailbox unavailable" in text_of(client.get(page_of(dead)))
    assert "Send again" not in text_of(client.get(page_of(dead)))
    assert client.post(again(dead)).status_code == 403
    client.post(LIST, {"action": "send_again", "_selected_action": [dead.pk]})
    dead.refresh_from_db()
    assert dead.state == MessageState.DEAD


def test_whoever_chooses_all_of_a_long_list_reads_no_wrong_number(world, browser, dead, monkeypatch):
    Message.objects.bulk_create(
        Message(
            channel="sms",
            recipient=f"09000010{n}",
            body=f"Tin {n}",
            reference=dead.reference,
            next_attempt_at=dead.next_attempt_at,
            created_at=dead.created_at,
        )
        for n in range(10, 70)
    )
    assert "Select all 62 messages" in text_of(browser(world.clerk).get(LIST))
    monkeypatch.setattr("onestop.lists.COUNTED", 55)
    assert "Select all more than 55 messages" in text_of(browser(world.clerk).get(LIST))
