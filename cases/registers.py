"""What is read of the registers of certifications: whose they are, their lines, and their sheets on paper.

Sheets are Vietnamese, whoever prints them. The words of a certification are data, see `procedures.registers`.
"""

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from cases.letters import head_of, inherited, person_of
from cases.models import Dossier, RegisterBook, RegisterEntry
from cases.printouts import NUMBERS_IN_A_VOLUME, volume_of
from notifications.forms import Form
from notifications.payloads import CertificationPayload, RegisterPayload, RegisterRow
from notifications.vietnamese import DOTS, hour_and_date
from procedures.enums import RegisterKind
from procedures.models import Agency, ProcedureVersion
from procedures.registers import REGISTER_FORMS, RegisterForm, book_mark

ORIGINALS_COUNT = frozenset({RegisterKind.SIGNATURES})  # each paper is one case, and each case has its fee


def books_of(user) -> QuerySet[RegisterBook]:
    """The registers of the agencies at and below the person's own, newest first."""
    agencies = Agency.objects.below(user.workplace).values("pk")
    books = RegisterBook.objects.filter(agency__in=agencies).select_related("agency", "closed_by")
    return books.order_by("-year", "agency__identifier", "kind")


def entries_of(user) -> QuerySet[RegisterEntry]:
    """The lines of these registers."""
    agencies = Agency.objects.below(user.workplace).values("pk")
    return RegisterEntry.objects.filter(book__agency__in=agencies).select_related("book__agency", "dossier")


def copies_to_sign(user) -> QuerySet[RegisterEntry]:
    """Electronic copies that wait for the signature of the heads of the person's agencies, the oldest first."""
    agencies = Agency.objects.below(user.workplace).values("pk")
    waiting = RegisterEntry.objects.awaiting_signature().filter(dossier__competent_agency__in=agencies)
    entries = waiting.select_related("book", "by", "dossier__competent_agency", "dossier__version__procedure")
    return entries.order_by("at", "pk")


def mark_of(book: RegisterBook, number: int) -> str:
    """The book as it stands beside a number: `01/2026-SCT/BS`."""
    return book_mark(book.kind, book.year, volume_of(number))


def number_text(entry: RegisterEntry) -> str:
    """The number of a certification with its book: `12, 01/2026-SCT/BS`."""
    return f"{entry.number:02d}, {mark_of(entry.book, entry.number)}"


def latest_entries(desk: Agency, *, since: datetime, most: int) -> list[RegisterEntry]:
    """What the registers of a desk's own agency got since that moment, newest first; at most so many of each.

    By the numbers, which the database finds at once in a register of any length.
    """
    latest = Q(pk=None)
    for book in RegisterBook.objects.filter(agency=desk, year__gte=timezone.localtime(since).year):
        latest |= Q(book=book, number__gt=book.last_number - most)
    entries = RegisterEntry.objects.filter(latest, at__gte=since).select_related("book", "dossier")
    return list(entries.order_by("-at", "-pk"))


def quick_services(day: date) -> list[ProcedureVersion]:
    """The versions in force that are decided at once and entered in a register, in the order of registers."""
    versions = ProcedureVersion.objects.in_force_on(day).filter(decided_at_once=True).exclude(register="")
    order = {kind: place for place, kind in enumerate(RegisterKind.values)}
    found = versions.select_related("procedure").prefetch_related("fees")
    return sorted(found, key=lambda version: (order[version.register], version.procedure.code))


def quantities_of(kind: str, *, pages: int, copies: int) -> dict[str, int]:
    """What the fee is reckoned with: of certified signatures each paper is one case (R38)."""
    counted = {"pages": pages, "copies": copies}
    return counted | {"quantity": copies} if kind in ORIGINALS_COUNT else counted


def title_of(signer: str, agency: Agency, *, by) -> str:
    """The title that stands below the signer's name, where it is known."""
    if signer == inherited(agency, "head_name"):
        return inherited(agency, "head_title")
    return by.title if signer == str(by) else ""


# --- Sheets -----------------------------------------------------------------------------------


def certification_payload(
    dossier: Dossier, entry: RegisterEntry, *, book: RegisterBook, at: datetime
) -> CertificationPayload:
    """The words of the certification that an entry stands for, before or after the entry is saved."""
    form = REGISTER_FORMS[RegisterKind(book.kind)]
    agency = dossier.competent_agency
    person = person_of(dossier.applicant)
    values = {
        "person": person.name,
        "identity": person.id_number or DOTS,
        "paper": entry.paper,
        "pages": f"{entry.pages:02d}",
        "copies": f"{entry.copies:02d}",
        "result": dossier.version.result_name_vi or dossier.version.name_vi,
        "agency": agency.name_vi,
        "moment": hour_and_date(at),
        "signer": entry.signer,
        "receiver": str(entry.by),
    }
    return CertificationPayload(
        **head_of(agency),
        form=_sheet(form.heading, paper="a5"),
        number=entry.number,
        number_label=form.number_label,
        book=mark_of(book, entry.number),
        sentences=tuple(sentence.format(**values) for sentence in _sentences(form, entry)),
        person=person,
        paper=entry.paper,
        pages=entry.pages,
        copies=entry.copies,
        certified_at=at,
        signer_name=entry.signer,
        signer_role=form.signer_role,
        signer_title=title_of(entry.signer, agency, by=entry.by),
        receiver_name=str(entry.by) if form.signed_at_the_desk else "",
        dossier_code=dossier.code,
        digital=entry.is_electronic,
    )


def _sentences(form: RegisterForm, entry: RegisterEntry) -> tuple[str, ...]:
    return form.electronic if entry.is_electronic else form.sentences


def register_payload(book: RegisterBook, volume: int = 1) -> RegisterPayload:
    """One volume of a register."""
    first = (volume - 1) * NUMBERS_IN_A_VOLUME + 1
    entries = book.entries.filter(number__gte=first, number__lt=first + NUMBERS_IN_A_VOLUME)
    agency = book.agency
    return RegisterPayload(
        **head_of(agency),
        form=_sheet(REGISTER_FORMS[RegisterKind(book.kind)].title, paper="a4"),
        year=book.year,
        volume=volume,
        book=book_mark(book.kind, book.year, volume),
        last_number=book.last_number,
        rows=tuple(_row(entry) for entry in entries.select_related("dossier").order_by("number")),
        closed_at=book.closed_at,
        keeper_name=str(book.closed_by) if book.closed_by else "",
        signer_title=inherited(agency, "head_title"),
        signer_name=inherited(agency, "head_name"),
    )


def _sheet(title: str, *, paper: str) -> Form:
    """Neither is one of the numbered forms of the one-stop mechanism."""
    return Form(number="", title=title, circular="", paper=paper)


def _row(entry: RegisterEntry) -> RegisterRow:
    return RegisterRow(
        number=entry.number,
        at=entry.at,
        person=entry.person,
        paper=_paper(entry),
        signer=entry.signer,
        pages=entry.pages,
        copies=entry.copies,
        amount=entry.amount,
        dossier_code=entry.dossier.code,
    )


def _paper(entry: RegisterEntry) -> str:
    kind = " (bản sao điện tử)" if entry.is_electronic else ""
    return f"{entry.paper}{kind}{' – ĐÃ HỦY' if entry.voided_at else ''}"
