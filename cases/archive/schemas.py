"""The tables of an archived year: made, bound, brought along with a new release, taken away.

Nobody at a desk waits for any of it. What needs a lock on a live table asks for it with `PATIENCE` and, when
somebody has it, lets everybody else pass and asks again.
"""

import time
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from cases.archive import schema_of
from cases.archive.reading import attached_years
from cases.archive.tables import Table, moved

PATIENCE = "100ms"
PAUSE = 0.2  # seconds
ARCHIVING = "onestop.archiving"  # the setting under which a year takes rows

_REFUSE = """
    CREATE OR REPLACE FUNCTION {schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('onestop.archiving', true) IS DISTINCT FROM 'on' THEN
            RAISE EXCEPTION 'the archive is only read: %.%', TG_TABLE_SCHEMA, TG_TABLE_NAME;
        END IF;
        RETURN CASE WHEN TG_LEVEL = 'ROW' THEN COALESCE(NEW, OLD) END;
    END $$"""


@contextmanager
def archiving():
    """Inside this transaction the tables of the archive take rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'on', true)", [ARCHIVING])
        yield cursor
        cursor.execute("SELECT set_config(%s, 'off', true)", [ARCHIVING])


def make(year: int) -> None:
    """The schema of the year with empty tables; does nothing again that is there."""
    schema = schema_of(year)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        cursor.execute(_REFUSE.format(schema=schema))
        for table in moved():
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {schema}.{table.name} (LIKE public.{table.name} INCLUDING ALL"
                " EXCLUDING IDENTITY)"
            )
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER only_read BEFORE INSERT OR UPDATE OR DELETE ON {schema}.{table.name}"
                f" FOR EACH ROW EXECUTE FUNCTION {schema}.refuse()"
            )
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER not_emptied BEFORE TRUNCATE ON {schema}.{table.name}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse()"
            )
    bind(year)


def bind(year: int) -> None:
    """Foreign keys: inside the year to the year, elsewhere to the live tables. Checked without holding anybody up."""
    schema, mine = schema_of(year), {table.name for table in moved()}
    for table in moved():
        for field in table.foreign_keys:
            target = field.target_field.model._meta.db_table
            place = schema if target in mine else "public"
            checked = _is_checked(schema, table.name, field.column)
            if checked is None:
                _patiently(
                    f"ALTER TABLE {schema}.{table.name} ADD CONSTRAINT {field.column}_fk FOREIGN KEY"
                    f' ("{field.column}") REFERENCES {place}.{target} DEFERRABLE INITIALLY DEFERRED NOT VALID'
                )
            if not checked:
                _patiently(f"ALTER TABLE {schema}.{table.name} VALIDATE CONSTRAINT {field.column}_fk")


def follow() -> None:
    """After a migration: the columns that the live tables have got meanwhile, in every year that is there.

    Rows of before get what their model gives a new row; columns that are gone stay, and need no value.
    """
    for year in attached_years():
        make(year)  # a table that is new
        for table in moved():
            _follow(schema_of(year), table)


def drop(year: int) -> None:
    """Away with it. The live tables that it names are let go one by one, so that the rest concerns nobody."""
    schema = schema_of(year)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f'"
            " AND connamespace = to_regnamespace(%s) AND confrelid IN"
            " (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)",
            [schema],
        )
        keys = cursor.fetchall()
    for table, name in keys:
        _patiently(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    _patiently(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


def _follow(schema: str, table: Table) -> None:
    kinds, live = _columns(schema, table.name), _columns("public", table.name)
    with transaction.atomic(), archiving() as cursor:
        place = f"{schema}.{table.name}"
        for name, (kind, required) in live.items():
            if name not in kinds:
                given = _given_to_new_rows(table, name)
                cursor.execute(f'ALTER TABLE {place} ADD COLUMN "{name}" {kind} DEFAULT %s', [given])
                cursor.execute(f'ALTER TABLE {place} ALTER COLUMN "{name}" DROP DEFAULT')
            elif kinds[name][0] != kind:
                cursor.execute(f'ALTER TABLE {place} ALTER COLUMN "{name}" TYPE {kind}')
            elif kinds[name][1] and not required:
                cursor.execute(f'ALTER TABLE {place} ALTER COLUMN "{name}" DROP NOT NULL')
        for name in kinds.keys() - live.keys():
            cursor.execute(f'ALTER TABLE {place} ALTER COLUMN "{name}" DROP NOT NULL')


def _given_to_new_rows(table: Table, column: str):
    field = next(field for field in table.model._meta.concrete_fields if field.column == column)
    with connection.schema_editor(collect_sql=True) as editor:
        return editor.effective_default(field)


def _columns(schema: str, table: str) -> dict[str, tuple[str, bool]]:
    """Type and whether a value is required, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute"
            " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped",
            [f"{schema}.{table}"],
        )
        return {name: (kind, required) for name, kind, required in cursor.fetchall()}


def _is_checked(schema: str, table: str, column: str) -> bool | None:
    """Whether the foreign key of the column was validated; None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT convalidated FROM pg_constraint WHERE conrelid = to_regclass(%s) AND conname = %s",
            [f"{schema}.{table}", f"{column}_fk"],
        )
        row = cursor.fetchone()
    return row and row[0]


def _patiently(statement: str) -> None:
    """In a transaction of its own, as soon as nobody holds what it needs; others wait `PATIENCE` at most."""
    while True:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
                cursor.execute(statement)
                cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
            return
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            time.sleep(PAUSE)
