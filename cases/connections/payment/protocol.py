"""What is said to the payment platform and by it, and in which words; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from cases.connections.signing import is_signed, signature
from onestop.outside import Garbled, NotLetIn, Refused, shortened

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
MOMENT = "%Y%m%d%H%M%S"
LONGEST_NUMBER = 60  # characters of an order's or transaction's number
MOST_DONG = 10**13 - 1

# Our word: theirs, where nothing else is configured.
FIELDS = {
    "merchant": "merchantCode",
    "order": "orderId",
    "amount": "amount",
    "purpose": "orderInfo",
    "return_url": "returnUrl",
    "notify_url": "notifyUrl",
    "created": "createDate",
    "expires": "expireDate",
    "code": "resultCode",
    "message": "message",
    "pay_url": "payUrl",
    "qr": "qrCode",
    "transaction": "transactionId",
    "status": "transactionStatus",
    "paid": "payDate",
    "refund": "refundId",
    "reason": "reason",
    "day": "date",
    "page": "page",
    "more": "hasMore",
    "lines": "transactions",
    "kind": "type",
    "signature": "signature",
}
PATHS = {"create": "orders", "status": "query", "refund": "refunds", "statement": "statement"}
# The platform's words for how things stand.
CODES = {
    "ok": "00",
    "unknown": "01",
    "confirmed": "02",
    "wrong_amount": "04",
    "signed_out": "05",
    "wrong_signature": "97",
    "failed": "99",
}
STATUSES = {"paid": "00", "open": "01", "failed": "02", "refunded": "04"}


class StandingKind(StrEnum):
    """How an order stands at the platform."""

    PAID = "paid"
    OPEN = "open"
    FAILED = "failed"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"  # no such order there


class LineKind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Platform:
    """Where the platform answers, who we are there, and its words where they differ from the usual ones."""

    url: str
    merchant: str
    secret: str
    fields: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Platform({self.merchant})"

    def name(self, word: str) -> str:
        return self.fields.get(word, FIELDS[word])

    def path(self, what: str) -> str:
        return self.paths.get(what, PATHS[what])

    def code(self, meaning: str) -> str:
        return self.codes.get(meaning, CODES[meaning])

    def standing(self, status: str) -> StandingKind | None:
        """What a word of the platform says of an order; None for a word that nobody has told us."""
        words = {**STATUSES, **self.statuses}
        return next((StandingKind(kind) for kind, word in words.items() if word == status), None)

    def signed(self, **told: object) -> dict[str, Any]:
        """A request in the platform's words, with who asks and the signature."""
        said = {self.name(word): value for word, value in {"merchant": self.merchant, **told}.items()}
        return {
            **said,
            self.name("signature"): signature(said, self.secret, name=self.name("signature")),
        }

    def is_genuine(self, fields: Mapping[str, Any]) -> bool:
        return is_signed(fields, self.secret, name=self.name("signature"))

    def checked(self, answer: dict[str, Any], *, also: tuple[str, ...] = ()) -> dict[str, Any]:
        """An answer that the platform signed and that says that all went well.

        Raises `Garbled` (not its signature), `NotLetIn`, `Refused` for a code that is neither success nor in `also`.
        """
        code = str(answer.get(self.name("code"), ""))
        if code == self.code("wrong_signature") or code == self.code("signed_out"):
            raise NotLetIn(_("The payment platform does not know us: look at its keys."), code)
        # Lists are left out of what is signed: their lines are compared with our books one by one.
        plain = {name: value for name, value in answer.items() if not isinstance(value, (list, dict))}
        if not self.is_genuine(plain):
            raise Garbled(_("The answer is not signed by the payment platform."))
        if code != self.code("ok") and code not in also:
            said = shortened(answer.get(self.name("message"), "")) or code
            raise Refused(_("The payment platform refused: %(why)s") % {"why": said}, code)
        return answer

    def given(self, answer: Mapping[str, Any], word: str) -> Any:
        """What the answer says there; `Garbled` when it says nothing."""
        found = answer.get(self.name(word))
        if found is None or found == "":
            raise Garbled(_("The answer lacks the field “%(field)s”.") % {"field": self.name(word)})
        return found


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid: VND, moments in UTC, no word about a person."""

    number: str
    amount: int
    purpose: str
    return_url: str
    notify_url: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Checkout:
    """Where it can be paid: a page of the platform, and what a bank's app scans (empty where there is none)."""

    pay_url: str
    qr: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the platform says of an order; VND. Without a payment there is no transaction and no moment."""

    kind: StandingKind
    amount: int | None = None
    transaction: str = ""
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement of money in the platform's books of a day; VND, always positive.

    `number` is that of the order, of a refund that of the refund.
    """

    kind: LineKind
    number: str
    transaction: str
    amount: int
    at: datetime | None


def whole_dong(value: Any) -> int:
    """An amount, as a number or as digits; `Garbled` for anything else, also for 15000.5 and “15.000”."""
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,13}", str(value)):
        raise Garbled(_("“%(value)s” is no amount in VND.") % {"value": shortened(value)[:40]})
    return int(value)


def number_text(value: Any) -> str:
    """A number of an order or transaction; `Garbled` when it is none that could be kept."""
    text = str(value)
    if isinstance(value, (dict, list, bool)) or not re.fullmatch(rf"[\x21-\x7e]{{1,{LONGEST_NUMBER}}}", text):
        raise Garbled(_("The number of an order or transaction cannot be read."))
    return text


def moment(value: Any) -> datetime | None:
    """`20261123090500` on the clock of Việt Nam; None when nothing is said. `Garbled` for what is no moment."""
    if value in (None, ""):
        return None
    if not re.fullmatch(r"[0-9]{14}", str(value)):
        raise Garbled(_("“%(value)s” is no moment.") % {"value": shortened(value)[:40]})
    try:
        return datetime.strptime(str(value), MOMENT).replace(tzinfo=VIETNAM)
    except ValueError as error:
        raise Garbled(_("“%(value)s” is no moment.") % {"value": shortened(value)[:40]}) from error


def moment_text(at: datetime) -> str:
    return at.astimezone(VIETNAM).strftime(MOMENT)
