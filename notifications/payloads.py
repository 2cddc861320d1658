"""What a printed form needs to know, as plain typed data; pure.

A payload is complete in itself: it is stored with its letter and prints the same in ten years.
Moments are aware datetimes and are printed in Vietnamese local time. Empty text = not known: the
form leaves the line out. Every text reaches the page literally, never as markup.
"""

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from notifications.enums import LetterKind
from notifications.forms import Form


def _require_aware(payload) -> None:
    for field in fields(payload):
        value = getattr(payload, field.name)
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(f"{type(payload).__name__}.{field.name} needs a time zone, got {value!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApologyPayload:
    """Form 04: the apology with reason and new return date (phiếu xin lỗi; Decree 61/2018 Art 19.9).

    `mechanism_citation` names the one-stop decree of the reception day, such as `Nghị định số
    118/2025/NĐ-CP`. `letterhead_name` stands at the head instead of `agency_name`, when the agency above
    is named over it anyway. `addressed_as` is how the text speaks to the reader. `reason` and `new_due_at`
    may be left empty: the letter's own values are put in when it is prepared and issued.
    """

    form: Form
    letterhead_upper: str
    agency_name: str
    place: str
    addressee: str
    applicant_name: str
    id_number: str
    received_at: datetime
    procedure_code: str
    procedure_name: str
    dossier_code: str
    original_due_at: datetime
    signer_title: str
    signer_name: str
    mechanism_citation: str
    reason: str = ""
    new_due_at: datetime | None = None
    addressed_as: str = "Ông/Bà/Tổ chức"
    letterhead_name: str = ""

    def __post_init__(self):
        _require_aware(self)

    def to_json(self) -> dict:
        """As stored in `Letter.payload`; moments as ISO 8601 with offset."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, stored: dict) -> "ApologyPayload":
        """The payload that `to_json` gave."""
        moments = ("received_at", "original_due_at", "new_due_at")
        return cls(
            **{
                **stored,
                "form": Form(**stored["form"]),
                **{name: stored[name] and datetime.fromisoformat(stored[name]) for name in moments},
            }
        )


# To add a kind of letter: its enum value, its payload here, its template, its printer in `pdf.py`.
LETTER_PAYLOADS = {LetterKind.APOLOGY: ApologyPayload}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An applicant or principal as the receipt names them."""

    name: str
    id_number: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One component of the dossier (thành phần hồ sơ) with the number of papers handed in."""

    name: str
    originals: int = 0
    copies: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPayload:
    """Form 01: receipt and appointment (giấy tiếp nhận hồ sơ và hẹn trả kết quả).

    `number` is the text after `Số:`, such as `0001/TTPVHCC`. `limit` is the statutory time in words,
    such as `03 ngày làm việc`. `look_up_secret` is for the owner: it is printed as text and is in no
    QR code. `due_at` is empty when the procedure has no appointment.
    """

    form: Form
    letterhead_upper: str
    agency_name: str
    place: str
    number: str
    dossier_code: str
    applicant: Person
    procedure_code: str
    procedure_name: str
    components: tuple[Paper, ...]
    received_at: datetime
    due_at: datetime | None
    limit: str
    return_manner: str
    receiver_name: str
    receiver_title: str = ""
    submitter_name: str = ""
    sets: int = 1
    principal: Person | None = None
    authorisation: str = ""
    book_number: str = ""
    book_sequence: str = ""
    look_up_secret: str = ""
    note: str = ""
    letterhead_name: str = ""

    def __post_init__(self):
        _require_aware(self)
