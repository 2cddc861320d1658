"""Signatures inside the files that come in: looked at by a worker, kept, and shown beside the file.

Nobody waits for it and nothing depends on it: what a signature is worth is for the officer to weigh.
"""

import fcntl
import logging
import time
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cases import queries
from cases.errors import FileMissing
from cases.models import Document, DocumentSignature, SignatureCheck
from cases.pictures import PDF
from cases.services.only_run import only_run
from cases.signature_enums import SignatureFault
from notifications import pdf_signatures, signing

logger = logging.getLogger(__name__)

# A run begins no further look after this; with the last one it ends before the worker's own limit.
SECONDS_PER_RUN = 500
MOST_ATTEMPTS = 2
_LOCK = 0x53494753


def expect_check(document: Document, content: bytes) -> None:
    """Whether the file seems to be signed is seen at once; what its signatures are worth, by a worker later.

    A file whose content was changed is looked at anew.
    """
    SignatureCheck.objects.filter(document=document).delete()
    DocumentSignature.objects.filter(document=document).delete()
    if document.mime_type == PDF and pdf_signatures.looks_signed(content):
        SignatureCheck.objects.create(document=document)


def expect_same_check(document: Document, *, as_of: Document) -> None:
    """The same file in another dossier, looked at in its turn."""
    if SignatureCheck.objects.filter(document=as_of).exists():
        SignatureCheck.objects.create(document=document)


def check_waiting() -> int:
    """Look at the signatures of the files that wait, oldest first, and what was tried before last; returns at how many.

    One run at a time over all workers.
    """
    done = 0
    with only_run(_LOCK) as alone:
        until = time.monotonic() + SECONDS_PER_RUN
        while alone and time.monotonic() < until:
            waiting = SignatureCheck.objects.filter(checked_at=None).select_related("document")
            check = waiting.order_by("attempts", "pk").first()
            if check is None:
                break
            look_at(check)
            done += 1
    return done


def look_now(content: bytes) -> pdf_signatures.Findings | None:
    """The signatures of a file that somebody holds and that is not kept; None while another one is looked into.

    One at a time on this machine, with less time and memory than a worker has: anybody may ask. Raises
    `SigningFailed` as `look_at` does.
    """
    if not pdf_signatures.looks_signed(content):
        return pdf_signatures.Findings()
    roots = signing.roots_file()
    with (settings.DATA_DIR / "signatures.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        return pdf_signatures.look_into(
            content, roots=roots, at=timezone.now(), limits=pdf_signatures.WHILE_SOMEBODY_WAITS
        )


def look_at(check: SignatureCheck) -> None:
    """Look at one file; the attempt is counted first, so that what takes a worker down is given up.

    Raises `SigningFailed` where those who are trusted are configured and cannot be read; the file goes on waiting.
    """
    roots = signing.roots_file()
    SignatureCheck.objects.filter(pk=check.pk).update(attempts=F("attempts") + 1)
    findings = _findings(check, roots)
    now, document = timezone.now(), check.document
    rows = [
        DocumentSignature(document=document, position=place, checked_at=now, **_facts(one))
        for place, one in enumerate(findings.signatures, start=1)
    ]
    with transaction.atomic():
        # Turned or taken out in the meantime: then this says nothing about what is there now.
        same = Document.objects.select_for_update().filter(pk=document.pk, sha256=document.sha256)
        if not same.exists():
            return
        DocumentSignature.objects.bulk_create(rows)
        SignatureCheck.objects.filter(pk=check.pk).update(checked_at=now, fault=findings.fault)


def _findings(check: SignatureCheck, roots: Path | None) -> pdf_signatures.Findings:
    if check.attempts >= MOST_ATTEMPTS:
        return pdf_signatures.Findings(fault=SignatureFault.TOO_MUCH)
    try:
        with queries.open_file(check.document) as file:
            content = file.read()
    except FileMissing:
        logger.warning("the file of document %s is not there", check.document_id)
        return pdf_signatures.Findings(fault=SignatureFault.LOST)
    return pdf_signatures.look_into(content, roots=roots, at=check.document.added_at)


def _facts(one: pdf_signatures.FoundSignature) -> dict:
    return {name: getattr(one, name) for name in one.__slots__}
