"""What became of messages to the portal is written down: by who holds the dossier's row, and only while they do.

A verb at a desk locks the same row when it adds a message, perhaps those of several dossiers in one transaction.
So several rows are taken here only as far as they are free at once, and what is left one by one: nobody waits for
one row while holding another.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import PortalDossier, PortalMessage
from cases.portal.states import MessageKind, MessageState, PortalState, back_off
from cases.portal.statuses import PortalStatus
from onestop.outside import NotReached

_NOTED = (
    "known_status",
    "known_is_received",
    "known_due_at",
    "must_ask",
    "state",
    "attempts",
    "next_attempt_at",
    "waiting_since",
    "claimed_until",
    "answer_code",
    "answer",
)
_SENT = ("state", "sent_at", "content_hash")


@dataclass(slots=True)
class Item:
    """A message of a claimed dossier, and what is sent of it; `packed` is the content as the bytes that are hashed."""

    row: PortalDossier
    message: PortalMessage
    content: dict | None = None
    packed: bytes = b""


def note_sent(items: list[Item]) -> list[Item]:
    """The portal has taken these; returns those of which the dossier is still ours and still moves."""
    now = timezone.now()

    def sent(fresh: PortalDossier, item: Item) -> None:
        message = item.message
        message.state, message.sent_at = MessageState.SENT, now
        message.content_hash = hashlib.sha256(item.packed).hexdigest()
        if message.kind == MessageKind.DOSSIER:
            fresh.known_status, fresh.known_due_at = message.status, message.due_at
            fresh.known_is_received = item.row.known_is_received or message.status == PortalStatus.RECEIVED
        fresh.must_ask, fresh.attempts = False, 0
        fresh.answer = fresh.answer_code = ""
        if message.number == fresh.last_number:
            fresh.state, fresh.claimed_until = PortalState.ACCEPTED, None

    return _noted(items, sent)


def note_failed(items: list[Item], why: str, *, is_unclear: bool) -> None:
    """The call came to no good end: later again, and with a question first when nobody knows what was done."""
    now = timezone.now()

    def failed(fresh: PortalDossier, item: Item) -> None:
        fresh.attempts += 1
        fresh.next_attempt_at = now + back_off(fresh.attempts)
        _as_asked(fresh, item)
        is_first = item.message.kind == MessageKind.DOSSIER and fresh.known_status is None
        fresh.must_ask = item.row.must_ask or (is_first and is_unclear)
        fresh.answer, fresh.answer_code = _kept(why), ""
        fresh.claimed_until = None

    _noted(items, failed)


def note_refused(item: Item, why: str, *, code: str) -> None:
    """The portal said no, or we hold the message back: it waits for a person, and what follows it behind it."""

    def refused(fresh: PortalDossier, item: Item) -> None:
        fresh.attempts += 1
        _as_asked(fresh, item)
        fresh.must_ask = item.row.must_ask
        fresh.answer, fresh.answer_code = _kept(why), code
        fresh.claimed_until = None
        if fresh.state == PortalState.WAITING:
            fresh.state = PortalState.REFUSED

    _noted([item], refused)


def note_there(row: PortalDossier, **facts: object) -> None:
    """What the portal has given out for this dossier (code, number, files), at once: whoever goes on needs it.

    Raises `NotReached` when the row is not ours any more.
    """
    if not PortalDossier.objects.filter(pk=row.pk, claimed_until=row.claimed_until).update(**facts):
        raise NotReached(_("Somebody else has taken this dossier over."))
    for name, value in facts.items():
        setattr(row, name, value)


def note_idle(rows: list[PortalDossier]) -> None:
    """Nothing waits of these after all."""
    for row in rows:
        PortalDossier.objects.filter(
            pk=row.pk, claimed_until=row.claimed_until, last_number=row.last_number, state=PortalState.WAITING
        ).update(state=PortalState.ACCEPTED, claimed_until=None)


def release(rows: Iterable[PortalDossier]) -> None:
    """Nobody holds these any more, so far as they were still ours; one by one, see above."""
    claims = {row.pk: row.claimed_until for row in rows}
    held = PortalDossier.objects.filter(pk__in=claims, claimed_until__isnull=False)
    for key, claim in list(held.values_list("pk", "claimed_until")):  # most are told and free already
        if claim == claims[key]:
            held.filter(pk=key, claimed_until=claim).update(claimed_until=None)


def _as_asked(fresh: PortalDossier, item: Item) -> None:
    """What the portal has said of it when it was asked."""
    fresh.known_status, fresh.known_is_received = item.row.known_status, item.row.known_is_received


def _noted(items: list[Item], change: Callable[[PortalDossier, Item], None]) -> list[Item]:
    """Change the rows of the items that are still ours; returns those that go on."""
    left = {item.row.pk: item for item in items}
    going_on = _change(left, change, skip_locked=True)
    for key in list(left):
        going_on += _change({key: left.pop(key)}, change, skip_locked=False)
    return going_on


@transaction.atomic
def _change(left: dict[int, Item], change: Callable, *, skip_locked: bool) -> list[Item]:
    """Those that can be locked now, taken out of `left`; with `skip_locked` the others stay in it."""
    rows = PortalDossier.objects.filter(pk__in=left).select_for_update(skip_locked=skip_locked).order_by("pk")
    found = list(rows)
    ours, going_on, sent = [], [], []
    for fresh in found:
        item = left.pop(fresh.pk)
        if fresh.claimed_until is None or fresh.claimed_until != item.row.claimed_until:
            continue  # our lease had ended, and perhaps somebody else has it now
        change(fresh, item)
        ours.append(fresh)
        if item.message.state == MessageState.SENT:
            sent.append(item.message)
        if fresh.state == PortalState.WAITING and fresh.claimed_until is not None:
            item.row = fresh
            going_on.append(item)
        elif fresh.state == PortalState.ACCEPTED:
            going_on.append(item)
    _store(PortalDossier, ours, _NOTED, key="dossier")
    _store(PortalMessage, sent, _SENT, key="id")
    return going_on


def _store(model: type[Model], rows: list, fields: tuple[str, ...], *, key: str) -> None:
    """Rows that are there, changed in one statement; `bulk_update` writes a long CASE that costs ten times the call."""
    if not rows:
        return
    columns = [model._meta.get_field(name) for name in (key, *fields)]
    names = [connection.ops.quote_name(column.column) for column in columns]
    values = [
        [column.get_db_prep_save(getattr(row, column.attname), connection) for row in rows]
        for column in columns
    ]
    arrays = ", ".join(f"%s::{column.cast_db_type(connection)}[]" for column in columns)
    changes = ", ".join(f"{name} = new.{name}" for name in names[1:])
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {changes} "  # nosec B608 - names of our own models
            f"FROM unnest({arrays}) AS new ({', '.join(names)}) WHERE {table}.{names[0]} = new.{names[0]}",
            values,
        )


def _kept(why: str) -> str:
    return why[: PortalDossier._meta.get_field("answer").max_length] or "?"
