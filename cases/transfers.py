"""What an applicant scans to pay by transfer: the account of the desk, what is owed, the code of the dossier."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from cases.letters import inherited
from cases.models import Dossier
from cases.vietqr import plain_purpose, transfer_payload
from notifications.codes import qr_inline


@dataclass(frozen=True, slots=True)
class Transfer:
    """`payload` is the text of the QR code; VND. It holds the dossier's code and nothing about a person."""

    payload: str
    bank: str
    account: str
    account_name: str
    amount: int
    purpose: str

    @property
    def qr(self) -> SafeString:
        """The code as a picture for a page."""
        return SafeString(qr_inline(self.payload))


def transfer_of(dossier: Dossier) -> Transfer | None:
    """For what is owed now; None when that is nothing, or neither desk nor an agency above has an account."""
    desk = dossier.receiving_desk
    owed = dossier.balance if dossier.code else 0
    bank = inherited(desk, "bank_bin") if owed > 0 else ""
    if not bank:
        return None
    account = inherited(desk, "bank_account")  # of the same agency: they are only ever there together
    return Transfer(
        payload=transfer_payload(bank, account, owed, dossier.code),
        bank=bank,
        account=account,
        account_name=inherited(desk, "bank_account_name"),
        amount=owed,
        purpose=plain_purpose(dossier.code),
    )
