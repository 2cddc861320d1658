"""The catalogue of procedures for everybody: search, one procedure with all its parts, forms to download."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models.functions import Length
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.api.filters import ProcedureFilter
from cases.public.filing_link import filing_address
from cases.public.throttling import not_too_often
from cases.services.visits import count_visit
from onestop.caching import same_for_everybody
from procedures import words
from procedures.codes import is_procedure_code
from procedures.enums import Level, ServiceLevel, Subject, VersionStatus
from procedures.guide import Guide, guide_to
from procedures.models import ElectronicSource, ProcedureForm, ProcedureVersion
from procedures.text import one_line

ROWS_ON_A_PAGE = 20
LONGEST = 200  # characters of a search that are looked at
NARROWS = ("field", "level", "service_level", "subject")


@require_safe
@not_too_often
@same_for_everybody
def procedures(request: HttpRequest) -> HttpResponse:
    """Search by words or code and narrow down; what is typed names procedures, so it may stand in the address."""
    today = timezone.localdate()
    asked = {name: one_line(request.GET.get(name, ""))[:LONGEST] for name in ("q", *NARROWS)}
    everything = request.GET.get("all") == "1"
    versions = ProcedureVersion.objects.shown_on(today)
    if not everything:
        versions = versions.in_force_on(today)
    found = ProcedureFilter(asked, versions.select_related("procedure").prefetch_related("limits")).qs
    # Of the names that have all the words the shortest one has the least beside them.
    order = [Length("name_vi")] if asked["q"] else ["field_vi"]
    page = Paginator(found.order_by(*order, "procedure__code"), ROWS_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    kept = {name: text for name, text in asked.items() if text} | ({"all": "1"} if everything else {})
    facts = {
        "asked": asked,
        "everything": everything,
        "page": page,
        "rows": [Guide(version, today) for version in page],
        "choices": _choices(),
        "query": urlencode(kept),
        "narrowed": any(asked[name] for name in NARROWS) or everything,
    }
    return render(request, "public/procedures.html", facts)


def _choices() -> dict:
    fields = ProcedureVersion.objects.filter(status=VersionStatus.PUBLISHED).order_by("field_vi")
    return {
        "field": [(name, name) for name in fields.values_list("field_vi", flat=True).distinct()],
        "level": Level.choices,
        "service_level": [choice for choice in ServiceLevel.choices if choice[0]],
        "subject": Subject.choices,
    }


@require_safe
@not_too_often
@same_for_everybody
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that the publication says about one procedure (R1), also when it is not in force."""
    guide = guide_to(code, timezone.localdate()) if is_procedure_code(code) else None
    if guide is None:
        raise Http404(_("No procedure with this code is published."))
    version = guide.version
    connected = set(ElectronicSource.objects.filter(is_connected=True).values_list("name", flat=True))
    papers = [
        {
            "component": component,
            "count": words.how_many(component),
            "source": words.source_text(component.electronic_source),
            "is_connected": component.electronic_source in connected,
        }
        for component in version.components.all()
    ]
    facts = {
        "guide": guide,
        "version": version,
        "papers": papers,
        "who_applies": words.who_applies(version),
        "ways": words.ways_each(version.channels),
        "answer_limits": words.answer_limits(version),
        "excluded_periods": words.excluded_periods(version),
        "file_online": filing_address(guide),
    }
    if request.method == "GET" and not (request.user.is_authenticated and request.user.is_staff):
        count_visit(version.procedure, agent=request.headers.get("User-Agent", ""))
    return render(request, "public/procedure.html", facts)


@require_safe
@not_too_often
def procedure_form(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """The file of a published form, as a download under the name that it was given."""
    forms = ProcedureForm.objects.filter(version__status=VersionStatus.PUBLISHED).exclude(file="")
    form = forms.filter(pk=pk, version__procedure__code=code).first() if is_procedure_code(code) else None
    if form is None:
        raise Http404(_("There is no such form to download."))
    etag = f'"{form.sha256}"'
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        try:
            file = form.file.open("rb")
        except FileNotFoundError as error:
            raise Http404(_("The file of this form is missing. Ask the office for it.")) from error
        answer = FileResponse(file, as_attachment=True, filename=form.file_name, content_type=form.mime_type)
    answer["ETag"] = etag
    answer["Cache-Control"] = "public, max-age=3600"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
