"""What goes round the services, and here round all triggers too: rows and files changed by hand."""

from pathlib import Path

from django.db import connection


def run(sql: str, params=None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def drop(table: str, constraint: str) -> None:
    """What the database itself refuses is checked all the same: a restored or copied one may lack it."""
    run(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {constraint}")
    run(f"DROP INDEX IF EXISTS {constraint}")


def copy(row, **changes) -> None:
    """The row once more, as a second worker would have written it."""
    columns = [field.column for field in row._meta.concrete_fields if not field.primary_key]
    values = [f"%({column})s" if column in changes else f'"{column}"' for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    run(
        f"INSERT INTO {row._meta.db_table} ({names}) SELECT {', '.join(values)}"
        f" FROM {row._meta.db_table} WHERE id = %(copied)s",
        {**changes, "copied": row.pk},
    )


_before: list[tuple[Path, bytes]] = []


def write(path: str, content: bytes | None) -> None:
    """Other bytes, or no file at all, until the end of the test."""
    file = Path(path)
    _before.append((file, file.read_bytes()))
    file.unlink()
    if content is not None:
        file.write_bytes(content)


def written_back() -> None:
    while _before:
        file, content = _before.pop()
        file.write_bytes(content)
