"""Results go back into their owner's store and into the specialised databases, each once by its result code (R36)."""

import logging
import time
from collections import Counter
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.connections.stores.facts import HandIn, Result
from cases.connections.stores.kinds import civil_kind
from cases.connections.systems import System, Waiting
from cases.enums import DocumentSource
from cases.errors import NotPermitted, NotPossibleNow
from cases.models import Dossier, IssuedResult, ResultHandIn, StoredPaper
from cases.result_codes import result_code
from cases.services import outages
from cases.services.connections import Connection, calling
from cases.services.stores import ADAPTERS, address_of, is_connected, store_of, stores_for
from onestop import access
from onestop.encryption import CannotDecrypt
from onestop.outside import Garbled, NotLetIn, OutsideError, Refused, kept_reason
from procedures.models import Staff

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # longer than one delivery may take
RUN_SECONDS = 50
LONGEST_PAUSE = timedelta(hours=6)
MOST_GARBLED = 12  # attempts, in about a day


# Which page lists what a store refused.
PAGES = {
    System.PERSONAL_STORE: "admin:put_back",
    System.CIVIL_STATUS: "admin:put_back_civil",
    System.BUSINESS: "admin:put_back_business",
}


def put_into_outbox(dossier: Dossier) -> None:
    """Note the dossier's result for each store that is to have it, with the event of its return.

    Who has no ID or tax number has no store, and no register could say whose result it is. A result that was
    noted before is noted once.
    """
    systems = [system for system, _kind in stores_for(dossier.version)]
    if not systems or not dossier.applicant.id_hash:
        return
    now = timezone.now()
    papers = StoredPaper.objects.filter(
        document__dossier=dossier, document__source=DocumentSource.RESULT
    ).exclude(result_code="")
    ResultHandIn.objects.bulk_create(
        [
            ResultHandIn(
                system=system,
                paper=paper,
                result_code=paper.result_code,
                next_attempt_at=now,
                created_at=now,
            )
            for paper in papers
            for system in systems
        ],
        ignore_conflicts=True,
    )


def deliver_due(limit: int = 200) -> Counter[str]:
    """Hand in what is due, oldest first; safe in parallel and after a kill. Not in a transaction.

    A store that does not answer is left alone for the rest of the run. What may have arrived is sent again:
    the store knows a result by its code and takes it once. What is newer of the same owner waits for what is
    older, so that a correction never comes before what it corrects.
    """
    counts: Counter[str] = Counter()
    stop_at = time.monotonic() + RUN_SECONDS
    answering = {system for system in ADAPTERS if is_connected(system)}
    while answering and counts.total() < limit and time.monotonic() < stop_at:
        row = _claim(timezone.now(), answering)
        if row is None:
            break
        state = _delivered(row)
        counts[state] += 1
        if state == HandIn.WAITING:
            answering.discard(System(row.system))
    return counts


def _claim(now: datetime, systems: set[System]) -> ResultHandIn | None:
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    older = ResultHandIn.objects.filter(
        state=HandIn.WAITING,
        system=OuterRef("system"),
        paper__applicant=OuterRef("paper__applicant"),
        pk__lt=OuterRef("pk"),
    )
    due = ResultHandIn.objects.filter(
        free, ~Exists(older), state=HandIn.WAITING, next_attempt_at__lte=now, system__in=systems
    )
    with transaction.atomic(durable=True):
        row = due.select_for_update(skip_locked=True, of=("self",)).order_by("next_attempt_at", "pk").first()
        if row is not None:
            row.attempts += 1
            row.claimed_until = now + LEASE
            row.save(update_fields=["attempts", "claimed_until"])
        return row


def _delivered(row: ResultHandIn) -> str:
    """Ask the store, and note what became of it; returns the new state."""
    system = System(row.system)
    try:
        result = _result(row.paper, system)
    except (OSError, CannotDecrypt) as error:
        # Waits for a person, and keeps nobody else's result waiting.
        logger.error("result %s cannot be read: %s", row.result_code, error)
        row.state, row.reason = HandIn.REFUSED, _("The file or the owner of this result cannot be read here.")
        return _noted(row)
    try:
        with calling(system):
            receipt = store_of(system).put(result)
    except OutsideError as error:
        is_refused = isinstance(error, Refused) and not isinstance(error, NotLetIn)
        # What is answered with nonsense for a day waits for a person, and holds up nobody's later results.
        is_hopeless = isinstance(error, Garbled) and row.attempts >= MOST_GARBLED
        row.state = HandIn.REFUSED if is_refused or is_hopeless else HandIn.WAITING
        row.reason = kept_reason(error)
        row.next_attempt_at = timezone.now() + pause_after(row.attempts)
    else:
        row.state, row.receipt, row.reason = HandIn.DELIVERED, receipt, ""
        row.delivered_at = timezone.now()
        outages.end(system)
    return _noted(row)


def _noted(row: ResultHandIn) -> str:
    changed = {
        name: getattr(row, name) for name in ("state", "reason", "next_attempt_at", "receipt", "delivered_at")
    }
    # Our lease may have ended meanwhile: whoever has it now says what became of it.
    mine = ResultHandIn.objects.filter(pk=row.pk, claimed_until=row.claimed_until)
    mine.update(**changed, claimed_until=None)
    return row.state


def pause_after(attempts: int) -> timedelta:
    """One minute, two, four … six hours."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_PAUSE)


def _result(paper: StoredPaper, system: System) -> Result:
    document = paper.document
    dossier = document.dossier
    with document.file.open("rb") as file:
        content = file.read()
    kinds = dict(stores_for(dossier.version)) if dossier else {}
    corrected = dossier.corrects if dossier else None
    return Result(
        code=paper.result_code,
        owner=paper.applicant.id_number,
        name=paper.name,
        procedure=paper.result_of.code,
        number=paper.number,
        issued_on=paper.issued_on,
        signer=paper.signer,
        valid_until=paper.valid_until,
        file_name=document.name,
        mime_type=document.mime_type,
        sha256=document.sha256,
        content=content,
        kind=kinds.get(system, civil_kind(paper.name)),
        corrects=result_code(corrected) if corrected else "",
    )


def send_again(row: ResultHandIn, *, by: Staff) -> None:
    """A refused one once more, after somebody has seen why. Raises `NotPermitted`, `NotPossibleNow`."""
    if not access.keeps_connections(by):
        raise NotPermitted(_("Connections are kept by the administrators of the system."))
    refused = ResultHandIn.objects.filter(pk=row.pk, state=HandIn.REFUSED)
    if not refused.update(state=HandIn.WAITING, attempts=0, next_attempt_at=timezone.now()):
        raise NotPossibleNow(_("Only what was refused is sent again by hand."))


def refused_for(person: Staff, system: System = System.PERSONAL_STORE) -> QuerySet[ResultHandIn]:
    """What the store refused, oldest first: of the agencies that the person looks at, by who issued the result."""
    refused = ResultHandIn.objects.filter(system=system, state=HandIn.REFUSED).order_by("pk")
    agencies = access.agencies_of(person)
    if agencies.filter(parent=None).exists():
        return refused
    issued = IssuedResult.objects.filter(
        code=OuterRef("result_code"), agency__in=agencies, taken_back_at=None
    )
    return refused.filter(Exists(issued))


def waiting(system: System = System.PERSONAL_STORE) -> Waiting:
    found = ResultHandIn.objects.filter(system=system)
    waits = found.filter(state=HandIn.WAITING).aggregate(count=Count("pk"), oldest=Min("created_at"))
    return Waiting(waits["count"], found.filter(state=HandIn.REFUSED).count(), waits["oldest"])


def probe(system: System) -> None:
    """Ask for a sign of life. Raises `OutsideError`."""
    store_of(system).sign_of_life()


def connection(system: System) -> Connection:
    return Connection(
        system,
        address=partial(address_of, system),
        probe=partial(probe, system),
        waiting=partial(waiting, system),
        page=PAGES[system],
        ends_outage=partial(outages.end, system),
    )
