"""Bring a backup back: only a whole one, only into what is empty, unless the database is named to be replaced."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from onestop.backup import DOCUMENTS, DUMP, BackupError, backups_in
from onestop.backup.manifest import Manifest, check, read, sha256_of, sums_of
from onestop.backup.programs import goes_with, program, run, server_major
from onestop.encryption import CannotDecrypt, decrypt, keyed_hash
from onestop.rewriting import hash_columns


@dataclass(frozen=True, slots=True)
class Restored:
    manifest: Manifest
    documents: int  # written; the others were there already
    warnings: list[str]  # keys that do not fit, documents that the backup itself lacks


def chosen(folder: Path) -> Path:
    """The folder itself when it is a backup, else the newest backup in it. Raises `BackupError`."""
    backups = backups_in(folder)
    return backups[-1] if backups else folder


def restore_backup(folder: Path, *, overwrite: str = "") -> Restored:
    """Verify, then documents, then the database in one transaction: it never speaks of files that are not there.

    `overwrite`: the name of the database of the settings, when what is in it shall be replaced. Raises
    `BackupError`; up to there nothing was changed, except that documents may have been added, and with
    `overwrite` that those of the same name are as in the backup, and the database may be empty.
    """
    manifest = read(folder)
    if manifest.year:
        raise BackupError(
            _("%(folder)s holds one archived year: bring it back by “manage.py archive_year --restore”.")
            % {"folder": folder}
        )
    fits(folder, manifest)
    _may_be_filled(overwrite)
    check(folder)
    _room_for_documents(folder, replace=bool(overwrite))
    written = bring_documents(folder)
    _may_be_filled(overwrite)  # asked again: reading and copying may have taken hours
    if overwrite:
        _clear()
    connection.close()
    how = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    run(restorer(manifest), *how, f"--dbname={connection.settings_dict['NAME']}", str(folder / DUMP))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Restored(manifest, written, [*_unfit_keys(), *_missing(manifest)])


def check_backup(folder: Path) -> Manifest:
    """Only read it: hashes, and whether `pg_restore` knows what to do with the dump. Raises `BackupError`."""
    manifest = check(folder)
    run(program("pg_restore", manifest.pg_dump), "--list", str(folder / DUMP))
    return manifest


def restorer(manifest: Manifest) -> Path:
    return program("pg_restore", max(manifest.pg_dump, server_major()), server=server_major())


def fits(folder: Path, manifest: Manifest) -> None:
    if server_major() < manifest.server:
        raise BackupError(
            _("The backup is of PostgreSQL %(theirs)s, and the server is %(ours)s: install the newer one.")
            % {"theirs": manifest.server, "ours": server_major()}
        )
    if not goes_with(manifest.pg_dump, server_major()):
        raise BackupError(
            _(
                "The backup was written by pg_dump %(theirs)s, and PostgreSQL %(ours)s does not understand it: "
                "restore it into PostgreSQL 17 or newer."
            )
            % {"theirs": manifest.pg_dump, "ours": server_major()}
        )
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    later = sorted(
        f"{app}.{name}"
        for app, names in manifest.migrations.items()
        for name in names
        if (app, name) not in known and app in {label for label, _name in known}
    )
    if later:
        raise BackupError(
            _(
                "The backup %(folder)s was made by a newer version of this program (%(migrations)s); "
                "restore it with that one."
            )
            % {"folder": folder, "migrations": ", ".join(later[:3])}
        )
    restorer(manifest)


def _may_be_filled(overwrite: str) -> None:
    name = connection.settings_dict["NAME"]
    if overwrite and overwrite != name:
        raise BackupError(
            _("The database of the settings is %(name)s, not %(other)s; nothing was replaced.")
            % {"name": name, "other": overwrite}
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        (others,) = cursor.fetchone()
        if others:
            raise BackupError(
                _("%(count)s other connections use the database %(name)s. Stop web, workers and beat first.")
                % {"count": others, "name": name}
            )
        if connection.introspection.table_names(cursor) and not overwrite:
            raise BackupError(
                _(
                    "The database %(name)s is not empty, and nothing was changed. Give an empty one, or replace "
                    "it with --overwrite %(name)s."
                )
                % {"name": name}
            )


def _room_for_documents(folder: Path, *, replace: bool) -> None:
    """Another file under the same name is not one of this installation's: names are never given twice."""
    root = Path(default_storage.location)
    different = [] if replace else [name for name, digest in sums_of(folder) if _differs(root / name, digest)]
    if different:
        raise BackupError(
            _("%(folder)s holds %(count)s other documents under the same names, such as %(name)s.")
            % {"folder": root, "count": len(different), "name": different[0]}
        )


def _differs(path: Path, digest: str) -> bool:
    return path.exists() and sha256_of(path) != digest


def bring_documents(folder: Path) -> int:
    root, written = Path(default_storage.location), 0
    root.mkdir(parents=True, exist_ok=True)
    for name, digest in sums_of(folder):
        target = root / name
        if target.exists() and sha256_of(target) == digest:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.restoring")
        shutil.copy2(folder / DOCUMENTS / name, draft)
        draft.chmod(0o600)
        draft.replace(target)
        written += 1
    os.sync()
    return written


def _clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^archive_[0-9]{4}$'")
        for (schema,) in cursor.fetchall():  # years of the archive, see `cases.archive`
            cursor.execute(f"DROP SCHEMA {schema} CASCADE")
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION pg_database_owner")


def _unfit_keys() -> list[str]:
    """One row of each tells whether the keys of these settings are those of the backup."""
    for model, name in hash_columns():
        of = model._meta.get_field(name).of
        place = f"{model._meta.db_table}.{model._meta.get_field(of).column}"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {model._meta.get_field(of).column}, {model._meta.get_field(name).column} "
                f"FROM {model._meta.db_table} WHERE {model._meta.get_field(of).column} <> '' "
                "ORDER BY id DESC LIMIT 1"
            )
            row = cursor.fetchone()
        if row is None:
            continue
        try:
            clear = decrypt(row[0], place)
        except CannotDecrypt as error:
            return [str(error)]
        if keyed_hash(clear) != row[1]:
            return [
                _(
                    "ID_HASH_KEY is not the one of the backup: nobody is found by ID number. Set it, or run "
                    "“manage.py rotate_keys”."
                )
            ]
    return []


def _missing(manifest: Manifest) -> list[str]:
    if not manifest.missing:
        return []
    return [
        _("%(count)s documents were missing already when the backup was made, such as %(name)s.")
        % {"count": len(manifest.missing), "name": manifest.missing[0]}
    ]
