"""The world of the cast, built once in a process and afterwards put back in one statement.

Thousands of tests begin with the same sixty rows; each made by itself they would take minutes of a run.
"""

import pickle
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Model
from django.db.models.signals import post_save
from django.utils import timezone
from psycopg import sql


@dataclass(frozen=True)
class Kept:
    """What was built: the objects, and the rows as statements of SQL with the numbers that they were given."""

    built: bytes
    statements: str


_kept: dict[datetime, Kept] = {}  # by the frozen moment: rows bear it


def built_once(build: Callable[[], object]) -> object:
    """What `build` makes by saving objects one by one, as new objects each time; the clock must be frozen.

    Rows that triggers make are made again by the triggers. The numbers are always the same and never given
    to anything else: no sequence goes back when a transaction does, nor after a TRUNCATE.
    """
    now = timezone.now()
    if now not in _kept:
        with _noting_what_is_saved() as rows:
            built = build()
        _kept[now] = Kept(pickle.dumps(built), _statements(rows))
    else:
        with connection.cursor() as cursor:
            cursor.execute(_kept[now].statements)
    return pickle.loads(_kept[now].built)


@contextmanager
def _noting_what_is_saved():
    """The primary keys of all that is created in the block, by model in the order of their first row."""
    rows: dict[type[Model], list] = {}

    def note(sender, instance, created, **kwargs):
        if created:
            rows.setdefault(sender, []).append(instance.pk)

    post_save.connect(note, weak=False)
    try:
        yield rows
    finally:
        post_save.disconnect(note)


def _statements(rows: dict[type[Model], list]) -> str:
    """One INSERT for each table, which puts back what is stored there now."""
    inserts = []
    for model, keys in rows.items():
        table = sql.Identifier(model._meta.db_table)
        columns = sql.SQL(", ").join(
            sql.Identifier(field.column) for field in model._meta.local_concrete_fields if not field.generated
        )
        with connection.cursor() as cursor:
            select = sql.SQL("SELECT json_agg(t ORDER BY {key})::text FROM {table} t WHERE {key} = ANY(%s)")
            cursor.execute(select.format(table=table, key=sql.Identifier(model._meta.pk.column)), [keys])
            stored = cursor.fetchone()[0]
        insert = sql.SQL("INSERT INTO {0} ({1}) SELECT {1} FROM json_populate_recordset(NULL::{0}, {2})")
        inserts.append(insert.format(table, columns, sql.Literal(stored)))
    return sql.SQL(";\n").join(inserts).as_string(connection.connection)
