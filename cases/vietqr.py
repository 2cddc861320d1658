"""Transfer codes (VietQR) as text: EMVCo's merchant-presented QR with the fields of Napas; pure.

Fields are id, length in two digits, value. EMVCo "QR Code Specification for Payment Systems, Merchant-Presented
Mode" v1.1; Napas "QR Switching – Part IV: QR code format" v1.5.2 (transfer to an account, QRIBFTTA).
"""

import re
import unicodedata

NAPAS = "A000000727"
TO_ACCOUNT = "QRIBFTTA"
DYNAMIC = "12"
DONG = "704"
# Fields of the root and of the templates 38 and 62.
FORMAT, INITIATION, ACCOUNT, CURRENCY, AMOUNT, COUNTRY, ADDITIONAL, CHECKSUM = (
    "00",
    "01",
    "38",
    "53",
    "54",
    "58",
    "62",
    "63",
)
PURPOSE = "08"
LONGEST_PURPOSE = 25
MOST_DONG = 10**13 - 1  # the amount has at most 13 digits


def transfer_payload(bank: str, account: str, amount: int, purpose: str) -> str:
    """The text of the code for one transfer of `amount` VND; the purpose becomes plain ASCII.

    `bank` is the BIN of six digits. Raises ValueError for what no such code can hold.
    """
    if not re.fullmatch(r"[0-9]{6}", bank) or not re.fullmatch(r"[0-9A-Za-z]{1,19}", account):
        raise ValueError("A bank has a BIN of six digits, an account up to 19 letters and digits.")
    if not 1 <= amount <= MOST_DONG:
        raise ValueError(f"{amount} VND cannot be transferred.")
    beneficiary = _field("00", bank) + _field("01", account)
    text = (
        _field(FORMAT, "01")
        + _field(INITIATION, DYNAMIC)
        + _field(ACCOUNT, _field("00", NAPAS) + _field("01", beneficiary) + _field("02", TO_ACCOUNT))
        + _field(CURRENCY, DONG)
        + _field(AMOUNT, str(amount))
        + _field(COUNTRY, "VN")
        + _field(ADDITIONAL, _field(PURPOSE, plain_purpose(purpose)))
    )
    text += f"{CHECKSUM}04"
    return text + checksum(text)


def plain_purpose(purpose: str) -> str:
    """Letters without diacritics, digits, spaces, dots and hyphens, at most 25 of them.

    A dossier code that is too long loses its points and hyphens, then its beginning: what tells dossiers
    apart stands at the end.
    """
    letters = unicodedata.normalize("NFD", purpose.replace("đ", "d").replace("Đ", "D"))
    plain = " ".join(re.sub(r"[^0-9A-Za-z .-]", "", letters).split())
    if len(plain) > LONGEST_PURPOSE:
        plain = re.sub(r"[.-]", "", plain)
    if not plain:
        raise ValueError("A transfer says what it is for.")
    return plain[-LONGEST_PURPOSE:].strip()


def checksum(text: str) -> str:
    """CRC-16/CCITT-FALSE (polynomial 1021, begins with FFFF) as four hexadecimal digits."""
    crc = 0xFFFF
    for byte in text.encode():
        crc ^= byte << 8
        for _bit in range(8):
            crc = ((crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return f"{crc:04X}"


def fields_of(text: str) -> dict[str, str]:
    """The fields of a code or of one of its templates by their id. Raises ValueError when it is none."""
    fields, position = {}, 0
    while position < len(text):
        head = re.fullmatch(r"([0-9]{2})([0-9]{2})", text[position : position + 4])
        length = int(head[2]) if head else 0
        value = text[position + 4 : position + 4 + length]
        if not length or len(value) < length:
            raise ValueError(f"No field begins at {position}.")
        fields[head[1]] = value
        position += 4 + length
    return fields


def _field(name: str, value: str) -> str:
    return f"{name}{len(value):02d}{value}"
