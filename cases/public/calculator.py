"""The page “if I file today”: a procedure, a moment, a place; and when the result would be due, with each day.

All choices stand in the address: they name nobody, so that links can be shared and caches may keep the page.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import View

from cases.errors import CaseError
from cases.public.throttling import not_too_often
from cases.services.forecast import Forecast, forecast
from onestop.caching import for_everybody
from procedures.enums import QUANTITY_LABELS, AgencyKind, Channel
from procedures.models import Agency, Procedure, ProcedureVersion, TimeLimit
from procedures.services.competence import deciding_agencies
from procedures.text import fold
from procedures.words import limit_text
from procedures.working_time import TZ

LONGEST = 200
MOST_FOUND = 20
MOST_AGENCIES = 300


@dataclass
class Answers:
    """What stands in the address, as far as it can be understood; `fault` says what cannot."""

    filed_at: datetime
    channel: str = Channel.DESK
    desk: Agency | None = None
    desks: list[Agency] = field(default_factory=list)  # several that the typed place may mean
    competent: Agency | None = None
    limit: TimeLimit | None = None
    quantity: int | None = None
    fault: str = ""


@method_decorator(not_too_often, name="dispatch")
class CalculatorView(View):
    """GET only: search, then the form of a procedure with its answer below; works without script and cookie."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        code = _typed(request, "procedure")
        if not code:
            return self.search(request)
        version = _version(code, _typed(request, "date"))
        if version is None:
            return self.search(request, fault=_("No procedure with this code is in force today."), status=404)
        return self.calculated(request, version)

    def search(self, request: HttpRequest, *, fault: str = "", status: int = 200) -> HttpResponse:
        words = _typed(request, "q")
        found = list(_in_force().search(words).order_by("procedure__code")[: MOST_FOUND + 1]) if words else []
        facts = {
            "q": words,
            "found": found[:MOST_FOUND],
            "more": len(found) > MOST_FOUND,
            "fault": fault,
        }
        return _page(request, facts, status=status)

    def calculated(self, request: HttpRequest, version: ProcedureVersion) -> HttpResponse:
        answers = understood(request, version)
        result, fault, asks_for_agency = None, answers.fault, False
        if not fault and not answers.desks:
            try:
                result = promised(version.procedure, answers)
            except CaseError as error:
                fault, asks_for_agency = str(error.sentence), error.field == "competent_agency"
        facts = {
            "version": version,
            "answers": answers,
            "place": _typed(request, "place"),
            "channels": [choice for choice in Channel.choices if choice[0] in version.channels],
            "quantity_label": QUANTITY_LABELS.get(version.limit_quantity, version.limit_quantity),
            "limits": []
            if version.limit_quantity
            else [(limit, limit_text(limit)) for limit in version.limits.all()],
            "agencies": _deciding(version, answers.desk) if asks_for_agency or answers.competent else [],
            "result": result,
            "limit": limit_text(result.limit) if result else "",
            "fault": fault,
        }
        # An answer that cannot be given is no error of the address: what is missing is asked for on the page.
        return _page(request, facts, status=400 if answers.fault else 200)


def understood(request: HttpRequest, version: ProcedureVersion) -> Answers:
    answers = Answers(timezone.localtime().replace(second=0, microsecond=0))
    day, clock = _typed(request, "date"), _typed(request, "time")
    try:
        answers.filed_at = datetime.combine(
            date.fromisoformat(day) if day else answers.filed_at.date(),
            time.fromisoformat(clock) if clock else answers.filed_at.time(),
            tzinfo=TZ,
        )
    except ValueError:
        answers.fault = _("Enter the date as year-month-day and the time as hours:minutes.")
    channel = _typed(request, "channel")
    answers.channel = channel if channel in version.channels else Channel.DESK
    quantity = _typed(request, "quantity")
    if quantity and version.limit_quantity:
        if quantity.isascii() and quantity.isdecimal() and 1 <= int(quantity[:9]) <= 100_000:
            answers.quantity = int(quantity)
        else:
            answers.fault = _("Enter the quantity as a whole number from 1 to 100,000.")
    answers.limit = next(
        (limit for limit in version.limits.all() if str(limit.pk) == _typed(request, "limit")), None
    )
    _find_desk(_typed(request, "place"), answers)
    if answers.desk and (identifier := _typed(request, "agency")):
        answers.competent = Agency.objects.filter(identifier=identifier).first()
    return answers


def _find_desk(typed: str, answers: Answers) -> None:
    """The desk that somebody means by a name without accents or an identifier; several are offered."""
    if not typed:
        return
    desks = Agency.objects.reception_desks().order_by("identifier")
    words = fold(typed).split()
    found = [
        desk
        for desk in desks
        if desk.identifier == typed.upper()
        or all(word in fold(f"{desk.name_vi} {desk.name_en}") for word in words)
    ]
    exact = [desk for desk in found if desk.identifier == typed.upper()] or found
    if not exact:
        answers.fault = _(
            "No reception desk has this name: %(name)s. Type a part of it, such as the ward."
        ) % {"name": typed}
    elif len(exact) == 1:
        answers.desk = exact[0]
    else:
        answers.desks = exact[:MOST_FOUND]


def promised(procedure: Procedure, answers: Answers) -> Forecast:
    return forecast(
        procedure,
        filed_at=answers.filed_at,
        desk=answers.desk,
        competent_agency=answers.competent,
        channel=answers.channel,
        limit=answers.limit,
        quantity=answers.quantity,
    )


def _deciding(version: ProcedureVersion, desk: Agency | None) -> list[Agency]:
    """Who can decide in the province of the desk."""
    province = desk and desk.ancestors(include_self=True).filter(kind=AgencyKind.PROVINCE).first()
    found = deciding_agencies(version)
    if province:
        found = found.filter(pk__in=Agency.objects.below(province).values("pk"))
    return list(found.order_by("identifier")[:MOST_AGENCIES])


def _version(code: str, day: str) -> ProcedureVersion | None:
    """The version of the typed day, whose limits are to choose from; else that of today."""
    try:
        days = [date.fromisoformat(day), timezone.localdate()]
    except ValueError:
        days = [timezone.localdate()]
    versions = (_in_force(on).filter(procedure__code=code).order_by("-number").first() for on in days)
    return next(filter(None, versions), None)


def _in_force(day: date | None = None):
    found = ProcedureVersion.objects.in_force_on(day or timezone.localdate())
    return found.select_related("procedure").prefetch_related("limits")


def _typed(request: HttpRequest, name: str) -> str:
    """What stands in the address under that name, without signs that nobody types."""
    return "".join(c for c in request.GET.get(name, "")[:LONGEST] if c.isprintable()).strip()


def _page(request: HttpRequest, facts: dict, *, status: int = 200) -> HttpResponse:
    answer = render(request, "public/calculator.html", facts, status=status)
    if status == 200:
        return for_everybody(answer)
    answer["Cache-Control"] = "no-store"
    return answer
