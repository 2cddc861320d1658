"""The lives of the demonstration as templates: what a copy needs to know of a dossier."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Model

from cases.demo.many.tokens import Form, Key
from cases.models import (
    Consultation,
    Demand,
    Document,
    Dossier,
    DossierComponent,
    DossierEvent,
    DossierFee,
    Escalation,
    ExcludedPeriod,
    Extension,
    FeeWaiver,
    Handover,
    Payment,
    Rating,
    RatingScore,
    RegisterEntry,
    Reschedule,
    StepRun,
    StoredPaper,
    Supplement,
    SupplementAnswer,
)
from notifications.models import Letter

# What belongs to a dossier, and the way from a row to it. Not copied: messages, which workers would deliver;
# what somebody filed with an account of their own; feedback.
PARTS: dict[type[Model], str] = {
    DossierComponent: "dossier",
    Document: "dossier",
    DossierEvent: "dossier",
    StepRun: "dossier",
    Supplement: "dossier",
    SupplementAnswer: "supplement__dossier",
    Reschedule: "dossier",
    Extension: "dossier",
    ExcludedPeriod: "dossier",
    DossierFee: "dossier",
    FeeWaiver: "dossier",
    Payment: "dossier",
    Consultation: "dossier",
    Demand: "dossier",
    Handover: "dossier",
    Escalation: "dossier",
    Rating: "dossier",
    RatingScore: "rating__dossier",
    RegisterEntry: "dossier",
    StoredPaper: "document__dossier",
}
COPIED: tuple[type[Model], ...] = (Dossier, *PARTS, Letter)
OWN = ("applicant", "phone", "uuid", "code", "book_year", "book_number")
PAYLOAD = f"{Letter._meta.db_table}.payload"  # where it is encrypted for


@dataclass
class Event:
    """What its seal is made of. `content` is the JSON text, `at` the moment as the chain has it."""

    place: int  # of its key among the values
    content: Form
    at: Form


@dataclass
class Payments:
    """One payment, whose receipt number is drawn at `desk`; `report`: clerk, day and cash (VND) of its report."""

    desk: int
    day: date
    report: tuple[int, date, int] | None


@dataclass(eq=False)
class Template:
    """One dossier. The values of a copy are, in this order: `days`, `places`, keys of its rows by `counts`,
    `OWN`, receipts with their reports, letters, entry, payloads of letters, seals.
    """

    pk: int
    received: datetime
    filed_on: date
    version: int
    state: str
    is_late: bool
    is_overdue: bool
    desk: int
    agency: int
    has_code: bool
    reception_day: date | None
    applicant: int
    span: tuple[date, date] = (date.max, date.min)
    days: list[Key] = field(default_factory=list)
    places: list[Key] = field(default_factory=list)
    counts: list[tuple[type[Model], int]] = field(default_factory=list)
    payments: list[Payments] = field(default_factory=list)
    letters: list[tuple[int, str, date | None]] = field(default_factory=list)
    entry: tuple[int, str, date] | None = None
    rows: list[tuple[type[Model], Form]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    payloads: list[Form] = field(default_factory=list)
    applicant_row: Form | None = None
    id_number_length: int = 0
