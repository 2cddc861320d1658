"""Due dates are what the facts give, and what the history told the applicant."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from cases import ledger
from cases.enums import RevisionState
from cases.facts import facts_of
from cases.invariants.base import Invariant, Outcome, Scope, Tally, in_sql
from cases.limits import CannotCount
from cases.models import CalendarRevision, Dossier
from procedures.calendars import calendar_for, remembered_calendars
from procedures.models import Agency

BATCH = 2000
CODE = "COALESCE(d.code, '#' || d.id)"


@remembered_calendars()
def _recomputed(scope: Scope) -> Outcome:
    """Of what runs, oldest first or a sample: the stored due date against the pure clock."""
    tally, waiting = Tally(), _waiting_for_a_revision()
    for dossier in _running(scope):
        if any(dossier.pk > after and agencies(dossier.competent_agency_id) for after, agencies in waiting):
            continue
        try:
            counted = ledger.clock(facts_of(dossier), calendar_for(dossier.competent_agency))
        except CannotCount:
            # A promise that no longer follows from its facts stays as it was made (`calendar_moves`).
            continue
        same = (counted.due_at, counted.provisional) == (dossier.due_at, dossier.due_is_provisional)
        tally.look(same, f"{dossier.code}: {counted.due_at:%d/%m/%Y %H:%M}")
    return tally.outcome


def _running(scope: Scope) -> Iterator[Dossier]:
    """In batches by key, so that no more than one batch is in memory."""
    found = Dossier.objects.running().filter(filed_at__gte=scope.begins).order_by("pk")
    if scope.sample is not None:
        # Drawn once: a subquery would draw again for every batch.
        keys = list(found.order_by("?").values_list("pk", flat=True)[: scope.sample])
        found = found.filter(pk__in=keys)
    found = (
        found.without_id_numbers()
        .select_related("limit", "competent_agency")
        .prefetch_related("reschedules", "extensions", "excluded_periods")
    )
    last = 0
    while batch := list(found.filter(pk__gt=last)[:BATCH]):
        yield from batch
        last = batch[-1].pk


def _waiting_for_a_revision() -> list:
    """From which key on, and of which agencies, an approved change of the calendar has not come by yet."""
    waiting = []
    for revision in CalendarRevision.objects.filter(state=RevisionState.APPROVED):
        below = None
        if revision.agency_id:
            below = set(Agency.objects.below(revision.agency).values_list("pk", flat=True))
        waiting.append((revision.last_dossier, lambda pk, below=below: below is None or pk in below))
    return waiting


INVARIANTS = (
    Invariant(
        "due-date-recomputed",
        _("The due date of what runs is what the pure clock counts from its facts and the calendar."),
        _recomputed,
    ),
    in_sql(
        "due-date-as-told",
        _("The due date is the one that the last event which gave one has told."),
        checked="""
            SELECT count(*) FROM cases_dossier d WHERE d.filed_at >= %(since)s AND d.due_at IS NOT NULL
        """,
        # What was undone gives the promise before it back, which `due-date-recomputed` looks at.
        broken=f"""
            SELECT {CODE} FROM cases_dossier d CROSS JOIN LATERAL (
                   SELECT e.kind, e.data ->> 'due' AS due FROM cases_dossierevent e
                    WHERE e.dossier_id = d.id
                      AND ((e.kind = ANY(%(promises)s) AND e.data ? 'due')
                           OR (e.kind = %(undone)s AND e.data -> 'was' ? 'due'))
                    ORDER BY e.id DESC LIMIT 1) AS told
             WHERE d.filed_at >= %(since)s AND d.due_at IS NOT NULL AND told.kind <> %(undone)s
               AND told.due <> to_char(d.due_at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'DD/MM/YYYY HH24:MI')
        """,
    ),
)
