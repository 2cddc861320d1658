"""The outbox: what applicants are told, by which channel, and how often it was tried (R32)."""

import uuid
from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.enums import LOUD_CHANNELS, MessageChannel, MessageKind, MessageState, ReportStatus
from notifications.models.letters import Letter
from notifications.quiet_hours import QuietHours
from onestop.triggers import not_emptied


class MessageQuerySet(models.QuerySet):
    def due(self, now: datetime):
        """Waiting, its time has come, and no worker holds it."""
        return self.filter(
            Q(claimed_until__isnull=True) | Q(claimed_until__lte=now),
            state=MessageState.PENDING,
            next_attempt_at__lte=now,
        )

    def let_sleep(self, now: datetime, quiet: QuietHours):
        """Without what would wake people at this moment."""
        if quiet.ends_at(now) is None:
            return self
        return self.exclude(~Q(kind__in=quiet.urgent), channel__in=LOUD_CHANNELS)

    def asleep(self, now: datetime, quiet: QuietHours):
        """What `let_sleep` leaves out: it waits for the end of the quiet hours, and nothing is wrong."""
        if quiet.ends_at(now) is None:
            return self.none()
        return self.filter(~Q(kind__in=quiet.urgent), channel__in=LOUD_CHANNELS)

    def dead(self):
        """Given up after the last attempt: a person must look."""
        return self.filter(state=MessageState.DEAD)

    def dead_at(self, moment: datetime):
        """Those that had been given up by that moment and not gone on."""
        turns = MessageTurn.objects.filter(at__lte=moment)
        same = turns.filter(message=OuterRef("message"))
        later = same.filter(Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")))
        given_up = turns.filter(~Exists(later), state=MessageState.DEAD)
        return self.filter(pk__in=given_up.order_by().values("message"))


class Message(models.Model):
    """One text for one recipient by one channel about one event; never twice (R32).

    `key` is the same in every attempt: a gateway that already has it need not send it again.
    `attempts` counts since the message was last put into the outbox; the rows of `MessageAttempt` are
    never thrown away. While `claimed_until` lies in the future one worker is sending it.
    """

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    event_key = models.CharField(_("event"), max_length=120)
    kind = models.CharField(_("what it is about"), max_length=30, choices=MessageKind.choices, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=MessageChannel.choices)
    recipient = models.CharField(_("recipient"), max_length=254)
    language = models.CharField(_("language"), max_length=5, default="vi")
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    body = models.TextField(_("text"))
    reference = models.CharField(_("dossier"), max_length=60, blank=True)
    opt_out_url = models.URLField(
        _("address to switch such messages off"), max_length=400, blank=True, editable=False
    )
    letter = models.ForeignKey(
        Letter,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("letter"),
        help_text=_("Travels with an e-mail as PDF; counts as sent once this message has arrived"),
    )
    state = models.CharField(
        _("state"), max_length=12, choices=MessageState.choices, default=MessageState.PENDING, editable=False
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    next_attempt_at = models.DateTimeField(_("next attempt at"), editable=False)
    claimed_until = models.DateTimeField(_("claimed until"), null=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=500, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="message_once_per_event", fields=["event_key", "channel", "recipient"]
            ),
            models.CheckConstraint(
                name="message_channel_known", condition=Q(channel__in=MessageChannel.values)
            ),
            models.CheckConstraint(
                name="message_kind_known", condition=Q(kind__in=["", *MessageKind.values])
            ),
            models.CheckConstraint(name="message_state_known", condition=Q(state__in=MessageState.values)),
            models.CheckConstraint(
                name="message_sent_has_time",
                condition=Q(state=MessageState.SENT, sent_at__isnull=False)
                | (~Q(state=MessageState.SENT) & Q(sent_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="message_dead_says_why", condition=~Q(state=MessageState.DEAD) | ~Q(last_error="")
            ),
        ]
        indexes = [
            # What is due: the outbox is long, what waits in it is short.
            models.Index(
                fields=["next_attempt_at"], name="message_due", condition=Q(state=MessageState.PENDING)
            ),
            # The list of messages that were given up.
            models.Index(fields=["created_at"], name="message_dead", condition=Q(state=MessageState.DEAD)),
            # The long list goes through these in their order, page by page.
            models.Index(fields=["-created_at", "-id"], name="message_newest"),
            # The messages on a dossier's page.
            models.Index(fields=["reference"], name="message_of_dossier"),
        ]

    def __str__(self) -> str:
        """`SMS: Received, H41.12-261116-0001`: no name and no words of it, so everybody may read it."""
        about = ", ".join(filter(None, [self.get_kind_display(), self.reference]))
        return f"{self.get_channel_display()}: {about}" if about else self.get_channel_display()

    def held_until(self, now: datetime, quiet: QuietHours) -> datetime | None:
        """Until when the quiet hours keep it from going although it waits; None when they do not."""
        if self.state != MessageState.PENDING:
            return None
        return quiet.held_until(now, channel=self.channel, kind=self.kind)


class MessageAttempt(models.Model):
    """One try to send a message; only ever added, the database refuses the rest."""

    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, related_name="attempt_rows", verbose_name=_("message")
    )
    at = models.DateTimeField(_("at"))
    succeeded = models.BooleanField(_("succeeded"))
    detail = models.CharField(_("detail"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["at", "pk"]
        triggers = [
            not_emptied("attempt_not_emptied"),
            pgtrigger.Protect(name="attempt_is_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%d/%m/%Y %H:%M}"


class MessageTurn(models.Model):
    """A message was given up, or one that had been went on: `state` is what it came to. Only ever added.

    What became of messages that were never given up stands in themselves and their attempts.
    """

    # Its index is `turn_of_message`.
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="turns", db_index=False)
    at = models.DateTimeField(_("at"))
    state = models.CharField(_("state"), max_length=12, choices=MessageState.choices)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(name="turn_state_known", condition=Q(state__in=MessageState.values))
        ]
        # The last one of a message by some moment.
        indexes = [models.Index(fields=["message", "at"], name="turn_of_message")]
        triggers = [
            not_emptied("turn_not_emptied"),
            pgtrigger.Protect(name="turn_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        ]


class MessageReport(models.Model):
    """What a gateway told later of a message that it had taken; only ever added, the database refuses the rest.

    `at` is the gateway's own moment, `told_at` when it told us. The same word twice is one row.
    """

    # Its index is `report_once`.
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="reports", db_index=False)
    status = models.CharField(_("what became of it"), max_length=10, choices=ReportStatus.choices)
    at = models.DateTimeField(_("at"))
    told_at = models.DateTimeField(_("told at"))
    detail = models.CharField(_("detail"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("delivery report")
        verbose_name_plural = _("delivery reports")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(name="report_once", fields=["message", "status"]),
            models.CheckConstraint(name="report_status_known", condition=Q(status__in=ReportStatus.values)),
        ]
        triggers = [
            not_emptied("report_not_emptied"),
            pgtrigger.Protect(name="report_is_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()}, {timezone.localtime(self.at):%d/%m/%Y %H:%M}"
