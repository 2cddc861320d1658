"""Another installation of the document exchange, in the small: takes packages, gives signed receipts, and answers.

Whatever is asked of it is answered after some seconds where it knows an address to answer to (`answer_url`); each
answer goes on until it has a receipt. Faults: `wrong` gives a receipt for another package, `forged` signs with a key
that nobody knows, `twice` hands an answer in twice; `refuse` is a signed refusal with its reason.
"""

import os
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from cryptography import x509

from cases.connections.exchange import facts, package, signatures
from cases.connections.exchange.words import Kind, Outcome
from onestop.demo.signing import make_authority, make_key_file
from onestop.simulators.base import Asked, Fault, Reply, Simulator

UNIT = "H41.05"  # in the demo: an agency of its tree that works in an installation of its own
PACKAGE = "application/zip"
ANSWER = "Đã rà soát hồ sơ, không có vướng mắc (trả lời giả lập)."
SECONDS = 10


class Exchange(Simulator):
    name = "exchange"

    def __init__(
        self,
        unit: str,
        key: signatures.Key,
        trusted: list[x509.Certificate],
        *,
        answer_url: str = "",
        answers_after: float = 5.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self.unit, self.key, self.trusted, self.now = unit, key, trusted, now
        self.answer_url, self.answers_after = answer_url, answers_after
        self.packages: dict[str, tuple[facts.Told, str, datetime]] = {}  # by number, in order of arrival
        self.arrived: list[str] = []  # the number of each package, with repeats
        self.answered: list[bytes] = []  # what came back for our answers

    def answer(self, asked: Asked) -> Reply:
        if asked.method == "GET":
            return Reply(body={"unit": self.unit, "format": package.FORMAT, "version": package.VERSION})
        try:
            opened = package.read(asked.body)
            signatures.check(opened.manifest, opened.signature, self.trusted, now=self.now())
            told = facts.told_by(opened.facts)
        except package.BadPackage as error:
            return Reply(422, {"code": error.code, "detail": str(error)})
        number = str(told.id)
        self.arrived.append(number)
        if number not in self.packages:
            self.packages[number] = (told, opened.manifest_hash, self.now())
            if told.kind == Kind.REQUEST and self.answer_url:
                threading.Thread(target=self._answer_later, args=(told,), daemon=True).start()
        _told, manifest_hash, at = self.packages[number]
        return self._receipt(told, manifest_hash, at)

    def refusal(self, asked: Asked) -> Reply:
        """Signed like every receipt; what was refused was not taken."""
        opened = package.read(asked.body)
        told = facts.told_by(opened.facts)
        return self._receipt(
            told,
            opened.manifest_hash,
            self.now(),
            Outcome.REFUSED,
            "Chưa nối với hệ thống nghiệp vụ (giả lập)",
        )

    def _receipt(
        self, told: facts.Told, manifest_hash: str, at: datetime, outcome=Outcome.TAKEN, reason: str = ""
    ) -> Reply:
        said = facts.receipt(
            id=uuid.uuid4(),
            sender=self.unit,
            recipient=told.sender,
            of=uuid.uuid4() if self.taken_fault(Fault.WRONG) else told.id,
            manifest_hash=manifest_hash,
            outcome=outcome,
            at=at,
            reason=reason,
        )
        return Reply(200, package.build(said, {}, self._key().sign), PACKAGE)

    def _key(self) -> signatures.Key:
        return _stranger(self.now()) if self.taken_fault(Fault.FORGED) else self.key

    # --- What comes from there by itself ------------------------------------------------------------
    def answer_to(self, told: facts.Told, text: str = ANSWER) -> bytes:
        """The package of an answer to that request, given now."""
        said = {
            **facts.head(
                uuid.uuid4(), Kind.ANSWER, sender=self.unit, sender_agency=told.agency,
                recipient=told.sender, agency=told.sender_agency,
            ),
            "at": self.now().isoformat(),
            "request": str(told.request),
            "dossier": {"id": str(told.thread), "code": told.code},
            "answer": {"text": text, "at": self.now().isoformat()},
            "files": [],
        }  # fmt: skip
        return package.build(said, {}, self._key().sign)

    def _answer_later(self, told: facts.Told) -> None:
        time.sleep(self.answers_after)
        content = self.answer_to(told)
        for _attempt in range(60):
            times = 2 if self.taken_fault(Fault.TWICE) else 1
            if all([self._hand_in(content) for _time in range(times)]):
                return
            time.sleep(self.answers_after)

    def _hand_in(self, content: bytes) -> bool:
        try:
            answer = httpx.post(
                self.answer_url, content=content, headers={"Content-Type": PACKAGE}, timeout=SECONDS
            )
        except httpx.HTTPError:
            return False
        self.answered.append(answer.content)
        return answer.status_code == 200


def _stranger(now: datetime) -> signatures.Key:
    """The key of somebody whom nobody knows."""
    first, last = now - timedelta(days=1), now + timedelta(days=1)
    authority = make_authority("CA giả mạo (giả lập)", first=first, last=last)
    made = make_key_file(authority, "Giả mạo", "Giả lập", first=first, last=last, passphrase="gia-mao")
    return signatures.key_of(made, "gia-mao")


def of_this_demo() -> list[Simulator]:
    """With the key that `make demo` has made beside that of the demo itself; none where it has not."""
    ours = Path(os.environ.get("EXCHANGE_PKCS12") or "none")
    theirs = ours.with_name(f"{UNIT}.p12")
    if not theirs.exists():
        return []
    key = signatures.key_of(theirs.read_bytes(), os.environ.get("EXCHANGE_PASSPHRASE", ""))
    trusted = signatures.certificates_of(ours.with_suffix(".pem").read_bytes())
    home = os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000")
    return [Exchange(UNIT, key, trusted, answer_url=f"{home}/api/v1/exchange/")]
