"""Encrypting what is stored: the first time, and again with a new key; in batches that can be interrupted."""

from collections.abc import Iterator

import pgtrigger
from django.apps import apps
from django.db import connection, transaction

from onestop.encryption import PREFIX, CannotDecrypt, current_prefix, decrypt, encrypt, keyed_hash
from onestop.fields import EncryptedCharField, EncryptedJSONField, KeyedHashField

BATCH = 1_000


def encrypted_columns() -> list[tuple[type, str]]:
    """(model, name of the field) of everything that is encrypted at rest."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, EncryptedCharField | EncryptedJSONField)
    ]


def hash_columns() -> list[tuple[type, str]]:
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, KeyedHashField)
    ]


def rewrite(table: str, column: str, *, clear: bool = False) -> Iterator[int]:
    """Encrypt with the newest key whatever is not; yields the size of each batch.

    A batch is a transaction that locks its rows, and what is done is not done again: it may be stopped at
    any time. `clear`: the texts there are not encrypted yet. Raises `CannotDecrypt`.
    """
    place, last = f"{table}.{column}", 0
    while batch := _rewrite_batch(place, table, column, after=last, clear=clear):
        last = batch[-1]
        yield len(batch)


@transaction.atomic
def _rewrite_batch(place: str, table: str, column: str, *, after: int, clear: bool) -> list[int]:
    with connection.cursor() as cursor, pgtrigger.ignore():  # a new key changes nothing of what is said
        cursor.execute(
            f"SELECT id, {column} FROM {table} WHERE id > %s AND {column} <> '' "
            f"AND LEFT({column}, %s) <> %s ORDER BY id LIMIT %s FOR UPDATE",
            [after, len(current_prefix()), current_prefix(), BATCH],
        )
        rows = cursor.fetchall()
        if not clear or all(text.startswith(PREFIX) for _pk, text in rows):
            rows = [(pk, decrypt(text, place)) for pk, text in rows]
        elif any(text.startswith(PREFIX) for _pk, text in rows):
            raise CannotDecrypt(f"{place} is encrypted in part. Restore it from a backup.")
        _write(cursor, table, column, [(pk, encrypt(text, place)) for pk, text in rows])
    return [pk for pk, _text in rows]


def rehash(table: str, column: str, of: str) -> Iterator[int]:
    """Make the hashes of an encrypted column again where they are not those of the present key; yields as above."""
    last = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, {of}, {column} FROM {table} WHERE id > %s AND {of} <> '' "
                "ORDER BY id LIMIT %s FOR UPDATE",
                [last, BATCH],
            )
            rows = cursor.fetchall()
            if not rows:
                return
            hashes = [(pk, keyed_hash(decrypt(text, f"{table}.{of}")), kept) for pk, text, kept in rows]
            stale = [(pk, new) for pk, new, kept in hashes if new != kept]
            _write(cursor, table, column, stale)
            last = rows[-1][0]
        yield len(stale)


def _write(cursor, table: str, column: str, rows: list[tuple[int, str]]) -> None:
    """All rows of a batch in one statement."""
    cursor.execute(
        f"UPDATE {table} SET {column} = new.text "
        f"FROM unnest(%s::bigint[], %s::text[]) AS new (id, text) WHERE {table}.id = new.id",
        [[pk for pk, _text in rows], [text for _pk, text in rows]],
    )
