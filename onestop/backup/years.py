"""A year of the archive (`cases.archive`) outside of the database: dumped, detached, brought back.

The folder is like that of a backup: manifest, dump, sums, documents. The order is such that at every moment
either the database or the folder has it whole, and that each step may be repeated.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pgtrigger
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.archive import schema_of, schemas
from cases.archive.reading import is_archived_file, reading
from cases.archive.tables import moved
from cases.audit_chain import seal_of_detached
from cases.models import ArchivedDossier, ArchivedYear, DetachedEvent, Document, DossierEvent
from cases.models.archive import DETACHED_COMES_BACK
from onestop.backup import DUMP, SUMS, BackupError
from onestop.backup import manifest as manifests
from onestop.backup.making import Documents, applied_migrations, draft_in, files_of, one_moment
from onestop.backup.manifest import Manifest, check, sha256_of
from onestop.backup.programs import major_of, program, run, server_major
from onestop.backup.restoring import bring_documents, fits, restorer
from onestop.encryption import key_ids

EVENTS = 10_000  # in one statement


def dump(year: int, folder: Path) -> Path:
    """Write the attached year into the new folder. Raises `BackupError`, and then leaves nothing."""
    _attached(year)
    if folder.exists():
        raise BackupError(_("%(folder)s is there already; give a new folder.") % {"folder": folder})
    major = server_major()
    dumper = program("pg_dump", major, server=major)
    how = ("--format=custom", "--no-owner", "--no-privileges", f"--schema={schema_of(year)}")
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with draft_in(folder.parent) as draft:
        with contextlib.closing(Documents(draft, before=[])) as documents, one_moment() as snapshot:
            documents.take_named(_files(year))
            count = ArchivedDossier.objects.filter(year=year).count()
            run(dumper, *how, f"--file={draft / DUMP}", f"--snapshot={snapshot}")
        if documents.missing:
            raise BackupError(
                _("%(count)s documents are missing in DOCUMENT_ROOT, such as %(name)s; nothing was written.")
                % {"count": len(documents.missing), "name": documents.missing[0]}
            )
        manifest = Manifest(
            made_at=timezone.now().isoformat(),
            database=connection.settings_dict["NAME"],
            server=major,
            pg_dump=major_of(dumper),
            dump_size=(draft / DUMP).stat().st_size,
            dump_sha256=sha256_of(draft / DUMP),
            documents=documents.count,
            documents_bytes=documents.bytes,
            sums_sha256=sha256_of(draft / SUMS),
            migrations=applied_migrations(),
            field_keys=key_ids(),
            year=year,
            dossiers=count,
        )
        manifests.write(draft, manifest)
        draft.rename(folder)
    return folder


def detach(year: int, folder: Path) -> Path:
    """Take the year out of database and DOCUMENT_ROOT, when the folder holds all of it. Raises `BackupError`."""
    manifest = _dump_of(year, folder)
    if _row(year).detached_at is None:
        _note_events(year)
        _close(year, manifest, folder)
    with contextlib.suppress(LookupError):  # an interrupted run took the tables already, after the files
        for name in _only_of(year):
            default_storage.delete(name)
    schemas.drop(year)
    return folder


def restore(year: int, folder: Path) -> Path:
    """Bring the detached year back, as it was dumped and with the columns of today. Raises `BackupError`."""
    manifest = _dump_of(year, folder)
    row = _row(year)
    if row.detached_at is None:
        raise BackupError(_("The year %(year)s is not detached.") % {"year": year})
    fits(folder, manifest)
    bring_documents(folder)
    schemas.drop(year)  # what an interrupted run left
    _fill(manifest, folder)
    with transaction.atomic(), pgtrigger.ignore(f"cases.DetachedEvent:{DETACHED_COMES_BACK}"):
        DetachedEvent.objects.filter(year=year).delete()
        ArchivedYear.objects.filter(pk=year).update(detached_at=None, seal="")
    schemas.follow()
    return folder


def _note_events(year: int) -> None:
    last = 0
    while True:
        with reading(year):
            found = DossierEvent.objects.filter(pk__gt=last).order_by("pk")
            batch = list(found.values_list("pk", flat=True)[:EVENTS])
        if not batch:
            break
        DetachedEvent.objects.bulk_create(
            [DetachedEvent(event=pk, year_id=year) for pk in batch], ignore_conflicts=True
        )
        last = batch[-1]


@transaction.atomic
def _close(year: int, manifest: Manifest, folder: Path) -> None:
    """From now on nobody reads the year, and nobody adds to it: who does so locks the same row."""
    row = ArchivedYear.objects.select_for_update().get(pk=year)
    if manifest.dossiers != ArchivedDossier.objects.filter(year=year).count():
        raise BackupError(
            _("Dossiers were archived after %(folder)s was written; dump the year %(year)s again.")
            % {"folder": folder, "year": year}
        )
    row.seal, row.detached_at = seal_of_detached(year), timezone.now()
    row.save(update_fields=["seal", "detached_at"])


def _fill(manifest: Manifest, folder: Path) -> None:
    """Without its foreign keys: those would hold up whoever writes; they are bound afterwards, patiently."""
    program_, path = restorer(manifest), str(folder / DUMP)
    listed = run(program_, "--list", path).splitlines()
    with tempfile.NamedTemporaryFile("w", suffix=".list") as chosen:
        chosen.write("\n".join(line for line in listed if " FK CONSTRAINT " not in line))
        chosen.flush()
        how = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
        database = f"--dbname={connection.settings_dict['NAME']}"
        run(program_, *how, f"--use-list={chosen.name}", database, path)
    schemas.bind(manifest.year)


def _files(year: int) -> Iterator[str]:
    with reading(year):
        for table in moved():
            yield from files_of(table.model)


def _only_of(year: int) -> list[str]:
    """Files that nobody else needs: a paper that was used again shares its file."""
    with reading(year):
        documents = list(Document.objects.values_list("file", "searchable", "sha256"))
        others = [table.model for table in moved() if table.model is not Document]
        names = [name for model in others for name in files_of(model)]
    for file, searchable, sha256 in documents:
        for name in filter(None, (file, searchable)):
            live = Document.objects.filter(Q(file=name) | Q(searchable=name), sha256=sha256)
            if not live.exists() and not is_archived_file(name, sha256):
                names.append(name)
    return names


def _row(year: int) -> ArchivedYear:
    row = ArchivedYear.objects.filter(pk=year).first()
    if row is None:
        raise BackupError(_("The year %(year)s was not archived.") % {"year": year})
    return row


def _attached(year: int) -> None:
    if _row(year).detached_at is not None:
        raise BackupError(_("The year %(year)s is detached already.") % {"year": year})


def _dump_of(year: int, folder: Path) -> Manifest:
    manifest = check(folder)
    if manifest.year != year:
        raise BackupError(
            _("%(folder)s does not hold the archived year %(year)s.") % {"folder": folder, "year": year}
        )
    return manifest
