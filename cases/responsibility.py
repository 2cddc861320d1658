"""Whose time is it (R27): the time from reception to end, divided among those who used it; pure.

Every moment belongs to exactly one party, so that the parts add up to the whole. Moments are taken in
minutes, as they are printed (T7).
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.limits import CannotCount
from procedures.working_time import WorkCalendar, minute_of

MINUTE = timedelta(minutes=1)


class Party(TextChoices):
    """Who used the time; where several could be meant, the first of these."""

    APPLICANT = "applicant", gettext_lazy("Applicant")
    OTHER_AGENCY = "other_agency", gettext_lazy("Other agency")
    AGENCY = "agency", gettext_lazy("Agency")


class WaitGround(TextChoices):
    """What the applicant is waited for (parameter `applicant_wait_states`)."""

    SUPPLEMENT = "supplement", gettext_lazy("supplement")
    FEE = "fee", gettext_lazy("fee outstanding")


class FactsContradict(CannotCount):
    """Something that ends before it begins."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Waiting for the applicant; `ends` is None while it lasts."""

    begins: datetime
    ends: datetime | None = None
    ground: str = WaitGround.SUPPLEMENT


@dataclass(frozen=True, slots=True)
class Asked:
    """Another agency was asked and has not answered yet."""

    agency: Hashable
    begins: datetime
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A step that ran in a unit, with its officer or nobody yet."""

    unit: Hashable
    officer: Hashable | None
    begins: datetime
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimelineFacts:
    """What the time is divided by. `unit` holds the dossier when no step runs; no `ended_at`: still open."""

    received_at: datetime
    ended_at: datetime | None
    unit: Hashable
    waits: Sequence[Wait] = ()
    consultations: Sequence[Asked] = ()
    steps: Sequence[Work] = ()


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose a stretch of time is: of an agency the unit and the officer, of the applicant the ground."""

    party: Party
    unit: Hashable | None = None
    officer: Hashable | None = None
    ground: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time of one holder; working minutes by the calendar of the competent agency."""

    holder: Holder
    begins: datetime
    ends: datetime
    clock_minutes: int
    working_minutes: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one holder used altogether."""

    holder: Holder
    clock_minutes: int
    working_minutes: int


@dataclass(frozen=True, slots=True)
class Split:
    """The spans in order of time, without a gap; `clock_minutes` and `working_minutes` are the whole."""

    spans: tuple[Span, ...]
    clock_minutes: int
    working_minutes: int

    @property
    def shares(self) -> list[Share]:
        """One for each holder, in the order in which they first had the dossier."""
        used: dict[Holder, tuple[int, int]] = {}
        for span in self.spans:
            clock, working = used.get(span.holder, (0, 0))
            used[span.holder] = clock + span.clock_minutes, working + span.working_minutes
        return [Share(holder, *minutes) for holder, minutes in used.items()]

    def working_minutes_of(self, party: Party) -> int:
        return sum(span.working_minutes for span in self.spans if span.holder.party is party)


def split(facts: TimelineFacts, calendar: WorkCalendar, *, now: datetime | None = None) -> Split:
    """Divide the time from reception to end, or to `now` while there is no end.

    What lies before the reception or after the end is nobody's. Raises FactsContradict when something
    ends before it begins, ValueError when there is neither an end nor `now`.
    """
    start, end = minute_of(facts.received_at), facts.ended_at or now
    if end is None:
        raise ValueError("An open timeline is divided up to a moment: give `now`.")
    end = minute_of(end)
    if end < start:
        raise FactsContradict(_("A dossier cannot end before it was received."))
    stretches = list(_stretches(facts, start, end))
    cuts = {start, end} | {cut for begins, ends, _holder in stretches for cut in (begins, ends)}
    worked = {cut: calendar.working_minutes_between(start, cut) for cut in cuts}
    nobody = Holder(Party.AGENCY, facts.unit)
    spans: list[Span] = []
    for begins, ends in pairwise(sorted(cuts)):
        holder = next((h for first, last, h in stretches if first <= begins and ends <= last), nobody)
        if spans and spans[-1].holder == holder:
            begins = spans.pop().begins
        # Both are differences of running totals, so they add up whatever the opening hours are.
        spans.append(Span(holder, begins, ends, (ends - begins) // MINUTE, worked[ends] - worked[begins]))
    return Split(tuple(spans), (end - start) // MINUTE, worked[end])


def _stretches(facts: TimelineFacts, start: datetime, end: datetime) -> Iterable[tuple]:
    """Everything that took time as (begins, ends, holder), inside the whole, the strongest claim first."""
    claims = [
        *((w.begins, w.ends, Holder(Party.APPLICANT, ground=w.ground)) for w in facts.waits),
        *((a.begins, a.ends, Holder(Party.OTHER_AGENCY, a.agency)) for a in facts.consultations),
        *((s.begins, s.ends, Holder(Party.AGENCY, s.unit, s.officer)) for s in facts.steps),
    ]
    for begins, ends, holder in claims:
        begins, ends = minute_of(begins), None if ends is None else minute_of(ends)
        if ends is not None and ends < begins:
            raise FactsContradict(_("What is waited for or worked on cannot end before it begins."))
        begins, ends = max(begins, start), min(ends or end, end)
        if begins < ends:
            yield begins, ends, holder


def agency_working_minutes(
    received_at: datetime, ended_at: datetime, waits: Sequence[Wait], calendar: WorkCalendar
) -> int:
    """Working minutes from reception to end without those of the waits for the applicant (R27)."""
    return split(TimelineFacts(received_at, ended_at, None, waits), calendar).working_minutes_of(Party.AGENCY)


# Subtracting instead of restarting (R52, T1) ------------------------------------------------------------


def waiting_time(waits: Iterable[Wait]) -> timedelta:
    """Clock time of the waits that are over; one that lasts is not subtracted."""
    over = [(minute_of(wait.begins), minute_of(wait.ends)) for wait in waits if wait.ends is not None]
    return sum((ends - begins for begins, ends in over), timedelta(0))


def waiting_hours(waits: Iterable[Wait]) -> Decimal:
    return Decimal(waiting_time(waits) // MINUTE) / 60


def adjusted_end(ended_at: datetime, waits: Iterable[Wait]) -> datetime:
    """The end as if the applicant had never been waited for; may lie on a day off."""
    return minute_of(ended_at) - waiting_time(waits)


def on_time_766(
    appointment: datetime, ended_at: datetime, waits: Sequence[Wait], *, multiple_requests_overdue: str
) -> bool:
    """On time in the sense of the index of service quality: the adjusted end against the appointment.

    More than one request for a supplement is overdue, "always" or "only_while_waiting" (T4). Raises
    ValueError for another word.
    """
    if multiple_requests_overdue not in {"always", "only_while_waiting"}:
        raise ValueError(
            f"Several requests are overdue always or only_while_waiting, not {multiple_requests_overdue!r}."
        )
    if len(waits) > 1:
        waiting = any(wait.ends is None for wait in waits)
        if waiting or multiple_requests_overdue == "always":
            return False
    return adjusted_end(ended_at, waits) <= minute_of(appointment)
