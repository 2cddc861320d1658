"""Printed forms as PDF by Typst: two milliseconds a page, no system library, fonts inside the wheel.

Templates lay out, nothing else: they get finished texts, and every text arrives as a string value,
so that nothing a person has typed is ever read as markup. The files are archival PDF (PDF/A-2a).
"""

import io
import json
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import segno
import typst
from django.conf import settings

from notifications.enums import LetterKind
from notifications.payloads import ApologyPayload, ReceiptPayload
from notifications.vietnamese import hour_and_date, long_date, number_text, printable

TEMPLATES = Path(__file__).resolve().parent / "typst"


@cache
def _fonts() -> typst.Fonts:
    # Only the fonts of the wheel: a letter looks the same on every machine. The object may be shared
    # by threads; a `typst.Compiler` may not ("Already borrowed").
    return typst.Fonts(include_system_fonts=False)


def render(template_name: str, data: dict, *, made_at: datetime | None = None) -> bytes:
    """PDF of `notifications/typst/<template_name>.typ` with `data` (values JSON can carry).

    With `made_at` the same data give the same bytes. Raises `typst.TypstError` when the template is wrong.
    """
    return typst.compile(
        TEMPLATES / f"{template_name}.typ",
        root=TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(_drawable(data), ensure_ascii=False)},
        pdf_standards="a-2a",
        timestamp=None if made_at is None else int(made_at.timestamp()),
    )


def _drawable(value):
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _drawable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_drawable(item) for item in value]
    return value


def letter_pdf(
    kind: str, payload, *, number: int | None = None, signed_at: datetime | None = None, draft: bool = False
) -> bytes:
    """The letter as it is signed, or with `draft` as a preview marked BẢN NHÁP on every page.

    Without `number` and `signed_at` the page has dots in their place.
    """
    heading = {
        "number": number_text(kind, number),
        "date": ", ".join(filter(None, [payload.place, long_date(signed_at)])),
        "draft": draft,
    }
    return _LETTER_PRINTERS[kind](payload, heading, signed_at)


def _apology_pdf(payload: ApologyPayload, heading: dict, signed_at: datetime | None) -> bytes:
    """Form 04 (Circular 01/2018, Circular 03/2025)."""
    data = asdict(payload) | heading
    data["facts"] = _lines(
        ("Mã hồ sơ", payload.dossier_code),
        ("Thủ tục hành chính", _procedure(payload)),
        ("Người nộp hồ sơ", payload.applicant_name),
        ("Số định danh/Giấy tờ", payload.id_number),
        ("Tiếp nhận lúc", hour_and_date(payload.received_at)),
        ("Hẹn trả kết quả lúc", hour_and_date(payload.original_due_at)),
    )
    data["new_due"] = hour_and_date(payload.new_due_at)
    for moment in ("received_at", "original_due_at", "new_due_at"):
        del data[moment]  # JSON has no moments, and the page has their texts
    return render("apology", data, made_at=signed_at)


_LETTER_PRINTERS = {LetterKind.APOLOGY: _apology_pdf}


def receipt_pdf(payload: ReceiptPayload) -> bytes:
    """Form 01: receipt and appointment, with a QR code of the public look-up address.

    The QR holds the dossier code and nothing else: the owner's look-up secret is printed beside it.
    """
    data = asdict(payload)
    data["date"] = ", ".join(filter(None, [payload.place, long_date(payload.received_at)]))
    data["draft"] = False
    data["people"] = _person("Người nộp hồ sơ", payload.applicant)
    if payload.principal:
        data["people"] += _person("Người ủy quyền", payload.principal)
        data["people"] += _lines(("Giấy tờ ủy quyền", payload.authorisation))
    data["procedure"] = _procedure(payload)
    data["due"] = hour_and_date(payload.due_at) if payload.due_at else ""
    data["terms"] = _lines(
        ("Số lượng hồ sơ", f"{payload.sets:02d} bộ"),
        ("Thời gian giải quyết theo quy định", payload.limit),
        ("Thời gian nhận hồ sơ", hour_and_date(payload.received_at)),
        ("Thời gian trả kết quả", data["due"]),
        ("Nơi nhận kết quả", payload.return_manner),
        ("Vào Sổ theo dõi hồ sơ", _book(payload)),
        ("Ghi chú", payload.note),
    )
    data["look_up_address"] = f"{settings.PUBLIC_URL}/tra-cuu/"
    data["qr"] = _qr(f"{data['look_up_address']}?{urlencode({'ma': payload.dossier_code})}")
    del data["received_at"], data["due_at"]  # moments: JSON has none, and the page has their texts
    return render("receipt", data, made_at=payload.received_at)


def _procedure(payload) -> str:
    return " – ".join(filter(None, [payload.procedure_code, payload.procedure_name]))


def _book(payload: ReceiptPayload) -> str:
    book = payload.book_number and f"quyển số {payload.book_number}"
    sequence = payload.book_sequence and f"số thứ tự {payload.book_sequence}"
    return ", ".join(filter(None, [book, sequence]))


def _person(label: str, person) -> list:
    return _lines(
        (label, person.name),
        ("Số định danh/Giấy tờ", person.id_number),
        ("Địa chỉ", person.address),
        ("Số điện thoại", person.phone),
        ("Email", person.email),
    )


def _lines(*lines: tuple[str, str]) -> list:
    """The lines that have something to say."""
    return [list(line) for line in lines if line[1]]


def _qr(address: str) -> str:
    """The QR code as the text of an SVG picture."""
    picture = io.BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="svg", border=2)
    return picture.getvalue().decode()
