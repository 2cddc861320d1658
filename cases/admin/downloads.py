"""Files and printed forms of a dossier; each asks first whether this person may see the dossier."""

from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import gettext as _

from cases import queries, rules
from cases.admin.scope import visible_dossier
from cases.errors import FileMissing
from cases.printouts import control_slip_payload, receipt_payload
from notifications.pdf import control_slip_pdf, receipt_pdf

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def document(request, pk: int, document_pk: int):
    """One stored file, as a download and as the type that its content has."""
    dossier = visible_dossier(request, pk)
    found = dossier.documents.filter(pk=document_pk).first()
    if found is None:
        raise Http404(_("This dossier has no such file."))
    try:
        file = queries.open_file(found)
    except FileMissing as error:
        raise Http404(error.sentence) from error
    response = FileResponse(file, as_attachment=True, filename=found.name, content_type=found.mime_type)
    return private(response)


def receipt(request, pk: int):
    """Form 01, to be printed as often as it is lost."""
    dossier = visible_dossier(request, pk)
    if dossier.code is None or not rules.may_print_receipt(request.user, dossier):
        raise Http404(_("Receipts are printed after reception, at the desk that received."))
    return pdf(receipt_pdf(receipt_payload(dossier)), f"{dossier.code}.pdf")


def control_slip(request, pk: int):
    """The control slip as it stands now, for everybody who sees the dossier."""
    dossier = visible_dossier(request, pk)
    if dossier.code is None:
        raise Http404(_("There is a control slip from reception on."))
    return pdf(control_slip_pdf(control_slip_payload(dossier)), f"{dossier.code}-control-slip.pdf")


def word(content: bytes, name: str) -> HttpResponse:
    """A Word file, as a download."""
    response = HttpResponse(content, content_type=WORD_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return private(response)


def pdf(content: bytes, name: str) -> HttpResponse:
    """A PDF shown in the browser."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return private(response)


def private(response):
    """Neither guessed at nor kept: papers of citizens on a shared computer."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
