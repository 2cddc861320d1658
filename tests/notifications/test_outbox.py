"""The outbox: told once, tried again with back-off, given up visibly."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction

from notifications import errors
from notifications.channels import ConsoleGateway
from notifications.enums import MessageState
from notifications.models import Message, MessageAttempt
from notifications.services import letters, messages
from notifications.services.messages import DeliveryCounts, deliver_due, enqueue
from notifications.signals import channel_answered
from notifications.tasks import deliver_messages
from tests.notifications.builders import NOW, issued, minutes, sms, text_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("answer", "counts"), [("ok", {"sent": 2}), ("refused", {"failed": 2})])
def test_who_listens_and_stumbles_holds_up_no_message(clock, gateway, caplog, answer, counts):
    def stumble(**_kwargs):
        raise DatabaseError("away")

    gateway(answer)
    sms(), sms("due:2")
    channel_answered.connect(stumble)
    try:
        assert deliver_due() == DeliveryCounts(**counts)
    finally:
        channel_answered.disconnect(stumble)
    assert set(Message.objects.values_list("attempts", "claimed_until")) == {(1, None)}
    assert "away" in caplog.text


def test_message_waits_until_it_is_delivered(clock):
    message = sms()
    assert (message.state, message.attempts, message.next_attempt_at) == (MessageState.PENDING, 0, NOW)


def test_same_event_channel_and_recipient_is_told_once():
    assert sms() is not None
    assert sms(body="other words") is None
    assert Message.objects.count() == 1


@pytest.mark.parametrize("other", [{"event": "due:2"}, {"recipient": "0900000124"}, {"channel": "zalo"}])
def test_another_event_recipient_or_channel_is_another_message(other):
    sms()
    assert sms(**other) is not None


def test_message_to_nobody_is_refused():
    with pytest.raises(errors.RecipientMissing):
        sms(recipient="  ")


def test_subject_is_one_line():
    assert sms(subject="Hồ sơ\r\nBcc: all@example.vn").subject == "Hồ sơ Bcc: all@example.vn"


def test_message_of_a_rolled_back_transaction_never_was():
    with pytest.raises(DatabaseError), transaction.atomic():
        sms()
        raise DatabaseError
    assert not Message.objects.exists()


def test_delivery_sends_and_notes_the_attempt(clock, gateway):
    provider = gateway("ok")
    message = sms()
    assert deliver_due() == DeliveryCounts(sent=1)
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.attempts) == (MessageState.SENT, NOW, 1)
    assert (message.claimed_until, message.last_error) == (None, "")
    assert provider.requests[0]["body"] == {
        "to": "0900000123",
        "text": "Hồ sơ đã xong: mời đến nhận.",
        "id": str(message.key),
    }
    assert list(message.attempt_rows.values_list("at", "succeeded", "detail")) == [(NOW, True, "")]


def test_sent_message_is_not_sent_again(clock, gateway):
    provider = gateway("ok")
    sms()
    deliver_due()
    assert deliver_due() == DeliveryCounts()
    assert len(provider.requests) == 1


def test_limit_bounds_one_run(clock, gateway):
    gateway("ok")
    for number in range(5):
        sms(f"due:{number}")
    assert [deliver_due(limit=3).sent, deliver_due(limit=3).sent] == [3, 2]


def test_oldest_goes_first(clock, gateway):
    provider = gateway("ok")
    late, early = sms("late"), sms("early")
    Message.objects.filter(pk=late.pk).update(next_attempt_at=NOW - timedelta(minutes=1))
    Message.objects.filter(pk=early.pk).update(next_attempt_at=NOW - timedelta(minutes=2))
    deliver_due(now=NOW)
    assert [request["body"]["id"] for request in provider.requests] == [str(early.key), str(late.key)]


def test_failure_is_visible_and_tried_again_later(clock, gateway, en):
    gateway("error")
    message = sms()
    assert deliver_due() == DeliveryCounts(failed=1)
    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.PENDING, 1)
    assert (message.last_error, message.next_attempt_at) == ("The gateway answered HTTP 500.", minutes(1))
    assert deliver_due(now=NOW + timedelta(seconds=59)) == DeliveryCounts()
    gateway("ok")
    assert deliver_due(now=minutes(1)) == DeliveryCounts(sent=1)
    message.refresh_from_db()
    assert (message.state, message.last_error) == (MessageState.SENT, "")
    assert list(message.attempt_rows.values_list("succeeded", flat=True)) == [False, True]


def test_back_off_is_1_5_15_60_minutes_and_then_hourly(clock, gateway, settings):
    settings.MESSAGE_MAX_ATTEMPTS = 7
    gateway("error")
    message = sms()
    waits, now = [], NOW
    while message.state == MessageState.PENDING:
        deliver_due(now=now)
        message.refresh_from_db()
        waits.append((message.next_attempt_at - now).total_seconds() / 60)
        now = message.next_attempt_at
    assert waits[:6] == [1, 5, 15, 60, 60, 60]


def test_message_is_given_up_after_the_last_attempt_with_its_reason(clock, gateway, settings, en):
    settings.MESSAGE_MAX_ATTEMPTS = 2
    gateway("html")
    message = sms()
    assert deliver_due(now=NOW) == DeliveryCounts(failed=1)
    assert deliver_due(now=minutes(1)) == DeliveryCounts(dead=1)
    assert deliver_due(now=minutes(600)) == DeliveryCounts()
    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.DEAD, 2)
    assert message.last_error == "The gateway answered something that is not JSON."
    assert list(Message.objects.dead()) == [message]


def test_dead_message_can_be_tried_again(clock, gateway, settings):
    settings.MESSAGE_MAX_ATTEMPTS = 1
    gateway("error")
    message = sms()
    deliver_due()
    gateway("ok")
    messages.retry_dead(message)
    assert deliver_due() == DeliveryCounts(sent=1)
    assert message.attempt_rows.count() == 2


def test_only_a_dead_message_is_tried_again():
    with pytest.raises(errors.MessageNotPossibleNow):
        messages.retry_dead(sms())


def test_cancelled_message_is_not_sent(clock, gateway):
    provider = gateway("ok")
    message = messages.cancel_message(sms(), reason="Người nộp đã đến nhận.")
    assert deliver_due() == DeliveryCounts()
    assert (message.state, message.last_error) == (MessageState.CANCELLED, "Người nộp đã đến nhận.")
    assert provider.requests == []


def test_cancelling_needs_a_reason():
    with pytest.raises(errors.ReasonMissing):
        messages.cancel_message(sms(), reason=" ")


def test_sent_message_cannot_be_cancelled(clock, gateway):
    gateway("ok")
    message = sms()
    deliver_due()
    with pytest.raises(errors.MessageNotPossibleNow):
        messages.cancel_message(message, reason="Muộn rồi.")


def test_channel_that_cannot_be_reached_rests_and_the_others_go_on(clock, settings):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/nobody-listens"
    waiting = [sms(f"due:{number}") for number in range(3)]
    enqueue("due:1", channel="email", recipient="vidu@example.vn", subject="Hồ sơ", body="Xong.")
    assert deliver_due() == DeliveryCounts(sent=1, failed=1)
    assert [email.to for email in mail.outbox] == [["vidu@example.vn"]]
    attempts = [Message.objects.get(pk=message.pk).attempts for message in waiting]
    assert attempts == [1, 0, 0]


class PoisonedGateway(ConsoleGateway):
    """Fails in a way that no channel foresees, for one recipient."""

    def send(self, message):
        if message.recipient == "0900000666":
            raise RuntimeError("0900000666 is poison")
        super().send(message)


def test_message_that_fails_as_nobody_foresaw_does_not_hold_up_the_others(clock, monkeypatch, caplog, en):
    monkeypatch.setattr(messages, "open_gateway", PoisonedGateway)
    before, poison, behind = sms("1"), sms("2", recipient="0900000666"), sms("3")
    assert deliver_due() == DeliveryCounts(sent=2, failed=1)
    assert [Message.objects.get(pk=message.pk).state for message in (before, poison, behind)] == [
        MessageState.SENT,
        MessageState.PENDING,
        MessageState.SENT,
    ]
    poison.refresh_from_db()
    why = "A fault of the program kept the message from being sent (RuntimeError); see the log."
    assert (poison.attempts, poison.last_error, poison.next_attempt_at) == (1, why, minutes(1))
    assert list(poison.attempt_rows.values_list("succeeded", "detail")) == [(False, why)]
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.message == f"Message {poison.key} could not be sent"
    assert record.exc_info[0] is RuntimeError


def test_gateway_that_cannot_be_opened_is_a_visible_failure(clock, monkeypatch, en):
    def refuse(channel):
        raise UnicodeEncodeError("ascii", "ü", 0, 1, "a token that no header takes")

    monkeypatch.setattr(messages, "open_gateway", refuse)
    message = sms()
    assert deliver_due() == DeliveryCounts(failed=1)
    message.refresh_from_db()
    assert "(UnicodeEncodeError)" in message.last_error


def test_letter_travels_with_the_email_and_counts_as_sent(clock):
    letter = issued()
    enqueue(
        "apology:1", channel="email", recipient="vidu@example.vn", subject="Xin lỗi", body=".", letter=letter
    )
    deliver_due()
    letter.refresh_from_db()
    assert (letter.state, letter.sent_at) == ("sent", NOW)
    [(name, content, mime_type)] = mail.outbox[0].attachments
    assert (name, mime_type) == ("01-PXL-H41.12-261116-0001.pdf", "application/pdf")
    assert content == letters.issued_pdf(letter)
    assert "Số: 01/PXL" in text_of(content)


def test_letter_by_two_channels_is_sent_once(clock, gateway):
    gateway("ok")
    letter = issued()
    sms("apology:1", letter=letter)
    enqueue("apology:1", channel="email", recipient="a@example.vn", subject="s", body=".", letter=letter)
    assert deliver_due() == DeliveryCounts(sent=2)
    letter.refresh_from_db()
    assert letter.state == "sent"


def test_text_message_does_not_carry_the_letter_so_it_stays_issued(clock, gateway):
    gateway("ok")
    letter = issued()
    sms("apology:1", letter=letter)
    assert deliver_due() == DeliveryCounts(sent=1)
    letter.refresh_from_db()
    assert (letter.state, letter.sent_at) == ("issued", None)


def test_letter_whose_file_is_gone_is_a_visible_failure(clock, en):
    letter = issued()
    letter.pdf.storage.delete(letter.pdf.name)
    enqueue("apology:1", channel="email", recipient="a@example.vn", subject="s", body=".", letter=letter)
    assert deliver_due() == DeliveryCounts(failed=1)
    assert Message.objects.get().last_error.startswith("The file of this letter is missing")
    letter.refresh_from_db()
    assert letter.state == "issued"


@pytest.mark.parametrize("change", [lambda rows: rows.update(succeeded=True), lambda rows: rows.delete()])
def test_attempts_are_only_ever_added(clock, gateway, change):
    gateway("error")
    sms()
    deliver_due()
    with pytest.raises(DatabaseError), transaction.atomic():
        change(MessageAttempt.objects.all())


def test_index_serves_the_question_what_is_due(clock):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Message.objects.due(NOW).order_by("next_attempt_at", "pk").explain()
    assert "message_due" in plan


def test_task_delivers_and_logs_what_it_did(clock, gateway, caplog):
    gateway("ok")
    sms()
    with caplog.at_level("INFO", logger="notifications.tasks"):
        deliver_messages()
        deliver_messages()
    assert caplog.messages == ["Messages: 1 sent, 0 failed, 0 given up"]
