"""Files and printed forms of a dossier; each asks first whether this person may see the dossier."""

from pathlib import PurePath

from django.http import FileResponse, Http404, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from cases import papers, pictures, queries, rules
from cases.admin.scope import visible_dossier
from cases.errors import FileMissing
from cases.models import Document
from cases.printouts import control_slip_payload, receipt_payload
from notifications.pdf import control_slip_pdf, receipt_pdf
from onestop.reading import about

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def document(request, pk: int, document_pk: int):
    """One stored file, as a download and as the type that its content has."""
    found = visible_document(request, pk, document_pk)
    file = _opened(queries.open_file, found)
    response = FileResponse(file, as_attachment=True, filename=found.name, content_type=found.mime_type)
    return private(response)


def searchable(request, pk: int, document_pk: int):
    """The copy of a scan in which text can be searched and marked."""
    found = visible_document(request, pk, document_pk)
    file = _opened(papers.open_searchable, found)
    name = f"{PurePath(found.name).stem}-ocr.pdf"
    return private(FileResponse(file, as_attachment=True, filename=name, content_type=pictures.PDF))


def page(request, pk: int, document_pk: int, page: int, size: str):
    """A picture of one page (from 1), small or large.

    The browser may keep it and asks each time whether it still may show it: nothing is drawn twice, and
    whoever has no right to the dossier any more gets none.
    """
    found = visible_document(request, pk, document_pk)
    if size not in pictures.SIZES or not 1 <= page <= found.pages:
        raise Http404(_("There is no such page."))
    etag = f'"{found.sha256}-{page}-{size}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        with _opened(queries.open_file, found) as file:
            content = file.read()
        try:
            drawn = pictures.picture(content, found.mime_type, page=page, longest=pictures.SIZES[size])
        except (IndexError, *pictures.UNREADABLE) as error:
            raise Http404(_("This page cannot be drawn. Download the file to open it.")) from error
        response = HttpResponse(drawn, content_type="image/jpeg")
        if size != "thumbnail":
            about(request, dossier=pk)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def visible_document(request, pk: int, document_pk: int) -> Document:
    """A file of a dossier that this person may see, or 404."""
    dossier = visible_dossier(request, pk)
    found = dossier.documents.filter(pk=document_pk).first()
    if found is None:
        raise Http404(_("This dossier has no such file."))
    return found


def _opened(opening, found: Document):
    try:
        return opening(found)
    except FileMissing as error:
        raise Http404(error.sentence) from error


@xframe_options_sameorigin
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
