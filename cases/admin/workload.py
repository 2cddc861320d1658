"""Who has how much before them, and which dossiers could go to whom; accepted row by row."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import services
from cases.admin.scope import visible_dossier
from cases.admin.shown import duration, moment
from cases.errors import CaseError
from cases.workload import Load, Workload, workload_of
from onestop import access
from onestop.numbers import whole_number
from procedures.calendars import remembered_calendars
from procedures.models import Staff, works_in


@remembered_calendars()
def workload(request):
    """One agency at a time: work is spread among those who decide for the same one."""
    _supervisors_only(request)
    agencies = list(access.agencies_of(request.user))
    asked = request.GET.get("agency", "")
    agency = next((one for one in agencies if one.identifier == asked), request.user.workplace)
    found = workload_of(agency)
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=_("Spread the work"),
        agencies=agencies,
        agency=agency,
        loads=_bars(found),
        moves=[
            {"move": m, "time": duration(m.minutes), "due": moment(m.dossier.due_at)} for m in found.moves
        ],
    )
    return TemplateResponse(request, "cases/admin/workload.html", context)


@require_POST
def accept(request, pk: int):
    """Give this dossier to the person of the proposal, as any assignment."""
    _supervisors_only(request)
    dossier = visible_dossier(request, pk)
    people = Staff.objects.filter(works_in(access.agencies_of(request.user)), is_active=True)
    to = people.filter(pk=whole_number(request.POST.get("to", "")) or 0).first()
    if to is None:
        messages.error(request, _("This person does not work here (any more). Look at the proposal again."))
    else:
        try:
            services.assign(dossier, by=request.user, to=to)
        except CaseError as error:
            messages.error(request, error.sentence)
        else:
            words = {"code": dossier, "person": to}
            messages.success(request, _("%(code)s is now with %(person)s.") % words)
    return redirect(reverse("admin:workload") + f"?agency={dossier.competent_agency.identifier}")


def _bars(found: Workload) -> list[dict]:
    most = max([1, *(load.before for load in found.loads), *(load.after for load in found.loads)])
    return [_bar(load, most) for load in found.loads]


def _bar(load: Load, most: int) -> dict:
    return {
        "load": load,
        "before": duration(load.before),
        "after": duration(load.after),
        "most": most,
    }


def _supervisors_only(request) -> None:
    if not access.supervises(request.user) or request.user.workplace_id is None:
        raise PermissionDenied(_("The work is spread by the supervisors of an agency."))
