"""The buttons that ask the public postal service to fetch papers or to deliver a result."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.admin.scope import visible_dossier
from cases.consignments import shown_of
from cases.errors import CaseError
from cases.models import Dossier
from cases.post_enums import PostalState
from cases.services import post
from onestop.admin import badge


@require_POST
def order(request, pk: int):
    """Order it, and lead back to the page from which it was ordered."""
    dossier = visible_dossier(request, pk)
    try:
        ordered = post.order(dossier, by=request.user, direction=request.POST.get("direction", ""))
    except CaseError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(
            request, _("The post has taken the order: %(number)s.") % {"number": ordered.tracking_number}
        )
    return redirect("admin:cases_dossier_change", pk)


@require_POST
def cancel(request, pk: int, order_pk: int):
    """Take the order back."""
    dossier = visible_dossier(request, pk)
    if not dossier.postal_orders.filter(pk=order_pk).exists():
        raise Http404(_("There is no such order."))
    try:
        post.cancel(order_pk, by=request.user)
    except CaseError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("The order is cancelled."))
    return redirect("admin:cases_dossier_change", pk)


def post_of(dossier: Dossier, user) -> dict:
    """What the post carries of this dossier, and what may be ordered now."""
    directions = post.possible_directions(dossier, user)
    rows = [
        {
            "order": shown.order,
            "steps": shown.steps,
            "state": badge(shown.order.get_state_display(), shown.colour),
            "can_cancel": bool(directions or shown.order.ordered_by_id == user.pk)
            and shown.order.state in {PostalState.SENDING, PostalState.ORDERED},
        }
        for shown in shown_of(dossier, all_of_them=True)
    ]
    return {"rows": rows, "directions": directions}
