"""Feedback and recommendations (phản ánh, kiến nghị): states, verbs and clocks (R48); pure.

The clocks count working days of the agency that handles it, from the day it was sent or last passed on. They
measure and forbid nothing: what comes late is done all the same, and is late by as many days as it is.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from cases import deadlines
from cases.deadlines import Punctuality
from cases.enums import EventKind
from procedures.regimes import FeedbackRules
from procedures.working_time import WorkCalendar, local, minute_of


class FeedbackKind(TextChoices):
    """What it is about (Decree 20/2008 Art 3)."""

    HANDLING = "handling", _("How a dossier or a person was handled")
    RULE = "rule", _("A rule or a procedure, and how to make it better")


class FeedbackState(TextChoices):
    """Where it stands."""

    RECEIVED = "received", _("Received")
    ASKED = "asked", _("Asked for details")
    TRANSFERRED = "transferred", _("Passed on to another agency")
    ANSWERED = "answered", _("Answered")
    PUBLISHED = "published", _("Answered and published")
    REFUSED = "refused", _("Refused")


class Verdict(TextChoices):
    """Whether a complaint about the handling of a dossier was right; recorded with the answer."""

    UPHELD = "upheld", _("Upheld: the complaint is right")
    NOT_UPHELD = "not_upheld", _("Not upheld")


VERDICT_COLOURS = {Verdict.UPHELD: "danger", Verdict.NOT_UPHELD: "success"}

# Entries of the clock that the owner of a dossier may contest: what stopped it, moved it, or said no.
CONTESTABLE = frozenset(
    {
        EventKind.ASKED_TO_COMPLETE,
        EventKind.SUPPLEMENT_REQUESTED,
        EventKind.RESUMED,
        EventKind.EXTENDED,
        EventKind.PERIOD_EXCLUDED,
        EventKind.CALENDAR_MOVED,
        EventKind.RESCHEDULED,
        EventKind.REFUSED,
        EventKind.STOPPED,
    }
)

OPEN = frozenset({FeedbackState.RECEIVED, FeedbackState.ASKED, FeedbackState.TRANSFERRED})
WITH_ANSWER = frozenset({FeedbackState.ANSWERED, FeedbackState.PUBLISHED})
COLOURS = {
    FeedbackState.RECEIVED: "info",
    FeedbackState.ASKED: "warning",
    FeedbackState.TRANSFERRED: "info",
    FeedbackState.ANSWERED: "success",
    FeedbackState.PUBLISHED: "success",
    FeedbackState.REFUSED: "danger",
}


class FeedbackVerb(TextChoices):
    """What is done with it; each has its service in `cases.services.feedback`."""

    SEND = "send", _("Send")
    REFUSE = "refuse", _("Refuse")
    ASK = "ask", _("Ask for details")
    DETAIL = "detail", _("Give details")
    TRANSFER = "transfer", _("Pass on to another agency")
    ANSWER = "answer", _("Answer")
    PUBLISH = "publish", _("Publish")


# What each step reads like in the history.
DONE = {
    FeedbackVerb.SEND: _("Sent"),
    FeedbackVerb.REFUSE: _("Refused"),
    FeedbackVerb.ASK: _("Details asked for"),
    FeedbackVerb.DETAIL: _("Details given"),
    FeedbackVerb.TRANSFER: _("Passed on to another agency"),
    FeedbackVerb.ANSWER: _("Answered"),
    FeedbackVerb.PUBLISH: _("Published"),
}

# From which states, and to which one.
MOVES: dict[FeedbackVerb, tuple[frozenset[FeedbackState], FeedbackState]] = {
    FeedbackVerb.REFUSE: (OPEN, FeedbackState.REFUSED),
    FeedbackVerb.ASK: (OPEN - {FeedbackState.ASKED}, FeedbackState.ASKED),
    FeedbackVerb.DETAIL: (frozenset({FeedbackState.ASKED}), FeedbackState.RECEIVED),
    FeedbackVerb.TRANSFER: (OPEN, FeedbackState.TRANSFERRED),
    FeedbackVerb.ANSWER: (OPEN, FeedbackState.ANSWERED),
    FeedbackVerb.PUBLISH: (frozenset({FeedbackState.ANSWERED}), FeedbackState.PUBLISHED),
}


def is_possible(verb: FeedbackVerb, state: str) -> bool:
    return state in MOVES[verb][0]


@dataclass(frozen=True, slots=True)
class Clocks:
    """Until when each may be done: closing of the last working day, Asia/Ho_Chi_Minh."""

    refuse_by: datetime
    ask_by: datetime
    transfer_by: datetime
    answer_by: datetime

    def of(self, verb: FeedbackVerb) -> datetime | None:
        """The moment for that verb; None for what has no clock here."""
        return {
            FeedbackVerb.REFUSE: self.refuse_by,
            FeedbackVerb.ASK: self.ask_by,
            FeedbackVerb.TRANSFER: self.transfer_by,
            FeedbackVerb.ANSWER: self.answer_by,
        }.get(verb)


def clocks(since: datetime, rules: FeedbackRules, calendar: WorkCalendar) -> Clocks:
    """The clocks of what was sent or last passed on at that moment, whatever the hour: its day is not counted."""
    day = local(since).date()
    return Clocks(
        *(calendar.closing_after(day, n) for n in (rules.refuse, rules.ask, rules.transfer, rules.answer))
    )


def publish_by(answered_at: datetime, rules: FeedbackRules, calendar: WorkCalendar) -> datetime:
    """Until when an answer is published."""
    return calendar.closing_after(local(answered_at).date(), rules.publish)


def is_on_time(due_at: datetime, done_at: datetime | None, *, at: datetime) -> bool:
    """Seen at the end of a period: done in time, or still open while its days are not over.

    What is done after the end of the period was open at it.
    """
    if done_at is not None and done_at <= at:
        return deadlines.punctuality(due_at, done_at) != Punctuality.LATE
    return minute_of(at) <= minute_of(due_at)


def days_late(due_at: datetime, done_at: datetime, calendar: WorkCalendar) -> int:
    """Working days past the due moment, without an upper limit; 0 when in time."""
    return max(-deadlines.lateness(due_at, done_at, calendar), 0)
