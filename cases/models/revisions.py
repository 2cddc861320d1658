"""A change of the calendar and what it moved (R24): proposed, looked at, approved, applied in batches."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.enums import REVISION_MOVES, DayChange, RevisionState
from cases.models.dossiers import Dossier
from onestop.triggers import not_emptied
from procedures.enums import DayKind
from procedures.models import Agency, CalendarDay


class CalendarRevision(models.Model):
    """One change of the calendar (điều chỉnh lịch làm việc) with its legal reference, and its progress.

    Without rows of `days` it only counts anew, because office hours or the catalogue changed.
    """

    state = models.CharField(
        _("state"), max_length=12, choices=RevisionState.choices, default=RevisionState.DRAFT, editable=False
    )
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agency"),
        help_text=_("Empty: the whole country"),
    )
    reason = models.CharField(_("reason"), max_length=300)
    legal_reference = models.CharField(_("legal reference"), max_length=400, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("created at"), editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, editable=False)
    total = models.PositiveIntegerField(_("dossiers to look at"), default=0, editable=False)
    checked = models.PositiveIntegerField(_("looked at"), default=0, editable=False)
    moved = models.PositiveIntegerField(_("moved"), default=0, editable=False)
    last_dossier = models.BigIntegerField(default=0, editable=False)  # where the next batch goes on
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)

    class Meta:
        verbose_name = _("calendar revision")
        verbose_name_plural = _("calendar revisions")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="revision_state_known", condition=Q(state__in=RevisionState.values)),
            models.CheckConstraint(
                name="revision_applied_was_approved",
                condition=Q(state__in=[RevisionState.DRAFT, RevisionState.CANCELLED])
                | Q(approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="revision_done_has_moment",
                condition=Q(state=RevisionState.DONE, finished_at__isnull=False)
                | (~Q(state=RevisionState.DONE) & Q(finished_at__isnull=True)),
            ),
        ]
        triggers = [
            not_emptied("revision_not_emptied"),
            pgtrigger.FSM(name="revision_moves_forward", field="state", transitions=sorted(REVISION_MOVES)),
            pgtrigger.Protect(
                name="revision_past_draft_is_kept",
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__state=RevisionState.DRAFT),
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class RevisionDay(models.Model):
    """One day that a revision adds, switches off or switches on."""

    revision = models.ForeignKey(CalendarRevision, on_delete=models.CASCADE, related_name="days")
    change = models.CharField(_("change"), max_length=12, choices=DayChange.choices, default=DayChange.ADD)
    date = models.DateField(_("date"))
    is_worked = models.BooleanField(
        _("worked"), default=False, help_text=_("A Saturday worked instead of a swapped day")
    )
    kind = models.CharField(_("kind"), max_length=30, choices=DayKind.choices, default=DayKind.OTHER)
    name_vi = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("name in English"), max_length=150, blank=True)
    legal_reference = models.CharField(_("legal reference"), max_length=400, blank=True)
    key = models.CharField(_("key"), max_length=60, blank=True)
    provisional = models.BooleanField(_("provisional"), default=False)
    calendar_day = models.ForeignKey(
        CalendarDay, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    class Meta:
        verbose_name = _("day of the revision")
        verbose_name_plural = _("days of the revision")
        ordering = ["date"]
        constraints = [models.UniqueConstraint(name="revision_day_once", fields=["revision", "date"])]

    def __str__(self) -> str:
        return f"{self.get_change_display()} {self.date:%d/%m/%Y}"


class CalendarMove(models.Model):
    """One promise that a revision moved (R24): from when to when."""

    revision = models.ForeignKey(
        CalendarRevision, on_delete=models.PROTECT, related_name="moves", db_index=False
    )
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="calendar_moves")
    cycle = models.PositiveSmallIntegerField()
    old_due_at = models.DateTimeField(_("old due date"))
    new_due_at = models.DateTimeField(_("new due date"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("moved dossier")
        verbose_name_plural = _("moved dossiers")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="calendar_move_once", fields=["revision", "dossier"]),
            models.CheckConstraint(name="calendar_move_moves", condition=~Q(new_due_at=F("old_due_at"))),
        ]
        triggers = [
            not_emptied("calendar_move_not_emptied"),
            pgtrigger.Protect(name="calendar_move_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        ]
