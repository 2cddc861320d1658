"""After a test that commits, the tables are emptied: by deleting what is there.

Django truncates all tables, and makes permissions and content types anew: for each of hundreds of tests a thousand
files of PostgreSQL come and go, however little was written.
"""

from functools import cache

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

STAY = {"django_content_type", "auth_permission"}  # Django makes the same ones anew
NEW_EDITION = """
    INSERT INTO procedures_calendaredition (id, name) VALUES (1, gen_random_uuid())
    ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name
"""


def delete_what_was_written(case) -> None:
    """In place of `TransactionTestCase._fixture_teardown`; as there, no sequence begins anew."""
    for name in case._databases_names(include_mirrors=False):
        connection = connections[name]
        with transaction.atomic(using=name), connection.cursor() as cursor:
            lock, ask = _statements(connection)
            cursor.execute("SET LOCAL session_replication_role = replica")  # the history refuses it elsewhere
            cursor.execute(lock)  # whoever still writes ends first
            cursor.execute(ask)
            if filled := [sql.Identifier(row[0]) for row in cursor.fetchall()]:
                deletes = [sql.SQL("DELETE FROM {}").format(table) for table in filled]
                cursor.execute(sql.SQL("; ").join(deletes).as_string(connection.connection))
            cursor.execute(NEW_EDITION)  # as the trigger does that is silent now


@cache
def _statements(connection: BaseDatabaseWrapper) -> tuple[str, str]:
    """One that waits until nobody writes any more, and one that asks which tables hold a row."""
    names = sorted(set(connection.introspection.django_table_names(only_existing=True)) - STAY)
    lock = sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(
        sql.SQL(", ").join(map(sql.Identifier, names))
    )
    asked = (
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(name, sql.Identifier(name))
        for name in names
    )
    return tuple(
        statement.as_string(connection.connection) for statement in (lock, sql.SQL(" UNION ALL ").join(asked))
    )
