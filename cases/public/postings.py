"""What each desk receives, for everybody: on a page, as a list to print, and procedure by procedure."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.api.throttles import Catalogue
from cases.postings import Posting, all_desks, posting_list_payload, posting_of, procedure_sheet_payload
from cases.public.throttling import not_too_often
from notifications.pdf import posting_list_pdf, procedure_sheet_pdf
from onestop.caching import same_for_everybody
from procedures.codes import is_agency_code, is_procedure_code
from procedures.guide import guide_to

# A sheet costs more than a page, so it is throttled as the API's catalogue is.
sheets_not_too_often = partial(not_too_often, throttle=Catalogue)


@require_safe
@not_too_often
@same_for_everybody
def desks(request: HttpRequest) -> HttpResponse:
    """Where procedures are received, with addresses and opening hours."""
    return render(request, "public/desks.html", {"desks": all_desks()})


@require_safe
@not_too_often
@same_for_everybody
def desk(request: HttpRequest, identifier: str) -> HttpResponse:
    """What one desk receives, by field."""
    return render(request, "public/posting.html", {"posting": _posting(identifier)})


@require_safe
@sheets_not_too_often
@same_for_everybody
def list_pdf(request: HttpRequest, identifier: str) -> HttpResponse:
    """The list to be posted at the desk."""
    posting = _posting(identifier)
    return _pdf(posting_list_pdf(posting_list_payload(posting)), f"niem-yet-{identifier}.pdf")


@require_safe
@sheets_not_too_often
@same_for_everybody
def sheet_pdf(request: HttpRequest, identifier: str, code: str) -> HttpResponse:
    """One procedure to be posted at the desk that receives it."""
    posting = _posting(identifier)
    received = {guide.version.procedure.code: guide for guide in posting.guides}
    if not is_procedure_code(code) or code not in received:
        raise Http404(_("This desk does not receive a procedure with this code."))
    guide = guide_to(code, received[code].day)
    return _pdf(procedure_sheet_pdf(procedure_sheet_payload(posting.desk, guide)), f"niem-yet-{code}.pdf")


def _posting(identifier: str) -> Posting:
    posting = posting_of(identifier) if is_agency_code(identifier) else None
    if posting is None:
        raise Http404(_("There is no desk with this identifier."))
    return posting


def _pdf(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
