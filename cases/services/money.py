"""Fees: taken when they are exactly what is owed (R38); VND, whole numbers."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors
from cases.enums import EventKind, PaymentMethod, Verb
from cases.events import record
from cases.models import Dossier, Payment
from cases.services.base import ask, locked
from cases.services.notices import notify_applicant
from cases.services.numbers import next_receipt_number


@transaction.atomic
def pay(dossier: Dossier, *, by, amount: int, method: str = PaymentMethod.CASH) -> Payment:
    """Take the fees (thu phí, lệ phí); `WrongAmount` unless it is exactly what is owed.

    When the result is already there, the dossier is settled in the same breath.
    """
    dossier = locked(dossier)
    ask(dossier, Verb.PAY, by)
    if method not in PaymentMethod.values:
        raise errors.Invalid(_("Unknown way of paying: %(method)s.") % {"method": method}, field="method")
    owed = dossier.balance
    if isinstance(amount, bool) or not isinstance(amount, int) or amount != owed:
        raise errors.WrongAmount(
            _("%(amount)s VND is not what is owed: %(owed)s VND. Take exactly that amount.")
            % {"amount": amount, "owed": owed},
            field="amount",
        )
    now = timezone.now()
    payment = Payment.objects.create(
        dossier=dossier,
        amount=amount,
        method=method,
        receipt_number=next_receipt_number(dossier.receiving_desk.identifier, timezone.localdate(now).year),
        paid_at=now,
        taken_by=by,
    )
    record(
        dossier,
        EventKind.PAID,
        by=by,
        amount=f"{amount:,}".replace(",", "."),
        receipt=payment.receipt_number,
        method=method,
    )
    if dossier.finished_at:
        settle_if_nothing_owed(dossier)
    return payment


@transaction.atomic
def settle(dossier: Dossier, *, by) -> Dossier:
    """Result there and nothing owed: ready to be collected. Usually the system has done it already."""
    dossier = locked(dossier)
    ask(dossier, Verb.SETTLE, by)
    return _settle(dossier, by=by)


def settle_if_nothing_owed(dossier: Dossier) -> bool:
    """Settle a locked dossier by the system when its balance is zero; tells whether it did."""
    if dossier.balance != 0:
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
