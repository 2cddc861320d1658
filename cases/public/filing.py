"""Filing online (nộp hồ sơ trực tuyến): choose a procedure, fill in its form, add the papers, file."""

import math
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cases.api.throttles import Filing
from cases.errors import CaseError
from cases.models import OnlineFiling
from cases.public.filing_form import FilingForm
from cases.public.login import citizen_required, is_citizen
from cases.services.online_drafts import draft_for, drafts_of, drop_draft, keep_data, own_draft
from cases.services.online_filing import can_be_filed_online, file_online
from cases.services.online_uploads import add_whole, own_upload, remove_upload
from procedures.enums import Channel, ServiceLevel
from procedures.models import ProcedureVersion

SHOWN = 40  # procedures of one search
LONGEST_SEARCH = 100


@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Which procedure; with the own drafts for somebody who is signed in."""
    asked = request.GET.get("q", "").replace("\x00", "")[:LONGEST_SEARCH]
    found = _online().search(asked).order_by("name_vi", "procedure__code")[: SHOWN + 1]
    facts = {
        "asked": asked,
        "found": found[:SHOWN],
        "more": len(found) > SHOWN,
        "drafts": _drafts(request.user) if is_citizen(request.user) else [],
    }
    return render(request, "public/file_choose.html", facts)


def _online():
    versions = ProcedureVersion.objects.in_force_on(timezone.localdate()).select_related("procedure")
    online = versions.filter(channels__contains=[Channel.ONLINE])
    return online.exclude(service_level=ServiceLevel.INFORMATION)


def _drafts(user) -> list[dict]:
    """The own drafts with something in them, of procedures that can still be filed online."""
    drafts = drafts_of(user).exclude(data={}, uploads=None)
    versions = _online().filter(procedure__in=drafts.values("procedure"))
    names = {version.procedure_id: version.name for version in versions}
    return [
        {"draft": draft, "name": names[draft.procedure_id]} for draft in drafts if draft.procedure_id in names
    ]


def _version(code: str) -> ProcedureVersion:
    version = None
    if code.isprintable():
        found = _online().filter(procedure__code=code).order_by("-number")
        version = found.prefetch_related("components", "fees").first()
    if version is None or not can_be_filed_online(version):
        raise Http404
    return version


@require_http_methods(["GET", "POST"])
@citizen_required
def fill_in(request: HttpRequest, code: str) -> HttpResponse:
    """The form of one procedure. POST keeps what was entered; the button says what else: upload, remove, file."""
    version = _version(code)
    if request.method == "GET":
        draft = draft_for(request.user, version.procedure)
        return _page(request, FilingForm(version, draft, request.applicant))
    key = _key(request.POST.get("draft", ""))
    draft = own_draft(request.user, key)
    if draft is None:  # filed already, or given up
        return _file(request, FilingForm(version, None, request.applicant, request.POST), key)
    if draft.procedure_id != version.procedure_id:
        raise Http404
    if "discard" in request.POST:
        drop_draft(draft)
        return redirect("public:file_choose")
    form = FilingForm(version, draft, request.applicant, request.POST)
    keep_data(draft, form.data)
    _take_files(request, form)
    if removed := own_upload(request.user, _key(request.POST.get("remove", ""))):
        remove_upload(removed)
    if "file" in request.POST and not form.faults:
        return _file(request, form, key)
    if form.faults:
        return _page(request, form, status=422)
    return redirect(f"{request.path}?saved=1")


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _take_files(request: HttpRequest, form: FilingForm) -> None:
    """Files that came with the form, without a script; each that cannot be taken is a sentence at its paper."""
    for component in form.version.components.all():
        for file in request.FILES.getlist(f"file-{component.pk}"):
            try:
                add_whole(form.draft, file, component=component)
            except CaseError as error:
                form.faults[f"file-{component.pk}"] = error.sentence


def _file(request: HttpRequest, form: FilingForm, key: UUID) -> HttpResponse:
    throttle = Filing()
    if not throttle.allow_request(request, None):
        seconds = math.ceil(throttle.wait() or 60)
        form.faults[""] = _("Too many attempts. Wait %(seconds)s seconds and try again.") % {
            "seconds": seconds
        }
        return _page(request, form, status=429)
    try:
        filing = file_online(request.user, key, form.facts())
    except CaseError as error:
        if form.draft is None:
            return redirect("public:file", code=form.version.procedure.code)
        form.blame(error)
        return _page(request, form, status=422)
    return redirect("public:filed", key=filing.key)


def _page(request: HttpRequest, form: FilingForm, *, status: int = 200) -> HttpResponse:
    facts = {"form": form, "version": form.version, "draft": form.draft, "saved": "saved" in request.GET}
    return render(request, "public/file.html", facts, status=status)


@require_GET
@citizen_required
def done(request: HttpRequest, key: UUID) -> HttpResponse:
    """The acknowledgement: number, time, until when the desk answers, and what happens next (R10)."""
    filing = get_object_or_404(
        OnlineFiling.objects.select_related("dossier__version__procedure", "dossier__receiving_desk"),
        key=key,
        account=request.user,
    )
    submitted = filing.dossier.events.order_by("at", "pk").first()
    counts_from = submitted.data.get("counts_from", "") if submitted else ""
    return render(
        request,
        "public/filed.html",
        {"filing": filing, "dossier": filing.dossier, "counts_from": counts_from},
    )
