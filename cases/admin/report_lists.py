"""The list behind each figure of the report, in pages."""

from contextlib import nullcontext
from dataclasses import replace

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cases.admin import shown as shown_facts
from cases.admin.reports import Asked, answer, asked_of
from cases.admin.scope import visible
from cases.models import Consultation, Demand, Dossier, Feedback, Rating
from cases.report.behind import behind
from cases.report.contents import CONTENTS
from cases.scorecard.dossiers import moment_of
from cases.services import kept_reports
from cases.services import reports as service
from onestop.keyset import KeysetPage, SortKey, count_up_to, in_order_of_an_index
from onestop.lists import count_words, page_of
from onestop.reading import about
from procedures.models import Agency, Procedure, ReformTask, Staff

PER_PAGE = 50
NEWEST = SortKey("pk", descending=True, to_text=str, from_text=int)
SORT_KEYS = {
    Dossier: SortKey("filed_at", descending=True),
    Procedure: SortKey("code", to_text=str, from_text=str),
    Feedback: SortKey("sent_at", descending=True),
}
SHORT = (Staff, ReformTask)  # registers of a person or a plan: never long, and in an order of several columns


@require_safe
def listed(request, key: str):
    """What a figure counts; of a figure that is kept, what it counted then."""
    asked = asked_of(request)
    if asked.scope is None:
        return redirect("admin:report")
    identifier, part = request.GET.get("of", ""), request.GET.get("part", "")
    part = part if part in CONTENTS else ""
    of = _agency(asked, identifier) if identifier else None
    figure = kept_reports.figure_of(asked.scope, part, key, identifier)
    scope, ways = figure.scope, _ways(key)
    # A measure is a share of very many dossiers: those are walked through from the newest, not looked up.
    walks = bool(ways) and figure.dossiers is None
    found = behind(key, replace(scope, is_paged=walks), of)
    if found is None:
        raise Http404(_("The report has no such list."))
    title, rows = found
    if figure.dossiers is not None:
        rows = figure.dossiers
    with in_order_of_an_index() if walks and rows.model is Dossier else nullcontext():
        page, count = _paged(request, rows, figure.number, walks=walks)
    shown = page.rows if isinstance(page, KeysetPage) else list(page)
    about(request, count=len(shown))
    kept = {name: value for name, value in (("of", identifier), ("part", part)) if value}
    context = {
        "title": title,
        "card_title": title,
        "words": service.period_words(scope),
        "warning": service.unfinished_words(scope),
        "of": of,
        "back": f"{reverse('admin:report')}?{asked.query}&{urlencode({'part': part})}".removesuffix("&part="),
        "page": page,
        "count": count,
        "rows": _lines(request, shown),
        "query": f"{asked.query}&{urlencode(kept)}&" if kept else f"{asked.query}&",
        "ways": ways,
    }
    return answer(request, "cases/admin/report_list.html", context)


def _agency(asked: Asked, identifier: str) -> Agency:
    of = next((agency for agency in asked.scope.agencies if agency.identifier == identifier), None)
    if of is None:
        raise Http404(_("There is no such agency, or it is not below yours."))
    return of


def _ways(key: str) -> list[tuple[str, str, bool]]:
    """What is counted, what is not, and all of it, as other lists of the same figure."""
    name, mark, way = key.rpartition("-")
    ways = {"good": _("counted"), "bad": _("not counted"), "all": _("all")}
    if not mark or way not in ways:
        return []
    return [(f"{name}-{one}", words, one == way) for one, words in ways.items()]


def _paged(request, rows, figure: int | None, *, walks: bool):
    """The page that is asked for, and in words how many rows there are; a number that is kept is not counted."""
    if rows.model in SHORT:
        page = Paginator(_with_names(rows), PER_PAGE).get_page(request.GET.get("p"))
        return page, _count_words(page.paginator.count)
    key = SORT_KEYS.get(rows.model, NEWEST)
    if walks and rows.model is Dossier:
        key = SortKey(moment_of(rows), descending=True)
    page = page_of(request, _with_names(rows), key, PER_PAGE)
    if not page.before and not page.after:
        return page, _count_words(len(page.rows))
    return page, _count_words(count_up_to(rows) if figure is None else figure, is_exact=figure is not None)


def _count_words(count: int, *, is_exact: bool = False) -> str:
    number = str(count) if is_exact else count_words(count)
    return ngettext("%(number)s row", "%(number)s rows", count) % {"number": number}


def _with_names(rows):
    """With what a line shows."""
    if rows.model is Dossier:
        return rows.only("code", "filed_at", "received_at", "version", "competent_agency").prefetch_related(
            "version", "competent_agency"
        )
    if rows.model is Procedure:
        return rows.prefetch_related("versions")
    if rows.model is Feedback:
        return rows.select_related("agency", "contested", "dossier")
    if rows.model is Staff:
        return rows  # ordered, with their agencies
    if rows.model is ReformTask:
        return rows.select_related("lead", "plan").order_by("plan__title", "plan", "number")
    return rows.select_related("dossier__version", "dossier__competent_agency")


def _lines(request, rows: list) -> list[dict]:
    """Each row as a link, what it is about, its agency and its moment."""
    dossiers = {row.pk if isinstance(row, Dossier) else getattr(row, "dossier_id", None) for row in rows}
    mine = set(visible(request.user).filter(pk__in=dossiers - {None}).values_list("pk", flat=True))
    return [_line(row, mine) for row in rows]


def _line(row, mine: set[int]) -> dict:
    match row:
        case Procedure():
            versions = sorted(row.versions.all(), key=lambda version: version.number)
            name = versions[-1].name if versions else ""
            return {"name": row.code, "link": "", "what": name, "agency": "", "at": ""}
        case Feedback():
            link = reverse("admin:feedback", args=[row.pk])
            what = row.get_verdict_display() or row.get_state_display()
            return _row(row.code, link, what, row.agency, row.sent_at)
        case Staff():
            return {
                "name": str(row),
                "link": "",
                "what": row.get_role_display(),
                "agency": row.agency,
                "at": "",
            }
        case ReformTask():
            return {
                "name": f"{row.plan} – {row.number}",
                "link": reverse("admin:reform_task", args=[row.pk]),
                "what": row.title,
                "agency": row.lead,
                "at": f"{row.due_on:%d/%m/%Y}" if row.due_on else "",
            }
        case Dossier():
            return _row(str(row), _to(row.pk, mine), row.version.name, row.competent_agency, row.filed_at)
        case Demand():
            what, at = f"{row.paper} ({row.ground and row.get_ground_display() or row.legal_text})", row.at
        case Rating():
            what, at = row.comment, row.at
        case Consultation():
            what, at = row.question, row.due_at
    dossier = row.dossier
    return _row(str(dossier), _to(dossier.pk, mine), what, dossier.competent_agency, at)


def _row(name: str, link: str, what: str, agency: Agency, at) -> dict:
    return {"name": name, "link": link, "what": what, "agency": agency, "at": shown_facts.moment(at)}


def _to(pk: int, mine: set[int]) -> str:
    return reverse("admin:cases_dossier_change", args=[pk]) if pk in mine else ""
