"""One way to break each invariant; each gets a dossier in process and returns what the examples must name."""

from uuid import uuid4

from django.utils import timezone

from cases.models import (
    Document,
    Escalation,
    FeedbackFile,
    Payment,
    StepRun,
)
from notifications.enums import LetterKind
from notifications.models import Letter, Message
from tests.cases.invariants.breaks_around import (
    exchange_request_came,
    exchange_told_in_order,
    exchanged_files_on_disk,
    one_entry_for_each_fee_on_delivery,
    one_entry_for_each_online_payment,
    platform_pays_back_what_is_in_the_books,
    portal_messages_gapless,
    portal_statuses_follow,
    portal_told_in_order,
)
from tests.cases.invariants.rows import copy, drop, run, write


def dossier_has_events(dossier):
    run("DELETE FROM cases_dossierevent WHERE dossier_id = %s", [dossier.pk])
    return dossier.code


def event_has_dossier(dossier):
    event = dossier.events.last()
    run("UPDATE cases_dossierevent SET dossier_id = 999999999 WHERE id = %s", [event.pk])
    return f"#{event.pk}"


def state_is_of_the_last_event(dossier):
    run("UPDATE cases_dossier SET state = 'digitized' WHERE id = %s", [dossier.pk])
    return dossier.code


def event_follows_the_one_before(dossier):
    event = dossier.events.get(kind="started")
    run("UPDATE cases_dossierevent SET from_state = 'submitted' WHERE id = %s", [event.pk])
    return dossier.code


def state_has_its_facts(dossier):
    run("UPDATE cases_dossier SET finished_at = now() WHERE id = %s", [dossier.pk])
    return dossier.code


def one_step_at_a_time(dossier):
    drop("cases_steprun", "step_one_running")
    copy(StepRun.objects.get(dossier=dossier, done_at=None))
    return dossier.code


def codes_gapless(dossier):
    run("UPDATE cases_dossier SET code = left(code, -4) || '0999' WHERE id = %s", [dossier.pk])
    return dossier.code.rpartition("-")[0]


def log_books_gapless(dossier):
    run("UPDATE cases_dossier SET book_number = book_number + 1000 WHERE id = %s", [dossier.pk])
    return f"{dossier.receiving_desk.identifier} {dossier.book_year}"


def letters_gapless(dossier):
    letter = Letter.objects.filter(number=1).first()
    run("DELETE FROM notifications_letter WHERE id = %s", [letter.pk])
    return f"{letter.agency_identifier} {letter.kind} {letter.year}"


def feedback_gapless(dossier):
    run("UPDATE cases_feedbackbook SET last_number = last_number + 1")
    return " 2026: "


def registers_gapless(dossier):
    run("DELETE FROM cases_registerentry WHERE number = 1")
    return " 2026: "


def receipts_gapless(dossier):
    payment = Payment.objects.filter(amount__gt=0).first()
    run("DELETE FROM cases_payment WHERE id = %s", [payment.pk])
    return payment.receipt_number.split("/")[0] + " 2026"


def cash_reports_gapless(dossier):
    run("UPDATE cases_cashreport SET number = replace(number, 'BK-0001', 'BK-0901')")
    return "/2026: "


def tickets_gapless(dossier):
    run("DELETE FROM cases_queueticket WHERE number = 1")
    return ": "


def one_overdue_flag(dossier):
    run("UPDATE cases_dossier SET overdue_flagged_at = now() WHERE id = %s", [dossier.pk])
    return dossier.code


def one_live_letter(dossier):
    drop("notifications_letter", "letter_once_per_cycle")
    letter = Letter.objects.filter(kind=LetterKind.APOLOGY, state="draft").first()
    copy(letter)
    return letter.reference


def one_final_letter(dossier):
    for constraint in ("letter_final_once", "letter_number_once", "letter_issued_once_for_a_key"):
        drop("notifications_letter", constraint)
    letter = Letter.objects.filter(kind__in=[LetterKind.REFUSAL, LetterKind.STOP]).first()
    copy(letter, key="another")
    return letter.reference


def one_letter_for_a_key(dossier):
    for constraint in ("letter_final_once", "letter_number_once", "letter_issued_once_for_a_key"):
        drop("notifications_letter", constraint)
    letter = Letter.objects.exclude(key="").first()
    copy(letter)
    return letter.reference


def apology_draft_has_its_event(dossier):
    letter = Letter.objects.filter(kind=LetterKind.APOLOGY, state="draft").first()
    run("DELETE FROM notifications_letter WHERE id = %s", [letter.pk])
    return letter.reference


def one_message(dossier):
    drop("notifications_message", "message_once_per_event")
    message = Message.objects.exclude(reference="").first()
    copy(message, key=uuid4())
    return message.reference


def sent_message_has_a_successful_attempt(dossier):
    run("DELETE FROM notifications_messageattempt")
    return ""


def one_escalation(dossier):
    drop("cases_escalation", "escalation_once")
    escalation = Escalation.objects.select_related("dossier").first()
    copy(escalation)
    return escalation.dossier.code


def one_reschedule(dossier):
    drop("cases_reschedule", "reschedule_once_per_cycle")
    for day in (1, 2):
        run(
            "INSERT INTO cases_reschedule"
            " (dossier_id, cycle, old_due_at, new_due_at, reason, letter_number, at, signed_by_id)"
            " SELECT id, 9, due_at, due_at + %s * interval '1 day', 'x', '', now(), holder_id"
            " FROM cases_dossier WHERE id = %s",
            [day, dossier.pk],
        )
    return dossier.code


def one_move_by_a_revision(dossier):
    drop("cases_calendarmove", "calendar_move_once")
    for _twice in range(2):
        run(
            "INSERT INTO cases_calendarmove (revision_id, dossier_id, cycle, old_due_at, new_due_at, at)"
            " SELECT 1, id, cycle, due_at, due_at + interval '1 day', now() FROM cases_dossier WHERE id = %s",
            [dossier.pk],
        )
    return dossier.code


def waivers_within_the_fee(dossier):
    fee = Payment.objects.filter(amount__gt=0).first().dossier.fees.first()
    run(
        "INSERT INTO cases_feewaiver (dossier_id, fee_id, amount, ground, at, by_id)"
        " VALUES (%s, %s, %s, 'x', now(), 1)",
        [fee.dossier_id, fee.pk, fee.amount + 1],
    )
    return fee.dossier.code


def paid_back_within_the_payment(dossier):
    payment = Payment.objects.filter(amount__gt=0).first()
    copy(payment, amount=-payment.amount - 1, reverses_id=payment.pk, receipt_number="x", reason="x")
    return payment.receipt_number


def no_more_taken_than_owed(dossier):
    payment = Payment.objects.filter(amount__gt=0, dossier__state="returned").first()
    run("DELETE FROM cases_payment WHERE id = %s", [payment.pk])
    return payment.dossier.code


def cash_reports_add_up(dossier):
    report = Payment.objects.filter(method="cash").exclude(cash_report=None).first().cash_report
    run("UPDATE cases_cashreport SET expected_cash = 1, counted_cash = 1 WHERE id = %s", [report.pk])
    return report.number


def due_date_recomputed(dossier):
    run("UPDATE cases_dossier SET due_at = due_at + interval '1 day' WHERE id = %s", [dossier.pk])
    return f"{dossier.code}: {timezone.localtime(dossier.due_at):%d/%m/%Y %H:%M}"


def due_date_as_told(dossier):
    run("UPDATE cases_dossier SET due_at = due_at + interval '1 day' WHERE id = %s", [dossier.pk])
    return dossier.code


def chain_unbroken(dossier):
    event = dossier.events.first()
    run("UPDATE cases_dossierevent SET actor_label = 'Người khác' WHERE id = %s", [event.pk])
    return f"event {event.pk} was changed."


def waiting_events_sealed(dossier):
    run("SET session_replication_role = DEFAULT")  # the trigger that chains is no hindrance
    run(
        "INSERT INTO cases_dossierevent (dossier_id, kind, at, actor_label, from_state, to_state, data, seal)"
        " VALUES (%s, 'escalated', now(), '', '', 'processing', '{}', '')",
        [dossier.pk],
    )
    return f"#{dossier.events.last().pk}"


def every_event_chained(dossier):
    run("DELETE FROM cases_auditentry WHERE event = %s", [dossier.events.first().pk])
    return dossier.code


def documents_on_disk(dossier):
    document = Document.objects.first()
    write(document.file.path, b"another")
    return document.file.name


def letters_on_disk(dossier):
    letter = Letter.objects.exclude(pdf="").first()
    write(letter.pdf.path, None)
    return letter.reference


def feedback_files_on_disk(dossier):
    file = FeedbackFile.objects.get()
    write(file.file.path, b"another")
    return file.file.name


def rolled_up_days(dossier):
    run("UPDATE cases_agencyday SET received = received + 1 WHERE day = '2026-11-18'")
    return "18/11/2026"


def rolled_up_months(dossier):
    run("UPDATE cases_fieldmonth SET handled = handled + 1 WHERE month = '2026-10-01'")
    return "10/2026"


BREAKS = {
    broken.__name__.replace("_", "-"): broken
    for broken in (
        dossier_has_events,
        event_has_dossier,
        state_is_of_the_last_event,
        event_follows_the_one_before,
        state_has_its_facts,
        one_step_at_a_time,
        codes_gapless,
        log_books_gapless,
        letters_gapless,
        feedback_gapless,
        registers_gapless,
        receipts_gapless,
        cash_reports_gapless,
        tickets_gapless,
        one_overdue_flag,
        one_live_letter,
        one_final_letter,
        one_letter_for_a_key,
        apology_draft_has_its_event,
        one_message,
        sent_message_has_a_successful_attempt,
        one_escalation,
        one_reschedule,
        one_move_by_a_revision,
        waivers_within_the_fee,
        paid_back_within_the_payment,
        no_more_taken_than_owed,
        one_entry_for_each_online_payment,
        platform_pays_back_what_is_in_the_books,
        one_entry_for_each_fee_on_delivery,
        cash_reports_add_up,
        due_date_recomputed,
        due_date_as_told,
        chain_unbroken,
        waiting_events_sealed,
        every_event_chained,
        documents_on_disk,
        letters_on_disk,
        feedback_files_on_disk,
        exchanged_files_on_disk,
        rolled_up_days,
        rolled_up_months,
        portal_messages_gapless,
        portal_told_in_order,
        portal_statuses_follow,
        exchange_request_came,
        exchange_told_in_order,
    )
}
