"""Figures of days and months, agency by agency, counted in the database for the roll-ups (R51).

Everything goes through the same questions as a scorecard, `cases.scorecard.facts` and `.dossiers`; only that
the answers are grouped. So a roll-up is as true as they are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Case, Count, F, Q, QuerySet, When

from cases import ages as ages_of
from cases.models import AgencyDay, FieldMonth, OfficerDay, PartMonth, StepRun
from cases.scorecard import dossiers, evaluations
from cases.scorecard.facts import counted, received_feedback
from cases.scorecard.installed import editions
from cases.scorecard.parameters import edition_on
from cases.scorecard.periods import Period, month
from cases.scorecard.scope import Scope
from procedures.calendars import remembered_calendars
from procedures.working_time import TZ

# Parts whose numerators and denominators are dossiers, which add up.
OF_DOSSIERS = ("2.1", "3.3", "4.1", "4.2", "4.3", "4.5b", "5.3", "6.3")
PAID_PROCEDURES = "5.2"
OF_FEEDBACK = ("6.1", "6.2")
AGENCY = "competent_agency"


@dataclass(frozen=True)
class Leaves(Scope):
    """Some agencies, each by itself, whatever lies below them. `agency` is None."""

    leaves: tuple[int, ...] = ()

    @property
    def units(self) -> list[int]:
        return list(self.leaves)


def day_scope(leaves: Iterable[int], day: date) -> Leaves:
    """A whole day."""
    return _leaves(leaves, Period(day, day, 365), day)


def month_scope(leaves: Iterable[int], day: date) -> Leaves:
    """The month of a day, up to the end of that day."""
    return _leaves(leaves, month(day.year, day.month), day)


def _leaves(leaves: Iterable[int], period: Period, day: date) -> Leaves:
    # By the rules at the end of the period, as `cases.scorecard.facts.scope_of` has it.
    return Leaves(None, period, end_of(day), edition_on(period.last, editions()), tuple(leaves))


def end_of(day: date) -> datetime:
    """The last minute of a day: what is counted up to it is counted for the whole day."""
    return datetime.combine(day, time(23, 59), tzinfo=TZ)


# Days -------------------------------------------------------------------------------------------------


def agency_days(scope: Scope) -> list[AgencyDay]:
    """What came, ended and stayed on one day; nothing of agencies where nothing was.

    Each dossier is looked at once for all figures: the same questions as a scorecard's, summed up together.
    """
    handled, on_time = dossiers.judged(scope)
    marks = {
        "is_open": Q(ended_then=None),
        "is_on_time": on_time,
        "came": scope.within("received_at"),
        **{name: ages_of.received(name, scope.day) for name in ages_of.AGES},
    }
    rows = handled.annotate(
        **{f"mark_{name}": Case(When(one, then=True), default=False) for name, one in marks.items()}
    )
    sql, params = rows.values_list(AGENCY, *(f"mark_{name}" for name in marks)).query.sql_with_params()
    figures = {
        "received": "came",
        "ended": "NOT is_open",
        "ended_on_time": "NOT is_open AND is_on_time",
        "open": "is_open",
        "open_on_time": "is_open AND is_on_time",
        **{f"open_{name}": f"is_open AND {name}" for name in ages_of.AGES},
    }
    counts = ", ".join(f"count(*) FILTER (WHERE {figure})" for figure in figures.values())
    with connection.cursor() as cursor:
        # MATERIALIZED, or the history of a dossier would be asked anew for each figure.
        cursor.execute(
            f"WITH judged (agency, {', '.join(marks)}) AS MATERIALIZED ({sql})"
            f" SELECT agency, {counts} FROM judged GROUP BY agency",
            params,
        )
        return [
            _agency_day(agency, scope.day, **dict(zip(figures, row, strict=True))) for agency, *row in cursor
        ]


def _agency_day(agency: int, day: date, *, open: int = 0, open_on_time: int = 0, **counts: int) -> AgencyDay:
    return AgencyDay(agency_id=agency, day=day, open=open, open_late=open - open_on_time, **counts)


def officer_days(scope: Scope) -> list[OfficerDay]:
    """The steps of each officer in these units: running and late at the end of the day, and done on it.

    Not those after the result: then it is the applicant who is waited for.
    """
    before_the_result = Q(dossier__finished_at=None) | Q(started_at__lt=F("dossier__finished_at"))
    steps = StepRun.objects.filter(
        before_the_result, unit__in=scope.units, officer__isnull=False, started_at__lt=scope.until
    )
    running = steps.filter(Q(done_at=None) | Q(done_at__gte=scope.until))
    found: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    for name, rows in (
        ("running", running),
        ("late", running.filter(due_at__lt=scope.last_minute)),
        ("done", steps.filter(scope.within("done_at"))),
    ):
        for unit, officer, n in rows.order_by().values_list("unit", "officer").annotate(n=Count("pk")):
            found[unit, officer][name] = n
    return [
        OfficerDay(agency_id=unit, officer_id=officer, day=scope.day, **counts)
        for (unit, officer), counts in found.items()
    ]


# Months -----------------------------------------------------------------------------------------------


def field_months(scope: Scope) -> list[FieldMonth]:
    """Dossiers of the month by agency and field, and those on time."""
    found: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    for name, rows in (("handled", dossiers.handled(scope)), ("on_time", dossiers.on_time(scope))):
        for agency, field, n in (
            rows.order_by().values_list(AGENCY, "version__field_vi").annotate(n=Count("pk"))
        ):
            found[agency, field][name] = n
    return [
        FieldMonth(agency_id=agency, field_vi=field, month=scope.period.first, **counts)
        for (agency, field), counts in found.items()
    ]


def part_months(scope: Scope) -> list[PartMonth]:
    """Numerators and denominators of the parts that add up, with the procedures in the numerators.

    And what the nine indicators are taken from: points and how many were measured.
    """
    found: dict[tuple[int, str], dict] = defaultdict(dict)
    for code in OF_DOSSIERS:
        if code not in scope.edition.codes:
            continue
        rows = counted(code, scope)
        for agency, n in rows.denominator.order_by().values_list(AGENCY).annotate(n=Count("pk")):
            found[agency, code]["denominator"] = n
        _numerators(found, code, rows.numerator, AGENCY, "version__procedure")
    payments = dossiers.payments_online_within(scope)
    _numerators(found, PAID_PROCEDURES, payments, "dossier__competent_agency", "dossier__version__procedure")
    with remembered_calendars():
        for one in received_feedback(scope):
            for code, counts in zip(OF_FEEDBACK, (one.on_time, one.is_satisfied), strict=True):
                part = found[one.agency, code]
                part["denominator"] = part.get("denominator", 0) + 1
                part["numerator"] = part.get("numerator", 0) + counts
    for agency, counts in evaluations.tallies(scope).items():
        for code, (points, count) in counts.items():
            found[agency, code] |= {"numerator": points, "denominator": count}
    return [
        PartMonth(agency_id=agency, code=code, month=scope.period.first, **counts)
        for (agency, code), counts in found.items()
    ]


def _numerators(found: dict, code: str, rows: QuerySet, agency: str, procedure: str) -> None:
    """How many of each agency, and of which procedures."""
    groups = rows.order_by().values_list(agency)
    for key, n, procedures in groups.annotate(
        n=Count("pk"), procedures=ArrayAgg(procedure, distinct=True, order_by=procedure)
    ):
        found[key, code] |= {"numerator": n, "procedures": procedures}


OF_A_DAY: dict[type, Callable[[Scope], list]] = {AgencyDay: agency_days, OfficerDay: officer_days}
OF_A_MONTH: dict[type, Callable[[Scope], list]] = {FieldMonth: field_months, PartMonth: part_months}
