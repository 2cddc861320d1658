"""Fees: taken, waived, paid back (R37–R39); VND, whole numbers. Nothing is changed: corrections are added (R43)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.enums import EventKind, PaymentMethod, State, Verb
from cases.events import record
from cases.models import Dossier, DossierFee, FeeWaiver, Payment
from cases.services.base import ask, fitting_text, locked, required_text
from cases.services.notices import notify_applicant
from cases.services.numbers import next_receipt_number
from cases.services.online_refunds import have_paid_back
from notifications.vietnamese import dong


@transaction.atomic
def pay(
    dossier: Dossier,
    *,
    by,
    amount: int,
    method: str = PaymentMethod.CASH,
    part: bool = False,
    reference: str = "",
) -> Payment:
    """Take the fees (thu phí, lệ phí); `WrongAmount` unless it is exactly what is owed, or with `part` less.

    `reference` is the bank's number of a transfer. When the result is already there and nothing is owed any
    more, the dossier is settled in the same breath.
    """
    dossier = locked(dossier)
    ask(dossier, Verb.PAY, by)
    if method not in PaymentMethod.values:
        raise errors.Invalid(_("Unknown way of paying: %(method)s.") % {"method": method}, field="method")
    owed = dossier.balance
    whole = not isinstance(amount, bool) and isinstance(amount, int)
    if not whole or not (1 <= amount <= owed if part else amount == owed):
        sentence = (
            _("%(amount)s is no part of what is owed: %(owed)s. Take at most that amount.")
            if part
            else _("%(amount)s is not what is owed: %(owed)s. Take exactly that amount.")
        )
        raise errors.WrongAmount(sentence % {"amount": _in_dong(amount), "owed": dong(owed)}, field="amount")
    reference = fitting_text(reference, field="reference", model=Payment)
    payment = _enter(dossier, by=by, amount=amount, method=method, reference=reference)
    record(
        dossier,
        EventKind.PAID,
        by=by,
        amount=_dotted(amount),
        receipt=payment.receipt_number,
        method=method,
    )
    if dossier.finished_at:
        settle_if_nothing_owed(dossier)
    return payment


@transaction.atomic
def waive(dossier: Dossier, *, by, fee: DossierFee, amount: int | None = None, ground: str = "") -> FeeWaiver:
    """A fee, or part of it, need not be paid (miễn, giảm phí, lệ phí), by that ground (R38).

    At most what is left of this fee, all of that when no amount is given. What was paid already can then be
    paid back. Settles the dossier when its result is there and nothing is owed any more.
    """
    dossier = locked(dossier)
    ask(dossier, Verb.WAIVE, by)
    fee = dossier.fees.filter(pk=getattr(fee, "pk", None)).first()
    if fee is None:
        raise errors.Invalid(_("This dossier has no such fee."), field="fee")
    amount = _within(fee.left if amount is None else amount, fee.left, of=fee)
    ground = required_text(
        ground, field="ground", sentence=_("Give the ground on which the fee is waived: text and article.")
    )
    ground = fitting_text(ground, field="ground", model=FeeWaiver)
    waiver = FeeWaiver.objects.create(
        dossier=dossier, fee=fee, amount=amount, ground=ground, at=timezone.now(), by=by
    )
    record(dossier, EventKind.WAIVED, by=by, amount=_dotted(amount), fee=fee.name, ground=ground)
    if rules.is_possible(Verb.SETTLE, dossier):
        _settle(dossier, by=None)
    return waiver


@transaction.atomic
def refund(dossier: Dossier, *, by, payment: Payment, amount: int | None = None, reason: str = "") -> Payment:
    """Pay money back (hoàn trả) by a counter-entry with a receipt number of its own, the way it was paid.

    What the payment platform took goes back through it (`cases.services.online_refunds`). At most what
    `rules.refundable` allows, all of that when no amount is given: before the result it is owed again, of a
    stopped dossier everything may go back (R37), and once the result is ready only what was overpaid, as after a
    waiver.
    """
    dossier = locked(dossier)
    if not rules.is_possible(Verb.REFUND, dossier):
        raise _not_refundable(dossier)
    ask(dossier, Verb.REFUND, by)
    payment = dossier.payments.filter(pk=getattr(payment, "pk", None), amount__gt=0).first()
    if payment is None:
        raise errors.Invalid(_("This dossier has no such payment."), field="payment")
    most = rules.refundable(payment, dossier)
    amount = _within(most if amount is None else amount, most, of=payment)
    reason = required_text(reason, field="reason", sentence=_("Give the reason why money is paid back."))
    reason = fitting_text(reason, field="reason", model=Payment)
    entry = _enter(dossier, by=by, amount=-amount, method=payment.method, reverses=payment, reason=reason)
    have_paid_back(entry)
    record(
        dossier,
        EventKind.REFUNDED,
        by=by,
        amount=_dotted(amount),
        receipt=entry.receipt_number,
        reversed=payment.receipt_number,
        reason=reason,
    )
    return entry


def enter_arrived(
    dossier: Dossier, *, amount: int, method: str, reference: str, by_label: str
) -> tuple[Payment, int]:
    """Enter money that another system has already taken; returns the entry and how much was not owed any more.

    Of a locked dossier, by `by_label` instead of a person. Not refused, whatever is owed and in whatever state: the
    money is there, and what is too much shows as to be paid back. Who calls keeps it to once. Settles the dossier
    when its result is there and nothing is owed any more.
    """
    overpaid = amount - min(max(dossier.balance, 0), amount)
    payment = _enter(dossier, by=None, amount=amount, method=method, reference=reference)
    record(
        dossier,
        EventKind.PAID,
        by_label=by_label,
        amount=_dotted(amount),
        receipt=payment.receipt_number,
        method=method,
    )
    if rules.is_possible(Verb.SETTLE, dossier):
        _settle(dossier, by=None)
    return payment, overpaid


@transaction.atomic
def settle(dossier: Dossier, *, by) -> Dossier:
    """Result there and nothing owed: ready to be collected. Usually the system has done it already."""
    dossier = locked(dossier)
    ask(dossier, Verb.SETTLE, by)
    return _settle(dossier, by=by)


def settle_if_nothing_owed(dossier: Dossier) -> bool:
    """Settle a locked dossier by the system when nothing is owed and to be signed; tells whether it did."""
    if dossier.balance > 0 or rules.awaits_signature(dossier):
        return False
    _settle(dossier, by=None)
    return True


def _settle(dossier: Dossier, *, by) -> Dossier:
    before = dossier.state
    dossier.to_paid()
    dossier.save()
    event = record(dossier, EventKind.SETTLED, by=by, from_state=before)
    notify_applicant(dossier, event)
    return dossier


def _enter(dossier: Dossier, *, by, amount: int, **facts) -> Payment:
    """One entry, with the next receipt number of the desk."""
    now = timezone.now()
    desk = dossier.receiving_desk.identifier
    return Payment.objects.create(
        dossier=dossier,
        amount=amount,
        receipt_number=next_receipt_number(desk, timezone.localdate(now).year),
        paid_at=now,
        taken_by=by,
        **facts,
    )


def _within(amount: int, most: int, *, of) -> int:
    """A whole amount from 1 to what is left, or `WrongAmount`."""
    if isinstance(amount, bool) or not isinstance(amount, int) or not 1 <= amount <= most:
        raise errors.WrongAmount(
            _("%(amount)s is not possible: of “%(of)s” %(most)s are left.")
            % {"amount": _in_dong(amount), "of": of, "most": dong(most)},
            field="amount",
        )
    return amount


def _not_refundable(dossier: Dossier) -> errors.NotPossibleNow:
    """What to do first when the result is ready and everything was rightly paid; else the usual sentence."""
    paid = any(payment.left for payment in dossier.payments.all())
    if not paid or dossier.state not in {State.PAID, State.RETURNED}:
        return errors.not_possible(dossier, Verb.REFUND)
    return errors.NotPossibleNow(
        _(
            "The result of %(code)s was given for this fee. Waive the fee first, then pay back what was waived."
        )
        % {"code": dossier.code},
        code="waive_first",
    )


def _in_dong(amount) -> str:
    """`15.000 đ`; what is no amount is said as it was sent."""
    is_amount = isinstance(amount, int) and not isinstance(amount, bool)
    return dong(amount) if is_amount else str(amount)


def _dotted(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")
