"""Orders to the public postal service (bưu chính công ích) and what it tells of them; VND."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.dossiers import Dossier
from cases.models.money import Payment
from cases.post_enums import OPEN_POSTAL, PostalDirection, PostalState, PostalStep
from onestop.triggers import not_emptied


class PostalOrder(models.Model):
    """One consignment of a dossier; whom it goes to is asked of the dossier when it is ordered, never kept here.

    `cod_amount` is collected at the door for what is owed, 0 for nothing; `payment` is the one entry that came of it,
    `overpaid` how much of that was not owed any more when it came.
    """

    order_number = models.CharField(_("order number"), max_length=40, unique=True)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="postal_orders")
    direction = models.CharField(_("direction"), max_length=10, choices=PostalDirection.choices)
    state = models.CharField(
        _("state"), max_length=12, choices=PostalState.choices, default=PostalState.SENDING
    )
    tracking_number = models.CharField(  # noqa: DJ001 - unique where there is one
        _("tracking number of the post"), max_length=40, null=True, unique=True
    )
    cod_amount = models.PositiveBigIntegerField(_("collected on delivery (VND)"), default=0)
    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, null=True, related_name="postal", verbose_name=_("payment")
    )
    overpaid = models.PositiveBigIntegerField(_("not owed any more (VND)"), default=0)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField(_("ordered at"))
    next_ask_at = models.DateTimeField(_("asked again at"), null=True)
    fault = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("postal order")
        verbose_name_plural = _("postal orders")
        ordering = ["ordered_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="postal_order_known",
                condition=Q(state__in=PostalState.values, direction__in=PostalDirection.values),
            ),
            models.CheckConstraint(
                name="postal_order_taken_has_its_number",
                condition=Q(state__in=[PostalState.SENDING, PostalState.REFUSED, PostalState.CANCELLED])
                | Q(tracking_number__isnull=False),
            ),
            models.CheckConstraint(
                name="postal_order_collects_on_delivery",
                condition=Q(cod_amount=0) | Q(direction=PostalDirection.DELIVERY),
            ),
            models.CheckConstraint(
                name="postal_order_money_of_what_was_collected",
                condition=Q(payment__isnull=True) | Q(cod_amount__gt=0),
            ),
            models.CheckConstraint(
                name="postal_order_overpaid_of_what_was_collected",
                condition=Q(overpaid=0) | Q(payment__isnull=False, overpaid__lte=F("cod_amount")),
            ),
            # One of each kind is on its way at a time.
            models.UniqueConstraint(
                name="postal_order_one_open",
                fields=["dossier", "direction"],
                condition=Q(state__in=OPEN_POSTAL),
            ),
        ]
        indexes = [
            # Where a consignment is, asked every few minutes.
            models.Index(
                fields=["next_ask_at"], name="postal_order_to_ask", condition=Q(next_ask_at__isnull=False)
            ),
            # What was collected although it was not owed any more: few, and to be paid back.
            models.Index(fields=["ordered_at"], name="postal_order_overpaid", condition=Q(overpaid__gt=0)),
        ]
        triggers = [
            pgtrigger.Protect(name="postal_order_not_deleted", operation=pgtrigger.Delete),
            not_emptied("postal_order_not_emptied"),
            pgtrigger.ReadOnly(
                name="postal_order_stays_what_it_is",
                fields=["order_number", "dossier", "direction", "cod_amount", "ordered_by", "ordered_at"],
            ),
            pgtrigger.Protect(
                name="postal_order_money_comes_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__payment_id__isnull=False)
                & ~pgtrigger.Q(new__payment_id=pgtrigger.F("old__payment_id")),
            ),
        ]

    def __str__(self) -> str:
        return self.tracking_number or self.order_number


class PostalEvent(models.Model):
    """What the post told of a consignment (hành trình bưu gửi). Only added; told twice it is one."""

    order = models.ForeignKey(PostalOrder, on_delete=models.PROTECT, related_name="events", db_index=False)
    step = models.CharField(_("step"), max_length=20, choices=PostalStep.choices)
    at = models.DateTimeField(_("at"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    amount = models.PositiveBigIntegerField(_("amount (VND)"), null=True)
    told_at = models.DateTimeField(_("told at"))

    class Meta:
        verbose_name = _("event of a consignment")
        verbose_name_plural = _("events of consignments")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(name="postal_event_once", fields=["order", "step", "at"]),
            models.CheckConstraint(name="postal_event_known", condition=Q(step__in=PostalStep.values)),
        ]
        triggers = [
            pgtrigger.Protect(name="postal_event_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
            not_emptied("postal_event_not_emptied"),
        ]
