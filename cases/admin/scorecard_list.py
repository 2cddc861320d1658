"""What a figure of a scorecard or a chart counted, one by one; the list adds up to the figure (R51)."""

from dataclasses import replace

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cases.admin.scorecard import asked_for
from cases.admin.shown import state_badge
from cases.limits import CannotCount
from cases.models import Dossier, Feedback
from cases.scorecard import dossiers, rolled
from cases.scorecard.counting import Leaves
from cases.scorecard.facts import Counted, counted
from cases.scorecard.scope import Scope
from onestop.keyset import KeysetPage, SortKey, count_up_to, in_order_of_an_index
from onestop.lists import count_words, page_of
from onestop.reading import about
from procedures.calendars import remembered_calendars
from procedures.models import Procedure

PER_PAGE = 50
SIDES = {
    "numerator": gettext_lazy("Counted in the numerator"),
    "denominator": gettext_lazy("All in the denominator"),
    "rest": gettext_lazy("In the denominator only"),
}
SORT = {
    Feedback: SortKey("sent_at", descending=True),
    Procedure: SortKey("code", to_text=str, from_text=str),
}
# What charts count besides the parts of a scorecard.
FLOWS = {"received": gettext_lazy("Received in the month"), "ended": gettext_lazy("Ended in the month")}


@require_safe
@remembered_calendars()
def scorecard_list(request):
    """One side of a part, or what came or went in the month."""
    asked = asked_for(request)
    if asked.scope is None:
        raise Http404(asked.refused or _("Nothing of this month has been counted yet."))
    code, scope = request.GET.get("part", ""), asked.scope
    if request.GET.get("own"):
        scope = Leaves(scope.agency, scope.period, scope.now, scope.edition, (scope.agency.pk,))
    scope = replace(scope, is_paged=True)
    side = request.GET.get("side") if request.GET.get("side") in SIDES else "denominator"
    found, title = _flow(code, scope) if code in FLOWS else _side(code, side, scope)
    field = request.GET.get("field", "")
    if field and found.model is Dossier:
        found = found.filter(version__field_vi=field)
    with in_order_of_an_index():
        page = page_of(request, _with_people(found), _order_of(found), PER_PAGE)
    length = rolled.length_of(code, side, scope, field)
    about(request, count=len(page.rows) if found.model is not Procedure else 0)
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=title,
        asked=asked,
        scope=scope,
        part=None if code in FLOWS else scope.edition.part(code),
        side=side,
        sides=_sides(request) if code not in FLOWS else [],
        field=field,
        own=bool(request.GET.get("own")),
        kind=found.model._meta.model_name,
        rows=[{"row": row, "state": state_badge(row)} for row in page.rows]
        if found.model is Dossier
        else [{"row": row} for row in page.rows],
        page=page,
        counted=_length_words(found, page, length),
        query=_query(request),
    )
    return TemplateResponse(request, "cases/admin/scorecard_list.html", context)


def _flow(code: str, scope: Scope) -> tuple[QuerySet[Dossier], str]:
    handled = dossiers.handled(scope)
    if code == "received":
        return handled.filter(scope.within("received_at")), str(FLOWS[code])
    return handled.filter(ended_then__isnull=False), str(FLOWS[code])


def _side(code: str, side: str, scope: Scope) -> tuple[QuerySet, str]:
    try:
        part, found = scope.edition.part(code), counted(code, scope)
    except CannotCount as refused:
        raise Http404(str(refused)) from refused
    if not isinstance(found, Counted):
        raise Http404(str(found.label))
    title = f"{part.code} {part.name}"
    return getattr(found, side), title


def _length_words(found: QuerySet, page: KeysetPage, length: int | None) -> str:
    """What is all on this page is counted there: something may have changed since the roll-up."""
    if not page.before and not page.after:
        return str(len(page.rows))
    return count_words(count_up_to(found)) if length is None else number_format(length, force_grouping=True)


def _order_of(found: QuerySet) -> SortKey:
    if found.model is Dossier:
        return SortKey(dossiers.moment_of(found), descending=True)
    return SORT[found.model]


def _with_people(found: QuerySet) -> QuerySet:
    """What the rows show, in a fixed number of questions."""
    if found.model is Dossier:
        return found.with_people_apart()
    return found.select_related("agency") if found.model is Feedback else found.prefetch_related("versions")


def _query(request, **changes: str) -> str:
    kept = {
        name: request.GET[name]
        for name in ("agency", "month", "part", "side", "field", "own")
        if name in request.GET
    }
    return urlencode({**kept, **changes})


def _sides(request) -> list[tuple[str, str, str]]:
    return [(name, label, _query(request, side=name)) for name, label in SIDES.items()]
