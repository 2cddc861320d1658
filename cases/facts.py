"""The facts of a dossier that its due date follows from, as the pure clock takes them (R19, R23, R26, R31)."""

from datetime import datetime, time
from decimal import Decimal
from functools import lru_cache

from cases.ledger import ClockFacts
from cases.limits import Excluded, Extension, Limit
from cases.models import Dossier
from procedures.models import TimeLimit


def limit_of(limit: TimeLimit) -> Limit:
    return _limit(limit.amount, limit.unit, limit.cutoff)


@lru_cache(maxsize=1000)  # few limits, many dossiers: what an amount measures is found out once
def _limit(amount: Decimal | None, unit: str, cutoff: time | None) -> Limit:
    return Limit(amount, unit, cutoff)


def facts_of(dossier: Dossier, *, started_at: datetime | None = None) -> ClockFacts:
    """What is stored of the current completion cycle; extension and apology of an older one do not count.

    `started_at` is another start of the clock than the stored one. Asks the related rows as they are
    prefetched; while no clock has started there are none, because nothing could have moved it.
    """
    started_at = started_at or dossier.clock_started_at
    limit = limit_of(dossier.limit)
    if dossier.clock_started_at is None:
        return ClockFacts(limit, started_at)
    extended = next((row for row in dossier.extensions.all() if row.cycle == dossier.cycle), None)
    apology = next((row for row in dossier.reschedules.all() if row.cycle == dossier.cycle), None)
    return ClockFacts(
        limit,
        started_at,
        filed_at=dossier.received_at,
        excluded=tuple(Excluded(row.first, row.last) for row in dossier.excluded_periods.all()),
        extension=extended
        and Extension(extended.amount, extended.unit, extended.mode, extended.agreed_on, stands=True),
        rescheduled_to=apology and apology.new_due_at,
    )
