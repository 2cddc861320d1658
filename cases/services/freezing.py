"""Freezes the scorecards and lists of delays of months that are over (R51, R53): once each, and never again.

What is corrected later is shown beside the frozen figure and does not change it.
"""

from django.db import transaction
from django.utils import timezone, translation

from cases.models import FrozenDelays, FrozenMonth, Recount, StuckAgency
from cases.report.frozen_delays import digest as digest_of_delays
from cases.report.frozen_delays import rows_of
from cases.report.late import late_list
from cases.scorecard import rolled
from cases.scorecard.editions import ParameterRefused
from cases.scorecard.frozen import fact_rows, nine_row, parameters_row
from cases.scorecard.periods import Period, month
from cases.scorecard.scope import Alone
from cases.scorecard.scores import card, digest
from cases.services.one_by_one import AgenciesIncomplete, Stumbles
from cases.services.rollups import first_day
from procedures.models import Agency


def freeze_months() -> int:
    """Freeze every month that is over and counted, of every agency; returns how many scorecards were.

    An agency of whose month, or of anything below it, something still waits to be counted is left for the next
    run. Each agency is stored by itself: whoever is killed is followed by somebody who goes on. Raises
    `AgenciesIncomplete` at the end when some could not be frozen.
    """
    stumbles = Stumbles("freeze", StuckAgency)
    count = sum(_freeze(period, stumbles) for period in _months_over())
    if failed := stumbles.forget_others():
        raise AgenciesIncomplete(done=count, failed=failed)
    return count


def _months_over() -> list[Period]:
    """From the first month with a dossier on, those that are counted to their end."""
    begins, last_day = first_day(), rolled.last_counted_day()
    if begins is None or last_day is None:
        return []
    period, found = month(begins.year, begins.month), []
    while period.last <= last_day:
        found.append(period)
        period = period.after
    return found


def _freeze(period: Period, stumbles: Stumbles) -> int:
    """Each agency that is not frozen yet and does not wait; 0 before all parameters: then there is no scorecard."""
    waiting = _waiting_up_to(period)
    cards = FrozenMonth.objects.filter(month=period.first).values("agency")
    delays = FrozenDelays.objects.filter(month=period.first).values("agency")
    active = Agency.objects.filter(is_active=True).exclude(pk__in=waiting)
    # Delays of agencies that are gone too: what they decided late counts for those above them.
    every = Agency.objects.with_tree_fields().exclude(pk__in=waiting)
    count = 0
    for agencies, act in (
        (active.exclude(pk__in=cards), _freeze_one),
        (every.exclude(pk__in=delays), _freeze_delays),
    ):
        for agency in agencies:
            try:
                count += act(agency, period)
            except ParameterRefused:
                return 0
            except Exception as error:  # noqa: BLE001 - one agency keeps no other waiting; `note` logs it
                stumbles.note(agency.pk, error)
    return count


def _waiting_up_to(period: Period) -> set[int]:
    """Agencies of which something is still to be counted of these days or before, and all above them."""
    waiting = Recount.objects.filter(first_day__lte=period.last).values("agency")
    lines = Agency.objects.with_tree_fields().filter(pk__in=waiting)
    return {pk for agency in lines for pk in agency.tree_path}


@transaction.atomic
def _freeze_one(agency: Agency, period: Period) -> bool:
    scope = rolled.counted_scope(agency, period)
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


def _freeze_delays(agency: Agency, period: Period) -> int:
    """Its list of delays; no scorecard, so nothing to count."""
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
    return 0
