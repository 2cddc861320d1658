"""The chain of the audit as it is read: what in the history was changed, removed or put in.

How it is made, see `cases.services.audit`.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from cases.archive.reading import attached_years, detached_among, reading
from cases.audit_enums import AuditBasis
from cases.models import ArchivedYear, AuditEntry, AuditHead, DetachedEvent, DossierEvent
from cases.models.history import CONTENT, content_of
from onestop.encryption import seal
from procedures.models import Agency

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was written: in whose chain, at which number, and a sentence."""

    agency: str
    number: int | None
    sentence: str


class Entry(NamedTuple):
    """An `AuditEntry` as it is read: a chain has millions, and making objects would take most of the time."""

    agency_id: int
    number: int
    event: int
    at: datetime
    basis: str
    digest: str
    previous: str
    hash: str


def chained_hash(entry: AuditEntry | Entry) -> str:
    return seal(
        entry.agency_id,
        entry.number,
        entry.event,
        entry.at.astimezone(UTC).isoformat(),
        entry.basis,
        entry.digest,
        entry.previous,
    )


def chained_agencies(agency: Agency | None = None) -> QuerySet[Agency]:
    """The agencies that have a chain; or this one and those below it."""
    found = Agency.objects.filter(pk__in=AuditEntry.objects.values("agency")).order_by("identifier")
    return found if agency is None else found.filter(pk__in=units_below(agency))


def units_below(agency: Agency) -> list[int]:
    return list(Agency.objects.below(agency).values_list("pk", flat=True))


def heads(agencies: QuerySet[Agency]) -> dict[str, list]:
    """Number and hash of the last entry, by agency: to be kept where the database's keepers cannot write."""
    rows = AuditHead.objects.filter(agency__in=agencies).order_by("agency__identifier")
    return {head.agency.identifier: [head.number, head.hash] for head in rows.select_related("agency")}


def verify(agency: Agency, known: list | None = None, *, after: int = 0) -> Iterator[Finding]:
    """Everything in the chain of this agency that was changed, removed or put in.

    `known` is an earlier head: a chain that was cut off at its end, head and all, no longer reaches it.
    With `after` only what follows that number is looked at, and the entry itself is believed.
    """

    def found(number: int | None, sentence: str) -> Finding:
        return Finding(agency.identifier, number, sentence)

    entries = AuditEntry.objects.filter(agency=agency).order_by("number")
    believed = entries.filter(number=after).values_list("hash", flat=True).first()
    number, last = after, believed or ""
    rows = entries.values_list(*Entry._fields)
    while batch := [Entry(*row) for row in rows.filter(number__gt=number)[:BATCH]]:
        numbers = {entry.event for entry in batch}
        events = _events(numbers)
        elsewhere = detached_among(numbers - events.keys())
        for entry in batch:
            if entry.number != number + 1:
                gap = {"first": number + 1, "last": entry.number - 1}
                yield found(entry.number, _("entries %(first)s to %(last)s were removed.") % gap)
            elif entry.previous != last:
                yield found(entry.number, _("the entry does not follow the one before it."))
            if entry.hash != chained_hash(entry):
                yield found(entry.number, _("the entry was changed."))
            if entry.event not in elsewhere:
                yield from (found(entry.number, sentence) for sentence in _of_event(entry, events))
            number, last = entry.number, entry.hash
            if known and number == known[0] and last != known[1]:
                yield found(number, _("the chain is not the one that was kept outside."))
    head = AuditHead.objects.filter(agency=agency).first()
    if head is not None and (head.number, head.hash) != (number, last):
        yield found(None, _("the chain was cut off after number %(number)s.") % {"number": number})
    if known and number < known[0]:
        yield found(None, _("the chain once reached number %(number)s.") % {"number": known[0]})


def _events(numbers: set[int]) -> dict[int, tuple[list, str]]:
    """Content and seal of these events by number, wherever they are."""
    found = _events_here(numbers)
    if missing := numbers - found.keys():
        for year in attached_years():
            with reading(year):
                found |= _events_here(missing - found.keys())
    return found


def _events_here(numbers: set[int]) -> dict[int, tuple[list, str]]:
    rows = DossierEvent.objects.filter(pk__in=numbers).order_by().values_list("pk", "seal", *CONTENT)
    return {pk: (content_of(*content), given) for pk, given, *content in rows}


def _of_event(entry: Entry, events: dict[int, tuple[list, str]]) -> Iterator[str]:
    event = events.get(entry.event)
    if event is None:
        yield _("event %(event)s was removed.") % {"event": entry.event}
    elif entry.digest != seal("row", *event):
        yield _("event %(event)s was changed.") % {"event": entry.event}
    elif entry.basis == AuditBasis.BROKEN:
        yield _("event %(event)s was changed or put in before it was chained.") % {"event": entry.event}


def unchained(agency: Agency | None = None) -> Iterator[Finding]:
    """Events that went round the trigger which puts them into the chain, or whose entry was removed."""
    yield from _unchained_here(agency)
    for year in attached_years():
        with reading(year):
            found = list(_unchained_here(agency))
        yield from found


def broken_seals() -> Iterator[Finding]:
    """Detached years of which an event more or less is named than left with them."""
    for row in ArchivedYear.objects.filter(detached_at__isnull=False):
        if row.seal != seal_of_detached(row.year):
            sentence = _("the list of the events that were detached was changed.")
            yield Finding(str(row.year), None, sentence)


def seal_of_detached(year: int) -> str:
    """Of the events that are named as detached with this year, in their order."""
    digest = hashlib.sha256()
    rows = DetachedEvent.objects.filter(year=year).order_by("event").values_list("event", flat=True)
    for event in rows.iterator(chunk_size=10_000):
        digest.update(b"%d," % event)
    return seal("detached", year, digest.hexdigest())


def _unchained_here(agency: Agency | None) -> Iterator[Finding]:
    events = DossierEvent.objects.filter(~Exists(AuditEntry.objects.filter(event=OuterRef("pk"))))
    if agency is not None:
        events = events.filter(dossier__receiving_desk__in=units_below(agency))
    rows = events.order_by("pk").values_list("dossier__receiving_desk__identifier", "pk")
    for identifier, pk in rows.iterator():
        yield Finding(identifier, None, _("event %(event)s is in no chain: put in by hand.") % {"event": pk})
