"""Rows that are only ever added: the history of a dossier (R17, R43).

Database triggers refuse changes and deletions, also to an administrator with a database shell.
"""

from datetime import UTC, datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases.deadlines import Punctuality, punctuality_of
from cases.enums import (
    EVENT_SENTENCES,
    INTERNAL_EVENTS,
    EventKind,
    PaymentMethod,
    ResultKind,
    ReuseGround,
    State,
)
from cases.models import recounting
from cases.models.dossiers import Dossier
from cases.models.triggers import chained
from onestop.triggers import not_emptied
from procedures.enums import Channel
from procedures.models import Agency, ProcedureStep

_CHOICES = {
    "channel": Channel,
    "result": ResultKind,
    "method": PaymentMethod,
    "punctuality": Punctuality,
    "ground": ReuseGround,
    "step": EventKind,
}


# What an event says, by the names of its columns.
CONTENT = ("dossier_id", "kind", "at", "actor_id", "actor_label", "from_state", "to_state", "data")


def content_of(
    dossier: int, kind: str, at: datetime, actor: int | None, label: str, before: str, after: str, data: dict
) -> list:
    """The content of an event from the values of `CONTENT`: for chains, whose millions of rows are no objects."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return [dossier, str(kind), moment, actor, label, str(before), str(after), data]


class DossierEvent(models.Model):
    """What happened, who did it and when, as a fact with data; the sentence is made for the reader."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="events", db_index=False)
    kind = models.CharField(_("event"), max_length=30, choices=EventKind.choices)
    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    actor_label = models.CharField(_("by"), max_length=300, blank=True)
    from_state = models.CharField(_("from"), max_length=20, blank=True)
    to_state = models.CharField(_("to"), max_length=20, blank=True)
    data = models.JSONField(default=dict)
    # Made by `cases.events` with a key that the database does not have: see `cases.services.audit`.
    seal = models.CharField(max_length=80, blank=True, editable=False)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["dossier", "at"], name="event_of_dossier"),
            # What scorecards and roll-ups ask of every dossier (`cases.scorecard`).
            models.Index(
                fields=["dossier", "kind", "at"],
                name="event_counted",
                condition=Q(kind__in=[EventKind.SETTLED, EventKind.STARTED, EventKind.CLARIFICATION]),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="event_kind_known", condition=Q(kind__in=EventKind.values)),
            models.CheckConstraint(
                name="event_states_known",
                condition=Q(from_state__in=["", *State.values], to_state__in=["", *State.values]),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="event_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
            not_emptied("event_not_emptied"),
            chained("event_chained"),
            *recounting.OF_EVENTS,
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def content(self) -> list:
        """All that the row says, as it is sealed and chained; the same before and after it was stored."""
        return content_of(*(getattr(self, name) for name in CONTENT))

    @property
    def sentence(self) -> str:
        """What happened, in the language of the reader; choices are stored by value and read by label."""
        words = {
            name: str(_CHOICES[name](value).label)
            if name in _CHOICES and value in _CHOICES[name].values  # a ground may also be free text
            else value
            for name, value in self.data.items()
        }
        said = str(EVENT_SENTENCES[self.kind]) % words
        if unanswered := self.data.get("unanswered"):
            said += " " + _t("Without the answer of: %(agencies)s.") % {"agencies": ", ".join(unanswered)}
        return said

    @property
    def changes_state(self) -> bool:
        """What does not move the dossier says no state before; neither does what begins its life."""
        return self.kind == EventKind.SUBMITTED or self.from_state not in {"", self.to_state}

    @property
    def is_public(self) -> bool:
        """Whether the owner of the dossier reads it: not what is work inside the office, or may be dropped."""
        if self.kind == EventKind.UNDONE:
            return (
                self.from_state != self.to_state  # every change of state is told (R32)
                or self.data["step"] == EventKind.RESULT_RECORDED
                or "due" in self.data["was"]
            )
        return self.kind not in INTERNAL_EVENTS

    @property
    def public_sentence(self) -> str:
        """The sentence for the owner, who is not told what colleagues write to each other."""
        if self.kind == EventKind.UNDONE:
            return _t("“%(step)s” was taken back.") % {"step": EventKind(self.data["step"]).label}
        return self.sentence


class Supplement(models.Model):
    """One request to complete a dossier (yêu cầu bổ sung): what, why, and when it was answered."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="supplements")
    cycle = models.PositiveSmallIntegerField()
    before_reception = models.BooleanField(default=False)  # at the desk: no clock ran, nothing restarts (T2)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.TextField(_("reason"))
    items = models.JSONField(_("what is missing"))
    due_at = models.DateTimeField(_("due date when asked"), null=True, blank=True)  # before reception: none
    is_late = models.BooleanField(_("asked later than the law allows"), default=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("supplement request")
        verbose_name_plural = _("supplement requests")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="supplement_one_open", fields=["dossier"], condition=Q(answered_at__isnull=True)
            ),
            models.CheckConstraint(name="supplement_has_reason", condition=~Q(reason="") & ~Q(items=[])),
            models.CheckConstraint(
                name="supplement_answered_after_asked",
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("asked_at")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="supplement_not_deleted", operation=pgtrigger.Delete),
            not_emptied("supplement_not_emptied"),
            pgtrigger.ReadOnly(name="supplement_only_answered", exclude=["answered_at", "reminded_at"]),
            pgtrigger.Protect(
                name="supplement_answered_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
            *recounting.OF_SUPPLEMENTS,
        ]


class Reschedule(models.Model):
    """The due date moved by an issued apology (hẹn lại ngày trả kết quả); at most once per cycle (R30)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="reschedules", db_index=False)
    cycle = models.PositiveSmallIntegerField()
    old_due_at = models.DateTimeField(_("old due date"))
    new_due_at = models.DateTimeField(_("new due date"))
    reason = models.TextField(_("reason"))
    letter_number = models.CharField(_("letter"), max_length=60)
    at = models.DateTimeField(_("at"))
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("reschedule")
        verbose_name_plural = _("reschedules")
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(name="reschedule_once_per_cycle", fields=["dossier", "cycle"]),
            models.CheckConstraint(name="reschedule_to_later", condition=Q(new_due_at__gt=F("old_due_at"))),
            models.CheckConstraint(name="reschedule_has_reason", condition=~Q(reason="")),
        ]
        triggers = [
            pgtrigger.Protect(name="reschedule_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
            not_emptied("reschedule_not_emptied"),
            # The services know each agency's own hours; this is what no agency can promise.
            pgtrigger.Trigger(
                name="reschedule_to_a_working_day",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("promised", "date")],
                func="""
                    promised := (NEW.new_due_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
                    IF EXTRACT(ISODOW FROM promised) = 7
                       OR EXISTS (
                           SELECT 1 FROM procedures_calendarday
                            WHERE date = promised AND enabled AND NOT is_worked AND agency_id IS NULL)
                       OR (EXTRACT(ISODOW FROM promised) = 6
                           AND NOT EXISTS (
                               SELECT 1 FROM procedures_calendarday
                                WHERE date = promised AND enabled AND is_worked)
                           AND NOT EXISTS (SELECT 1 FROM procedures_agency WHERE saturday_counts))
                    THEN
                        RAISE EXCEPTION 'a reschedule may not promise a day off: %', promised
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]


class StepRun(models.Model):
    """One internal step as it ran: where, who, until when (phiếu kiểm soát is a view of these rows; R17)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="step_runs")
    step = models.ForeignKey(ProcedureStep, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("step"), max_length=500)
    unit = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField(_("started at"))
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["started_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="step_one_running", fields=["dossier"], condition=Q(done_at__isnull=True)
            ),
            models.CheckConstraint(
                name="step_done_after_start",
                condition=Q(done_at__isnull=True) | Q(done_at__gte=F("started_at")),
            ),
        ]
        indexes = [
            # How long a step took the last times in this unit, see `cases.outlook`.
            models.Index(
                fields=["step", "unit", "-done_at"], name="step_last_done", condition=Q(done_at__isnull=False)
            ),
            # Who has how much to do, and what was done on a day (`cases.scorecard.counting`).
            models.Index(fields=["unit", "officer"], name="step_running", condition=Q(done_at=None)),
            models.Index(fields=["done_at"], name="step_done_on"),
        ]
        triggers = [
            pgtrigger.Protect(name="step_not_deleted", operation=pgtrigger.Delete),
            not_emptied("step_not_emptied"),
            pgtrigger.Protect(
                name="step_done_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__done_at__isnull=False),
            ),
            *recounting.OF_STEPS,
        ]

    @property
    def punctuality(self) -> Punctuality | None:
        """How the step stands to its due moment (R17); while it runs only that it is late by now."""
        return punctuality_of(self.due_at, self.done_at)
