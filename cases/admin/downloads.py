"""Files and printed forms of a dossier; each asks first whether this person may see the dossier."""

from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import gettext as _

from cases import rules
from cases.admin.scope import visible_dossier
from cases.letters import receipt_payload
from notifications.pdf import receipt_pdf


def document(request, pk: int, document_pk: int):
    """One stored file, as a download and as the type that its content has."""
    dossier = visible_dossier(request, pk)
    found = dossier.documents.filter(pk=document_pk).first()
    if found is None:
        raise Http404(_("This dossier has no such file."))
    try:
        file = found.file.open("rb")
    except FileNotFoundError as error:
        raise Http404(_("The file is missing in the store. Restore it from the backup.")) from error
    response = FileResponse(file, as_attachment=True, filename=found.name, content_type=found.mime_type)
    return private(response)


def receipt(request, pk: int):
    """Form 01, to be printed as often as it is lost."""
    dossier = visible_dossier(request, pk)
    if not may_print_receipt(request.user, dossier):
        raise Http404(_("Receipts are printed after reception, at the desk that received."))
    return pdf(receipt_pdf(receipt_payload(dossier)), f"{dossier.code}.pdf")


def may_print_receipt(user, dossier) -> bool:
    """Only the desk: the receipt carries the owner's look-up secret, which nobody else needs to know."""
    return bool(dossier.code) and rules.is_clerk_of(user, dossier.receiving_desk)


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
