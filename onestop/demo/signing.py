"""The demo's own certificate, so that letters of apology are signed: thrown away, and plainly invented.

Made anew each time the demo starts, with a passphrase that nobody knows, in the data folder of this machine.
"""

import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.utils import timezone

AUTHORITY = "CA minh họa (không có giá trị pháp lý)"
SIGNER = "Lãnh đạo cơ quan (chữ ký minh họa)"
ORGANIZATION = "Không có giá trị pháp lý"
DAYS = 30
YEAR = timedelta(days=366)
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True, slots=True)
class Authority:
    """An invented authority that certifies whom it is told to."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def make_authority(name: str, *, first: datetime, last: datetime) -> Authority:
    key, subject = ec.generate_private_key(ec.SECP256R1()), _name(name)
    usages = {"key_cert_sign"}
    return Authority(key, _certificate(subject, subject, key, key, usages, first=first, last=last))


def make_key_file(
    authority: Authority, name: str, organization: str, *, first: datetime, last: datetime, passphrase: str
) -> bytes:
    """A PKCS#12 file with a new key, its certificate and that of the authority."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), _name(name, organization)
    usages, issuer = {"digital_signature", "content_commitment"}, authority.certificate.subject
    made = _certificate(subject, issuer, key, authority.key, usages, first=first, last=last)
    encryption = BestAvailableEncryption(passphrase.encode())
    return pkcs12.serialize_key_and_certificates(b"ky", key, made, [authority.certificate], encryption)


def make_stamp_key(
    authority: Authority, name: str, *, first: datetime, last: datetime
) -> tuple[bytes, bytes]:
    """Certificate and private key (DER) of an invented time stamp authority."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    issuer, usages = authority.certificate.subject, {"digital_signature"}
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    made = _certificate(
        _name(name), issuer, key, authority.key, usages, first=first, last=last, purpose=purpose
    )
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return made.public_bytes(Encoding.DER), private


def connect_signing(folder: Path) -> bool:
    """Make a key for the processes that come after, unless the environment names one; says whether it did."""
    if os.environ.get("SIGNING_PKCS12") or os.environ.get("SIGNING_PKCS11_MODULE"):
        return False
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    first = timezone.now() - timedelta(hours=1)
    authority = make_authority(AUTHORITY, first=first, last=first + YEAR)
    passphrase, last = secrets.token_urlsafe(24), first + timedelta(days=DAYS)
    key_file, roots = folder / "minh-hoa.p12", folder / "ca-minh-hoa.pem"
    content = make_key_file(authority, SIGNER, ORGANIZATION, first=first, last=last, passphrase=passphrase)
    for path, data in ((key_file, content), (roots, authority.pem)):
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(data)
    os.environ |= {
        "SIGNING_PKCS12": str(key_file),
        "SIGNING_PASSPHRASE": passphrase,
        "SIGNING_ROOTS": str(roots),
    }
    return True


def connect_exchange(folder: Path, unit: str, partner: str, url: str) -> bool:
    """Keys for this installation and for a simulated one, which know each other; says whether it did.

    Nothing when the environment names partners of its own.
    """
    if os.environ.get("EXCHANGE_PARTNERS"):
        return False
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    first = timezone.now() - timedelta(hours=1)
    # Longer than what is warned of as ending soon.
    last, passphrase = first + timedelta(days=3 * DAYS), secrets.token_urlsafe(24)
    authority = make_authority(AUTHORITY, first=first, last=first + YEAR)
    for name in (unit, partner):
        made = make_key_file(authority, name, ORGANIZATION, first=first, last=last, passphrase=passphrase)
        certificate = pkcs12.load_key_and_certificates(made, passphrase.encode())[1]
        for path, data in (
            (folder / f"{name}.p12", made),
            (folder / f"{name}.pem", certificate.public_bytes(Encoding.PEM)),
        ):
            path.unlink(missing_ok=True)
            path.touch(mode=0o600)
            path.write_bytes(data)
    os.environ |= {
        "EXCHANGE_UNIT": unit,
        "EXCHANGE_PKCS12": str(folder / f"{unit}.p12"),
        "EXCHANGE_PASSPHRASE": passphrase,
        "EXCHANGE_PARTNERS": json.dumps(
            {partner: {"url": url, "certificate": str(folder / f"{partner}.pem")}}
        ),
    }
    return True


def _name(common_name: str, organization: str = "") -> x509.Name:
    parts = [(NameOID.COMMON_NAME, common_name), (NameOID.ORGANIZATION_NAME, organization)]
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in parts if text])


def _certificate(subject, issuer, key, signed_with, usages, *, first: datetime, last: datetime, purpose=None):
    usage = x509.KeyUsage(**{name: name in usages for name in _USAGES})
    is_authority = "key_cert_sign" in usages
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(last)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
    )
    if purpose is not None:
        builder = builder.add_extension(purpose, critical=True)
    return builder.sign(signed_with, hashes.SHA256())
