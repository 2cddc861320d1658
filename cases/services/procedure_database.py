"""The National Database on Administrative Procedures: publication decisions come in as proposals, ours go out.

What comes in changes nothing before a person accepts it (`procedures.services.proposals`).
"""

import json
import logging
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.connections.procedures.client import Account, decisions_since, door_of, sign_of_life
from cases.connections.procedures.wire import CONTENT, Language, Page, message, read_page
from cases.connections.systems import System, Waiting
from cases.enums import FINAL_STATES
from cases.errors import Invalid, NotPermitted
from cases.models import Dossier
from cases.services.connections import Connection, calling, note_failure
from onestop import access
from onestop.outside import Door, NotLetIn, OutsideError, Refused
from procedures import proposed
from procedures.decisions import Told
from procedures.differences import KEPT
from procedures.enums import DecisionKind, ProposalState, VersionStatus
from procedures.models import ProcedureVersion, Proposal, Staff
from procedures.records import PARTS_OF_RECORD, content_of, record_of
from procedures.services import proposals

logger = logging.getLogger(__name__)

BY_HAND_SECONDS = 20  # somebody looks at the page that does not come
NIGHT_SECONDS = 900


def account(seconds: float = 60) -> Account:
    return Account(
        settings.PROCEDURES_URL,
        settings.PROCEDURES_KEY,
        settings.PROCEDURES_UNIT,
        seconds,
        language(),
        settings.PROCEDURES_PATHS,
    )


def language() -> Language:
    return Language(settings.PROCEDURES_NAMES, settings.PROCEDURES_WORDS)


def is_connected() -> bool:
    return bool(settings.PROCEDURES_URL)


# --- In -------------------------------------------------------------------------------------------------


def fetch(*, seconds: float = NIGHT_SECONDS, from_start: bool = False) -> Counter[str]:
    """Ask for the decisions since the last one, and keep them as proposals. Not in a transaction.

    Each page is kept with its mark before the next one is asked for: whatever breaks off goes on from there, and
    what comes again is known. `from_start` asks for all of them anew, after what was read wrongly is read rightly.
    Returns how many procedures are `waiting`, `broken` or `known`. Raises `OutsideError`.
    """
    counts: Counter[str] = Counter()
    mark = "" if from_start else proposals.cursor()
    stop_at = time.monotonic() + seconds / 2  # the other half is for the page that is asked for then
    asked = account(seconds)
    with door_of(asked) as door:
        while True:
            page = _page(door, asked, mark)
            mark = page.cursor or mark
            counts += proposals.take(page.told, cursor=mark)
            if not page.has_more or time.monotonic() > stop_at:
                return counts


def _page(door: Door, asked: Account, mark: str) -> Page:
    """A refusal is a failure here: there is one question, and as long as it is refused no publication comes in."""
    try:
        with calling(System.PROCEDURES):
            return decisions_since(door, asked, mark)
    except NotLetIn:  # noted as a failure where we called
        raise
    except Refused as error:
        note_failure(System.PROCEDURES, str(error))
        raise


def fetch_by_hand(*, by: Staff, from_start: bool = False) -> Counter[str]:
    """As much as comes in twenty seconds; the night brings the rest. Raises `NotPermitted`, `OutsideError`."""
    if not access.keeps_catalogue(by):
        raise NotPermitted(
            _("The catalogue is kept by the administrators of the system and of the province.")
        )
    return fetch(seconds=BY_HAND_SECONDS, from_start=from_start)


def fetch_nightly() -> Counter[str]:
    """Nothing where no database is connected; an outage is noted at the connection and heals the next night."""
    if not settings.PROCEDURES_URL:
        return Counter()
    try:
        return fetch()
    except OutsideError as error:
        logger.warning("the procedure database: %s", error)
        return Counter()


def take_message(content: bytes) -> Counter[str]:
    """Keep the decisions of a file in the same form. Raises `Invalid` when it is none."""
    return proposals.take(_told_by(content), is_of_database=False)


def _told_by(content: bytes) -> list[Told]:
    try:
        data = json.loads(content.decode("utf-8-sig"))
        if not isinstance(data, dict):
            raise Invalid(_("The file must consist of names with values."))
        return read_page(data, language()).told
    except (ValueError, RecursionError) as error:
        raise Invalid(_("The file is not JSON in UTF-8.")) from error
    except OutsideError as error:
        raise Invalid(_("The file lacks the list of decisions.")) from error


def running_on(version: ProcedureVersion) -> int:
    """Dossiers that are not at their end and keep this version, whatever is published meanwhile (R2)."""
    return Dossier.objects.filter(version=version).exclude(state__in=FINAL_STATES).count()


# --- Out ------------------------------------------------------------------------------------------------


def export_catalogue(codes: list[str] | None = None) -> str:
    """Our procedures as JSON, in the form in which the database tells its own: what is in force or comes into force.

    A version that we know no decision of has an empty number. Drafts and what has ended are not in it.
    """
    told = list(_ours(codes))
    return json.dumps(message(told, language()), ensure_ascii=False, indent=1)


def _ours(codes: list[str] | None) -> Iterator[Told]:
    """Each version; with those of its procedure in their order, and its end when that is decided."""
    today = timezone.localdate()
    versions = (
        ProcedureVersion.objects.filter(
            Q(in_force_to__isnull=True) | Q(in_force_to__gte=today), status=VersionStatus.PUBLISHED
        )
        .select_related("procedure__replaced_by")
        .prefetch_related(*PARTS_OF_RECORD)
        .order_by("in_force_from", "procedure__code")
    )
    seen: set[str] = set()
    last: dict[str, ProcedureVersion] = {}
    for version in versions.filter(procedure__code__in=codes) if codes else versions:
        code = version.procedure.code
        yield _told(version, DecisionKind.AMENDED if code in seen else DecisionKind.NEW)
        seen.add(code)
        last[code] = version
    for version in last.values():
        if version.in_force_to is not None:
            yield _told_end(version)


def _told(version: ProcedureVersion, kind: DecisionKind) -> Told:
    return Told(
        number=version.publication_decision,
        signed_on=version.decision_signed_on,
        effective_on=version.in_force_from,
        loaded_on=version.loaded_on,
        kind=kind,
        code=version.procedure.code,
        content=_whole(version),
    )


def _whole(version: ProcedureVersion) -> dict[str, Any]:
    """Everything that it says, and what it says nothing about as none: who reads it may have something there."""
    record = record_of(version)
    content = dict.fromkeys(CONTENT) | content_of(record) | _effective(version)
    for form, kept in zip(record.get("forms", []), version.forms.all(), strict=True):
        if not kept.source_url:  # its file is kept here, and found at our own address
            address = reverse("public:procedure_form", args=[version.procedure.code, kept.pk])
            form["source_url"] = settings.PUBLIC_URL + address
    for part, names in KEPT.items():
        content[part] = [dict.fromkeys(names) | row for row in record.get(part, [])]
    return content


def _told_end(version: ProcedureVersion) -> Told:
    successor = version.procedure.replaced_by
    return Told(
        effective_on=version.in_force_to + timedelta(days=1),
        kind=DecisionKind.ABOLISHED,
        code=version.procedure.code,
        replaced_by=successor.code if successor else "",
    )


def _effective(version: ProcedureVersion) -> dict[str, str]:
    day = version.text_effective_on
    return {"text_effective_on": day.isoformat()} if day else {}


# --- Many at once, and the connection ---------------------------------------------------------------------


def accept_message(content: bytes, *, by: Staff) -> tuple[Counter[str], list[str]]:
    """Accept what waits of the decisions of this file, in its order, each by itself, and nothing else that waits.

    Returns how many, and a sentence for each that stays. For an installation that takes over a catalogue whole.
    Raises `Invalid`, `NotPermitted`.
    """
    if not access.keeps_catalogue(by):
        raise NotPermitted(
            _("The catalogue is kept by the administrators of the system and of the province.")
        )
    counts: Counter[str] = Counter()
    stay = []
    hashes = {one.hash for one in _told_by(content)}
    for proposal in Proposal.objects.filter(state=ProposalState.WAITING, payload_hash__in=hashes):
        try:
            proposals.accept(proposal, by=by)
        except proposals.CannotAccept as error:
            counts["stays"] += 1
            stay.append(f"{proposal.code}: {error}")
        else:
            counts["accepted"] += 1
    return counts, stay


def waiting() -> Waiting:
    found = proposed.waiting().aggregate(
        waits=Count("pk", filter=Q(state=ProposalState.WAITING)),
        broken=Count("pk", filter=Q(state=ProposalState.BROKEN)),
        oldest=Min("fetched_at"),
    )
    return Waiting(found["waits"], found["broken"], found["oldest"])


def connection() -> Connection:
    return Connection(
        System.PROCEDURES,
        address=lambda: settings.PROCEDURES_URL,
        probe=lambda: sign_of_life(account(BY_HAND_SECONDS)),
        waiting=waiting,
        page="admin:procedure_database",
    )
