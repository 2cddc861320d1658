"""How a dossier was paid online, in the portal's own figures."""

from datetime import datetime

from cases.enums import PaymentMethod
from cases.models import Dossier, Payment
from cases.payment_enums import PlatformKind

NOT_ONLINE, NATIONAL, LOCAL = 0, 1, 2
# What of a dossier has to be fetched, so that many are asked in few queries.
PREFETCHED = ("payments__online", "payments__reversals")


def online_payment_mark(dossier: Dossier, *, at: datetime | None = None) -> int:
    """`DuocThanhToanTrucTuyen` of DongBoHoSoMC: 0 no, 1 on the national platform, 2 on a local one.

    As it was `at` that moment; None: now. What was wholly paid back was not paid. A payment online that the desk
    entered by hand, from the portal's own page, counts as national: a local platform is connected here and enters
    by itself.
    """
    kept = [
        one for one in dossier.payments.all() if one.method == PaymentMethod.ONLINE and _left(one, at) > 0
    ]
    if not kept:
        return NOT_ONLINE
    kinds = {one.online.platform if hasattr(one, "online") else PlatformKind.NATIONAL for one in kept}
    return LOCAL if kinds == {PlatformKind.LOCAL} else NATIONAL


def _left(payment: Payment, at: datetime | None) -> int:
    """What of it was not paid back at that moment, VND."""
    if at is None:
        return payment.left
    if payment.paid_at > at or payment.amount < 0:
        return 0
    return payment.amount + sum(back.amount for back in payment.reversals.all() if back.paid_at <= at)
