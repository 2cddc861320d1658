"""The other side: a mail server that is slow, busy, refuses, breaks off, says everything twice, or says rubbish."""

import re
import socket
import threading
import time
from collections import Counter, defaultdict
from random import Random

KEY = re.compile(rb"^Message-ID: <([^@>]+)@", re.MULTILINE)
KEEPS_ITS_WORD = "well"
BEHAVIOURS = ("well", "slow", "busy", "refusing", "full", "half", "goodbye", "twice", "rubbish")
SLOW_SECONDS = 2  # the senders of this run wait for one second


class MailServer(threading.Thread):
    """SMTP on a port of its own. `taken` tells by key how each message was answered that was really taken."""

    def __init__(self, rng: Random):
        super().__init__(daemon=True)
        self.rng = rng
        self.healthy = False
        self.taken: dict[str, list[str]] = defaultdict(list)
        self.behaved: Counter[str] = Counter()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]

    def run(self) -> None:
        while True:
            try:
                client, _address = self.server.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def close(self) -> None:
        self.server.close()

    def _serve(self, client: socket.socket) -> None:
        how = KEEPS_ITS_WORD if self.healthy else self.rng.choice(BEHAVIOURS)
        self.behaved[how] += 1
        with client, client.makefile("rb") as lines:
            try:
                self._talk(client, lines, how)
            except OSError:
                return  # the other end has hung up, as it may

    def _talk(self, client: socket.socket, lines, how: str) -> None:
        def say(line: str) -> None:
            client.sendall(f"{line}\r\n".encode() * (2 if how == "twice" else 1))

        if how in {"busy", "rubbish"}:
            return say("421 too many connections" if how == "busy" else "<html>")
        say("220 mail.example")
        for line in lines:
            match line[:4].upper():
                case b"DATA":
                    say("354 go on")
                    if not self._take(client, lines, how):
                        return None
                    say("250 taken")
                case b"RCPT" if how == "refusing":
                    say("550 nobody of that name")
                case b"QUIT":
                    # Much longer than a line may be: it cannot be read, and what was taken is taken.
                    return say("221 " + "z" * 9_000 if how == "goodbye" else "221 bye")
                case _:
                    say("250 ok")

    def _take(self, client: socket.socket, lines, how: str) -> bool:
        """Read the message; False when the line breaks before the answer, or before its end."""
        body = b""
        while (line := lines.readline()) != b".\r\n":
            if not line:
                return False
            body += line
        if how == "full":
            client.sendall(b"452 no room\r\n")
            return False
        self.taken[KEY.search(body)[1].decode()].append(how)
        if how == "slow":
            time.sleep(SLOW_SECONDS)
        if how == "half":
            client.sendall(b"25")
            return False
        return True
