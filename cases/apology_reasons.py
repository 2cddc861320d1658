"""What a letter of apology could say: who used the days beyond what was foreseen, and what is still to do.

Offered to the person who writes the letter, never issued unread. The words are those of a Vietnamese
letter; they name agencies and steps, no people.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from cases.models import Dossier
from cases.responsibility import Party, Share, Split, Work, split
from cases.spending import spending_of
from cases.timeline import timeline_of
from procedures.calendars import calendar_for
from procedures.steps import HOURS_PER_DAY, limit_hours
from procedures.working_time import WorkCalendar

MINUTES_PER_DAY = int(HOURS_PER_DAY * 60)
OFFERED = 2  # more causes than these nobody reads
_WHOLE = "Hồ sơ chưa giải quyết xong đúng hạn do {causes}."
_ASKED = "phải chờ ý kiến của {agency} {time} kể từ ngày {since}"
_OVER = "bước “{step}” tại {unit} kéo dài {used}, quá định mức {allowed}"
_RUNNING = "bước “{step}” tại {unit} chưa hoàn thành"


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that took time which nobody had foreseen, in working minutes, and how a letter says it."""

    minutes: int
    words: str


@dataclass(frozen=True, slots=True)
class _Step:
    """A step in a unit, as the holder of a stretch of time; without `allowed` nothing was foreseen."""

    name: str
    unit: str
    allowed: int | None


def offered_reason(dossier: Dossier, calendar: WorkCalendar | None = None) -> str:
    """The reason of the letter from the ledger, with the heaviest causes; empty when nothing stands out."""
    now, calendar = timezone.now(), calendar or calendar_for(dossier.competent_agency)
    causes = [cause.words for cause in causes_of(dossier, calendar, now=now)[:OFFERED]]
    if not causes and (run := dossier.step_runs.filter(done_at=None).select_related("step", "unit").first()):
        causes = [_RUNNING.format(step=_name(run), unit=run.unit.name_vi)]
    return _WHOLE.format(causes="; ".join(causes)) if causes else ""


def causes_of(dossier: Dossier, calendar: WorkCalendar, *, now: datetime) -> list[Cause]:
    """Since the clock of this cycle started, the heaviest first: other agencies, and steps over their allowance.

    While another agency was asked the time is that agency's, not the step's (R27).
    """
    if dossier.clock_started_at is None or now <= dossier.clock_started_at:
        return []
    runs = dossier.step_runs.select_related("step", "unit")
    facts = replace(
        timeline_of(dossier),
        received_at=dossier.clock_started_at,
        ended_at=None,
        steps=[Work(_step(run), None, run.started_at, run.done_at) for run in runs],
    )
    whole = split(facts, calendar, now=now)
    causes = filter(None, (_cause(share, whole) for share in whole.shares))
    return sorted(causes, key=lambda cause: -cause.minutes)


def minutes_still_allowed(dossier: Dossier, calendar: WorkCalendar, *, now: datetime) -> int:
    """Working minutes that the running step has left and the following ones have; 0 without steps."""
    spending = spending_of(dossier, calendar, now=now)
    running = spending.running if spending else None
    if running is None:
        return 0
    following = spending.steps[spending.steps.index(running) :]
    return sum(max(step.left, 0) for step in following)


def _cause(share: Share, whole: Split) -> Cause | None:
    holder, used = share.holder, share.working_minutes
    if holder.party is Party.OTHER_AGENCY and used:
        since = next(span.begins for span in whole.spans if span.holder == holder)
        words = _ASKED.format(
            agency=holder.unit.name_vi,
            time=in_words(used),
            since=f"{timezone.localtime(since):%d/%m/%Y}",
        )
        return Cause(used, words)
    step = holder.unit
    if not isinstance(step, _Step) or step.allowed is None or used <= step.allowed:
        return None
    words = _OVER.format(step=step.name, unit=step.unit, used=in_words(used), allowed=in_words(step.allowed))
    return Cause(used - step.allowed, words)


def _step(run) -> _Step:
    allowed = run.step and int(limit_hours(Decimal(run.step.amount), run.step.unit) * 60)
    return _Step(_name(run), run.unit.name_vi, allowed)


def _name(run) -> str:
    return run.step.name_vi if run.step else run.name


def in_words(minutes: int) -> str:
    """Working time as letters write it: `3 ngày làm việc`, `1 ngày 4 giờ làm việc`, `30 phút làm việc`."""
    days, rest = divmod(minutes, MINUTES_PER_DAY)
    hours, left = divmod(rest, 60)
    parts = [(days, "ngày"), (hours, "giờ"), (left if not days else 0, "phút")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) + " làm việc"
