"""Settings of the databases, read by `onestop/settings.py`: the primary, a pooler before it, a replica behind it."""

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from environs import Env

env = Env()

DATABASE_POOLED = env.bool("DATABASE_POOLED", False)
DATABASE_REPLICA_URL = env.str("DATABASE_REPLICA_URL", "")
REPLICA_MAX_LAG_SECONDS = env.int("REPLICA_MAX_LAG_SECONDS", 30)
if REPLICA_MAX_LAG_SECONDS < 1:
    raise ImproperlyConfigured("REPLICA_MAX_LAG_SECONDS must be at least 1.")
DATABASE_ROUTERS = ["onestop.replica.Router"] if DATABASE_REPLICA_URL else []

_POSTGRESQL = "django.db.backends.postgresql"
_CONN_MAX_AGE = env.int("DB_CONN_MAX_AGE", 60)
# Compiling a query takes longer than any query of a page may take.
_NO_JIT = "-c jit=off"
_READ_ONLY = "-c default_transaction_read_only=on -c statement_timeout=5s"
_SOON_AWAY = {"tcp_user_timeout": 3000, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 2}


def databases(url: str, *, embedded: bool, test_name: str) -> dict[str, dict]:
    """`default`, and `replica` where there is one. Raises `ImproperlyConfigured` with the name of the variable."""
    default = _database("DATABASE_URL", url, connect_timeout=5, options=_NO_JIT, pooled=DATABASE_POOLED)
    default["TEST"] = {"NAME": test_name}
    if embedded:
        default["ENGINE"] = "onestop.embedded.backend"  # the same, started on first use
    if not DATABASE_REPLICA_URL:
        return {"default": default}
    if embedded:
        raise ImproperlyConfigured(
            "DATABASE_REPLICA_URL needs DATABASE_URL: the private server has no replica."
        )
    # Never through a pooler, which would keep a look-up waiting for a replica that is away.
    replica = _database(
        "DATABASE_REPLICA_URL",
        DATABASE_REPLICA_URL,
        connect_timeout=2,  # whoever waits would rather have the answer of the primary
        options=f"{_NO_JIT} {_READ_ONLY}",
        pooled=False,
    )
    # A machine that lost its power says no goodbye: unanswered packets and slow answers end a look-up there.
    for name, value in _SOON_AWAY.items():
        replica["OPTIONS"].setdefault(name, value)
    replica["TEST"] = {"MIRROR": "default"}
    return {"default": default, "replica": replica}


def _database(variable: str, url: str, *, connect_timeout: int, options: str, pooled: bool) -> dict:
    try:
        database = dj_database_url.parse(url, conn_max_age=_CONN_MAX_AGE)
    except ValueError as error:
        raise ImproperlyConfigured(f"{variable} is not an address of a database. {error}") from error
    if database["ENGINE"] != _POSTGRESQL:
        raise ImproperlyConfigured(
            f"{variable} must be a postgres:// address: there is no second SQL dialect."
        )
    database["ENGINE"] = (
        "onestop.database"  # the same, but that a kept connection is looked at without a round trip
    )
    database["CONN_HEALTH_CHECKS"] = True
    given = database.setdefault("OPTIONS", {})
    given.setdefault("connect_timeout", connect_timeout)  # seconds
    if pooled:
        # PgBouncer refuses what a connection wants to begin with, and gives each transaction another one.
        database["DISABLE_SERVER_SIDE_CURSORS"] = True
    else:
        given.setdefault("options", options)
    return database
