"""Scans: one row per paper, files to add, and the way to the competent agency when all are there."""

from django.contrib import admin, messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import rules, services
from cases.admin.page import checklist_of
from cases.admin.scope import visible_dossier
from cases.admin.verb_forms import FILE_TYPES
from cases.admin.verbs import act_and_tell, may_add_files
from cases.enums import Verb
from cases.errors import CaseError, not_permitted


def scans(request, pk: int):
    """Add files to the papers; what is refused says so at its paper."""
    dossier = visible_dossier(request, pk)
    if not may_add_files(request.user, dossier):
        messages.error(request, not_permitted(Verb.DIGITIZE).sentence)
        return redirect("admin:cases_dossier_change", pk)
    refusals = {}
    if request.method == "POST":
        refusals = _add(request, dossier)
        if not refusals:
            return redirect("admin:scans", pk)
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=_("Scans"),
        dossier=dossier,
        object=dossier,
        checklist=[{**row, "refusal": refusals.get(row["item"].pk, "")} for row in checklist_of(dossier)],
        other_documents=dossier.documents.filter(component=None),
        other_refusal=refusals.get(None, ""),
        digitizes=rules.is_possible(Verb.DIGITIZE, dossier)
        and rules.may(request.user, Verb.DIGITIZE, dossier),
        file_types=FILE_TYPES,
    )
    return TemplateResponse(request, "cases/admin/scans.html", context)


def _add(request, dossier) -> dict:
    """Store the files that were sent for one paper; the refusal under the number of the paper, if there is one."""
    number = request.POST.get("component", "")
    component = dossier.components.filter(pk=number).first() if number.isdecimal() else None
    place = component.pk if component else None
    uploads = request.FILES.getlist("file")
    if not uploads:
        return {place: _("Choose a file first.")}
    for upload in uploads:
        try:
            services.add_document(dossier, upload, by=request.user, component=component)
        except CaseError as error:
            return {place: error.sentence}
        messages.success(request, _("“%(name)s” is stored.") % {"name": upload.name})
    return {}


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
