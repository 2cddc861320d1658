"""What stores of papers are asked and told, and what each of them can do; pure."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class HandIn(TextChoices):
    """What became of a result that a store is to have."""

    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    REFUSED = "refused", _("Refused by the other side")


class RecordKind(TextChoices):
    """What kind of record a paper is an extract of."""

    BIRTH = "birth", _("Birth")
    MARRIAGE = "marriage", _("Marriage")
    MARITAL = "marital", _("Marital status")
    DEATH = "death", _("Death")
    CIVIL = "civil", _("Any civil status event")
    ENTERPRISE = "enterprise", _("Enterprise or household business")
    PAPER = "paper", _("Paper in the store")


class SearchOutcome(TextChoices):
    """What came of a search."""

    ASKED = "asked", _("Asked, and it is not known what came of it")
    FOUND = "found", _("Answered")
    NOTHING = "nothing", _("Nothing there")
    REFUSED = "refused", _("Refused by the other side")
    FAILED = "failed", _("No answer")


@dataclass(frozen=True, slots=True)
class Question:
    """One person or enterprise, one paper of one dossier, one officer; `number` is that of the applicant."""

    request_id: str
    kind: RecordKind
    number: str
    purpose: str
    has_consent: bool
    staff: str
    unit: str
    procedure: str
    dossier: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record as a search finds it; `reference` is how the store calls it, `code` its result code there, if any.

    `about` names the people in it, so that the officer takes the right one.
    """

    reference: str
    kind: str
    title: str
    number: str
    issuer: str
    issued_on: date | None
    code: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A record with what it says: as facts (label in Vietnamese, value), and as a file where the store has one."""

    record: Record
    facts: tuple[tuple[str, str], ...]
    content: bytes = b""
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A result as its owner keeps it; `code` is the result code by which a store knows it.

    `kind` is what it is a record of; `corrects` the code of the result that it takes the place of.
    """

    code: str
    owner: str
    name: str
    procedure: str
    number: str
    issued_on: date | None
    signer: str
    valid_until: date | None
    file_name: str
    mime_type: str
    sha256: str
    content: bytes
    kind: str = ""
    corrects: str = ""


class Store(Protocol):
    """One store: each adapter of a system is one. Everything raises `OutsideError`."""

    def knows(self, number: str) -> bool:
        """Whether such a number can be asked for: a person's, or an enterprise's."""

    def search(self, question: Question) -> list[Record]:
        """The records of the question's kind that name this person or enterprise, newest first."""

    def fetch(self, question: Question, reference: str) -> Fetched:
        """One of these records, whole."""

    def put(self, result: Result) -> str:
        """Hand the result in and return the store's receipt; safe to repeat."""

    def sign_of_life(self) -> None:
        """Ask for something that changes nothing."""
