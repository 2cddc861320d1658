"""The report of an agency and a period on screen, one part at a time, and as a file."""

from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
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
from cases.errors import CaseError
from cases.excel import EXCEL_TYPE
from cases.limits import CannotCount
from cases.models import ExportForm
from cases.report.contents import CONTENTS
from cases.report.paged import TablePage
from cases.report.tables import Figure, shown
from cases.scorecard import periods
from cases.scorecard.scope import Scope
from cases.services import exports, kept_reports
from cases.services import reports as service
from cases.services.kept_reports import Standing
from onestop import access
from onestop.admin_forms import OfficeForm
from onestop.health import heartbeat_age
from onestop.reading import about
from procedures.models import Agency

FIRST = next(iter(CONTENTS))
REFRESH_SECONDS = 4
WORKERS_AWAY = gettext_lazy(
    "The workers cannot be reached at the moment. They count this part as soon as they are back."
)


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
    """One part of the report, the others as links; of a large agency as it is kept, see `kept_reports`."""
    asked, part = asked_of(request), request.GET.get("part", FIRST)
    if part not in CONTENTS:
        raise Http404(_("The report has no such part."))
    context = {"title": _("Report of the month"), "form": asked.form, "scope": asked.scope, "part": part}
    if asked.scope:
        standing = kept_reports.look(
            asked.scope, part, table=_number(request, "table"), page=_number(request, "p") or 1
        )
        context |= {
            "words": service.period_words(asked.scope),
            "warning": service.unfinished_words(standing.scope) if standing.tables else "",
            "contents": CONTENTS.values(),
            "query": asked.query,
            "tables": _drawn(standing, asked, part),
            "neighbours": _neighbours(asked.scope, part),
            **_waiting(request, standing),
        }
        if standing.tables:
            about(request, count=sum(len(one.table.rows) for one in standing.tables))
    return answer(request, "cases/admin/report.html", context)


@require_POST
def count_anew(request):
    """Have a part that is kept counted once more."""
    asked, part = asked_of(request, request.POST), request.POST.get("part", "")
    if asked.scope is None or part not in CONTENTS:
        messages.error(request, _("Choose an agency and a period first."))
        return redirect("admin:report")
    begins = service.is_large(asked.scope) and kept_reports.ask(asked.scope, part)
    if begins and not tasks.count_reports_soon():
        messages.error(request, WORKERS_AWAY)
    return redirect(f"{reverse('admin:report')}?{asked.query}&{urlencode({'part': part})}")


@require_POST
def file(request):
    """The whole report as Excel or PDF: at once, or a place in the queue of the workers."""
    asked, form = asked_of(request, request.POST), request.POST.get("form", "")
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


def asked_of(request, sent=None) -> Asked:
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


def _number(request, name: str) -> int:
    """A small number in the address; 0 for what is none."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def _waiting(request, standing: Standing) -> dict:
    """Since when the figures are known, what a worker does about it, and why nobody does."""
    is_called = not standing.begins or tasks.count_reports_soon()
    age = heartbeat_age() if standing.waits else None
    is_away = standing.waits and (
        not is_called or age is None or age.total_seconds() > settings.HEARTBEAT_MAX_AGE_SECONDS
    )
    return {
        "counted": shown_facts.moment(standing.counted_at) if standing.counted_at else "",
        "is_kept": standing.tables is None or standing.counted_at is not None,
        "waits": standing.waits,
        "problem": WORKERS_AWAY if is_away else standing.problem,
        # What is shown already is being read, and stays as it is.
        "refresh": REFRESH_SECONDS if standing.waits and not is_away and standing.tables is None else 0,
    }


def _drawn(standing: Standing, asked: Asked, part: str) -> list[dict]:
    """Tables as they are drawn, each figure with the address of its list."""
    query = f"{asked.query}&{urlencode({'part': part})}" if standing.counted_at else asked.query
    return [_drawn_table(place, one, query) for place, one in enumerate(standing.tables or ())]


def _drawn_table(place: int, page: TablePage, query: str) -> dict:
    table = page.table
    return {
        "place": place,
        "page": page,
        "title": table.title,
        "note": table.note,
        "columns": table.columns,
        "rows": [
            [
                {"words": shown(value), "link": _link(value, query), "column": column}
                for value, column in zip(row, table.columns, strict=True)
            ]
            for row in table.rows
        ],
    }


def _link(value, query: str) -> str:
    if not isinstance(value, Figure) or value.value is None:
        return ""
    of = f"&{urlencode({'of': value.of})}" if value.of else ""
    return f"{reverse('admin:report_list', args=[value.behind])}?{query}{of}"


def _neighbours(scope: Scope, part: str) -> list[tuple[str, str]]:
    """The same part of the period before, where it can be counted."""
    try:
        before = scope.period.before
        service.scope_of(scope.agency, str(before), scope.now)
    except CannotCount:
        return []
    query = urlencode({"agency": scope.agency.identifier, "period": str(before), "part": part})
    return [(str(before), f"{reverse('admin:report')}?{query}")]


def answer(request, template: str, context: dict):
    request.current_app = admin.site.name
    return TemplateResponse(request, template, admin.site.page_context(request, **context))
