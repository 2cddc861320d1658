"""Fees, payments, waivers and the day-end report; VND, whole numbers."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.enums import PaymentMethod
from cases.models.dossiers import Dossier
from procedures.models import Agency, FeeLine


class DossierFee(models.Model):
    """One amount that the applicant owes, fixed at reception by the version (R38); VND."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="fees")
    fee_line = models.ForeignKey(FeeLine, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=300)
    amount = models.PositiveBigIntegerField(_("amount (VND)"))

    class Meta:
        verbose_name = _("fee of the dossier")
        verbose_name_plural = _("fees of the dossier")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="dossier_fee_once", fields=["dossier", "fee_line"])]

    def __str__(self) -> str:
        return self.name

    @property
    def left(self) -> int:
        """What of it has not been waived, VND."""
        return self.amount - sum(waiver.amount for waiver in self.waivers.all())


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
    reference = models.CharField(_("reference of the bank"), max_length=60, blank=True)
    reverses = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversals",
        verbose_name=_("pays back"),
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    cash_report = models.ForeignKey(
        "CashReport",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="payments",
        verbose_name=_("day-end report"),
    )

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["paid_at", "pk"]
        constraints = [
            models.CheckConstraint(name="payment_not_zero", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="payment_back_names_what_and_why",
                condition=Q(amount__gt=0, reverses__isnull=True)
                | (Q(amount__lt=0, reverses__isnull=False) & ~Q(reason="")),
            ),
        ]
        indexes = [
            # What a clerk has taken and not yet reported: the day-end report claims these.
            models.Index(
                fields=["taken_by", "paid_at"], name="payment_unreported", condition=Q(cash_report=None)
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="payment_not_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="payment_only_reported", exclude=["cash_report"]),
            pgtrigger.Protect(
                name="payment_reported_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__cash_report_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.receipt_number

    @property
    def back(self) -> int:
        """What a counter-entry pays back, VND."""
        return max(-self.amount, 0)

    @property
    def left(self) -> int:
        """What of it has not been paid back, VND; nothing of a counter-entry."""
        return max(self.amount, 0) + sum(entry.amount for entry in self.reversals.all())


class FeeWaiver(models.Model):
    """A fee, or part of it, that need not be paid (miễn, giảm), with its ground; VND (R38)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="waivers")
    fee = models.ForeignKey(DossierFee, on_delete=models.PROTECT, related_name="waivers")
    amount = models.PositiveBigIntegerField(_("amount (VND)"))
    ground = models.CharField(_("ground"), max_length=300)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("fee waiver")
        verbose_name_plural = _("fee waivers")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(name="waiver_has_ground", condition=Q(amount__gt=0) & ~Q(ground="")),
        ]
        triggers = [
            pgtrigger.Protect(name="waiver_only_added", operation=pgtrigger.Update | pgtrigger.Delete)
        ]


class CashReport(models.Model):
    """What one clerk took at one desk since the last report (bảng kê thu cuối ngày); VND.

    Its payments point to it, so reports and payments always add up; what was counted is typed in.
    """

    clerk = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("clerk")
    )
    desk = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="cash_reports", verbose_name=_("receiving desk")
    )
    number = models.CharField(_("number"), max_length=60, unique=True)
    closed_at = models.DateTimeField(_("closed at"))
    expected_cash = models.BigIntegerField(_("cash by the entries (VND)"))
    counted_cash = models.BigIntegerField(_("cash counted (VND)"))
    note = models.CharField(_("explanation of the difference"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("day-end cash report")
        verbose_name_plural = _("day-end cash reports")
        ordering = ["-closed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="cash_report_explains_difference",
                condition=Q(expected_cash=F("counted_cash")) | ~Q(note=""),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="cash_report_only_added", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def difference(self) -> int:
        """Counted minus expected, VND."""
        return self.counted_cash - self.expected_cash


class ReceiptCounter(models.Model):
    """Last fee-receipt number of a desk in a year; gapless like the dossier codes."""

    agency_identifier = models.CharField(max_length=35)
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="receipt_counter_once", fields=["agency_identifier", "year"])
        ]
