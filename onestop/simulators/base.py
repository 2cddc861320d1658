"""The other side of a connection, in the small: one loopback server for all of them, with faults on demand.

Simulators know the documented protocol and nothing of this product, remember in memory, and invent everybody they
name. A fault makes the next answers of one of them wrong in a way that real systems are; see `Fault`.
"""

import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

LONGEST_BODY = 64 * 1024 * 1024
CONTROL = "/_simulators/"
LATE_SECONDS = 3.0
NEVER_SECONDS = 600.0
PAGE = "<!doctype html><html><body><h1>Hệ thống đang bảo trì</h1><p>Vui lòng quay lại sau.</p></body></html>"


class Fault(StrEnum):
    """What may be wrong with an answer."""

    AWAY = "away"  # the connection is closed without a word, and nothing is done
    LATE = "late"  # the right answer, seconds later
    NEVER = "never"  # it is done, and no answer comes
    HALF = "half"  # it is done, and the answer breaks off
    ERROR = "error"  # HTTP 500, and nothing is done
    UNCLEAR = "unclear"  # it is done, and HTTP 500 is said
    BUSY = "busy"  # HTTP 503, and nothing is done
    HTML = "html"  # a page with HTTP 200, and nothing is done
    NOT_THERE = "not_there"  # HTTP 404 of whatever answers at a wrong address, and nothing is done
    STRANGER = "stranger"  # HTTP 400 with JSON that is none of the protocol, and nothing is done
    CHARSET = "charset"  # done, and the answer is UTF-16
    REFUSE = "refuse"  # HTTP 200 with the protocol's own word for "no"
    SIGNED_OUT = "signed_out"  # our session or token is worth nothing any more
    TWICE = "twice"  # what comes from there by itself comes twice
    SHUFFLED = "shuffled"  # what comes from there by itself comes in the wrong order
    FORGED = "forged"  # what comes from there by itself has a wrong signature
    WRONG = "wrong"  # well formed and not what was asked for: another code, another amount


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a simulator sees it; `path` begins after the name of the simulator."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body or b"null")


@dataclass(frozen=True, slots=True)
class Reply:
    status: int = 200
    body: Any = None  # JSON, text or bytes
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (
            self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)
        ).encode()


class Simulator(ABC):
    """One system. `answer` is called under a lock: what it remembers is changed by one request at a time."""

    name = ""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.fault: Fault | None = None
        self.times: int | None = None

    @abstractmethod
    def answer(self, asked: Asked) -> Reply:
        """What the system says; what is none of its protocol may raise ValueError, KeyError or TypeError."""

    def refusal(self, asked: Asked) -> Reply:
        """The protocol's own word for "no", with HTTP 200 where it is so."""
        return Reply(200, {"error_code": "99", "message": "Từ chối (giả lập)"})

    def signed_out(self, asked: Asked) -> Reply:
        """What is said to a session or token that is worth nothing."""
        return Reply(401, {"message": "Phiên làm việc đã hết hạn (giả lập)"})

    def set_fault(self, fault: Fault | str | None, times: int | None = None) -> None:
        """Wrong from now on, or for so many answers; None: right again."""
        with self.lock:
            self.fault, self.times = (Fault(fault) if fault else None), times

    def taken_fault(self, *among: Fault) -> Fault | None:
        """The fault of this answer, counted; where only some kinds matter, others stay."""
        with self.lock:
            fault = self.fault
            if fault is None or (among and fault not in among):
                return None
            if self.times is not None:
                self.times -= 1
                if self.times <= 0:
                    self.fault = self.times = None
            return fault


# Faults of answers; the others are about what a simulator sends by itself, or about the content.
OF_ANSWERS = (
    Fault.AWAY,
    Fault.LATE,
    Fault.NEVER,
    Fault.HALF,
    Fault.ERROR,
    Fault.UNCLEAR,
    Fault.BUSY,
    Fault.HTML,
    Fault.NOT_THERE,
    Fault.STRANGER,
    Fault.CHARSET,
    Fault.REFUSE,
    Fault.SIGNED_OUT,
)


class Simulators(ThreadingHTTPServer):
    """The server of all of them: `/<name>/…` is for the simulator of that name."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, simulators: list[Simulator], *, port: int = 0):
        super().__init__(("127.0.0.1", port), _Handler)
        self.by_name = {one.name: one for one in simulators}
        self.stopping = threading.Event()

    def __getitem__(self, name: str) -> Simulator:
        return self.by_name[name]

    def process_request_thread(self, request, client_address) -> None:
        """Under a name of its own: who waits until a web server has answered everybody must not wait for these."""
        threading.current_thread().name = "simulator"
        super().process_request_thread(request, client_address)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/{name}"

    def control(self, asked: Asked) -> Reply:
        """Which faults there are (GET), or one from now on: `{"system": …, "fault": … or null, "times": …}`."""
        if asked.method == "POST":
            wanted = asked.json()
            if wanted.get("system") not in self.by_name:
                return Reply(404, {"message": f"systems: {', '.join(self.by_name)}"})
            try:
                self[wanted["system"]].set_fault(wanted.get("fault"), wanted.get("times"))
            except ValueError:
                return Reply(400, {"message": f"faults: {', '.join(Fault)}"})
        return Reply(body={name: one.fault for name, one in self.by_name.items()})


@contextmanager
def running(simulators: list[Simulator], *, port: int = 0) -> Iterator[Simulators]:
    """The server in a thread of this process; gone at the end."""
    with Simulators(simulators, port=port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Simulators
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        if length > LONGEST_BODY:
            self._send(Reply(413, {"message": "too long"}))
            return
        body = self.rfile.read(length)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if parts.path.startswith(CONTROL):
            self._send(self.server.control(Asked(self.command, parts.path, query, dict(self.headers), body)))
            return
        name, _slash, path = parts.path.lstrip("/").partition("/")
        simulator = self.server.by_name.get(name)
        if simulator is None:
            self._send(Reply(404, {"message": "unknown system"}))
            return
        self._answer(simulator, Asked(self.command, f"/{path}", query, dict(self.headers), body))

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve

    def _answer(self, simulator: Simulator, asked: Asked) -> None:
        match simulator.taken_fault(*OF_ANSWERS):
            case Fault.AWAY:
                self.close_connection = True
            case Fault.ERROR:
                self._send(Reply(500, PAGE, "text/html; charset=utf-8"))
            case Fault.BUSY:
                self._send(Reply(503, PAGE, "text/html; charset=utf-8"))
            case Fault.HTML:
                self._send(Reply(200, PAGE, "text/html; charset=utf-8"))
            case Fault.NOT_THERE:
                self._send(Reply(404, PAGE, "text/html; charset=utf-8"))
            case Fault.STRANGER:
                self._send(Reply(400, {"status": 400, "title": "Bad Request"}))
            case Fault.REFUSE:
                self._send(simulator.refusal(asked))
            case Fault.SIGNED_OUT:
                self._send(simulator.signed_out(asked))
            case fault:
                self._done(simulator, asked, fault)

    def _done(self, simulator: Simulator, asked: Asked, fault: Fault | None) -> None:
        """The request is carried out; what is said of it may still be wrong."""
        try:
            with simulator.lock:
                reply = simulator.answer(asked)
        except (ValueError, KeyError, TypeError) as error:  # a request that is none of the protocol
            reply = Reply(400, {"message": f"{type(error).__name__}: {error}"})
        if fault == Fault.LATE:
            time.sleep(LATE_SECONDS)
        elif fault == Fault.NEVER:
            self.server.stopping.wait(NEVER_SECONDS)
            self.close_connection = True
            return
        elif fault == Fault.UNCLEAR:
            reply = Reply(500, PAGE, "text/html; charset=utf-8")
        elif fault == Fault.CHARSET:
            content = reply.content.decode().encode("utf-16")
            reply = Reply(reply.status, content, "application/json; charset=utf-16")
        self._send(reply, half=fault == Fault.HALF)

    def _send(self, reply: Reply, *, half: bool = False) -> None:
        content = reply.content
        self.send_response(reply.status)
        for name, value in {"Content-Type": reply.content_type, **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if half else content)
        if half:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what was asked names people."""
