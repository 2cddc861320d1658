"""What an applicant scans to pay by transfer: the account of the desk, what is owed, the code of the dossier."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from cases.letters import nearest
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
        return SafeString(qr_inline(self.payload))  # nosec B703 - drawn here, no text of anybody in it


def transfer_of(dossier: Dossier) -> Transfer | None:
    """For what is owed now; None when that is nothing, or neither desk nor an agency above has an account."""
    owed = dossier.balance if dossier.code else 0
    owner = nearest(dossier.receiving_desk, "bank_account") if owed > 0 else None
    if owner is None:
        return None
    return Transfer(
        payload=transfer_payload(owner.bank_bin, owner.bank_account, owed, dossier.code),
        bank=owner.bank_bin,
        account=owner.bank_account,
        account_name=owner.bank_account_name,
        amount=owed,
        purpose=plain_purpose(dossier.code),
    )
