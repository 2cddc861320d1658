"""The same write sent twice acts once: the answer is kept under the sender's key.

Desks lose connections in the middle of an answer. The form or program that sends again with the same
key gets the answer of the first time; nothing is received, paid or issued twice. Answers name people:
they are sealed under the sender's key, which is not stored itself, and forgotten after a day.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from cases.errors import Invalid, KeyReused
from cases.models import IdempotencyKey
from cases.sealing import Unreadable, seal, unseal
from cases.services.stored_files import files_or_nothing

MAX_KEY_LENGTH = 120
KEPT = timedelta(hours=24)  # longer than any form or program repeats a request; answers name people


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered; `replayed` = it was the first time's, and nothing was done now."""

    status: int
    body: object
    replayed: bool


@files_or_nothing()
@transaction.atomic
def once(user, key: str, fingerprint: str, act: Callable[[], tuple[int, object]]) -> Answer:
    """Run `act` unless it has already run for this user and key; returns what it answered then.

    `act` returns (status, JSON-like body). The key's row is written first and in the transaction of the
    act: a second request with the key waits for the first and finds its answer, and an act that is
    refused takes its key back with it. Raises `KeyReused` when the key came with another `fingerprint`,
    `Invalid` for a key that is none, and whatever `act` raises.
    """
    if not 1 <= len(key) <= MAX_KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise Invalid(
            _("The idempotency key must have 1 to %(most)s printable ASCII characters.")
            % {"most": MAX_KEY_LENGTH},
            code="idempotency_key_invalid",
        )
    # ON CONFLICT DO NOTHING: waits while another transaction holds the same key, then leaves its row alone.
    key_hash, fingerprint = _hash(key), _hash(f"{key} {fingerprint}")
    IdempotencyKey.objects.bulk_create(
        [IdempotencyKey(user=user, key_hash=key_hash, fingerprint=fingerprint)], ignore_conflicts=True
    )
    row = IdempotencyKey.objects.select_for_update().get(user=user, key_hash=key_hash)
    if row.fingerprint != fingerprint:
        raise KeyReused(
            _("This idempotency key was already used for another request. Send a new key with new data.")
        )
    if row.status is not None:  # only a finished request is ever committed, so this was another one
        return Answer(row.status, _unsealed(row, key), replayed=True)
    row.status, body = act()
    text = json.dumps(body, cls=DjangoJSONEncoder)
    row.sealed_answer = seal(text, key=key)
    row.save(update_fields=["status", "sealed_answer"])
    return Answer(row.status, json.loads(text), replayed=False)


def is_done(user, key: str) -> bool:
    """Whether this user's request with this key was carried out within the last day."""
    return IdempotencyKey.objects.filter(user=user, key_hash=_hash(key), status__isnull=False).exists()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _unsealed(row: IdempotencyKey, key: str) -> object:
    try:
        return json.loads(unseal(row.sealed_answer, key=key))
    except Unreadable as error:  # `SECRET_KEY` changed since; acting again would be worse
        raise KeyReused(
            _("This was done already, and its answer can no longer be read. Look up what it made."),
            code="idempotency_answer_gone",
        ) from error


def fingerprint_of(*parts: str, data: Mapping | None = None, files: Mapping | None = None) -> str:
    """Hash of a request: texts such as method and path, JSON-like data in any order, files by content."""
    digest = hashlib.sha256(json.dumps([parts, data or {}], sort_keys=True, cls=DjangoJSONEncoder).encode())
    for name, upload in _each(files or {}):
        content = hashlib.sha256()
        for chunk in upload.chunks():
            content.update(chunk)
        upload.seek(0)
        digest.update(json.dumps([name, upload.name, content.hexdigest()]).encode())
    return digest.hexdigest()


def _each(files: Mapping) -> list[tuple[str, object]]:
    """Every file with its name, by name; of a form several may have the same one."""
    if not isinstance(files, MultiValueDict):
        return sorted(files.items())
    return [(name, upload) for name in sorted(files) for upload in files.getlist(name)]


def forget_old_keys(now: datetime | None = None) -> int:
    """Delete the answers that nobody asks for again; returns how many."""
    before = (now or timezone.now()) - KEPT
    return IdempotencyKey.objects.filter(created_at__lt=before).delete()[0]
