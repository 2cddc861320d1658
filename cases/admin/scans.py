"""Scans: one place per paper, files to add, turn and take out, and the way to the competent agency.

Every form works as a form; asked for JSON (by scans.js) the same views answer with a sentence and the
papers as they are now.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import admin, messages
from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import papers, rules, services
from cases.admin.page import checklist_of
from cases.admin.scope import visible_dossier
from cases.admin.verb_forms import FILE_TYPES
from cases.admin.verbs import act_and_tell, may_add_files
from cases.enums import Verb
from cases.errors import CaseError, not_permitted
from cases.models import Document, Dossier
from cases.services import scanner_folder, searchable
from cases.services.scans import reusable_papers
from onestop.numbers import whole_number


def scans(request, pk: int):
    """Add files to the papers; what is refused says so at its paper."""
    dossier = visible_dossier(request, pk)
    if not may_add_files(request.user, dossier):
        if _asks_for_json(request):
            return _answer(request, dossier, not_permitted(Verb.DIGITIZE).sentence, done=False)
        messages.error(request, not_permitted(Verb.DIGITIZE).sentence)
        return redirect("admin:cases_dossier_change", pk)
    refusals = {}
    if request.method == "POST":
        stored, refusals = _add(request, dossier)
        if _asks_for_json(request):
            sentences = stored + [line for lines in refusals.values() for line in lines]
            return _answer(request, dossier, " ".join(sentences), done=not refusals)
        for sentence in stored:
            messages.success(request, sentence)
        if not refusals:
            return redirect("admin:scans", pk)
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=_("Scans"),
        object=dossier,
        digitizes=rules.is_possible(Verb.DIGITIZE, dossier)
        and rules.may(request.user, Verb.DIGITIZE, dossier),
        largest=settings.UPLOAD_MAX_BYTES,
        largest_mb=settings.UPLOAD_MAX_BYTES // (1024 * 1024),
        **_papers(request, dossier, refusals),
    )
    return TemplateResponse(request, "cases/admin/scans.html", context)


def _on_document(act: Callable):
    """`act(request, dossier, document)` as a view; a script hears as a sentence that the file is gone."""

    @require_POST
    @wraps(act)
    def view(request, pk: int, document_pk: int):
        dossier = visible_dossier(request, pk)
        document = dossier.documents.filter(pk=document_pk).first()
        if document is not None:
            return act(request, dossier, document)
        if _asks_for_json(request):
            sentence = _("This file is no longer there: somebody has taken it out.")
            return _answer(request, dossier, sentence, done=False)
        raise Http404(_("This dossier has no such file."))

    return view


@_on_document
def turn(request, dossier: Dossier, document: Document):
    """Turn one page, or all without a page; the address names the content that is looked at."""
    page = request.POST.get("page", "")
    return _act(
        request,
        dossier,
        lambda: services.turn_pages(
            document,
            by=request.user,
            degrees=whole_number(request.POST.get("degrees")) or 0,
            pages=[whole_number(page) or 0] if page else None,
            seen=request.GET.get("seen", ""),
        ),
        _("“%(name)s” is turned.") % {"name": document.name},
    )


@_on_document
def remove(request, dossier: Dossier, document: Document):
    """Take a wrong scan out."""
    return _act(
        request,
        dossier,
        lambda: services.remove_document(document, by=request.user, reason=request.POST.get("reason", "")),
        _("“%(name)s” is taken out.") % {"name": document.name},
    )


@_on_document
def reuse(request, dossier: Dossier, document: Document):
    """Let the paper of the applicant's store stand in place of a scan of it."""
    return _act(
        request,
        dossier,
        lambda: services.reuse_instead(document, by=request.user),
        _("The paper of the applicant's store is used; no scan is needed."),
    )


@require_POST
def take(request, pk: int):
    """Take a file out of the scanner folder for one paper."""
    dossier = visible_dossier(request, pk)
    return _act(
        request,
        dossier,
        lambda: scanner_folder.take_scan(
            dossier, request.POST.get("key", ""), by=request.user, component=_component(request, dossier)
        ),
        _("The file is stored and has left the scanner folder."),
    )


@require_POST
def digitize(request, pk: int):
    """All scans are there: hand the dossier over; otherwise back to the scans with what is missing."""
    dossier = visible_dossier(request, pk)
    done = act_and_tell(
        request,
        lambda: services.digitize(dossier, by=request.user),
        _("Digitized and handed over to %(agency)s.") % {"agency": dossier.competent_agency},
    )
    still_here = not done and rules.is_possible(Verb.DIGITIZE, dossier)
    return redirect("admin:scans" if still_here else "admin:cases_dossier_change", pk)


def find_text(request, pk: int):
    """In which scans of the dossier some words stand; sent in the body, because they may be a name."""
    dossier = visible_dossier(request, pk)
    words = request.POST.get("words", "").strip()[:200]
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=_("Text in the scans"),
        dossier=dossier,
        object=dossier,
        words=words,
        passages=papers.find_text(dossier, words),
    )
    return TemplateResponse(request, "cases/admin/scan_text.html", context)


# --- What was sent ------------------------------------------------------------------------------


def _component(request, dossier: Dossier):
    return dossier.components.filter(pk=whole_number(request.POST.get("component"))).first()


def _add(request, dossier: Dossier) -> tuple[list[str], dict]:
    """Store the files that were sent for one paper: sentences, and the refusals by the number of the paper."""
    component = _component(request, dossier)
    stored, refused = [], []
    uploads = request.FILES.getlist("file")
    for upload in uploads:
        try:
            document = services.add_document(dossier, upload, by=request.user, component=component)
        except CaseError as error:
            refused.append(str(error.sentence))
        else:
            stored.append(_("“%(name)s” is stored.") % {"name": document.name})
    if not uploads:
        refused.append(_("Choose a file first."))
    return stored, {component.pk if component else None: refused} if refused else {}


# --- What is answered ---------------------------------------------------------------------------


def _act(request, dossier: Dossier, act: Callable, done: str):
    if not _asks_for_json(request):
        act_and_tell(request, act, done)
        return redirect("admin:scans", dossier.pk)
    try:
        act()
    except CaseError as error:
        return _answer(request, dossier, error.sentence, done=False)
    return _answer(request, dossier, done, done=True)


def _asks_for_json(request) -> bool:
    return request.headers.get("Accept") == "application/json"


def _answer(request, dossier: Dossier, sentence, *, done: bool) -> JsonResponse:
    """A sentence, and the papers drawn anew for those who may add to them."""
    answer = {"done": done, "sentence": str(sentence)}
    if may_add_files(request.user, dossier):
        dossier = visible_dossier(request, dossier.pk)
        answer["papers"] = render_to_string(
            "cases/admin/scans/papers.html", _papers(request, dossier, {}), request
        )
    return JsonResponse(answer, status=200 if done else 422)


def _papers(request, dossier: Dossier, refusals: dict) -> dict:
    """The papers of the dossier with their files, what waits in the scanner folder, and what is searchable."""
    rows = [
        {
            "number": row["item"].pk,
            "key": place if place < 10 else "",
            "name": row["item"].component.name,
            "provision": row["item"].get_provision_display(),
            "scans": row["scans"],
            "needed": row["needed"],
            "documents": row["documents"],
            "refusals": refusals.get(row["item"].pk, ()),
        }
        for place, row in enumerate(checklist_of(dossier), start=1)
    ]
    others = {
        "number": "",
        "key": "0",
        "name": _("Other papers"),
        "documents": list(
            dossier.documents.filter(component=None)
            .select_related("signature_check")
            .prefetch_related("signatures")
        ),
        "refusals": refusals.get(None, ()),
    }
    _say_what_can_be_done(request.user, dossier, [d for row in [*rows, others] for d in row["documents"]])
    needed = sum(row["needed"] for row in rows)
    there = sum(min(len(row["documents"]), row["needed"]) for row in rows)
    return {
        "dossier": dossier,
        "rows": [*rows, others],
        "needed": needed,
        "there": there,
        "counted": _("%(scans)d of %(originals)d scans") % {"scans": there, "originals": needed},
        "waiting_files": scanner_folder.waiting_files(dossier.receiving_desk, request.user),
        "has_scanner_folder": scanner_folder.is_offered(request.user, dossier.receiving_desk),
        "reads_text": bool(searchable.tool()),
        "wants_text": settings.OCR != "off",
        "file_types": FILE_TYPES,
    }


def _say_what_can_be_done(user, dossier: Dossier, documents: list[Document]) -> None:
    """Note at each file whether it can be turned and taken out, and where the applicant has it already."""
    at_desk = rules.is_clerk_of(user, dossier.receiving_desk)
    since = papers.asked_since(dossier)
    copies = papers.known_copies(dossier)
    reusable = reusable_papers(dossier, copies)
    for document in documents:
        document.dossier = dossier
        document.turns = papers.is_turnable(document)
        document.goes = at_desk and papers.is_removable(document, since)
        document.copy = copies.get(document.pk)
        document.in_store = document.goes and document.pk in reusable
