"""The register of reform plans and tasks: list with filters, counts, one task with its history, Excel."""

import io
from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cases import reforms as register
from cases import rules, services
from cases.admin.downloads import private
from cases.admin.reform_forms import EvidenceForm, FilterForm, NoteForm, PlanForm, ReasonForm, TaskForm
from cases.errors import CaseError
from cases.excel import EXCEL_TYPE, write_list
from onestop import access
from onestop.admin import badge
from onestop.admin_forms import OfficeForm
from procedures.models import ReformPlan, ReformTask
from procedures.reforms import STANDING_COLOURS, ReformKind, ReformStanding

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """How a verb is offered: its service, its form, whose it is, and whether the task is open for it."""

    label: object
    act: object
    form: type[OfficeForm]
    icon: str
    keepers_only: bool
    when_open: bool = True


PAGES = {
    "progress": Page(
        gettext_lazy("Report progress"), services.report_reform_progress, NoteForm, "trending_up", False
    ),
    "finish": Page(
        gettext_lazy("Report as finished"), services.finish_reform_task, EvidenceForm, "task_alt", False
    ),
    "change": Page(gettext_lazy("Change the task"), services.change_reform_task, TaskForm, "edit", True),
    "reopen": Page(
        gettext_lazy("Open again"),
        services.reopen_reform_task,
        ReasonForm,
        "undo",
        True,
        when_open=False,
    ),
}


@require_safe
def reforms(request):
    """Tasks of the own agencies by plan; above, how many each lead agency has finished and owes."""
    _readers_only(request)
    today = timezone.localdate()
    form, found = _found(request)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("p"))
    chosen = {name: value for name, value in request.GET.items() if name != "p" and value}
    everything, keeps = register.tasks_of(request.user), _plans_kept(request.user)
    return _answer(
        request,
        "cases/admin/reforms.html",
        title=_("Reform plans and tasks"),
        form=form,
        page=page,
        count=page.paginator.count,
        rows=[{"task": task, "standing": standing_badge(task)} for task in page],
        plans=register.by_plan(everything, today, own=keeps),
        leads=register.by_lead(everything, today),
        query=f"{urlencode(chosen)}&" if chosen else "",
        may_add=access.keeps_reforms(request.user),
        keeps=keeps,
    )


@require_safe
def export(request):
    """The same list as an Excel file, with the same filters."""
    _readers_only(request)
    _form, found = _found(request)
    today, buffer = timezone.localdate(), io.BytesIO()
    headers = [
        _("Plan"),
        _("Decision"),
        _("No."),
        _("Kind"),
        _("Task"),
        _("Procedure"),
        _("Lead agency"),
        _("Co-operating agencies"),
        _("Due on"),
        _("Standing"),
        _("Finished on"),
        _("Evidence"),
    ]
    rows = (
        [
            task.plan.title,
            task.plan.decision,
            task.number,
            task.get_kind_display(),
            task.title,
            task.procedure.code if task.procedure else "",
            task.lead.name,
            "; ".join(agency.name for agency in task.cooperating.all()),
            task.due_on or _("regular"),
            task.standing(today).label,
            task.finished_on,
            task.evidence,
        ]
        for task in found
    )
    write_list(buffer, _("Reform tasks"), headers, rows, [40, 24, 6, 30, 60, 16, 36, 40, 12, 16, 12, 50])
    response = HttpResponse(buffer.getvalue(), content_type=EXCEL_TYPE)
    response["Content-Disposition"] = f'attachment; filename="cai-cach-{today:%Y%m%d}.xlsx"'
    return private(response)


def new_plan(request):
    """Enter a plan of one of the own agencies."""
    _keepers_only(request)
    form = PlanForm(request.POST or None, agencies=access.agencies_of(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            plan = services.add_reform_plan(by=request.user, **form.cleaned_data)
        except CaseError as error:
            form.show_refusal(error)
        else:
            messages.success(request, _("The plan is in the register. Add its tasks."))
            return redirect("admin:reform_task_new", plan.pk)
    return _answer(request, "cases/admin/reform_form.html", title=_("New plan"), form=form, icon="add")


def new_task(request, pk: int):
    """Add a task to a plan."""
    _keepers_only(request)
    plan = ReformPlan.objects.select_related("agency").filter(pk=pk).first()
    if plan is None or not rules.keeps_reforms_of(request.user, plan.agency):
        raise Http404(_("There is no such plan, or another agency keeps it."))
    form = TaskForm(request.POST or None)
    del form.fields["reason"]
    if request.method == "POST" and form.is_valid():
        try:
            task = services.add_reform_task(plan, form.facts(), by=request.user)
        except CaseError as error:
            form.show_refusal(error)
        else:
            messages.success(request, _("The task is in the register."))
            return redirect("admin:reform_task", task.pk)
    return _answer(
        request, "cases/admin/reform_form.html", title=_("New task"), form=form, plan=plan, icon="add"
    )


@require_safe
def task(request, pk: int):
    """One task: who leads it, how it stands, and everything that was entered."""
    found = _visible(request, pk)
    return _answer(
        request,
        "cases/admin/reform_task.html",
        title=found.title,
        task=found,
        standing=standing_badge(found),
        entries=[
            {"row": row, "before": _lines(row.data.get("before")), "after": _lines(row.data.get("after"))}
            for row in found.entries.select_related("by").order_by("-at", "-pk")
        ],
        buttons=[
            {"verb": name, "page": page} for name, page in PAGES.items() if _may(request.user, page, found)
        ],
    )


def verb(request, pk: int, verb: str):
    """One verb with its small form; a refusal stays on the page with everything that was typed."""
    found = _visible(request, pk)
    page = PAGES.get(verb)
    if page is None:
        raise Http404
    if not access.keeps_reforms(request.user):
        raise PermissionDenied
    form = page.form(request.POST or None, initial=TaskForm.initial_of(found) if verb == "change" else None)
    if request.method == "POST" and form.is_valid():
        try:
            if verb == "change":
                page.act(found, form.facts(), by=request.user, reason=form.cleaned_data["reason"])
            else:
                page.act(found, by=request.user, **form.cleaned_data)
        except CaseError as error:
            form.show_refusal(error)
        else:
            messages.success(request, _("“%(verb)s” is entered.") % {"verb": page.label})
            return redirect("admin:reform_task", pk)
    return _answer(
        request, "cases/admin/reform_form.html", title=page.label, form=form, task=found, icon=page.icon
    )


WORDS = {
    "kind": gettext_lazy("Kind"),
    "title": gettext_lazy("Task"),
    "lead": gettext_lazy("Lead agency"),
    "due_on": gettext_lazy("Due on"),
    "procedure": gettext_lazy("Procedure"),
    "cooperating": gettext_lazy("Co-operating agencies"),
    "finished_on": gettext_lazy("Finished on"),
    "evidence": gettext_lazy("Evidence"),
}


def _lines(written: dict | None) -> list[str]:
    """What stood in the fields of a task; empty ones are left out."""
    lines = []
    for name, value in (written or {}).items():
        shown = ReformKind(value).label if name == "kind" and value in ReformKind.values else value
        if value:
            lines.append(f"{WORDS[name]}: {shown}")
    return lines


def standing_badge(task: ReformTask):
    standing: ReformStanding = task.standing(timezone.localdate())
    words = _("Finished late") if task.was_late else standing.label
    return badge(words, "warning" if task.was_late else STANDING_COLOURS[standing])


def _found(request):
    tasks = register.tasks_of(request.user)
    form = FilterForm(request.GET, tasks=tasks, kept=_plans_kept(request.user))
    if not form.is_valid():
        return form, tasks.none()
    return form, register.filtered(tasks, form.cleaned_data, timezone.localdate())


def _may(user, page: Page, task: ReformTask) -> bool:
    if page.when_open != (task.finished_on is None):
        return False
    if page.keepers_only:
        return rules.keeps_reforms_of(user, task.plan.agency)
    return rules.reports_reform(user, plan_agency=task.plan.agency, lead=task.lead)


def _plans_kept(user) -> set[int]:
    if not access.keeps_reforms(user):
        return set()
    return set(ReformPlan.objects.filter(agency__in=access.agencies_of(user)).values_list("pk", flat=True))


def _visible(request, pk: int) -> ReformTask:
    _readers_only(request)
    found = register.tasks_of(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such task, or it is of other agencies."))
    return found


def _readers_only(request) -> None:
    if not access.sees_reforms(request.user):
        raise PermissionDenied


def _keepers_only(request) -> None:
    if not access.keeps_reforms(request.user):
        raise PermissionDenied(_("Plans are kept by supervisors and administrators of the agencies."))


def _answer(request, template: str, **context):
    request.current_app = admin.site.name
    return TemplateResponse(request, template, admin.site.page_context(request, **context))
