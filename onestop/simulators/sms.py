"""Gateways of messages in the small: SMS and Zalo OA, with reports sent back and messages that come in.

`POST /` takes `{to, text, id, report_to}` with a bearer token and answers `{"ok": true}`; the same `id` is taken
once. Soon after it tells `report_to` what became of it, signed with the agreed secret; numbers that end in 9 are
switched off. `GET /` shows what was taken. `POST /inbound` `{from, text}` sends a message of somebody's to us and
shows our answer.

Faults of what it sends by itself: `twice`, `shuffled` (first that it failed, then that it arrived), `forged`
(another secret), `wrong` (of a message that nobody sent).
"""

import hashlib
import hmac
import json
import os
import threading
import time
import urllib.request
from collections import deque
from datetime import UTC, datetime
from urllib.error import HTTPError, URLError
from uuid import uuid4

from onestop.simulators.base import Asked, Fault, Reply, Simulator

MOST_KEPT = 200
ANSWER_SECONDS = 10


class MessageGateway(Simulator):
    """One gateway; `secret` is agreed with us, `inbound_to` is where we take what comes in."""

    name = "sms"

    def __init__(self, *, secret: str = "", inbound_to: str = "", token: str = "", after: float = 1.0):
        super().__init__()
        self.secret, self.inbound_to, self.token, self.after = secret, inbound_to, token, after
        self.taken: dict[str, dict] = {}
        self.told: deque[tuple[dict, int]] = deque(maxlen=MOST_KEPT)

    def answer(self, asked: Asked) -> Reply:
        if self.token and asked.headers.get("Authorization") != f"Bearer {self.token}":
            return Reply(401, {"ok": False, "message": "token"})
        if asked.method == "GET":
            return Reply(body={"taken": len(self.taken), "told": list(self.told)[-20:]})
        wanted = asked.json()
        if asked.path == "/inbound":
            return self._inbound(wanted)
        if not wanted["to"]:
            return self.refusal(asked)
        key = wanted["id"]
        if key not in self.taken:
            self.taken[key] = {"to": wanted["to"], "text": wanted["text"]}
            if wanted.get("report_to"):
                # The lock is held here; what it tells by itself comes from somewhere else, later.
                threading.Timer(self.after, self.report, [key, wanted["to"], wanted["report_to"]]).start()
            while len(self.taken) > MOST_KEPT:
                del self.taken[next(iter(self.taken))]
        return Reply(body={"ok": True, "id": key})

    def refusal(self, asked: Asked) -> Reply:
        return Reply(200, {"ok": False, "message": "Từ chối (giả lập)"})

    def report(self, key: str, to: str, address: str) -> None:
        """Tell what became of a message, with the fault that is switched on."""
        fault = self.taken_fault(Fault.TWICE, Fault.SHUFFLED, Fault.FORGED, Fault.WRONG)
        status = "expired" if to.endswith("9") else "arrived"
        statuses = [status]
        if fault == Fault.TWICE:
            statuses = [status, status]
        elif fault == Fault.SHUFFLED:
            statuses = [status, "failed"]
        for one in statuses:
            told = {
                "id": str(uuid4()) if fault == Fault.WRONG else key,
                "status": one,
                "at": datetime.now(UTC).isoformat(),
                "detail": "",
            }
            self.told.append((told, self._send(address, told, forged=fault == Fault.FORGED)[0]))

    def _inbound(self, wanted: dict) -> Reply:
        told = {
            "id": str(wanted.get("id") or uuid4()),
            "from": wanted["from"],
            "text": wanted["text"],
        }
        fault = self.taken_fault(Fault.TWICE, Fault.FORGED)
        status, answer = self._send(self.inbound_to, told, forged=fault == Fault.FORGED)
        if fault == Fault.TWICE:
            status, answer = self._send(self.inbound_to, told)
        return Reply(body={"status": status, "answer": answer})

    def _send(self, address: str, told: dict, *, forged: bool = False) -> tuple[int, object]:
        """POST, signed; the status and what was answered, 0 when nobody did."""
        body, timestamp = json.dumps(told).encode(), str(int(time.time()))
        secret = "giả mạo" if forged else self.secret
        signature = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
        request = urllib.request.Request(
            address,
            data=body,
            headers={
                "Content-Type": "application/json",
                "X-Onestop-Timestamp": timestamp,
                "X-Onestop-Signature": f"v1={signature}",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # nosec B310 - the address of this demo
                return answer.status, json.load(answer)
        except HTTPError as error:
            return error.code, None
        except (URLError, OSError, ValueError):
            return 0, None


class ZaloGateway(MessageGateway):
    """The same for Zalo OA; nobody looks up by it."""

    name = "zalo"


def of_this_demo() -> list[Simulator]:
    """Both, with the secrets and our address as the environment of the demo has them."""
    home = os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000")
    return [
        MessageGateway(
            secret=os.environ.get("SMS_CALLBACK_SECRET", ""), inbound_to=f"{home}/cong/sms/tin-den/"
        ),
        ZaloGateway(secret=os.environ.get("ZALO_CALLBACK_SECRET", "")),
    ]
