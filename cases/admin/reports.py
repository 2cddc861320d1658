"""The report of an agency and a period on screen: one part at a time, and the list behind each figure."""

from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cases import tasks
from cases.admin import shown as shown_facts
from cases.admin.downloads import pdf, private
from cases.admin.scope import visible
from cases.errors import CaseError
from cases.excel import EXCEL_TYPE
from cases.limits import CannotCount
from cases.models import Consultation, Demand, Dossier, ExportForm, Feedback, Rating
from cases.report.behind import behind
from cases.report.contents import CONTENTS, parts_of
from cases.report.tables import Figure, Part, shown
from cases.scorecard import periods
from cases.scorecard.scope import Scope
from cases.services import exports
from cases.services import reports as service
from onestop import access
from onestop.admin_forms import OfficeForm
from onestop.reading import about
from procedures.models import Agency, Procedure, ReformTask, Staff

PER_PAGE = 50
FIRST = next(iter(CONTENTS))


class AskForm(OfficeForm):
    agency = forms.ModelChoiceField(
        label=gettext_lazy("Agency"),
        queryset=Agency.objects.none(),
        to_field_name="identifier",
        empty_label=None,
        help_text=gettext_lazy("With everything below it"),
    )
    period = forms.CharField(
        label=gettext_lazy("Reporting period"),
        max_length=7,
        help_text=gettext_lazy("A month like 2026-08, a quarter like 2026-Q3 or a year"),
    )

    def __init__(self, *args, agencies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = agencies.order_by("name_vi")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: the scope, or why there is none."""

    form: AskForm
    scope: Scope | None

    @property
    def query(self) -> str:
        return urlencode({"agency": self.scope.agency.identifier, "period": str(self.scope.period)})


@require_safe
def report(request):
    """One part of the report, the others as links; a period that is not over says so."""
    asked, part = _asked(request), request.GET.get("part", FIRST)
    if part not in CONTENTS:
        raise Http404(_("The report has no such part."))
    context = {"title": _("Report of the month"), "form": asked.form, "scope": asked.scope, "part": part}
    if asked.scope:
        [found] = parts_of(asked.scope, [part])
        context |= {
            "words": service.period_words(asked.scope),
            "warning": service.unfinished_words(asked.scope),
            "contents": CONTENTS.values(),
            "query": asked.query,
            "tables": _drawn(found, asked),
            "neighbours": _neighbours(asked.scope, part),
        }
        about(request, count=sum(len(table.rows) for table in found.tables))
    return _answer(request, "cases/admin/report.html", context)


@require_POST
def file(request):
    """The whole report as Excel or PDF: at once, or a place in the queue of the workers."""
    asked, form = _asked(request, request.POST), request.POST.get("form", "")
    if asked.scope is None or form not in (ExportForm.REPORT_EXCEL, ExportForm.REPORT_PDF):
        messages.error(request, _("Choose an agency and a period first."))
        return redirect("admin:report")
    content = service.report_at_once(asked.scope, form, by=request.user)
    if content is None:
        try:
            exports.ask_report(request.user, asked.scope, form)
        except CaseError as error:
            messages.error(request, error.sentence)
        else:
            tasks.write_exports_soon()
            messages.success(request, _("The report is long: a worker writes it. You may go on working."))
        return redirect("admin:exports")
    name = f"bao-cao-{asked.scope.agency.identifier}-{asked.scope.period}"
    if form == ExportForm.REPORT_PDF:
        return pdf(content, f"{name}.pdf")
    response = HttpResponse(content, content_type=EXCEL_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return private(response)


@require_safe
def listed(request, key: str):
    """What a figure counts; as many rows as the figure says."""
    asked = _asked(request)
    if asked.scope is None:
        return redirect("admin:report")
    of = None
    if identifier := request.GET.get("of", ""):
        of = next((agency for agency in asked.scope.agencies if agency.identifier == identifier), None)
        if of is None:
            raise Http404(_("There is no such agency, or it is not below yours."))
    found = behind(key, asked.scope, of)
    if found is None:
        raise Http404(_("The report has no such list."))
    title, rows = found
    page = Paginator(_ordered(rows), PER_PAGE).get_page(request.GET.get("p"))
    about(request, count=len(page))
    name, mark, _which = key.rpartition("-")
    ways = [("good", _("counted")), ("bad", _("not counted")), ("all", _("all"))]
    context = {
        "title": title,
        "words": service.period_words(asked.scope),
        "warning": service.unfinished_words(asked.scope),
        "of": of,
        "back": f"{reverse('admin:report')}?{asked.query}",
        "page": page,
        "count": page.paginator.count,
        "rows": _lines(request, page),
        "query": f"{asked.query}&{urlencode({'of': identifier})}&" if of else f"{asked.query}&",
        "ways": [(f"{name}-{way}", words, f"{name}-{way}" == key) for way, words in ways]
        if mark and key.endswith(("-good", "-bad", "-all"))
        else [],
    }
    return _answer(request, "cases/admin/report_list.html", context)


def _asked(request, sent=None) -> Asked:
    """The agency and the period, by default the own agency and this month; a refusal stands at its field."""
    if not access.sees_reports(request.user):
        raise PermissionDenied
    sent = request.GET if sent is None else sent
    now = timezone.now()
    today = timezone.localdate(now)
    values = {
        "agency": sent.get("agency") or request.user.workplace.identifier,
        "period": sent.get("period") or str(periods.month(today.year, today.month)),
    }
    form = AskForm(values, agencies=access.agencies_of(request.user))
    if not form.is_valid():
        return Asked(form, None)
    try:
        return Asked(
            form, service.scope_of(form.cleaned_data["agency"], form.cleaned_data["period"].strip(), now)
        )
    except CannotCount as error:
        form.add_error("period", str(error))
        return Asked(form, None)


def _drawn(part: Part, asked: Asked) -> list[dict]:
    """Tables as they are drawn, each figure with the address of its list."""
    return [
        {
            "title": table.title,
            "note": table.note,
            "columns": table.columns,
            "rows": [
                [
                    {"words": shown(value), "link": _link(value, asked), "column": column}
                    for value, column in zip(row, table.columns, strict=True)
                ]
                for row in table.rows
            ],
        }
        for table in part.tables
    ]


def _link(value, asked: Asked) -> str:
    if not isinstance(value, Figure) or value.value is None:
        return ""
    of = f"&{urlencode({'of': value.of})}" if value.of else ""
    return f"{reverse('admin:report_list', args=[value.behind])}?{asked.query}{of}"


def _neighbours(scope: Scope, part: str) -> list[tuple[str, str]]:
    """The same part of the period before, where it can be counted."""
    try:
        before = scope.period.before
        service.scope_of(scope.agency, str(before), scope.now)
    except CannotCount:
        return []
    query = urlencode({"agency": scope.agency.identifier, "period": str(before), "part": part})
    return [(str(before), f"{reverse('admin:report')}?{query}")]


# Rows of a list ---------------------------------------------------------------------------------------


def _ordered(rows):
    """With what a line shows, in an order that stays."""
    if rows.model is Dossier:
        return rows.with_people_apart().order_by("-filed_at", "-pk")
    if rows.model is Procedure:
        return rows.prefetch_related("versions").order_by("code")
    if rows.model is Feedback:
        return rows.select_related("agency", "contested", "dossier").order_by("-sent_at", "-pk")
    if rows.model is Staff:
        return rows  # ordered, with their agencies
    if rows.model is ReformTask:
        return rows.select_related("lead", "plan").order_by("plan__title", "plan", "number")
    return rows.select_related("dossier__version", "dossier__competent_agency").order_by("-pk")


def _lines(request, page) -> list[dict]:
    """Each row as a link, what it is about, its agency and its moment."""
    rows = list(page)
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


def _answer(request, template: str, context: dict):
    request.current_app = admin.site.name
    return TemplateResponse(request, template, admin.site.page_context(request, **context))
