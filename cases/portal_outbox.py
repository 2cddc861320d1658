"""The national portal is told of events in the transaction of the event: what is rolled back was never told (R45).

What is told and in which order, `cases.portal.statuses` says. Without a configured portal nothing is written;
`cases.services.portal_backlog` writes later what was not. A dossier whose beginning the portal was not told of is
left to that, too.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from cases.enums import EventKind, Verb
from cases.models import Dossier, DossierEvent, PortalDossier, PortalMessage
from cases.portal.states import MessageKind, PortalState
from cases.portal.statuses import SENT, PortalStatus, StatusRefused, sent_by
from procedures.enums import Channel

VERBS = {
    EventKind.SUBMITTED: Verb.SUBMIT,
    EventKind.RECEIVED: Verb.RECEIVE,
    EventKind.REFUSED: Verb.REFUSE,
    EventKind.ASKED_TO_COMPLETE: Verb.ASK_TO_COMPLETE,
    EventKind.STARTED: Verb.START,
    EventKind.SUPPLEMENT_REQUESTED: Verb.REQUEST_SUPPLEMENT,
    EventKind.RESUMED: Verb.RESUME,
    EventKind.RESULT_RECORDED: Verb.RECORD_RESULT,
    EventKind.SETTLED: Verb.SETTLE,
    EventKind.RETURNED: Verb.RETURN_RESULT,
    EventKind.WITHDRAWN: Verb.WITHDRAW,
    EventKind.STOPPED: Verb.STOP,
}
# No status: the dossier message again, with the new due date.
NEW_DUE_DATE = frozenset(
    {
        EventKind.RESCHEDULED,
        EventKind.EXTENDED,
        EventKind.PERIOD_EXCLUDED,
        EventKind.CALENDAR_MOVED,
    }
)
TOLD = frozenset(VERBS) | NEW_DUE_DATE
_CHANGED = (
    "last_number",
    "last_status",
    "last_is_received",
    "state",
    "attempts",
    "next_attempt_at",
    "waiting_since",
)


def tell_portal(events: Iterable[DossierEvent]) -> None:
    """Put what each event says to the portal into its outbox; nothing while no portal is configured.

    Three statements: the row is locked, so that nobody marks the dossier
    as told while another message joins.
    """
    if not settings.PORTAL_URL:
        return
    events = [event for event in events if event.kind in TOLD]
    known = [event.dossier_id for event in events if not begins(event)]
    rows = PortalDossier.objects.select_for_update().order_by("pk").in_bulk(known) if known else {}
    new, changed, messages = {}, {}, []
    for event in events:
        row = rows.get(event.dossier_id)
        if row is None and begins(event):
            row = new[event.dossier_id] = rows[event.dossier_id] = first_row(event.dossier)
        if row is None:
            continue
        if made := messages_of(row, event):
            messages += made
            changed[row.pk] = row
    write(new.values(), [row for row in changed.values() if row.pk not in new], messages)


def begins(event: DossierEvent) -> bool:
    """Whether the portal can know nothing of the dossier yet."""
    online = event.dossier.channel == Channel.ONLINE
    return event.kind == (EventKind.SUBMITTED if online else EventKind.RECEIVED)


def first_row(dossier: Dossier) -> PortalDossier:
    """The row of a dossier that the portal was told nothing of; not stored yet."""
    now = timezone.now()
    return PortalDossier(
        dossier=dossier,
        code=dossier.code or filing_code(dossier),
        state=PortalState.WAITING,
        next_attempt_at=now,
        waiting_since=now,
    )


def filing_code(dossier: Dossier) -> str:
    """By what the portal knows a filing that has no code yet (T2), and may never get one.

    Of the pattern of dossier codes, with a running number that no desk reaches in a day; it stays when the
    dossier is received, for the portal knows no new name for an old dossier.
    """
    day = timezone.localtime(dossier.filed_at)
    return f"{dossier.receiving_desk.identifier}-{day:%y%m%d}-9{dossier.pk:07d}"


def messages_of(
    row: PortalDossier, event: DossierEvent, *, now: datetime | None = None
) -> list[PortalMessage]:
    """What this event says to the portal, as new messages at the end of the dossier's row of them."""
    if event.kind in NEW_DUE_DATE:
        told = [(MessageKind.DOSSIER, row.last_status)] if row.last_status else []
    else:
        told = [
            (kind, status)
            for status in _statuses(row, event)
            for kind in (MessageKind.DOSSIER, MessageKind.STEP)
        ]
    return add(
        row, told, at=event.at, due_at=event.dossier.due_at, event_number=event.pk, now=now or timezone.now()
    )


def add(
    row: PortalDossier,
    told: list[tuple[MessageKind, int]],
    *,
    at: datetime,
    due_at: datetime | None,
    now: datetime,
    event_number: int | None = None,
) -> list[PortalMessage]:
    """New messages behind those of the row, which is changed and not stored."""
    made = []
    for kind, status in told:
        row.last_number += 1
        row.last_status = int(status)
        row.last_is_received |= status == PortalStatus.RECEIVED
        made.append(
            PortalMessage(
                dossier_id=row.dossier_id,
                number=row.last_number,
                kind=kind,
                status=int(status),
                event_number=event_number,
                at=at,
                due_at=due_at,
            )
        )
    if made and row.state == PortalState.ACCEPTED:
        row.state, row.attempts = PortalState.WAITING, 0
        row.next_attempt_at = row.waiting_since = now
    return made


def write(new: Iterable[PortalDossier], changed: list[PortalDossier], messages: list[PortalMessage]) -> None:
    new = list(new)
    if new:
        _leave_codes_of_the_portal(new)
        PortalDossier.objects.bulk_create(new, batch_size=500)
    if changed:
        PortalDossier.objects.bulk_update(changed, _CHANGED, batch_size=500)
    PortalMessage.objects.bulk_create(messages, batch_size=500)


def _leave_codes_of_the_portal(new: list[PortalDossier]) -> None:
    """The portal's own codes may have the pattern of a desk's: who comes second is told of by another code."""
    taken = PortalDossier.objects.filter(code__in=[row.code for row in new])
    codes = set(taken.values_list("code", flat=True))
    for row in new:
        if row.code in codes:
            row.code = filing_code(row.dossier)


def _statuses(row: PortalDossier, event: DossierEvent) -> list[PortalStatus]:
    verb = VERBS[event.kind]
    before = PortalStatus(row.last_status) if row.last_status else None
    try:
        return sent_by(
            verb, before, received=row.last_is_received, fee_outstanding=_owes(event) if before else False
        )
    except StatusRefused:
        # It happened, and may not be said: it is held back when its turn comes, where a person sees it.
        return list(SENT[verb])


def _owes(event: DossierEvent) -> bool:
    """Whether the result waits for its fee; decided at once, the fee is taken in the same breath (R12)."""
    if event.kind != EventKind.RESULT_RECORDED:
        return False
    return not event.dossier.version.decided_at_once and event.dossier.balance > 0
