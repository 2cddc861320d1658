"""When a dossier will be finished at the present pace (dự báo), and why; pure.

Minutes are working minutes by the calendar of the competent agency.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from statistics import median_low

from procedures.working_time import WorkCalendar, minute_of


class Basis(StrEnum):
    """What the expected duration of a step is taken from."""

    PAST = "past"  # median of the past runs
    LONGER = "longer"  # median of those past runs that took longer than what is used by now
    NEVER_SO_LONG = "never_so_long"  # no past run took as long: taken as ending now
    ALLOWANCE = "allowance"  # no past runs: what the procedure gives it


@dataclass(frozen=True, slots=True)
class StepPace:
    """A step that runs or is still ahead (`used` 0), with how long it took the last times in that unit."""

    name: str
    allowed: int
    used: int = 0
    past: tuple[int, ...] = ()

    @property
    def basis(self) -> Basis:
        if not self.past:
            return Basis.ALLOWANCE
        if not self.used:
            return Basis.PAST
        return Basis.LONGER if self._longer else Basis.NEVER_SO_LONG

    @property
    def expected(self) -> int:
        """How long the step will have taken; never less than what is used."""
        match self.basis:
            case Basis.ALLOWANCE:
                return max(self.allowed, self.used)
            case Basis.PAST:
                return median_low(self.past)
            case Basis.LONGER:
                return median_low(self._longer)
        return self.used

    @property
    def left(self) -> int:
        return self.expected - self.used

    @property
    def counted(self) -> int:
        """How many past runs the expectation is taken from."""
        return len(self._longer if self.used else self.past)

    @property
    def _longer(self) -> tuple[int, ...]:
        return tuple(took for took in self.past if took > self.used)


@dataclass(frozen=True, slots=True)
class Outlook:
    """The expected end of the remaining steps, one after the other from `now` on, against the due moment."""

    steps: tuple[StepPace, ...]
    now: datetime
    due_at: datetime
    finish: datetime
    late_minutes: int

    @property
    def left(self) -> int:
        return sum(step.left for step in self.steps)

    @property
    def is_late(self) -> bool:
        return minute_of(self.finish) > minute_of(self.due_at)


def outlook_for(
    steps: Sequence[StepPace], *, due_at: datetime, now: datetime, calendar: WorkCalendar
) -> Outlook:
    """What the present pace leads to. `late_minutes` is 0 when it will be in time."""
    finish = calendar.add_working_minutes(now, sum(step.left for step in steps))
    late = calendar.working_minutes_between(due_at, finish) if finish > due_at else 0
    return Outlook(tuple(steps), now, due_at, finish, late)
