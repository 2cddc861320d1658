"""The folder into which the scanners of a desk put their files (`SCANNER_FOLDER`).

Below it lies one folder per desk, named by its identifier, and in it, where somebody has a scanner of
their own, one per user name. Whoever may write there can put anything there: nothing is followed that is
no plain file, and what is taken is named by a key of the listing, never by a path.
"""

import hashlib
import logging
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
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
from cases.services.stored_files import files_or_nothing, on_failure
from procedures.models import Agency

logger = logging.getLogger(__name__)

# A scanner that still writes has changed its file within so many seconds.
SETTLED_SECONDS = 2
MOST = 100
BEGINNING = 512  # bytes that tell what kind of file it is
# A file that is being taken has a hidden name, with the second in which it got it: no colleague takes it too.
CLAIMED = re.compile(r"\.taken-(\d{10})-[0-9a-f]{8}-(.+)", re.DOTALL)
CLAIM_SECONDS = 600  # nothing takes so long; who took it has died


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
        *_settled_files(own, own=True),
        *_settled_files(shared, own=False),
    ]
    return sorted(found, key=lambda file: file.at, reverse=True)[:MOST]


@files_or_nothing()
@transaction.atomic
def take_scan(dossier: Dossier, key: str, *, by, component: DossierComponent | None = None) -> Document:
    """Store a waiting file with its paper; on commit it leaves the folder.

    From the first moment on it is out of sight there, so two clerks never have the paper of one person in
    two dossiers. Raises `Invalid` when it is no longer there, and what `add_document` raises: then it is
    put back.
    """
    if not rules.is_clerk_of(by, dossier.receiving_desk):
        raise errors.not_permitted(Verb.DIGITIZE)
    waiting = {file.key: file for file in waiting_files(dossier.receiving_desk, by)}
    file = waiting.get(key)
    if file is None:
        raise _not_waiting()
    claimed = _claim(file)
    with _opened(claimed) as stream:
        document = add_document(dossier, File(stream, name=file.name), by=by, component=component)
    transaction.on_commit(partial(_remove, claimed))
    return document


def _not_waiting() -> errors.Invalid:
    return errors.Invalid(
        _("This file no longer waits in the scanner folder: somebody has taken it, or it is being written."),
        code="not_waiting",
        field="file",
    )


def _claim(file: WaitingFile) -> Path:
    """Give the file its hidden name, which only one of two succeeds in; it is put back when the work fails."""
    claimed = file.path.with_name(f".taken-{int(time.time())}-{secrets.token_hex(4)}-{file.path.name}")
    try:
        file.path.rename(claimed)
    except FileNotFoundError as error:
        raise _not_waiting() from error
    except OSError as error:
        raise errors.Invalid(
            _("“%(name)s” could not be taken out of the scanner folder: this program may not write there.")
            % {"name": file.name},
            field="file",
        ) from error
    on_failure(partial(_put_back, claimed, file.path))
    return claimed


def _put_back(claimed: Path, path: Path) -> None:
    """Under its own name, or beside what the scanner has put there since."""
    free = path.with_stem(f"{path.stem}-{secrets.token_hex(4)}") if path.exists() else path
    try:
        claimed.rename(free)
    except OSError as error:
        logger.error("a scan could not be put back into the scanner folder: %s", error)


def _below(folder: Path, name: str) -> Path | None:
    """The folder of that name right below, not one that a name such as `..` or a link leads to."""
    below = folder / name
    if below.name != name or below.parent != folder or name in {"", ".", ".."}:
        return None
    try:
        return below if stat.S_ISDIR(below.lstat().st_mode) else None
    except OSError:
        return None


def _settled_files(folder: Path | None, *, own: bool) -> Iterator[WaitingFile]:
    for path in _paths(folder) if folder else ():
        # A colleague may take it at this very moment.
        with suppress(FileNotFoundError):
            facts = path.lstat()
            if stat.S_ISREG(facts.st_mode) and time.time() - facts.st_mtime >= SETTLED_SECONDS:
                yield _waiting(path, facts, own=own)


def _paths(folder: Path) -> list[Path]:
    """What lies there and is not hidden; a file comes back whose taking was never finished."""
    try:
        paths = list(folder.iterdir())
    except OSError as error:
        logger.error("a scanner folder cannot be listed: %s", error)
        return []
    for path in paths:
        claim = CLAIMED.fullmatch(path.name)
        if claim and time.time() - int(claim[1]) > CLAIM_SECONDS:
            _put_back(path, path.with_name(claim[2]))
    return [path for path in paths if not path.name.startswith(".")]


def _waiting(path: Path, facts: os.stat_result, *, own: bool) -> WaitingFile:
    return WaitingFile(
        key=hashlib.sha256(os.fsencode(path)).hexdigest()[:24],
        name=tidy_file_name(path.name),
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
    except FileNotFoundError:
        raise
    except OSError:
        return _("cannot be read")
    return "" if type_of(beginning) else _("no PDF, JPEG, PNG or TIFF file")


def _opened(path: Path):
    """For reading, even if somebody has put a link in its place by now."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")


def _remove(claimed: Path) -> None:
    try:
        claimed.unlink()
    except OSError as error:
        logger.error("a scan was stored and could not be deleted in the scanner folder: %s", error)
