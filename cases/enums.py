"""States, verbs and event names of a dossier, with their sets, labels and colours; pure.

Nobody lists states a second time: whoever needs a set of states takes it from here.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """Where a dossier (hồ sơ) stands."""

    SUBMITTED = "submitted", _("Submitted")
    RECEIVED = "received", _("Received")
    DIGITIZED = "digitized", _("Digitized")
    PROCESSING = "processing", _("In process")
    SUPPLEMENT = "supplement", _("Waiting for supplement")
    PAID = "paid", _("Ready, fees settled")
    RETURNED = "returned", _("Returned")
    REFUSED = "refused", _("Refused at reception")
    STOPPED = "stopped", _("Stopped")


FINAL_STATES = frozenset({State.RETURNED, State.REFUSED, State.STOPPED})
# The agency's clock runs in these (a result stops it, whatever the state): only they can be overdue.
RUNNING_STATES = frozenset({State.RECEIVED, State.DIGITIZED, State.PROCESSING})
OPEN_STATES = frozenset(State) - FINAL_STATES
# With a code and a promise: everything after reception.
ACCEPTED_STATES = frozenset(State) - {State.SUBMITTED, State.REFUSED}

# Badge colours of the admin (Unfold label variants); the text always stands beside the colour.
STATE_COLOURS = {
    State.SUBMITTED: "info",
    State.RECEIVED: "primary",
    State.DIGITIZED: "primary",
    State.PROCESSING: "warning",
    State.SUPPLEMENT: "info",
    State.PAID: "success",
    State.RETURNED: "success",
    State.REFUSED: "danger",
    State.STOPPED: "danger",
}


class Verb(TextChoices):
    """What can be done with a dossier; each has one service (see `cases/services/`)."""

    SUBMIT = "submit", _("Submit")
    RECEIVE = "receive", _("Receive")
    REFUSE = "refuse", _("Refuse to receive")
    ASK_TO_COMPLETE = "ask_to_complete", _("Ask to complete")
    DIGITIZE = "digitize", _("Digitized, hand over")
    START = "start", _("Take over")
    HAND_OVER = "hand_over", _("Hand over to the next step")
    REQUEST_SUPPLEMENT = "request_supplement", _("Request supplement")
    RESUME = "resume", _("Supplement complete")
    RECORD_RESULT = "record_result", _("Record result")
    PAY = "pay", _("Take payment")
    SETTLE = "settle", _("Fees settled")
    RETURN_RESULT = "return_result", _("Return result")
    WITHDRAW = "withdraw", _("Withdraw")
    STOP = "stop", _("Stop")
    RESCHEDULE = "reschedule", _("Apologise and reschedule")
    EXTEND = "extend", _("Extend the limit")
    EXCLUDE_PERIOD = "exclude_period", _("Enter a period that does not count")
    CONSULT = "consult", _("Ask another agency")
    CLARIFY = "clarify", _("Ask for a clarification")
    DEMAND = "demand", _("Demand a paper with a ground")
    ASSIGN = "assign", _("Assign to an officer")
    UNDO = "undo", _("Undo my last step")
    WAIVE = "waive", _("Waive a fee")
    REFUND = "refund", _("Pay back")


@dataclass(frozen=True, slots=True)
class Move:
    """Which states a verb starts from and where it leads; `None` = the state stays."""

    sources: frozenset[State]
    target: State | None


def _move(*sources: State, to: State | None = None) -> Move:
    return Move(frozenset(sources), to)


MOVES: dict[Verb, Move] = {
    Verb.RECEIVE: _move(State.SUBMITTED, to=State.RECEIVED),
    Verb.REFUSE: _move(State.SUBMITTED, to=State.REFUSED),
    Verb.ASK_TO_COMPLETE: _move(State.SUBMITTED),
    Verb.DIGITIZE: _move(State.RECEIVED, to=State.DIGITIZED),
    Verb.START: _move(State.DIGITIZED, to=State.PROCESSING),
    Verb.HAND_OVER: _move(State.PROCESSING),
    Verb.REQUEST_SUPPLEMENT: _move(State.RECEIVED, State.DIGITIZED, State.PROCESSING, to=State.SUPPLEMENT),
    # Back to where it stood when the supplement was asked for.
    Verb.RESUME: _move(State.SUPPLEMENT),
    Verb.RECORD_RESULT: _move(State.PROCESSING),
    Verb.PAY: _move(State.RECEIVED, State.DIGITIZED, State.PROCESSING, State.SUPPLEMENT),
    Verb.SETTLE: _move(State.PROCESSING, to=State.PAID),
    Verb.RETURN_RESULT: _move(State.PAID, to=State.RETURNED),
    Verb.WITHDRAW: _move(
        State.SUBMITTED,
        State.RECEIVED,
        State.DIGITIZED,
        State.PROCESSING,
        State.SUPPLEMENT,
        to=State.STOPPED,
    ),
    Verb.STOP: _move(State.SUPPLEMENT, to=State.STOPPED),
    Verb.RESCHEDULE: _move(State.RECEIVED, State.DIGITIZED, State.PROCESSING),
    Verb.EXTEND: _move(State.RECEIVED, State.DIGITIZED, State.PROCESSING),
    Verb.EXCLUDE_PERIOD: _move(State.RECEIVED, State.DIGITIZED, State.PROCESSING),
    Verb.CONSULT: _move(State.PROCESSING),
    Verb.CLARIFY: _move(State.DIGITIZED, State.PROCESSING),
    Verb.DEMAND: _move(State.SUBMITTED, State.RECEIVED, State.DIGITIZED, State.PROCESSING, State.SUPPLEMENT),
    Verb.ASSIGN: _move(State.DIGITIZED, State.PROCESSING),
    # Back to where the step began; which one that was is in the history.
    Verb.UNDO: _move(State.DIGITIZED, State.PROCESSING, State.PAID),
    # After the result too: what was paid although it need not be is then paid back.
    Verb.WAIVE: _move(*ACCEPTED_STATES - {State.STOPPED}),
    Verb.REFUND: _move(*ACCEPTED_STATES),
}


class EventKind(TextChoices):
    """The fixed vocabulary of the history; the sentences are in `EVENT_SENTENCES`."""

    SUBMITTED = "submitted", _("Submitted")
    ASKED_TO_COMPLETE = "asked_to_complete", _("Asked to complete")
    COMPLETED = "completed", _("Completed by the applicant")
    ANSWERED_ONLINE = "answered_online", _("Answered online by the applicant")
    RECEIVED = "received", _("Received")
    REFUSED = "refused", _("Refused at reception")
    DIGITIZED = "digitized", _("Digitized")
    STARTED = "started", _("Taken over")
    HANDED_OVER = "handed_over", _("Handed over")
    SUPPLEMENT_REQUESTED = "supplement_requested", _("Supplement requested")
    RESUMED = "resumed", _("Supplement complete")
    RESULT_RECORDED = "result_recorded", _("Result recorded")
    PAID = "paid", _("Payment taken")
    SETTLED = "settled", _("Fees settled")
    RETURNED = "returned", _("Result returned")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    STOPPED = "stopped", _("Stopped")
    OVERDUE = "overdue", _("Overdue")
    APOLOGY_DRAFTED = "apology_drafted", _("Apology drafted")
    RESCHEDULED = "rescheduled", _("Apologised and rescheduled")
    DOCUMENT_ADDED = "document_added", _("Document added")
    EXTENDED = "extended", _("Limit extended")
    PERIOD_EXCLUDED = "period_excluded", _("Period that does not count")
    CALENDAR_MOVED = "calendar_moved", _("Due date moved by the calendar")
    CONSULTED = "consulted", _("Another agency asked")
    CONSULTATION_ANSWERED = "consultation_answered", _("Answer of another agency")
    CONSULTATION_LATE = "consultation_late", _("Answer of another agency is late")
    CLARIFICATION = "clarification", _("Clarification asked for")
    DEMANDED = "demanded", _("Paper demanded with a ground")
    SUPPLEMENT_REMINDED = "supplement_reminded", _("Reminded of the supplement")
    SUBSTITUTED = "substituted", _("Handed to a substitute")
    PAPERS_LOST = "papers_lost", _("Papers lost or damaged")
    ASSIGNED = "assigned", _("Assigned")
    UNDONE = "undone", _("Step undone")
    WAIVED = "waived", _("Fee waived")
    REFUNDED = "refunded", _("Paid back")
    DOCUMENT_TURNED = "document_turned", _("Document turned")
    DOCUMENT_REMOVED = "document_removed", _("Document removed")
    REGISTERED = "registered", _("Entered in a register")
    LATE_REMINDED = "late_reminded", _("Reminded of the delay")
    ESCALATED = "escalated", _("Reported to the level above")
    LADDER_TOLD = "ladder_told", _("Told by the escalation ladder")


EVENT_SENTENCES = {
    EventKind.SUBMITTED: _("Filed (%(channel)s); it counts as received at %(counts_from)s."),
    EventKind.ASKED_TO_COMPLETE: _("The applicant was asked to complete the filing: %(reason)s"),
    EventKind.COMPLETED: _("The applicant completed the filing."),
    EventKind.ANSWERED_ONLINE: _("The applicant sent online what was asked for; the desk looks through it."),
    EventKind.RECEIVED: _("Received; the result is due at %(due)s."),
    EventKind.REFUSED: _("Reception refused: %(reason)s"),
    EventKind.DIGITIZED: _("Digitized and handed over to %(agency)s."),
    EventKind.STARTED: _("Taken over by %(officer)s."),
    EventKind.HANDED_OVER: _("Handed over to the step “%(step)s”."),
    EventKind.SUPPLEMENT_REQUESTED: _("Supplement requested: %(reason)s"),
    EventKind.RESUMED: _(
        "Supplement complete; the limit starts afresh, due at %(due)s instead of %(old_due)s."
    ),
    EventKind.RESULT_RECORDED: _("Result recorded: %(result)s."),
    EventKind.PAID: _("%(amount)s VND taken, receipt %(receipt)s."),
    EventKind.SETTLED: _("Nothing is owed; the result is ready to be collected."),
    EventKind.RETURNED: _("Result handed over to %(collector)s."),
    EventKind.WITHDRAWN: _("Withdrawn at the applicant's request: %(reason)s"),
    EventKind.STOPPED: _("Stopped: %(reason)s"),
    EventKind.OVERDUE: _("Past its due moment (%(due)s) without a result."),
    EventKind.APOLOGY_DRAFTED: _("A letter of apology was drafted; it should go out by %(apology_by)s."),
    EventKind.RESCHEDULED: _(
        "Apology %(number)s issued: due at %(due)s instead of %(old_due)s. Reason: %(reason)s"
    ),
    EventKind.DOCUMENT_ADDED: _("Document added: %(name)s."),
    EventKind.EXTENDED: _("Limit extended: due at %(due)s instead of %(old_due)s. Reason: %(reason)s"),
    EventKind.PERIOD_EXCLUDED: _(
        "%(name)s from %(first)s to %(last)s does not count: due at %(due)s (before: %(old_due)s)."
    ),
    EventKind.CALENDAR_MOVED: _(
        "The official calendar changed (%(reference)s): due at %(due)s instead of %(old_due)s."
    ),
    EventKind.CONSULTED: _("%(agency)s was asked; the answer is due at %(due)s."),
    EventKind.CONSULTATION_ANSWERED: _("%(agency)s answered (%(punctuality)s)."),
    EventKind.CONSULTATION_LATE: _("The answer of %(agency)s is late: it was due at %(due)s."),
    EventKind.CLARIFICATION: _("The applicant was asked to clarify (%(ground)s): %(question)s"),
    EventKind.DEMANDED: _("“%(paper)s” was demanded; ground: %(ground)s"),
    EventKind.SUPPLEMENT_REMINDED: _("The applicant was reminded of what is missing."),
    EventKind.SUBSTITUTED: _("Handed over from %(giver)s to %(receiver)s: %(note)s"),
    EventKind.PAPERS_LOST: _("The agency lost or damaged papers and apologises: %(papers)s"),
    EventKind.ASSIGNED: _("Assigned to %(officer)s by %(giver)s."),
    EventKind.UNDONE: _("“%(step)s” was undone by the one who did it: %(reason)s"),
    EventKind.WAIVED: _("%(amount)s VND waived; ground: %(ground)s"),
    EventKind.REFUNDED: _("%(amount)s VND paid back, entry %(receipt)s against %(reversed)s: %(reason)s"),
    EventKind.DOCUMENT_TURNED: _("Pages of the document %(name)s were turned."),
    EventKind.DOCUMENT_REMOVED: _("Document removed: %(name)s. Reason: %(reason)s"),
    EventKind.REGISTERED: _("Entered as number %(number)s in %(book)s."),
    EventKind.LATE_REMINDED: _("%(giver)s reminded %(receivers)s of the delay."),
    EventKind.ESCALATED: _("%(giver)s reported the delay to %(receivers)s."),
    EventKind.LADDER_TOLD: _("The escalation ladder (%(days)s working days) told %(receivers)s."),
}


# Work inside the office that says nothing to the owner, or nothing yet: a draft may be dropped again.
INTERNAL_EVENTS = frozenset(
    {
        EventKind.APOLOGY_DRAFTED,
        EventKind.DOCUMENT_ADDED,
        EventKind.DOCUMENT_TURNED,
        EventKind.DOCUMENT_REMOVED,
        EventKind.SUBSTITUTED,
        EventKind.ASSIGNED,
        EventKind.LATE_REMINDED,
        EventKind.ESCALATED,
        EventKind.LADDER_TOLD,
    }
)


class ReturnChannel(TextChoices):
    """How the applicant wants the result (Decree 61/2018 Art 20)."""

    DESK = "desk", _("At the desk")
    POST = "post", _("By post")
    ONLINE = "online", _("Online")


class Provision(TextChoices):
    """How a component came (R13, R14)."""

    PAPER = "paper", _("Paper handed in")
    SHOWN = "shown", _("Only shown")
    REUSED = "reused", _("Reused from a database or the applicant's store")
    ELECTRONIC = "electronic", _("Filed electronically")
    NOT_NEEDED = "not_needed", _("Not needed in this case")


# What lies on the desk; which of these papers need no scan is a rule of its time, see `cases.regime`.
ON_PAPER = frozenset({Provision.PAPER, Provision.SHOWN})


class DocumentSource(TextChoices):
    SCAN = "scan", _("Scan")
    UPLOAD = "upload", _("Upload")
    REUSED = "reused", _("Reused")
    RESULT = "result", _("Result")


class ResultKind(TextChoices):
    """A refusal on substance is a result like any other (R21)."""

    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused on substance")


class PaymentMethod(TextChoices):
    CASH = "cash", _("Cash")
    TRANSFER = "transfer", _("Bank transfer")
    ONLINE = "online", _("Online payment")


class ApplicantKind(TextChoices):
    CITIZEN = "citizen", _("Citizen")
    ORGANISATION = "organisation", _("Organisation")
    BUSINESS = "business", _("Business")


class NoticeChannel(TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    ZALO = "zalo", _("Zalo")


class CollectionProof(TextChoices):
    """What the collector showed (Decree 61/2018 Art 6, Art 20)."""

    RECEIPT = "receipt", _("Receipt")
    IDENTITY = "identity", _("Identity paper")
    AUTHORISATION = "authorisation", _("Receipt and authorisation")
    POST = "post", _("Sent by post")
    ELECTRONIC = "electronic", _("Delivered electronically")


class Acknowledgement(TextChoices):
    """How the collector confirmed (ký nhận)."""

    SIGNED = "signed", _("Signed on paper")
    NOTED = "noted", _("Not signed; noted by the desk")
    NOT_PRESENT = "not_present", _("Not at the desk")


class ConsultationKind(TextChoices):
    """Asked for an opinion, or doing its own part of an interlinked procedure (R20)."""

    OPINION = "opinion", _("Opinion")
    INTERLINKED = "interlinked", _("Interlinked part")


class HandoverGround(TextChoices):
    """Why a task changed hands outside the internal steps (R44)."""

    ABSENCE = "absence", _("Absence")
    ASSIGNMENT = "assignment", _("Assignment")


class DemandKind(TextChoices):
    """A paper that could be reused, or one beyond the published list (R5, R13)."""

    REUSABLE = "reusable", _("Could be reused")
    EXTRA = "extra", _("Beyond the published list")


class IdentificationLevel(TextChoices):
    """How surely the provider knows whom it vouches for (mức độ định danh điện tử; Decree 69/2024)."""

    ONE = "1", _("level 1")
    TWO = "2", _("level 2")


class ReuseGround(TextChoices):
    """The three grounds on which a paper may be demanded although its data are at hand (R13)."""

    SYSTEM_FAILURE = "system_failure", _("System failure")
    DISASTER = "disaster", _("Disaster")
    WRONG_DATA = "wrong_data", _("Wrong data")


class ExportState(TextChoices):
    """Where an export of a list stands."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Being written")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")


class GroupKind(TextChoices):
    """Several dossiers received together."""

    PEOPLE = "people", _("One procedure, many people")
    PROCEDURES = "procedures", _("One person, several procedures")


class RevisionState(TextChoices):
    """Where a change of the calendar stands (R24)."""

    DRAFT = "draft", _("Proposed")
    APPROVED = "approved", _("Approved, being applied")
    DONE = "done", _("Applied")
    CANCELLED = "cancelled", _("Dropped")


REVISION_MOVES = frozenset(
    {
        (RevisionState.DRAFT, RevisionState.APPROVED),
        (RevisionState.DRAFT, RevisionState.CANCELLED),
        (RevisionState.APPROVED, RevisionState.DONE),
    }
)


class DayChange(TextChoices):
    """What a revision does with a day of the calendar."""

    ADD = "add", _("Add")
    SWITCH_OFF = "switch_off", _("Switch off")
    SWITCH_ON = "switch_on", _("Switch on")
