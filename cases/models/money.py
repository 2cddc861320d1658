"""Fees, payments, waivers and the day-end report; VND, whole numbers."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.enums import PaymentMethod
from cases.models import recounting
from cases.models.dossiers import Dossier
from cases.models.triggers import only_if
from onestop.triggers import not_emptied, only_forward
from procedures.models import Agency, FeeLine


class DossierFee(models.Model):
    """One amount that the applicant owes, fixed at reception by the version (R38); VND."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="fees", db_index=False)
    fee_line = models.ForeignKey(FeeLine, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=300)
    amount = models.PositiveBigIntegerField(_("amount (VND)"))

    class Meta:
        verbose_name = _("fee of the dossier")
        verbose_name_plural = _("fees of the dossier")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="dossier_fee_once", fields=["dossier", "fee_line"])]
        triggers = [
            pgtrigger.Protect(name="dossier_fee_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
            not_emptied("dossier_fee_not_emptied"),
            *recounting.OF_FEES,
        ]

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
            models.CheckConstraint(name="payment_method_known", condition=Q(method__in=PaymentMethod.values)),
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
            not_emptied("payment_not_emptied"),
            *recounting.OF_PAYMENTS,
            pgtrigger.ReadOnly(name="payment_only_reported", exclude=["cash_report"]),
            pgtrigger.Protect(
                name="payment_reported_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__cash_report_id__isnull=False),
            ),
            only_if(
                "payment_back_of_what_was_taken",
                """
                NEW.reverses_id IS NULL OR (
                    SELECT taken.dossier_id = NEW.dossier_id AND taken.amount + NEW.amount + COALESCE(
                               (SELECT sum(amount) FROM cases_payment WHERE reverses_id = taken.id), 0) >= 0
                      FROM cases_payment taken
                     WHERE taken.id = NEW.reverses_id)
                """,
                "only what is left of a payment of the same dossier is paid back",
            ),
            only_if(
                "payment_in_its_own_report",
                """
                NEW.cash_report_id IS NULL OR EXISTS (
                    SELECT 1
                      FROM cases_cashreport report JOIN cases_dossier ON cases_dossier.id = NEW.dossier_id
                     WHERE report.id = NEW.cash_report_id
                       AND report.clerk_id = NEW.taken_by_id
                       AND report.desk_id = cases_dossier.receiving_desk_id)
                """,
                "a payment stands in a report of the clerk who took it, at the desk of its dossier",
                operation=pgtrigger.Insert | pgtrigger.Update,
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
            pgtrigger.Protect(name="waiver_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
            not_emptied("waiver_not_emptied"),
            only_if(
                "waiver_of_what_is_left",
                """
                SELECT fee.dossier_id = NEW.dossier_id AND NEW.amount + COALESCE(
                           (SELECT sum(amount) FROM cases_feewaiver WHERE fee_id = fee.id), 0) <= fee.amount
                  FROM cases_dossierfee fee
                 WHERE fee.id = NEW.fee_id
                """,
                "only what is left of a fee of the same dossier is waived",
            ),
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
            pgtrigger.Protect(name="cash_report_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
            not_emptied("cash_report_not_emptied"),
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
        triggers = [
            pgtrigger.Protect(name="receipt_counter_not_deleted", operation=pgtrigger.Delete),
            only_forward("receipt_counter_only_forward"),
            not_emptied("receipt_counter_not_emptied"),
        ]
