"""Letters from draft to sent. Who may do it, and whether the law allows the new date, asks the caller."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications import errors, signing
from notifications.enums import AT_ONCE_KINDS, DRAFTED_KINDS, OPEN_LETTER_STATES, LetterState
from notifications.models import Letter, LetterRegister
from notifications.payloads import LetterPayload
from notifications.pdf import letter_pdf, signature_place
from notifications.vietnamese import TZ

# Longer reasons push the signature off the half sheet.
REASON_MAX_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class Signed:
    """A letter as it was signed before it was issued: what it says, its number, and the moment."""

    number: int
    payload: LetterPayload
    at: datetime
    pdf: signing.SignedPdf


@transaction.atomic
def draft_letter(
    kind: str, *, agency_identifier: str, reference: str, cycle: int, payload
) -> tuple[Letter, bool]:
    """Draft the letter of this kind for this dossier and cycle unless a live one is there.

    Returns the letter and whether it is new. Safe to call twice and in parallel: the unique
    constraint decides, and who comes second gets the first one's letter. Raises `ValueError` for a kind
    that is issued at once.
    """
    _check_drafted(kind)
    return Letter.objects.live().get_or_create(
        kind=kind,
        reference=reference,
        cycle=cycle,
        defaults=_of_draft(agency_identifier, payload, timezone.now()),
    )


def draft_letters(kind: str, drafts: Iterable[tuple[str, str, int, LetterPayload]]) -> list[Letter]:
    """New drafts of this kind, one for each agency identifier, reference, cycle and payload.

    Whoever calls knows that there is none yet, and that nobody makes one meanwhile: else `IntegrityError`.
    """
    _check_drafted(kind)
    now = timezone.now()
    return Letter.objects.bulk_create(
        Letter(kind=kind, reference=reference, cycle=cycle, **_of_draft(agency_identifier, payload, now))
        for agency_identifier, reference, cycle, payload in drafts
    )


def _check_drafted(kind: str) -> None:
    if kind not in DRAFTED_KINDS:
        raise ValueError(f"A letter of kind “{kind}” is issued at once, never drafted.")


def _of_draft(agency_identifier: str, payload: LetterPayload, at: datetime) -> dict:
    return {
        "agency_identifier": agency_identifier,
        "payload": payload.to_json(),
        "reason": payload.reason,
        "new_due_at": payload.new_due_at,
        "drafted_at": at,
    }


@transaction.atomic
def prepare(letter: Letter, *, reason: str, new_due_at: datetime, payload) -> Letter:
    """Write reason, new due date and content; an approved letter goes back to draft.

    The payload is stored with this reason and date, whatever it carried. Raises `ReasonMissing`,
    `ReasonTooLong`, `NewDateMissing`, `LetterNotPossibleNow`.
    """
    _lock(letter, _("Write the letter"), OPEN_LETTER_STATES)
    reason = _checked_reason(reason)
    if new_due_at is None:
        raise errors.NewDateMissing
    letter.reason = reason
    letter.new_due_at = new_due_at
    letter.payload = replace(payload, reason=reason, new_due_at=new_due_at).to_json()
    letter.state = LetterState.DRAFT
    letter.approved_at = None
    letter.approved_by = ""
    letter.save()
    return letter


@transaction.atomic
def approve(letter: Letter, *, by: str) -> Letter:
    """The head of the agency agrees to the text; `by` names him or her with title.

    Raises `ReasonMissing`, `NewDateMissing`, `SignatureMissing`, `LetterNotPossibleNow`.
    """
    _lock(letter, _("Approve the letter"), {LetterState.DRAFT})
    _checked_reason(letter.reason)
    if letter.new_due_at is None:
        raise errors.NewDateMissing
    letter.approved_by = _signature(by)
    letter.approved_at = timezone.now()
    letter.state = LetterState.APPROVED
    letter.save()
    return letter


def sign_beforehand(
    kind: str, *, agency_identifier: str, payload: LetterPayload, at: datetime | None = None
) -> Signed | None:
    """Print and sign the letter with the number that comes next; None where the agency signs by hand.

    Nothing is locked meanwhile and nothing stored: a token may take its time, and the register of the agency
    waits for nobody. `issue` takes it when the number is still free. Raises `SigningFailed`.
    """
    key = signing.key_of(agency_identifier)
    if key is None:
        return None
    at = at or timezone.now()
    number = LetterRegister.objects.coming_number(
        agency_identifier=agency_identifier, kind=kind, year=at.astimezone(TZ).year
    )
    pdf = letter_pdf(kind, payload, number=number, signed_at=at, digital=True)
    place = signature_place(kind, payload, number=number, signed_at=at)
    return Signed(number, payload, at, signing.sign(pdf, key, place=place, at=at))


@transaction.atomic
def issue(
    letter: Letter, *, by: str, payload, at: datetime | None = None, signed: Signed | None = None
) -> Letter:
    """Allot the number, print and store the PDF with its hash; from now on nothing of it changes.

    `payload` is made afresh on the day of issue (letterhead, form set); reason and new date are the
    approved ones. The number belongs to the local year of `at` (default: now). What was `signed` beforehand
    is stored as it is, with its own moment; without it the letter is printed to be signed by hand. When the
    caller's transaction is rolled back the number is free again; the file that was written then belongs to
    nobody and stays unreferenced in the storage. Does not tell the applicant: see `messages.enqueue`.
    Raises `SignatureMissing`, `LetterNotPossibleNow`, and `SignedForAnother` when number or content are
    not those that were signed.
    """
    _lock(letter, _("Issue the letter"), {LetterState.APPROVED})
    payload = replace(payload, reason=letter.reason, new_due_at=letter.new_due_at)
    at = signed.at if signed else at or timezone.now()
    _number_and_print(letter, payload, by=_signature(by), at=at, signed=signed)
    letter.save()
    return letter


@transaction.atomic
def issue_at_once(
    kind: str,
    *,
    agency_identifier: str,
    reference: str,
    cycle: int,
    payload,
    by: str,
    at: datetime | None = None,
    key: str,
) -> Letter:
    """Issue a letter that belongs to a verb and has no draft: number, PDF, hash, all in the verb's transaction.

    `key` names what it is issued for; a second call with it gives the first letter and spends no number.
    Of number, file and rollback the same holds as for `issue`. Raises `ReasonMissing`, `SignatureMissing`,
    and `ValueError` for a kind that is drafted.
    """
    if kind not in AT_ONCE_KINDS:
        raise ValueError(f"A letter of kind “{kind}” is drafted first.")
    if found := Letter.objects.filter(key=key).first():
        return found
    at, by = at or timezone.now(), _signature(by)
    reason = (payload.reason or "").strip()
    if not reason:
        raise errors.ReasonMissing
    letter = Letter(
        kind=kind,
        agency_identifier=agency_identifier,
        reference=reference,
        cycle=cycle,
        key=key,
        reason=reason,
        drafted_at=at,
        approved_at=at,
        approved_by=by,
    )
    _number_and_print(letter, payload, by=by, at=at)
    letter.save(force_insert=True)
    return letter


def _number_and_print(
    letter: Letter, payload, *, by: str, at: datetime, signed: Signed | None = None
) -> None:
    letter.issued_by = by
    letter.issued_at = at
    letter.year = at.astimezone(TZ).year
    # Last of all waits: the register's row stays locked until the end of the transaction.
    letter.number = LetterRegister.objects.next_number(
        agency_identifier=letter.agency_identifier, kind=letter.kind, year=letter.year
    )
    if signed is None:
        pdf = letter_pdf(letter.kind, payload, number=letter.number, signed_at=at)
    elif (signed.number, signed.payload) == (letter.number, payload):
        pdf, letter.certificate = signed.pdf.pdf, signed.pdf.certificate
    else:
        raise errors.SignedForAnother
    letter.payload = payload.to_json()
    letter.pdf_sha256 = hashlib.sha256(pdf).hexdigest()
    letter.state = LetterState.ISSUED
    name = f"{letter.kind}-{letter.agency_identifier}-{letter.number}-{letter.pdf_sha256[:12]}.pdf"
    letter.pdf.save(name, ContentFile(pdf), save=False)


@transaction.atomic
def mark_sent(letter: Letter) -> Letter:
    """The applicant has it, by post or by hand. Raises `LetterNotPossibleNow`."""
    _lock(letter, _("Mark the letter as sent"), {LetterState.ISSUED})
    letter.state = LetterState.SENT
    letter.sent_at = timezone.now()
    letter.save(update_fields=["state", "sent_at"])  # the content, encrypted anew, would be a change
    return letter


def mark_sent_by_message(letter_id: int, *, at: datetime) -> bool:
    """A message that carries the letter has arrived; says whether it was the first to do so."""
    return bool(
        Letter.objects.filter(pk=letter_id, state=LetterState.ISSUED).update(
            state=LetterState.SENT, sent_at=at
        )
    )


@transaction.atomic
def cancel(letter: Letter, *, reason: str) -> Letter:
    """Drop a letter that is not issued yet, for instance because the dossier was finished in time.

    A later draft for the same dossier and cycle is possible again. An issued letter has a number in
    the register and cannot be cancelled. Raises `ReasonMissing`, `LetterNotPossibleNow`.
    """
    _lock(letter, _("Cancel the letter"), OPEN_LETTER_STATES)
    letter.cancel_reason = _checked_reason(reason)
    letter.cancelled_at = timezone.now()
    letter.state = LetterState.CANCELLED
    letter.save()
    return letter


def preview_pdf(letter: Letter) -> bytes:
    """What the letter would look like, marked as draft on every page and without a number; changes nothing."""
    return letter_pdf(letter.kind, letter.current_content, draft=True)


def issued_pdf(letter: Letter) -> bytes:
    """The stored file of an issued letter, its hash checked.

    Raises `LetterFileDamaged` when the file is missing or not the issued one, `LetterNotPossibleNow`
    before the letter is issued.
    """
    if not letter.pdf:
        raise errors.LetterNotPossibleNow(letter, _("Open the issued letter"))
    try:
        with letter.pdf.open("rb") as file:
            pdf = file.read()
    except OSError as error:
        raise errors.LetterFileDamaged from error
    if hashlib.sha256(pdf).hexdigest() != letter.pdf_sha256:
        raise errors.LetterFileDamaged
    return pdf


def signature_of(letter: Letter) -> signing.Verdict | None:
    """What the signature on the stored file is worth; None of a letter that was signed by hand.

    Raises `LetterFileDamaged`, `SigningFailed`.
    """
    return signing.verify(issued_pdf(letter), at=letter.issued_at) if letter.certificate else None


def _lock(letter: Letter, verb, states) -> None:
    """Lock the row, read it afresh into `letter`, and refuse when its state does not allow the verb."""
    letter.refresh_from_db(from_queryset=Letter.objects.select_for_update())
    if letter.state not in states:
        raise errors.LetterNotPossibleNow(letter, verb)


def _checked_reason(reason: str) -> str:
    reason = (reason or "").strip()
    if not reason:
        raise errors.ReasonMissing
    if len(reason) > REASON_MAX_CHARACTERS:
        raise errors.ReasonTooLong(limit=REASON_MAX_CHARACTERS)
    return reason


def _signature(by: str) -> str:
    if not (by or "").strip():
        raise errors.SignatureMissing
    return by.strip()
