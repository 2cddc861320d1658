"""Many rows into the database at once: by COPY, without triggers, with the indexes made afterwards."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from django.db import DatabaseError, connection
from django.db.models import Model
from django.utils.translation import gettext as _
from psycopg.errors import InsufficientPrivilege

from cases.errors import NotPermitted


def without_triggers() -> None:
    """Until the transaction ends: neither triggers nor foreign keys are asked. NotPermitted where the role may not."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    try:
        run("SET LOCAL session_replication_role = replica")
    except DatabaseError as error:
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        raise NotPermitted(
            _(
                "The role of the database may not switch triggers off. As superuser: GRANT SET ON PARAMETER "
                "session_replication_role TO %(role)s;"
            )
            % {"role": connection.settings_dict["USER"]}
        ) from error


@contextmanager
def without_indexes(models: Iterable[type[Model]]) -> Iterator[None]:
    """Rows go in faster without them; all are there again at the end, or the transaction fails.

    Those of constraints stay.
    """
    run("SET LOCAL maintenance_work_mem = '512MB'")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " WHERE i.indrelid = ANY(%s::regclass[]) AND NOT EXISTS"
            " (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
            [[model._meta.db_table for model in models]],
        )
        found = cursor.fetchall()
    for name, _definition in found:
        run(f"DROP INDEX {name}")
    yield
    for _name, definition in found:
        run(definition)


def loader(columns: Callable[[type[Model]], Iterable[str]]) -> Callable[[Mapping[type[Model], str]], None]:
    """What sends rows by COPY; may be called in another thread, one after the other."""
    raw = connection.connection  # Django's own is of one thread only

    def load(rows: Mapping[type[Model], str]) -> None:
        with raw.cursor() as cursor:
            for model, text in rows.items():
                names = ", ".join(columns(model))
                with cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as copy:
                    copy.write(text)

    return load


def set_sequences(models: Iterable[type[Model]]) -> None:
    for model in models:
        table = model._meta.db_table
        run(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table} HAVING max(id) IS NOT NULL"
        )


def run(sql: str, params=None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
