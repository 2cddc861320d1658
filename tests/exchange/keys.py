"""Invented keys by which installations know each other."""

from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from cases.connections.exchange.signatures import Key, key_of
from onestop.demo.signing import make_key_file
from tests.cast import local
from tests.signing import FIRST, LAST, PASSPHRASE, authority


@cache
def key_file(unit: str, first: str = FIRST, last: str = LAST) -> bytes:
    """PKCS#12, valid between these moments."""
    return make_key_file(
        authority(), unit, "Cơ quan thử nghiệm", first=local(first), last=local(last), passphrase=PASSPHRASE
    )


@cache
def key(unit: str, first: str = FIRST, last: str = LAST) -> Key:
    return key_of(key_file(unit, first, last), PASSPHRASE)


def write(folder: Path, unit: str) -> tuple[Path, Path]:
    """The file with the key, and the one with its certificate."""
    ours, theirs = folder / f"{unit}.p12", folder / f"{unit}.pem"
    ours.write_bytes(key_file(unit, FIRST, LAST))
    theirs.write_bytes(key(unit, FIRST, LAST).certificate.public_bytes(Encoding.PEM))
    return ours, theirs
