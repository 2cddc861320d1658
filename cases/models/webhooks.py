"""Webhooks: who is told of what happens to dossiers, and the outbox of what they are told."""

import uuid
from datetime import datetime

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.enums import EventKind
from cases.hooks import DeliveryState
from cases.models.dossiers import Dossier
from onestop.triggers import not_emptied
from procedures.models import Agency

# The one trigger that forgetting old deliveries goes round.
FORGOTTEN_WITH_ITS_DELIVERY = "webhook_attempt_not_deleted"


class Webhook(models.Model):
    """An address that is told of events (địa chỉ nhận thông báo tự động) of the dossiers of one agency.

    Of the dossiers received or decided at the agency or below it. The secret by which deliveries are
    signed is derived (see `cases.hooks`), never stored; a new turn makes a new one.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="webhooks", verbose_name=_("agency")
    )
    url = models.CharField(_("address"), max_length=500)
    events = ArrayField(
        models.CharField(max_length=30, choices=EventKind.choices),
        default=list,
        blank=True,
        verbose_name=_("events"),
        help_text=_("None chosen: every change of state"),
    )
    is_active = models.BooleanField(_("active"), default=True)
    secret_turn = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["agency__identifier", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="webhook_events_known", condition=Q(events__contained_by=EventKind.values)
            ),
            models.CheckConstraint(name="webhook_url_is_http", condition=Q(url__regex="^https?://")),
        ]

    def __str__(self) -> str:
        return self.name


class DeliveryQuerySet(models.QuerySet):
    def due(self, now: datetime):
        """Waiting, its time has come, no worker holds it, and its webhook is active."""
        return self.filter(
            Q(claimed_until__isnull=True) | Q(claimed_until__lte=now),
            state=DeliveryState.PENDING,
            next_attempt_at__lte=now,
            webhook__is_active=True,
        )


class WebhookDelivery(models.Model):
    """One event to be told to one webhook; written in the transaction of the event itself.

    `body` is what is sent in every attempt, without a word about people. `uuid` stays the same in every
    attempt and every replay, so that a receiver knows what it has had already.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    dossier = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("dossier")
    )
    event = models.CharField(_("event"), max_length=30)
    body = models.JSONField(_("content"))
    state = models.CharField(
        _("state"), max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"))
    claimed_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("created at"))
    delivered_at = models.DateTimeField(_("delivered at"), null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="delivery_state_known", condition=Q(state__in=DeliveryState.values)),
            models.CheckConstraint(
                name="delivery_delivered_has_time",
                condition=~Q(state=DeliveryState.DELIVERED) | Q(delivered_at__isnull=False),
            ),
        ]
        indexes = [
            # What is due: the log is long, what waits in it is short.
            models.Index(
                fields=["next_attempt_at"], name="delivery_due", condition=Q(state=DeliveryState.PENDING)
            ),
            # The log of one webhook, newest first.
            models.Index(fields=["webhook", "-id"], name="delivery_of_webhook"),
            # What may be forgotten.
            models.Index(fields=["created_at"], name="delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.uuid}"


class WebhookAttempt(models.Model):
    """One try to deliver: when, what was answered, how long it took. Only added, and deleted with its delivery."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="attempt_rows")
    at = models.DateTimeField(_("at"))
    status = models.PositiveSmallIntegerField(_("answer"), null=True)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField(_("duration in ms"), default=0)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["pk"]
        triggers = [
            pgtrigger.Protect(name="webhook_attempt_not_changed", operation=pgtrigger.Update),
            pgtrigger.Protect(name=FORGOTTEN_WITH_ITS_DELIVERY, operation=pgtrigger.Delete),
            not_emptied("webhook_attempt_not_emptied"),
        ]
