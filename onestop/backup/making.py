"""Make a backup: whole or not at all, while the office works."""

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import FileField
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Heartbeat
from onestop.backup import DOCUMENTS, DUMP, SUMS, BackupError, backups_in
from onestop.backup import manifest as manifests
from onestop.backup.manifest import Manifest, sha256_of
from onestop.backup.programs import major_of, program, run, server_major
from onestop.encryption import key_ids

HEARTBEAT = "backup"
# Another file system, one without hard links, or a file with too many of them.
NO_LINK = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP}
CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Made:
    folder: Path
    manifest: Manifest
    copied: int  # documents that the backup before did not have


def make_backup(home: Path) -> Made:
    """A new backup in the folder `home`; the row "backup" then says when.

    Documents are taken first, then the database as it is at one moment, then the documents that this moment
    names and that are new: whatever the dump speaks of is there, although people go on working. What is
    missing in DOCUMENT_ROOT itself is named in the manifest. Raises `BackupError`, and then leaves nothing.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(home), _draft(home) as draft:
            made = _fill(draft, home)
            os.sync()
            draft.rename(made.folder)
    except OSError as error:
        raise BackupError(
            _("The backup could not be written to %(folder)s: %(error)s")
            % {"folder": home, "error": error.strerror}
        ) from error
    Heartbeat.objects.update_or_create(name=HEARTBEAT, defaults={"at": timezone.now()})
    return made


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    with (home / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(
                _("Another backup is being written to %(folder)s.") % {"folder": home}
            ) from None
        yield


@contextlib.contextmanager
def _draft(home: Path) -> Iterator[Path]:
    """A folder that only the owner may read; what an interrupted run left goes first."""
    draft = home / ".unfinished"
    shutil.rmtree(draft, ignore_errors=True)
    mask = os.umask(0o077)
    try:
        draft.mkdir()
        yield draft
    finally:
        os.umask(mask)
        shutil.rmtree(draft, ignore_errors=True)


def _fill(draft: Path, home: Path) -> Made:
    now = timezone.now()
    major = server_major()
    dumper = program("pg_dump", major)
    how = ("--format=custom", "--no-owner", "--no-privileges", f"--file={draft / DUMP}")
    with contextlib.closing(_Documents(draft, before=backups_in(home)[-1:])) as documents:
        documents.take_all()
        with _one_moment() as snapshot:
            documents.take_named(named_files())
            migrations = applied_migrations()
            run(dumper, *how, f"--snapshot={snapshot}")
    manifest = Manifest(
        made_at=now.isoformat(),
        database=connection.settings_dict["NAME"],
        server=major,
        pg_dump=major_of(dumper),
        dump_size=(draft / DUMP).stat().st_size,
        dump_sha256=sha256_of(draft / DUMP),
        documents=documents.count,
        documents_bytes=documents.bytes,
        sums_sha256=sha256_of(draft / SUMS),
        migrations=migrations,
        field_keys=key_ids(),
        missing=documents.missing,
    )
    manifests.write(draft, manifest)
    return Made(home / f"{timezone.localtime(now):%Y-%m-%d_%H%M%S}", manifest, documents.copied)


@contextlib.contextmanager
def _one_moment() -> Iterator[str]:
    """Everything asked inside, and whoever is given the name, sees the database as it is now."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def named_files() -> Iterator[str]:
    """The name in DOCUMENT_ROOT of every file that a row speaks of."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, FileField):
                rows = model._base_manager.exclude(**{field.name: ""})
                yield from rows.order_by().values_list(field.name, flat=True).iterator(chunk_size=10_000)


def applied_migrations() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for app, name in MigrationRecorder(connection).applied_migrations():
        found.setdefault(app, []).append(name)
    return {app: sorted(names) for app, names in sorted(found.items())}


class _Documents:
    """The documents of a backup that is being made, with their sums."""

    def __init__(self, draft: Path, *, before: list[Path]):
        self.root = Path(default_storage.location)
        self.target = draft / DOCUMENTS
        self.target.mkdir()
        self.sums = (draft / SUMS).open("w", encoding="utf-8")
        self.before = before[0] / DOCUMENTS if before else None
        self.known = dict(manifests.sums_of(before[0])) if before else {}
        self.count = self.copied = self.bytes = 0
        self.missing: list[str] = []

    def close(self) -> None:
        self.sums.close()

    def take_all(self) -> None:
        for folder, _folders, names in os.walk(self.root):
            for name in names:
                path = Path(folder, name)
                if path.is_file() and not path.is_symlink():
                    with contextlib.suppress(FileNotFoundError):  # deleted since it was listed
                        self._take(str(path.relative_to(self.root)))

    def take_named(self, names: Iterator[str]) -> None:
        for name in names:
            if not (self.target / name).exists():
                try:
                    self._take(name)
                except FileNotFoundError:
                    self.missing.append(name)

    def _take(self, name: str) -> None:
        source, target = self.root / name, self.target / name
        facts = source.stat()
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = self._linked(name, facts, target) or self._copied(source, facts, target)
        self.sums.write(f"{digest}  {DOCUMENTS}/{name}\n")
        self.count += 1
        self.bytes += target.stat().st_size

    def _linked(self, name: str, facts: os.stat_result, target: Path) -> str:
        """The sum of the same file in the backup before, now here too; empty when there is none."""
        if self.before is None or name not in self.known:
            return ""
        try:
            old = (self.before / name).stat()
            if (old.st_size, old.st_mtime_ns) != (facts.st_size, facts.st_mtime_ns):
                return ""
            os.link(self.before / name, target)
        except FileNotFoundError:
            return ""
        except OSError as error:
            if error.errno in NO_LINK:
                return ""
            raise
        return self.known[name]

    def _copied(self, source: Path, facts: os.stat_result, target: Path) -> str:
        digest = hashlib.sha256()
        with source.open("rb") as reader, target.open("wb") as writer:
            while chunk := reader.read(CHUNK):
                digest.update(chunk)
                writer.write(chunk)
        os.utime(target, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        self.copied += 1
        return digest.hexdigest()
