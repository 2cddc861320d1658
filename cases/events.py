"""The only functions that write history, and how its facts are put into words."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from cases.enums import EventKind
from cases.models import Dossier, DossierEvent
from cases.outbox import tell_webhooks


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
    """Add one row of history and tell the webhooks; `by` None is the system or, with a label, somebody
    without an account.
    """
    event = DossierEvent.objects.create(
        dossier=dossier,
        kind=kind,
        at=at or timezone.now(),
        actor=by,
        actor_label=by_label or (str(by) if by else ""),
        from_state=from_state,
        to_state=dossier.state,
        data=data,
    )
    tell_webhooks([event])
    return event


def record_all(
    kind: EventKind, rows: Iterable[tuple[Dossier, dict]], *, by=None, at: datetime
) -> list[DossierEvent]:
    """One row of history for each of many dossiers, at once: what happened to all of them together."""
    events = DossierEvent.objects.bulk_create(
        DossierEvent(
            dossier=dossier,
            kind=kind,
            at=at,
            actor=by,
            actor_label=str(by) if by else "",
            to_state=dossier.state,
            data=data,
        )
        for dossier, data in rows
    )
    tell_webhooks(events)
    return events
