"""Webhooks as others see them: states of a delivery, and how it is signed.

The secret is derived like the look-up secrets: HMAC-SHA256 of the webhook's random number under
`WEBHOOK_KEY`. A stolen database copy signs nothing.
"""

import hashlib
import hmac
import uuid
from datetime import timedelta

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# After each failed attempt in turn; the last one again and again.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
PING = "ping"  # the event that somebody sends by hand, to see whether it arrives


class DeliveryState(TextChoices):
    PENDING = "pending", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    DEAD = "dead", _("Given up")


DELIVERY_COLOURS = {
    DeliveryState.PENDING: "info",
    DeliveryState.DELIVERED: "success",
    DeliveryState.DEAD: "danger",
}


def secret_for(webhook_uuid: uuid.UUID, turn: int) -> str:
    """Such as `whsec_…`, 256 bits; a new `turn` makes a new one."""
    named = f"webhook:{webhook_uuid}:{turn}".encode()
    return "whsec_" + hmac.new(settings.WEBHOOK_KEY.encode(), named, hashlib.sha256).hexdigest()


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 of `timestamp.body`; the time of the attempt is signed too, so that an old one can be told."""
    signed = f"{timestamp}.".encode() + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts."""
    return BACK_OFF[min(attempts, len(BACK_OFF)) - 1]
