"""How a dossier was paid online, in the portal's own figures."""

from cases.enums import PaymentMethod
from cases.models import Dossier
from cases.payment_enums import PlatformKind

NOT_ONLINE, NATIONAL, LOCAL = 0, 1, 2


def online_payment_mark(dossier: Dossier) -> int:
    """`DuocThanhToanTrucTuyen` of DongBoHoSoMC: 0 no, 1 on the national platform, 2 on a local one.

    What was wholly paid back was not paid. A payment online that the desk entered by hand, from the portal's own
    page, counts as national: a local platform is connected here and enters by itself.
    """
    payments = dossier.payments.select_related("online").prefetch_related("reversals")
    kept = [one for one in payments if one.method == PaymentMethod.ONLINE and one.left > 0]
    if not kept:
        return NOT_ONLINE
    kinds = {one.online.platform if hasattr(one, "online") else PlatformKind.NATIONAL for one in kept}
    return LOCAL if kinds == {PlatformKind.LOCAL} else NATIONAL
