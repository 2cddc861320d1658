"""The payment platform (nền tảng thanh toán trực tuyến): orders, notices, refunds and the statement of a day.

The protocol is that of the gateways of the country in what they share: JSON over HTTPS, every request and answer
signed (`cases.connections.signing`), a result code, amounts in whole VND, moments as `yyyyMMddHHmmss` in Việt Nam.
What differs between them – names of fields, paths, the word for success – is configuration, see `Platform`.
"""

from cases.connections.payment.calls import ask_status, create_order, refund, statement
from cases.connections.payment.notices import Notice, Unreadable, answer_to, notice_of, returned_order
from cases.connections.payment.protocol import (
    Checkout,
    LineKind,
    Order,
    Platform,
    Standing,
    StandingKind,
    StatementLine,
)

__all__ = [
    "Checkout",
    "LineKind",
    "Notice",
    "Order",
    "Platform",
    "Standing",
    "StandingKind",
    "StatementLine",
    "Unreadable",
    "answer_to",
    "ask_status",
    "create_order",
    "notice_of",
    "refund",
    "returned_order",
    "statement",
]
