"""Paying back through the platform that took the money: written with the counter-entry, told by the workers."""

import time
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.connections.payment import refund
from cases.connections.systems import Waiting
from cases.errors import NotPermitted, NotPossibleNow
from cases.models import OnlinePayment, OnlineRefund, Payment
from cases.payment_enums import OnlinePaymentState, RefundState
from cases.services.payment_platform import asking, is_connected, may_settle, platform
from onestop.outside import AWAY, NotLetIn, OutsideError, Refused

LEASE = timedelta(minutes=2)  # longer than one call may take
PAUSES = (1, 2, 5, 10, 30, 60)  # minutes; the last one goes on for ever: money is never given up
RUN_SECONDS = 50


def have_paid_back(entry: Payment) -> OnlineRefund | None:
    """Part of `money.refund`: what the platform took goes back through it. None for cash and transfers."""
    order = OnlinePayment.objects.filter(payment=entry.reverses_id).first()
    if order is None:
        return None
    now = timezone.now()
    return OnlineRefund.objects.create(
        refund_number=f"HT{entry.pk}-{order.order_number}"[:40],
        order=order,
        entry=entry,
        asked_at=now,
        next_attempt_at=now,
    )


def send_due(now: datetime | None = None) -> int:
    """Tell the platform of what is to be paid back; returns how many it did. Not inside a transaction.

    Safe to repeat and after a kill: the number of a refund is the same each time, so that it is done once.
    """
    if not is_connected():
        return 0
    done, stop_at = 0, time.monotonic() + RUN_SECONDS
    while time.monotonic() < stop_at and (waiting := _claimed(now or timezone.now())):
        try:
            with asking():
                transaction_number = refund(
                    platform(),
                    number=waiting.refund_number,
                    order=waiting.order.order_number,
                    transaction=waiting.order.transaction_number,
                    amount=waiting.amount,
                    at=waiting.asked_at,
                )
        except OutsideError as error:
            is_final = isinstance(error, Refused) and not isinstance(error, NotLetIn)
            _note_failure(waiting, str(error), is_final=is_final)
            if isinstance(error, AWAY):
                break
        else:
            finish(waiting, transaction_number)
            done += 1
    return done


@transaction.atomic
def finish(waiting: OnlineRefund, transaction_number: str, *, at: datetime | None = None) -> bool:
    """The platform has paid it back, at its moment `at` where it has told it; tells whether that is news."""
    order = OnlinePayment.objects.select_for_update().get(pk=waiting.order_id)
    changed = (
        OnlineRefund.objects.filter(pk=waiting.pk)
        .exclude(state=RefundState.DONE)
        .update(
            state=RefundState.DONE,
            done_at=at or timezone.now(),
            next_attempt_at=None,
            transaction_number=transaction_number,
            fault="",
        )
    )
    if at and not changed:  # the platform's moment decides on which day it is compared
        OnlineRefund.objects.filter(pk=waiting.pk).update(done_at=at)
    back = sum(one.amount for one in order.refunds.filter(state=RefundState.DONE).select_related("entry"))
    if back >= order.amount and order.state == OnlinePaymentState.PAID:
        order.state = OnlinePaymentState.REFUNDED
        order.save(update_fields=["state"])
    return bool(changed)


def send_again(refund_pk: int, *, by) -> OnlineRefund:
    """What the platform refused is told to it once more. Raises `NotPermitted`, `NotPossibleNow`."""
    found = OnlineRefund.objects.select_related("order__dossier__receiving_desk").get(pk=refund_pk)
    if not may_settle(by, found.order):
        raise NotPermitted(_("Refunds are sent again by supervisors and administrators of the system."))
    changed = OnlineRefund.objects.filter(pk=refund_pk, state=RefundState.REFUSED).update(
        state=RefundState.WAITING, next_attempt_at=timezone.now(), attempts=0
    )
    if not changed:
        raise NotPossibleNow(_("This refund is done, or is being sent anyway."))
    return OnlineRefund.objects.get(pk=refund_pk)


def waiting_refunds() -> Waiting:
    """What the platform has still to be told, and what it refused."""
    waiting = OnlineRefund.objects.filter(state=RefundState.WAITING)
    return Waiting(
        count=waiting.count(),
        refused=OnlineRefund.objects.filter(state=RefundState.REFUSED).count(),
        oldest=waiting.order_by("asked_at").values_list("asked_at", flat=True).first(),
    )


def _claimed(now: datetime) -> OnlineRefund | None:
    with transaction.atomic(durable=True):
        waiting = (
            OnlineRefund.objects.filter(next_attempt_at__lte=now)
            .select_related("order", "entry")
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("next_attempt_at", "pk")
            .first()
        )
        if waiting is not None:
            waiting.attempts = min(waiting.attempts + 1, 32_000)
            waiting.next_attempt_at = now + LEASE
            waiting.save(update_fields=["attempts", "next_attempt_at"])
        return waiting


def _note_failure(waiting: OnlineRefund, why: str, *, is_final: bool) -> None:
    pause = timedelta(minutes=PAUSES[min(waiting.attempts, len(PAUSES)) - 1])
    OnlineRefund.objects.filter(pk=waiting.pk, state=RefundState.WAITING).update(
        state=RefundState.REFUSED if is_final else RefundState.WAITING,
        next_attempt_at=None if is_final else timezone.now() + pause,
        fault=why[:300] or RefundState.REFUSED,
    )
