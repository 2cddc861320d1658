"""Paying online (thanh toán trực tuyến): an order for what is owed, and asking how orders stand that nobody told of.

Nobody waits inside a transaction for the platform: the order is in our books before it is told there, under a number
that stays the same however often it is told.
"""

import secrets
import time
from contextlib import suppress
from datetime import datetime, timedelta

import pgtrigger
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.connections.payment import (
    Checkout,
    Order,
    ask_status,
    create_order,
    returned_order,
)
from cases.enums import Verb
from cases.models import Dossier, OnlinePayment, PaymentNotice
from cases.models.online_payments import FORGOTTEN_IN_TIME
from cases.payment_enums import OF_ANYBODY, NoticeSource, OnlinePaymentState
from cases.services.base import locked
from cases.services.payment_platform import asking, is_connected, platform
from cases.services.payment_taking import Said, take
from cases.vietqr import plain_purpose
from onestop.outside import AWAY, OutsideError, Refused

FIRST_QUESTION = timedelta(minutes=2)  # until then its notice is usually there
PAUSES = (1, 2, 3, 5, 10, 15, 30)  # minutes between questions
LEAST_LEFT = timedelta(minutes=3)  # an order that ends sooner is not shown to anybody any more
LEASE = timedelta(minutes=2)
ASKED_FOR = timedelta(days=2)  # after it has expired
RUN_SECONDS = 50
FORGED_KEPT = timedelta(days=30)


def can_be_paid_online(dossier: Dossier) -> bool:
    """Something is owed of a received dossier, and a platform is configured."""
    return is_connected() and bool(dossier.code) and rules.is_possible(Verb.PAY, dossier)


def begin(dossier: Dossier, *, by=None) -> OnlinePayment:
    """The order by which all that is owed now is paid online: the open one, or a new one told to the platform.

    `by` is the clerk or the signed-in owner; None for who has proved to be the owner. Not inside a transaction.
    Raises `NotPermitted`, `NotPossibleNow` (nothing is owed, nothing is configured, the platform does not answer;
    then nothing can have been paid, and everything else goes on).
    """
    if not is_connected():
        raise errors.NotPossibleNow(_("Nothing can be paid online here. Pay by transfer or at the desk."))
    order = _open_order(dossier, by=by)
    if order.pay_url:
        return order
    try:
        with asking():
            checkout = create_order(platform(), _told(order))
    except OutsideError as error:
        if isinstance(error, Refused):
            _give_up(order)
        raise errors.NotPossibleNow(
            _(
                "The payment platform does not take the payment now: %(reason)s Nothing was paid. Try again in a few "
                "minutes, or pay by transfer or at the desk."
            )
            % {"reason": error},
            code="platform_away",
        ) from error
    return _with_page(order, checkout)


def returned_from(fields) -> OnlinePayment | None:
    """The order from whose page of the platform somebody comes back; None when the platform did not send them.

    What the browser brings says nothing about money: that is for the notice, or our own question.
    """
    number = returned_order(platform(), fields) if is_connected() else ""
    found = OnlinePayment.objects.filter(order_number=number).select_related("dossier", "payment")
    return found.first() if number else None


def ask_about(order: OnlinePayment) -> OnlinePayment:
    """The order as it stands now, asking the platform when nobody has told yet; without an answer as we know it."""
    if order.state == OnlinePaymentState.CREATED:
        with suppress(OutsideError):  # noted by `asking`; the workers ask again in a minute
            _ask(order)
        order = OnlinePayment.objects.select_related("dossier", "payment").get(pk=order.pk)
    return order


def ask_open(now: datetime | None = None) -> int:
    """Ask how orders stand of which no notice came; returns how many were asked. Not inside a transaction.

    The first question comes after two minutes, the last one after the order has expired; two days later nobody asks
    any more, whatever was answered: the statement still enters what came. While the platform is away the run ends,
    and the next one goes on.
    """
    if not is_connected():
        return 0
    asked, stop_at = 0, time.monotonic() + RUN_SECONDS
    while time.monotonic() < stop_at and (order := _claimed(now or timezone.now())):
        try:
            _ask(order)
            asked += 1
        except AWAY:
            break
        except OutsideError:  # about this order only, and noted by `asking`
            pass
        _ask_no_longer(order, now or timezone.now())
    return asked


def notices_of_anybody(before: datetime):
    """What was sent to our open address by who knows whom, before that moment."""
    return PaymentNotice.objects.filter(verdict__in=OF_ANYBODY, at__lt=before, order=None)


def forget_notices_of_anybody(now: datetime) -> int:
    with pgtrigger.ignore(f"cases.PaymentNotice:{FORGOTTEN_IN_TIME}"):
        return notices_of_anybody(now - FORGED_KEPT).delete()[0]


def _ask(order: OnlinePayment) -> None:
    with asking():
        standing = ask_status(platform(), order.order_number)
    take(
        Said(
            order.order_number,
            standing.kind,
            NoticeSource.STATUS,
            standing.amount,
            standing.transaction,
            standing.kind.value,
            standing.paid_at,
        )
    )


@transaction.atomic
def _open_order(dossier: Dossier, *, by) -> OnlinePayment:
    dossier = locked(dossier)
    if not dossier.code or not rules.is_possible(Verb.PAY, dossier):
        raise errors.not_possible(dossier, Verb.PAY)
    if by is not None and not rules.is_owner(by, dossier) and not rules.may(by, Verb.PAY, dossier):
        raise errors.not_permitted(Verb.PAY)
    now = timezone.now()
    found = dossier.online_payments.filter(
        state=OnlinePaymentState.CREATED, amount=dossier.balance, expires_at__gt=now + LEAST_LEFT
    ).first()
    return found or OnlinePayment.objects.create(
        order_number=f"OS{timezone.localdate(now):%y%m%d}{secrets.randbelow(10**12):012d}",
        dossier=dossier,
        amount=dossier.balance,
        platform=settings.PAYMENT_KIND,
        created_at=now,
        expires_at=now + timedelta(minutes=settings.PAYMENT_MINUTES),
        next_ask_at=now + FIRST_QUESTION,
        begun_by=by,
    )


def _told(order: OnlinePayment) -> Order:
    return Order(
        number=order.order_number,
        amount=order.amount,
        purpose=plain_purpose(order.dossier.code),
        return_url=settings.PUBLIC_URL + reverse("public:payment_return"),
        notify_url=settings.PUBLIC_URL + reverse("public:payment_notice"),
        created_at=order.created_at,
        expires_at=order.expires_at,
    )


def _with_page(order: OnlinePayment, checkout: Checkout) -> OnlinePayment:
    """Two who begin at once are told the same by the platform; the first answer stays."""
    OnlinePayment.objects.filter(pk=order.pk, pay_url="").update(pay_url=checkout.pay_url, qr=checkout.qr)
    return OnlinePayment.objects.select_related("dossier").get(pk=order.pk)


def _give_up(order: OnlinePayment) -> None:
    OnlinePayment.objects.filter(pk=order.pk, state=OnlinePaymentState.CREATED, pay_url="").update(
        state=OnlinePaymentState.FAILED, next_ask_at=None
    )


def _ask_no_longer(order: OnlinePayment, now: datetime) -> None:
    if order.expires_at + ASKED_FOR < now:
        OnlinePayment.objects.filter(pk=order.pk, state=OnlinePaymentState.CREATED).update(
            state=OnlinePaymentState.EXPIRED, next_ask_at=None
        )


def _claimed(now: datetime) -> OnlinePayment | None:
    with transaction.atomic(durable=True):
        order = (
            OnlinePayment.objects.filter(next_ask_at__lte=now)
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("next_ask_at", "pk")
            .first()
        )
        if order is not None:
            order.asked = min(order.asked + 1, 32_000)
            pause = timedelta(minutes=PAUSES[min(order.asked, len(PAUSES)) - 1])
            order.next_ask_at = now + max(pause, LEASE)
            order.save(update_fields=["asked", "next_ask_at"])
        return order
