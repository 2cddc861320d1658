"""Sheets to post at the place of reception (niêm yết công khai): the desk's list, and one procedure; pure.

Payloads are plain data, see `payloads.py`: finished texts in Vietnamese. An empty text is printed as not stated.
"""

from dataclasses import dataclass
from datetime import datetime

from notifications.forms import Form
from notifications.payloads import Sheet
from notifications.texts import lines, sheet_texts
from notifications.vietnamese import short_date

POSTING_LIST = Form(number="", title="DANH MỤC THỦ TỤC HÀNH CHÍNH", circular="", paper="a4")
PROCEDURE_SHEET = Form(number="", title="THỦ TỤC HÀNH CHÍNH NIÊM YẾT CÔNG KHAI", circular="", paper="a4")
NOT_STATED = "Quyết định công bố không nêu"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFacts:
    """Where and when: the desk's name, address, phone and opening hours."""

    name: str
    address: str = ""
    phone: str = ""
    opening: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedProcedure:
    """One line of the list."""

    code: str
    name: str
    limit: str
    fee: str
    service_level: str = ""
    decision: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedField:
    """The procedures of one field (lĩnh vực)."""

    name: str
    procedures: tuple[PostedProcedure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingListPayload(Sheet):
    """What one desk receives, by field; `as_of` is the day whose catalogue it shows."""

    desk: DeskFacts
    fields: tuple[PostedField, ...]
    as_of: datetime
    look_up_address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureSheetPayload(Sheet):
    """All mandatory parts of one procedure, as they are posted at one desk. `parts` are headings with lines."""

    desk: DeskFacts
    code: str
    name: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    as_of: datetime
    look_up_address: str = ""


def posting_list_texts(payload: PostingListPayload) -> dict:
    count = sum(len(field.procedures) for field in payload.fields)
    return sheet_texts(payload) | {
        "dossier_code": payload.desk.name,
        "title": f"{payload.form.title} TIẾP NHẬN TẠI {payload.desk.name.upper()}",
        "facts": _where_and_when(payload.desk),
        "fields": [
            {
                "name": field.name,
                "rows": [
                    [
                        row.code,
                        row.name,
                        row.limit or NOT_STATED,
                        row.fee or NOT_STATED,
                        row.service_level or "–",
                        row.decision or "–",
                    ]
                    for row in field.procedures
                ],
            }
            for field in payload.fields
        ],
        "sum": f"Tổng số: {count} thủ tục hành chính.",
        "as_of": f"Có hiệu lực tại ngày {short_date(payload.as_of)}",
        "look_up": _look_up(payload.look_up_address),
    }


def procedure_sheet_texts(payload: ProcedureSheetPayload) -> dict:
    return sheet_texts(payload) | {
        "dossier_code": payload.code,
        "code": payload.code,
        "name": payload.name,
        "parts": [{"title": title, "lines": list(texts) or [NOT_STATED]} for title, texts in payload.parts],
        "facts": _where_and_when(payload.desk),
        "as_of": f"Có hiệu lực tại ngày {short_date(payload.as_of)}",
        "look_up": _look_up(payload.look_up_address),
        "address": payload.look_up_address,
    }


def _where_and_when(desk: DeskFacts) -> list:
    return lines(
        ("Nơi tiếp nhận", desk.name),
        ("Địa chỉ", desk.address),
        ("Điện thoại", desk.phone),
        ("Thời gian tiếp nhận", "; ".join(desk.opening)),
    )


def _look_up(address: str) -> str:
    return f"Nội dung đầy đủ và biểu mẫu: {address}" if address else ""
