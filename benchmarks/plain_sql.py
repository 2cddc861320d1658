"""SQL by hand: what the yardsticks are made of."""

from django.db import connection
from django.db.models import Model


def run(sql: str, params=None) -> int:
    """Number of rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


def value(sql: str, params=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]


def table(model: type[Model]) -> str:
    return model._meta.db_table
