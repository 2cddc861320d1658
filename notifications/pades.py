"""PAdES signatures (ETSI EN 319 142) by pyhanko; asked only through `notifications.signing`."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO

from asn1crypto import pem, x509
from cryptography.hazmat.primitives.serialization import pkcs12
from django.conf import settings
from django.utils.translation import gettext as _
from pyhanko.pdf_utils import layout, misc
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer, SimpleSigner
from pyhanko.sign.validation import KeyUsageConstraints, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext

from notifications.errors import SigningFailed
from notifications.pdf import Place, signature_mark_pdf
from notifications.signing import FileKey, SignedPdf, TokenKey, Verdict
from notifications.vietnamese import short_date

FIELD = "ChuKySo"
SIGNING = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)
SHOWN_WHOLE = layout.SimpleBoxLayoutRule(
    layout.AxisAlignment.ALIGN_MID, layout.AxisAlignment.ALIGN_MID, layout.Margins.uniform(0)
)


class _Drawn(PdfContent):
    """A page of a file in memory, as what is seen of the signature."""

    def __init__(self, pdf: bytes, place: Place):
        super().__init__(box=layout.BoxConstraints(width=place.width, height=place.height))
        self._pdf = pdf

    def render(self) -> bytes:
        page = self._ensure_writer.import_page_as_xobject(PdfFileReader(BytesIO(self._pdf)))
        name = f"/Mark{hashlib.sha256(self._pdf).hexdigest()[:16]}"
        self.resources.xobject[name] = page
        return f"{name} Do".encode()


def sign(pdf: bytes, key: FileKey | TokenKey, *, place: Place, at: datetime) -> SignedPdf:
    """See `notifications.signing.sign`."""
    with _signer(key) as signer:
        certificate = signer.signing_cert
        _check_holds(certificate, at)
        name, organization = _name(certificate, "common_name"), _name(certificate, "organization_name")
        mark = signature_mark_pdf(place, name=name, organization=organization, at=at)
        right, top = place.left + place.width, place.bottom + place.height
        signing = PdfSigner(
            PdfSignatureMetadata(
                field_name=FIELD, name=name, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
            ),
            signer,
            stamp_style=StaticStampStyle(
                border_width=0,
                background=_Drawn(mark, place),
                background_layout=SHOWN_WHOLE,
                background_opacity=1,
            ),
            new_field_spec=SigFieldSpec(
                FIELD, on_page=place.page - 1, box=(place.left, place.bottom, right, top)
            ),
        )
        try:
            signed = signing.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)))
        except SigningError as error:
            raise SigningFailed(
                _("Nothing was issued, because it could not be signed: %(detail)s.")
                % {"detail": str(error).rstrip(".")}
            ) from error
    return SignedPdf(signed.getvalue(), _words(certificate))


def verify(pdf: bytes, *, roots: bytes | None, at: datetime) -> Verdict | None:
    """See `notifications.signing.verify`; `roots` are certificates in PEM."""
    anchors = certificates(roots) if roots else []
    try:
        signatures = PdfFileReader(BytesIO(pdf)).embedded_signatures
        if not signatures:
            return None
        signature = signatures[0]
        # The certificate may have ended since; what counts is that it held when it was used.
        context = ValidationContext(trust_roots=anchors, moment=at, allow_fetching=False)
        status = validate_pdf_signature(signature, context, key_usage_settings=SIGNING)
    except (misc.PdfError, SignatureValidationError, ValueError):
        return Verdict("", is_intact=False, covers_all=False, is_trusted=None)
    return Verdict(
        _words(signature.signer_cert),
        is_intact=status.intact and status.valid,
        covers_all=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        is_trusted=status.trusted if roots else None,
    )


# Keys -------------------------------------------------------------------------------------------------


@contextmanager
def _signer(key: FileKey | TokenKey) -> Iterator[Signer]:
    """What signs with this key; a token's session ends afterwards."""
    if isinstance(key, FileKey):
        yield _of_file(key)
    else:
        with _of_token(key) as signer:
            yield signer


def _of_file(key: FileKey) -> SimpleSigner:
    try:
        content = key.path.read_bytes()
    except OSError as error:
        raise SigningFailed(
            _(
                "Nothing was issued: the signing key cannot be read (%(detail)s). Whoever keeps the "
                "installation looks at SIGNING_PKCS12."
            )
            % {"detail": error.strerror}
        ) from error
    passphrase = settings.SIGNING_PASSPHRASE.encode() or None
    try:
        pkcs12.load_pkcs12(content, passphrase)
    except ValueError as error:
        raise SigningFailed(
            _(
                "Nothing was issued: the signing key does not open. Its passphrase is wrong, or the file "
                "is no PKCS#12 file. Whoever keeps the installation looks at SIGNING_PASSPHRASE."
            )
        ) from error
    return SimpleSigner.load_pkcs12_data(content, other_certs=(), passphrase=passphrase)


@contextmanager
def _of_token(key: TokenKey) -> Iterator[Signer]:
    """The PKCS#11 library is an extra of pyhanko, installed only where there is a token."""
    try:
        from pkcs11.exceptions import PKCS11Error
        from pyhanko.config.pkcs11 import TokenCriteria
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
    except ImportError as error:
        raise SigningFailed(
            _(
                "Nothing was issued: signing with a token needs the package python-pkcs11. Whoever keeps "
                "the installation installs pyHanko[pkcs11]."
            )
        ) from error
    try:
        with open_pkcs11_session(
            key.module,
            token_criteria=TokenCriteria(label=key.token),
            user_pin=settings.SIGNING_PASSPHRASE or None,
        ) as session:
            yield PKCS11Signer(session, cert_label=key.label, key_label=key.label)
    except (PKCS11Error, OSError, RuntimeError) as error:
        detail = str(error) or type(error).__name__  # most of the token's refusals have a name only
        raise SigningFailed(
            _(
                "Nothing was issued: the token did not sign (%(detail)s). See that it is plugged in, and "
                "whoever keeps the installation looks at its PIN and the label of the key."
            )
            % {"detail": detail}
        ) from error


# Certificates ----------------------------------------------------------------------------------------


def _check_holds(certificate: x509.Certificate, at: datetime) -> None:
    names = {"name": _name(certificate, "common_name")}
    if at > certificate.not_valid_after:
        raise SigningFailed(
            _(
                "Nothing was issued: the certificate of %(name)s ended on %(day)s. Have it renewed; "
                "until then letters are issued without it when its settings are taken out."
            )
            % {**names, "day": short_date(certificate.not_valid_after)}
        )
    if at < certificate.not_valid_before:
        raise SigningFailed(
            _("Nothing was issued: the certificate of %(name)s holds only from %(day)s on.")
            % {**names, "day": short_date(certificate.not_valid_before)}
        )


def certificates(content: bytes) -> list[x509.Certificate]:
    """What a PEM file holds. Raises `SigningFailed` when that is nothing, or something else."""
    try:
        found = [x509.Certificate.load(der) for _kind, _heads, der in pem.unarmor(content, multiple=True)]
        for certificate in found:
            _words(certificate)  # only now it is read
        return found
    except ValueError as error:
        raise SigningFailed(
            _("The signature cannot be checked: the file of SIGNING_ROOTS holds no certificates in PEM.")
        ) from error


def _name(certificate: x509.Certificate, part: str) -> str:
    value = certificate.subject.native.get(part, "")
    return ", ".join(value) if isinstance(value, list) else value


def _words(certificate: x509.Certificate) -> str:
    """`Trần Văn A, UBND phường B (1F2E)`: name, organization and serial number."""
    names = [_name(certificate, "common_name"), _name(certificate, "organization_name")]
    return f"{', '.join(filter(None, names))} ({certificate.serial_number:X})"[:300]
