"""What notices are about, and which of them an applicant can do without; pure.

The law demands some of them, so nobody can switch those off: which and where is in
`procedures.regimes.notices_demanded_on`.
"""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from cases.enums import EventKind


class NoticeTopic(TextChoices):
    """A group of notices that are wanted, or not wanted, together."""

    RECEIPT = "receipt", _("Receipt of the filing")
    SUPPLEMENT = "supplement", _("What is missing")
    NEW_DATE = "new_date", _("Apologies and changes of what was promised")
    RESULT = "result", _("The result")
    ENDED = "ended", _("Refusal, withdrawal, stopping")
    PROGRESS = "progress", _("Progress in between")
    REMINDER = "reminder", _("Reminders")


# These can be switched off; the database refuses the others.
OPTIONAL_TOPICS = (NoticeTopic.PROGRESS, NoticeTopic.REMINDER)

TOPICS: Mapping[str, NoticeTopic] = {
    EventKind.SUBMITTED: NoticeTopic.RECEIPT,
    EventKind.COMPLETED: NoticeTopic.RECEIPT,
    EventKind.RECEIVED: NoticeTopic.RECEIPT,
    EventKind.ASKED_TO_COMPLETE: NoticeTopic.SUPPLEMENT,
    EventKind.SUPPLEMENT_REQUESTED: NoticeTopic.SUPPLEMENT,
    EventKind.CLARIFICATION: NoticeTopic.SUPPLEMENT,
    EventKind.RESUMED: NoticeTopic.NEW_DATE,
    EventKind.RESCHEDULED: NoticeTopic.NEW_DATE,
    EventKind.EXTENDED: NoticeTopic.NEW_DATE,
    EventKind.PERIOD_EXCLUDED: NoticeTopic.NEW_DATE,
    EventKind.CALENDAR_MOVED: NoticeTopic.NEW_DATE,
    EventKind.PAPERS_LOST: NoticeTopic.NEW_DATE,
    EventKind.RESULT_RECORDED: NoticeTopic.RESULT,
    EventKind.SETTLED: NoticeTopic.RESULT,
    EventKind.RETURNED: NoticeTopic.RESULT,
    EventKind.REFUSED: NoticeTopic.ENDED,
    EventKind.WITHDRAWN: NoticeTopic.ENDED,
    EventKind.STOPPED: NoticeTopic.ENDED,
    EventKind.DIGITIZED: NoticeTopic.PROGRESS,
    EventKind.STARTED: NoticeTopic.PROGRESS,
    EventKind.UNDONE: NoticeTopic.PROGRESS,
    EventKind.SUPPLEMENT_REMINDED: NoticeTopic.REMINDER,
}


def topic_of(kind: str, data: Mapping) -> NoticeTopic:
    """What a notice of this event is about; progress that moves the due date, or takes a result back, is more."""
    topic = TOPICS[kind]
    if topic != NoticeTopic.PROGRESS:
        return topic
    if data.get("step") == EventKind.RESULT_RECORDED:
        return NoticeTopic.RESULT
    return NoticeTopic.NEW_DATE if "due" in data or "due" in data.get("was", {}) else topic
