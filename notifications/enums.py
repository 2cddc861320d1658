"""States, kinds and channels of letters and messages, with their sets, labels and colours; pure.

Nobody lists states a second time: whoever needs a set of states takes it from here.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LetterKind(TextChoices):
    """What a letter is for; each kind has its own form, payload and yearly register."""

    APOLOGY = "apology", _("Apology and new return date (form 04)")
    SUPPLEMENT = "supplement", _("Supplement request (form 02)")
    REFUSAL = "refusal", _("Refusal to receive (form 03)")
    STOP = "stop", _("Notice of stopping (form 05)")


# Drafted by the system and signed by the head later; the others are issued at once by the verb they belong to.
DRAFTED_KINDS = frozenset({LetterKind.APOLOGY})
AT_ONCE_KINDS = frozenset(LetterKind) - DRAFTED_KINDS
# There is no second one: they end the dossier.
FINAL_KINDS = frozenset({LetterKind.REFUSAL, LetterKind.STOP})


class StopGround(TextChoices):
    """Why a dossier is worked on no further."""

    WITHDRAWAL = "withdrawal", _("Withdrawn by the applicant")
    NO_SUPPLEMENT = "no_supplement", _("No supplement came")


class LetterState(TextChoices):
    """Where a letter stands; only an issued or sent one has a number."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    ISSUED = "issued", _("Issued")
    SENT = "sent", _("Sent")
    CANCELLED = "cancelled", _("Cancelled")


LETTER_MOVES = frozenset(
    {
        (LetterState.DRAFT, LetterState.APPROVED),
        (LetterState.DRAFT, LetterState.CANCELLED),
        (LetterState.APPROVED, LetterState.DRAFT),
        (LetterState.APPROVED, LetterState.ISSUED),
        (LetterState.APPROVED, LetterState.CANCELLED),
        (LetterState.ISSUED, LetterState.SENT),
    }
)
# Still open to change: no number has been spent on it.
OPEN_LETTER_STATES = frozenset({LetterState.DRAFT, LetterState.APPROVED})
NUMBERED_LETTER_STATES = frozenset({LetterState.ISSUED, LetterState.SENT})
LIVE_LETTER_STATES = OPEN_LETTER_STATES | NUMBERED_LETTER_STATES
# Somebody has put a name to it, so the reason is there, and the new date where one is promised.
APPROVED_LETTER_STATES = NUMBERED_LETTER_STATES | {LetterState.APPROVED}

# Badge colours of the admin (Unfold label variants); the text always stands beside the colour.
LETTER_COLOURS = {
    LetterState.DRAFT: "warning",
    LetterState.APPROVED: "info",
    LetterState.ISSUED: "primary",
    LetterState.SENT: "success",
    LetterState.CANCELLED: "danger",
}


class MessageChannel(TextChoices):
    """How a message travels (Decree 61/2018 Art 19.9: e-mail, SMS, social network)."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    ZALO = "zalo", _("Zalo")


class ReportStatus(TextChoices):
    """What a gateway tells later of a message that it took."""

    ARRIVED = "arrived", _("Arrived")
    FAILED = "failed", _("Failed on the way to the telephone")
    EXPIRED = "expired", _("Given up by the operator: the telephone was off too long")


REPORT_COLOURS = {
    ReportStatus.ARRIVED: "success",
    ReportStatus.FAILED: "danger",
    ReportStatus.EXPIRED: "warning",
}


class MessageState(TextChoices):
    """Where a message stands; `dead` waits for a person to look at it."""

    PENDING = "pending", _("Waiting")
    SENT = "sent", _("Sent")
    DEAD = "dead", _("Given up")
    CANCELLED = "cancelled", _("Cancelled")


MESSAGE_COLOURS = {
    MessageState.PENDING: "info",
    MessageState.SENT: "success",
    MessageState.DEAD: "danger",
    MessageState.CANCELLED: "warning",
}


class MessageKind(TextChoices):
    """What a message is about: a change of a dossier, by the name it has in its history, or a warning to staff.

    The texts of those to applicants can be written by the office (see `notifications.notices`).
    """

    SUBMITTED = "submitted", _("Filing acknowledged")
    ASKED_TO_COMPLETE = "asked_to_complete", _("Asked to complete")
    COMPLETED = "completed", _("Completion acknowledged")
    RECEIVED = "received", _("Received")
    REFUSED = "refused", _("Refused at reception")
    DIGITIZED = "digitized", _("Digitized")
    STARTED = "started", _("Taken over")
    SUPPLEMENT_REQUESTED = "supplement_requested", _("Supplement requested")
    RESUMED = "resumed", _("Supplement complete")
    RESULT_RECORDED = "result_recorded", _("Result there, fees owed")
    SETTLED = "settled", _("Result ready")
    RETURNED = "returned", _("Result returned")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    STOPPED = "stopped", _("Stopped")
    RESCHEDULED = "rescheduled", _("Apologised and rescheduled")
    EXTENDED = "extended", _("Limit extended")
    PERIOD_EXCLUDED = "period_excluded", _("Period that does not count")
    CALENDAR_MOVED = "calendar_moved", _("Due date moved by the calendar")
    CLARIFICATION = "clarification", _("Clarification asked for")
    SUPPLEMENT_REMINDED = "supplement_reminded", _("Reminded of the supplement")
    PAPERS_LOST = "papers_lost", _("Papers lost or damaged")
    UNDONE = "undone", _("Step undone")
    DUE_SOON = "due_soon", _("Warning: due soon")
    DIGEST = "digest", _("Figures of the morning")
    ANSWERED_ONLINE = "answered_online", _("The applicant answered online")
    CONSULTED = "consulted", _("Another agency asked")
    CONSULTATION_ANSWERED = "consultation_answered", _("Answer of another agency")
    CONSULTATION_LATE = "consultation_late", _("Answer of another agency is late")
    LATE_REMINDED = "late_reminded", _("Reminder of a delay")
    ESCALATED = "escalated", _("Report of a delay")


STAFF_KINDS = frozenset(
    {
        MessageKind.DUE_SOON,
        MessageKind.DIGEST,
        MessageKind.ANSWERED_ONLINE,
        MessageKind.CONSULTED,
        MessageKind.CONSULTATION_ANSWERED,
        MessageKind.CONSULTATION_LATE,
        MessageKind.LATE_REMINDED,
        MessageKind.ESCALATED,
    }
)
NOTICE_KINDS = tuple(kind for kind in MessageKind if kind not in STAFF_KINDS)
# What wakes people: held back in the quiet hours. An e-mail waits in its mailbox.
LOUD_CHANNELS = frozenset({MessageChannel.SMS, MessageChannel.ZALO})
