"""Sheets of the desk's own that no circular prescribes: fee receipt, day-end report, hand-over slip; pure.

Payloads are plain data, see `payloads.py`; texts are finished ones, see `texts.py`. Money is whole VND.
"""

from dataclasses import dataclass
from datetime import datetime

from notifications.forms import Form
from notifications.payloads import Sheet
from notifications.texts import lines, place_and_date, sheet_texts
from notifications.vietnamese import day_and_hour, dong, hour_and_date

FEE_RECEIPT = Form(number="", title="BIÊN LAI THU PHÍ, LỆ PHÍ", circular="", paper="a5")
REFUND_SLIP = Form(number="", title="PHIẾU HOÀN TRẢ PHÍ, LỆ PHÍ", circular="", paper="a5")
CASH_REPORT = Form(number="", title="BẢNG KÊ THU PHÍ, LỆ PHÍ CUỐI NGÀY", circular="", paper="a4")
HAND_OVER_SLIP = Form(number="", title="PHIẾU TRẢ KẾT QUẢ", circular="", paper="a5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """One line with an amount, such as a fee or the ground of a waiver."""

    name: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeReceiptPayload(Sheet):
    """The receipt of one payment (biên lai thu phí), or the slip of one that was paid back.

    `amount` is what was taken, or for a refund given back; `left` what was to be paid after this entry.
    """

    number: str
    dossier_code: str
    procedure: str
    payer: str
    fees: tuple[Amount, ...]
    waivers: tuple[Amount, ...]
    amount: int
    method: str
    left: int
    at: datetime
    clerk: str
    reference: str = ""
    reverses: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CashRow:
    """One entry of the report; negative when it was paid back."""

    number: str
    dossier_code: str
    at: datetime
    method: str
    amount: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CashReportPayload(Sheet):
    """What one clerk took since the last report (bảng kê thu cuối ngày)."""

    number: str
    clerk: str
    closed_at: datetime
    rows: tuple[CashRow, ...]
    methods: tuple[Amount, ...]
    expected: int
    counted: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverSlipPayload(Sheet):
    """What the collector signs for (phiếu trả kết quả). Empty facts have a line to be filled in by hand."""

    dossier_code: str
    procedure: str
    applicant: str
    result: str
    due_at: datetime | None
    finished_at: datetime | None
    handed_at: datetime | None
    collector: str = ""
    collector_id_number: str = ""
    proof: str = ""
    authorisation: str = ""
    originals: str = ""
    tracking_number: str = ""
    confirmed: str = ""
    clerk: str = ""


def fee_receipt_texts(payload: FeeReceiptPayload) -> dict:
    back = bool(payload.reverses)
    return sheet_texts(payload) | {
        "number": payload.number,
        "date": place_and_date(payload, payload.at),
        "dossier_code": payload.dossier_code,
        "facts": lines(
            ("Người nhận tiền" if back else "Người nộp tiền", payload.payer),
            ("Mã hồ sơ", payload.dossier_code),
            ("Thủ tục hành chính", payload.procedure),
        ),
        "rows": [
            *([fee.name, dong(fee.amount)] for fee in payload.fees),
            *([f"Miễn, giảm: {waiver.name}", dong(-waiver.amount)] for waiver in payload.waivers),
        ],
        "amount_label": "Số tiền hoàn trả" if back else "Số tiền đã thu",
        "amount": dong(payload.amount),
        "terms": lines(
            ("Hình thức", payload.method),
            ("Số tham chiếu của ngân hàng", payload.reference),
            ("Hoàn trả biên lai số", payload.reverses),
            ("Lý do", payload.reason),
            ("Còn phải nộp", dong(max(payload.left, 0))),
            ("Lúc", hour_and_date(payload.at)),
        ),
        "payer_title": "NGƯỜI NHẬN TIỀN" if back else "NGƯỜI NỘP TIỀN",
        "clerk_title": "NGƯỜI HOÀN TRẢ" if back else "NGƯỜI THU TIỀN",
        "payer": payload.payer,
        "clerk": payload.clerk,
    }


def cash_report_texts(payload: CashReportPayload) -> dict:
    numbers = [row.number for row in payload.rows]
    difference = payload.counted - payload.expected
    return sheet_texts(payload) | {
        "number": payload.number,
        "date": place_and_date(payload, payload.closed_at),
        "dossier_code": payload.number,
        "facts": lines(
            ("Người thu", payload.clerk),
            ("Khóa sổ lúc", hour_and_date(payload.closed_at)),
            ("Biên lai", f"{len(numbers)} số, từ {numbers[0]} đến {numbers[-1]}" if numbers else ""),
        ),
        "rows": [
            [
                row.number,
                row.dossier_code,
                day_and_hour(row.at),
                "\n".join(filter(None, [row.method, row.note])),
                dong(row.amount),
            ]
            for row in payload.rows
        ],
        "sums": [[method.name, dong(method.amount)] for method in payload.methods],
        "counts": [
            ["Tiền mặt theo biên lai", dong(payload.expected)],
            ["Tiền mặt kiểm đếm", dong(payload.counted)],
            ["Chênh lệch", dong(difference)],
        ],
        "note": payload.note,
        "clerk": payload.clerk,
    }


def hand_over_slip_texts(payload: HandOverSlipPayload) -> dict:
    return sheet_texts(payload) | {
        "date": place_and_date(payload, payload.handed_at),
        "dossier_code": payload.dossier_code,
        "facts": lines(
            ("Mã hồ sơ", payload.dossier_code),
            ("Thủ tục hành chính", payload.procedure),
            ("Hồ sơ của", payload.applicant),
            ("Kết quả", payload.result),
            ("Hẹn trả kết quả lúc", payload.due_at and hour_and_date(payload.due_at)),
            ("Có kết quả lúc", payload.finished_at and hour_and_date(payload.finished_at)),
        ),
        "blanks": [
            ["Người nhận", payload.collector],
            ["Số định danh/Giấy tờ", payload.collector_id_number],
            ["Đã kiểm tra", payload.proof],
            *lines(("Giấy tờ ủy quyền", payload.authorisation), ("Mã vận đơn", payload.tracking_number)),
            ["Giấy tờ gốc trả lại", payload.originals],
        ],
        "confirmed": payload.confirmed,
        "collector": payload.collector,
        "clerk": payload.clerk,
    }
