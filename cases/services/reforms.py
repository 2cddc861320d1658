"""The register of reform plans and tasks: planned, followed up, finished with evidence (seed-requirements S1, S4).

Each function is one transaction and adds one row to the history of the task, with who and when. How a task
stands – finished, in progress, overdue – follows from its dates.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import rules
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.services.base import fitting_text, known_choice, required_text
from procedures.models import Agency, Procedure, ReformCooperation, ReformEntry, ReformPlan, ReformTask
from procedures.reforms import ReformEntryKind, ReformKind

LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What a task says. `due_on` None: a regular task."""

    kind: str
    title: str
    lead: Agency | None
    due_on: date | None = None
    procedure: Procedure | None = None
    cooperating: tuple[Agency, ...] = ()


@transaction.atomic
def add_reform_plan(*, agency: Agency | None, title: str, decision: str, by) -> ReformPlan:
    """Enter a plan of an agency. Raises `Invalid`, `NotPermitted`."""
    if agency is None:
        raise Invalid(_("Choose the agency that issued the plan."), code="required", field="agency")
    if not rules.keeps_reforms_of(by, agency):
        raise _not_permitted()
    title = _text(title, "title", ReformPlan, _("Enter the name of the plan."))
    decision = _text(decision, "decision", ReformPlan, _("Enter number and date of the decision."))
    if ReformPlan.objects.filter(agency=agency, title=title, decision=decision).exists():
        raise Invalid(_("This plan is in the register already."), code="known", field="title")
    return ReformPlan.objects.create(agency=agency, title=title, decision=decision, by=by, at=timezone.now())


@transaction.atomic
def add_reform_task(plan: ReformPlan, facts: TaskFacts, *, by) -> ReformTask:
    """Add a task with the next number of its plan. Raises `Invalid`, `NotPermitted`."""
    # Who adds two tasks to one plan at once waits here for the number.
    plan = ReformPlan.objects.select_for_update(of=("self",)).select_related("agency").get(pk=plan.pk)
    _check_keeper(plan, by)
    values = _checked(facts)
    number = (plan.tasks.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    task = ReformTask.objects.create(plan=plan, number=number, **values)
    _join(task, facts.cooperating)
    _enter(task, ReformEntryKind.ADDED, by=by, data={"after": _written(task)})
    return task


@transaction.atomic
def change_reform_task(task: ReformTask, facts: TaskFacts, *, by, reason: str) -> ReformTask:
    """Change an unfinished task, with the reason; before and after stand in its history.

    Raises `Invalid`, `NotPermitted`, `NotPossibleNow`.
    """
    task = _locked(task)
    _check_keeper(task.plan, by)
    _check_open(task)
    reason = _note(reason, _("Write why the task is changed."), "reason")
    before, values = _written(task), _checked(facts)
    task.cooperations.all().delete()
    for name, value in values.items():
        setattr(task, name, value)
    task.save()
    _join(task, facts.cooperating)
    after = _written(task)
    if before == after:
        raise Invalid(_("Nothing was changed."), code="unchanged", field="reason")
    data = {"before": before, "after": after}
    _enter(task, ReformEntryKind.CHANGED, by=by, text=reason, data=data)
    return task


@transaction.atomic
def report_reform_progress(task: ReformTask, *, by, text: str) -> ReformEntry:
    """The lead agency, or who keeps the plan, writes how far it is. Raises as the others."""
    task = _locked(task)
    _check_reporter(task, by)
    _check_open(task)
    return _enter(
        task, ReformEntryKind.PROGRESS, by=by, text=_note(text, _("Write how far the task is."), "text")
    )


@transaction.atomic
def finish_reform_task(task: ReformTask, *, by, evidence: str, finished_on: date | None = None) -> ReformTask:
    """Report it as finished, with evidence such as the number of a decision. Raises as the others."""
    task = _locked(task)
    _check_reporter(task, by)
    _check_open(task)
    evidence = _text(
        evidence, "evidence", ReformTask, _("Write what shows that the task is finished, such as a decision.")
    )
    today = timezone.localdate()
    finished_on = finished_on or today
    if finished_on > today:
        raise Invalid(
            _("A task is finished on a day that has come: today or before."),
            code="future_time",
            field="finished_on",
        )
    task.finished_on, task.evidence = finished_on, evidence
    task.save()
    _enter(
        task,
        ReformEntryKind.FINISHED,
        by=by,
        text=evidence,
        data={"after": {"finished_on": f"{finished_on:%d/%m/%Y}"}},
    )
    return task


@transaction.atomic
def reopen_reform_task(task: ReformTask, *, by, reason: str) -> ReformTask:
    """Who keeps the plan does not accept the evidence; what was reported stays in the history."""
    task = _locked(task)
    _check_keeper(task.plan, by)
    if task.finished_on is None:
        raise NotPossibleNow(_("This task is not finished."), code="not_finished")
    reason = _note(reason, _("Write why the task is opened again."), "reason")
    data = {"before": {"finished_on": f"{task.finished_on:%d/%m/%Y}", "evidence": task.evidence}}
    task.finished_on, task.evidence = None, ""
    task.save()
    _enter(task, ReformEntryKind.REOPENED, by=by, text=reason, data=data)
    return task


# --- What they share --------------------------------------------------------------------------


def _locked(task: ReformTask) -> ReformTask:
    rows = ReformTask.objects.select_for_update(of=("self",)).select_related(
        "plan__agency", "lead", "procedure"
    )
    return rows.get(pk=task.pk)


def _checked(facts: TaskFacts) -> dict:
    known_choice(facts.kind, ReformKind, field="kind")
    title = _text(facts.title, "title", ReformTask, _("Write what the task is."))
    if facts.lead is None:
        raise Invalid(_("Choose the lead agency: each task has exactly one."), code="required", field="lead")
    if facts.lead in facts.cooperating:
        raise Invalid(
            _("%(agency)s leads the task, so it is not among those that co-operate.")
            % {"agency": facts.lead},
            code="leads",
            field="cooperating",
        )
    return {
        "kind": facts.kind,
        "title": title,
        "lead": facts.lead,
        "due_on": facts.due_on,
        "procedure": facts.procedure,
    }


def _join(task: ReformTask, agencies: Iterable[Agency]) -> None:
    ReformCooperation.objects.bulk_create(
        ReformCooperation(task=task, agency=agency) for agency in dict.fromkeys(agencies)
    )


def _written(task: ReformTask) -> dict[str, str]:
    """The task as its history keeps it."""
    joined = task.cooperations.select_related("agency").order_by("agency__identifier")
    return {
        "kind": str(task.kind),
        "title": task.title,
        "lead": task.lead.identifier,
        "due_on": f"{task.due_on:%d/%m/%Y}" if task.due_on else "",
        "procedure": task.procedure.code if task.procedure else "",
        "cooperating": ", ".join(row.agency.identifier for row in joined),
    }


def _enter(task: ReformTask, kind: ReformEntryKind, *, by, text: str = "", data=None) -> ReformEntry:
    return ReformEntry.objects.create(
        task=task, kind=kind, by=by, at=timezone.now(), text=text, data=data or {}
    )


def _check_keeper(plan: ReformPlan, by) -> None:
    if not rules.keeps_reforms_of(by, plan.agency):
        raise _not_permitted()


def _check_reporter(task: ReformTask, by) -> None:
    if not rules.reports_reform(by, plan_agency=task.plan.agency, lead=task.lead):
        raise NotPermitted(
            _(
                "Only the lead agency, or who keeps the plan, reports on this task: a supervisor or administrator."
            )
        )


def _not_permitted() -> NotPermitted:
    return NotPermitted(
        _("A plan and its tasks are kept by a supervisor or administrator of the agency that issued it.")
    )


def _check_open(task: ReformTask) -> None:
    if task.finished_on is not None:
        raise NotPossibleNow(
            _("This task was reported as finished on %(day)s.") % {"day": f"{task.finished_on:%d/%m/%Y}"},
            code="finished",
        )


def _text(text: str, field: str, model, sentence) -> str:
    text = required_text(text, field=field, sentence=sentence)
    return fitting_text(text, field=field, model=model)


def _note(text: str, sentence, field: str) -> str:
    text = required_text(text, field=field, sentence=sentence)
    if len(text) > LONGEST_NOTE:
        raise Invalid(
            _("This text has %(length)s characters; at most %(longest)s are possible.")
            % {"length": len(text), "longest": LONGEST_NOTE},
            code="too_long",
            field=field,
        )
    return text
