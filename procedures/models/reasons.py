"""Sentences that officers and clerks use again and again."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procedures.enums import ReasonUse
from procedures.models.catalogue import Procedure


class ReadyReason(models.Model):
    """A reason ready to be chosen (lý do mẫu), of one procedure or of all; Vietnamese, as it is printed."""

    procedure = models.ForeignKey(
        Procedure,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="ready_reasons",
        verbose_name=_("procedure"),
        help_text=_("Empty: for all procedures"),
    )
    use = models.CharField(_("offered when"), max_length=12, choices=ReasonUse.choices)
    text = models.TextField(_("reason"))
    items = ArrayField(
        models.CharField(max_length=500), verbose_name=_("what is missing"), default=list, blank=True
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("ready reason")
        verbose_name_plural = _("ready reasons")
        ordering = ["use", "position", "pk"]
        constraints = [
            models.CheckConstraint(name="ready_reason_says_something", condition=~Q(text="")),
            models.CheckConstraint(name="ready_reason_use_known", condition=Q(use__in=ReasonUse.values)),
        ]

    def __str__(self) -> str:
        return self.text
