"""Certifications and extracts, done while the person waits (làm ngay: chứng thực, trích lục; R12)."""

from io import BytesIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pypdf import PdfReader, PdfWriter

from cases import errors, rules
from cases.enums import EventKind, PaymentMethod, Provision, ReturnChannel, Verb
from cases.events import record
from cases.letters import inherited
from cases.models import Dossier, RegisterBook, RegisterEntry
from cases.pictures import PDF, UNREADABLE
from cases.registers import certification_payload, mark_of, number_text, quantities_of
from cases.services.applicants import ApplicantFacts
from cases.services.at_once import begin_at_once, end_at_once
from cases.services.base import fitting_text, required_text
from cases.services.checklist import ComponentFacts
from cases.services.clock import counts_as_received_at
from cases.services.documents import CheckedFile, check_file
from cases.services.fee_lines import FeeFacts
from cases.services.money import pay
from cases.services.numbers import next_register_number
from cases.services.processing import record_result
from cases.services.stored_files import files_or_nothing
from cases.services.versions import version_in_force
from notifications import signing
from notifications.pdf import certification_pdf
from notifications.pdf_signatures import looks_signed
from procedures.calendars import remembered_calendars
from procedures.enums import Channel, RegisterKind
from procedures.models import Agency, Procedure, ProcedureVersion
from procedures.registers import REGISTER_FORMS
from procedures.text import one_line


@files_or_nothing()
@remembered_calendars()
@transaction.atomic
def certify(
    procedure: Procedure,
    applicant: ApplicantFacts,
    *,
    desk: Agency,
    by,
    paper: str,
    pages: int = 1,
    copies: int = 1,
    signer: str,
    method: str = PaymentMethod.CASH,
    receipt_wanted: bool = False,
) -> RegisterEntry:
    """One certification or extract from the person's wish to the paper in the hand, all or nothing.

    Side effects in order: the dossier is received, handed over and taken over, gets its number in the yearly
    register of its kind, the words of the certification as its result, and an event; the fee is taken and
    the result handed over. Each by its own verb, so the dossier has code, times and history like any other.
    Deliberately not done: no receipt unless it is wanted (R12), and no scan, because what was shown goes back
    with the person. A wish that is refused is none of this: it is received, or refused, as usual.

    By a clerk who decides at the counter, for the procedures that are decided at once and have a register.
    `pages` are those of one copy. Raises what reception, result and payment raise, `Invalid` (no register, no
    paper) and `NotPossibleNow` (the register is closed); then no number was used.
    """
    paper, signer = _checked(paper, signer, desk=desk, by=by)
    version = _version(procedure, desk)
    dossier = begin_at_once(
        procedure,
        applicant,
        desk=desk,
        by=by,
        components=_shown(version),
        subject=paper,
        fee=FeeFacts(quantities=quantities_of(version.register, pages=pages, copies=copies)),
        receipt_wanted=receipt_wanted,
        duplicate_known=True,  # somebody comes back for more copies while others are being made
    )
    entry = _enter(dossier, by=by, paper=paper, pages=pages, copies=copies, signer=signer)
    dossier = record_result(dossier, _words(dossier, entry), by=by, number=number_text(entry), signer=signer)
    entry.dossier = end_at_once(dossier, by=by, method=method)
    return entry


@files_or_nothing()
@remembered_calendars()
@transaction.atomic
def certify_electronically(
    procedure: Procedure,
    applicant: ApplicantFacts,
    original,
    *,
    desk: Agency,
    by,
    paper: str,
    method: str = PaymentMethod.CASH,
) -> RegisterEntry:
    """A certified copy in electronic form (bản sao chứng thực điện tử), up to the head's signature.

    `original` is the scan of the original that was shown, as PDF. Like `certify`, with three differences: the result is
    the scan with the words of the certification behind it; it is not settled, issued or announced yet, because
    the head signs it first (`sign_result`: code, QR, PAdES), and until then it can be undone; and what is signed is
    kept in the person's store under the name of the paper. One copy; its pages are those of the scan. The signer is
    the head of the agency that decides.

    Raises what `certify` raises, `BadFile`, and `NotPossibleNow` with `not_connected` where the agency has no key:
    nobody could sign it, and no number is used.
    """
    paper = _checked_paper(paper, desk=desk, by=by)
    version = _version(procedure, desk)
    if not REGISTER_FORMS[RegisterKind(version.register)].electronic:
        raise errors.Invalid(
            _("“%(procedure)s” is no certification of copies: there is no electronic copy of it.")
            % {"procedure": version},
            code="no_electronic_copy",
            field="procedure",
        )
    scan = _checked_scan(original)
    dossier = begin_at_once(
        procedure,
        applicant,
        desk=desk,
        by=by,
        components=_shown(version),
        subject=paper,
        fee=FeeFacts(quantities=quantities_of(version.register, pages=scan.pages, copies=1)),
        return_channel=ReturnChannel.ONLINE,
        duplicate_known=True,
    )
    agency = dossier.competent_agency
    if not signing.is_connected(agency.identifier):
        raise errors.NotPossibleNow(
            _("It cannot be signed: %(agency)s has no signing key here. Certify on paper instead.")
            % {"agency": agency},
            code="not_connected",
        )
    signer = _checked_signer(inherited(agency, "head_name"))
    entry = _enter(dossier, by=by, paper=paper, pages=scan.pages, copies=1, signer=signer, is_electronic=True)
    result = _behind(scan, _words(dossier, entry))
    if owed := dossier.balance:  # first, so that the result is the last step, which can be undone
        dossier = pay(dossier, by=by, amount=owed, method=method).dossier
    entry.dossier = record_result(dossier, result, by=by, number=number_text(entry), signer=signer)
    return entry


def _checked(paper: str, signer: str, *, desk: Agency, by) -> tuple[str, str]:
    """Paper and signer as the register keeps them; by a clerk of that desk."""
    return _checked_paper(paper, desk=desk, by=by), _checked_signer(signer)


def _checked_paper(paper: str, *, desk: Agency, by) -> str:
    if not rules.is_clerk_of(by, desk):
        raise errors.not_permitted(Verb.RECEIVE)
    paper = required_text(one_line(paper), field="paper", sentence=_("Enter which paper it is about."))
    return fitting_text(paper, field="paper", model=RegisterEntry)


def _checked_signer(signer: str) -> str:
    signer = required_text(one_line(signer), field="signer", sentence=_("Enter who signed the result."))
    return fitting_text(signer, field="signer", model=RegisterEntry)


def _checked_scan(original) -> CheckedFile:
    """The scan, which must be a PDF that further pages can be put behind."""
    scan = check_file(original)
    if scan.mime_type != PDF:
        raise errors.BadFile(
            _("“%(name)s” is no PDF. Scan the original into a PDF.") % {"name": scan.name}, field="original"
        )
    if looks_signed(scan.content):
        raise errors.BadFile(
            _("“%(name)s” is signed already: that is an electronic original, which is handed in as it is.")
            % {"name": scan.name},
            field="original",
        )
    return scan


def _behind(scan: CheckedFile, words: ContentFile) -> ContentFile:
    """The scan with the page of the certification as its last."""
    try:
        whole = PdfWriter(clone_from=PdfReader(BytesIO(scan.content)))
        whole.append(BytesIO(words.read()))
        out = BytesIO()
        whole.write(out)
    except UNREADABLE as error:
        raise errors.BadFile(
            _("“%(name)s” cannot be certified: no page can be added to it. Scan the original anew.")
            % {"name": scan.name},
            field="original",
        ) from error
    return ContentFile(out.getvalue(), name=words.name)


def _version(procedure: Procedure, desk: Agency) -> ProcedureVersion:
    """The version in force now, which must have a register; else `Invalid`."""
    counts_from = counts_as_received_at(timezone.now(), desk=desk, channel=Channel.DESK)
    version = version_in_force(procedure, timezone.localdate(counts_from))
    if not version.register:
        raise errors.Invalid(
            _("“%(procedure)s” is entered in no register. Receive it as usual.") % {"procedure": version},
            code="no_register",
            field="procedure",
        )
    return version


def _shown(version: ProcedureVersion) -> list[ComponentFacts]:
    """What has to be there was looked at and goes back with the person: nothing stays to be scanned (R14)."""
    return [
        ComponentFacts(component.pk, provision=Provision.SHOWN)
        for component in version.components.all()
        if component.is_mandatory
    ]


def _enter(dossier: Dossier, *, by, paper: str, **said) -> RegisterEntry:
    """The next line of the register of the deciding agency; its row stays locked until the commit."""
    now = timezone.now()
    agency, kind = dossier.competent_agency, dossier.version.register
    # The last thing before the result that others wait for: from here on only this desk's own rows follow.
    book_id, number = next_register_number(agency, kind, timezone.localdate(now).year)
    entry = RegisterEntry.objects.create(
        book=RegisterBook.objects.get(pk=book_id),
        number=number,
        dossier=dossier,
        at=now,
        by=by,
        person=dossier.applicant.full_name,
        paper=paper,
        amount=dossier.balance,
        **said,
    )
    record(dossier, EventKind.REGISTERED, by=by, number=number, book=mark_of(entry.book, number))
    return entry


def _words(dossier: Dossier, entry: RegisterEntry) -> ContentFile:
    """The page with the words of the certification: the result document of the dossier."""
    content = certification_pdf(certification_payload(dossier, entry, book=entry.book, at=entry.at))
    return ContentFile(content, name=f"{entry.book.kind}-{entry.book.year}-{entry.number:05d}.pdf")
