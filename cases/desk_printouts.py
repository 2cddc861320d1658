"""What the desk's own sheets say: fee receipt, day-end report, hand-over slip. They are Vietnamese."""

from itertools import groupby

from django.utils import translation

from cases.enums import CollectionProof, EventKind, PaymentMethod
from cases.letters import head_of
from cases.models import CashReport, Dossier, Payment
from notifications.desk_sheets import (
    CASH_REPORT,
    FEE_RECEIPT,
    HAND_OVER_SLIP,
    REFUND_SLIP,
    Amount,
    CashReportPayload,
    CashRow,
    FeeReceiptPayload,
    HandOverSlipPayload,
)


def fee_receipt_payload(payment: Payment) -> FeeReceiptPayload:
    """The receipt as it was when the money was taken: what came afterwards does not change it."""
    dossier = payment.dossier
    waivers = list(dossier.waivers.filter(at__lte=payment.paid_at).select_related("fee"))
    until = dossier.payments.filter(pk__lte=payment.pk)
    left = dossier.fee_total - sum(waiver.amount for waiver in waivers) - sum(row.amount for row in until)
    with translation.override("vi"):
        method = str(payment.get_method_display())
    return FeeReceiptPayload(
        **head_of(dossier.receiving_desk),
        form=REFUND_SLIP if payment.reverses else FEE_RECEIPT,
        number=payment.receipt_number,
        dossier_code=dossier.code or "",
        procedure=f"{dossier.version.procedure.code} – {dossier.version.name_vi}",
        payer=dossier.submitter_name or dossier.applicant.full_name,
        fees=tuple(Amount(name=fee.name, amount=fee.amount) for fee in dossier.fees.all()),
        waivers=tuple(Amount(name=waiver.ground, amount=waiver.amount) for waiver in waivers),
        amount=abs(payment.amount),
        method=method,
        reference=payment.reference,
        left=left,
        at=payment.paid_at,
        clerk=str(payment.taken_by) if payment.taken_by else "",
        reverses=payment.reverses.receipt_number if payment.reverses else "",
        reason=payment.reason,
    )


def cash_report_payload(report: CashReport) -> CashReportPayload:
    payments = list(report.payments.select_related("dossier", "reverses").order_by("pk"))
    by_method = sorted(payments, key=lambda payment: payment.method)
    with translation.override("vi"):
        sums = tuple(
            Amount(name=str(PaymentMethod(method).label), amount=sum(row.amount for row in rows))
            for method, rows in groupby(by_method, key=lambda payment: payment.method)
        )
        rows = tuple(_cash_row(payment) for payment in payments)
    return CashReportPayload(
        **head_of(report.desk),
        form=CASH_REPORT,
        number=report.number,
        clerk=str(report.clerk),
        closed_at=report.closed_at,
        rows=rows,
        methods=sums,
        expected=report.expected_cash,
        counted=report.counted_cash,
        note=report.note,
    )


def _cash_row(payment: Payment) -> CashRow:
    note = (
        f"Hoàn trả biên lai {payment.reverses}: {payment.reason}" if payment.reverses else payment.reference
    )
    return CashRow(
        number=payment.receipt_number,
        dossier_code=payment.dossier.code or "",
        at=payment.paid_at,
        method=str(payment.get_method_display()),
        amount=payment.amount,
        note=note,
    )


def hand_over_slip_payload(dossier: Dossier, *, clerk: str = "") -> HandOverSlipPayload:
    """Before the result is handed over with lines to fill in, afterwards with what was recorded.

    `clerk` hands it over; afterwards it is who did.
    """
    handed = dossier.events.filter(kind=EventKind.RETURNED).last()
    with translation.override("vi"):
        result = str(dossier.get_result_kind_display())
        proof = str(CollectionProof(dossier.collection_proof).label) if dossier.returned_at else ""
        confirmed = str(dossier.get_acknowledgement_display())
    return HandOverSlipPayload(
        **head_of(dossier.receiving_desk),
        form=HAND_OVER_SLIP,
        dossier_code=dossier.code or "",
        procedure=f"{dossier.version.procedure.code} – {dossier.version.name_vi}",
        applicant=dossier.applicant.full_name,
        result=", ".join(filter(None, [result, dossier.result_number and f"số {dossier.result_number}"])),
        due_at=dossier.due_at,
        finished_at=dossier.finished_at,
        handed_at=dossier.returned_at,
        collector=dossier.collector_name,
        collector_id_number=dossier.collector_id_number,
        proof=proof,
        authorisation=dossier.collector_authorisation,
        originals=dossier.originals_returned,
        tracking_number=dossier.tracking_number,
        confirmed=confirmed,
        clerk=handed.actor_label if handed else clerk,
    )
