"""Results that anybody who holds them can verify: registered with code and hash, and signed by the head (R36)."""

from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import PurePath
from urllib.parse import urlencode

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from pypdf import PdfReader, PdfWriter

from cases import errors, queries, rules
from cases.enums import DocumentSource, EventKind, ResultKind, State, Verb
from cases.events import record
from cases.models import Document, Dossier, IssuedResult, StoredPaper
from cases.pictures import PDF, UNREADABLE
from cases.result_codes import PROOF_DIGITS, result_code
from cases.services.base import locked
from cases.services.documents import hash_of
from cases.services.money import settle_if_nothing_owed
from cases.services.signatures import expect_check
from cases.services.store import keep_result
from cases.services.stored_files import files_or_nothing, store_file
from notifications import pdf_signatures, signing
from notifications.errors import NotificationError
from notifications.pdf import result_sheet_pdf
from notifications.results import ResultSheetPayload
from notifications.signing import SignedPdf

# As long as it may still be signed: the owner has not got it yet.
BEFORE_RETURN = frozenset({State.PROCESSING, State.PAID})


def register_result(dossier: Dossier, document: Document, *, certificate: str = "") -> IssuedResult:
    """Enter a file of the result in the register that the public page asks; inside the caller's transaction."""
    original = dossier.corrects if dossier.result_kind == ResultKind.GRANTED else None
    return IssuedResult.objects.create(
        code=result_code(dossier),
        reference=dossier.code,
        agency=dossier.competent_agency,
        version=dossier.version,
        kind=dossier.result_kind,
        sha256=document.sha256,
        certificate=certificate,
        corrects=result_code(original) if original else "",
        issued_at=timezone.now(),
    )


def take_back_results(dossier: Dossier) -> None:
    """The result was undone: whoever verifies one of its files hears that it counts no longer."""
    issued = IssuedResult.objects.filter(reference=dossier.code, taken_back_at=None)
    issued.update(taken_back_at=timezone.now())


def sign_result(dossier: Dossier, *, by) -> Document:
    """Sign the recorded result with the agency's key (ký số kết quả): an electronic copy beside the recorded file.

    Side effects in order: a last page with result code and QR is put behind the PDF, and both are signed while
    nothing is locked (decision 0032); then in one transaction the copy is stored and registered, the owner's
    store holds it instead of the recorded file, and one event is written; an electronic copy, which waited for this,
    goes into the store and is settled. The recorded file stays. Raises
    `NotPossibleNow`, `NotPermitted`, `Invalid` with `signing_failed`; then nothing was changed.
    """
    document = check_sign_result(dossier, by=by)
    now = timezone.now()
    with _signing_rules():
        signed = _signed(dossier, document, at=now)
    return _keep_signed(dossier, document, signed, by=by, at=now)


def check_sign_result(dossier: Dossier, *, by) -> Document:
    """The recorded file that would be signed now; else the refusal."""
    if not dossier.finished_at or dossier.state not in BEFORE_RETURN:
        raise errors.NotPossibleNow(
            _(
                "A result is signed between its recording and its return; the dossier is in the state “%(state)s”."
            )
            % {"state": dossier.get_state_display()}
        )
    agency = dossier.competent_agency
    if not rules.is_head_of(by, agency):
        raise errors.NotPermitted(_("Results of %(agency)s are signed by its head.") % {"agency": agency})
    if not signing.is_connected(agency.identifier):
        raise errors.NotPossibleNow(
            _("%(agency)s has no signing key here; whoever keeps the installation connects one.")
            % {"agency": agency},
            code="not_connected",
        )
    document = dossier.documents.filter(source=DocumentSource.RESULT).order_by("-pk").first()
    issued = IssuedResult.objects.filter(reference=dossier.code, taken_back_at=None)
    if document is None or issued.exclude(certificate="").exists():
        raise errors.NotPossibleNow(_("The result is signed already."), code="signed_already")
    if document.mime_type != PDF:
        raise errors.NotPossibleNow(
            _("Only a PDF can be signed; the file of the result is a picture. Undo it and record it as PDF."),
            code="no_pdf",
        )
    return document


def may_sign_result(dossier: Dossier, person) -> bool:
    """Whether the button is shown."""
    try:
        check_sign_result(dossier, by=person)
    except errors.CaseError:
        return False
    return True


@contextmanager
def _signing_rules():
    """What the key refuses reaches the reader like every refusal of a dossier."""
    try:
        yield
    except NotificationError as error:
        raise errors.Invalid(error.sentence, code=error.code) from error


def _signed(dossier: Dossier, document: Document, *, at: datetime) -> SignedPdf:
    with queries.open_file(document) as file:
        content = file.read()
    if pdf_signatures.looks_signed(content):
        raise errors.NotPossibleNow(
            _("The file of the result has signatures already, which a further page would break."),
            code="signed_already",
        )
    sheet, place = result_sheet_pdf(_sheet(dossier, document, at=at))
    try:
        both = PdfWriter(clone_from=PdfReader(BytesIO(content)))
        pages = len(both.pages)
        both.append(BytesIO(sheet))
    except UNREADABLE as error:
        raise errors.NotPossibleNow(
            _("“%(name)s” cannot be signed: no page can be added to it.") % {"name": document.name}
        ) from error
    out = BytesIO()
    both.write(out)
    key = signing.key_of(dossier.competent_agency.identifier)
    return signing.sign(out.getvalue(), key, place=place.after(pages), at=at)


def _sheet(dossier: Dossier, document: Document, *, at: datetime) -> ResultSheetPayload:
    """In Vietnamese, whoever signs."""
    code, proof = result_code(dossier), document.sha256[:PROOF_DIGITS]
    address = settings.PUBLIC_URL + reverse("public:verify")
    with translation.override("vi"):
        return ResultSheetPayload(
            code=code,
            proof=proof,
            agency=dossier.competent_agency.name_vi,
            procedure=dossier.version.name_vi,
            kind=str(dossier.get_result_kind_display()),
            address=address,
            address_of_this=f"{address}?{urlencode({'ma': code, 'bam': proof})}",
            at=at,
        )


@files_or_nothing()
@transaction.atomic
def _keep_signed(dossier: Dossier, document: Document, signed: SignedPdf, *, by, at: datetime) -> Document:
    dossier = locked(dossier)
    now_there = check_sign_result(dossier, by=by)
    if (now_there.pk, now_there.sha256) != (document.pk, document.sha256):
        raise errors.ChangedMeanwhile(_("Nothing was signed: the result was recorded anew in the meantime."))
    stem = PurePath(document.name).stem[:200]
    with translation.override(settings.LANGUAGE_CODE):  # the file is the office's, whoever signs
        name = _("%(name)s, digitally signed.pdf") % {"name": stem}
    copy = Document(
        dossier=dossier,
        source=DocumentSource.RESULT,
        name=name,
        mime_type=PDF,
        size=len(signed.pdf),
        pages=document.pages + 1,
        sha256=hash_of(signed.pdf),
        added_at=at,
        added_by=by,
    )
    store_file(copy.file, ContentFile(signed.pdf, name="file.pdf"))
    copy.save()
    expect_check(copy, signed.pdf)
    register_result(dossier, copy, certificate=signed.certificate)
    if rules.awaits_signature(dossier):
        entry = dossier.register_entry
        entry.signed_at = at
        entry.save(update_fields=["signed_at"])
        keep_result(dossier, copy, copy_of=entry.paper)
    else:
        StoredPaper.objects.filter(document=document).update(document=copy)
    record(
        dossier,
        EventKind.DOCUMENT_ADDED,
        by=by,
        name=copy.name,
        sha256=copy.sha256,
        certificate=signed.certificate,
    )
    if rules.is_possible(Verb.SETTLE, dossier):  # it waited for nothing else
        settle_if_nothing_owed(dossier)
    return copy
