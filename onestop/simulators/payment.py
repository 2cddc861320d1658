"""A payment platform in the small: orders, a page where the invented citizen pays, notices, refunds, a statement.

Made after what the gateways of the country have in common (JSON, HMAC-SHA256 over sorted fields, a result code);
nobody's money moves. Faults of what it sends by itself: `twice`, `shuffled` (“not paid” arrives after “paid”),
`forged`, `wrong` (another amount), `late` (the notice waits, see `LATE_NOTICE_SECONDS`), `never` (it does not come).
"""

import hashlib
import hmac
import html
import json
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl, quote, urlencode

from onestop.simulators.base import Asked, Fault, Reply, Simulator

MERCHANT, SECRET = "ONESTOP", "khoa-thu-nghiem-cua-cong-thanh-toan"  # nosec B105 - of a simulator
VIETNAM = timezone(timedelta(hours=7))
NOTICE_SECONDS = 10
LATE_NOTICE_SECONDS = 30
PER_PAGE = 100
OK, UNKNOWN, CONFIRMED, WRONG_AMOUNT, WRONG_SIGNATURE = "00", "01", "02", "04", "97"
OF_NOTICES = (Fault.TWICE, Fault.SHUFFLED, Fault.FORGED, Fault.WRONG)
PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Thanh toán thử</title>
<style>body{font:1.1rem/1.5 sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
button{font:inherit;padding:.6rem 1.2rem;margin:.3rem .3rem .3rem 0}</style>
<h1>Cổng thanh toán thử</h1><p>Không có tiền thật ở đây. Mọi thứ trên trang này đều là giả định.</p>
<p>Đơn hàng <b>%(number)s</b><br>Nội dung: %(purpose)s<br>Số tiền: <b>%(amount)s đ</b></p>%(act)s</html>"""
BUTTONS = """<form method="post"><button name="do" value="pay">Trả tiền</button>
<button name="do" value="cancel">Không trả</button></form>"""


@dataclass
class Order:
    told: dict
    status: str = "01"
    transaction: str = ""
    paid_at: datetime | None = None
    refunded: int = 0

    @property
    def amount(self) -> int:
        return int(self.told["amount"])


@dataclass
class Movement:
    day: str
    line: dict = field(default_factory=dict)


def signed(fields: dict, secret: str = SECRET) -> dict:
    told = sorted((name, str(value)) for name, value in fields.items() if name != "signature" and value != "")
    text = "&".join(f"{name}={quote(value, safe='')}" for name, value in told)
    return {**fields, "signature": hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()}


class PaymentSimulator(Simulator):
    """`send` delivers a notice; tests may put another in its place, or call `notify` when they like."""

    name = "payment"

    def __init__(self, send: Callable[[str, dict], None] | None = None, *, notifies: bool = True) -> None:
        super().__init__()
        self.orders: dict[str, Order] = {}
        self.refunds: dict[str, dict] = {}
        self.movements: list[Movement] = []
        self.send = send or post_notice
        self.notifies = notifies

    def answer(self, asked: Asked) -> Reply:
        if asked.path.startswith("/pay/"):
            return self.page(asked, asked.path.removeprefix("/pay/"))
        told = asked.json()
        if not isinstance(told, dict) or told.get("merchantCode") != MERCHANT or not self._is_ours(told):
            return Reply(body=signed({"resultCode": WRONG_SIGNATURE, "message": "Sai chữ ký"}))
        match asked.path:
            case "/orders":
                return self.create(told, asked)
            case "/query":
                return self.query(told["orderId"])
            case "/refunds":
                return self.refund(told)
            case "/statement":
                return self.statement(told["date"], int(told["page"]))
        return Reply(404, {"message": "Không có địa chỉ này"})

    def refusal(self, asked: Asked) -> Reply:
        return Reply(body=signed({"resultCode": "99", "message": "Từ chối (giả lập)"}))

    def signed_out(self, asked: Asked) -> Reply:
        return Reply(body=signed({"resultCode": "05", "message": "Đơn vị chấp nhận thanh toán bị khóa"}))

    # --- What the merchant asks ---------------------------------------------------------------------
    def create(self, told: dict, asked: Asked) -> Reply:
        number = told["orderId"]
        known = self.orders.setdefault(number, Order(told))
        if int(told["amount"]) != known.amount or known.status not in {"01"}:
            return Reply(
                body=signed({"resultCode": CONFIRMED, "message": "Đơn hàng đã có", "orderId": number})
            )
        wrong = 1000 if self.taken_fault(Fault.WRONG) else 0
        host = asked.headers.get("Host", "127.0.0.1")
        return Reply(
            body=signed(
                {
                    "resultCode": OK,
                    "message": "Thành công",
                    "orderId": number,
                    "amount": known.amount + wrong,
                    "payUrl": f"http://{host}/{self.name}/pay/{number}",
                    "qrCode": f"http://{host}/{self.name}/pay/{number}",
                }
            )
        )

    def query(self, number: str) -> Reply:
        order = self.orders.get(number)
        if order is None:
            return Reply(
                body=signed({"resultCode": UNKNOWN, "message": "Không có đơn hàng", "orderId": number})
            )
        if self.taken_fault(Fault.WRONG):
            return Reply(body=self._notice(order, amount=order.amount + 1000) | {"resultCode": OK})
        return Reply(body=signed({"resultCode": OK, "message": "Thành công", **self._facts(number, order)}))

    def refund(self, told: dict) -> Reply:
        number, order = told["refundId"], self.orders.get(told["orderId"])
        amount = int(told["amount"])
        if order is None or order.transaction != told["transactionId"]:
            return Reply(body=signed({"resultCode": UNKNOWN, "message": "Không có giao dịch"}))
        if number not in self.refunds:
            if order.refunded + amount > order.amount:
                return Reply(body=signed({"resultCode": WRONG_AMOUNT, "message": "Quá số tiền đã thu"}))
            order.refunded += amount
            self.refunds[number] = {"transaction": f"HOAN{len(self.refunds) + 1:06d}", "amount": amount}
            if order.refunded == order.amount:
                order.status = "04"
            self._move("refund", number, self.refunds[number]["transaction"], amount)
        done = self.refunds[number]
        return Reply(
            body=signed(
                {
                    "resultCode": OK,
                    "message": "Thành công",
                    "refundId": number,
                    "amount": done["amount"],
                    "transactionId": done["transaction"],
                }
            )
        )

    def statement(self, day: str, page: int) -> Reply:
        lines = [one.line for one in self.movements if one.day == day]
        head = signed(
            {
                "resultCode": OK,
                "message": "Thành công",
                "date": day,
                "hasMore": "true" if len(lines) > page * PER_PAGE else "",
            }
        )
        shown = lines[(page - 1) * PER_PAGE : page * PER_PAGE]
        return Reply(body={**head, "transactions": shown})

    # --- What the invented citizen does -------------------------------------------------------------
    def page(self, asked: Asked, number: str) -> Reply:
        order = self.orders.get(number)
        if order is None:
            return Reply(404, "Không có đơn hàng này.", "text/html; charset=utf-8")
        if asked.method == "POST" and order.status == "01":
            done = dict(parse_qsl(asked.body.decode())).get("do")
            self.pay(number) if done == "pay" else self.cancel(number)
            facts = signed({"merchantCode": MERCHANT, **self._facts(number, order)})
            return Reply(303, "", headers={"Location": f"{order.told['returnUrl']}?{urlencode(facts)}"})
        act = BUTTONS if order.status == "01" else "<p>Đơn hàng này đã xong.</p>"
        shown = {"number": number, "purpose": order.told["orderInfo"], "amount": f"{order.amount:,}"}
        page = PAGE % {**{name: html.escape(str(value)) for name, value in shown.items()}, "act": act}
        return Reply(200, page, "text/html; charset=utf-8")

    def pay(self, number: str, *, at: datetime | None = None) -> Order:
        """The money moves, and the notice goes out."""
        order = self.orders[number]
        order.status, order.paid_at = "00", (at or datetime.now(VIETNAM)).astimezone(VIETNAM)
        order.transaction = f"GD{hashlib.sha256(number.encode()).hexdigest()[:12].upper()}"
        self._move("payment", number, order.transaction, order.amount, order.paid_at)
        self._notify_soon(number)
        return order

    def cancel(self, number: str) -> None:
        self.orders[number].status = "02"
        self._notify_soon(number)

    def notices(self, number: str) -> list[dict]:
        """What is sent about an order, in the order in which it is sent."""
        order = self.orders[number]
        right = self._notice(order)
        match self.taken_fault(*OF_NOTICES):
            case Fault.TWICE:
                return [right, right]
            case Fault.SHUFFLED:
                return [right, self._notice(order, transactionStatus="02")]
            case Fault.FORGED:
                return [right | {"signature": "0" * 64}]
            case Fault.WRONG:
                return [self._notice(order, amount=order.amount - 1000)]
        return [right]

    def notify(self, number: str) -> None:
        for notice in self.notices(number):
            self.send(self.orders[number].told["notifyUrl"], notice)

    def _notify_soon(self, number: str) -> None:
        fault = self.fault
        if not self.notifies or (fault == Fault.NEVER and self.taken_fault(Fault.NEVER)):
            return
        late = LATE_NOTICE_SECONDS if fault == Fault.LATE else 0.2
        threading.Thread(target=self._notify_after, args=(late, number), daemon=True).start()

    def _notify_after(self, seconds: float, number: str) -> None:
        time.sleep(seconds)
        self.notify(number)

    # --- Words --------------------------------------------------------------------------------------
    def _facts(self, number: str, order: Order) -> dict:
        paid = order.paid_at
        return {
            "orderId": number,
            "amount": order.amount,
            "transactionStatus": order.status,
            "transactionId": order.transaction,
            "payDate": f"{paid:%Y%m%d%H%M%S}" if paid else "",
        }

    def _notice(self, order: Order, **changes: object) -> dict:
        number = order.told["orderId"]
        return signed({"merchantCode": MERCHANT, "resultCode": OK, **self._facts(number, order), **changes})

    def _move(
        self, kind: str, number: str, transaction: str, amount: int, at: datetime | None = None
    ) -> None:
        at = at or datetime.now(VIETNAM)
        line = {
            "type": kind,
            "refundId" if kind == "refund" else "orderId": number,
            "transactionId": transaction,
            "amount": amount,
            "payDate": f"{at:%Y%m%d%H%M%S}",
        }
        self.movements.append(Movement(f"{at:%Y%m%d}", signed(line)))

    def _is_ours(self, told: dict) -> bool:
        return hmac.compare_digest(signed(told)["signature"], str(told.get("signature", "")))


def post_notice(url: str, notice: dict) -> None:
    """As gateways do: JSON by POST; what is not answered is not repeated here, the status query is for that."""
    request = urllib.request.Request(
        url, json.dumps(notice).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        urllib.request.urlopen(request, timeout=NOTICE_SECONDS).close()  # nosec B310 - the merchant's own address
    except OSError:
        return
