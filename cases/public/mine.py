"""The citizen's own pages (hồ sơ của tôi): dossiers, what is asked, results, papers; of nobody else.

Every page begins with the applicant of the account, so that somebody else's dossier is not there: 404.
"""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases import citizens, lookup, queries, rules, services
from cases.enums import Verb
from cases.errors import CaseError, FileMissing
from cases.models import Dossier
from cases.printouts import receipt_payload
from cases.public.feedback import refuse_null
from cases.public.login import citizen_required
from cases.public.rating import survey_page
from cases.services.citizens import LONGEST_NOTE, MOST_FILES
from cases.services.printing import issued_letter
from cases.transfers import transfer_of
from notifications.pdf import receipt_pdf

PER_PAGE = 20


@require_safe
@citizen_required
def dossiers(request: HttpRequest) -> HttpResponse:
    """All own dossiers and filings, the newest first, each with its state and what is asked."""
    page = Paginator(citizens.dossiers_of(request.applicant), PER_PAGE).get_page(request.GET.get("trang"))
    rows = [{"dossier": dossier, "sentence": citizens.sentence_of(dossier)} for dossier in page]
    return render(request, "public/mine.html", {"page": page, "rows": rows, "applicant": request.applicant})


@require_safe
@citizen_required
def dossier(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _page(request, own_dossier(request, uuid))


@require_POST
@citizen_required
def answer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Send what was asked for; a file belongs to the component in whose field it was chosen."""
    refuse_null(request)
    own = own_dossier(request, uuid)
    papers = [
        (item, upload)
        for item in own.components.all()
        for upload in request.FILES.getlist(f"component_{item.pk}")
    ]
    papers += [(None, upload) for upload in request.FILES.getlist("other")]
    note = request.POST.get("note", "").replace("\r\n", "\n")
    try:
        services.answer_supplement(own, by=request.user, papers=papers, note=note)
    except CaseError as error:
        return _page(request, own, fault=error.sentence, at="answer", note=note, status=400)
    return redirect("public:my_dossier", uuid)


@require_POST
@citizen_required
def withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take the dossier back, with a reason and a tick: it cannot be taken up again."""
    refuse_null(request)
    own = own_dossier(request, uuid)
    reason = request.POST.get("reason", "")[:2000]
    try:
        if request.POST.get("sure") != "1":
            fault = _("Tick that you want to withdraw it: it cannot be taken up again.")
            return _page(request, own, fault=fault, at="withdraw", reason=reason, status=400)
        services.withdraw(own, by=request.user, reason=reason)
    except CaseError as error:
        return _page(request, own, fault=error.sentence, at="withdraw", reason=reason, status=400)
    return redirect("public:my_dossier", uuid)


@citizen_required
def rating(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The survey about a dossier that was handed over."""
    refuse_null(request)
    own = own_dossier(request, uuid)
    return survey_page(request, own, action=reverse("public:my_rating", args=[uuid]), account=request.user)


@require_safe
@citizen_required
def file(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """An own paper, or the result once it may be handed out."""
    found = citizens.documents_of(own_dossier(request, uuid)).filter(pk=pk).first()
    if found is None:
        raise Http404
    try:
        content = queries.open_file(found)
    except FileMissing as error:
        raise Http404(error.sentence) from error
    return _private(
        FileResponse(content, as_attachment=True, filename=found.name, content_type=found.mime_type)
    )


@require_safe
@citizen_required
def letter(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """A letter or form that was issued, as PDF."""
    found = citizens.issued_letters_of(own_dossier(request, uuid)).filter(pk=pk).first()
    if found is None:
        raise Http404
    name = f"{found.number_text.replace('/', '-')}.pdf"
    return _pdf(issued_letter(found), name)


@require_safe
@citizen_required
def receipt(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Form 01 with the look-up secret: the owner's own."""
    own = own_dossier(request, uuid)
    if not own.code:
        raise Http404
    return _pdf(receipt_pdf(receipt_payload(own)), f"{own.code}.pdf")


@require_safe
@citizen_required
def papers(request: HttpRequest) -> HttpResponse:
    """The own store: what need not be brought again, until when, and where it was used."""
    return render(request, "public/my_papers.html", {"papers": citizens.papers_of(request.applicant)})


def own_dossier(request: HttpRequest, uuid: UUID) -> Dossier:
    """The dossier of this number, when it is of who is signed in; else it is not there: 404."""
    own = citizens.dossiers_of(request.applicant).select_related("limit").filter(uuid=uuid).first()
    if own is None:
        raise Http404
    return own


def _page(
    request, own: Dossier, *, fault: str = "", at: str = "", status: int = 200, **typed
) -> HttpResponse:
    own = own_dossier(request, own.uuid)
    asked = citizens.open_supplement(own)
    facts = {
        "dossier": own,
        "sentence": citizens.sentence_of(own),
        "asked": asked,
        "components": own.components.select_related("component") if asked else [],
        "most_files": MOST_FILES,
        "longest_note": LONGEST_NOTE,
        "files": citizens.documents_of(own),
        "letters": citizens.issued_letters_of(own),
        "transfer": transfer_of(own),
        "fees": queries.fees_of(own),
        "history": [event for event in own.events.all() if rules.is_told(event, own)],
        "may_withdraw": rules.is_possible(Verb.WITHDRAW, own),
        "may_rate": own.returned_at and not hasattr(own, "rating"),
        "secret": lookup.secret_of(own) if own.due_at else "",
        "fault": fault,
        "at": at,
        "typed": typed,
    }
    return render(request, "public/my_dossier.html", facts, status=status)


def _pdf(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return _private(answer)


def _private(answer):
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
