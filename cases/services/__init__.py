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
from cases.services.digitizing import add_document, digitize
from cases.services.ending import stop, withdraw
from cases.services.filing import ask_to_complete, complete_filing, refuse, submit
from cases.services.money import pay, settle
from cases.services.overdue import (
    SweepCounts,
    draft_apologies,
    flag_overdue,
    morning_digest,
    sweep,
    warn_due_soon,
)
from cases.services.processing import hand_over, record_result, request_supplement, resume, start
from cases.services.reception import receive, receive_filing
from cases.services.returning import return_result

__all__ = [
    "SweepCounts",
    "add_document",
    "approve_apology",
    "ask_to_complete",
    "cancel_apology",
    "complete_filing",
    "digitize",
    "draft_apologies",
    "draft_apology",
    "flag_overdue",
    "hand_over",
    "issue_apology",
    "morning_digest",
    "pay",
    "prepare_apology",
    "receive",
    "receive_filing",
    "record_result",
    "refuse",
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
