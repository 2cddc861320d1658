"""What this system asks of the payment platform. Each raises the errors of `onestop.outside`; no database."""

from collections.abc import Iterator
from datetime import date, datetime
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from cases.connections.payment.protocol import (
    VIETNAM,
    Checkout,
    LineKind,
    Order,
    Platform,
    Standing,
    StandingKind,
    StatementLine,
    moment,
    moment_text,
    number_text,
    whole_dong,
)
from onestop.outside import SPOKEN, Door, Garbled, is_this_machine, two_things

READ_SECONDS = WHOLE_SECONDS = 15  # a citizen or a clerk looks at the page meanwhile
MOST_PAGES = 1_000
LONGEST_QR = 500
LONGEST_URL = 500


def create_order(platform: Platform, order: Order) -> Checkout:
    """Where the order can be paid. Asked again with the same number and amount, the same order is meant."""
    answer = _ask(
        platform,
        "create",
        order=order.number,
        amount=order.amount,
        purpose=order.purpose,
        return_url=order.return_url,
        notify_url=order.notify_url,
        created=moment_text(order.created_at),
        expires=moment_text(order.expires_at),
    )
    _same_order(platform, answer, order.number)
    if whole_dong(platform.given(answer, "amount")) != order.amount:
        raise Garbled(_("The payment platform made an order of another amount."))
    pay_url = str(platform.given(answer, "pay_url"))
    qr = str(answer.get(platform.name("qr")) or "")
    if not _can_be_opened(pay_url) or len(pay_url) > LONGEST_URL or len(qr) > LONGEST_QR:
        raise Garbled(_("The payment platform sent an address that nobody can be led to."))
    return Checkout(pay_url, qr)


def ask_status(platform: Platform, number: str) -> Standing:
    """How the order stands there now."""
    answer = _ask(platform, "status", also=("unknown",), order=number)
    _same_order(platform, answer, number)
    if str(answer[platform.name("code")]) == platform.code("unknown"):
        return Standing(StandingKind.UNKNOWN)
    kind = platform.standing(str(platform.given(answer, "status")))
    if kind is None:
        raise Garbled(_("The payment platform used a word for the state that nobody knows."))
    if kind not in {StandingKind.PAID, StandingKind.REFUNDED}:
        return Standing(kind)
    return Standing(
        kind,
        whole_dong(platform.given(answer, "amount")),
        number_text(platform.given(answer, "transaction")),
        moment(answer.get(platform.name("paid"))),
    )


def refund(
    platform: Platform, *, number: str, order: str, transaction: str, amount: int, at: datetime
) -> str:
    """Have money of a payment paid back; returns the platform's number of it.

    Asked again with the same `number` the same refund is meant: it is done once. The reason stays with us, it
    may be about a person.
    """
    answer = _ask(
        platform,
        "refund",
        also=("confirmed",),
        refund=number,
        order=order,
        transaction=transaction,
        amount=amount,
        created=moment_text(at),
    )
    if str(platform.given(answer, "refund")) != number:
        raise Garbled(_("The payment platform answered about another refund."))
    if whole_dong(platform.given(answer, "amount")) != amount:
        raise Garbled(_("The payment platform paid back another amount."))
    return number_text(platform.given(answer, "transaction"))


def statement(
    platform: Platform, day: date, *, whole_seconds: float | None = None
) -> Iterator[StatementLine]:
    """Every movement of that day (Asia/Ho_Chi_Minh) in the platform's books, page by page.

    `whole_seconds`: for all pages together, where somebody waits.
    """
    with _door(platform, whole_seconds) as door:
        for page in range(1, MOST_PAGES + 1):
            answer = _answered(platform, door, "statement", day=f"{day:%Y%m%d}", page=page)
            if str(platform.given(answer, "day")) != f"{day:%Y%m%d}":
                raise Garbled(_("The payment platform sent the statement of another day."))
            lines = answer.get(platform.name("lines"))
            if not isinstance(lines, list):
                raise Garbled(_("The statement has no lines."))
            yield from (_line(platform, line) for line in lines)
            if str(answer.get(platform.name("more"))).lower() != "true":
                return
    raise Garbled(_("The statement does not end."))


def _line(platform: Platform, line: object) -> StatementLine:
    # Each line is signed for itself: a statement decides about money as a notice does.
    if not isinstance(line, dict) or not platform.is_genuine(line):
        raise Garbled(_("A line of the statement is not signed by the payment platform."))
    try:
        kind = LineKind(str(platform.given(line, "kind")))
    except ValueError as error:
        raise Garbled(_("A line of the statement is neither a payment nor a refund.")) from error
    return StatementLine(
        kind,
        number_text(platform.given(line, "refund" if kind == LineKind.REFUND else "order")),
        number_text(platform.given(line, "transaction")),
        whole_dong(platform.given(line, "amount")),
        moment(line.get(platform.name("paid"))),
    )


def _ask(platform: Platform, what: str, *, also: tuple[str, ...] = (), **told) -> dict:
    with _door(platform, WHOLE_SECONDS) as door:
        return _answered(platform, door, what, also=also, **told)


def _door(platform: Platform, whole_seconds: float | None) -> Door:
    return Door(
        platform.url,
        read_seconds=READ_SECONDS,
        whole_seconds=whole_seconds,
        refuses_by_status=False,
        spoken=SPOKEN,
    )


def _answered(platform: Platform, door: Door, what: str, *, also: tuple[str, ...] = (), **told) -> dict:
    """What the platform signed. Only its own signed code refuses, whatever HTTP says with it."""
    came = door.ask("POST", platform.path(what), body=platform.signed(**told))
    answer = came.said(platform.name("code"))
    checked = platform.checked(answer, also=tuple(platform.code(one) for one in also))
    if not came.is_good:
        raise two_things(came.status)
    return checked


def _same_order(platform: Platform, answer: dict, number: str) -> None:
    if str(platform.given(answer, "order")) != number:
        raise Garbled(_("The payment platform answered about another order."))


def _can_be_opened(url: str) -> bool:
    """A page behind TLS; without it only on this machine, as of a simulator."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.netloc) and (
        parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(url))
    )


def today(at: datetime) -> date:
    """The day of the platform's books in which that moment lies."""
    return at.astimezone(VIETNAM).date()
