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
    write_apology,
)
from cases.services.assigning import assign
from cases.services.at_once import decide_at_once
from cases.services.cash import close_cash
from cases.services.certifying import certify, certify_electronically
from cases.services.citizens import answer_supplement
from cases.services.clarification import clarify
from cases.services.consultations import alert_late_consultations, answer_consultation, consult
from cases.services.contests import contest_event
from cases.services.corrections import receive_correction, report_loss
from cases.services.demands import demand
from cases.services.digitizing import add_document, digitize
from cases.services.drafts import drop_draft, forget_old_drafts, keep_draft
from cases.services.ending import stop, withdraw
from cases.services.escalating import climb_ladders
from cases.services.extension import extend
from cases.services.feedback import (
    answer_feedback,
    ask_for_detail,
    give_detail,
    publish_feedback,
    refuse_feedback,
    send_feedback,
    transfer_feedback,
)
from cases.services.filing import (
    ask_at_desk,
    ask_to_complete,
    complete_filing,
    refuse,
    refuse_at_desk,
    submit,
)
from cases.services.groups import check_group, receive_group
from cases.services.helping import help_to_file
from cases.services.log_books import close_log_book, close_old_log_books
from cases.services.money import pay, refund, settle, waive
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
from cases.services.rating import rate, rate_answer
from cases.services.reception import receive, receive_filing
from cases.services.reforms import (
    add_reform_plan,
    add_reform_task,
    change_reform_task,
    finish_reform_task,
    reopen_reform_task,
    report_reform_progress,
)
from cases.services.registers import close_old_registers, close_register
from cases.services.returning import pay_and_return, return_result
from cases.services.scans import remove_document, reuse_instead, turn_pages
from cases.services.secondments import end_secondment, record_secondment
from cases.services.substitutes import hand_over_for_absences, record_absence
from cases.services.undo import undo

__all__ = [
    "SweepCounts",
    "add_document",
    "add_reform_plan",
    "add_reform_task",
    "alert_late_consultations",
    "answer_consultation",
    "answer_feedback",
    "answer_supplement",
    "approve_apology",
    "ask_at_desk",
    "ask_for_detail",
    "ask_to_complete",
    "assign",
    "cancel_apology",
    "certify",
    "certify_electronically",
    "change_reform_task",
    "check_group",
    "clarify",
    "climb_ladders",
    "close_cash",
    "close_log_book",
    "close_old_log_books",
    "close_old_registers",
    "close_register",
    "complete_filing",
    "consult",
    "contest_event",
    "decide_at_once",
    "demand",
    "digitize",
    "draft_apologies",
    "draft_apology",
    "end_secondment",
    "drop_draft",
    "exclude_period",
    "extend",
    "finish_reform_task",
    "flag_overdue",
    "forget_old_drafts",
    "give_detail",
    "hand_over",
    "hand_over_for_absences",
    "help_to_file",
    "keep_draft",
    "issue_apology",
    "morning_digest",
    "pay",
    "pay_and_return",
    "prepare_apology",
    "publish_feedback",
    "rate",
    "rate_answer",
    "receive",
    "receive_correction",
    "receive_filing",
    "receive_group",
    "record_absence",
    "record_secondment",
    "record_result",
    "refund",
    "refuse",
    "refuse_at_desk",
    "refuse_feedback",
    "remind_supplements",
    "remove_document",
    "reopen_reform_task",
    "report_loss",
    "report_reform_progress",
    "request_supplement",
    "resume",
    "return_result",
    "reuse_instead",
    "send_apology",
    "send_feedback",
    "settle",
    "start",
    "stop",
    "submit",
    "sweep",
    "transfer_feedback",
    "turn_pages",
    "waive",
    "undo",
    "warn_due_soon",
    "withdraw",
    "write_apology",
]
