"""Freezes the scorecards and lists of delays of months that are over (R51, R53): once each, and never again.

What is corrected later is shown beside the frozen figure and does not change it.
"""

from django.db import transaction
from django.utils import timezone, translation

from cases.models import FrozenDelays, FrozenMonth, Recount
from cases.report.frozen_delays import digest as digest_of_delays
from cases.report.frozen_delays import rows_of
from cases.report.late import late_list
from cases.scorecard import rolled
from cases.scorecard.editions import ParameterRefused
from cases.scorecard.frozen import fact_rows, nine_row, parameters_row
from cases.scorecard.periods import Period, month
from cases.scorecard.scope import Alone, Scope
from cases.scorecard.scores import card, digest
from cases.services.rollups import first_day
from procedures.models import Agency


def freeze_months() -> int:
    """Freeze every month that is over and counted, of every agency; returns how many scorecards were.

    A month of which something still waits to be counted is left for the next run. Each agency is stored by
    itself: whoever is killed is followed by somebody who goes on.
    """
    return sum(_freeze(period) for period in _months_over())


def _months_over() -> list[Period]:
    """From the first month with a dossier on, those that are counted to their end."""
    begins, last_day = first_day(), rolled.last_counted_day()
    if begins is None or last_day is None:
        return []
    waiting = Recount.objects.order_by("first_day").values_list("first_day", flat=True).first()
    period, found = month(begins.year, begins.month), []
    while period.last <= last_day and (waiting is None or period.last < waiting):
        found.append(period)
        period = period.after
    return found


def _freeze(period: Period) -> int:
    done = FrozenMonth.objects.filter(month=period.first).values("agency")
    count = 0
    try:
        for agency in Agency.objects.filter(is_active=True).exclude(pk__in=done):
            count += _freeze_one(rolled.counted_scope(agency, period))
        _freeze_delays(period)
    except ParameterRefused:
        return 0  # before all parameters there is no scorecard
    return count


@transaction.atomic
def _freeze_one(scope: Scope) -> bool:
    facts = rolled.facts_of(scope)
    found = card(facts, scope.edition)
    _row, is_new = FrozenMonth.objects.get_or_create(
        agency=scope.agency,
        month=scope.period.first,
        defaults={
            "facts": fact_rows(facts),
            "digest": digest(facts),
            "parameters": parameters_row(scope.edition, found),
            "nine": nine_row(rolled.nine_of(scope)),
            "total": found.total,
            "frozen_at": timezone.now(),
        },
    )
    return is_new


def _freeze_delays(period: Period) -> None:
    """Of agencies that are gone too: what they decided late counts for those above them."""
    done = FrozenDelays.objects.filter(month=period.first).values("agency")
    for agency in Agency.objects.with_tree_fields().exclude(pk__in=done):
        counted = rolled.counted_scope(agency, period)
        with translation.override("vi"):
            rows = rows_of(late_list(Alone(agency, period, counted.now, counted.edition)))
        FrozenDelays.objects.get_or_create(
            agency=agency,
            month=period.first,
            defaults={
                "agencies": list(agency.tree_path),
                "rows": rows,
                "digest": digest_of_delays(rows),
                "frozen_at": timezone.now(),
            },
        )
