"""The chain of the audit: every event of an agency with a number, and a hash that holds all before it.

An event is sealed when it is written (`cases.events.sealed`) and enters the chain a moment later, so that
nobody at a desk waits for the chain. Both are made with `AUDIT_KEY`, which is not in the database: see
docs/decisions/0026-the-audit-chain.md for what is found, and what is not.
"""

import logging

from django.db import transaction

from cases.audit_chain import BATCH, chained_hash, units_below
from cases.audit_enums import AuditBasis
from cases.events import has_seal
from cases.models import AuditEntry, AuditHead, DossierEvent
from onestop.encryption import seal
from procedures.models import Agency

logger = logging.getLogger(__name__)


def chain_waiting(agency: Agency | None = None) -> int:
    """Give every event that waits its place in the chain of its agency; returns how many.

    One transaction a batch, with the head of the chain locked; an agency that somebody else is chaining
    is left to them.
    """
    waiting = AuditEntry.objects.filter(number=None)
    if agency is not None:
        waiting = waiting.filter(agency__in=units_below(agency))
    done = 0
    for pk in waiting.order_by("agency").values_list("agency", flat=True).distinct():
        while chained := _chain_batch(pk):
            done += chained
    return done


@transaction.atomic
def _chain_batch(agency_id: int) -> int:
    AuditHead.objects.bulk_create([AuditHead(agency_id=agency_id)], ignore_conflicts=True)
    head = AuditHead.objects.select_for_update(skip_locked=True).filter(agency=agency_id).first()
    if head is None:
        return 0
    waiting = list(AuditEntry.objects.filter(agency=agency_id, number=None).order_by("pk")[:BATCH])
    events = DossierEvent.objects.in_bulk([entry.event for entry in waiting])
    numbered = AuditEntry.objects.filter(agency=agency_id, number__isnull=False)
    adopting = not numbered.exclude(basis=AuditBasis.ADOPTED).exists()  # only at the beginning of a chain
    for entry in waiting:
        event = events.get(entry.event)
        entry.basis = _basis(entry, event, adopting=adopting)
        adopting = adopting and entry.basis == AuditBasis.ADOPTED
        entry.digest = seal("row", event.content, event.seal) if event else ""
        entry.number, entry.previous = head.number + 1, head.hash
        entry.hash = chained_hash(entry)
        head.number, head.hash = entry.number, entry.hash
        if entry.basis == AuditBasis.BROKEN:
            logger.error("audit: event %s was not written by this system as it stands", entry.event)
    if waiting:
        AuditEntry.objects.bulk_update(waiting, ["number", "basis", "digest", "previous", "hash"])
        head.save(update_fields=["number", "hash"])
    return len(waiting)


def _basis(entry: AuditEntry, event: DossierEvent | None, *, adopting: bool) -> AuditBasis:
    if event is not None and entry.basis == AuditBasis.ADOPTED and adopting:
        return AuditBasis.ADOPTED
    return AuditBasis.SEALED if event is not None and has_seal(event) else AuditBasis.BROKEN
