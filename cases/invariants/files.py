"""Files on disk: there, whole, and the ones that were stored. Slow: every byte is read.

The snapshot is of the database alone: a document that somebody removes meanwhile is named too. Ask again then.
"""

import hashlib
from collections.abc import Iterator

from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from cases.invariants.base import Invariant, Outcome, Scope, Tally
from cases.models import Document, ExchangedFile, FeedbackFile
from notifications.models import Letter

BATCH = 1000
OPTION = "files"


def _sampled(rows: QuerySet, scope: Scope) -> Iterator:
    if scope.sample is not None:
        rows = rows.order_by("?")[: scope.sample]
    return rows.iterator(chunk_size=BATCH)


def _sha256(file: FieldFile) -> str | None:
    """None when there is no such file, or it cannot be read."""
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return None


def _documents(scope: Scope) -> Outcome:
    tally = Tally()
    rows = Document.objects.filter(added_at__gte=scope.begins).select_related("dossier").order_by("pk")
    needless = ("text", "dossier__submitter_id_number", "dossier__collector_id_number")
    for document in _sampled(rows.defer(*needless), scope):
        same = _sha256(document.file) == document.sha256
        copy_is_there = not document.searchable or _sha256(document.searchable) is not None
        tally.look(same and copy_is_there, f"{document.dossier}: {document.file.name}")
    return tally.outcome


def _letters(scope: Scope) -> Outcome:
    tally = Tally()
    for letter in _sampled(
        Letter.objects.issued().filter(issued_at__gte=scope.begins).defer("payload").order_by("pk"), scope
    ):
        tally.look(_sha256(letter.pdf) == letter.pdf_sha256, f"{letter.number_text} {letter.reference}")
    return tally.outcome


def _feedback(scope: Scope) -> Outcome:
    tally = Tally()
    rows = FeedbackFile.objects.filter(added_at__gte=scope.begins).select_related("feedback").order_by("pk")
    for row in _sampled(rows, scope):
        tally.look(_sha256(row.file) == row.sha256, f"{row.feedback}: {row.file.name}")
    return tally.outcome


def _exchanged(scope: Scope) -> Outcome:
    tally = Tally()
    rows = ExchangedFile.objects.filter(added_at__gte=scope.begins).order_by("pk")
    # The rest of a request is encrypted, and not what is asked here.
    rows = rows.select_related("request").only("file", "sha256", "request__code", "request__partner")
    for row in _sampled(rows, scope):
        tally.look(
            _sha256(row.file) == row.sha256, f"{row.request.code} ({row.request.partner}): {row.file.name}"
        )
    return tally.outcome


INVARIANTS = (
    Invariant(
        "documents-on-disk",
        _("Every document lies in the store and is, bit by bit, what was received."),
        _documents,
        OPTION,
    ),
    Invariant(
        "letters-on-disk",
        _("Every issued letter lies in the store as it was issued."),
        _letters,
        OPTION,
    ),
    Invariant(
        "feedback-files-on-disk",
        _("Every file that came with feedback lies in the store as it was sent."),
        _feedback,
        OPTION,
    ),
    Invariant(
        "exchanged-files-on-disk",
        _("Every file exchanged with another installation lies in the store as it came or was sent."),
        _exchanged,
        OPTION,
    ),
)
