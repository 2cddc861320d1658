"""The detached signature of a package's manifest (CMS, RFC 5652), and the certificates that are trusted for it; pure.

An installation is known by its certificate itself, not by who issued it: what a partner signs with was handed over
from administrator to administrator. So nobody is asked, and nobody who is certified elsewhere gets in.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7, pkcs12
from django.utils.translation import gettext as _
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from cases.connections.exchange.package import BadPackage

_OPTIONS = [
    pkcs7.PKCS7Options.DetachedSignature,
    pkcs7.PKCS7Options.Binary,
    pkcs7.PKCS7Options.NoCapabilities,
]
# What the libraries raise of a signature that is none: also of one kind beside a key of another.
_UNREADABLE = (
    SignatureValidationError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    AssertionError,
    NotImplementedError,
    UnsupportedAlgorithm,
)


class BadKey(Exception):
    """A key or certificate that cannot be used; the text is a sentence for the administrator."""


@dataclass(frozen=True, slots=True)
class Key:
    """What an installation signs with: its private key, and the certificate by which others know it."""

    private: pkcs12.PKCS12PrivateKeyTypes
    certificate: x509.Certificate

    def sign(self, manifest: bytes) -> bytes:
        """The detached signature, DER."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(manifest)
        return builder.add_signer(self.certificate, self.private, hashes.SHA256()).sign(
            Encoding.DER, _OPTIONS
        )


def key_of(content: bytes, passphrase: str) -> Key:
    """The key in a PKCS#12 file. Raises `BadKey`."""
    try:
        private, certificate, _others = pkcs12.load_key_and_certificates(content, passphrase.encode() or None)
    except ValueError as error:
        raise BadKey(
            _("The key for the exchange does not open: wrong passphrase, or no PKCS#12 file.")
        ) from error
    if private is None or certificate is None:
        raise BadKey(_("The file with the key for the exchange has no key or no certificate."))
    return Key(private, certificate)


def certificates_of(content: bytes) -> list[x509.Certificate]:
    """All certificates of a PEM file: while a partner changes its key, the old and the new one. Raises `BadKey`."""
    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError as error:
        raise BadKey(_("The certificate of a partner is no PEM file.")) from error


def check(
    manifest: bytes, signature: bytes, trusted: Iterable[x509.Certificate], *, now: datetime
) -> x509.Certificate:
    """The trusted certificate by which this manifest was signed. Raises `BadPackage`; `now` is aware."""
    signer, inside = _signer_and_certificate(signature)
    known = {one.public_bytes(Encoding.DER): one for one in trusted}
    if inside not in known:
        raise BadPackage(_("It is signed by somebody who is not known here."), "unknown_signer")
    try:
        is_intact, is_valid = validate_sig_integrity(
            signer, asn1_x509.Certificate.load(inside), "data", hashlib.sha256(manifest).digest()
        )
    except _UNREADABLE as error:
        raise _broken() from error
    if not (is_intact and is_valid):
        raise _broken()
    certificate = known[inside]
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise BadPackage(
            _("The certificate that it is signed with is not valid now: it holds from %(first)s to %(last)s.")
            % {
                "first": f"{certificate.not_valid_before_utc:%d/%m/%Y}",
                "last": f"{certificate.not_valid_after_utc:%d/%m/%Y}",
            },
            "certificate_expired",
        )
    return certificate


def _signer_and_certificate(signature: bytes) -> tuple[cms.SignerInfo, bytes]:
    """One signer with signed attributes, its certificate (DER), SHA-256, no content, and nothing else."""
    try:
        info = cms.ContentInfo.load(signature, strict=True)
        signed = info["content"]
        (signer,), (certificate,) = signed["signer_infos"], signed["certificates"]
        named, inside = signer["sid"].chosen, certificate.chosen
        is_one = (
            info["content_type"].native == "signed_data"
            and signed["version"].native == signer["version"].native == "v1"
            and signed["encap_content_info"]["content_type"].native == "data"
            and signed["encap_content_info"]["content"].native is None
            and not signed["crls"].native
            and [one["algorithm"].native for one in signed["digest_algorithms"]] == ["sha256"]
            and signer["digest_algorithm"]["algorithm"].native == "sha256"
            and bool(signer["signed_attrs"].native)
            and not signer["unsigned_attrs"].native
            and named["issuer"].dump() == inside.issuer.dump()
            and named["serial_number"].native == inside.serial_number
        )
        content = inside.dump()
    except _UNREADABLE as error:
        raise _broken() from error
    if not is_one:
        raise _broken()
    return signer, content


def _broken() -> BadPackage:
    return BadPackage(_("The signature is not one of this content."), "bad_signature")
