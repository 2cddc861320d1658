"""The escalation ladder as data, what was climbed of it, and outages of beat and workers."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.ladder import Outcome, Receiver
from cases.models.dossiers import Dossier
from onestop.triggers import not_emptied
from procedures.models import Agency

FURTHEST = 250  # working days: a year


class EscalationRung(models.Model):
    """One rung of the ladder of an agency and those below it; without an agency, of everybody else's.

    The nearest ladder holds as a whole: rungs of an agency and of one above it are never mixed.
    """

    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="escalation_rungs",
        verbose_name=_("agency"),
        help_text=_(
            "Holds for this agency and those below it; empty: for all that have no ladder of their own"
        ),
    )
    working_days = models.SmallIntegerField(
        _("working days after the due date"),
        help_text=_("Negative: before it; 0: as soon as the due moment has passed"),
    )
    receiver = models.CharField(_("who is told"), max_length=12, choices=Receiver.choices)

    class Meta:
        verbose_name = _("rung of the escalation ladder")
        verbose_name_plural = _("rungs of the escalation ladder")
        ordering = [F("agency").asc(nulls_first=True), "working_days"]
        constraints = [
            models.UniqueConstraint(
                name="escalation_rung_once",
                fields=["agency", "working_days"],
                nulls_distinct=False,
                violation_error_message=_("This ladder has a rung at these working days already."),
            ),
            models.CheckConstraint(
                name="escalation_rung_receiver_known", condition=Q(receiver__in=Receiver.values)
            ),
            models.CheckConstraint(
                name="escalation_rung_within_a_year",
                condition=Q(working_days__gte=-FURTHEST, working_days__lte=FURTHEST),
                violation_error_message=_("A rung is at most 250 working days away from the due date."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.working_days:+d} {self.get_receiver_display()}"


class Escalation(models.Model):
    """A rung that was reached, once for each promise: another cycle or due date begins at the bottom."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="escalations", db_index=False)
    cycle = models.PositiveSmallIntegerField(_("cycle"))
    due_at = models.DateTimeField(_("due date"))
    working_days = models.SmallIntegerField(_("working days after the due date"))
    receiver = models.CharField(_("who is told"), max_length=12, choices=Receiver.choices)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="escalation_once", fields=["dossier", "cycle", "due_at", "working_days"]
            ),
            models.CheckConstraint(
                name="escalation_receiver_known", condition=Q(receiver__in=Receiver.values)
            ),
            models.CheckConstraint(name="escalation_outcome_known", condition=Q(outcome__in=Outcome.values)),
        ]
        triggers = [
            not_emptied("escalation_not_emptied"),
            pgtrigger.Protect(name="escalation_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        ]


class Outage(models.Model):
    """Beat or workers were silent for longer than they may be; of a name at most one is open.

    `since` is the last sign of life before it. `told_at` is when the operators were written to.
    """

    name = models.CharField(max_length=40)
    since = models.DateTimeField()
    noticed_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["noticed_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="outage_one_open", fields=["name"], condition=Q(ended_at=None)),
            models.CheckConstraint(
                name="outage_noticed_after_it_began", condition=Q(noticed_at__gte=F("since"))
            ),
            models.CheckConstraint(
                name="outage_ends_after_it_was_noticed",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("noticed_at")),
            ),
        ]
