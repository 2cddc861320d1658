"""The folder into which the scanners of a desk put their files (`SCANNER_FOLDER`).

Below it lies one folder per desk, named by its identifier, and in it, where somebody has a scanner of
their own, one per user name. Whoever may write there can put anything there: nothing is followed that is
no plain file, and what is taken is named by a key of the listing, never by a path.
"""

import hashlib
import logging
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.enums import Verb
from cases.models import Document, Dossier, DossierComponent
from cases.services.digitizing import add_document
from cases.services.documents import tidy_file_name, type_of
from procedures.models import Agency

logger = logging.getLogger(__name__)

# A scanner that still writes has changed its file within so many seconds.
SETTLED_SECONDS = 2
MOST = 100
BEGINNING = 512  # bytes that tell what kind of file it is


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file that a scanner has put down; size in bytes, `own` = in the folder of this person alone.

    `refusal` says why it cannot be taken; empty for one that can.
    """

    key: str
    name: str
    size: int
    at: datetime
    own: bool
    refusal: str
    path: Path


def is_offered(user, desk: Agency) -> bool:
    """Is there a scanner folder at all, and does this person scan at this desk?"""
    return bool(settings.SCANNER_FOLDER) and rules.is_clerk_of(user, desk)


def waiting_files(desk: Agency, user) -> list[WaitingFile]:
    """What waits for this person at this desk, newest first; nothing without a folder or for anybody else."""
    if not is_offered(user, desk):
        return []
    root = Path(settings.SCANNER_FOLDER)
    shared = _below(root, desk.identifier)
    own = _below(shared, user.get_username()) if shared else None
    found = [
        *(_waiting(entry, own=True) for entry in _settled_files(own)),
        *(_waiting(entry, own=False) for entry in _settled_files(shared)),
    ]
    return sorted(found, key=lambda file: file.at, reverse=True)[:MOST]


@transaction.atomic
def take_scan(dossier: Dossier, key: str, *, by, component: DossierComponent | None = None) -> Document:
    """Store a waiting file with its paper; on commit it leaves the folder.

    Raises `Invalid` when it is no longer there, and what `add_document` raises: then it stays there.
    """
    if not rules.is_clerk_of(by, dossier.receiving_desk):
        raise errors.not_permitted(Verb.DIGITIZE)
    waiting = {file.key: file for file in waiting_files(dossier.receiving_desk, by)}
    file = waiting.get(key)
    if file is None:
        raise errors.Invalid(
            _(
                "This file no longer waits in the scanner folder: somebody has taken it, or it is being written."
            ),
            code="not_waiting",
            field="file",
        )
    if not os.access(file.path.parent, os.W_OK):
        raise errors.Invalid(
            _("“%(name)s” could not be taken out of the scanner folder: this program may not write there.")
            % {"name": file.name},
            field="file",
        )
    with _opened(file.path) as stream:
        before = os.fstat(stream.fileno())
        document = add_document(dossier, File(stream, name=file.name), by=by, component=component)
    transaction.on_commit(lambda: _remove(file.path, before))
    return document


def _below(folder: Path, name: str) -> Path | None:
    """The folder of that name right below, not one that a name such as `..` or a link leads to."""
    below = folder / name
    if below.name != name or below.parent != folder or name in {"", ".", ".."}:
        return None
    try:
        return below if stat.S_ISDIR(below.lstat().st_mode) else None
    except OSError:
        return None


def _settled_files(folder: Path | None) -> Iterator[os.DirEntry]:
    if folder is None:
        return
    now = time.time()
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or not entry.is_file(follow_symlinks=False):
                continue
            if now - entry.stat(follow_symlinks=False).st_mtime >= SETTLED_SECONDS:
                yield entry


def _waiting(entry: os.DirEntry, *, own: bool) -> WaitingFile:
    facts, path = entry.stat(follow_symlinks=False), Path(entry.path)
    return WaitingFile(
        key=hashlib.sha256(os.fsencode(path)).hexdigest()[:24],
        name=tidy_file_name(entry.name),
        size=facts.st_size,
        at=datetime.fromtimestamp(facts.st_mtime, tz=timezone.get_current_timezone()),
        own=own,
        refusal=_refusal(path, facts.st_size),
        path=path,
    )


def _refusal(path: Path, size: int) -> str:
    """What can be said at a glance; the whole file is looked at when it is taken."""
    if size > settings.UPLOAD_MAX_BYTES:
        return _("larger than %(limit)s MB") % {"limit": settings.UPLOAD_MAX_BYTES // (1024 * 1024)}
    try:
        with _opened(path) as stream:
            beginning = stream.read(BEGINNING)
    except OSError:
        return _("cannot be read")
    return "" if type_of(beginning) else _("no PDF, JPEG, PNG or TIFF file")


def _opened(path: Path):
    """For reading, even if somebody has put a link in its place by now."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")


def _remove(path: Path, taken: os.stat_result) -> None:
    """Delete the file that was taken, not one that the scanner has put there since."""
    try:
        now = path.lstat()
        if (now.st_ino, now.st_mtime_ns) == (taken.st_ino, taken.st_mtime_ns):
            path.unlink()
    except OSError as error:
        logger.error("a scan was stored and could not be deleted in the scanner folder: %s", error)
