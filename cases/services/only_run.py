"""One run of a kind at a time over all workers, so that the others stay free for what is urgent."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import wraps
from zlib import crc32

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


def one_at_a_time(task: Callable[[], None]) -> Callable[[], None]:
    """The task, which does nothing while another worker is at it: a system that hangs keeps one worker, not all."""
    lock = crc32(task.__name__.encode())

    @wraps(task)
    def alone() -> None:
        with only_run(lock) as is_alone:
            if is_alone:
                task()

    return alone
