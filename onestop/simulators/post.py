"""A public postal service in the small: orders, tracking, and events that come by themselves; carries nothing.

Each look at a consignment lets it go one step further, unless `moves` is off; `POST /_step` (`{"trackingNumber": …,
"status": …}`) makes one happen. Where an address for events is known (`push_url`), each is also told there, signed;
`twice`, `shuffled`, `forged` and `wrong` (another amount collected) are faults of that.
"""

import hashlib
import hmac
import json
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from onestop.simulators.base import Asked, Fault, Reply, Simulator

TOKEN, SECRET = "thu-nghiem-buu-chinh", "khoa-hanh-trinh-thu-nghiem"  # nosec B105 - of a simulator
VIETNAM = timezone(timedelta(hours=7))
COURSE = ("accepted", "picked_up", "in_transit", "out_for_delivery", "delivered")
PLACES = {"picked_up": "Bưu cục Thử Nghiệm", "in_transit": "Trung tâm khai thác Ví Dụ"}
NOTICE_SECONDS = 10
OF_EVENTS = (Fault.TWICE, Fault.SHUFFLED, Fault.FORGED)


@dataclass
class Consignment:
    told: dict
    number: str
    events: list[dict] = field(default_factory=list)
    is_cancelled: bool = False


class PostSimulator(Simulator):
    """`send` delivers what comes by itself; tests may put another in its place."""

    name = "post"

    def __init__(
        self,
        send: Callable[[bytes, str], None] | None = None,
        *,
        push_url: str = "",
        moves: bool = True,
        now: Callable[[], datetime] = lambda: datetime.now(VIETNAM),
    ) -> None:
        super().__init__()
        self.consignments: dict[str, Consignment] = {}
        self.push_url, self.moves, self.now = push_url, moves, now
        self.send = send or self._post

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/_step":
            told = asked.json()
            return Reply(body=self.step(told["trackingNumber"], told["status"]))
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Reply(body={"code": "05", "message": "Sai mã truy cập"})
        match asked.path:
            case "/orders":
                return self.order(asked.json())
            case "/orders/cancel":
                return self.cancel(asked.json()["orderNumber"])
            case "/tracking":
                return self.track(asked.query["trackingNumber"])
        return Reply(404, {"message": "Không có địa chỉ này"})

    def refusal(self, asked: Asked) -> Reply:
        return Reply(body={"code": "99", "message": "Ngoài vùng phục vụ (giả lập)"})

    def signed_out(self, asked: Asked) -> Reply:
        return Reply(body={"code": "05", "message": "Sai mã truy cập"})

    # --- What is asked ------------------------------------------------------------------------------
    def order(self, told: dict) -> Reply:
        number = told["orderNumber"]
        if not all(told[who].get(part) for who in ("sender", "receiver") for part in ("name", "address")):
            return Reply(body={"code": "02", "message": "Thiếu địa chỉ"})
        found = self.consignments.get(number)
        if found is None:
            digits = int(hashlib.sha256(number.encode()).hexdigest(), 16) % 10**9
            found = self.consignments[number] = Consignment(told, f"VD{digits:09d}VN")
            self.happen(found, "accepted")
        wrong = 1000 if self.taken_fault(Fault.WRONG) else 0
        return Reply(
            body={
                "code": "00",
                "orderNumber": number,
                "trackingNumber": found.number,
                "codAmount": found.told["codAmount"] + wrong,
            }
        )

    def cancel(self, number: str) -> Reply:
        found = self.consignments.get(number)
        if found is None:
            return Reply(body={"code": "01", "message": "Không có đơn hàng"})
        if any(event["status"] == "picked_up" for event in found.events):
            return Reply(body={"code": "03", "message": "Bưu gửi đã được thu gom"})
        if not found.is_cancelled:
            found.is_cancelled = True
            self.happen(found, "cancelled")
        return Reply(body={"code": "00"})

    def track(self, number: str) -> Reply:
        found = self._found(number)
        if found is None:
            return Reply(body={"code": "01", "message": "Không có bưu gửi"})
        if self.moves:
            self.advance(found)
        events = list(found.events)
        if self.taken_fault(Fault.SHUFFLED):
            events.reverse()
        if self.taken_fault(Fault.TWICE):
            events += events
        if self.taken_fault(Fault.WRONG):
            number = "VD999999999VN"
        return Reply(body={"code": "00", "trackingNumber": number, "events": events})

    # --- What happens -------------------------------------------------------------------------------
    def advance(self, found: Consignment) -> None:
        done = {event["status"] for event in found.events}
        following = next((step for step in COURSE if step not in done), None)
        if following and not found.is_cancelled:
            self.happen(found, following)

    def step(self, number: str, status: str, *, amount: int | None = None) -> dict:
        return self.happen(self._found(number), status, amount=amount)

    def happen(self, found: Consignment, status: str, *, amount: int | None = None) -> dict:
        event = {"status": status, "time": self._time(found), "place": PLACES.get(status, "")}
        found.events.append(event)
        cod = found.told["codAmount"]
        if status == "delivered" and cod:
            wrong = 1000 if self.taken_fault(Fault.WRONG) else 0
            taken = cod - wrong if amount is None else amount
            found.events.append({**event, "status": "cod_collected", "amount": taken})
        self.push(found)
        return event

    def push(self, found: Consignment) -> None:
        """What is known of it is told again each time; receivers know repeats."""
        events = list(found.events)
        fault = self.taken_fault(*OF_EVENTS)
        if fault == Fault.SHUFFLED:
            events.reverse()
        content = json.dumps({"trackingNumber": found.number, "events": events}, ensure_ascii=False).encode()
        signature = hmac.new(SECRET.encode(), content, hashlib.sha256).hexdigest()
        if fault == Fault.FORGED:
            signature = "0" * 64
        for _time in range(2 if fault == Fault.TWICE else 1):
            self.send(content, signature)

    def _time(self, found: Consignment) -> str:
        """Each step is later than the one before, however fast they are made to follow."""
        last = max((datetime.fromisoformat(event["time"]) for event in found.events), default=None)
        now = self.now().astimezone(VIETNAM).replace(microsecond=0)
        return max(now, last + timedelta(seconds=1)).isoformat() if last else now.isoformat()

    def _found(self, number: str) -> Consignment | None:
        return next((one for one in self.consignments.values() if one.number == number), None)

    def _post(self, content: bytes, signature: str) -> None:
        if self.push_url:
            threading.Thread(target=self._deliver, args=(content, signature), daemon=True).start()

    def _deliver(self, content: bytes, signature: str) -> None:
        headers = {"Content-Type": "application/json", "X-Signature": signature}
        try:
            request = urllib.request.Request(self.push_url, content, headers, method="POST")
            urllib.request.urlopen(request, timeout=NOTICE_SECONDS).close()  # nosec B310 - the customer's own address
        except OSError:
            return
