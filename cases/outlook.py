"""The outlook of dossiers, read from the stored facts: what is left of their steps, and how long these usually take."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from cases import spending
from cases.ladder import midnight
from cases.models import Dossier
from cases.pace import Outlook, StepPace, outlook_for
from cases.queries import calendars_of
from onestop.keyset import KeysetPage, SortKey, keyset_page
from procedures.enums import DESK_ROLES
from procedures.models import ProcedureStep
from procedures.steps import limit_hours
from procedures.working_time import WorkCalendar, local, minute_of

LAST_RUNS = 25  # of a step in a unit: how it goes now, not how it went years ago
LOOKED_AT = 100  # dossiers of one page, whether or not they will be late
DUE = SortKey("due_at")


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A dossier with its outlook."""

    dossier: Dossier
    outlook: Outlook


def due_within(found: QuerySet, days: int, calendar: WorkCalendar, now: datetime | None = None) -> QuerySet:
    """What is due from now to the end of the n-th working day from today, not late yet; in no order. n ≥ 1."""
    now = now or timezone.now()
    end = midnight(calendar.working_day_after(local(now).date(), days) + timedelta(days=1))
    return found.due_between(minute_of(now), end - timedelta(microseconds=1)).order_by()


def foresee(dossiers: Sequence[Dossier], now: datetime | None = None) -> list[Foreseen]:
    """Each with its outlook; as many queries for many dossiers of the same agencies as for one."""
    now = now or timezone.now()
    dossiers = list(dossiers)
    spending.prepare(dossiers)
    calendars = calendars_of(dossiers)
    ahead = {dossier.pk: steps_left(dossier) for dossier in dossiers}
    wanted = {(step.pk, unit_of(dossier, step)) for dossier in dossiers for step in ahead[dossier.pk]}
    past = _past_minutes(wanted, calendars)
    return [
        Foreseen(
            dossier, _outlook(dossier, ahead[dossier.pk], past, calendars[dossier.competent_agency_id], now)
        )
        for dossier in dossiers
    ]


def steps_left(dossier: Dossier) -> list[ProcedureStep]:
    """The step that runs and those behind it, up to the result; handing it over is outside of the limit."""
    steps = sorted(dossier.version.steps.all(), key=lambda step: step.position)
    while steps and steps[-1].role in DESK_ROLES:
        steps.pop()
    runs = sorted(dossier.step_runs.all(), key=lambda run: (run.started_at, run.pk))
    running = next((run for run in runs if run.done_at is None), None)
    if running is not None:
        if running.step_id is None:
            return []
        return [step for step in steps if step.position >= _position(steps, running.step_id)]
    done = [_position(steps, run.step_id) for run in runs if run.step_id is not None]
    return [step for step in steps if step.position > max(done, default=-1)]


def unit_of(dossier: Dossier, step: ProcedureStep) -> int:
    """Where a step is done: at the desk what clerks do, else at the agency that decides."""
    return dossier.receiving_desk_id if step.role in DESK_ROLES else dossier.competent_agency_id


def _position(steps: Sequence[ProcedureStep], pk: int) -> int:
    """Of a step that is not before the result (any more): behind all of them."""
    return next((step.position for step in steps if step.pk == pk), 10_000)


def _outlook(dossier, steps, past, calendar: WorkCalendar, now: datetime) -> Outlook:
    spent = spending.spending_of(dossier, calendar, now=now)
    used = spent.running.used if spent.running else 0
    running = {run.step_id for run in dossier.step_runs.all() if run.done_at is None}
    paces = [
        StepPace(
            step.name,
            int(limit_hours(step.amount, step.unit) * 60),
            used if step.pk in running else 0,
            past.get((step.pk, unit_of(dossier, step)), ()),
        )
        for step in steps
    ]
    return outlook_for(paces, due_at=dossier.due_at, now=now, calendar=calendar)


def _past_minutes(
    wanted: Iterable[tuple[int, int]], calendars: dict[int, WorkCalendar]
) -> dict[tuple[int, int], tuple[int, ...]]:
    """Working minutes of the last runs of each (step, unit); an index has them in this order."""
    any_calendar = next(iter(calendars.values()), None)
    found: dict[tuple[int, int], list[int]] = {}
    for step, unit, started, done in _last_runs(sorted(wanted)):
        calendar = calendars.get(unit, any_calendar)
        found.setdefault((step, unit), []).append(calendar.working_minutes_between(started, done))
    return {key: tuple(minutes) for key, minutes in found.items()}


def _last_runs(wanted: Sequence[tuple[int, int]]) -> list[tuple[int, int, datetime, datetime]]:
    """The last runs of each step and unit with their times; one question for all of them.

    Only whole ones: not what changed hands on the way, nor what ended because the dossier did. Said in SQL, as
    a join that is LATERAL is planned once; a union of as many questions as there are pairs is planned for
    longer than it is asked.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT wanted.step, wanted.unit, run.started_at, run.done_at
            FROM unnest(%s::bigint[], %s::bigint[]) AS wanted (step, unit)
            CROSS JOIN LATERAL (
                SELECT r.started_at, r.done_at
                FROM cases_steprun r JOIN cases_dossier d ON d.id = r.dossier_id
                WHERE r.step_id = wanted.step AND r.unit_id = wanted.unit
                    AND r.done_at IS NOT NULL AND d.ended_at IS NULL
                    AND NOT EXISTS (
                        SELECT FROM cases_steprun other
                        WHERE other.dossier_id = r.dossier_id AND other.step_id = r.step_id AND other.id <> r.id
                    )
                ORDER BY r.done_at DESC
                LIMIT %s
            ) run
            """,
            [[step for step, _unit in wanted], [unit for _step, unit in wanted], LAST_RUNS],
        )
        return cursor.fetchall()


def page_of_late(
    found: QuerySet, cursor: str, now: datetime | None = None
) -> tuple[list[Foreseen], KeysetPage]:
    """Those among the next dossiers by due date that will be late, and the page that was looked at.

    Raises `NotACursor`.
    """
    page = keyset_page(found, DUE, LOOKED_AT, after=cursor)
    return [one for one in foresee(page.rows, now) if one.outlook.is_late], page
