"""What the payment platform tells by itself: that an order was paid, or was not; pure.

A notice is what somebody unknown sent to an open address. Only its signature makes it the platform's.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from cases.connections.payment.protocol import (
    Platform,
    StandingKind,
    moment,
    number_text,
    whole_dong,
)
from cases.connections.signing import can_be_signed
from onestop.outside import Garbled

MOST_FIELDS = 60
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Unreadable(Exception):
    """What was sent is no notice of this protocol."""


@dataclass(frozen=True, slots=True)
class Notice:
    """`is_genuine`: the platform signed it, for us. Before that nothing in it may be believed; VND."""

    is_genuine: bool
    is_ours: bool
    kind: StandingKind | None
    number: str
    transaction: str
    amount: int
    status: str
    paid_at: datetime | None


def notice_of(platform: Platform, content: bytes, content_type: str) -> Notice:
    """Read a notice: JSON or a form, in UTF-8. Raises `Unreadable`."""
    fields = _fields(content, content_type)
    genuine = platform.is_genuine(fields)
    try:
        status = str(platform.given(fields, "status"))
        kind = platform.standing(status)
        return Notice(
            is_genuine=genuine,
            is_ours=fields.get(platform.name("merchant")) == platform.merchant,
            kind=kind,
            number=number_text(platform.given(fields, "order")),
            transaction=number_text(fields.get(platform.name("transaction")) or "-"),
            amount=whole_dong(platform.given(fields, "amount")),
            status=status[:20],
            paid_at=moment(fields.get(platform.name("paid"))),
        )
    except Garbled as error:
        raise Unreadable(str(error)) from error


def answer_to(platform: Platform, code: str, sentence: str) -> dict[str, str]:
    """What the platform is told of its notice; it repeats what is not answered with success or “known already”."""
    return {platform.name("code"): platform.code(code), platform.name("message"): sentence}


def returned_order(platform: Platform, fields: Mapping[str, str]) -> str:
    """The number of the order from whose page the citizen comes back; empty when the platform did not sign it."""
    if not platform.is_genuine(fields):
        return ""
    return str(fields.get(platform.name("order"), ""))


def _fields(content: bytes, content_type: str) -> dict[str, Any]:
    try:
        text = content.decode("utf-8")
        if content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
            found = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
        else:
            found = json.loads(text)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Unreadable(type(error).__name__) from error
    if not isinstance(found, dict) or len(found) > MOST_FIELDS:
        raise Unreadable("no object")
    if any(isinstance(value, (dict, list, float)) for value in found.values()):
        raise Unreadable("nested")  # what is signed is text and whole numbers
    if not all(
        can_be_signed(name, value) and not CONTROL.search(str(value)) for name, value in found.items()
    ):
        raise Unreadable("names or characters")
    return found
