"""What a printed form needs to know, as plain typed data; pure.

A payload is complete in itself: that of a letter is stored with it and prints the same in ten years.
Moments are aware datetimes and are printed in Vietnamese local time. Empty text = not known: the
form leaves the line out, or has dots where the law wants something. Every text reaches the page
literally, never as markup.
"""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import get_args, get_origin, get_type_hints

from notifications.enums import LetterKind
from notifications.forms import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An applicant, submitter or principal as a form names them."""

    name: str
    id_number: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What every form has: its own head and that of the agency.

    `letterhead_name` stands at the head instead of `agency_name`, when the agency above is named over
    it anyway.
    """

    form: Form
    letterhead_upper: str
    agency_name: str
    place: str
    letterhead_name: str = ""

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, datetime) and value.tzinfo is None:
                raise ValueError(f"{type(self).__name__}.{field.name} needs a time zone, got {value!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPayload(Sheet):
    """A form that is issued with a number and kept: it can be stored and read again.

    `mechanism_citation` names the one-stop decree of the reception day, with the article where it is
    known. `addressed_as` is how the text speaks to the reader. `dossier_code` is empty before reception.
    """

    dossier_code: str
    procedure_code: str
    procedure_name: str
    signer_name: str
    signer_title: str = ""
    mechanism_citation: str = ""
    reason: str = ""
    addressed_as: str = "Ông/Bà/Tổ chức"

    def to_json(self) -> dict:
        """As stored in `Letter.payload`; moments as ISO 8601 with offset."""
        return {field.name: _stored(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_json(cls, stored: dict):
        """The payload that `to_json` gave."""
        kinds = get_type_hints(cls)
        return cls(**{name: _read(value, kinds[name]) for name, value in stored.items()})


def _stored(value):
    if isinstance(value, datetime):
        return value.isoformat()
    return asdict(value) if isinstance(value, Form | Person) else value


def _read(value, kind):
    """A stored value as the field wants it; fields that may be empty are annotated `datetime | None`."""
    if value is None or get_origin(kind) is tuple:
        return value if value is None else tuple(value)
    if datetime in (get_args(kind) or (kind,)):
        return datetime.fromisoformat(value)
    return kind(**value) if kind in (Form, Person) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class ApologyPayload(LetterPayload):
    """The apology with reason and new return date (phiếu xin lỗi; Decree 61/2018 Art 19.9).

    `reason` and `new_due_at` may be left empty: the letter's own values are put in when it is prepared
    and issued.
    """

    addressee: str
    applicant_name: str
    id_number: str
    received_at: datetime
    original_due_at: datetime
    new_due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementPayload(LetterPayload):
    """The request to complete a dossier (phiếu yêu cầu bổ sung; Decree 61/2018 Arts 17.1, 19.4).

    Signed by the officer who guides the applicant; `contact_name` answers questions.
    """

    applicant: Person
    items: tuple[str, ...] = ()
    contact_name: str = ""
    contact_phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalPayload(LetterPayload):
    """The refusal at reception (phiếu từ chối tiếp nhận; Decree 61/2018 Art 17.1b); never one on substance."""

    applicant: Person
    filed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPayload(LetterPayload):
    """The notice that a dossier is worked on no further (thông báo dừng giải quyết).

    `ground` is one of `StopGround`; `supplement_asked_at` belongs to the one that no supplement came.
    `received_at` is empty for a filing that was never received. `papers_at` is where papers are given back.
    """

    applicant: Person
    received_at: datetime | None
    stopped_at: datetime | None = None
    ground: str = ""
    supplement_asked_at: datetime | None = None
    papers_at: str = ""


# To add a kind of letter: its enum value, its payload here, its texts in `texts.py`, its template in
# `typst/` and, where offices edit it, in `word_templates/`.
LETTER_PAYLOADS = {
    LetterKind.APOLOGY: ApologyPayload,
    LetterKind.SUPPLEMENT: SupplementPayload,
    LetterKind.REFUSAL: RefusalPayload,
    LetterKind.STOP: StopPayload,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One component of the dossier (thành phần hồ sơ) with the number of papers handed in."""

    name: str
    originals: int = 0
    copies: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferOrder:
    """How to pay by transfer; `code` is the text of the QR code, the amount whole VND."""

    code: str
    bank: str
    account: str
    account_name: str
    amount: int
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPayload(Sheet):
    """Receipt and appointment (giấy tiếp nhận hồ sơ và hẹn trả kết quả).

    `number` is the text after `Số:`, such as `0001/TTPVHCC`. `limit` is the statutory time in words,
    such as `03 ngày làm việc`. `due_at` is the first appointment, empty when the procedure has none;
    `extended_due_at` the one of an extension. `look_up_secret` is for the owner: it is printed as text
    and is in no code that a machine reads. `transfer` is for what is owed when the receipt is printed.
    """

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
    competent_agency: str = ""
    sets: int = 1
    principal: Person | None = None
    authorisation: str = ""
    book_number: str = ""
    book_sequence: str = ""
    extended_due_at: datetime | None = None
    extension_reason: str = ""
    look_up_secret: str = ""
    reception_place: str = ""
    note: str = ""
    transfer: TransferOrder | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipRow:
    """One hand-over (giao – nhận): who gave, who took, when.

    `result` says whether the step was done `early`, `on_time` or `late`; empty when it had no due moment.
    """

    handed_by: str
    received_by: str
    at: datetime
    result: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSlipPayload(Sheet):
    """The control slip (phiếu kiểm soát quá trình giải quyết hồ sơ): the hand-overs of one dossier, in order.

    `held_by` is who has it now, empty when it is closed.
    """

    dossier_code: str
    procedure_code: str
    procedure_name: str
    lead_unit: str
    cooperating_units: tuple[str, ...]
    received_at: datetime
    due_at: datetime | None
    rows: tuple[SlipRow, ...]
    held_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRow:
    """One line of the log book; `manner` says how the result goes, or how the dossier ended without one."""

    number: int
    dossier_code: str
    procedure: str
    applicant: str
    address: str
    phone: str
    lead_agency: str
    received_at: datetime
    due_at: datetime | None
    returned_at: datetime | None
    manner: str
    collector: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogBookPayload(Sheet):
    """One volume of the log book (sổ theo dõi hồ sơ) of one desk and year; numbers run on over the volumes.

    `last_number` is that of the whole year so far; `rows` are those of this volume.
    """

    year: int
    volume: int
    last_number: int
    rows: tuple[BookRow, ...]
    closed_at: datetime | None = None
    keeper_name: str = ""
    signer_title: str = ""
    signer_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificationPayload(Sheet):
    """What is written on a certified paper (lời chứng), one page of its own.

    `number` and `book` are those of the register, such as `12` and `01/2026-SCT/BS`. The `sentences` are
    finished. With a `receiver_name` the clerk at the desk signs beside the signer. `digital`: nobody signs by hand.
    """

    number: int
    number_label: str
    book: str
    sentences: tuple[str, ...]
    person: Person
    paper: str
    pages: int
    copies: int
    certified_at: datetime
    signer_name: str
    signer_role: str
    signer_title: str = ""
    receiver_name: str = ""
    dossier_code: str = ""
    digital: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRow:
    """One line of a register of certifications; VND."""

    number: int
    at: datetime
    person: str
    paper: str
    signer: str
    pages: int
    copies: int
    amount: int
    dossier_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPayload(Sheet):
    """One volume of a register of certifications of one agency and year; as `LogBookPayload`."""

    year: int
    volume: int
    book: str
    last_number: int
    rows: tuple[RegisterRow, ...]
    closed_at: datetime | None = None
    keeper_name: str = ""
    signer_title: str = ""
    signer_name: str = ""
