"""All connections to other systems on one page: how each stands, and trying one now."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.connections.systems import HEALTH_COLOURS, name_of
from cases.errors import CaseError
from cases.services import around
from onestop import access
from onestop.admin import badge
from onestop.outside import OutsideError


@require_safe
def connections(request):
    """Every system around this one; administrators may ask each for a sign of life."""
    if not access.sees_connections(request.user):
        raise PermissionDenied
    may_try = access.keeps_connections(request.user)
    rows = [_row(shown, may_try=may_try) for shown in around.all_connections()]
    request.current_app = admin.site.name
    context = {"title": _("Connections"), "rows": rows, "tries": may_try}
    return TemplateResponse(
        request, "cases/admin/connections.html", admin.site.page_context(request, **context)
    )


def _row(shown: around.Shown, *, may_try: bool) -> dict:
    page = shown.connection.page
    return {
        "shown": shown,
        "name": shown.connection.label,
        "health": badge(shown.health.label, HEALTH_COLOURS[shown.health]),
        "warning": shown.connection.warning(),
        "page": reverse(page) if page else "",
        "can_try": may_try and shown.can_be_tried,
    }


@require_POST
def try_now(request, system: str):
    """Ask one system now, of several the installation that is named, and say what came of it."""
    partner = request.POST.get("partner", "")
    try:
        around.try_now(system, by=request.user, partner=partner)
    except CaseError as error:
        messages.error(request, error.sentence)
    except OutsideError as error:
        messages.error(
            request,
            _("%(system)s: %(reason)s") % {"system": name_of(system, partner), "reason": error},
        )
    else:
        messages.success(request, _("%(system)s answered.") % {"system": name_of(system, partner)})
    return redirect("admin:connections")
