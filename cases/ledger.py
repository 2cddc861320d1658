"""The clock of one dossier as a ledger: stored facts in, due date out (R19, R23–R26, R30, R31); pure.

Nothing here ticks and nothing is remembered: the same facts and the same calendar give the same due date.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from django.utils.translation import gettext as _

from cases.deadlines import Deadline, due_date
from cases.limits import CannotCount, Excluded, Extension, Limit, check_moment
from cases.proof import ProofDay, prove_move
from procedures.working_time import WorkCalendar, local


class FactsRefused(CannotCount):
    """Facts that contradict each other; the sentence says which."""


class Wait(NamedTuple):
    """The applicant was asked to complete the dossier (chờ bổ sung); no answer yet: None."""

    asked_at: datetime
    answered_at: datetime | None = None


class ClockFacts(NamedTuple):
    """What a due date follows from, for the current completion cycle.

    `started_at` is the reception, the arrival at the competent agency or the completion, from which the
    whole limit counts. No period begins before the day of `filed_at`. `rescheduled_to` is what an issued
    apology promised. All moments are aware.
    """

    limit: Limit
    started_at: datetime
    filed_at: datetime | None = None
    excluded: tuple[Excluded, ...] = ()
    extension: Extension | None = None
    rescheduled_to: datetime | None = None


@dataclass
class Clock:
    """When the dossier is due and why.

    `counted_due_at` is what the limit gives; `due_at` is that, or what an issued apology promised instead.
    `provisional`: a year that was counted in has no official notice yet, so the date may still move.
    """

    counts_as_received_at: datetime
    counted_due_at: datetime
    due_at: datetime
    provisional: bool
    counted: Deadline
    rescheduled_to: datetime | None
    calendar: WorkCalendar

    @cached_property
    def proof(self) -> tuple[ProofDay, ...]:
        """Every day of the count, then the day that the apology promised; the last row is the due day."""
        if self.rescheduled_to is None:
            return self.counted.proof
        moved = prove_move(local(self.rescheduled_to).date(), self.due_at.date(), self.calendar)
        return (*self.counted.proof, *moved)


def clock(facts: ClockFacts, calendar: WorkCalendar) -> Clock:
    """The one way from facts to due date, by the calendar of the competent agency.

    Raises a `CannotCount` with a sentence for facts that no due date follows from.
    """
    check_facts(facts)
    counted = due_date(
        facts.started_at, facts.limit, calendar, excluded=facts.excluded, extension=facts.extension
    )
    due_at, provisional = counted.due_at, counted.provisional
    if facts.rescheduled_to is not None:
        due_at = _promised(facts.rescheduled_to, calendar)
        provisional = provisional or calendar.is_provisional(due_at.year)
    return Clock(
        counted.counts_as_received_at,
        counted.due_at,
        due_at,
        provisional,
        counted,
        facts.rescheduled_to,
        calendar,
    )


def _promised(moment: datetime, calendar: WorkCalendar) -> datetime:
    """What an apology promised; a day that has become a day off since rolls on (Civil Code Art 148.5)."""
    moment = local(moment)
    day = moment.date()
    return moment if calendar.is_working_day(day) else calendar.closing(calendar.next_working_day(day))


def check_facts(facts: ClockFacts) -> None:
    """Refuse facts that contradict each other; a limit or extension without its data is refused in counting."""
    if facts.rescheduled_to is not None:
        check_moment(facts.rescheduled_to)
        if facts.rescheduled_to < facts.started_at:
            raise FactsRefused(
                _("The apology promises %(promised)s, before the clock started (%(started)s).")
                % {"promised": _shown(facts.rescheduled_to), "started": _shown(facts.started_at)}
            )
    if facts.excluded:
        _check_periods(facts.excluded, facts.filed_at or facts.started_at)


def _check_periods(periods: Sequence[Excluded], filed_at: datetime) -> None:
    ordered = sorted(periods)
    if ordered[0].first < local(filed_at).date():
        raise FactsRefused(
            _("The period from %(first)s cannot begin before the dossier was received (%(received)s).")
            % {"first": f"{ordered[0].first:%d/%m/%Y}", "received": _shown(filed_at)}
        )
    for one, following in pairwise(ordered):
        if following.first <= one.last:
            raise FactsRefused(
                _("Two periods that do not count overlap: %(one)s and %(other)s.")
                % {"one": one, "other": following}
            )


def check_waits(waits: Iterable[Wait]) -> None:
    """Refuse waits out of order: answered before asked, asked again before the answer, only the last open."""
    last = None
    for wait in sorted(waits, key=lambda wait: wait.asked_at):
        if last is not None and (last.answered_at is None or wait.asked_at < last.answered_at):
            raise FactsRefused(
                _("A supplement was asked for at %(asked)s, before the one of %(before)s was complete.")
                % {"asked": _shown(wait.asked_at), "before": _shown(last.asked_at)}
            )
        if wait.answered_at is not None and wait.answered_at < wait.asked_at:
            raise FactsRefused(
                _("A supplement cannot be complete (%(answered)s) before it was asked for (%(asked)s).")
                % {"answered": _shown(wait.answered_at), "asked": _shown(wait.asked_at)}
            )
        last = wait


def _shown(moment: datetime) -> str:
    return f"{local(moment):%d/%m/%Y %H:%M}"
