"""Results that a store of their owner is to have: the outbox of what is put back (R36)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.connections.stores.facts import HandIn
from cases.connections.systems import System
from cases.models.demands import StoredPaper


class ResultHandIn(models.Model):
    """One result for one store, written in the transaction in which it was handed over; once by its result code.

    It hangs on the paper of the applicant's own store, which stays when the dossier goes to the archive.
    """

    system = models.CharField(_("system"), max_length=20, choices=System.choices)
    paper = models.ForeignKey(
        StoredPaper, on_delete=models.PROTECT, related_name="hand_ins", verbose_name=_("stored paper")
    )
    result_code = models.CharField(_("result code"), max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=HandIn.choices, default=HandIn.WAITING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"))
    claimed_until = models.DateTimeField(null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    receipt = models.CharField(_("receipt"), max_length=60, blank=True)
    created_at = models.DateTimeField(_("created at"))
    delivered_at = models.DateTimeField(_("delivered at"), null=True)

    class Meta:
        verbose_name = _("result for a store")
        verbose_name_plural = _("results for stores")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(name="hand_in_once", fields=["system", "result_code"]),
            models.CheckConstraint(
                name="hand_in_words_known",
                condition=Q(system__in=System.values, state__in=HandIn.values) & ~Q(result_code=""),
            ),
            models.CheckConstraint(
                name="hand_in_delivered_has_receipt",
                condition=~Q(state=HandIn.DELIVERED) | (Q(delivered_at__isnull=False) & ~Q(receipt="")),
            ),
            models.CheckConstraint(
                name="hand_in_refused_for_a_reason", condition=~Q(state=HandIn.REFUSED) | ~Q(reason="")
            ),
        ]
        indexes = [
            # What is due, each minute: years are delivered, few wait.
            models.Index(fields=["next_attempt_at"], name="hand_in_due", condition=Q(state=HandIn.WAITING)),
            # What waits for a person: the page of connections counts it.
            models.Index(fields=["id"], name="hand_in_refused", condition=Q(state=HandIn.REFUSED)),
        ]

    def __str__(self) -> str:
        return self.result_code
