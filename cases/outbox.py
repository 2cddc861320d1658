"""Webhooks are told of events in the transaction of the event: what is rolled back was never told."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from cases.models import Dossier, DossierEvent, Webhook, WebhookDelivery
from procedures.models import Agency


def tell_webhooks(events: Iterable[DossierEvent]) -> None:
    """Put each event into the outbox for every active webhook that wants to know of it."""
    hooks = list(Webhook.objects.filter(is_active=True).order_by())
    if not hooks:
        return
    lines: dict[tuple[int, int], set[int]] = {}
    deliveries = []
    for event in events:
        units = (event.dossier.receiving_desk_id, event.dossier.competent_agency_id)
        if units not in lines:
            lines[units] = _line(units)
        deliveries += [
            _delivery(hook, event) for hook in hooks if hook.agency_id in lines[units] and _wants(hook, event)
        ]
    WebhookDelivery.objects.bulk_create(deliveries, batch_size=500)


def _line(units: tuple[int, int]) -> set[int]:
    """Both agencies of a dossier and all above them."""
    line: set[int] = set()
    for agency in Agency.objects.filter(pk__in=units):
        line |= set(agency.ancestors(include_self=True).values_list("pk", flat=True))
    return line


def _wants(hook: Webhook, event: DossierEvent) -> bool:
    return event.kind in hook.events if hook.events else event.changes_state


def _delivery(hook: Webhook, event: DossierEvent) -> WebhookDelivery:
    now = timezone.now()
    delivery = WebhookDelivery(
        webhook=hook, dossier=event.dossier, event=event.kind, next_attempt_at=now, created_at=now
    )
    delivery.body = {
        "id": str(delivery.uuid),
        "event": event.kind,
        "number": event.pk,
        "at": _moment(event.at),
        "from_state": event.from_state or None,
        "dossier": _facts(event.dossier, event.to_state),
    }
    return delivery


def _facts(dossier: Dossier, state: str) -> dict:
    """Code, state, times, link; nothing about people: whoever may know more asks with a token."""
    return {
        "uuid": str(dossier.uuid),
        "code": dossier.code,
        "state": state,
        "received_at": _moment(dossier.received_at),
        "due_at": _moment(dossier.due_at),
        "finished_at": _moment(dossier.finished_at),
        "returned_at": _moment(dossier.returned_at),
        "link": settings.PUBLIC_URL + reverse("api:dossier", args=[dossier.uuid]),
    }


def _moment(moment) -> str | None:
    return moment and timezone.localtime(moment).isoformat()
