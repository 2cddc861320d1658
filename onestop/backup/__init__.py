"""Backup and restore: the database by PostgreSQL's own programs, documents by hash.

A folder of backups holds one folder per backup, each complete in itself:

    2026-11-09_230000/manifest.json      what it is: servers, migrations, sizes, hashes
    2026-11-09_230000/database.dump      pg_dump, custom format
    2026-11-09_230000/SHA256SUMS         of every document, as `sha256sum --check` reads it
    2026-11-09_230000/documents/…        unchanged ones are hard links into the backup before

Keys are never in it (see docs/operations.md).
"""

from pathlib import Path

MANIFEST, DUMP, SUMS, DOCUMENTS = "manifest.json", "database.dump", "SHA256SUMS", "documents"


class BackupError(RuntimeError):
    """A backup cannot be made, or not be restored; the text says why and what to do."""


def backups_in(home: Path) -> list[Path]:
    """The whole backups of a folder, oldest first; what was not finished has a name with a dot before it."""
    if not home.is_dir():
        return []
    return sorted(path.parent for path in home.glob(f"[!.]*/{MANIFEST}"))
