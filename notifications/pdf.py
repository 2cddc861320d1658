"""Printed forms as PDF by Typst: two milliseconds a page, no system library, fonts inside the wheel.

Templates lay out, nothing else: they get finished texts (`texts.py`), and every text arrives as a string
value, so that nothing a person has typed is ever read as markup. The files are archival PDF (PDF/A-2a).
"""

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

import typst
from django.conf import settings

from notifications.codes import barcode_svg, qr_svg
from notifications.desk_sheets import (
    CashReportPayload,
    FeeReceiptPayload,
    HandOverSlipPayload,
    cash_report_texts,
    fee_receipt_texts,
    hand_over_slip_texts,
)
from notifications.payloads import (
    CertificationPayload,
    ControlSlipPayload,
    LetterPayload,
    LogBookPayload,
    ReceiptPayload,
    RegisterPayload,
)
from notifications.postings import (
    PostingListPayload,
    ProcedureSheetPayload,
    posting_list_texts,
    procedure_sheet_texts,
)
from notifications.records import RecordSheetPayload, record_sheet_texts
from notifications.reports import ReportPayload, report_texts
from notifications.results import ResultSheetPayload, result_sheet_texts
from notifications.texts import (
    certification_texts,
    control_slip_texts,
    letter_texts,
    log_book_texts,
    receipt_texts,
    register_texts,
)
from notifications.vietnamese import TZ, drawable
from onestop.encryption import refuse_unreadable

TEMPLATES = Path(__file__).resolve().parent / "typst"
_LONG_WORD = re.compile(r"\S{36}")  # as in `common.typ`


@cache
def _fonts() -> typst.Fonts:
    # Only the fonts of the wheel: a letter looks the same on every machine. The object may be shared
    # by threads; a `typst.Compiler` may not ("Already borrowed").
    return typst.Fonts(include_system_fonts=False)


def render(template_name: str, data: dict, *, made_at: datetime | None = None) -> bytes:
    """PDF of `notifications/typst/<template_name>.typ` with `data` (values JSON can carry).

    With `made_at` the same data give the same bytes. Raises `typst.TypstError` when the template is wrong, and
    `CannotDecrypt` rather than printing that something cannot be read.
    """
    refuse_unreadable(data)
    return typst.compile(
        TEMPLATES / f"{template_name}.typ",
        root=TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs=_inputs(data),
        pdf_standards="a-2a",
        timestamp=None if made_at is None else int(made_at.timestamp()),
    )


def _inputs(data: dict) -> dict[str, str]:
    texts = json.dumps(drawable(data), ensure_ascii=False)
    # Looking for words that must break costs a seventh of a letter, and hardly any letter has one. JSON only joins
    # words, so none is missed here.
    return {"data": texts, "long-words": "yes" if _LONG_WORD.search(texts) else ""}


def letter_pdf(
    kind: str,
    payload: LetterPayload,
    *,
    number: int | None = None,
    signed_at: datetime | None = None,
    draft: bool = False,
    digital: bool = False,
) -> bytes:
    """The letter as it is signed, or with `draft` as a preview marked BẢN NHÁP on every page.

    Without `number` and `signed_at` the page has dots in their place; with `digital` there is room for a
    digital signature in place of the hand (see `signature_place`).
    """
    texts = letter_texts(kind, payload, number=number, signed_at=signed_at)
    return render(kind, texts | {"draft": draft, "digital": digital}, made_at=signed_at)


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle on a page (from 1), in points from its lower left corner."""

    page: int
    left: float
    bottom: float
    width: float
    height: float

    def after(self, pages: int) -> Self:
        """The same place when so many pages come before."""
        return replace(self, page=self.page + pages)


def signature_place(kind: str, payload: LetterPayload, *, number: int, signed_at: datetime) -> Place:
    """Where the digital signature stands on this letter, which depends on how long its texts are."""
    texts = letter_texts(kind, payload, number=number, signed_at=signed_at)
    return _signature_place(kind, texts | {"draft": False, "digital": True})


def _signature_place(template_name: str, data: dict) -> Place:
    told = typst.query(
        TEMPLATES / f"{template_name}.typ",
        "<signature-field>",
        field="value",
        one=True,
        root=TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs=_inputs(data),
    )
    found = json.loads(told)
    bottom = found["sheet"] - found["y"] - found["height"]
    return Place(found["page"], found["x"], bottom, found["width"], found["height"])


def signature_mark_pdf(place: Place, *, name: str, organization: str, at: datetime) -> bytes:
    """What is seen of a digital signature, on a page as large as its place."""
    local = at.astimezone(TZ)
    data = {
        "width": place.width,
        "height": place.height,
        "name": name,
        "organization": organization,
        "at": f"{local:%d/%m/%Y %H:%M:%S} {local.isoformat()[-6:]}",  # +07:00
    }
    return render("signature_mark", data, made_at=at)


def receipt_pdf(payload: ReceiptPayload) -> bytes:
    """Receipt and appointment, with the code as bars and a QR code of the public look-up address.

    Both hold the dossier code and nothing else: the owner's look-up secret is printed beside them. What is
    owed can be paid by the transfer code below, which holds no more of the dossier either.
    """
    texts = receipt_texts(payload)
    address = f"{settings.PUBLIC_URL}/tra-cuu/"
    texts["look_up_address"] = address
    texts["qr"] = qr_svg(f"{address}?{urlencode({'ma': payload.dossier_code})}")
    texts["barcode"] = barcode_svg(payload.dossier_code)
    texts["transfer_qr"] = qr_svg(payload.transfer.code) if payload.transfer else ""
    return render("receipt", texts, made_at=payload.received_at)


def control_slip_pdf(payload: ControlSlipPayload) -> bytes:
    """The hand-overs of a dossier as they are now."""
    return render("control_slip", control_slip_texts(payload))


def log_book_pdf(payload: LogBookPayload) -> bytes:
    """One volume of the log book, on full sheets across."""
    return render("log_book", log_book_texts(payload), made_at=payload.closed_at)


def certification_pdf(payload: CertificationPayload) -> bytes:
    """The words of a certification on a page of their own, as they are signed."""
    return render("certification", certification_texts(payload), made_at=payload.certified_at)


def register_pdf(payload: RegisterPayload) -> bytes:
    """One volume of a register of certifications, on full sheets across."""
    return render("register", register_texts(payload), made_at=payload.closed_at)


def fee_receipt_pdf(payload: FeeReceiptPayload) -> bytes:
    """The receipt of one payment, or the slip of one that was paid back."""
    return render("fee_receipt", fee_receipt_texts(payload), made_at=payload.at)


def cash_report_pdf(payload: CashReportPayload) -> bytes:
    """The day-end report of one clerk, to be signed with the money."""
    return render("cash_report", cash_report_texts(payload), made_at=payload.closed_at)


def hand_over_slip_pdf(payload: HandOverSlipPayload) -> bytes:
    """The slip that a collector signs; as it stands now."""
    return render("hand_over_slip", hand_over_slip_texts(payload))


def posting_list_pdf(payload: PostingListPayload) -> bytes:
    """What a desk receives, to be posted there; the same bytes for the same catalogue and day."""
    return render("posting_list", posting_list_texts(payload), made_at=payload.as_of)


def procedure_sheet_pdf(payload: ProcedureSheetPayload) -> bytes:
    """One procedure to be posted, with a QR code of its public page."""
    texts = procedure_sheet_texts(payload)
    texts["qr"] = qr_svg(texts["address"]) if texts["address"] else ""
    return render("procedure_sheet", texts, made_at=payload.as_of)


def report_pdf(payload: ReportPayload) -> bytes:
    """The report of an agency and a period, on full sheets across."""
    return render("report", report_texts(payload), made_at=payload.made_at)


def result_sheet_pdf(payload: ResultSheetPayload) -> tuple[bytes, Place]:
    """The last page of an electronic result, with a QR code of its verification, and where it is signed."""
    texts = result_sheet_texts(payload)
    texts["qr"] = qr_svg(payload.address_of_this)
    return render("result_sheet", texts, made_at=payload.at), _signature_place("result_sheet", texts)


def record_sheet_pdf(payload: RecordSheetPayload) -> bytes:
    """What another database answered, as it is kept with a dossier; the same answer gives the same bytes."""
    return render("record_sheet", record_sheet_texts(payload), made_at=payload.at)
