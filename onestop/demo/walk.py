"""The life of two dossiers over HTTP against the running server, as clerk, officer, head and citizen live it."""

import contextlib
import io
import re
import uuid
from datetime import datetime

import httpx
from django.conf import settings
from django.utils.translation import gettext as _
from pypdf import PdfReader

from cases.demo.offices import Accounts
from cases.demo.papers import scan
from onestop.demo.console import Console
from procedures.calendars import calendar_for

LOGIN = "/quan-tri/login/"
DESK = "H41.101"
CLERK, OFFICER, HEAD = "motcua.thanhvinh", "thuly.thanhvinh", "lanhdao.thanhvinh"
INSPECTOR = "thanhtra.tinh"  # sees the whole province
PROCEDURE, SEARCH = "1.001612", "dang ky thanh lap ho kinh doanh"  # with a fee; searched without accents
APPLICANT = {
    "full_name": "Nguyễn Thị Đi Thử",
    "id_number": "040009999999",
    "phone": "0900000009",
    "email": "di.thu@congdan.example",
    "address": "Xóm Thử Nghiệm, tỉnh Nghệ An",
    "notice_channels": ["email", "sms"],
}
DECREE = re.compile(r"\d+/\d{4}/NĐ-CP")
SECRET = re.compile(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b")
REASON = "Hồ sơ đi thử: cần xác minh thêm một ngày"
MISSING = ["Giấy đề nghị có chữ ký của chủ hộ"]


class WalkFailed(Exception):
    """An answer was not what it must be; the text names request and answer."""


class Visitor:
    """Somebody with a browser or a program: every answer is compared with what it must be."""

    def __init__(self, url: str):
        self._http = httpx.Client(base_url=url, headers={"Accept-Language": "vi"}, timeout=30)
        self.close = self._http.close

    def sign_in(self, username: str, password: str) -> None:
        """Into the session of the back office, as people do, which the API takes as well."""
        self.get(LOGIN)
        form = {"username": username, "password": password}
        self.post(LOGIN, status=302, data={**form, "csrfmiddlewaretoken": self._http.cookies["csrftoken"]})
        self._http.headers["X-CSRFToken"] = self._http.cookies["csrftoken"]
        must_be(self.get("/api/v1/me/").json()["username"], username, "/api/v1/me/")

    def get(self, path: str, *, status: int = 200, **request) -> httpx.Response:
        return self._ask("GET", path, status, **request)

    def post(self, path: str, *, status: int = 200, **request) -> httpx.Response:
        return self._ask("POST", path, status, **request)

    def _ask(self, method: str, path: str, status: int, **request) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **request)
        except httpx.TransportError as error:
            raise WalkFailed(f"{method} {path}: {error}") from error
        must_be(answer.status_code, status, f"{method} {path}: {answer.text[:400]}")
        return answer


def must_be(found, wanted, what: str) -> None:
    if found != wanted:
        raise WalkFailed(_("Expected %(wanted)r, found %(found)r – %(what)s") % locals())


class Walk:
    """The main job of one morning."""

    def __init__(self, url: str, console: Console):
        self.citizen, self.clerk, self.officer, self.head, self.inspector = (Visitor(url) for _ in range(5))
        self.console = console
        self.steps = 0

    def go(self) -> int:
        """Every step; returns how many there were. Raises `WalkFailed` at the first that is not right."""
        with contextlib.ExitStack() as stack:
            for visitor in (self.citizen, self.clerk, self.officer, self.head, self.inspector):
                stack.callback(visitor.close)
            return self._go()

    def _go(self) -> int:
        for title, step in (
            (_("pages open, readiness is ok"), self.open_pages),
            (_("clerk, officer, head and inspector sign in"), self.sign_in),
            (_("a procedure is found without accents"), self.find_procedure),
            (_("a dossier is received once, with code and receipt"), self.receive),
            (
                _("look-up: little for everybody, all for the receipt, one answer for wrong codes"),
                self.look_up,
            ),
            (_("refused: too early, by the wrong person, without its papers"), self.refused),
            (_("scanned, digitized, taken over"), self.scan_and_start),
            (_("supplement asked for and brought; the limit starts afresh"), self.supplement),
            (_("decided, paid, returned"), self.decide_and_return),
            (_("apology issued once, the second one refused, dossier withdrawn"), self.apologise),
            (_("lists of what is overdue and of letters"), self.supervise),
        ):
            step()
            self.steps += 1
            self.console.say(f"    {title}")
        return self.steps

    def open_pages(self) -> None:
        self.citizen.get("/healthz")
        must_be(self.citizen.get("/readyz").json()["status"], "ok", "/readyz")
        for path in ("/", "/tra-cuu/", "/api/v1/docs/", "/api/v1/schema/"):
            self.citizen.get(path)
        if settings.METRICS_NETWORKS:  # over a database of one's own it is closed unless somebody opened it
            self.citizen.get("/metrics")
        self.citizen.get("/quan-tri/", status=302)

    def sign_in(self) -> None:
        password = Accounts().password
        self.clerk.sign_in(CLERK, password)
        self.officer.sign_in(OFFICER, password)
        self.head.sign_in(HEAD, password)
        self.inspector.sign_in(INSPECTOR, password)

    def find_procedure(self) -> None:
        found = self.citizen.get("/api/v1/procedures/", params={"q": SEARCH}).json()["results"]
        must_be(PROCEDURE in {row["code"] for row in found}, True, f"{PROCEDURE} for “{SEARCH}”")
        self.procedure = self.citizen.get(f"/api/v1/procedures/{PROCEDURE}/").json()

    def reception(self) -> dict:
        needed = [item for item in self.procedure["components"] if item["mandatory"]]
        return {
            "procedure": PROCEDURE,
            "desk": DESK,
            "applicant": APPLICANT,
            "components": [
                {"component": item["id"], "provision": "shown" if item["shown_only"] else "paper"}
                for item in needed
            ],
        }

    def received(self) -> tuple[dict, httpx.Response]:
        body, headers = self.reception(), {"Idempotency-Key": str(uuid.uuid4())}
        first = self.clerk.post("/api/v1/dossiers/", status=201, json=body, headers=headers)
        again = self.clerk.post("/api/v1/dossiers/", status=201, json=body, headers=headers)
        must_be(again.headers.get("Idempotency-Replayed"), "true", "a repeated reception")
        must_be(again.json(), first.json(), "answer to a repeated reception")
        other = {**body, "subject": "khác"}
        self.clerk.post("/api/v1/dossiers/", status=422, json=other, headers=headers)
        return first.json(), first

    def receive(self) -> None:
        self.dossier, _answer = self.received()
        must_be(self.dossier["state"], "received", "state after reception")
        must_be(self.dossier["due_at"], self.dossier["first_due_at"], "the promise")
        self.path = f"/api/v1/dossiers/{self.dossier['code']}/"
        receipt = self.clerk.get(self.path + "receipt.pdf").content
        text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(receipt)).pages)
        must_be(self.dossier["code"] in text, True, "the code on the receipt")
        secrets = SECRET.findall(text)
        must_be(len(secrets), 1, "look-up secrets on the receipt")
        self.secret = secrets[0]

    def look_up(self) -> None:
        address = f"/api/v1/status/{self.dossier['code']}/"
        public = self.citizen.get(address).json()
        must_be(public, {"code": self.dossier["code"], "finished": False}, address)
        owner = self.citizen.get(address, headers={"X-Lookup-Secret": self.secret}).json()
        must_be(owner["applicant"], APPLICANT["full_name"], address)
        must_be(owner["promise"]["due_at"], self.dossier["due_at"], address)
        wrong = self.citizen.get(address, status=404, headers={"X-Lookup-Secret": "00000-00000"}).json()
        unknown = self.citizen.get(f"/api/v1/status/{DESK}-000101-0001/", status=404).json()
        must_be(wrong, unknown, "wrong secret and unknown code")
        form = {"code": self.dossier["code"], "secret": self.secret}
        page = self.citizen.post("/tra-cuu/", data=form).text
        must_be(APPLICANT["full_name"] in page, True, "the owner's page at /tra-cuu/")

    def refused(self) -> None:
        """Nothing of this changes the dossier."""
        self.citizen.get("/api/v1/dossiers/", status=401)
        self.officer.post(self.path + "start/", status=409)
        self.officer.post(self.path + "digitize/", status=403)
        key = {"Idempotency-Key": str(uuid.uuid4())}
        twice = self.clerk.post("/api/v1/dossiers/", status=409, json=self.reception(), headers=key).json()
        must_be(twice["code"], "duplicate_open", "a second dossier of one person and procedure")
        incomplete = {**self.reception(), "components": [], "duplicate_known": True}
        key = {"Idempotency-Key": str(uuid.uuid4())}
        self.clerk.post("/api/v1/dossiers/", status=422, json=incomplete, headers=key)
        events = self.clerk.get(self.path).json()["events"]
        must_be(len(events), len(self.dossier["events"]), "events after refusals")

    def scan_and_start(self) -> None:
        for item in self.dossier["components"]:
            for copy in range(max(1, item["originals"])) if item["provision"] == "paper" else ():
                page = scan(item["name"], f"{self.dossier['code']} {item['component']} {copy}")
                file = {"file": (page.name, page.read(), "application/pdf")}
                form = {"component": item["component"]}
                self.clerk.post(self.path + "documents/", status=201, files=file, data=form)
        self.clerk.post(self.path + "digitize/")
        self.officer.post(self.path + "start/")

    def supplement(self) -> None:
        asked = {"reason": "Hồ sơ đi thử: thiếu chữ ký", "items": MISSING}
        self.officer.post(self.path + "request_supplement/", json=asked)
        address, secret = f"/api/v1/status/{self.dossier['code']}/", {"X-Lookup-Secret": self.secret}
        awaited = self.citizen.get(address, headers=secret).json()["awaited"]
        must_be((awaited["of"], awaited["items"]), ("applicant", MISSING), address)
        resumed = self.clerk.post(self.path + "resume/").json()
        must_be((resumed["state"], resumed["cycle"]), ("processing", 2), self.path)

    def decide_and_return(self) -> None:
        page = scan("Ket qua", self.dossier["code"])
        result = {"file": ("ket-qua.pdf", page.read(), "application/pdf")}
        number = {"number": "01/KQ-DT", "signer": "Trần Văn Lãnh Đạo"}
        decided = self.officer.post(self.path + "record_result/", files=result, data=number).json()
        owed = decided["fees"]["owed"]
        if owed:
            self.clerk.post(self.path + "pay/", status=422, json={"amount": owed + 1})
            self.clerk.post(self.path + "pay/", json={"amount": owed, "method": "cash"})
        if self.clerk.get(self.path).json()["state"] != "paid":
            self.clerk.post(self.path + "settle/")
        handed_over = {"collector": APPLICANT["full_name"], "proof": "receipt"}
        returned = self.clerk.post(self.path + "return_result/", json=handed_over).json()
        must_be(returned["state"], "returned", self.path)
        address = f"/api/v1/status/{self.dossier['code']}/"
        must_be(self.citizen.get(address).json()["finished"], True, address)

    def apologise(self) -> None:
        dossier, _answer = self.received()
        path = f"/api/v1/dossiers/{dossier['code']}/"
        self.officer.post(path + "reschedule/", status=403, json={"reason": REASON})
        due = datetime.fromisoformat(dossier["due_at"])
        new_day = calendar_for(None).working_day_after(due.date(), 3)
        new_date = datetime.combine(new_day, due.timetz()).isoformat()
        apology = {"reason": REASON, "new_due_at": new_date}
        moved = self.head.post(path + "reschedule/", json=apology).json()
        must_be(moved["due_at"] > dossier["due_at"], True, "the new due date is later")
        must_be(moved["first_due_at"], dossier["first_due_at"], "the first due date stays")
        letter = moved["letters"][0]
        must_be((letter["state"], bool(letter["number"])), ("issued", True), "the letter")
        pdf = self.head.get(f"/api/v1/letters/{letter['id']}/pdf/").content
        must_be(pdf[:5], b"%PDF-", "the letter's PDF")
        second = self.head.post(path + "reschedule/", status=422, json=apology).json()
        must_be(second["code"], "already_rescheduled", second.get("detail", ""))
        must_be(bool(DECREE.search(second["detail"])), True, f"the decree in “{second['detail']}”")
        gone = self.clerk.post(path + "withdraw/", json={"reason": "Hồ sơ đi thử"}).json()
        must_be(gone["state"], "stopped", path)

    def supervise(self) -> None:
        """The seeds have overdue dossiers, and the workers have drafted their letters by now."""
        overdue = self.inspector.get("/api/v1/overdue/").json()["results"]
        must_be(bool(overdue), True, "something is overdue in the province")
        must_be(any(row["working_days_left"] >= 0 for row in overdue), False, "only what is late is overdue")
        must_be(self.dossier["code"] in {row["code"] for row in overdue}, False, "a returned one is overdue")
        drafts = self.inspector.get("/api/v1/letters/", params={"state": "draft"}).json()["results"]
        must_be(bool(drafts), True, "an apology is drafted")
        preview = self.inspector.get(f"/api/v1/letters/{drafts[0]['id']}/pdf/").content
        must_be(preview[:5], b"%PDF-", "the preview of a draft")


def walk(url: str, console: Console) -> str:
    """Walk through the main job; returns a sentence. Raises `WalkFailed` with what was not right."""
    return _("%(count)s stages") % {"count": Walk(url, console).go()}
