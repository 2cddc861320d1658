"""The outbox: put a message in, inside the caller's transaction; deliver what is due, outside of any (R32).

Delivery is at least once to the gateway and, by the message's key, once to the person. A worker that is
killed while sending holds its message until the lease ends, then another one takes it.
"""

import logging
import time
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from notifications import errors
from notifications.channels import Attachment, Gateway, Outgoing, greet_mail_server, open_gateway
from notifications.enums import MessageChannel, MessageState
from notifications.models import Message, MessageAttempt, MessageTurn
from notifications.quiet_hours import QuietHours, quiet_hours
from notifications.services import letters
from notifications.signals import channel_answered

logger = logging.getLogger(__name__)

# Longer than any channel may take for one message (see `channels.TIMEOUT_SECONDS`).
LEASE = timedelta(minutes=2)
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
# One run never lasts longer, give or take one message: the next one starts a minute later.
RUN_SECONDS = 50


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """What one run did. `failed` will be tried again, `dead` waits for a person."""

    sent: int = 0
    failed: int = 0
    dead: int = 0


@transaction.atomic
def enqueue(
    event_key: str,
    *,
    channel: str,
    recipient: str,
    subject: str,
    body: str,
    language: str = "vi",
    reference: str = "",
    kind: str = "",
    opt_out_url: str = "",
    letter=None,
) -> Message | None:
    """Put a message into the outbox; `None` when this event was already told to this recipient this way.

    Talks to no broker: the message is there exactly when the caller's transaction commits, and the
    next `deliver_due` finds it. A `letter` travels with e-mail as PDF and counts as sent as soon as
    such an e-mail has arrived: a text message does not carry it. `kind` is a `MessageKind`;
    `opt_out_url` is where a mail program can switch such messages off. Raises `RecipientMissing`.
    """
    recipient = recipient.strip()
    if not recipient:
        raise errors.RecipientMissing
    now = timezone.now()
    message, is_new = Message.objects.get_or_create(
        event_key=event_key,
        channel=channel,
        recipient=recipient,
        defaults={
            "subject": " ".join(subject.split())[:255],  # a header has one line
            "body": body,
            "language": language,
            "reference": reference,
            "kind": kind,
            "opt_out_url": opt_out_url,
            "letter": letter,
            "next_attempt_at": now,
            "created_at": now,
        },
    )
    return message if is_new else None


def quiet_hours_now() -> QuietHours:
    """The quiet hours as the settings have them."""
    return quiet_hours(settings.QUIET_HOURS_FROM, settings.QUIET_HOURS_TO, settings.QUIET_HOURS_URGENT)


def deliver_due(limit: int = 200, now: datetime | None = None) -> DeliveryCounts:
    """Send what is due, oldest first, one message after another; safe in parallel and after a kill.

    Each message is claimed in a transaction of its own, sent outside of any, and its outcome recorded.
    A channel whose gateway cannot be reached is left alone for the rest of the run, so that it neither
    holds up the others nor burns the attempts of everything that waits. A message that fails in a way
    nobody foresaw is logged and noted as failed, and the others go on. In the quiet hours what wakes
    people stays where it is, as due as before. Must not be called inside a transaction. `now` fixes the clock, for tests and for the demo.
    """
    counts: Counter[str] = Counter()
    gateways: dict = {}
    resting: set[str] = set()
    stop_at = time.monotonic() + RUN_SECONDS
    with ExitStack() as stack, translation.override(settings.LANGUAGE_CODE):
        while counts.total() < limit and time.monotonic() < stop_at:
            message = _claim(now or timezone.now(), resting, counts)
            if message is None:
                break
            try:
                if message.channel not in gateways:
                    gateways[message.channel] = stack.enter_context(closing(open_gateway(message.channel)))
                gateways[message.channel].send(_outgoing(message))
            except errors.NotificationError as error:
                if getattr(error, "unreachable", False):
                    resting.add(message.channel)
                counts[_record_failure(message, str(error), at=now or timezone.now())] += 1
                _tell(gateways.get(message.channel), message, error)
            except Exception as error:  # one message must not hold up those behind it
                logger.exception("Message %s could not be sent", message.key)
                why = _t("A fault of the program kept the message from being sent (%(error)s); see the log.")
                why %= {"error": type(error).__name__}
                counts[_record_failure(message, why, at=now or timezone.now())] += 1
            else:
                _record_success(message, at=now or timezone.now())
                _tell(gateways[message.channel], message)
                counts["sent"] += 1
    return DeliveryCounts(**counts)


def _tell(gateway: Gateway | None, message: Message, error: errors.NotificationError | None = None) -> None:
    """Whoever listens hears how the channel does; a letter that cannot be attached says nothing about it."""
    if gateway is None or not gateway.is_connected:
        return
    if error is not None and not isinstance(error, errors.DeliveryFailed):
        return
    why = "" if error is None or error.refused else str(error)
    # What a listener stumbles over is logged by Django, and keeps no message from being sent.
    channel_answered.send_robust(Message, channel=message.channel, error=why)


def try_email() -> None:
    """Whether the mail server lets us in; nothing is sent. Raises `DeliveryFailed`."""
    greet_mail_server()


@transaction.atomic
def retry_dead(message: Message) -> Message:
    """Try a message that was given up again, with all attempts anew. Raises `MessageNotPossibleNow`."""
    _lock(message, _("Try again"), {MessageState.DEAD})
    _come_to(message, MessageState.PENDING, at=timezone.now())
    message.attempts = 0
    message.next_attempt_at = timezone.now()
    message.save()
    return message


@transaction.atomic
def cancel_message(message: Message, *, reason: str) -> Message:
    """Do not send it any more. Raises `ReasonMissing`, `MessageNotPossibleNow`."""
    if not reason.strip():
        raise errors.ReasonMissing
    _lock(message, _("Cancel the message"), {MessageState.PENDING, MessageState.DEAD})
    _come_to(message, MessageState.CANCELLED, at=timezone.now())
    message.claimed_until = None
    message.last_error = reason.strip()[:500]
    message.save()
    return message


def _claim(now: datetime, resting: set[str], counts: Counter) -> Message | None:
    """Take the next due message for the length of the lease.

    The attempt is counted here, not afterwards: a message that kills its worker every time must run
    out of attempts too. Durable, because a claim that others cannot see protects nothing.
    """
    while True:
        with transaction.atomic(durable=True):
            message = (
                Message.objects.due(now)
                .exclude(channel__in=resting)
                .let_sleep(now, quiet_hours_now())
                .select_for_update(skip_locked=True)
                .order_by("next_attempt_at", "pk")
                .first()
            )
            if message is None:
                return None
            if message.claimed_until and _give_back(message, now) == MessageState.DEAD:
                counts["dead"] += 1
                continue
            message.attempts += 1
            message.claimed_until = now + LEASE
            message.save(update_fields=["attempts", "claimed_until"])
            return message


def _give_back(message: Message, now: datetime) -> str:
    """Another worker's lease has ended without an outcome: note it, and give up after the last attempt."""
    why = _t("The worker was stopped while sending; nobody knows whether the message arrived.")
    _add_attempt(message, now, succeeded=False, detail=why)
    message.last_error = why
    message.claimed_until = None
    if message.attempts >= settings.MESSAGE_MAX_ATTEMPTS:
        _come_to(message, MessageState.DEAD, at=now)
    message.save()
    return message.state


def _outgoing(message: Message) -> Outgoing:
    attachments = ()
    if message.letter_id and message.channel == MessageChannel.EMAIL:
        letter = message.letter
        name = f"{letter.number_text.replace('/', '-')}-{letter.reference}.pdf"
        attachments = (Attachment(name, letters.issued_pdf(letter), "application/pdf"),)
    return Outgoing(
        key=str(message.key),
        recipient=message.recipient,
        subject=message.subject,
        body=message.body,
        language=message.language,
        attachments=attachments,
        opt_out_url=message.opt_out_url,
    )


@transaction.atomic
def _record_success(message: Message, *, at: datetime) -> None:
    claim = message.claimed_until
    message.refresh_from_db(from_queryset=Message.objects.select_for_update(of=["self"]))
    _add_attempt(message, at, succeeded=True)
    if message.letter_id and message.channel == MessageChannel.EMAIL:
        letters.mark_sent_by_message(message.letter_id, at=at)
    if message.state not in (MessageState.PENDING, MessageState.DEAD):
        # Our lease had ended and somebody else sent it too, or it was cancelled meanwhile.
        logger.warning("Message %s was sent after its claim until %s had ended", message.pk, claim)
        return
    _come_to(message, MessageState.SENT, at=at)
    message.sent_at = at
    message.claimed_until = None
    message.last_error = ""
    message.save()


@transaction.atomic
def _record_failure(message: Message, why: str, *, at: datetime) -> str:
    """Note the attempt; then later again, or dead. Returns which: `failed` or `dead`."""
    claim = message.claimed_until
    message.refresh_from_db(from_queryset=Message.objects.select_for_update(of=["self"]))
    _add_attempt(message, at, succeeded=False, detail=why)
    if message.state != MessageState.PENDING or message.claimed_until != claim:
        return "failed"
    message.claimed_until = None
    message.last_error = why[:500]
    message.next_attempt_at = at + BACK_OFF[min(message.attempts, len(BACK_OFF)) - 1]
    if message.attempts >= settings.MESSAGE_MAX_ATTEMPTS:
        _come_to(message, MessageState.DEAD, at=at)
    message.save()
    return "dead" if message.state == MessageState.DEAD else "failed"


def _add_attempt(message: Message, at: datetime, *, succeeded: bool, detail: str = "") -> None:
    MessageAttempt.objects.create(message=message, at=at, succeeded=succeeded, detail=detail[:500])


def _come_to(message: Message, state: MessageState, *, at: datetime) -> None:
    """The new state, to be saved; when it gives the message up or takes that back, that is noted with its time."""
    if MessageState.DEAD in {message.state, state}:
        MessageTurn.objects.create(message=message, at=at, state=state)
    message.state = state


def _lock(message: Message, verb, states) -> None:
    message.refresh_from_db(from_queryset=Message.objects.select_for_update(of=["self"]))
    if message.state not in states:
        raise errors.MessageNotPossibleNow(message, verb)


def with_old_bodies(before: datetime) -> QuerySet[Message]:
    """Messages from before that moment that are done with and still hold their text."""
    over = Message.objects.filter(created_at__lt=before).exclude(state=MessageState.PENDING)
    return over.exclude(body="")


def forget_old_bodies(before: datetime) -> int:
    """Delete the texts of old messages; that they were sent, when and by which channel stays. Returns how many."""
    return with_old_bodies(before).update(body="")
