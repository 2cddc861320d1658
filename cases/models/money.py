"""Payments; VND, whole numbers."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.enums import PaymentMethod
from cases.models.dossiers import Dossier


class Payment(models.Model):
    """Money taken for a dossier; corrections are counter-entries, never changes (R43)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="payments")
    amount = models.BigIntegerField(_("amount (VND)"))
    method = models.CharField(_("method"), max_length=12, choices=PaymentMethod.choices)
    receipt_number = models.CharField(_("receipt number"), max_length=60, unique=True)
    paid_at = models.DateTimeField(_("paid at"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["paid_at", "pk"]
        constraints = [models.CheckConstraint(name="payment_not_zero", condition=~Q(amount=0))]
        triggers = [
            pgtrigger.Protect(name="payment_only_added", operation=pgtrigger.Update | pgtrigger.Delete)
        ]


class ReceiptCounter(models.Model):
    """Last fee-receipt number of a desk in a year; gapless like the dossier codes."""

    agency_identifier = models.CharField(max_length=35)
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="receipt_counter_once", fields=["agency_identifier", "year"])
        ]
