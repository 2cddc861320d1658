"""The budgets of a dossier's steps, read from the stored facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import prefetch_related_objects
from django.utils import timezone

from cases.budgets import Allowance, Budget, Spell, StepBudget, step_budgets, total_budget
from cases.models import Dossier
from procedures.working_time import WorkCalendar


@dataclass(frozen=True, slots=True)
class Spending:
    """The steps in their order, and the whole limit."""

    steps: list[StepBudget]
    total: Budget

    @property
    def running(self) -> StepBudget | None:
        """Of the step that runs now."""
        return next((step for step in self.steps if step.is_running), None)


def spending_of(dossier: Dossier, calendar: WorkCalendar, *, now: datetime | None = None) -> Spending | None:
    """None before reception. Asks the related rows as they are prefetched, see `prepare`."""
    if dossier.due_at is None:
        return None
    now = now or timezone.now()
    supplements = [row for row in dossier.supplements.all() if not row.before_reception]
    waiting = next((row.asked_at for row in supplements if row.answered_at is None), None)
    steps = step_budgets(
        [
            Allowance(step.pk, step.name, step.amount, step.unit)
            for step in sorted(dossier.version.steps.all(), key=lambda step: step.position)
        ],
        [
            Spell(run.step_id, run.officer, run.started_at, run.done_at)
            for run in sorted(dossier.step_runs.all(), key=lambda run: (run.started_at, run.pk))
        ],
        calendar,
        now=now,
        since=max((row.answered_at for row in supplements if row.answered_at), default=None),
    )
    return Spending(
        steps,
        total_budget(
            dossier.clock_started_at,
            dossier.due_at,
            dossier.finished_at or dossier.ended_at or waiting or now,
            calendar,
            excluded=[(row.first, row.last) for row in dossier.excluded_periods.all()],
        ),
    )


def prepare(dossiers: Sequence[Dossier]) -> None:
    """Read what `spending_of` asks for all of these at once; four queries and those of the officers."""
    prefetch_related_objects(
        dossiers, "version__steps", "step_runs__officer", "supplements", "excluded_periods"
    )
