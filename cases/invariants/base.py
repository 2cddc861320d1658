"""What an invariant is, and how one that is written in SQL is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial

from django.db import connection

from cases.enums import ACCEPTED_STATES, FINAL_STATES, EventKind, State
from procedures.working_time import TZ

EXAMPLES = 5
_ALWAYS = datetime(1900, 1, 1, tzinfo=UTC)
_FIXED = {
    "accepted": sorted(ACCEPTED_STATES - {State.STOPPED}),
    "with_result": sorted([State.PROCESSING, State.PAID, State.RETURNED]),
    "settled": sorted([State.PAID, State.RETURNED]),
    "returned": State.RETURNED,
    "ended": sorted(FINAL_STATES - {State.RETURNED}),
    "overdue": EventKind.OVERDUE,
    "drafted": EventKind.APOLOGY_DRAFTED,
    "undone": EventKind.UNDONE,
    # What gives a dossier another due date, or the first one; each says it in its data.
    "promises": sorted(
        [
            EventKind.RECEIVED,
            EventKind.DIGITIZED,
            EventKind.RESUMED,
            EventKind.RESCHEDULED,
            EventKind.EXTENDED,
            EventKind.PERIOD_EXCLUDED,
            EventKind.CALENDAR_MOVED,
        ]
    ),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: what began from a day on (Asia/Ho_Chi_Minh), and of slow checks only so many.

    `sample` bounds what is recomputed in Python, one dossier after the other; SQL looks at all of them.
    """

    since: date | None = None
    sample: int | None = None

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.since, time(), tzinfo=TZ) if self.since else _ALWAYS

    @property
    def params(self) -> dict[str, object]:
        """For SQL: `since` (a moment), `since_day`, `since_year`, and the lists of states and events."""
        begins = self.begins
        return {
            **_FIXED,
            "since": begins,
            "since_day": begins.date(),
            "since_year": begins.year,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many were looked at, how many are broken, and the first of these by code or number."""

    checked: int
    broken: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Invariant:
    """Something that always holds; `sentence` says what, for a reader. `option` asks for it, where it is slow."""

    name: str
    sentence: str
    ask: Callable[[Scope], Outcome]
    option: str = ""


def in_sql(name: str, sentence, *, checked: str, broken: str) -> Invariant:
    """One that the database answers. `checked` counts; `broken` gives one row, a text, for each that is broken.

    Both take the parameters of `Scope.params`. The server does the work; here only examples are kept.
    """
    return Invariant(name, sentence, partial(_ask, checked, broken))


def _ask(checked: str, broken: str, scope: Scope) -> Outcome:
    with connection.cursor() as cursor:
        cursor.execute(checked, scope.params)
        (looked_at,) = cursor.fetchone()
    count, examples = 0, []
    with connection.chunked_cursor() as rows:
        rows.execute(broken, scope.params)
        for (example,) in rows:
            count += 1
            if len(examples) < EXAMPLES:
                examples.append(example)
    return Outcome(looked_at, count, tuple(examples))


class Tally:
    """Counts for those that Python looks at one by one."""

    def __init__(self):
        self.checked = self.broken = 0
        self.examples: list[str] = []

    def look(self, holds: bool, example: str) -> None:
        self.checked += 1
        if not holds:
            self.fail(example)

    def fail(self, example: str) -> None:
        self.broken += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(example)

    @property
    def outcome(self) -> Outcome:
        return Outcome(self.checked, self.broken, tuple(self.examples))
