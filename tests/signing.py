"""Throw-away certificates for signing letters: an invented authority, and keys that it certifies."""

from functools import cache
from pathlib import Path

from onestop.demo.signing import Authority, make_authority, make_key_file
from tests.cast import local

PASSPHRASE = "mat-khau-khoa-thu-nghiem"
SIGNER = "Trần Văn Lãnh Đạo"
ORGANIZATION = "UBND phường Thử Nghiệm"
FIRST, LAST = "2026-01-01 00:00", "2027-06-30 00:00"


@cache
def authority(name: str = "CA thử nghiệm") -> Authority:
    return make_authority(name, first=local("2020-01-01 00:00"), last=local("2040-01-01 00:00"))


@cache
def key_file(first: str = FIRST, last: str = LAST) -> bytes:
    """Of the head of the ward, valid between these moments."""
    return make_key_file(
        authority(), SIGNER, ORGANIZATION, first=local(first), last=local(last), passphrase=PASSPHRASE
    )


def connect(settings, folder: Path, **validity: str) -> None:
    """Let every agency sign with such a file, and trust who certified it."""
    (folder / "khoa.p12").write_bytes(key_file(**validity))
    (folder / "ca.pem").write_bytes(authority().pem)
    settings.SIGNING_PKCS12 = str(folder / "khoa.p12")
    settings.SIGNING_PASSPHRASE = PASSPHRASE
    settings.SIGNING_ROOTS = str(folder / "ca.pem")
