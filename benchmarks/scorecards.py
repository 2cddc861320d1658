"""Line 6: the scorecard of a month for a province from the roll-ups, beside counting the base tables.

Both give the same figures, part by part, before they are measured. Beside it the plainest question there is, by a
statement written by hand: how many were received and ended in that month.
"""

from collections.abc import Iterator

from django.db.models import Sum

from benchmarks import plain_sql
from benchmarks.measure import Goal, Result, compared, rounds_of
from cases.models import AgencyDay
from cases.scorecard import facts, rolled
from procedures.models import Agency

ROUNDS = 5
ROLLED_UP = Goal(0.05, of_ratio=True)  # twenty times as fast
FLOWS = """
    SELECT count(*) FILTER (WHERE received_at >= %(begin)s AND received_at < %(end)s),
           count(*) FILTER (WHERE COALESCE(finished_at, ended_at) >= %(begin)s
                              AND COALESCE(finished_at, ended_at) < %(end)s)
      FROM cases_dossier
     WHERE code IS NOT NULL AND competent_agency_id = ANY(%(units)s)
"""


def scorecards(province: Agency) -> Iterator[Result]:
    period = rolled.last_month().before
    scope = rolled.counted_scope(province, period)

    def fresh():
        return rolled.counted_scope(province, period)

    def from_rollups():
        return rolled.facts_of(fresh())

    def from_base_tables():
        return facts.facts_of(fresh())

    assert _figures(from_rollups()) == _figures(from_base_tables())
    took = rounds_of([from_rollups, from_base_tables], rounds=ROUNDS, warm_up=False)
    name = f"scorecard of {period.first:%m/%Y} for a province"
    yield compared(f"{name}: counted from the base tables", *took, "ms", ROLLED_UP, scale=1000)

    units = [agency.pk for agency in scope.agencies]
    days = AgencyDay.objects.filter(agency__in=units, day__gte=period.first, day__lte=period.last)

    def added_up():
        return days.aggregate(received=Sum("received"), ended=Sum("ended"))

    def by_hand():
        begin, end = period.begins_at, period.ends_at
        return plain_sql.value(FLOWS, {"begin": begin, "end": end, "units": units})

    took = rounds_of([added_up, by_hand], rounds=ROUNDS)
    yield compared("received and ended in that month: SQL by hand", *took, "ms", None, scale=1000)


def _figures(found) -> dict:
    return dict(found)
