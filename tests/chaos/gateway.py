"""The other side: a gateway for text messages that is slow, fails, answers by halves, or twice."""

import json
import socket
import threading
import time
from collections import Counter
from random import Random

OK = b'{"ok": true}'


class Gateway(threading.Thread):
    """Takes POSTs on a port of its own. `taken` counts by key what it has really taken, whatever it answered."""

    def __init__(self, rng: Random):
        super().__init__(daemon=True)
        self.rng = rng
        self.healthy = False
        self.taken: Counter[str] = Counter()
        self.behaved: Counter[str] = Counter()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}/send"

    def run(self) -> None:
        while True:
            try:
                client, _address = self.server.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            try:
                self._answer(client, self._request(client))
            except OSError:
                return  # the other end has hung up, as it may

    @staticmethod
    def _request(client: socket.socket) -> str:
        data = b""
        while b"\r\n\r\n" not in data:
            data += client.recv(65536)
        head, _empty, body = data.partition(b"\r\n\r\n")
        (length,) = (
            int(line[15:]) for line in head.lower().splitlines() if line.startswith(b"content-length:")
        )
        while len(body) < length:
            body += client.recv(65536)
        return json.loads(body)["id"]

    def _answer(self, client: socket.socket, key: str) -> None:
        how = (
            "well"
            if self.healthy
            else self.rng.choice(["well", "slow", "failing", "half", "twice", "rubbish"])
        )
        self.behaved[how] += 1
        reply = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(OK) + OK
        match how:
            case "well":
                self.taken[key] += 1
                client.sendall(reply)
            case "slow":  # it has taken the message and says so too late
                self.taken[key] += 1
                time.sleep(SLOW_SECONDS)
                client.sendall(reply)
            case "failing":
                client.sendall(b"HTTP/1.1 500 Oops\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            case "half":  # taken, and the line breaks in the middle of the answer
                self.taken[key] += 1
                client.sendall(reply[:-6])
            case "twice":
                self.taken[key] += 1
                client.sendall(reply + reply)
            case "rubbish":
                client.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n<htm>")

    def close(self) -> None:
        self.server.close()


SLOW_SECONDS = 2  # the senders of this run wait for one second
