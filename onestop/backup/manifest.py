"""What a backup says about itself, and whether it still is what was written."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from onestop.backup import DOCUMENTS, DUMP, MANIFEST, SUMS, BackupError

FORMAT = 1
NAMED_FAULTS = 10
SUM = re.compile(r"([0-9a-f]{64})  (.+)")


@dataclass(frozen=True, slots=True)
class Manifest:
    made_at: str  # ISO 8601, UTC
    database: str
    server: int  # main version of PostgreSQL
    pg_dump: int  # and of the program; an older pg_restore does not read what it wrote
    dump_size: int
    dump_sha256: str
    documents: int
    documents_bytes: int
    sums_sha256: str
    migrations: dict[str, list[str]]  # applied, by application
    field_keys: list[str]  # ids of the keys that ID numbers were encrypted with, never the keys
    missing: list[str] = field(default_factory=list)  # named by the database, not in DOCUMENT_ROOT
    year: int = 0  # of the archive, with so many dossiers; 0 = the whole database
    dossiers: int = 0
    format: int = FORMAT


def write(folder: Path, manifest: Manifest) -> None:
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1) + "\n", encoding="utf-8")


def read(folder: Path) -> Manifest:
    """Raises `BackupError`."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if found.get("format") == FORMAT:
            return Manifest(**found)
    except FileNotFoundError:
        raise BackupError(
            _("%(folder)s is no backup: it holds no %(name)s.") % {"folder": folder, "name": MANIFEST}
        ) from None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise BackupError(
            _("The backup %(folder)s is broken: %(name)s cannot be read (%(error)s).")
            % {"folder": folder, "name": MANIFEST, "error": error}
        ) from error
    raise BackupError(
        _("The backup %(folder)s was made by a newer version of this program; restore it with that one.")
        % {"folder": folder}
    )


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sums_of(folder: Path) -> Iterator[tuple[str, str]]:
    """(path below `documents/`, SHA-256) of every document. Raises `BackupError`."""
    with (folder / SUMS).open(encoding="utf-8") as lines:
        for line in lines:
            found = SUM.fullmatch(line.rstrip("\n"))
            path = found and found[2].removeprefix(f"{DOCUMENTS}/")
            if not found or path == found[2] or ".." in Path(path).parts or Path(path).is_absolute():
                raise BackupError(
                    _("The backup %(folder)s is broken: %(name)s cannot be read (%(error)s).")
                    % {"folder": folder, "name": SUMS, "error": line.strip()}
                )
            yield path, found[1]


def check(folder: Path) -> Manifest:
    """Read every byte of the backup and compare the hashes. Raises `BackupError` naming what is broken."""
    manifest = read(folder)
    faults = []
    for name, wanted in ((DUMP, manifest.dump_sha256), (SUMS, manifest.sums_sha256)):
        if fault := _fault(folder, name, wanted):
            faults.append(fault)
    if not faults:
        faults = [
            fault
            for path, wanted in sums_of(folder)
            if (fault := _fault(folder, f"{DOCUMENTS}/{path}", wanted))
        ]
    if faults:
        named = "; ".join(faults[:NAMED_FAULTS])
        raise BackupError(
            _("The backup %(folder)s is broken (%(count)s files): %(named)s. Use another one.")
            % {"folder": folder, "count": len(faults), "named": named}
        )
    return manifest


def _fault(folder: Path, name: str, wanted: str) -> str:
    try:
        same = sha256_of(folder / name) == wanted
    except OSError as error:
        return f"{name}: {error.strerror}"
    return "" if same else _("%(name)s is not what was written") % {"name": name}
