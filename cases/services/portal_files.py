"""Files of filings that were made at the portal are fetched into their dossiers: each once, and until it is there.

The filing itself has arrived before; what cannot be got is named on the dossier's page and on that of the portal.
Files are checked like every upload: size, kind, viruses, and the hash where the portal tells it.
"""

import logging
import re
import time
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.connections.portal import Portal
from cases.connections.systems import System
from cases.enums import FINAL_STATES, DocumentSource
from cases.errors import BadFile, CaseError, NotPermitted
from cases.models import Document, Dossier, PortalFile
from cases.portal.content import component_code
from cases.portal.states import FileState, back_off
from cases.services.connections import calling
from cases.services.digitizing import add_document
from cases.services.documents import hash_of, tidy_file_name
from cases.services.online_uploads import Arrived
from cases.services.portal_variants import access
from cases.services.stored_files import files_or_nothing
from onestop import access as rights
from onestop.outside import AWAY, OutsideError
from procedures.models import Staff

logger = logging.getLogger(__name__)

# Longer than one file may take: two attempts of at most `FETCH_SECONDS`, and a new session between them.
LEASE = timedelta(minutes=5)
RUN_SECONDS = 50
SIGN_IN_SECONDS = RUN_SECONDS + 40  # from the begin of a run: by then whoever signs in has an answer, or none
RESTS_AFTER = 3  # bad calls one after another: then the portal is left alone for the rest of the run
MOST_FILES = 100  # of one filing; what is more waits for a person
BAD_ATTEMPTS = 5  # a file that is none may be put right there, or the scanner come back
SHA256 = re.compile(r"[0-9a-f]{64}")


def expect(dossier: Dossier, papers: object) -> int:
    """Note which files lie at the portal, in the transaction that takes the filing over; returns how many.

    An entry without an address has no file. Files of a paper that is none of ours go to no component.
    """
    procedure, now = dossier.version.procedure, timezone.now()
    items = {
        component_code(procedure, item.component): item
        for item in dossier.components.select_related("component")
    }
    rows = []
    for number, paper in enumerate(papers if isinstance(papers, list) else [], start=1):
        address = _said(paper, "DuongDanTaiTepTin", 1000)
        if not address:
            continue
        rows.append(
            PortalFile(
                dossier=dossier,
                component=items.get(_said(paper, "MaThanhPhanHoSo", 100)),
                number_there=_said(paper, "TepDinhKemId", 200) or f"#{number}",
                name=tidy_file_name(_said(paper, "TenTepDinhKem", 255)),
                address=address,
                digest=_hash_said(paper),
                next_attempt_at=now,
            )
        )
    for row in rows[MOST_FILES:]:
        row.state = FileState.REFUSED
        row.reason = _("The filing has more files than are fetched by themselves (%(most)d).") % {
            "most": MOST_FILES
        }
    PortalFile.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _hash_said(paper: object) -> str:
    """SHA-256 in hexadecimal digits; anything else is no hash that could be compared."""
    said = _said(paper, "MaBam", 200).lower()
    return said if SHA256.fullmatch(said) else ""


def _said(paper: object, name: str, longest: int) -> str:
    value = paper.get(name) if isinstance(paper, dict) else None
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    return str(value).replace("\0", "").encode(errors="ignore").decode().strip()[:longest]


def fetch_due() -> Counter[str]:
    """Fetch what is due, oldest first; safe in parallel and after a kill. Not in a transaction.

    A portal that does not answer several times in a row is left alone for the rest of the run.
    """
    counts: Counter[str] = Counter()
    if not settings.PORTAL_URL:
        return counts
    stop_at, bad_calls = time.monotonic() + RUN_SECONDS, 0
    with Portal(access(whole_seconds=SIGN_IN_SECONDS)) as portal:
        while bad_calls < RESTS_AFTER and time.monotonic() < stop_at and (row := _claim()):
            try:
                with calling(System.PORTAL):
                    content = portal.fetch(row.address, longest=settings.UPLOAD_MAX_BYTES)
            except OutsideError as error:
                _put_off(row, str(error))
                counts["failed"] += 1
                bad_calls = bad_calls + 1 if isinstance(error, AWAY) else 0
            else:
                bad_calls = 0
                counts[_attached(row, content)] += 1
    return counts


def _claim() -> PortalFile | None:
    """What is due next; files of what has ended nobody needs any more."""
    now = timezone.now()
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    due = lacking().filter(free, state=FileState.WAITING, next_attempt_at__lte=now)
    with transaction.atomic(durable=True):
        rows = due.select_for_update(skip_locked=True, of=["self"])
        row = rows.order_by("next_attempt_at", "pk").first()
        if row is not None:
            row.attempts += 1
            row.claimed_until = now + LEASE
            row.save(update_fields=["attempts", "claimed_until"])
        return row


def _attached(row: PortalFile, content: bytes) -> str:
    """Into the dossier, unless that has ended, or the file is none; returns what became of it."""
    try:
        if row.digest and hash_of(content) != row.digest:
            raise BadFile(_("“%(name)s” did not arrive as it was sent.") % {"name": row.name})
        return _attach(row, content)
    except BadFile as error:
        if row.attempts < BAD_ATTEMPTS:
            _put_off(row, error.sentence)
            return "failed"
        _note(row, state=FileState.REFUSED, reason=_kept(error.sentence))
    except CaseError as error:
        _note(row, state=FileState.REFUSED, reason=_kept(error.sentence))
    return "refused"


@files_or_nothing()
@transaction.atomic
def _attach(row: PortalFile, content: bytes) -> str:
    if _mine(row).select_for_update().first() is None:
        return "gone"  # our lease had ended, and somebody else has brought it, or is about to
    same = Document.objects.filter(dossier=row.dossier_id, sha256=hash_of(content)).first()
    document = same or add_document(
        row.dossier,
        Arrived(row.name, content),
        by=None,
        component=row.component,
        source=DocumentSource.UPLOAD,
    )
    _note(row, state=FileState.THERE, document=document, reason="")
    return "fetched"


def _put_off(row: PortalFile, why: str) -> None:
    _note(row, next_attempt_at=timezone.now() + back_off(row.attempts), reason=_kept(why))


def _note(row: PortalFile, **facts: object) -> None:
    _mine(row).update(**facts, claimed_until=None)


def _mine(row: PortalFile):
    return PortalFile.objects.filter(pk=row.pk, state=FileState.WAITING, claimed_until=row.claimed_until)


def _kept(why: str) -> str:
    return why[: PortalFile._meta.get_field("reason").max_length] or "?"


def missing(dossier: Dossier) -> QuerySet[PortalFile]:
    """Files of the filing that are not here."""
    return dossier.portal_files.exclude(state=FileState.THERE)


def lacking() -> QuerySet[PortalFile]:
    """What is not here of all filings; where the dossier has ended, nobody needs it any more."""
    return PortalFile.objects.exclude(state=FileState.THERE).exclude(dossier__state__in=FINAL_STATES)


@transaction.atomic
def fetch_again(by: Staff) -> int:
    """What was refused, or waits for later, is fetched within a minute; returns how many. Raises `NotPermitted`."""
    if not rights.keeps_connections(by):
        raise NotPermitted(_("Connections are kept by the administrators of the system."))
    return PortalFile.objects.filter(pk__in=lacking().values("pk")).update(
        state=FileState.WAITING, attempts=0, next_attempt_at=timezone.now()
    )
