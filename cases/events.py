"""The only functions that write history, and how its facts are put into words."""

import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from cases.enums import EventKind
from cases.exchange_outbox import tell_partners
from cases.models import Dossier, DossierEvent
from cases.outbox import tell_webhooks
from cases.portal_outbox import tell_portal
from onestop.encryption import seal

# The fields of a dossier that events, webhooks and the portal tell: all that has to be read to record something.
TOLD_OF = (
    "uuid",
    "code",
    "channel",
    "state",
    "receiving_desk",
    "competent_agency",
    "received_at",
    "due_at",
    "finished_at",
    "returned_at",
)


def local_text(moment: datetime) -> str:
    """dd/mm/yyyy hh:mm in Asia/Ho_Chi_Minh."""
    return f"{timezone.localtime(moment):%d/%m/%Y %H:%M}"


def record(
    dossier: Dossier,
    kind: EventKind,
    *,
    by=None,
    by_label: str = "",
    from_state: str = "",
    at: datetime | None = None,
    **data,
) -> DossierEvent:
    """Add one row of history and tell webhooks, portal and other installations; `by` None is the system or, with a label, somebody
    without an account.
    """
    event = sealed(
        DossierEvent(
            dossier=dossier,
            kind=kind,
            at=at or timezone.now(),
            actor=by,
            actor_label=by_label or (str(by) if by else ""),
            from_state=from_state,
            to_state=dossier.state,
            data=data,
        )
    )
    event.save(force_insert=True)
    tell_webhooks([event])
    tell_portal([event])
    tell_partners([event])
    return event


def record_all(
    kind: EventKind, rows: Iterable[tuple[Dossier, dict]], *, by=None, at: datetime
) -> list[DossierEvent]:
    """One row of history for each of many dossiers, at once: what happened to all of them together; their state stays."""
    events = DossierEvent.objects.bulk_create(
        sealed(
            DossierEvent(
                dossier=dossier,
                kind=kind,
                at=at,
                actor=by,
                actor_label=str(by) if by else "",
                from_state=dossier.state,
                to_state=dossier.state,
                data=data,
            )
        )
        for dossier, data in rows
    )
    tell_webhooks(events)
    tell_portal(events)
    tell_partners(events)
    return events


def sealed(event: DossierEvent) -> DossierEvent:
    """The new event with its seal: who has only the database can neither change it nor make another.

    The random beginning makes two events with the same content differ, so that none is a copy.
    """
    nonce = secrets.token_hex(8)
    event.seal = nonce + seal("event", nonce, event.content)
    return event


def has_seal(event: DossierEvent) -> bool:
    """Whether the stored event is what was sealed."""
    nonce, given = event.seal[:16], event.seal[16:]
    return hmac.compare_digest(given, seal("event", nonce, event.content))
