"""The report of an agency and a period on paper: tables under its head; pure.

Plain data, see `payloads.py`: finished texts in Vietnamese, as they stand on the screen and in the Excel file.
"""

from dataclasses import dataclass
from datetime import datetime

from notifications.forms import Form
from notifications.payloads import Sheet
from notifications.texts import place_and_date, sheet_texts

REPORT = Form(number="", title="BÁO CÁO GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH", circular="", paper="a4")
MOST_ROWS = 1_000  # of one table on paper; the Excel file has them all


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTable:
    """`widths`: shares of the width of the page; `numbers`: which columns stand on the right."""

    title: str
    headers: tuple[str, ...]
    widths: tuple[int, ...]
    numbers: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPart:
    title: str
    tables: tuple[ReportTable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPayload(Sheet):
    """`warning` says when the period is not over; `signer` is who stands below."""

    period: str
    warning: str
    parts: tuple[ReportPart, ...]
    made_at: datetime
    signer_title: str = ""
    signer_name: str = ""


def report_texts(payload: ReportPayload) -> dict:
    return sheet_texts(payload) | {
        "dossier_code": payload.period,
        "period": payload.period,
        "warning": payload.warning,
        "date": place_and_date(payload, payload.made_at),
        "parts": [
            {"title": f"{number}. {part.title}", "tables": [_table(table) for table in part.tables]}
            for number, part in enumerate(payload.parts, start=1)
        ],
        "signer_title": payload.signer_title,
        "signer_name": payload.signer_name,
    }


def _table(table: ReportTable) -> dict:
    left_out = len(table.rows) - MOST_ROWS
    note = table.note
    if left_out > 0:
        note = " ".join(filter(None, [note, f"Còn {left_out} dòng khác, xem trong tệp Excel."]))
    return {
        "title": table.title,
        "headers": list(table.headers),
        "widths": list(table.widths),
        "numbers": list(table.numbers),
        "rows": [list(row) for row in table.rows[:MOST_ROWS]],
        "note": note,
    }
