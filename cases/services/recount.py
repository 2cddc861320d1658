"""The due date counted anew, because a fact was added that moves it (R23, R26, R31)."""

from datetime import datetime

from cases import errors, ledger
from cases.facts import facts_of
from cases.limits import CannotCount, Excluded, Extension
from cases.models import Dossier
from procedures.calendars import calendar_for


def recount(
    dossier: Dossier,
    *,
    extension: Extension | None = None,
    excluded: Excluded | None = None,
    field: str = "",
) -> ledger.Clock:
    """The clock of this cycle with one more fact; `Invalid` with the sentence of what cannot be counted."""
    facts = facts_with(dossier, extension=extension, excluded=excluded)
    try:
        return ledger.clock(facts, calendar_for(dossier.competent_agency))
    except CannotCount as error:
        raise errors.Invalid(str(error), code="cannot_count", field=field) from error


def facts_with(
    dossier: Dossier, *, extension: Extension | None = None, excluded: Excluded | None = None
) -> ledger.ClockFacts:
    """What is stored of this cycle, and the fact to be added; an extension of an older cycle does not count."""
    facts = facts_of(dossier)
    if excluded:
        facts = facts._replace(excluded=(*facts.excluded, excluded))
    return facts._replace(extension=extension) if extension else facts


def move_promise(dossier: Dossier, counted: ledger.Clock) -> datetime:
    """Put the new due date on the dossier and take the flag off; returns the old date. The first one stays."""
    old_due = dossier.due_at
    dossier.due_at = counted.due_at
    dossier.due_is_provisional = counted.provisional
    dossier.overdue_flagged_at = None
    return old_due
