"""Queue numbers of a desk: the clerk's calling page, the links of kiosk and screen, waiting-time figures."""

from datetime import timedelta

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cases import rules, waiting
from cases.admin.verbs import act_and_tell
from cases.errors import CaseError
from cases.models import QueueTicket, ServiceCounter
from cases.services import tickets
from onestop import access
from onestop.numbers import whole_number
from procedures.models import Agency

PERIODS = (7, 30, 90)  # days

COUNTER_VERBS = {"mo": "open", "dong": "close", "tra-lai": "put_back", "tiep": "next"}
TICKET_VERBS = {
    "goi-lai": tickets.call_again,
    "xong": tickets.finish,
    "vang": tickets.no_show,
    "cho-tiep": tickets.back_in_queue,
}


# Calling ----------------------------------------------------------------------------------------------


def calling(request):
    """The counter of the person with the number at hand, who waits, and the figures of today."""
    desk = _desk(request, access.sees_queue)
    counters = list(
        ServiceCounter.objects.filter(desk=desk).select_related("clerk").prefetch_related("services")
    )
    mine = next((c for c in counters if c.is_open and c.clerk_id == request.user.pk), None)
    at_hand = None
    if mine:
        at_hand = (
            QueueTicket.objects.filter(counter=mine, called_at__isnull=False, ended_at=None)
            .select_related("service")
            .first()
        )
    return _page(
        request,
        "cases/admin/calling.html",
        desk,
        title=_("Queue numbers"),
        counters=[
            {
                "counter": counter,
                "may_open": not counter.is_open and not mine and rules.is_clerk_of(request.user, desk),
                "may_close": counter.is_open
                and counter != mine
                and rules.keeps_people_of(request.user, desk),
            }
            for counter in counters
        ],
        mine=mine,
        at_hand=at_hand,
        enough_calls=bool(at_hand) and at_hand.calls >= settings.QUEUE_CALLS_BEFORE_NO_SHOW,
        receives=access.receives(request.user),
        **_who_waits(request, desk),
    )


def who_waits(request):
    """The part of the page that is asked again every few seconds."""
    desk = _desk(request, access.sees_queue)
    return TemplateResponse(request, "cases/admin/calling_waiting.html", _who_waits(request, desk))


def _who_waits(request, desk: Agency) -> dict:
    now = timezone.now()
    today = waiting.figures_of_today(desk)
    lines: dict[int, list] = {}
    for ticket in waiting.waiting_at(desk):
        lines.setdefault(ticket.service_id, []).append(
            {"ticket": ticket, "waits": minutes(now - ticket.taken_at)}
        )
    return {
        "today": _figure_row(desk, today.whole),
        "lines": [
            {**_figure_row(service, figures), "waiting_now": lines.get(service.pk, [])}
            for service, figures in today.by_service
        ],
        "by_counter": [_figure_row(counter, figures) for counter, figures in today.by_counter],
        "missed": waiting.did_not_come(desk),
        "calls": rules.is_clerk_of(request.user, desk),
    }


@require_POST
def at_counter(request, pk: int, verb: str):
    """Open or close a counter, or call the next number there."""
    counter = ServiceCounter.objects.filter(desk__in=_desks(request.user), pk=pk).first()
    if counter is None or verb not in COUNTER_VERBS:
        raise Http404(_("There is no such counter, or it belongs to another desk."))
    try:
        match COUNTER_VERBS[verb]:
            case "open":
                tickets.open_counter(counter, by=request.user)
            case "close":
                tickets.close_counter(counter, by=request.user)
            case "put_back":
                tickets.close_counter(counter, by=request.user, put_back=True)
            case "next":
                _call_next(request, counter)
    except CaseError as error:
        messages.error(request, error.sentence)
    return _back(counter.desk_id)


def _call_next(request, counter: ServiceCounter) -> None:
    """`after` is the number that was at hand when the button was drawn."""
    after = QueueTicket.objects.filter(pk=whole_number(request.POST.get("after"))).first()
    if tickets.call_next(counter, by=request.user, after=after) is None:
        messages.info(request, _("Nobody waits for this counter."))


@require_POST
def with_ticket(request, pk: int, verb: str):
    """Call a number again, end it, or let its owner wait again."""
    ticket = (
        QueueTicket.objects.filter(desk__in=_desks(request.user), pk=pk)
        .select_related("desk", "service", "counter__desk")
        .first()
    )
    if ticket is None or verb not in TICKET_VERBS:
        raise Http404(_("There is no such number, or it belongs to another desk."))
    try:
        TICKET_VERBS[verb](ticket, by=request.user)
    except CaseError as error:
        messages.error(request, error.sentence)
    return _back(ticket.desk_id)


# Links of kiosk and screen ----------------------------------------------------------------------------


def links(request):
    """The addresses of kiosk and screen, to be opened on a tablet; whoever keeps the desk may renew them."""
    desk = _desk(request, access.sees_queue)
    if request.method == "POST":
        act_and_tell(
            request,
            lambda: tickets.renew_links(desk, by=request.user),
            _("The links are new. Open them on every tablet and screen; the old ones show nothing any more."),
        )
        return redirect(f"{reverse('admin:queue_links')}?desk={desk.pk}")
    try:
        token = waiting.token_of(tickets.waiting_room_of(desk, by=request.user))
    except CaseError as error:
        raise PermissionDenied(error.sentence) from error
    kiosk = request.build_absolute_uri(reverse("public:kiosk", args=[token]))
    return _page(
        request,
        "cases/admin/queue_links.html",
        desk,
        title=_("Links of kiosk and screen"),
        links=[
            (_("Kiosk on a tablet"), kiosk),
            (_("Kiosk with a printer for slips"), f"{kiosk}?print=1"),
            (
                _("Screen of the waiting room"),
                request.build_absolute_uri(reverse("public:board", args=[token])),
            ),
        ],
        may_renew=rules.keeps_people_of(request.user, desk),
    )


# Figures ----------------------------------------------------------------------------------------------


def figures(request):
    """How long people waited, by day and by hour."""
    desk = _desk(request, access.sees_queue_figures)
    days = next((n for n in PERIODS if str(n) == request.GET.get("days")), PERIODS[0])
    today = timezone.localdate()
    period = waiting.figures_of_period(desk, today - timedelta(days=days - 1), today)
    return _page(
        request,
        "cases/admin/queue_figures.html",
        desk,
        title=_("Waiting times"),
        days=days,
        periods=PERIODS,
        whole=_figure_row(desk, period.whole),
        by_day=_bars([(f"{day:%d/%m/%Y}", row) for day, row in period.by_day.items()]),
        by_hour=_bars([(f"{hour:02d}:00–{hour:02d}:59", row) for hour, row in period.by_hour.items()]),
    )


def _bars(rows: list) -> list[dict]:
    """Each row with the length of its bar, in percent of the longest median wait."""
    seconds = [row.median_wait.total_seconds() if row.median_wait else 0 for _name, row in rows]
    longest = max(seconds, default=0) or 1
    return [
        {**_figure_row(name, row), "bar": round(100 * length / longest)}
        for (name, row), length in zip(rows, seconds, strict=True)
    ]


def _figure_row(name, row) -> dict:
    return {
        "name": name,
        "row": row,
        "longest_waiting": minutes(row.longest_waiting),
        "longest_wait": minutes(row.longest_wait),
        "median_wait": minutes(row.median_wait),
        "median_service": minutes(row.median_service),
    }


def minutes(duration: timedelta | None) -> str:
    """“12 min”, rounded; a dash for none."""
    if duration is None:
        return "–"
    whole = round(duration.total_seconds() / 60)
    return ngettext("%(minutes)d min", "%(minutes)d min", whole) % {"minutes": whole}


# Common -----------------------------------------------------------------------------------------------


def _desks(user):
    return access.agencies_of(user).reception_desks()


def _desk(request, predicate) -> Agency:
    """The desk in the address, else the person's own, else the first below; only of the own agencies."""
    if not predicate(request.user):
        raise PermissionDenied(_("Queue numbers are kept by the people of a reception desk."))
    desks = {desk.pk: desk for desk in _desks(request.user)}
    wanted = request.GET.get("desk", "")
    if wanted:
        desk = desks.get(whole_number(wanted))
    else:
        desk = desks.get(request.user.workplace_id) or next(iter(desks.values()), None)
    if desk is None:
        raise Http404(_("There is no such reception desk, or it belongs to another agency."))
    return desk


def _back(desk_id: int):
    return redirect(f"{reverse('admin:calling')}?desk={desk_id}")


def _page(request, template: str, desk: Agency, **context):
    user = request.user
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        desk=desk,
        desks=list(_desks(user)),
        tabs=_tabs(request, desk),
        **context,
    )
    return TemplateResponse(request, template, context)


def _tabs(request, desk: Agency) -> list[dict]:
    """The pages about queue numbers that this person may open."""
    user, tabs = request.user, []
    if access.sees_queue(user):
        tabs += [("admin:calling", _("Calling")), ("admin:queue_links", _("Kiosk and screen"))]
    if access.sees_queue_figures(user):
        tabs.append(("admin:queue_figures", _("Waiting times")))
    pages = [
        {"link": f"{reverse(name)}?desk={desk.pk}", "title": title, "active": request.path == reverse(name)}
        for name, title in tabs
    ]
    if access.keeps_queue(user):
        for name, title in (
            ("admin:cases_queueservice_changelist", _("Services")),
            ("admin:cases_servicecounter_changelist", _("Counters")),
        ):
            pages.append({"link": reverse(name), "title": title, "active": False})
    return pages
