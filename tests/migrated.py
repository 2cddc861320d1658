"""The test database is copied from one in which all migrations ran: they take most of a minute, a copy a second.

The copied one is made by whichever worker comes first, under a name that tells of the migrations, and stays for
later runs. `CREATE DATABASE … TEMPLATE` is PostgreSQL's own; tests of migrations make their databases themselves.
"""

import hashlib
import inspect
from pathlib import Path

import django
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from psycopg import sql


def template(connection: BaseDatabaseWrapper, base: str) -> str:
    """The name of the migrated database of these test databases; made when it is not there."""
    name = f"{base}_migrated_{_digest()}"
    with connection._nodb_cursor() as server:
        server.execute("SELECT pg_advisory_lock(hashtext(%s))", [base])  # until this connection closes
        server.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"{base}_migrated_"]
        )
        found = {row[0] for row in server.fetchall()}
        if name not in found:
            for stale in found:
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(stale)))
            half = f"{name}_half"  # of a run that was killed meanwhile nobody copies anything
            _migrate(connection, half)
            server.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(half), sql.Identifier(name))
            )
    return name


def _digest() -> str:
    """Of all that migrations say, and of what runs them."""
    digest = hashlib.sha256(f"django {django.__version__}".encode())
    for key, migration in sorted(MigrationLoader(None).disk_migrations.items()):
        digest.update(repr(key).encode())
        digest.update(Path(inspect.getfile(type(migration))).read_bytes())
    return digest.hexdigest()[:12]


def _migrate(connection: BaseDatabaseWrapper, name: str) -> None:
    names, own = connection.settings_dict["TEST"], connection.settings_dict["NAME"]
    test = names["NAME"]
    names["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        connection.close()
        names["NAME"], connection.settings_dict["NAME"] = test, own
