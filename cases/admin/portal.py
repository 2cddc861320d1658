"""The national portal: how far it was told of a month, what it refused, and where it differs (R46)."""

from datetime import date

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.admin.verbs import act_and_tell
from cases.errors import CaseError
from cases.models import PortalDifference, PortalFiling
from cases.portal.rates import TARGET, month_of, rates, together
from cases.portal.states import PORTAL_COLOURS, FilingState, PortalState
from cases.scorecard.rolled import last_counted_day
from cases.services import portal, portal_acts, portal_compare, portal_files
from cases.services.portal_variants import can_be_asked
from cases.tasks import compare_portal_month_soon
from onestop import access
from onestop.admin import badge
from onestop.outside import OutsideError

MOST = 50  # rows of each list: what is older comes up when these are dealt with


@require_safe
def page(request):
    """Rates of a month by agency; below, what waits for a person, and what was found to differ."""
    if not access.sees_connections(request.user):
        raise PermissionDenied
    month = _month(request.GET.get("month"))
    agencies = access.agencies_of(request.user)
    lines = rates(month, agencies)
    still = portal_acts.of_person(request.user).standing_still().select_related("dossier__competent_agency")
    waiting = portal_acts.of_person(request.user).filter(state=PortalState.WAITING)
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=_("National Public Service Portal"),
        is_connected=bool(portal.CONNECTION.address()),
        month=month,
        before=_shifted(month, -1),
        after=_shifted(month, 1) if month < month_of(timezone.now()) else None,
        target=TARGET,
        lines=lines,
        has_list=_has_list(request.user, month),
        all=together(lines),
        standing=[_row(row) for row in still.order_by("waiting_since")[:MOST]],
        standing_count=still.count(),
        waiting_count=waiting.count(),
        oldest=waiting.order_by("waiting_since").values_list("waiting_since", flat=True).first(),
        may_act=access.keeps_connections(request.user),
        can_be_asked=can_be_asked(),
        may_ask=access.keeps_connections(request.user) and can_be_asked(),
        differences=PortalDifference.objects.filter(dossier__competent_agency__in=agencies)
        .select_related("dossier__portal")
        .order_by("-at", "-pk")[:MOST],
        filings=_bad_filings(agencies),
        files=portal_files.lacking()
        .filter(dossier__receiving_desk__in=agencies)
        .select_related("dossier__portal", "dossier__receiving_desk")
        .order_by("pk")[:MOST],
        most=MOST,
    )
    return TemplateResponse(request, "cases/admin/portal.html", context)


def _has_list(user, month: date) -> bool:
    """Whether the scorecard lists the dossiers of the month, for this person."""
    last = last_counted_day()
    return access.inspects_desks(user) and last is not None and last >= month


def _row(row) -> dict:
    return {
        "row": row,
        "badge": badge(row.get_state_display(), PORTAL_COLOURS[PortalState(row.state)]),
        "agency": row.dossier.competent_agency,
        "is_parked": row.state == PortalState.PARKED,
    }


def _bad_filings(agencies):
    """Those for the person's desks; who looks after all agencies sees also those for nobody."""
    bad = PortalFiling.objects.filter(state=FilingState.BAD).defer("content").order_by("first_seen_at")
    if not agencies.filter(parent=None).exists():
        bad = bad.filter(agency_code__in=agencies.values("identifier"))
    return bad[:MOST]


@require_POST
def act(request, what: str):
    """Send again (one, or all), park, or bring up to date after asking the portal."""
    code, user = request.POST.get("code", ""), request.user
    match what:
        case "send":
            act_and_tell(
                request, lambda: portal_acts.send_again(code, by=user), _("It is sent within a minute.")
            )
        case "send-all":
            act_and_tell(
                request,
                lambda: portal_acts.send_all_again(by=user),
                _("All that was refused or waited for later is sent from now on."),
            )
        case "park":
            act_and_tell(
                request,
                lambda: portal_acts.park(code, by=user),
                _("Parked: nothing of this dossier is sent until somebody sends it again."),
            )
        case "fetch":
            act_and_tell(
                request,
                lambda: portal_files.fetch_again(user),
                _("The files are fetched within a minute."),
            )
        case "compare":
            _bring_up_to_date(request, code)
        case "compare-month":
            _compare_month(request)
        case _other:
            raise Http404
    return redirect(f"{reverse('admin:portal')}?month={_month(request.POST.get('month')):%Y-%m}")


def _bring_up_to_date(request, code: str) -> None:
    try:
        has_way = portal_compare.bring_up_to_date(code, by=request.user)
    except CaseError as error:
        messages.error(request, error.sentence)
    except OutsideError as error:
        messages.error(request, str(error))
    else:
        if has_way:
            messages.success(
                request, _("The portal was asked; what is missing there is sent within a minute.")
            )
        else:
            messages.warning(
                request,
                _(
                    "The portal was asked. No listed step leads from there to here; it stands below as different."
                ),
            )


def _compare_month(request) -> None:
    if not access.keeps_connections(request.user):
        raise PermissionDenied
    month = _month(request.POST.get("month"))
    if not can_be_asked():
        messages.error(request, portal_compare.cannot_compare())
        return
    if compare_portal_month_soon(f"{month:%Y-%m}", request.user.workplace_id):
        messages.success(request, _("The portal is being asked; what differs stands below in some minutes."))
    else:
        messages.error(request, _("Nobody can be asked to do it just now. Try again in a minute."))


def _month(text: str | None) -> date:
    """The month `2026-11`; this one for anything that is none."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return month_of(timezone.now())


def _shifted(month: date, by: int) -> date:
    number = month.year * 12 + month.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)
