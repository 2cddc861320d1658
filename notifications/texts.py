"""The finished texts of a printed form, from its payload; pure.

Page templates, for Typst and for Word, lay these texts out and know nothing else: no dates, no rules.
Moments are written in Vietnamese local time. What the law wants and nobody knows yet has dots.
"""

from dataclasses import asdict
from datetime import datetime

from notifications.enums import LetterKind, StopGround
from notifications.payloads import (
    ApologyPayload,
    BookRow,
    CertificationPayload,
    ControlSlipPayload,
    LetterPayload,
    LogBookPayload,
    Person,
    ReceiptPayload,
    RefusalPayload,
    RegisterPayload,
    RegisterRow,
    Sheet,
    StopPayload,
    SupplementPayload,
)
from notifications.vietnamese import (
    DOTS,
    day_and_hour,
    dong,
    hour_and_date,
    long_date,
    number_text,
    short_date,
)

_WITHDRAWN = "người nộp hồ sơ đề nghị rút hồ sơ, dừng giải quyết."
_NO_SUPPLEMENT = "đã hết thời hạn mà người nộp không bổ sung, hoàn thiện hồ sơ theo yêu cầu %s."
_RESULTS = {"early": "Trước hạn", "on_time": "Đúng hạn", "late": "Quá hạn", "": ""}


def letter_texts(
    kind: str, payload: LetterPayload, *, number: int | None = None, signed_at: datetime | None = None
) -> dict:
    """The texts of a letter; without `number` and `signed_at` with dots in their place."""
    texts = sheet_texts(payload) | {
        "number": number_text(kind, number),
        "date": place_and_date(payload, signed_at),
        "dossier_code": payload.dossier_code,
        "mechanism_citation": payload.mechanism_citation,
        "addressed_as": payload.addressed_as,
        "reason": payload.reason or DOTS,
        "signer_title": payload.signer_title,
        "signer_name": payload.signer_name,
    }
    return texts | _LETTERS[kind](payload)


def _apology(payload: ApologyPayload) -> dict:
    return {
        "addressee": payload.addressee,
        "facts": lines(
            ("Mã hồ sơ", payload.dossier_code),
            ("Thủ tục hành chính", _procedure(payload)),
            ("Người nộp hồ sơ", payload.applicant_name),
            ("Số định danh/Giấy tờ", payload.id_number),
            ("Tiếp nhận lúc", hour_and_date(payload.received_at)),
            ("Hẹn trả kết quả lúc", hour_and_date(payload.original_due_at)),
        ),
        "new_due": hour_and_date(payload.new_due_at),
    }


def _supplement(payload: SupplementPayload) -> dict:
    person = payload.applicant
    contact = [payload.contact_name, payload.contact_phone and f"số điện thoại {payload.contact_phone}"]
    return {
        "facts": lines(
            ("Hồ sơ của", person.name),
            ("Mã hồ sơ", payload.dossier_code),
            ("Nội dung yêu cầu giải quyết", _procedure(payload)),
            ("Địa chỉ", person.address),
            ("Số điện thoại", person.phone),
            ("Email", person.email),
        ),
        "items": list(payload.items) or [DOTS] * 3,
        "contact": ", ".join(filter(None, contact)) or DOTS,
    }


def _refusal(payload: RefusalPayload) -> dict:
    return {
        "facts": [
            *_person("Người nộp hồ sơ", payload.applicant),
            *lines(
                ("Mã hồ sơ", payload.dossier_code),
                ("Nội dung yêu cầu giải quyết", _procedure(payload)),
                ("Nộp hồ sơ lúc", hour_and_date(payload.filed_at)),
            ),
        ],
        "submitter_name": payload.applicant.name,
    }


def _stop(payload: StopPayload) -> dict:
    return {
        "addressee": payload.applicant.name,
        "facts": [
            *lines(
                ("Mã hồ sơ", payload.dossier_code),
                ("Thủ tục hành chính", _procedure(payload)),
                ("Tiếp nhận lúc", payload.received_at and hour_and_date(payload.received_at)),
            ),
            *_person("Người nộp hồ sơ", payload.applicant),
        ],
        "ground": _ground(payload),
        "stopped": hour_and_date(payload.stopped_at),
        "papers_at": payload.papers_at or payload.agency_name,
    }


def _ground(payload: StopPayload) -> str:
    if payload.ground == StopGround.NO_SUPPLEMENT:
        return _NO_SUPPLEMENT % f"lúc {hour_and_date(payload.supplement_asked_at)}"
    return _WITHDRAWN if payload.ground == StopGround.WITHDRAWAL else DOTS


_LETTERS = {
    LetterKind.APOLOGY: _apology,
    LetterKind.SUPPLEMENT: _supplement,
    LetterKind.REFUSAL: _refusal,
    LetterKind.STOP: _stop,
}


def receipt_texts(payload: ReceiptPayload) -> dict:
    """The texts of the receipt; codes that machines read are added by who draws them."""
    people = _person("Người nộp hồ sơ", payload.applicant)
    if payload.principal:
        people += _person("Người ủy quyền", payload.principal)
        people += lines(("Giấy tờ ủy quyền", payload.authorisation))
    due = hour_and_date(payload.due_at) if payload.due_at else ""
    extended = hour_and_date(payload.extended_due_at) if payload.extended_due_at else ""
    return sheet_texts(payload) | {
        "number": payload.number,
        "date": place_and_date(payload, payload.received_at),
        "dossier_code": payload.dossier_code,
        "people": people,
        "procedure": _procedure(payload),
        "components": [asdict(paper) for paper in payload.components],
        "terms": lines(
            ("Cơ quan giải quyết", payload.competent_agency),
            ("Số lượng hồ sơ", f"{payload.sets:02d} bộ"),
            ("Thời gian giải quyết theo quy định", payload.limit),
            ("Thời gian nhận hồ sơ", hour_and_date(payload.received_at)),
            ("Nhận hồ sơ tại", payload.reception_place),
            ("Thời gian trả kết quả", due),
            ("Gia hạn, trả kết quả lúc", extended),
            ("Lý do gia hạn", payload.extension_reason),
            ("Nơi nhận kết quả", payload.return_manner),
            ("Vào Sổ theo dõi hồ sơ", _book(payload)),
            ("Ghi chú", payload.note),
        ),
        "appointment": extended or due,  # the one that holds, and stands out
        "look_up_secret": payload.look_up_secret,
        "transfer": _transfer(payload),
        "submitter_name": payload.submitter_name,
        "receiver_name": payload.receiver_name,
        "receiver_title": payload.receiver_title,
    }


def _transfer(payload: ReceiptPayload) -> list:
    order = payload.transfer
    if order is None:
        return []
    account = ", ".join(filter(None, [order.account, order.account_name, f"mã ngân hàng {order.bank}"]))
    return lines(
        ("số tiền", dong(order.amount).replace(" ", "\u00a0")),
        ("tài khoản", account),
        ("nội dung", order.purpose),
    )


def control_slip_texts(payload: ControlSlipPayload) -> dict:
    return sheet_texts(payload) | {
        "dossier_code": payload.dossier_code,
        "facts": lines(
            ("Mã hồ sơ", payload.dossier_code),
            ("Thủ tục hành chính", _procedure(payload)),
            ("Cơ quan chủ trì giải quyết", payload.lead_unit),
            ("Cơ quan phối hợp giải quyết", "; ".join(payload.cooperating_units)),
            ("Tiếp nhận lúc", hour_and_date(payload.received_at)),
            ("Hẹn trả kết quả lúc", payload.due_at and hour_and_date(payload.due_at)),
        ),
        "rows": [
            {
                "handed_by": row.handed_by,
                "received_by": row.received_by,
                "at": hour_and_date(row.at),
                "result": _RESULTS[row.result],
                "note": row.note,
            }
            for row in payload.rows
        ],
        "held_by": payload.held_by,
    }


def log_book_texts(payload: LogBookPayload) -> dict:
    return _bound_book(payload) | {"rows": [_book_row(row) for row in payload.rows]}


def register_texts(payload: RegisterPayload) -> dict:
    return _bound_book(payload) | {"book": payload.book, "rows": [_register_row(row) for row in payload.rows]}


def certification_texts(payload: CertificationPayload) -> dict:
    """The words of a certification, its number and what it was given on."""
    return sheet_texts(payload) | {
        "dossier_code": payload.dossier_code,
        "sentences": list(payload.sentences),
        "certificate": f"{payload.number_label} {payload.number:02d}, quyển số {payload.book}",
        "date": place_and_date(payload, payload.certified_at),
        "facts": lines(
            ("Người yêu cầu", payload.person.name),
            ("Giấy tờ tùy thân số", payload.person.id_number),
            ("Giấy tờ, văn bản", payload.paper),
            ("Số trang", f"{payload.pages:02d}"),
            ("Số bản", f"{payload.copies:02d}"),
            ("Mã hồ sơ", payload.dossier_code),
        ),
        "signer_role": payload.signer_role,
        "signer_title": payload.signer_title,
        "signer_name": payload.signer_name,
        "receiver_name": payload.receiver_name,
        "how_signed": "(Ký số ở trang cuối)" if payload.digital else "(Ký, ghi rõ họ tên và đóng dấu)",
    }


def _bound_book(payload: LogBookPayload | RegisterPayload) -> dict:
    """What a bound book has on paper, whatever is written in it."""
    last = payload.last_number
    return sheet_texts(payload) | {
        "dossier_code": f"{payload.year}",
        "year": f"{payload.year}",
        "volume": f"{payload.volume:02d}",
        # The sentences with which a register is opened and closed on paper.
        "opening": _opening(payload),
        "closing": f"Sổ này có {last:02d} số, từ số 01 đến số {last:02d}."
        if last
        else "Sổ này chưa có số nào.",
        "closed": f"Khóa sổ ngày {short_date(payload.closed_at)}." if payload.closed_at else "",
        "date": place_and_date(payload, payload.closed_at),
        "keeper_name": payload.keeper_name,
        "signer_title": payload.signer_title,
        "signer_name": payload.signer_name,
    }


def _opening(payload: LogBookPayload | RegisterPayload) -> str:
    book = f"Quyển số {payload.volume:02d}"
    if not payload.rows:
        return f"{book}, chưa có số nào."
    first, last = payload.rows[0], payload.rows[-1]
    opened = first.at if isinstance(first, RegisterRow) else first.received_at
    return f"{book}, mở ngày {short_date(opened)}, từ số {first.number:02d} đến số {last.number:02d}."


def _register_row(row: RegisterRow) -> list[str]:
    return [
        f"{row.number:02d}",
        day_and_hour(row.at),
        row.person,
        row.paper,
        row.signer,
        f"{row.pages}",
        f"{row.copies}",
        f"{row.amount:,}".replace(",", "."),
        row.dossier_code,
    ]


def _book_row(row: BookRow) -> list[str]:
    return [
        f"{row.number:02d}",
        row.dossier_code,
        row.procedure,
        row.applicant,
        "\n".join(filter(None, [row.address, row.phone])),
        row.lead_agency,
        day_and_hour(row.received_at),
        day_and_hour(row.due_at) if row.due_at else "",
        day_and_hour(row.returned_at) if row.returned_at else "",
        row.manner,
        row.collector,
    ]


def sheet_texts(payload: Sheet) -> dict:
    return {
        "form": asdict(payload.form),
        "letterhead_upper": payload.letterhead_upper,
        "letterhead_name": payload.letterhead_name or payload.agency_name,
        "agency_name": payload.agency_name,
        "draft": False,
    }


def place_and_date(payload: Sheet, moment: datetime | None) -> str:
    return ", ".join(filter(None, [payload.place, long_date(moment)]))


def _procedure(payload) -> str:
    return " – ".join(filter(None, [payload.procedure_code, payload.procedure_name]))


def _book(payload: ReceiptPayload) -> str:
    book = payload.book_number and f"quyển số {payload.book_number}"
    sequence = payload.book_sequence and f"số thứ tự {payload.book_sequence}"
    return ", ".join(filter(None, [book, sequence]))


def _person(label: str, person: Person) -> list:
    return lines(
        (label, person.name),
        ("Số định danh/Giấy tờ", person.id_number),
        ("Địa chỉ", person.address),
        ("Số điện thoại", person.phone),
        ("Email", person.email),
    )


def lines(*pairs: tuple) -> list:
    """The lines that have something to say."""
    return [list(pair) for pair in pairs if pair[1]]
