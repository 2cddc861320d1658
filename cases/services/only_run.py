"""One run of a kind at a time over all workers, so that the others stay free for what is urgent."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from django.db import InterfaceError, OperationalError, connection


@contextmanager
def only_run(lock: int) -> Iterator[bool]:
    """Whether no other worker is at it; its lock goes with its connection, so a killed one leaves none.

    The lock is that of a transaction, which also a pooler keeps on one connection, and which is open as long as
    the run: on a connection of its own, so that what the run does is committed piece by piece.
    """
    with closing(connection.copy()) as own:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
            alone = cursor.fetchone()[0]
        if not alone:
            own.close()
        try:
            yield alone
        finally:
            # Or a pooler would let go of the lock only some time after. A connection that is lost holds none.
            with suppress(OperationalError, InterfaceError):
                own.rollback()
