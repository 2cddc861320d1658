"""What a package says, out of its `package.json`, and how that is written; pure. See docs/exchange.md."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from cases.connections.exchange.package import BadPackage
from cases.connections.exchange.words import Kind, Outcome
from cases.enums import ConsultationKind

LONGEST_TEXT = 20_000  # characters of a question or an answer
LONGEST_CODE = 60  # characters of the code of a dossier, as messages about it hold
LONGEST = 300  # characters of anything else
_HASH_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Told:
    """A package's own words: `sender` and `recipient` are units (installations), `agency` who is meant there."""

    id: uuid.UUID
    kind: Kind
    sender: str
    sender_agency: str
    sender_name: str
    recipient: str
    agency: str
    facts: "Facts"

    @property
    def request(self) -> uuid.UUID:
        return self.facts.uuid("request")

    @property
    def thread(self) -> uuid.UUID:
        """The dossier over there: what is told of it comes in order."""
        return self.facts.inside("dossier").uuid("id")

    @property
    def code(self) -> str:
        return self.facts.inside("dossier").text("code", longest=LONGEST_CODE)

    @property
    def shown_code(self) -> str:
        """For the list of what was refused: the beginning of whatever stands there, which may be why."""
        return self.facts.beginning("dossier", "code", longest=LONGEST_CODE)


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file of a package: its place there, its name for people, and the paper that it is."""

    path: str
    name: str
    paper: str


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What the other side made of a package; `at` is when it came there."""

    of: uuid.UUID
    manifest_hash: str
    outcome: Outcome
    at: datetime
    reason: str


class Facts:
    """A JSON object that is asked for fields by type. Everything raises `BadPackage` that names the field."""

    def __init__(self, content: Mapping[str, Any]):
        self._content = content

    def text(self, name: str, *, required: bool = True, longest: int = LONGEST) -> str:
        value = self._content.get(name, "")
        if not isinstance(value, str) or "\0" in value or len(value) > longest:
            raise bad_field(name)
        value = value.strip()
        if required and not value:
            raise bad_field(name)
        return value

    def beginning(self, outer: str, name: str, *, longest: int) -> str:
        """Of a text inside another object, in one line; empty where there is none. Raises nothing."""
        there = self._content.get(outer)
        value = there.get(name) if isinstance(there, dict) else ""
        tidy = " ".join(value.replace("\0", "").split()) if isinstance(value, str) else ""
        return tidy if len(tidy) <= longest else f"{tidy[: longest - 1]}…"

    def uuid(self, name: str) -> uuid.UUID:
        try:
            return uuid.UUID(self.text(name))
        except ValueError as error:
            raise bad_field(name) from error

    def moment(self, name: str) -> datetime:
        """With its offset, ISO 8601."""
        try:
            found = datetime.fromisoformat(self.text(name))
        except ValueError as error:
            raise bad_field(name) from error
        if found.tzinfo is None or not 2000 < found.year < 3000:
            raise bad_field(name)
        return found

    def hours(self, name: str) -> Decimal:
        try:
            found = Decimal(self.text(name))
        except InvalidOperation as error:
            raise bad_field(name) from error
        if not found.is_finite() or not 0 < found < 100_000:
            raise bad_field(name)
        found = found.quantize(Decimal("0.01"))
        if not 0 < found < 100_000:  # what was almost one of these
            raise bad_field(name)
        return found

    def choice(self, name: str, choices: type) -> Any:
        try:
            return choices(self.text(name))
        except ValueError as error:
            raise bad_field(name) from error

    def inside(self, name: str) -> "Facts":
        value = self._content.get(name)
        if not isinstance(value, dict):
            raise bad_field(name)
        return Facts(value)

    def many(self, name: str) -> list["Facts"]:
        value = self._content.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise bad_field(name)
        return [Facts(one) for one in value]


def told_by(content: Mapping[str, Any]) -> Told:
    """The beginning of every package, checked. Raises `BadPackage`."""
    facts = Facts(content)
    sender, recipient = facts.inside("from"), facts.inside("to")
    return Told(
        id=facts.uuid("id"),
        kind=facts.choice("kind", Kind),
        sender=sender.text("unit"),
        sender_agency=sender.text("agency", required=False),
        sender_name=sender.text("name", required=False),
        recipient=recipient.text("unit"),
        agency=recipient.text("agency", required=False),
        facts=facts,
    )


def files_of(told: Told, there: Mapping[str, bytes]) -> list[FileFacts]:
    """The files that are listed, each with its name; exactly those that are there. Raises `BadPackage`."""
    found = [
        FileFacts(one.text("path"), one.text("name"), one.text("paper", required=False, longest=2000))
        for one in told.facts.many("files")
    ]
    if sorted(one.path for one in found) != sorted(there):
        raise bad_field("files")
    return found


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What is asked for, until when and by what; the rest of a request is kept as it came."""

    kind: ConsultationKind
    text: str
    asked_at: datetime
    due_at: datetime
    working_hours: Decimal
    procedure_code: str
    procedure_name: str
    applicant_name: str
    applicant_number: str


def request_of(told: Told) -> RequestFacts:
    """Raises `BadPackage`."""
    asked, procedure = told.facts.inside("ask"), told.facts.inside("procedure")
    applicant = told.facts.inside("applicant")
    found = RequestFacts(
        kind=asked.choice("kind", ConsultationKind),
        text=asked.text("text", longest=LONGEST_TEXT),
        asked_at=asked.moment("asked_at"),
        due_at=asked.moment("due_at"),
        working_hours=asked.hours("working_hours"),
        procedure_code=procedure.text("code"),
        procedure_name=procedure.text("name", longest=1000),
        applicant_name=applicant.text("full_name"),
        applicant_number=applicant.text("id_number", required=False, longest=20),
    )
    if found.due_at <= found.asked_at:
        raise bad_field("due_at")
    return found


def receipt_of(told: Told) -> ReceiptFacts:
    """Raises `BadPackage`."""
    receipt = told.facts.inside("receipt")
    manifest_hash = receipt.text("manifest")
    if len(manifest_hash) != _HASH_LENGTH:
        raise bad_field("manifest")
    return ReceiptFacts(
        of=receipt.uuid("of"),
        manifest_hash=manifest_hash,
        outcome=receipt.choice("outcome", Outcome),
        at=receipt.moment("at"),
        reason=receipt.text("reason", required=False, longest=1000),
    )


def receipt(
    *, id: uuid.UUID, sender: str, recipient: str, of: uuid.UUID, manifest_hash: str, outcome: Outcome,
    at: datetime, reason: str = "",
) -> dict[str, Any]:  # fmt: skip
    """The facts of a receipt."""
    return {
        **head(id, Kind.RECEIPT, sender=sender, recipient=recipient),
        "receipt": {
            "of": str(of),
            "manifest": manifest_hash,
            "outcome": str(outcome),
            "at": at.isoformat(),
            "reason": reason,
        },
    }


def head(
    id: uuid.UUID, kind: Kind, *, sender: str, recipient: str, sender_agency: str = "",
    sender_name: str = "", agency: str = "",
) -> dict[str, Any]:  # fmt: skip
    """With what every package begins."""
    return {
        "id": str(id),
        "kind": str(kind),
        "from": {"unit": sender, "agency": sender_agency, "name": sender_name},
        "to": {"unit": recipient, "agency": agency},
    }


def bad_field(name: str) -> BadPackage:
    """The refusal of a package for what it says in this field."""
    return BadPackage(
        _("The package says nothing of use in the field “%(name)s”.") % {"name": name}, "bad_field"
    )
