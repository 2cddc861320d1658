"""The register of reform plans and tasks (kế hoạch, nhiệm vụ cải cách thủ tục hành chính)."""

from datetime import date

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onestop.triggers import not_emptied
from procedures.models.agencies import Agency
from procedures.models.catalogue import Procedure
from procedures.reforms import ReformEntryKind, ReformKind, ReformStanding, standing


class ReformPlan(models.Model):
    """A plan or programme whose tasks are followed up: an internal-procedure plan, Project 06, a directive."""

    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="reform_plans", verbose_name=_("issued by")
    )
    title = models.CharField(_("plan"), max_length=300)
    decision = models.CharField(_("decision"), max_length=200, help_text=_("Number and date"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("reform plan")
        verbose_name_plural = _("reform plans")
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(name="reform_plan_once", fields=["agency", "decision", "title"]),
            models.CheckConstraint(name="reform_plan_says_what", condition=~Q(title="") & ~Q(decision="")),
        ]
        triggers = [not_emptied("reform_plan_not_emptied")]

    def __str__(self) -> str:
        return self.title


class ReformTaskQuerySet(models.QuerySet):
    def of_agencies(self, agencies):
        """Of their plans, and what they lead or take part in."""
        cooperating = ReformCooperation.objects.filter(agency__in=agencies).values("task")
        return self.filter(Q(plan__agency__in=agencies) | Q(lead__in=agencies) | Q(pk__in=cooperating))

    def standing(self, wanted: str, today: date):
        """Finished, in progress or overdue on that day; what is overdue is no longer in progress."""
        finished = Q(finished_on__isnull=False, finished_on__lte=today)
        late = Q(due_on__isnull=False, due_on__lt=today)
        match wanted:
            case ReformStanding.FINISHED:
                return self.filter(finished)
            case ReformStanding.OVERDUE:
                return self.filter(~finished, late)
        return self.filter(~finished, ~late)


class ReformTask(models.Model):
    """One task with exactly one lead agency (cơ quan chủ trì); others co-operate (cơ quan phối hợp).

    `due_on` is the last day in time; without one the task is a regular one (nhiệm vụ thường xuyên).
    """

    plan = models.ForeignKey(
        ReformPlan, on_delete=models.PROTECT, related_name="tasks", verbose_name=_("plan")
    )
    number = models.PositiveSmallIntegerField(_("number in the plan"))
    kind = models.CharField(_("kind"), max_length=20, choices=ReformKind.choices)
    title = models.CharField(_("task"), max_length=1000)
    procedure = models.ForeignKey(
        Procedure,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reform_tasks",
        verbose_name=_("procedure"),
    )
    # One column that is never empty: a task without a lead, or with two, cannot be stored.
    lead = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="led_reform_tasks", verbose_name=_("lead agency")
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    finished_on = models.DateField(_("finished on"), null=True, blank=True)
    evidence = models.CharField(_("evidence of finishing"), max_length=1000, blank=True)
    cooperating = models.ManyToManyField(
        Agency,
        through="ReformCooperation",
        related_name="joined_reform_tasks",
        verbose_name=_("co-operating agencies"),
    )

    objects = ReformTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("reform task")
        verbose_name_plural = _("reform tasks")
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(name="reform_task_numbered_once", fields=["plan", "number"]),
            models.CheckConstraint(
                name="reform_task_known", condition=Q(kind__in=ReformKind.values) & ~Q(title="")
            ),
            models.CheckConstraint(
                name="reform_task_finished_with_evidence",
                condition=Q(finished_on__isnull=True, evidence="")
                | (Q(finished_on__isnull=False) & ~Q(evidence="")),
            ),
        ]
        indexes = [
            # What is not finished, by the day it is due: lists and counts per agency.
            models.Index(fields=["lead", "due_on"], name="reform_open", condition=Q(finished_on=None))
        ]
        triggers = [
            not_emptied("reform_task_not_emptied"),
            pgtrigger.Protect(name="reform_task_not_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="reform_task_of_its_plan", fields=["plan", "number"]),
            pgtrigger.Trigger(
                name="reform_lead_apart",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("lead_id"),
                func="""
                    IF EXISTS (SELECT 1 FROM procedures_reformcooperation
                                WHERE task_id = NEW.id AND agency_id = NEW.lead_id) THEN
                        RAISE EXCEPTION 'the lead of a task does not co-operate with itself'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def standing(self, today: date) -> ReformStanding:
        return standing(self.due_on, self.finished_on, today)

    @property
    def was_late(self) -> bool:
        """Finished after its due day."""
        return bool(self.finished_on and self.due_on and self.finished_on > self.due_on)


class ReformCooperation(models.Model):
    """An agency that takes part in a task and does not lead it."""

    task = models.ForeignKey(ReformTask, on_delete=models.CASCADE, related_name="cooperations")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("agency"))

    class Meta:
        constraints = [models.UniqueConstraint(name="reform_joined_once", fields=["task", "agency"])]
        triggers = [
            not_emptied("reform_cooperation_not_emptied"),
            pgtrigger.Trigger(
                name="reform_joined_apart",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF EXISTS (SELECT 1 FROM procedures_reformtask
                                WHERE id = NEW.task_id AND lead_id = NEW.agency_id) THEN
                        RAISE EXCEPTION 'the lead of a task does not co-operate with itself'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.agency)


class ReformEntry(models.Model):
    """Who entered what of a task, and when; only added. `data`: the fields that changed, before and after."""

    task = models.ForeignKey(ReformTask, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(_("what"), max_length=10, choices=ReformEntryKind.choices)
    text = models.TextField(_("text"), blank=True)
    data = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(name="reform_entry_known", condition=Q(kind__in=ReformEntryKind.values)),
        ]
        triggers = [
            not_emptied("reform_entry_not_emptied"),
            pgtrigger.Protect(name="reform_entry_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
