"""Digital signatures on letters (chữ ký số, PAdES): which key an agency signs with, and what a signature is worth.

The key lies in a PKCS#12 file, or in a token behind a PKCS#11 module. The library that signs takes half a
second to load, so `pades` is loaded only where something is signed or checked.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from notifications.errors import SigningFailed
from notifications.pdf import Place

AGENCY = "{agency}"


@dataclass(frozen=True, slots=True)
class FileKey:
    """A key in a PKCS#12 file."""

    path: Path


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A key in a token; certificate and private key have the same label."""

    module: str
    token: str
    label: str


@dataclass(frozen=True, slots=True)
class SignedPdf:
    """The file with its signature; `certificate` names whose it is, with its serial number."""

    pdf: bytes
    certificate: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the signature found.

    `is_intact`: not a byte of what was signed has changed. `covers_all`: nothing was added afterwards.
    `is_trusted`: the certificate comes from `SIGNING_ROOTS` and held when it was used; None without roots.
    """

    signer: str
    is_intact: bool
    covers_all: bool
    is_trusted: bool | None

    @property
    def holds(self) -> bool:
        return self.is_intact and self.covers_all and self.is_trusted is not False


def key_of(agency_identifier: str) -> FileKey | TokenKey | None:
    """What letters of this agency are signed with; None where they are signed by hand.

    Where every agency has a file of its own, one without a file is not connected.
    """
    if settings.SIGNING_PKCS11_MODULE:
        label = settings.SIGNING_PKCS11_KEY.replace(AGENCY, agency_identifier)
        return TokenKey(settings.SIGNING_PKCS11_MODULE, settings.SIGNING_PKCS11_TOKEN, label)
    if not settings.SIGNING_PKCS12:
        return None
    path = Path(settings.SIGNING_PKCS12.replace(AGENCY, agency_identifier))
    if AGENCY in settings.SIGNING_PKCS12 and not path.is_file():
        return None
    return FileKey(path)


def is_connected(agency_identifier: str) -> bool:
    """Whether letters of this agency are signed digitally."""
    return key_of(agency_identifier) is not None


def sign(pdf: bytes, key: FileKey | TokenKey, *, place: Place, at: datetime) -> SignedPdf:
    """Sign the file, visibly at that place; a token may take seconds, so nobody calls this with rows locked.

    Raises `SigningFailed` for a key that cannot be read, a wrong passphrase, a certificate that does not
    hold at `at`, and a token that refuses.
    """
    from notifications import pades

    return pades.sign(pdf, key, place=place, at=at)


def verify(pdf: bytes, *, at: datetime) -> Verdict | None:
    """Check the signature as of `at`, the moment of issue; None when there is none."""
    from notifications import pades

    return pades.verify(pdf, roots=_roots(), at=at)


def roots_file() -> Path | None:
    """Where the certificates of those who are trusted are; None where nobody is configured.

    Raises `SigningFailed` where the file cannot be read or holds none.
    """
    from notifications import pades

    content = _roots()
    if content is None:
        return None
    pades.certificates(content)
    return Path(settings.SIGNING_ROOTS)


def _roots() -> bytes | None:
    if not settings.SIGNING_ROOTS:
        return None
    try:
        return Path(settings.SIGNING_ROOTS).read_bytes()
    except OSError as error:
        raise SigningFailed(
            _("The signature cannot be checked: the file of SIGNING_ROOTS cannot be read (%(detail)s).")
            % {"detail": error.strerror}
        ) from error
