"""Paying online at the desk, and the page of what does not fit: too much paid, notices, refunds, differences."""

from datetime import timedelta

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cases.admin.scope import visible, visible_dossier
from cases.admin.shown import money
from cases.errors import CaseError
from cases.models import (
    OnlinePayment,
    OnlineRefund,
    PaymentDay,
    PaymentDifference,
    PaymentNotice,
    PostalOrder,
)
from cases.payment_enums import (
    FOR_A_PERSON,
    ONLINE_PAYMENT_COLOURS,
    WHAT_TO_DO,
    DifferenceKind,
    NoticeVerdict,
    OnlinePaymentState,
    RefundState,
)
from cases.services import online_payments as online
from cases.services import online_refunds, payment_days
from cases.services.payment_platform import is_connected, may_settle
from notifications.codes import qr_inline
from onestop import access
from onestop.admin import badge
from onestop.outside import OutsideError

MOST_ROWS = 50


class DayForm(forms.Form):
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))


@require_POST
def pay(request, pk: int):
    """An order for what is owed, shown as a code that the applicant scans from the screen of the desk."""
    dossier = visible_dossier(request, pk)
    try:
        order = online.begin(dossier, by=request.user)
    except CaseError as error:
        messages.error(request, error.sentence)
        return redirect("admin:cases_dossier_change", pk)
    request.current_app = admin.site.name
    context = {
        "title": _("Pay online"),
        "dossier": dossier,
        "order": order,
        "amount": money(order.amount),
        "qr": SafeString(qr_inline(order.qr or order.pay_url)),  # nosec B703 - drawn here
    }
    return TemplateResponse(
        request, "cases/admin/pay_online.html", admin.site.page_context(request, **context)
    )


@require_safe
def online_payments(request):
    """What came online and waits for somebody, and the days that were compared."""
    user = request.user
    if not access.sees_online_payments(user):
        raise PermissionDenied(_("Online payments are for the desks and those who supervise them."))
    context = {
        "title": _("Online payments"),
        "connected": is_connected(),
        "overpaid": _overpaid(user),
        "refunds": _refunds(user),
        "settles": access.settles_online_payments(user),
        "day_form": DayForm(initial={"day": timezone.localdate() - timedelta(days=1)}),
    }
    if access.sees_connections(user):  # these name no dossier, or one of another agency
        context |= {"notices": _notices(), "differences": _differences(user), "days": _days()}
    request.current_app = admin.site.name
    return TemplateResponse(
        request, "cases/admin/online_payments.html", admin.site.page_context(request, **context)
    )


@require_POST
def settle_difference(request, pk: int):
    """Say what became of it."""
    return _done(
        request,
        lambda: payment_days.settle_difference(pk, by=request.user, note=request.POST.get("note", "")),
        _("The difference is settled."),
    )


@require_POST
def refund_again(request, pk: int):
    """Have the platform told once more."""
    return _done(
        request,
        lambda: online_refunds.send_again(pk, by=request.user),
        _("The refund is sent again within a minute."),
    )


@require_POST
def compare(request):
    """Compare one day with the platform's statement now."""
    form = DayForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a day."))
        return redirect("admin:online_payments")
    day = form.cleaned_data["day"]
    return _done(
        request,
        lambda: payment_days.compare_now(day, by=request.user),
        _("%(day)s is compared.") % {"day": f"{day:%d/%m/%Y}"},
    )


def orders_of(dossier) -> list[dict]:
    """The orders of a dossier with how each stands, for its page."""
    return [
        {
            "order": order,
            "amount": money(order.amount),
            "state": badge(
                order.get_state_display(), ONLINE_PAYMENT_COLOURS[OnlinePaymentState(order.state)]
            ),
        }
        for order in dossier.online_payments.all()
    ]


def _overpaid(user) -> list[dict]:
    """What came online or was collected by the post although it was not owed any more, until it is paid back."""
    online_orders = OnlinePayment.objects.filter(state=OnlinePaymentState.PAID)
    return [
        {
            "order": one,
            "paid_at": one.payment.paid_at,
            "overpaid": money(one.overpaid),
            "is_online": isinstance(one, OnlinePayment),
        }
        for orders in (online_orders, PostalOrder.objects.all())
        for one in orders.filter(overpaid__gt=0, dossier__in=visible(user))
        .select_related("dossier", "payment")
        .prefetch_related("payment__reversals")[:MOST_ROWS]
        if one.payment.left > one.payment.amount - one.overpaid
    ]


def _refunds(user) -> list[dict]:
    found = OnlineRefund.objects.exclude(state=RefundState.DONE).filter(order__dossier__in=visible(user))
    return [
        {
            "refund": one,
            "amount": money(one.amount),
            "may_settle": may_settle(user, one.order),
            "state": badge(one.get_state_display(), "danger" if one.state == RefundState.REFUSED else "info"),
        }
        for one in found.select_related("order__dossier__receiving_desk", "entry")[:MOST_ROWS]
    ]


def _notices() -> list[dict]:
    signed = Q(verdict=NoticeVerdict.UNREADABLE, order__isnull=False)
    found = PaymentNotice.objects.filter(Q(verdict__in=FOR_A_PERSON) | signed)
    return [
        {"notice": one, "amount": "" if one.amount is None else money(one.amount)}
        for one in found[:MOST_ROWS]
    ]


def _differences(user) -> list[dict]:
    found = PaymentDifference.objects.filter(settled_at=None).select_related("day")
    return [
        {
            "difference": one,
            "here": "–" if one.here is None else money(one.here),
            "there": "–" if one.there is None else money(one.there),
            "may_settle": may_settle(user, payment_days.order_of(one)),
            "what_to_do": WHAT_TO_DO[DifferenceKind(one.kind)],
        }
        for one in found[:MOST_ROWS]
    ]


def _days() -> list[dict]:
    return [
        {"day": one, "here": money(one.sum_here), "there": money(one.sum_there)}
        for one in PaymentDay.objects.all()[:31]
    ]


def _done(request, act, sentence: str):
    try:
        act()
    except CaseError as error:
        messages.error(request, error.sentence)
    except OutsideError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, sentence)
    return redirect("admin:online_payments")
