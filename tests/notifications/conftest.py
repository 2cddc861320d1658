"""A letter, a clock and a gateway for the tests of letters and messages."""

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import time_machine
from django.utils import translation

from tests.notifications.builders import NOW


@pytest.fixture
def clock():
    """Saturday 21/11/2026 09:00 in Vietnam; moves only when told."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def en(settings):
    """Sentences in English: the catalogue of messages is not what is tested here."""
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


class FakeProvider(ThreadingHTTPServer):
    """An SMS provider on this machine; the path says how it behaves."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[dict] = []
        self.asked = threading.Event()
        self.closing = threading.Event()

    def url(self, behaviour: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{behaviour}"

    def times_sent(self) -> Counter:
        return Counter(request["body"]["id"] for request in self.requests)


class _Handler(BaseHTTPRequestHandler):
    replies = {
        "ok": (200, "application/json", b'{"ok": true}'),
        "accepted": (202, "application/json", b'{"CodeResult": "100", "id": 7}'),
        "refused": (200, "application/json", b'{"ok": false, "error": "no credit"}'),
        "error": (500, "application/json", b'{"ok": true}'),
        "html": (200, "text/html", b"<html><body>Welcome to our portal</body></html>"),
        "garbage": (200, "application/json", b"\xff\xfe\x00{]"),
        "list": (200, "application/json", b'["ok"]'),
        "empty": (200, "application/json", b""),
        "moved": (302, "text/html", b""),
        "packed": (200, "application/json", b"not gzip at all"),
        "huge": (200, "application/json", b" " * 200_000 + b'{"ok": true}'),
    }

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append({"body": body, "headers": dict(self.headers)})
        self.server.asked.set()
        behaviour = self.path.strip("/")
        if behaviour == "slow":
            self.server.closing.wait()
            return
        if behaviour == "trickle":
            self._trickle()
            return
        status, content_type, reply = self.replies[behaviour]
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(reply)))
        if behaviour == "packed":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(reply)

    def _trickle(self):
        self.send_response(200)
        self.end_headers()
        try:
            while not self.server.closing.wait(0.02):
                self.wfile.write(b" ")
        except OSError:
            self.close_connection = True  # the client had enough

    def log_message(self, *args):
        """Nothing on the screen."""


@pytest.fixture
def provider():
    server = FakeProvider()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def gateway(settings, provider):
    """SMS goes to the local provider, which behaves as told: `gateway("error")`."""

    def behave(behaviour: str):
        settings.SMS_GATEWAY_URL = provider.url(behaviour)
        settings.SMS_GATEWAY_TOKEN = "not-a-secret"
        return provider

    return behave
