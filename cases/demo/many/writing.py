"""Copies as rows of COPY: each with numbers, keys, seals and places in the chain of its own."""

import hashlib
import hmac
from collections import defaultdict
from datetime import date, timedelta
from random import Random
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Model

from cases.audit_enums import AuditBasis
from cases.demo.many.numbers import Numbers
from cases.demo.many.offices import Place
from cases.demo.many.plan import Copy
from cases.demo.many.templates import COPIED, PAYLOAD, Template
from cases.models import Applicant, AuditEntry, AuditHead
from onestop.encryption import encrypt, keyed_hash
from procedures.models import Agency

COPIES_OF_A_PERSON = 4  # so that nobody has thousands of dossiers
ID_NUMBER = f"{Applicant._meta.db_table}.id_number"
# Of nobody: no person was born in a century of this digit, no organisation has such a tax number.
CITIZEN, ORGANISATION, TAX_DIGITS = "0499", "99", 10
MOST_KEPT = 20_000
CHAIN = ("id", "agency_id", "number", "event", "at", "basis", "digest", "previous", "hash")


class Writer:
    """Rows by model since they were last taken, as text for COPY."""

    def __init__(self, places: list[Place], numbers: Numbers, rng: Random):
        self.places, self.numbers, self.rng = places, numbers, rng
        self.identifiers = numbers.identifiers
        self.next_key = {model: _highest(model) + 1 for model in (*COPIED, Applicant, AuditEntry)}
        heads = AuditHead.objects.values_list("agency", "number", "hash")
        self.heads: dict[int, tuple[int, str]] = {pk: (number, last) for pk, number, last in heads}
        self.rows: dict[type[Model], list[str]] = defaultdict(list)
        self._sealed = hmac.new(settings.AUDIT_KEY.encode(), digestmod=hashlib.sha256)
        self._people: dict[tuple[Template, int], tuple[int, int]] = {}
        self._days: dict[tuple[Template, int], list[str]] = {}
        self._there: dict[tuple[Template, int], list] = {}

    def take(self) -> dict[type[Model], str]:
        rows, self.rows = self.rows, defaultdict(list)
        return {model: "".join(found) for model, found in rows.items()}

    def add(self, copy: Copy) -> None:
        template, place = copy.template, self.places[copy.place]
        applicant, is_new = self._applicant(copy)
        values = [*self._moments(copy), *self._at(copy), *self._keys(template)]
        values += self._own(template, place, copy.weeks, applicant)
        values += [encrypt(payload(values), PAYLOAD) for payload in template.payloads]
        values += self._events(template, place, values)
        for model, form in template.rows:
            self.rows[model].append(form(values))
        if is_new:
            values += self._id_number(template, applicant)
            self.rows[Applicant].append(template.applicant_row(values))

    # Values ---------------------------------------------------------------------------------------

    def _moments(self, copy: Copy) -> list[str]:
        key = copy.template, copy.weeks
        found = self._days.get(key)
        if found is None:
            if len(self._days) > MOST_KEPT:
                self._days.clear()
            back = timedelta(weeks=copy.weeks)
            found = self._days[key] = [_written(form, day - back) for form, day in copy.template.days]
        return found

    def _at(self, copy: Copy) -> list:
        key = copy.template, copy.place
        found = self._there.get(key)
        if found is None:
            place = self.places[copy.place]
            found = self._there[key] = [self._there_is(place, *one) for one in copy.template.places]
        return found

    def _there_is(self, place: Place, what: str, pk: int | None = None):
        match what:
            case "mark":
                return place.mark
            case "staff":
                return place.staff.get(pk, pk)
            case "agency":
                return place.agencies.get(pk, pk)
        return self.identifiers[place.agencies.get(pk, pk)]

    def _keys(self, template: Template) -> list[int]:
        found: list[int] = []
        for model, count in template.counts:
            first = self.next_key[model]
            self.next_key[model] = first + count
            found += range(first, first + count)
        return found

    def _own(self, template: Template, place: Place, weeks: int, applicant: int) -> list:
        """As `Template` has them in order: OWN, receipts with reports, letters, entry."""
        numbers, agencies, back = self.numbers, place.agencies, timedelta(weeks=weeks)

        def here(agency: int) -> int:
            return agencies.get(agency, agency)

        uuid = UUID(int=self.rng.getrandbits(128), version=4)
        own: list = [applicant, f"09{applicant % 10**8:08d}", uuid]
        if template.has_code:
            own += numbers.code(here(template.desk), template.reception_day - back)
        else:
            own += ["\\N", "\\N", "\\N"]
        for payment in template.payments:
            desk, report = here(payment.desk), "\\N"
            if payment.report:
                clerk, day, cash = payment.report
                report = numbers.report(place.staff.get(clerk, clerk), desk, day - back, cash)
            own += [numbers.receipt(desk, payment.day - back), report]
        for agency, kind, issued in template.letters:
            own += numbers.letter(here(agency), kind, issued - back) if issued else ["\\N", "\\N", ""]
        if template.entry:
            agency, kind, day = template.entry
            own += numbers.entry(here(agency), kind, day - back)
        return own

    # People ---------------------------------------------------------------------------------------

    def _applicant(self, copy: Copy) -> tuple[int, bool]:
        """Somebody who was here before, or somebody new."""
        key = copy.template, copy.place
        known, times = self._people.get(key, (0, COPIES_OF_A_PERSON))
        is_new = times >= COPIES_OF_A_PERSON
        if is_new:
            known, times = self.next_key[Applicant], 0
            self.next_key[Applicant] += 1
        self._people[key] = known, times + 1
        return known, is_new

    def _id_number(self, template: Template, applicant: int) -> list[str]:
        if not template.id_number_length:
            return ["", ""]
        first = ORGANISATION if template.id_number_length == TAX_DIGITS else CITIZEN
        number = f"{first}{applicant:08d}"
        return [encrypt(number, ID_NUMBER), keyed_hash(number)]

    # History --------------------------------------------------------------------------------------

    def _events(self, template: Template, place: Place, values: list) -> list[str]:
        """The seals; and the entries of the chain, as `cases.services.audit` would have chained them."""
        desk = place.agencies.get(template.desk, template.desk)
        number, last = self.heads.get(desk, (0, ""))
        seals, rows, entry = [], self.rows[AuditEntry], self.next_key[AuditEntry]
        for event in template.events:
            content, at, key = event.content(values), event.at(values), values[event.place]
            nonce = f"{self.rng.getrandbits(64):016x}"
            sealed = nonce + self._seal(f'["event","{nonce}",{content}]')
            digest = self._seal(f'["row",{content},"{sealed}"]')
            number += 1
            following = self._seal(
                f'[{desk},{number},{key},"{at}","{AuditBasis.SEALED}","{digest}","{last}"]'
            )
            rows.append(
                f"{entry}\t{desk}\t{number}\t{key}\t{at}\t{AuditBasis.SEALED}\t{digest}\t{last}\t{following}\n"
            )
            seals.append(sealed)
            last = following
            entry += 1
        self.heads[desk] = number, last
        self.next_key[AuditEntry] = entry
        return seals

    def _seal(self, canonical: str) -> str:
        """As `onestop.encryption.seal`, of text that is canonical already."""
        made = self._sealed.copy()
        made.update(canonical.encode())
        return made.hexdigest()


def columns(model: type[Model]) -> tuple[str, ...]:
    """In the order in which rows are written."""
    if model is AuditEntry:
        return CHAIN
    return tuple(field.column for field in model._meta.concrete_fields)


def identifiers() -> dict[int, str]:
    return dict(Agency.objects.values_list("pk", "identifier"))


def _written(form: str, day: date) -> str:
    return day.isoformat() if form == "iso" else f"{day:%d/%m/%Y}"


def _highest(model: type[Model]) -> int:
    return model.objects.aggregate(highest=Max("pk"))["highest"] or 0
