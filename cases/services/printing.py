"""Every form of one dossier, for a folder: issued ones as they were issued, views of today, specimens."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.events import local_text
from cases.letters import (
    apology_payload,
    form_on,
    letters_of,
    refusal_payload,
    stop_payload,
    supplement_payload,
)
from cases.models import Dossier
from cases.printouts import control_slip_payload, log_book_payload, receipt_payload, volume_of
from notifications.enums import NUMBERED_LETTER_STATES, LetterKind
from notifications.models import Letter
from notifications.pdf import control_slip_pdf, letter_pdf, log_book_pdf, receipt_pdf
from notifications.services.letters import issued_pdf, preview_pdf
from notifications.word import letter_docx

# In the order of the forms; each letter with what it says while nobody has said more.
_SPECIMENS = {
    LetterKind.SUPPLEMENT: supplement_payload,
    LetterKind.REFUSAL: refusal_payload,
    LetterKind.APOLOGY: apology_payload,
    LetterKind.STOP: stop_payload,
}
_SLUGS = {
    "receipt": "receipt",
    "supplement": "supplement-request",
    "refusal": "refusal",
    "apology": "apology",
    "stop": "stop-notice",
    "control_slip": "control-slip",
    "log_book": "log-book",
}


@dataclass(frozen=True, slots=True)
class PrintedFile:
    """One file to be written; `what` says how it came about."""

    name: str
    content: bytes
    what: str


def print_forms(dossier: Dossier) -> Iterator[PrintedFile]:
    """All forms of a received dossier, named by the numbering in force today; changes nothing.

    Receipt, control slip and log book show the facts of today. A letter that was issued is the stored
    file, one that waits a preview, and one that this dossier never had a specimen marked BẢN NHÁP with dots.
    Letters come with their Word copy. Raises `LetterFileDamaged`, `WordTemplateBroken`.
    """
    today = _("as it stands today")
    yield PrintedFile(_name("receipt"), receipt_pdf(receipt_payload(dossier)), today)
    for kind, specimen in _SPECIMENS.items():
        letters = list(letters_of(dossier).live().filter(kind=kind).order_by("drafted_at", "pk"))
        for position, letter in enumerate(letters, start=1):
            yield from _letter(letter, position)
        if not letters:
            payload = specimen(dossier)
            what = _("specimen: this dossier has no such letter")
            yield PrintedFile(_name(kind), letter_pdf(kind, payload, draft=True), what)
            yield PrintedFile(_name(kind, "docx"), letter_docx(kind, payload), what)
    yield PrintedFile(_name("control_slip"), control_slip_pdf(control_slip_payload(dossier)), today)
    book = log_book_payload(dossier.receiving_desk, dossier.book_year, volume_of(dossier.book_number))
    yield PrintedFile(_name("log_book"), log_book_pdf(book), today)


def issued_letter(letter: Letter) -> bytes:
    """The PDF of a letter as it was issued."""
    return issued_pdf(letter)


def word_copy(letter: Letter) -> bytes:
    """The letter as a Word file, with number and date when it has them. Raises `WordTemplateBroken`."""
    return letter_docx(letter.kind, letter.current_content, number=letter.number, signed_at=letter.issued_at)


def _letter(letter: Letter, position: int) -> Iterator[PrintedFile]:
    if letter.state in NUMBERED_LETTER_STATES:
        content = issued_pdf(letter)
        what = _("issued %(number)s on %(moment)s") % {
            "number": letter.number_text,
            "moment": local_text(letter.issued_at),
        }
    else:
        content, what = preview_pdf(letter), _("waits to be issued")
    yield PrintedFile(_name(letter.kind, position=position), content, what)
    yield PrintedFile(_name(letter.kind, "docx", position=position), word_copy(letter), what)


def _name(form: str, suffix: str = "pdf", *, position: int = 1) -> str:
    """Such as `02-supplement-request.pdf`; the second one of a kind is `02-supplement-request-2.pdf`."""
    parts = [form_on(form).number, _SLUGS[form], str(position) if position > 1 else ""]
    return f"{'-'.join(filter(None, parts))}.{suffix}"
