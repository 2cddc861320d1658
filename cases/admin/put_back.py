"""Results that a store or a specialised database refused: why, and sending one again (R36)."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.admin.verbs import act_and_tell
from cases.connections.systems import System
from cases.models import ResultHandIn
from cases.services import put_back
from onestop import access

MOST = 50  # rows: what is newer comes up when these are dealt with


@require_safe
def refused(request):
    """By the personal data store."""
    return _page(request, System.PERSONAL_STORE)


@require_safe
def refused_by_civil_status(request):
    return _page(request, System.CIVIL_STATUS)


@require_safe
def refused_by_business(request):
    return _page(request, System.BUSINESS)


def _page(request, system: System):
    """The refused ones of the own agencies, those that wait longest first."""
    if not access.sees_connections(request.user):
        raise PermissionDenied
    rows = put_back.refused_for(request.user, system).select_related("paper__result_of")
    request.current_app = admin.site.name
    context = {
        "title": system.label,
        "card_title": _("Refused"),
        "rows": rows[:MOST],
        "standing_count": rows.count(),
        "most": MOST,
        "may_act": access.keeps_connections(request.user),
    }
    return TemplateResponse(request, "cases/admin/put_back.html", admin.site.page_context(request, **context))


@require_POST
def send_again(request, pk: int):
    """Into the queue once more, after somebody has seen why it was refused."""
    row = get_object_or_404(ResultHandIn, pk=pk)
    act_and_tell(request, lambda: put_back.send_again(row, by=request.user), _("It is sent within a minute."))
    return redirect(put_back.PAGES[System(row.system)])
