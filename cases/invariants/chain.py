"""The history is what was written: seals and the chain of the audit."""

from django.utils.translation import gettext_lazy as _

from cases.audit_chain import chained_agencies, verify
from cases.audit_enums import AuditBasis
from cases.events import has_seal
from cases.invariants.base import Invariant, Outcome, Scope, Tally, in_sql
from cases.models import AuditEntry, AuditHead, DossierEvent
from procedures.models import Agency

BATCH = 1000


def _chains(scope: Scope) -> Outcome:
    """Agency by agency; of a sample the newest entries of each chain."""
    tally = Tally()
    for agency in chained_agencies():
        after = _begins_after(agency, scope)
        head = AuditHead.objects.filter(agency=agency).values_list("number", flat=True).first() or 0
        tally.checked += max(head - after, 0)
        for found in verify(agency, after=after):
            tally.fail(f"{found.agency} {found.number or ''}: {found.sentence}")
    return tally.outcome


def _begins_after(agency: Agency, scope: Scope) -> int:
    numbered = AuditEntry.objects.filter(agency=agency, number__isnull=False)
    before = 0
    if scope.since:
        older = numbered.filter(at__lt=scope.begins).order_by("-number").values_list("number", flat=True)
        before = older.first() or 0
    if scope.sample is not None:
        last = numbered.order_by("-number").values_list("number", flat=True).first() or 0
        before = max(before, last - scope.sample)
    return before


def _waiting(scope: Scope) -> Outcome:
    """Events without a number yet; those from before there were seals were adopted as they stood."""
    tally, last = Tally(), 0
    entries = AuditEntry.objects.filter(number=None, at__gte=scope.begins).exclude(basis=AuditBasis.ADOPTED)
    while batch := list(entries.filter(pk__gt=last).order_by("pk")[:BATCH]):
        events = DossierEvent.objects.in_bulk([entry.event for entry in batch])
        for entry in batch:
            event = events.get(entry.event)
            tally.look(event is not None and has_seal(event), f"#{entry.event}")
        last = batch[-1].pk
    return tally.outcome


INVARIANTS = (
    Invariant(
        "chain-unbroken", _("The chain of the history is unbroken, and no event in it changed."), _chains
    ),
    Invariant(
        "waiting-events-sealed", _("Every event that waits for its place in the chain is sealed."), _waiting
    ),
    in_sql(
        "every-event-chained",
        _("Every event stands in the chain or waits for its place in it."),
        checked="SELECT count(*) FROM cases_dossierevent e WHERE e.at >= %(since)s",
        broken="""
            SELECT COALESCE(d.code, '#' || d.id)
              FROM cases_dossierevent e JOIN cases_dossier d ON d.id = e.dossier_id
             WHERE e.at >= %(since)s
               AND NOT EXISTS (SELECT 1 FROM cases_auditentry a WHERE a.event = e.id)
        """,
    ),
)
