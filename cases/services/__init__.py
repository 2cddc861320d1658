"""The one door: every change of a dossier is one of these functions.

Each is one transaction: lock the row; is the state possible? then, is the person permitted? change;
save; one event; messages into the outbox of the same transaction.
"""

from cases.services.apologies import (
    approve_apology,
    cancel_apology,
    draft_apology,
    issue_apology,
    prepare_apology,
    send_apology,
)
from cases.services.at_once import decide_at_once
from cases.services.clarification import clarify
from cases.services.consultations import alert_late_consultations, answer_consultation, consult
from cases.services.corrections import receive_correction, report_loss
from cases.services.demands import demand
from cases.services.digitizing import add_document, digitize
from cases.services.ending import stop, withdraw
from cases.services.extension import extend
from cases.services.filing import (
    ask_at_desk,
    ask_to_complete,
    complete_filing,
    refuse,
    refuse_at_desk,
    submit,
)
from cases.services.log_books import close_log_book, close_old_log_books
from cases.services.money import pay, settle
from cases.services.overdue import (
    SweepCounts,
    draft_apologies,
    flag_overdue,
    morning_digest,
    remind_supplements,
    sweep,
    warn_due_soon,
)
from cases.services.periods import exclude_period
from cases.services.processing import hand_over, record_result, request_supplement, resume, start
from cases.services.reception import receive, receive_filing
from cases.services.returning import return_result
from cases.services.substitutes import hand_over_for_absences, record_absence

__all__ = [
    "SweepCounts",
    "add_document",
    "alert_late_consultations",
    "answer_consultation",
    "approve_apology",
    "ask_at_desk",
    "ask_to_complete",
    "cancel_apology",
    "clarify",
    "close_log_book",
    "close_old_log_books",
    "complete_filing",
    "consult",
    "decide_at_once",
    "demand",
    "digitize",
    "draft_apologies",
    "draft_apology",
    "exclude_period",
    "extend",
    "flag_overdue",
    "hand_over",
    "hand_over_for_absences",
    "issue_apology",
    "morning_digest",
    "pay",
    "prepare_apology",
    "receive",
    "receive_correction",
    "receive_filing",
    "record_absence",
    "record_result",
    "refuse",
    "refuse_at_desk",
    "remind_supplements",
    "report_loss",
    "request_supplement",
    "resume",
    "return_result",
    "send_apology",
    "settle",
    "start",
    "stop",
    "submit",
    "sweep",
    "warn_due_soon",
    "withdraw",
]
