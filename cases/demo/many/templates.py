"""The lives of the demonstration as templates: every row that belongs to a dossier, in pieces."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.db import connection
from django.db.models import Model

from cases.demo.many.tokens import Form, Key, Piece, Tokens, in_ascii, in_copy
from cases.models import (
    Applicant,
    CashReport,
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
    ReceptionGroup,
    RegisterBook,
    RegisterEntry,
    Reschedule,
    StepRun,
    StoredPaper,
    Supplement,
    SupplementAnswer,
)
from notifications.models import Letter
from onestop.encryption import decrypt
from procedures.models import Agency, Staff
from procedures.text import fold
from procedures.working_time import TZ

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
NOTHING = "\\N"
Row = dict[str, str | None]


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


def read(keys: list[int], wards: frozenset[int], people: frozenset[int]) -> list[Template]:
    """These dossiers as they are now; `wards` and `people` are those that have twins."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TimeZone = 'UTC'")
    rows: dict[int, dict[type[Model], list[Row]]] = {pk: defaultdict(list) for pk in keys}
    for row in _rows(Dossier, Dossier.objects.filter(pk__in=keys)):
        rows[int(row["id"])][Dossier].append(row)
    for model, way in PARTS.items():
        found = model.objects.filter(**{f"{way}__in": keys}).order_by("pk")
        of_dossier = dict(found.values_list("pk", way))
        for row in _rows(model, found):
            rows[of_dossier[int(row["id"])]][model].append(row)
    known_as = {}
    for pk, parts in rows.items():
        known_as |= dict.fromkeys((parts[Dossier][0]["code"], parts[Dossier][0]["uuid"]), pk)
    for row in _rows(Letter, Letter.objects.filter(reference__in=[one for one in known_as if one])):
        rows[known_as[row["reference"]]][Letter].append(row)
    world = _World(wards, people)
    return [_Reading(rows[pk], world).template for pk in keys]


def _rows(model: type[Model], found) -> list[Row]:
    """All columns as PostgreSQL writes them, by key."""
    columns = [one.column for one in model._meta.concrete_fields]
    texts = ", ".join(f'"{column}"::text' for column in columns)
    keys, table = list(found.order_by().values_list("pk", flat=True)), model._meta.db_table
    with connection.cursor() as cursor:
        # By the column: `id` alone would be the text of it.
        cursor.execute(f"SELECT {texts} FROM {table} WHERE id = ANY(%s) ORDER BY {table}.id", [keys])
        return [dict(zip(columns, row, strict=True)) for row in cursor]


class _World:
    """What all templates have in common."""

    def __init__(self, wards: frozenset[int], people: frozenset[int]):
        self.wards, self.people = wards, people
        self.agencies = {agency.pk: agency for agency in Agency.objects.all()}
        self.by_identifier = {agency.identifier: agency.pk for agency in self.agencies.values()}
        self.officials = {agency.head_name for agency in self.agencies.values()}
        self.officials |= set(Staff.objects.values_list("full_name", flat=True))
        self.applicants = {int(row["id"]): row for row in _rows(Applicant, Applicant.objects.all())}
        self.numbers = dict(Applicant.objects.values_list("pk", "id_number"))
        self.reports = dict(CashReport.objects.values_list("pk", "closed_at"))
        self.books = dict(RegisterBook.objects.values_list("pk", "kind"))

    def literals(self) -> dict[str, list[Piece]]:
        """Names and identifiers of the wards, wherever they are written."""
        found: dict[str, list[Piece]] = {}
        for pk in self.wards:
            agency = self.agencies[pk]
            for name in {agency.name_vi, agency.name_en, agency.letterhead_name} - {""}:
                found[name] = [name, ("mark",)]
            found[agency.identifier] = [("identifier", pk)]
        return found


class _Reading:
    """One dossier being read."""

    def __init__(self, rows: dict[type[Model], list[Row]], world: _World):
        self.raw, self.world = rows, world
        self.dossier = rows[Dossier][0]
        self.place_in = {
            model: {row["id"]: place for place, row in enumerate(found)} for model, found in rows.items()
        }
        row = self.dossier
        filed = _moment(row["filed_at"])
        self.template = Template(
            pk=int(row["id"]),
            received=filed,
            filed_on=_local(row["filed_at"]),
            version=int(row["version_id"]),
            state=row["state"],
            is_late=bool(row["finished_at"] and _moment(row["finished_at"]) > _moment(row["due_at"])),
            is_overdue=row["overdue_flagged_at"] is not None and row["finished_at"] is None,
            desk=int(row["receiving_desk_id"]),
            agency=int(row["competent_agency_id"]),
            has_code=row["code"] is not None,
            reception_day=_local(row["received_at"]) if row["received_at"] else None,
            applicant=int(row["applicant_id"]),
        )
        self.tokens = Tokens(self._literals(), filed.astimezone(TZ).date())
        self._compile()

    # What is drawn anew ---------------------------------------------------------------------------

    def _literals(self) -> dict[str, list[Piece]]:
        found = self.world.literals()
        found[self.dossier["uuid"]] = [("own", "uuid")]
        if self.template.has_code:
            found[self.dossier["code"]] = [("own", "code")]
        self._tell_person(found)
        for place, row in enumerate(self.raw[Payment]):
            found[row["receipt_number"]] = [("receipt", place)]
            self.template.payments.append(self._payment(row))
        for place, row in enumerate(self.raw[Letter]):
            agency = self.world.by_identifier[row["agency_identifier"]]
            issued = _local(row["issued_at"]) if row["number"] else None
            self.template.letters.append((agency, row["kind"], issued))
            if row["number"]:
                written, _slash, symbol = _letter_text(row).partition("/")
                found[f"{written}/{symbol}"] = [("letter", place, "written"), f"/{symbol}"]
        for row in self.raw[RegisterEntry]:  # at most one
            kind = self.world.books[int(row["book_id"])]
            self.template.entry = self.template.agency, kind, _local(row["at"])
            mark = self.dossier["result_number"].partition(", ")[2]
            new_mark: list[Piece] = [("entry", "volume"), f"-{mark.partition('-')[2]}"]
            found[self.dossier["result_number"]] = [("entry", "written"), ", ", *new_mark]
            found[mark] = new_mark
            number = int(row["number"])
            found[f"{kind}-{self.template.entry[2].year}-{number:05d}"] = [("entry", "file")]
        return found

    def _tell_person(self, found: dict[str, list[Piece]]) -> None:
        """The applicant: the name with a number behind it, a phone of their own."""
        person = self.world.applicants[self.template.applicant]
        name = person["full_name"]
        if name not in self.world.officials:
            for text in (name, fold(name)):
                found[text] = [f"{text} ", ("own", "applicant")]
        if person["phone"]:
            found[person["phone"]] = [("own", "phone")]
        self.template.id_number_length = len(self.world.numbers[self.template.applicant])

    def _payment(self, row: Row) -> Payments:
        report = None
        if row["cash_report_id"]:
            closed = self.world.reports[int(row["cash_report_id"])]
            cash = int(row["amount"]) if row["method"] == "cash" else 0
            report = int(row["taken_by_id"]), closed.astimezone(TZ).date(), cash
        desk = self.world.by_identifier[row["receipt_number"].partition("/")[0]]
        return Payments(desk, _local(row["paid_at"]), report)

    # Rows -----------------------------------------------------------------------------------------

    def _compile(self) -> None:
        lines = [
            (model, [self._line(model, row, place) for place, row in enumerate(self.raw[model])])
            for model in COPIED
            if self.raw[model]
        ]
        contents = [self._content(row, place) for place, row in enumerate(self.raw[DossierEvent])]
        moments = [self._chained_at(row) for row in self.raw[DossierEvent]]
        payloads = [self._payload(row) for row in self.raw[Letter]]
        person = self._person()
        everything = [*(p for _m, rows in lines for p in rows), *contents, *moments, *payloads, person]
        place_of = self._places({p for pieces in everything for p in pieces if not isinstance(p, str)})
        template = self.template
        template.rows = [
            (model, Form([piece for line in rows for piece in line], place_of)) for model, rows in lines
        ]
        template.events = [
            Event(place_of["id", DossierEvent, n], Form(content, place_of), Form(moment, place_of))
            for n, (content, moment) in enumerate(zip(contents, moments, strict=True))
        ]
        template.payloads = [Form(pieces, place_of) for pieces in payloads]
        template.applicant_row = Form(person, place_of)

    def _places(self, keys: set[Key]) -> dict[Key, int]:
        """The place of every key among the values, see `Template`."""
        template = self.template
        template.days = sorted(key for key in keys if key[0] in ("iso", "dmy"))
        template.places = sorted((key for key in keys if key[0] in PLACED), key=str)
        template.counts = [(model, len(self.raw[model])) for model in COPIED if self.raw[model]]
        order: list[Key] = [*template.days, *template.places]
        order += [("id", model, place) for model, count in template.counts for place in range(count)]
        order += [("own", name) for name in OWN]
        for place in range(len(template.payments)):
            order += [("receipt", place), ("report", place)]
        for place in range(len(template.letters)):
            order += [("letter", place, name) for name in ("year", "number", "written")]
        if template.entry:
            order += [("entry", name) for name in ("book", "number", "volume", "written", "file")]
        order += [("payload", place) for place in range(len(template.letters))]
        order += [("seal", place) for place in range(len(self.raw[DossierEvent]))]
        order += [("id_number",), ("id_hash",)]
        return {key: place for place, key in enumerate(order)}

    def _line(self, model: type[Model], row: Row, place: int) -> list[Piece]:
        pieces: list[Piece] = []
        for one in model._meta.concrete_fields:
            pieces += ["\t", *self._cell(model, one, row, place)]
        return [*pieces[1:], "\n"]

    def _cell(self, model: type[Model], one, row: Row, place: int) -> list[Piece]:
        text = row[one.column]
        if one.primary_key:
            return [("id", model, place)]
        if (model, one.column) in DRAWN:
            return DRAWN[model, one.column](place) if text is not None else [NOTHING]
        if text is None or one.is_relation and one.related_model is ReceptionGroup:
            return [NOTHING]
        if model is DossierEvent and one.column == "data":
            return in_copy(self._data(row))
        if one.is_relation:
            return [self._related(one.related_model, text)]
        pieces = self.tokens.pieces(text)
        if model in SPANNED:
            self._reach(pieces)
        return in_copy(pieces)

    def _related(self, to: type[Model], text: str) -> Piece:
        if to in self.place_in:
            return ("id", to, self.place_in[to][text])
        if to is Applicant:
            return ("own", "applicant")
        if to is Agency and int(text) in self.world.wards:
            return ("agency", int(text))
        if to is Staff and int(text) in self.world.people:
            return ("staff", int(text))
        return text

    def _reach(self, pieces: list[Piece]) -> None:
        days = [piece[1] for piece in pieces if not isinstance(piece, str) and piece[0] in ("iso", "dmy")]
        first, last = self.template.span
        self.template.span = min([first, *days]), max([last, *days])

    # Events, letters, people ----------------------------------------------------------------------

    def _data(self, row: Row) -> list[Piece]:
        """JSON text of the data; numbers of other rows become those of the copy's."""
        data = json.loads(row["data"])
        special: dict[str, Key] = {}
        if "consultation" in data:
            consultation = self.place_in[Consultation][str(data["consultation"])]
            special["consultation"] = ("id", Consultation, consultation)
        if row["kind"] == "registered":
            special["number"] = ("entry", "number")
        pieces: list[Piece] = ["{"]
        for name in sorted(data):
            pieces.append(f"{'' if len(pieces) == 1 else ','}{_json(name)}:")
            pieces += [special[name]] if name in special else self.tokens.pieces(_json(data[name]))
        pieces.append("}")
        self._reach(pieces)
        return pieces

    def _content(self, row: Row, place: int) -> list[Piece]:
        """As `DossierEvent.content` has it."""
        at = _moment(row["at"]).isoformat(timespec="microseconds")
        actor = self._related(Staff, row["actor_id"]) if row["actor_id"] else "null"
        pieces: list[Piece] = ["[", ("id", Dossier, 0), f",{_json(row['kind'])},"]
        pieces += [*self.tokens.pieces(_json(at)), ",", actor]
        for name in ("actor_label", "from_state", "to_state"):
            pieces += [",", *self.tokens.pieces(_json(row[name]))]
        return in_ascii([*pieces, ",", *self._data(row), "]"])

    def _chained_at(self, row: Row) -> list[Piece]:
        return self.tokens.pieces(_moment(row["at"]).isoformat())

    def _payload(self, row: Row) -> list[Piece]:
        return self.tokens.pieces(decrypt(row["payload"], PAYLOAD))

    def _person(self) -> list[Piece]:
        row = self.world.applicants[self.template.applicant]
        special = {"id": ("own", "applicant"), "id_number": ("id_number",), "id_hash": ("id_hash",)}
        pieces: list[Piece] = []
        for one in Applicant._meta.concrete_fields:
            text = row[one.column]
            if one.column in special:
                pieces += ["\t", special[one.column]]
            else:
                pieces += ["\t", *in_copy(self.tokens.pieces(text))]
        return [*pieces[1:], "\n"]


PLACED = ("agency", "staff", "mark", "identifier")
# Their days are promises and acts: the calendar must be the same on all of them.
SPANNED = frozenset({Dossier, *PARTS} - {StoredPaper})
DRAWN = {
    (Dossier, "book_year"): lambda place: [("own", "book_year")],
    (Dossier, "book_number"): lambda place: [("own", "book_number")],
    (Dossier, "corrects_id"): lambda place: [NOTHING],
    (DossierEvent, "seal"): lambda place: [("seal", place)],
    (Payment, "cash_report_id"): lambda place: [("report", place)],
    (Letter, "year"): lambda place: [("letter", place, "year")],
    (Letter, "number"): lambda place: [("letter", place, "number")],
    (Letter, "payload"): lambda place: [("payload", place)],
    (RegisterEntry, "book_id"): lambda place: [("entry", "book")],
    (RegisterEntry, "number"): lambda place: [("entry", "number")],
}


def _letter_text(row: Row) -> str:
    return Letter(kind=row["kind"], number=int(row["number"])).number_text


def _json(value) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _local(text: str) -> date:
    return _moment(text).astimezone(TZ).date()
