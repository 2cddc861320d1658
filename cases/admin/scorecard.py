"""The scorecard of an agency and month: every figure opens what it counted, and says why where it has none (R51)."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.limits import CannotCount
from cases.scorecard import nine, periods, rolled
from cases.scorecard.evaluations import of_officer
from cases.scorecard.frozen import frozen_month
from cases.scorecard.periods import Period
from cases.scorecard.ranking import Standing
from cases.scorecard.scope import Scope
from cases.scorecard.scores import Facts, NoValue, PartScore, card, total_of
from cases.scorecard.what_if import Change, WhatIf, what_if
from onestop import access
from onestop.numbers import whole_number
from procedures.enums import Role
from procedures.models import Agency, Staff, works_in

MOST_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Asked:
    """Of whom and when; `scope` is None where nothing is counted yet, and `refused` then may say why."""

    agency: Agency
    agencies: list[Agency]
    period: Period
    scope: Scope | None
    refused: str = ""

    @property
    def months(self) -> list[Period]:
        """What can be chosen, the latest first."""
        last = rolled.last_counted_day()
        if last is None:
            return [self.period]
        found = [periods.month(last.year, last.month)]
        while len(found) < MOST_MONTHS:
            found.append(found[-1].before)
        return found if self.period in found else [*found, self.period]

    @property
    def query(self) -> str:
        return urlencode({"agency": self.agency.identifier, "month": str(self.period)})


def asked_for(request) -> Asked:
    """What the address asks for; 404 for agencies that this person does not look at."""
    if not access.inspects_desks(request.user):
        raise PermissionDenied(_("Scorecards are for those who supervise or inspect an agency."))
    agencies = list(access.agencies_of(request.user))
    identifier = request.GET.get("agency") or request.user.workplace.identifier
    agency = next((one for one in agencies if one.identifier == identifier), None)
    if agency is None:
        raise Http404(_("There is no such agency, or it is not one of yours."))
    period = _month(request)
    try:
        return Asked(agency, agencies, period, rolled.counted_scope(agency, period))
    except CannotCount as refused:
        return Asked(agency, agencies, period, None, str(refused))


def _month(request) -> Period:
    """The month that was asked for; else that of the last counted day, or of today."""
    text = request.GET.get("month", "")
    if text:
        try:
            found = periods.read(text)
        except CannotCount as refused:
            messages.error(request, str(refused))
        else:
            if found.in_a_year == 12:
                return found
            messages.error(request, _("A scorecard here is of a month, such as 2026-08."))
    return rolled.last_month()


# The card ---------------------------------------------------------------------------------------------


@require_safe
def scorecard(request):
    """Groups and parts with their points, the agencies next below, and what would be, if."""
    asked = asked_for(request)
    context = {"asked": asked, "refused": asked.refused}
    if asked.scope is not None:
        context |= _card(request, asked.scope)
    return _page(request, "scorecard", _("Scorecard"), context)


def _card(request, scope: Scope) -> dict:
    frozen, now = frozen_month(scope.agency, scope.period), rolled.facts_of(scope)
    facts = frozen.facts if frozen else now
    points = frozen.points if frozen else _points(facts, scope)
    before = _before(scope)
    groups = _groups(scope, facts, points, before, frozen.corrected(now) if frozen else {})
    supposed, refused = _supposed(request, scope, facts)
    return {
        "scope": scope,
        "frozen": frozen,
        "groups": groups,
        "total": total_of(points.values()),
        "maximum": scope.edition.maximum,
        "measured": sum(
            (row.maximum for group in groups for row in group["rows"] if row.points is not None), Decimal(0)
        ),
        "change": _difference(total_of(points.values()), total_of(before.values())),
        "standings": _standings(scope),
        "supposed": supposed,
        "what_if_refused": refused,
        "what_if": {"part": request.GET.get("part", ""), "more": request.GET.get("more", "")},
    }


def _points(facts: Facts, scope: Scope) -> dict[str, Decimal | None]:
    return {one.part.code: one.points for one in card(facts, scope.edition).parts}


def _before(scope: Scope) -> dict[str, Decimal | None]:
    """The points of the month before; nothing where it was not counted."""
    frozen = frozen_month(scope.agency, scope.period.before)
    if frozen:
        return dict(frozen.points)
    earlier = _earlier(scope)
    return _points(rolled.facts_of(earlier), earlier) if earlier else {}


def _earlier(scope: Scope) -> Scope | None:
    """The month before; None when it was not counted."""
    if not rolled.was_counted(scope.period.before):
        return None
    return rolled.counted_scope(scope.agency, scope.period.before)


def _difference(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    return None if now is None or before is None else now - before


@dataclass(frozen=True, slots=True)
class Row:
    """One part as it is shown; `links` open its numerator and its denominator."""

    score: PartScore
    points: Decimal | None
    change: Decimal | None
    reason: str
    links: tuple[str, str]
    gain: Decimal | None
    corrected: str = ""

    @property
    def maximum(self) -> Decimal:
        return self.score.part.maximum


def _groups(scope: Scope, facts: Facts, points, before, corrected) -> list[dict]:
    found = []
    for group in card(facts, scope.edition).groups:
        rows = []
        for score in group.parts:
            code = score.part.code
            now = corrected.get(code)
            rows.append(
                Row(
                    score,
                    points.get(code),
                    _difference(points.get(code), before.get(code)),
                    str(NoValue(score.reason).label) if score.reason in NoValue.values else score.reason,
                    tuple(_list_link(scope, code, side) for side in ("numerator", "denominator")),
                    _gain(score, facts, scope),
                    f"{now.numerator}/{now.denominator}" if now and now.numerator is not None else "",
                )
            )
        group_points = total_of(row.points for row in rows)
        found.append({"group": group.group, "rows": rows, "points": group_points})
    return found


def _list_link(scope: Scope, code: str, side: str) -> str:
    asked = {"agency": scope.agency.identifier, "month": str(scope.period), "part": code, "side": side}
    return f"{reverse('admin:scorecard_list')}?{urlencode(asked)}"


def _gain(score: PartScore, facts: Facts, scope: Scope) -> Decimal | None:
    """What all that is missing would bring to the whole."""
    if not score.missing:
        return None
    return what_if(facts, [Change(score.part.code, score.missing)], scope.edition).gain


def _supposed(request, scope: Scope, facts: Facts) -> tuple[WhatIf | None, str]:
    """“If so many more were …”, as the form asks; or why that cannot be."""
    code, more = request.GET.get("part", ""), request.GET.get("more", "")
    if not code or not more:
        return None, ""
    number = whole_number(more)
    if number is None:
        return None, _("“%(text)s” is no number of dossiers.") % {"text": more[:20]}
    try:
        return what_if(facts, [Change(code, number)], scope.edition), ""
    except CannotCount as refused:
        return None, str(refused)


def _standings(scope: Scope) -> list[tuple[Agency, Standing, str]]:
    """The agencies next below, the best first, with the address of their own card."""
    return [
        (agency, one, urlencode({"agency": one.key, "month": str(scope.period)}))
        for agency, one in rolled.standings(scope)
    ]


# The nine indicators ----------------------------------------------------------------------------------


@require_safe
def nine_indicators(request):
    """Of the agency, or of one of its officers."""
    asked = asked_for(request)
    officers = Staff.objects.filter(works_in(Agency.objects.below(asked.agency)), role=Role.OFFICER).order_by(
        "full_name", "pk"
    )
    number = whole_number(request.GET.get("officer", "") or "0")
    officer = get_object_or_404(officers, pk=number) if number else None
    context = {"asked": asked, "refused": asked.refused, "officers": officers, "officer": officer}
    if asked.scope is not None:
        try:
            now = of_officer(officer, asked.scope) if officer else rolled.nine_of(asked.scope)
        except CannotCount as refused:
            context["refused"] = str(refused)
        else:
            frozen = None if officer else frozen_month(asked.agency, asked.period)
            context["report"] = (frozen and frozen.nine) or now
            context["corrected"] = now if context["report"] != now else None
            context["indicators"] = [
                (one, nine.NAMES[one.number], str(NoValue(one.reason).label) if one.reason else "")
                for one in context["report"].indicators
            ]
            context["highest"] = nine.HIGHEST * len(context["report"].evaluation.counted)
    return _page(request, "nine_indicators", _("The nine indicators"), context)


def _page(request, name: str, title: str, context: dict) -> TemplateResponse:
    request.current_app = admin.site.name
    return TemplateResponse(
        request, f"cases/admin/{name}.html", admin.site.page_context(request, title=title, **context)
    )
