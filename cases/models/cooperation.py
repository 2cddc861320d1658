"""Other agencies and other people at work on a dossier (R17, R20, R44)."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.deadlines import Punctuality, punctuality_of
from cases.enums import OPEN_STATES, ConsultationKind, HandoverGround
from cases.models.dossier_sets import ANSWERING
from cases.models.dossiers import Dossier
from onestop.triggers import not_emptied
from procedures.models import Agency


class ConsultationQuerySet(models.QuerySet):
    def waiting(self):
        """Asked and not answered, while the dossier still needs the answer."""
        return self.filter(
            asked_at__isnull=False,
            answered_at__isnull=True,
            dossier__state__in=OPEN_STATES,
            dossier__finished_at__isnull=True,
        )

    def to_answer_by(self, user):
        """What the person's agency and those below it still have to answer."""
        if not user.is_active or not user.workplace_id or user.role not in ANSWERING:
            return self.none()
        return self.waiting().filter(agency__in=Agency.objects.below(user.workplace))


class Consultation(models.Model):
    """Another agency is asked or does its part (lấy ý kiến, liên thông), with a deadline of its own (R20).

    In turn: `after` names the one that has to be answered first; `asked_at` and `due_at` are set when its
    turn comes. In parallel: no `after`.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="consultations")
    kind = models.CharField(_("kind"), max_length=15, choices=ConsultationKind.choices)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="consultations", verbose_name=_("agency")
    )
    after = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="followers",
        verbose_name=_("after"),
    )
    question = models.TextField(_("content"))
    working_hours = models.DecimalField(_("deadline in working hours"), max_digits=7, decimal_places=2)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    due_at = models.DateTimeField(_("answer due at"), null=True, blank=True)
    alerted_at = models.DateTimeField(_("alerted at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.TextField(_("answer"), blank=True)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="consultation_kind_known", condition=Q(kind__in=ConsultationKind.values)
            ),
            models.CheckConstraint(name="consultation_has_content", condition=~Q(question="")),
            models.CheckConstraint(name="consultation_has_time", condition=Q(working_hours__gt=0)),
            models.CheckConstraint(
                name="consultation_due_when_asked",
                condition=Q(asked_at__isnull=True, due_at__isnull=True, answered_at__isnull=True)
                | Q(asked_at__isnull=False, due_at__isnull=False, due_at__gt=F("asked_at")),
            ),
            models.CheckConstraint(
                name="consultation_answered_after_asked",
                condition=Q(answered_at__isnull=True, answer="")
                | (Q(answered_at__gte=F("asked_at")) & ~Q(answer="")),
            ),
        ]
        indexes = [
            # The hourly alert, and what an agency still has to answer.
            models.Index(
                fields=["agency", "due_at"],
                name="consultation_open",
                condition=Q(asked_at__isnull=False, answered_at__isnull=True),
            ),
        ]
        triggers = [
            not_emptied("consultation_not_emptied"),
            pgtrigger.Protect(name="consultation_not_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="consultation_question_stays",
                fields=[
                    "dossier",
                    "kind",
                    "agency",
                    "after",
                    "question",
                    "working_hours",
                    "created_at",
                    "created_by",
                ],
            ),
            pgtrigger.Protect(
                name="consultation_answered_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.agency}"

    @property
    def punctuality(self) -> Punctuality | None:
        """How the answer stands to its due moment; without an answer only that it is late by now."""
        return punctuality_of(self.due_at, self.answered_at)


class Handover(models.Model):
    """An open task passed from one person to another outside the internal steps (bàn giao; R17, R44)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="handovers")
    ground = models.CharField(_("ground"), max_length=15, choices=HandoverGround.choices)
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("handed over by")
    )
    receiver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("received by")
    )
    at = models.DateTimeField(_("at"))
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(name="handover_to_another", condition=~Q(giver=F("receiver"))),
        ]
        triggers = [
            not_emptied("handover_not_emptied"),
            pgtrigger.Protect(name="handover_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        ]
