"""Webhooks: set up by who administers the agency, delivered by the workers, repeated by hand."""

import json
import logging
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import pgtrigger
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import hooks, rules
from cases.enums import EventKind
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.hooks import DeliveryState
from cases.models import Webhook, WebhookAttempt, WebhookDelivery
from cases.models.webhooks import FORGOTTEN_WITH_ITS_DELIVERY
from cases.services.base import fitting_text, required_text
from notifications import hooks as gateway
from procedures.models import Agency, Staff

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # longer than one attempt may take
RUN_SECONDS = 50  # the next run starts a minute later


@dataclass(frozen=True, slots=True)
class HookCounts:
    """What one run did. `failed` will be tried again, `dead` waits for a person."""

    delivered: int = 0
    failed: int = 0
    dead: int = 0


# --- Setting up -------------------------------------------------------------------------------


@transaction.atomic
def create_webhook(agency: Agency, *, by: Staff, name: str, url: str, events: list[str]) -> Webhook:
    """A new webhook for the dossiers of the agency and those below it; raises `NotPermitted`, `Invalid`.

    `events` are kinds of events; none means every change of state. The secret is `secret_of` it.
    """
    if not rules.administers(by, agency):
        raise _not_yours()
    name = required_text(name, field="name", sentence=_("Give the webhook a name: which system listens."))
    unknown = set(events) - set(EventKind.values)
    if unknown:
        raise Invalid(
            _("These are no events: %(events)s.") % {"events": ", ".join(sorted(unknown))}, field="events"
        )
    return Webhook.objects.create(
        agency=agency,
        name=fitting_text(name, field="name", model=Webhook),
        url=_checked(url),
        events=[kind for kind in EventKind.values if kind in events],
        created_by=by,
    )


@transaction.atomic
def switch_webhook(webhook: Webhook, *, by: Staff, active: bool) -> Webhook:
    """On, or off: then nothing new is put into its outbox, and what waits there waits. Raises `NotPermitted`."""
    webhook = _locked(webhook, by)
    webhook.is_active = active
    webhook.save(update_fields=["is_active"])
    return webhook


@transaction.atomic
def renew_secret(webhook: Webhook, *, by: Staff) -> Webhook:
    """A new secret at once: what is delivered from now on is signed with it. Raises `NotPermitted`."""
    webhook = _locked(webhook, by)
    webhook.secret_turn += 1
    webhook.save(update_fields=["secret_turn"])
    return webhook


def secret_of(webhook: Webhook, *, by: Staff) -> str:
    """The secret by which deliveries are signed; raises `NotPermitted`."""
    if not rules.administers(by, webhook.agency):
        raise _not_yours()
    return hooks.secret_for(webhook.uuid, webhook.secret_turn)


@transaction.atomic
def ping(webhook: Webhook, *, by: Staff) -> WebhookDelivery:
    """Put a delivery into the outbox that is about nothing, to see whether it arrives. Raises `NotPermitted`."""
    webhook = _locked(webhook, by)
    now = timezone.now()
    delivery = WebhookDelivery(webhook=webhook, event=hooks.PING, next_attempt_at=now, created_at=now)
    delivery.body = {
        "id": str(delivery.uuid),
        "event": hooks.PING,
        "number": 0,
        "at": timezone.localtime(now).isoformat(),
        "from_state": None,
        "dossier": None,
    }
    delivery.save()
    return delivery


@transaction.atomic
def replay(delivery: WebhookDelivery, *, by: Staff) -> WebhookDelivery:
    """Deliver once more, whatever became of it, with all attempts anew and the same `id`.

    Raises `NotPermitted`; `NotPossibleNow` while it is waiting anyway.
    """
    if not rules.administers(by, delivery.webhook.agency):
        raise _not_yours()
    delivery = WebhookDelivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if delivery.state == DeliveryState.PENDING:
        raise NotPossibleNow(_("This delivery is waiting to be sent anyway."))
    delivery.state = DeliveryState.PENDING
    delivery.attempts = 0
    delivery.next_attempt_at = timezone.now()
    delivery.save(update_fields=["state", "attempts", "next_attempt_at"])
    return delivery


def forget_old_deliveries(now: datetime | None = None) -> int:
    """Delete what left the log, and what it says of attempts; returns how many deliveries."""
    before = (now or timezone.now()) - timedelta(days=settings.WEBHOOK_LOG_KEPT_DAYS)
    old = WebhookDelivery.objects.filter(created_at__lt=before).exclude(state=DeliveryState.PENDING)
    count = old.count()
    with pgtrigger.ignore(f"cases.WebhookAttempt:{FORGOTTEN_WITH_ITS_DELIVERY}"):
        old.delete()
    return count


# --- Delivering -------------------------------------------------------------------------------


def deliver_due(limit: int = 500, now: datetime | None = None) -> HookCounts:
    """Send what is due, oldest first; safe in parallel and after a kill, as the outbox of messages is.

    A receiver that does not answer is left alone for the rest of the run, so that it neither holds up the
    others nor burns the attempts of all that waits for it. Must not be called inside a transaction.
    """
    counts: Counter[str] = Counter()
    resting: set[int] = set()
    stop_at = time.monotonic() + RUN_SECONDS
    while counts.total() < limit and time.monotonic() < stop_at:
        delivery = _claim(now or timezone.now(), resting)
        if delivery is None:
            break
        outcome = _send(delivery)
        if outcome.status is None:
            resting.add(delivery.webhook_id)
        counts[_note(delivery, outcome, at=now or timezone.now())] += 1
    return HookCounts(**counts)


def _claim(now: datetime, resting: set[int]) -> WebhookDelivery | None:
    """Take the next due delivery for the length of the lease; the attempt counts from now on."""
    with transaction.atomic(durable=True):
        delivery = (
            WebhookDelivery.objects.due(now)
            .exclude(webhook__in=resting)
            .select_related("webhook")
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("next_attempt_at", "pk")
            .first()
        )
        if delivery is not None:
            delivery.attempts += 1
            delivery.claimed_until = now + LEASE
            delivery.save(update_fields=["attempts", "claimed_until"])
        return delivery


def _send(delivery: WebhookDelivery) -> gateway.Outcome:
    webhook = delivery.webhook
    content = json.dumps(delivery.body, ensure_ascii=False, separators=(",", ":")).encode()
    timestamp = int(timezone.now().timestamp())
    secret = hooks.secret_for(webhook.uuid, webhook.secret_turn)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "onestop-webhook/1",
        "X-Onestop-Delivery": str(delivery.uuid),
        "X-Onestop-Event": delivery.event,
        "X-Onestop-Timestamp": str(timestamp),
        "X-Onestop-Signature": hooks.signature(secret, timestamp, content),
    }
    return gateway.post(webhook.url, content, headers, **_permitted())


@transaction.atomic
def _note(delivery: WebhookDelivery, outcome: gateway.Outcome, *, at: datetime) -> str:
    """Log the attempt; then delivered, later again, or dead. Returns `delivered`, `failed` or `dead`."""
    claim = delivery.claimed_until
    WebhookAttempt.objects.create(
        delivery=delivery,
        at=at,
        status=outcome.status,
        detail=outcome.detail[:300],
        milliseconds=outcome.milliseconds,
    )
    delivery = WebhookDelivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if delivery.claimed_until != claim:  # our lease had ended, and somebody else has it now
        return "delivered" if outcome.is_delivered else "failed"
    delivery.claimed_until = None
    if outcome.is_delivered:
        delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, at
    elif delivery.attempts >= settings.WEBHOOK_MAX_ATTEMPTS:
        delivery.state = DeliveryState.DEAD
        logger.warning("Delivery %s to webhook %s was given up", delivery.uuid, delivery.webhook_id)
    else:
        delivery.next_attempt_at = at + hooks.back_off(delivery.attempts)
    delivery.save()
    return "failed" if delivery.state == DeliveryState.PENDING else str(delivery.state)


def _permitted() -> dict[str, bool]:
    return {"allow_private": settings.WEBHOOK_ALLOW_PRIVATE, "allow_http": settings.DEBUG}


def _checked(url: str) -> str:
    url = url.strip()
    try:
        gateway.check_address(url, **_permitted())
    except gateway.Refused as error:
        raise Invalid(str(error), code="bad_address", field="url") from error
    return url


def _locked(webhook: Webhook, by: Staff) -> Webhook:
    webhook = Webhook.objects.select_for_update(of=("self",)).select_related("agency").get(pk=webhook.pk)
    if not rules.administers(by, webhook.agency):
        raise _not_yours()
    return webhook


def _not_yours() -> NotPermitted:
    return NotPermitted(
        _("Webhooks are kept by the administrators of the agency, of one above it, or of the system.")
    )
