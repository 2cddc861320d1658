"""Drafts of receptions: what a clerk has typed survives an interruption; nobody else sees it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.errors import Invalid, NotPermitted
from cases.models import ReceptionDraft
from cases.services.idempotency import MAX_KEY_LENGTH, is_done
from procedures.enums import DESK_ROLES
from procedures.models import Procedure


def idempotency_key(key: str) -> str:
    """Under which a page with this hidden number receives once."""
    return f"desk:{key}"


@transaction.atomic
def keep_draft(
    key: str, procedure: Procedure, data: dict[str, list[str]], *, by, label: str = ""
) -> ReceptionDraft | None:
    """Keep what was typed so far under the hidden number of its page; a later text replaces the earlier one.

    None when that page has received its dossier in the meantime: what arrives late is no draft any more.
    Raises `NotPermitted` (not a clerk of a desk), `Invalid` for a number that is none.
    """
    if by is None or not by.is_active or by.role not in DESK_ROLES or not by.workplace_id:
        raise NotPermitted(_("Dossiers are received by the clerks of a reception desk."))
    if not 1 <= len(key) <= MAX_KEY_LENGTH or not key.isascii() or not key.isalnum():
        raise Invalid(_("This page has lost its number. Open the reception again."), field="nonce")
    kept, _created = ReceptionDraft.objects.update_or_create(
        clerk=by,
        key=key,
        defaults={
            "procedure": procedure,
            "label": " ".join(_storable(label).split())[:300],
            "data": {_storable(name): [_storable(text) for text in texts] for name, texts in data.items()},
            "saved_at": timezone.now(),
        },
    )
    # Asked last: a reception that was under way held the draft until it was received.
    if is_done(by, idempotency_key(key)):
        kept.delete()
        return None
    return kept


def _storable(text: str) -> str:
    """Pasted texts may hold the one sign that the database cannot keep."""
    return text.replace("\x00", "")


def drafts_of(clerk) -> QuerySet[ReceptionDraft]:
    """The clerk's own drafts that are not forgotten yet, newest first."""
    mine = ReceptionDraft.objects.filter(clerk=clerk, saved_at__gte=_forgotten_before(timezone.now()))
    return mine.select_related("procedure")


def drop_draft(key: str, *, by) -> bool:
    """End the clerk's own draft: received, or discarded by hand; False when there is none."""
    return bool(ReceptionDraft.objects.filter(clerk=by, key=key).delete()[0])


def forget_old_drafts(now: datetime | None = None) -> int:
    """Delete the drafts that nobody went on with in time; they name people. Returns how many."""
    return ReceptionDraft.objects.filter(saved_at__lt=_forgotten_before(now or timezone.now())).delete()[0]


def _forgotten_before(now: datetime) -> datetime:
    return now - timedelta(hours=settings.DRAFT_KEPT_HOURS)
