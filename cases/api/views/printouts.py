"""Printed forms: the receipt, the control slip, the log book."""

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema

from cases import rules
from cases.api.problems import NothingFound
from cases.api.reach import rows_in_reach
from cases.api.views.base import StaffView
from cases.errors import NotPermitted
from cases.models import LogBook
from cases.printouts import control_slip_payload, log_book_payload, receipt_payload, volume_of
from notifications.pdf import control_slip_pdf, log_book_pdf, receipt_pdf

PDF_ANSWER = {(200, "application/pdf"): OpenApiTypes.BINARY}


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """A PDF that nobody keeps on the way."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


class ReceiptView(StaffView):
    """The receipt and appointment (form 01) as PDF, with the look-up secret: for the applicant's hand."""

    @extend_schema(operation_id="receipt", tags=["dossiers"], responses=PDF_ANSWER)
    def get(self, request, ref):
        dossier = self.dossier()
        if dossier.code is None:
            raise NothingFound(_("A filing has no receipt before it is received."))
        if not rules.may_print_receipt(request.user, dossier):
            raise NotPermitted(_("Receipts are printed after reception, at the desk that received."))
        return pdf_response(receipt_pdf(receipt_payload(dossier)), dossier.code)


class ControlSlipView(StaffView):
    """The control slip (form 06) as it stands now, for everybody who sees the dossier."""

    @extend_schema(operation_id="control_slip", tags=["dossiers"], responses=PDF_ANSWER)
    def get(self, request, ref):
        dossier = self.dossier()
        if dossier.code is None:
            raise NothingFound(_("There is a control slip from reception on."))
        return pdf_response(control_slip_pdf(control_slip_payload(dossier)), f"{dossier.code}-control-slip")


class LogBookView(StaffView):
    """One volume of the log book (form 07) of a desk and a year."""

    @extend_schema(operation_id="log_book", tags=["registers"], responses=PDF_ANSWER)
    def get(self, request, desk: str, year: int, volume: int):
        books = LogBook.objects.filter(desk__identifier=desk, year=min(year, 9999)).select_related("desk")
        book = rows_in_reach(request, books, "desk").first()
        if book is None or not rules.may_print_log_book(request.user, book.desk):
            raise NothingFound(_("There is no such log book, or it belongs to another desk."))
        if not 1 <= volume <= volume_of(book.last_number):
            raise NothingFound(_("This log book has no such volume."))
        content = log_book_pdf(log_book_payload(book.desk, book.year, volume))
        return pdf_response(content, f"{book.desk.identifier}-{book.year}-{volume:02d}")
