"""What a page shows of the money of a dossier."""

from django.utils.translation import gettext as _

from cases import rules
from cases.admin import shown
from cases.admin.online_payments import orders_of
from cases.enums import Verb
from cases.models import Dossier, Payment
from cases.queries import Fees, fees_of
from cases.services.online_payments import can_be_paid_online
from cases.transfers import transfer_of
from onestop.admin import badge


def money_of(dossier: Dossier, user) -> dict:
    """Fees, waivers and payments with what is left to pay, and the transfer code for who may take it."""
    fees = fees_of(dossier)
    takes = rules.is_possible(Verb.PAY, dossier) and rules.may(user, Verb.PAY, dossier)
    return {
        "fees": [(line.name, shown.money(line.amount)) for line in fees.lines],
        "waivers": [(waiver, shown.money(-waiver.amount)) for waiver in fees.waivers],
        "payments": [
            (payment, words_of(payment), shown.money(-payment.amount)) for payment in reversed(fees.payments)
        ],
        "rest": _("To be paid back") if fees.to_pay_back else _("Still owed"),
        "owed": shown.money(fees.to_pay_back or fees.owed),
        "badge": owed_badge(fees),
        "transfer": transfer_of(dossier) if takes else None,
        "online": orders_of(dossier),
        "pays_online": takes and can_be_paid_online(dossier),
        "prints": rules.may_print_money(user, dossier),
    }


def owed_badge(fees: Fees):
    if fees.owed > 0:
        return badge(_("to be paid"), "warning")
    return badge(_("to be paid back"), "info") if fees.to_pay_back else badge(_("settled"), "success")


def words_of(payment: Payment) -> str:
    """Such as “Payment H41.12/2026/000001 (Cash)”."""
    facts = {"number": payment.receipt_number, "method": payment.get_method_display()}
    if payment.amount < 0:
        return _("Paid back %(number)s (%(method)s)") % facts
    return _("Payment %(number)s (%(method)s)") % facts
