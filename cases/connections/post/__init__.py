"""The public postal service (bưu chính công ích): orders, cancelling, tracking, and what it tells by itself.

JSON over HTTPS with a token; a result code; moments in ISO 8601 with their offset; amounts in whole VND. What the post
sends by itself is signed by HMAC-SHA256 over its bytes. No database; the errors are those of `onestop.outside`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cases.connections.signing import is_digest
from cases.post_enums import PostalStep
from onestop.outside import SPOKEN, Door, Garbled, NotLetIn, Refused, shortened, two_things

READ_SECONDS = WHOLE_SECONDS = 15  # a clerk looks at the page meanwhile
OK, UNKNOWN, SIGNED_OUT, WRONG_SIGNATURE = "00", "01", "05", "97"
MOST_EVENTS = 500
LONGEST_PLACE = 200


@dataclass(frozen=True, slots=True)
class Post:
    """Where the post answers and who we are there; `steps`: its words for what happens, where they are its own."""

    url: str
    token: str
    secret: str
    customer: str = ""
    steps: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Post({self.customer})"

    def step(self, word: str) -> PostalStep | None:
        """What the post's word means; None for one that nobody has told us."""
        meant = self.steps.get(word, word)
        return PostalStep(meant) if meant in PostalStep.values else None


@dataclass(frozen=True, slots=True)
class Party:
    """Who hands over or receives; not kept by us beside the dossier."""

    name: str
    phone: str
    address: str

    def __repr__(self) -> str:
        return "Party()"  # may end in a log

    @property
    def told(self) -> dict[str, str]:
        return {"name": self.name, "phone": self.phone, "address": self.address}


@dataclass(frozen=True, slots=True)
class Consignment:
    """What is to be carried; `cod` in VND, 0 for nothing. `reference` is the dossier's code."""

    number: str
    reference: str
    sender: Party
    receiver: Party
    cod: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a consignment; `amount` (VND) where money was collected."""

    step: PostalStep
    at: datetime
    place: str = ""
    amount: int | None = None


def order(post: Post, consignment: Consignment) -> str:
    """The tracking number. Ordered again under the same number, the same consignment is meant."""
    told = {
        "customerCode": post.customer,
        "orderNumber": consignment.number,
        "reference": consignment.reference,
        "sender": consignment.sender.told,
        "receiver": consignment.receiver.told,
        "codAmount": consignment.cod,
    }
    answer = _ask(post, "POST", "orders", body=told)
    if answer.get("orderNumber") != consignment.number or answer.get("codAmount") != consignment.cod:
        raise Garbled(_("The post answered about another order."))
    number = answer.get("trackingNumber")
    if not isinstance(number, str) or not re.fullmatch(r"[0-9A-Za-z-]{4,40}", number):
        raise Garbled(_("The post sent no tracking number."))
    return number


def cancel(post: Post, number: str) -> None:
    """Take an order back, as long as nothing was picked up; known already counts as done."""
    _ask(post, "POST", "orders/cancel", body={"customerCode": post.customer, "orderNumber": number})


def track(post: Post, tracking_number: str) -> list[Step]:
    """Everything that happened so far, in whatever order."""
    answer = _ask(post, "GET", "tracking", params={"trackingNumber": tracking_number})
    if answer.get("trackingNumber") != tracking_number:
        raise Garbled(_("The post answered about another consignment."))
    return _steps(post, answer.get("events"))


def pushed(post: Post, content: bytes, signature: str) -> tuple[str, list[Step]]:
    """What the post sent by itself: tracking number and steps. Raises `NotLetIn` (not signed by it), `Garbled`."""
    if not is_digest(signature, content, post.secret):
        raise NotLetIn(_("This was not signed by the post."), WRONG_SIGNATURE)
    try:
        told = json.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Garbled(_("The answer is not JSON.")) from error
    number = told.get("trackingNumber") if isinstance(told, dict) else None
    if not isinstance(number, str):
        raise Garbled(_("The post sent no tracking number."))
    return number, _steps(post, told.get("events"))


def answer_to(code: str, sentence: str) -> dict[str, str]:
    """What the post is told of what it sent."""
    return {"code": code, "message": sentence}


def _ask(post: Post, method: str, path: str, **options: Any) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {post.token}"}
    seconds = {"read_seconds": READ_SECONDS, "whole_seconds": WHOLE_SECONDS}
    with Door(post.url, headers, **seconds, refuses_by_status=False, spoken=SPOKEN) as door:
        came = door.ask(method, path, **options)
    answer = came.said("code")
    code = str(answer.get("code", ""))
    if code == OK:
        if not came.is_good:
            raise two_things(came.status)
        return answer
    if code == SIGNED_OUT:
        raise NotLetIn(_("The post does not know us: look at its token."), code)
    if not code:
        raise Garbled(_("The answer lacks the field “%(field)s”.") % {"field": "code"})
    said = shortened(answer.get("message", "")) or code
    raise Refused(_("The post refused: %(why)s") % {"why": said}, code)


def _steps(post: Post, events: Any) -> list[Step]:
    """The steps; words that nobody has told us are left out, whatever else is wrong is `Garbled`."""
    if not isinstance(events, list) or len(events) > MOST_EVENTS:
        raise Garbled(_("The post sent no list of steps."))
    return [step for event in events if (step := _step(post, event)) is not None]


def _step(post: Post, event: Any) -> Step | None:
    if not isinstance(event, dict):
        raise Garbled(_("The post sent no list of steps."))
    try:
        at = datetime.fromisoformat(str(event["time"]))
        amount = event.get("amount")
        if amount is not None and (isinstance(amount, bool) or not 0 <= int(amount) < 10**13):
            raise ValueError
    except (KeyError, ValueError, TypeError) as error:
        raise Garbled(_("A step of the post has no moment or no amount that can be read.")) from error
    if at.tzinfo is None:
        raise Garbled(_("A step of the post has no moment or no amount that can be read."))
    kind = post.step(str(event.get("status", "")))
    if kind is None:
        return None
    place = str(event.get("place") or "").replace("\x00", "")[:LONGEST_PLACE]
    return Step(kind, at, place, None if amount is None else int(amount))
