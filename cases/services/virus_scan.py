"""Every uploaded file is shown to clamd before it is stored, where the office runs one (`CLAMD`).

The protocol is INSTREAM of clamd(8): the file in chunks with their lengths, a chunk of nothing, one answer.
"""

import socket
import struct
from contextlib import closing
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from cases.errors import BadFile

CHUNK = 64 * 1024
LONGEST_ANSWER = 4096
SECONDS = 30  # for connecting, and for each answer of the scanner


class ScannerAway(Exception):
    """clamd does not answer, or not what a scanner says."""


class NotScanned(BadFile):
    """Nobody knows whether the file is harmful; in a few minutes somebody does."""


def refuse_infected(content: bytes, name: str) -> None:
    """`BadFile` for what the scanner knows as harmful, `NotScanned` for what it cannot look at now.

    Without `CLAMD` nothing is asked. With `CLAMD_REQUIRED` off, files pass while the scanner is away.
    """
    if not settings.CLAMD:
        return
    try:
        found = scan(content)
    except ScannerAway as error:
        if settings.CLAMD_REQUIRED:
            sentence = _("“%(name)s” could not be checked for viruses just now. Try again in a few minutes.")
            raise NotScanned(sentence % {"name": name}, field="file") from error
        return
    if found:
        sentence = _("“%(name)s” carries a virus and was not stored. Clean the device that it comes from.")
        raise BadFile(sentence % {"name": name}, field="file")


def scan(content: bytes) -> str:
    """The name of what was found in it, or nothing. Raises `ScannerAway`."""
    try:
        with closing(_connected()) as clamd:
            clamd.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                part = content[start : start + CHUNK]
                clamd.sendall(struct.pack("!L", len(part)) + part)
            clamd.sendall(struct.pack("!L", 0))
            answer = _answer(clamd)
    except OSError as error:
        raise ScannerAway(str(error)) from error
    verdict = answer.removeprefix("stream: ")
    if verdict == "OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removesuffix(" FOUND")
    raise ScannerAway(answer)


def _connected() -> socket.socket:
    """`unix:///run/clamav/clamd.ctl` or `tcp://127.0.0.1:3310`."""
    address = urlsplit(settings.CLAMD)
    if address.scheme == "tcp":
        return socket.create_connection((address.hostname, address.port), timeout=SECONDS)
    clamd = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    clamd.settimeout(SECONDS)
    try:
        clamd.connect(address.path)
    except OSError:
        clamd.close()
        raise
    return clamd


def _answer(clamd: socket.socket) -> str:
    """Up to the null character that ends it."""
    said = b""
    while not said.endswith(b"\0") and len(said) < LONGEST_ANSWER:
        part = clamd.recv(LONGEST_ANSWER)
        if not part:
            break
        said += part
    return said.rstrip(b"\0").decode(errors="replace").strip()
