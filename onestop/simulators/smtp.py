"""A mail server, simulated: greets, takes letters and keeps them; over HTTP it tells which (`GET /email`).

Sends nothing on. Letters are taken by anybody on this machine, or behind TLS from one account where it is made so.
"""

import asyncio
import ssl
import tempfile
from collections import deque
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as INTERNET
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from onestop.simulators.base import LATE_SECONDS, NEVER_SECONDS, Asked, Fault, Reply, Simulator

USERNAME, PASSWORD = "motcua-thu", "chi-de-thu"  # nosec B105 - of a simulator
HOST = "127.0.0.1"
KEPT = 1_000  # letters

# What it says instead of its greeting, and instead of taking a letter.
NO_GREETING = {
    Fault.ERROR: "451 4.3.0 Loi tam thoi (gia lap)",
    Fault.BUSY: "421 4.3.2 May chu dang ban (gia lap)",
    Fault.SIGNED_OUT: "530 5.7.0 Phai dang nhap (gia lap)",
    Fault.HTML: "<!doctype html><html><body>Bao tri</body></html>",
}
NO_LETTER = {Fault.REFUSE: "554 5.7.1 Tu choi (gia lap)"}
BREAKS_OFF = (Fault.HALF, Fault.UNCLEAR)  # the letter is taken, and nobody says so


class MailServer(Simulator):
    """`port` is where it speaks SMTP; `letters` those it took, newest last."""

    name = "email"

    def __init__(self, port: int, *, wants_account: bool = False):
        super().__init__()
        self.letters: deque[EmailMessage] = deque(maxlen=KEPT)
        behind_tls = {
            "tls_context": _tls(),
            "require_starttls": True,
            "auth_required": True,
            "authenticator": _is_the_account,
        }
        self.controller = Controller(
            _Talk(self), hostname=HOST, port=port, **(behind_tls if wants_account else {})
        )

    @property
    def port(self) -> int:
        return self.controller.port

    def start(self) -> None:
        self.controller.start()

    def stop(self) -> None:
        self.controller.stop()

    def answer(self, asked: Asked) -> Reply:
        letters = list(self.letters)  # others go on handing some in
        shown = [{name: str(one[name]) for name in ("To", "Subject", "Date")} for one in letters]
        return Reply(body={"letters": shown})


class _Talk:
    """What is done at each command; names and arguments are those of the library."""

    def __init__(self, mail: MailServer):
        self.mail = mail

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        fault = self.mail.taken_fault(Fault.AWAY, Fault.LATE, Fault.NEVER, *NO_GREETING)
        if fault == Fault.AWAY:
            server.transport.abort()
        elif fault in (Fault.LATE, Fault.NEVER):
            await asyncio.sleep(LATE_SECONDS if fault == Fault.LATE else NEVER_SECONDS)
        session.refusal = NO_GREETING.get(fault)
        return [session.refusal] if session.refusal else responses

    async def handle_HELO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str) -> str:
        """Who is not greeted asks once more in the old way."""
        session.host_name = hostname
        return getattr(session, "refusal", None) or f"250 {server.hostname}"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        fault = self.mail.taken_fault(*NO_LETTER, *BREAKS_OFF)
        if fault in NO_LETTER:
            return NO_LETTER[fault]
        self.mail.letters.append(message_from_bytes(envelope.content, policy=INTERNET))
        if fault in BREAKS_OFF:
            server.transport.abort()
        return "250 2.0.0 taken"


def _is_the_account(server, session, envelope, mechanism: str, given: LoginPassword) -> AuthResult:
    return AuthResult(success=(given.login, given.password) == (USERNAME.encode(), PASSWORD.encode()))


@cache
def certificate_of_this_process() -> tuple[bytes, bytes]:
    """Certificate and key for `HOST`, both PEM: what a client has to trust, worth nothing elsewhere."""
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


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:  # only files can be loaded
        path = Path(folder) / "server.pem"
        path.write_bytes(b"".join(certificate_of_this_process()))
        context.load_cert_chain(path)
    return context
