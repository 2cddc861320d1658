"""Who read personal data: one row for each page, file, search or list, and for how long they are kept."""

import ipaddress
from datetime import datetime, timedelta

import pgtrigger
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from cases.audit_enums import ReadKind
from cases.models import Dossier, ReadAccess
from cases.models.audit import FORGOTTEN_BY_RETENTION

LONGEST_REFERENCE = 60


def note_read(
    kind: ReadKind,
    *,
    by=None,
    route: str,
    address: str = "",
    dossier: Dossier | int | None = None,
    reference: str = "",
    count: int = 1,
) -> ReadAccess:
    """One row, never changed; `by` None is the owner of the dossier, who proved it.

    `dossier` may be an id; `count` is how many rows a list or a search showed. Nothing of what was read or
    typed is kept.
    """
    if by is not None:
        agency = by.workplace_id
    else:
        agency = dossier.receiving_desk_id if isinstance(dossier, Dossier) else None
    return ReadAccess.objects.create(
        at=timezone.now(),
        user=by,
        agency_id=agency,
        kind=kind,
        route=route,
        dossier_id=getattr(dossier, "pk", dossier),
        reference=reference[:LONGEST_REFERENCE],
        count=count,
        address=_address(address),
    )


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def old_reads(now: datetime | None = None) -> QuerySet[ReadAccess]:
    """What is kept no longer."""
    before = (now or timezone.now()) - timedelta(days=settings.READ_ACCESS_KEPT_DAYS)
    return ReadAccess.objects.filter(at__lt=before)


def forget_old_reads(now: datetime | None = None) -> int:
    """Delete the rows that are older than `READ_ACCESS_KEPT_DAYS`; returns how many."""
    with pgtrigger.ignore(f"cases.ReadAccess:{FORGOTTEN_BY_RETENTION}"):
        return old_reads(now).delete()[0]
