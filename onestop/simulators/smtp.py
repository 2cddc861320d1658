"""A mail server in the small, for what we rely on at one: STARTTLS, an account, letters kept in memory.

Sends nothing on. Only behind TLS the account is asked for, and only an account may hand in letters. `certificate` is
what a client has to trust; it is of this process and worth nothing elsewhere.
"""

import base64
import binascii
import ssl
import tempfile
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import SMTP
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

USERNAME, PASSWORD = "motcua-thu", "chi-de-thu"  # nosec B105 - of a simulator
HOST = "127.0.0.1"
LONGEST_LINE = 64 * 1024


@cache
def certificate_of_this_process() -> tuple[bytes, bytes]:
    """Certificate and key for `HOST`, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Máy chủ thư thử nghiệm")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.public_bytes(Encoding.PEM), private


class MailServer(ThreadingTCPServer):
    """`taken`: the letters by their Message-ID, as often as each came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Handler)
        self.taken: dict[str, list[Message]] = defaultdict(list)
        self.certificate, key = certificate_of_this_process()
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:  # only files can be loaded
            path = Path(folder) / "server.pem"
            path.write_bytes(self.certificate + key)
            self.tls.load_cert_chain(path)

    @property
    def port(self) -> int:
        return self.server_address[1]

    def handle_error(self, request, client_address) -> None:
        """Nothing: who does not trust the certificate hangs up, as it should be."""


class _Handler(StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.is_safe = self.is_let_in = False
        self._say("220 thu.example ESMTP")
        while line := self.rfile.readline(LONGEST_LINE):
            verb, _space, rest = line.decode(errors="replace").strip().partition(" ")
            if not self._answer(verb.upper(), rest):
                return

    def _answer(self, verb: str, rest: str) -> bool:
        """One command; False when the talk is over."""
        match verb:
            case "EHLO":
                self._say(
                    "250-thu.example", "250-AUTH PLAIN" if self.is_safe else "250-STARTTLS", "250 8BITMIME"
                )
            case "STARTTLS":
                self._say("220 go on")
                self._go_behind_tls()
            case "AUTH" if self.is_safe:
                self.is_let_in = self._is_the_account(rest)
                self._say("235 welcome" if self.is_let_in else "535 wrong account or password")
            case "MAIL" | "RCPT" | "DATA" if not self.is_let_in:
                self._say("530 sign in first")
            case "DATA":
                self._say("354 go on")
                self._take()
            case "QUIT":
                self._say("221 bye")
                return False
            case _:
                self._say("250 ok")
        return True

    def _go_behind_tls(self) -> None:
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
        self.is_safe = True

    @staticmethod
    def _is_the_account(rest: str) -> bool:
        kind, _space, encoded = rest.partition(" ")
        try:
            parts = base64.b64decode(encoded, validate=True).decode().split("\0")
        except (binascii.Error, UnicodeDecodeError):
            return False
        return kind.upper() == "PLAIN" and parts[1:] == [USERNAME, PASSWORD]

    def _take(self) -> None:
        content = b""
        while (line := self.rfile.readline(LONGEST_LINE)) not in {b".\r\n", b""}:
            content += line.removeprefix(b".") if line.startswith(b"..") else line
        letter = message_from_bytes(content, policy=SMTP)
        self.server.taken[str(letter["Message-ID"])].append(letter)
        self._say("250 taken")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
