"""What was late without an apology, month by month (R33)."""

from datetime import date, datetime, time, timedelta

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import deadlines
from cases.admin.scope import visible
from cases.admin.shown import badge, days_left_text, moment, state_badge
from cases.limits import FIRST_YEAR, LAST_YEAR
from cases.models import Dossier
from cases.morning import open_breaches
from cases.queries import calendars_of
from onestop import access
from procedures.working_time import minute_of

PER_PAGE = 50


def breaches(request):
    """Open and finished dossiers whose due moment of that month passed without an apology in time (R33).

    With `open` those without a result so far, whatever the month: what the first page counts.
    """
    if not access.sees_dossiers(request.user):
        raise PermissionDenied
    only_open = bool(request.GET.get("open"))
    first = _month(request.GET.get("month", ""))
    following = _next_month(first)
    if only_open:
        found = open_breaches(visible(request.user))
    else:
        found = visible(request.user).breaches(promised=(_midnight(first), _midnight(following)))
    # The history of each is asked once, for number and order; the rest is read of those on the page.
    keys = list(found.order_by("promised_at", "pk").values_list("pk", flat=True))
    page = Paginator(keys, PER_PAGE).get_page(request.GET.get("p"))
    on_page = Dossier.objects.filter(pk__in=page.object_list).breaches()
    dossiers = list(on_page.with_people_apart().order_by("promised_at", "pk"))
    calendars = calendars_of(dossiers)
    rows = [_breach(dossier, calendars[dossier.competent_agency_id]) for dossier in dossiers]
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=_("Late without an apology"),
        page=page,
        rows=rows,
        only_open=only_open,
        month=first,
        query="open=1&" if only_open else f"month={first:%Y-%m}&",
        months=[(first - timedelta(days=1)).replace(day=1), following],
    )
    return TemplateResponse(request, "cases/admin/breaches.html", context)


def _breach(dossier, calendar) -> dict:
    days = deadlines.lateness(dossier.promised_at, dossier.ended_or_now, calendar)
    return {
        "dossier": dossier,
        "due": moment(dossier.promised_at),
        "late": badge(days_left_text(days), "danger") if days < 0 else "",
        "state": state_badge(dossier),
        "apology": apology_of_breach(dossier, calendar),
        "apologised_at": moment(dossier.apologised_at) if dossier.apologised_at else "",
    }


def apology_of_breach(dossier, calendar):
    """None issued, issued later than the law allows, or in time and its own date missed (R29, R33)."""
    if dossier.apologised_at is None:
        return badge(_("no apology issued"), "danger")
    started_at = dossier.clock_started_at if dossier.missed_cycle == dossier.cycle else dossier.received_at
    by = deadlines.apology_by(dossier.promised_at, started_at, calendar)
    if minute_of(dossier.apologised_at) > minute_of(by):
        return badge(_("apologised late"), "warning")
    return badge(_("new date missed too"), "danger")


def _month(text: str) -> date:
    """First day of `2026-11`; of this month when that is no month."""
    try:
        first = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month, no moment
    except ValueError:
        first = None
    if first is None or not FIRST_YEAR <= first.year <= LAST_YEAR:
        return timezone.localdate().replace(day=1)
    return first


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
