"""Payments by the payment platform: what was ordered, what was told of it, what goes back, the day compared; VND."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.dossiers import Dossier
from cases.models.money import Payment
from cases.models.triggers import only_if
from cases.payment_enums import (
    WITH_MONEY,
    DifferenceKind,
    NoticeSource,
    NoticeVerdict,
    OnlinePaymentState,
    PlatformKind,
    RefundState,
)
from onestop.triggers import not_emptied

# The one trigger that forgetting what anybody sent goes round.
FORGOTTEN_IN_TIME = "payment_notice_not_deleted"


class OnlinePayment(models.Model):
    """An order at the payment platform (giao dịch thanh toán trực tuyến) for what a dossier owed; VND.

    `payment` is the one entry of money that came of it, `overpaid` how much of that was not owed any more when it
    came. `paid_at` is the platform's moment.
    """

    order_number = models.CharField(_("order number"), max_length=40, unique=True)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="online_payments")
    amount = models.PositiveBigIntegerField(_("amount (VND)"))
    platform = models.CharField(_("platform"), max_length=10, choices=PlatformKind.choices)
    state = models.CharField(
        _("state"), max_length=10, choices=OnlinePaymentState.choices, default=OnlinePaymentState.CREATED
    )
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    pay_url = models.CharField(_("page of the platform"), max_length=500, blank=True)
    qr = models.CharField(_("code to scan"), max_length=500, blank=True)
    transaction_number = models.CharField(  # noqa: DJ001 - unique where there is one
        _("transaction number of the platform"), max_length=60, null=True, unique=True
    )
    paid_at = models.DateTimeField(_("paid at"), null=True)
    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, null=True, related_name="online", verbose_name=_("payment")
    )
    overpaid = models.PositiveBigIntegerField(_("not owed any more (VND)"), default=0)
    next_ask_at = models.DateTimeField(_("asked again at"), null=True)
    asked = models.PositiveSmallIntegerField(_("asked"), default=0)

    class Meta:
        verbose_name = _("online payment")
        verbose_name_plural = _("online payments")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="online_payment_state_known", condition=Q(state__in=OnlinePaymentState.values)
            ),
            models.CheckConstraint(
                name="online_payment_platform_known", condition=Q(platform__in=PlatformKind.values)
            ),
            models.CheckConstraint(
                name="online_payment_of_something", condition=Q(amount__gt=0, expires_at__gt=F("created_at"))
            ),
            models.CheckConstraint(
                name="online_payment_paid_has_its_entry",
                condition=Q(
                    state__in=WITH_MONEY,
                    payment__isnull=False,
                    transaction_number__isnull=False,
                    paid_at__isnull=False,
                )
                | ~Q(state__in=WITH_MONEY)
                & Q(payment__isnull=True, transaction_number__isnull=True, paid_at__isnull=True, overpaid=0),
            ),
            models.CheckConstraint(
                name="online_payment_overpaid_at_most_all", condition=Q(overpaid__lte=F("amount"))
            ),
        ]
        indexes = [
            # Whose outcome is asked for, each minute: all others are done.
            models.Index(
                fields=["next_ask_at"], name="online_payment_to_ask", condition=Q(next_ask_at__isnull=False)
            ),
            # What was paid on a day, to be compared with the platform's statement.
            models.Index(fields=["paid_at"], name="online_payment_paid", condition=Q(paid_at__isnull=False)),
            # What came although it was not owed: few, and to be paid back.
            models.Index(fields=["paid_at"], name="online_payment_overpaid", condition=Q(overpaid__gt=0)),
        ]
        triggers = [
            pgtrigger.Protect(name="online_payment_not_deleted", operation=pgtrigger.Delete),
            not_emptied("online_payment_not_emptied"),
            pgtrigger.ReadOnly(
                name="online_payment_stays_what_it_is",
                fields=["order_number", "dossier", "amount", "platform", "created_at"],
            ),
            pgtrigger.Protect(
                name="online_payment_money_comes_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__payment_id__isnull=False)
                & ~pgtrigger.Q(new__payment_id=pgtrigger.F("old__payment_id")),
            ),
            only_if(
                "online_payment_is_its_entry",
                """
                NEW.payment_id IS NULL OR EXISTS (
                    SELECT 1 FROM cases_payment entry
                     WHERE entry.id = NEW.payment_id AND entry.dossier_id = NEW.dossier_id
                       AND entry.amount = NEW.amount AND entry.method = 'online')
                """,
                "an online payment is entered once, for its own dossier and amount",
                operation=pgtrigger.Insert | pgtrigger.Update,
            ),
        ]

    def __str__(self) -> str:
        return self.order_number

    @property
    def can_be_paid(self) -> bool:
        return self.state == OnlinePaymentState.CREATED and bool(self.pay_url)


class PaymentNotice(models.Model):
    """What was said of an order, by whom, and what became of it. Only added; what anybody sent is forgotten in time."""

    at = models.DateTimeField(_("at"))
    source = models.CharField(_("source"), max_length=10, choices=NoticeSource.choices)
    verdict = models.CharField(_("outcome"), max_length=20, choices=NoticeVerdict.choices)
    order = models.ForeignKey(
        OnlinePayment, on_delete=models.PROTECT, null=True, related_name="notices", verbose_name=_("order")
    )
    order_number = models.CharField(_("order number"), max_length=60, blank=True)
    transaction_number = models.CharField(_("transaction number of the platform"), max_length=60, blank=True)
    amount = models.BigIntegerField(_("amount (VND)"), null=True)
    status = models.CharField(_("status"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("notice of a payment")
        verbose_name_plural = _("notices of payments")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="payment_notice_known",
                condition=Q(source__in=NoticeSource.values, verdict__in=NoticeVerdict.values),
            ),
        ]
        indexes = [
            # The page of online payments, newest first; and what may be forgotten.
            models.Index(fields=["verdict", "at"], name="payment_notice_by_verdict"),
        ]
        triggers = [
            pgtrigger.Protect(name="payment_notice_not_changed", operation=pgtrigger.Update),
            pgtrigger.Protect(name=FORGOTTEN_IN_TIME, operation=pgtrigger.Delete),
            not_emptied("payment_notice_not_emptied"),
        ]


class OnlineRefund(models.Model):
    """Money that the platform is to pay back, written with the counter-entry that says so; VND."""

    refund_number = models.CharField(_("number of the refund"), max_length=40, unique=True)
    order = models.ForeignKey(
        OnlinePayment, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("order")
    )
    entry = models.OneToOneField(
        Payment, on_delete=models.PROTECT, related_name="online_refund", verbose_name=_("entry")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=RefundState.choices, default=RefundState.WAITING
    )
    asked_at = models.DateTimeField(_("at"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"), null=True)
    fault = models.CharField(_("reason"), max_length=300, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True)
    transaction_number = models.CharField(_("transaction number of the platform"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("refund by the platform")
        verbose_name_plural = _("refunds by the platform")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="online_refund_as_it_stands",
                condition=Q(state=RefundState.WAITING, next_attempt_at__isnull=False, done_at__isnull=True)
                | Q(state=RefundState.REFUSED, next_attempt_at__isnull=True, done_at__isnull=True)
                & ~Q(fault="")
                | Q(state=RefundState.DONE, next_attempt_at__isnull=True, done_at__isnull=False)
                & ~Q(transaction_number=""),
            ),
        ]
        indexes = [
            # What the platform has still to be told of.
            models.Index(
                fields=["next_attempt_at"],
                name="online_refund_waiting",
                condition=Q(next_attempt_at__isnull=False),
            ),
            # What was paid back on a day, to be compared with the platform's statement.
            models.Index(fields=["done_at"], name="online_refund_done", condition=Q(done_at__isnull=False)),
        ]
        triggers = [
            pgtrigger.Protect(name="online_refund_not_deleted", operation=pgtrigger.Delete),
            not_emptied("online_refund_not_emptied"),
            pgtrigger.ReadOnly(
                name="online_refund_stays_what_it_is", fields=["refund_number", "order", "entry"]
            ),
            only_if(
                "online_refund_of_its_payment",
                """
                EXISTS (SELECT 1 FROM cases_payment entry
                          JOIN cases_onlinepayment paid ON paid.payment_id = entry.reverses_id
                         WHERE entry.id = NEW.entry_id AND paid.id = NEW.order_id)
                """,
                "the platform pays back what it took",
            ),
        ]

    def __str__(self) -> str:
        return self.refund_number

    @property
    def amount(self) -> int:
        return self.entry.back


class PaymentDay(models.Model):
    """A day of the platform's statement compared with our books (đối soát); VND, the day is that of Việt Nam."""

    day = models.DateField(_("day"), primary_key=True)
    compared_at = models.DateTimeField(_("compared at"))
    payments_there = models.PositiveIntegerField(_("payments there"))
    sum_there = models.BigIntegerField(_("sum there (VND)"))
    payments_here = models.PositiveIntegerField(_("payments here"))
    sum_here = models.BigIntegerField(_("sum here (VND)"))
    repaired = models.PositiveIntegerField(_("entered by the comparison"), default=0)

    class Meta:
        verbose_name = _("reconciled day")
        verbose_name_plural = _("reconciled days")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y}"

    @property
    def is_whole(self) -> bool:
        """Compared after its end, so that nothing of it was still to come."""
        return timezone.localdate(self.compared_at) > self.day


class PaymentDifference(models.Model):
    """Where the two books differ on a day; open until somebody says what became of it, or they agree."""

    day = models.ForeignKey(
        PaymentDay,
        on_delete=models.PROTECT,
        related_name="differences",
        db_index=False,
        verbose_name=_("day"),
    )
    kind = models.CharField(_("difference"), max_length=15, choices=DifferenceKind.choices)
    number = models.CharField(_("order number"), max_length=60)
    transaction_number = models.CharField(_("transaction number of the platform"), max_length=60, blank=True)
    here = models.BigIntegerField(_("here (VND)"), null=True)
    there = models.BigIntegerField(_("there (VND)"), null=True)
    found_at = models.DateTimeField(_("found at"))
    settled_at = models.DateTimeField(_("settled at"), null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    note = models.CharField(_("what became of it"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("difference of a reconciled day")
        verbose_name_plural = _("differences of reconciled days")
        ordering = ["-found_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="payment_difference_once", fields=["day", "kind", "number", "transaction_number"]
            ),
            models.CheckConstraint(
                name="payment_difference_settled_says_how",
                condition=Q(settled_at__isnull=True) | ~Q(note=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number
