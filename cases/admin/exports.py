"""Exports of the dossier list to Excel: asked for, watched while a worker writes, fetched."""

from urllib.parse import parse_qsl

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases import tasks
from cases.admin import searching
from cases.admin.downloads import private
from cases.admin.filters import in_words
from cases.enums import ExportState
from cases.errors import CaseError
from cases.excel import EXCEL_TYPE
from cases.models import ExportForm, ListExport
from cases.services import exports as service
from cases.services.lists import address_of
from onestop import access

STILL_WRITING = (ExportState.WAITING, ExportState.RUNNING)


@require_POST
def export(request):
    """The list with these filters: a file at once, or a place in the queue of the workers."""
    _readers_only(request)
    query = request.POST.get("list", "")
    text = searching.kept(request, request.POST.get(searching.TOKEN, "")) or request.POST.get("q", "")
    content = service.export_at_once(request.user, query, text=text)
    if content is not None:
        return _excel(HttpResponse(content), timezone.now())
    if text:
        messages.warning(
            request,
            _("More than %(most)s dossiers fit what was typed. Narrow the search before you export it.")
            % {"most": f"{service.AT_ONCE:,}".replace(",", ".")},
        )
        return _back(query, request.POST.get(searching.TOKEN, ""))
    try:
        service.ask_export(request.user, query)
    except CaseError as error:
        messages.error(request, error.sentence)
    else:
        tasks.write_exports_soon()
        messages.success(request, _("The list is long: a worker writes the file. You may go on working."))
    return redirect("admin:exports")


@require_safe
def exports(request):
    """The person's own exports, newest first, with how far each is."""
    _readers_only(request)
    request.current_app = admin.site.name
    context = admin.site.page_context(request, title=_("My exports"), **_context(request))
    return TemplateResponse(request, "cases/admin/exports.html", context)


@require_safe
def progress(request):
    """The rows alone, while a worker writes."""
    _readers_only(request)
    return TemplateResponse(request, "cases/admin/exports_rows.html", _context(request))


@require_safe
def file(request, pk: int):
    """The file of one's own export, for as long as one sees dossiers at all."""
    _readers_only(request)
    found = _own(request, pk)
    if found.state != ExportState.DONE or not found.file:
        raise Http404(_("This export has no file."))
    try:
        opened = found.file.open("rb")
    except FileNotFoundError as error:
        raise Http404(_("The file of this export is gone. Export the list again.")) from error
    if found.form == ExportForm.REPORT_PDF:
        name = f"bao-cao-{timezone.localtime(found.asked_at):%Y%m%d-%H%M}.pdf"
        return private(
            FileResponse(opened, as_attachment=True, filename=name, content_type="application/pdf")
        )
    return _excel(FileResponse(opened), found.asked_at)


@require_POST
def delete(request, pk: int):
    """A file that names people need not lie there longer than it is needed."""
    _readers_only(request)
    service.delete_export(_own(request, pk))
    messages.success(request, _("The export is deleted."))
    return redirect("admin:exports")


def _context(request) -> dict:
    mine = list(ListExport.objects.filter(user=request.user))
    for export in mine:
        export.words = _words(export, request.user)
    return {
        "exports": mine,
        "still_writing": any(export.state in STILL_WRITING for export in mine),
        "hours": settings.EXPORT_KEPT_HOURS,
    }


def _words(export: ListExport, user) -> str:
    if export.form == ExportForm.LIST:
        return in_words(export.query, user)
    asked = dict(parse_qsl(export.query))
    return f"{export.get_form_display()}: {asked.get('agency', '')}, {asked.get('period', '')}"


def _own(request, pk: int) -> ListExport:
    found = ListExport.objects.filter(user=request.user, pk=pk).first()
    if found is None:
        raise Http404(_("There is no such export, or it is not yours."))
    return found


def _excel(response, asked_at):
    response["Content-Type"] = EXCEL_TYPE
    name = f"ho-so-{timezone.localtime(asked_at):%Y%m%d-%H%M}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return private(response)


def _back(query: str, token: str):
    asked = [address_of(query), urlencode({searching.TOKEN: token})]
    return redirect(reverse("admin:cases_dossier_changelist") + "?" + "&".join(filter(None, asked)))


def _readers_only(request) -> None:
    if not access.sees_dossiers(request.user):
        raise PermissionDenied(_("Lists of dossiers are exported by those who work with dossiers."))
