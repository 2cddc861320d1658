"""Make a backup: whole or not at all, while the office works."""

import contextlib
import errno
import fcntl
import hashlib
import logging
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import FileField, Model
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.archive.reading import attached_years, reading
from cases.archive.tables import moved
from cases.models import Heartbeat
from onestop.backup import DOCUMENTS, DUMP, SUMS, BackupError, backups_in
from onestop.backup import manifest as manifests
from onestop.backup.manifest import Manifest, sha256_of
from onestop.backup.programs import major_of, program, run, server_major
from onestop.encryption import key_ids

log = logging.getLogger(__name__)

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
    names and that are new or have changed: whatever the dump speaks of is there, although people go on working. What is
    missing in DOCUMENT_ROOT itself is named in the manifest. Raises `BackupError`, and then leaves nothing.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(home), draft_in(home) as draft:
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
def draft_in(home: Path) -> Iterator[Path]:
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
    dumper = program("pg_dump", major, server=major)
    how = ("--format=custom", "--no-owner", "--no-privileges", f"--file={draft / DUMP}")
    with contextlib.closing(Documents(draft, before=backups_in(home)[-1:])) as documents:
        documents.take_all()
        with one_moment() as snapshot:
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
def one_moment() -> Iterator[str]:
    """Everything asked inside, and whoever is given the name, sees the database as it is now."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def named_files() -> Iterator[str]:
    """The name in DOCUMENT_ROOT of every file that a row speaks of."""
    for model in apps.get_models():
        yield from files_of(model)
    for year in attached_years():
        with reading(year):
            for table in moved():
                yield from files_of(table.model)


def files_of(model: type[Model]) -> Iterator[str]:
    for field in model._meta.local_fields:
        if isinstance(field, FileField):
            rows = model._base_manager.exclude(**{field.name: ""})
            yield from rows.order_by().values_list(field.name, flat=True).iterator(chunk_size=10_000)


def applied_migrations() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for app, name in MigrationRecorder(connection).applied_migrations():
        found.setdefault(app, []).append(name)
    return {app: sorted(names) for app, names in sorted(found.items())}


def _known(backup: Path) -> dict[str, str]:
    """Sums of the backup before; nothing when it is broken, and then everything is copied anew."""
    try:
        return dict(manifests.sums_of(backup))
    except (BackupError, OSError, UnicodeDecodeError) as error:
        log.warning("The backup before is broken, so every document is copied: %s", error)
        return {}


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)


class Documents:
    """The documents of a backup that is being made, with their sums."""

    def __init__(self, draft: Path, *, before: list[Path]):
        self.root = Path(default_storage.location)
        self.target = draft / DOCUMENTS
        self.target.mkdir()
        self.sums = (draft / SUMS).open("w", encoding="utf-8")
        self.known = _known(before[0]) if before else {}
        self.before = before[0] / DOCUMENTS if self.known else None
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
        """What is not here yet, and once more what has changed since it was copied: it was being written."""
        again: dict[str, str] = {}
        for name in names:
            here = self.target / name
            try:
                if not here.exists():
                    self._take(name)
                elif not _same((self.root / name).stat(), here.stat()):
                    again[name] = self._replace(name)
            except FileNotFoundError:
                if not here.exists():
                    self.missing.append(name)
        if again:
            self._correct_sums(again)

    def _replace(self, name: str) -> str:
        source, target = self.root / name, self.target / name
        self.bytes -= target.stat().st_size
        target.unlink()  # may be a link into the backup before, which stays as it is
        digest = self._copied(source, source.stat(), target)
        self.bytes += target.stat().st_size
        return digest

    def _correct_sums(self, again: dict[str, str]) -> None:
        """One line for each document."""
        self.sums.close()
        path = Path(self.sums.name)
        first = path.rename(path.with_suffix(".first"))
        self.sums = path.open("w", encoding="utf-8")
        with first.open(encoding="utf-8") as lines:
            for line in lines:
                digest, name = line.rstrip("\n").split(f"  {DOCUMENTS}/", 1)
                self._write_sum(again.get(name, digest), name)
        first.unlink()

    def _write_sum(self, digest: str, name: str) -> None:
        self.sums.write(f"{digest}  {DOCUMENTS}/{name}\n")

    def _take(self, name: str) -> None:
        source, target = self.root / name, self.target / name
        facts = source.stat()
        target.parent.mkdir(parents=True, exist_ok=True)
        if not (digest := self._linked(name, facts, target)):
            digest = self._copied(source, facts, target)
            self.copied += 1
        self._write_sum(digest, name)
        self.count += 1
        self.bytes += target.stat().st_size

    def _linked(self, name: str, facts: os.stat_result, target: Path) -> str:
        """The sum of the same file in the backup before, now here too; empty when there is none."""
        if self.before is None or name not in self.known:
            return ""
        try:
            if not _same((self.before / name).stat(), facts):
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
        return digest.hexdigest()
