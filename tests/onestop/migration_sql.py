"""Which statements of a migration would stop an office that has ten million dossiers.

A table that grows is locked for moments only: nothing reads or writes all of it while others cannot. What was
created in the same migration is empty and may be anything.
"""

import re
from collections.abc import Iterable, Iterator
from unittest import mock

from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor

from cases import models as cases
from cases.archive.tables import moved
from onestop.management.commands.migrate import few_classes_built

GROWING = frozenset(table.name for table in moved()) | {
    model._meta.db_table
    for model in (
        cases.AgencyDay,
        cases.Applicant,
        cases.ArchivedDossier,
        cases.AuditEntry,
        cases.CashReport,
        cases.DetachedEvent,
        cases.FieldMonth,
        cases.IdempotencyKey,
        cases.OfficerDay,
        cases.PartMonth,
        cases.QueueTicket,
        cases.ReadAccess,
        cases.ReceptionGroup,
        cases.StoredPaper,
    )
}
_TABLE = r'(?:ONLY\s+)?(?:"?public"?\.)?"?(?P<table>\w+)"?'
_ALTER = rf"^ALTER TABLE (?:IF EXISTS )?{_TABLE} "
# What is refused, and what to write instead. `.*` never leaves its statement: each is looked at by itself.
REFUSED = {
    rf"^CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY).*? ON {_TABLE}": (
        "builds an index while nobody can write: use AddIndexConcurrently (a foreign key with db_index=False "
        "first) in a migration of its own with atomic = False"
    ),
    rf"{_ALTER}ADD COLUMN .*\b(?:gen_random_uuid|uuidv[47]|random|clock_timestamp|nextval|timeofday)\s*\(": (
        "computes a value for every row, which writes the table anew: add the column without it, fill it in "
        "batches, then set the default"
    ),
    rf"{_ALTER}ADD COLUMN .*\b(?:GENERATED ALWAYS AS|SERIAL|UNIQUE|PRIMARY KEY)\b": (
        "writes or reads the whole table: add a plain column, fill it in batches, and build the index "
        "concurrently"
    ),
    rf"{_ALTER}ALTER COLUMN \S+ (?:SET DATA )?TYPE ": (
        "writes the table anew: add a second column, fill it in batches and change over; when the type only "
        "gets wider, say so in KNOWN"
    ),
    rf"{_ALTER}ADD CONSTRAINT (?!.*NOT VALID).*\b(?:FOREIGN KEY|CHECK)\b": (
        "reads the whole table while nobody can write: use AddConstraintNotValid, and ValidateConstraint in "
        "the next migration; a foreign key by RunSQL with NOT VALID"
    ),
    rf"{_ALTER}ADD CONSTRAINT (?!.*USING INDEX).*\b(?:UNIQUE|PRIMARY KEY|EXCLUDE)\b": (
        "builds an index while nobody can read or write: build it concurrently, then ADD CONSTRAINT … USING "
        "INDEX"
    ),
    rf"^(?:TRUNCATE|LOCK|CLUSTER|VACUUM FULL|REINDEX TABLE(?! CONCURRENTLY)) (?:TABLE )?{_TABLE}": (
        "locks the whole table: there is a way without it"
    ),
}
_SET_NOT_NULL = rf'{_ALTER}ALTER COLUMN "?(?P<column>\w+)"? SET NOT NULL'
_WRITES = rf"^(?:WITH .*)?(?:UPDATE|DELETE FROM|INSERT INTO) {_TABLE}"
_NOT_VALID = rf"{_ALTER}ADD CONSTRAINT .* NOT VALID"
_VALIDATE = rf"{_ALTER}VALIDATE CONSTRAINT"
_CREATED = rf"^CREATE TABLE (?:IF NOT EXISTS )?{_TABLE}"
PYTHON = "RunPython"


def faults(statements: Iterable[str], *, atomic: bool = True, earlier: str = "") -> list[str]:
    """A sentence for each statement that takes a long lock. `earlier`: the SQL of the migrations before."""
    clean = [one for one in map(_plain, statements) if one]
    new = {found["table"] for one in clean if (found := re.match(_CREATED, one, re.I))}
    return [
        f"{statement[:160]} – {why}."
        for statement in clean
        for table, why in _faults_of(statement, clean, atomic=atomic, earlier=earlier)
        if table is None or (table in GROWING and table not in new)
    ]


def _faults_of(one: str, all_: list[str], *, atomic: bool, earlier: str) -> Iterator[tuple[str | None, str]]:
    """(table, why); the table is None for what may touch any."""
    for pattern, why in REFUSED.items():
        if found := re.match(pattern, one, re.I):
            yield found["table"], why
    if (found := re.match(_SET_NOT_NULL, one, re.I)) and not _proven(found, earlier):
        yield (
            found["table"],
            "reads the whole table while nobody can: first a CHECK (… IS NOT NULL) that is NOT VALID, in the "
            "next migration VALIDATE CONSTRAINT, then this needs no reading",
        )
    if not atomic:
        return
    if found := re.match(_WRITES, one, re.I):
        yield (
            found["table"],
            "writes in one transaction with the rest: atomic = False, and batches by primary key",
        )
    if one.startswith(PYTHON):
        yield None, "runs in one transaction with the rest: atomic = False, and batches by primary key"
    if found := re.match(_VALIDATE, one, re.I):
        added = [re.match(_NOT_VALID, other, re.I) for other in all_]
        if any(other and other["table"] == found["table"] for other in added):
            yield found["table"], "keeps the lock of ADD CONSTRAINT while it reads: a migration of its own"


def _proven(found: re.Match, earlier: str) -> bool:
    """Whether a migration before has validated that there is a value in every row."""
    table, column = found["table"], found["column"]
    check = (
        rf'ALTER TABLE "?{table}"? ADD CONSTRAINT "?(\w+)"? CHECK \(+"?{column}"? IS NOT NULL\)+ NOT VALID'
    )
    added = re.search(check, earlier, re.I)
    return bool(
        added and re.search(rf'ALTER TABLE "?{table}"? VALIDATE CONSTRAINT "?{added[1]}"?', earlier, re.I)
    )


def _plain(statement: str) -> str:
    """In one line, without comments; what cannot be written as SQL stays as its name."""
    if "RunPython" in statement or "Raw Python operation" in statement or "CANNOT BE WRITTEN" in statement:
        return PYTHON
    return " ".join(re.sub(r"--[^\n]*", " ", statement).split())


_read: dict[tuple[str, str], list[str]] = {}


def statements_of(migration: Migration) -> list[str]:
    """The SQL of the migration, with a line for each piece of Python; read once, each takes seconds."""
    key = (migration.app_label, migration.name)
    if key not in _read:
        _read[key] = _statements_of(migration)
    return _read[key]


def _statements_of(migration: Migration) -> list[str]:
    executor = MigrationExecutor(connection)
    # What refuses to run in a transaction refuses to be read in that of a test. Nothing is run here.
    within = connection.in_atomic_block and migration.atomic
    with few_classes_built(), mock.patch.object(connection, "in_atomic_block", within):
        found = executor.loader.collect_sql([(migration, False)])
    return [*_without_titles(found)]


def _without_titles(lines: Iterable[str]) -> Iterator[str]:
    """Django writes a comment above each operation; `CANNOT BE WRITTEN` is one that says something."""
    for line in lines:
        if not line.startswith("--"):
            # A trigger of pgtrigger is one text of many statements, with functions between dollar signs.
            yield from re.split(r";\s*\n(?=\s*(?:[A-Z]+ ))", line) if "$$" not in line else _around(line)
        elif "CANNOT BE WRITTEN" in line or "RunPython" in line:
            yield PYTHON


def _around(text: str) -> list[str]:
    """The statements of such a text, without the bodies of functions."""
    return re.split(r";\s*\n", re.sub(r"\$\$.*?\$\$", "''", text, flags=re.S))
