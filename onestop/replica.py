"""The read replica: look-ups of the public ask it first, and the primary wherever its word is not good enough.

A citizen who was received a moment ago must be found, so what the replica does not know is asked of the
primary; so is everything while the replica is away or too far behind. Nothing is ever written to it.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import TypeVar

from django.apps import apps
from django.conf import settings
from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
)

log = logging.getLogger(__name__)

ALIAS = "replica"
# Sessions and second factors are not among them, nor is who is signed in: those are asked of the primary.
APPS = {"cases", "procedures", "notifications"}
LOOK_EVERY_SECONDS = 2
REST_SECONDS = 10  # after it did not answer
PRIMARY_AT = "SELECT (pg_current_wal_flush_lsn() - '0/0')::bigint"
REPLICA_AT = "SELECT pg_is_in_recovery(), (pg_last_wal_replay_lsn() - '0/0')::bigint"

Answer = TypeVar("Answer")
_asked: ContextVar[bool] = ContextVar("asked of the replica", default=False)


class Router:
    """Reads inside `ask` go to the replica, everything else to the primary."""

    def db_for_read(self, model, **hints) -> str:
        public = model._meta.app_label in APPS and model is not apps.get_model(settings.AUTH_USER_MODEL)
        return ALIAS if public and _asked.get() else DEFAULT_DB_ALIAS

    def db_for_write(self, model, **hints) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one, other, **hints) -> bool:
        return True  # both are the same rows

    def allow_migrate(self, db: str, app_label: str, **hints) -> bool | None:
        return False if db == ALIAS else None


class State(StrEnum):
    FRESH = "fresh"
    BEHIND = "behind"
    AWAY = "away"
    PRIMARY = "primary"  # it takes writes: another server than was meant, or it was promoted


class Standby:
    """What this process knows of the replica; it looks at most once in `LOOK_EVERY_SECONDS`.

    How far it is behind is told by the log of the primary, not by clocks: the replica has all that the primary
    had stored at the moment of the newest mark that it has reached. So neither a silent primary nor a line that
    broke unnoticed is mistaken for the other, and no right of a superuser is needed.
    """

    def __init__(self):
        self.state = State.BEHIND
        self._looking = threading.Lock()
        self._next_look = 0.0
        self._marks: deque[tuple[float, int]] = deque(maxlen=256)  # when the primary was where in its log
        self._caught_up_at: float | None = None

    @property
    def lag_seconds(self) -> float | None:
        """At most so far behind; None until it was seen to have anything."""
        return None if self._caught_up_at is None else time.monotonic() - self._caught_up_at

    def is_good(self) -> bool:
        """Whether its word counts now."""
        self.look()
        return self.state == State.FRESH

    def look(self) -> State:
        if time.monotonic() >= self._next_look and self._looking.acquire(blocking=False):
            try:
                self._next_look = time.monotonic() + LOOK_EVERY_SECONDS
                self._look()
            finally:
                self._looking.release()
        return self.state

    def rest(self, error: Exception) -> None:
        """It failed: nobody waits for it for a while."""
        connections[ALIAS].close()
        self._next_look = time.monotonic() + REST_SECONDS
        self._becomes(State.AWAY, error)

    def _look(self) -> None:
        self._marks.append((time.monotonic(), _asked_for(connection, PRIMARY_AT)[0]))
        try:
            stands_by, reached = _asked_for(connections[ALIAS], REPLICA_AT)
        except (OperationalError, InterfaceError) as error:
            return self.rest(error)
        if not stands_by:
            return self._becomes(State.PRIMARY)
        while self._marks and self._marks[0][1] <= reached:
            self._caught_up_at = self._marks.popleft()[0]
        lag = self.lag_seconds
        fresh = lag is not None and lag <= settings.REPLICA_MAX_LAG_SECONDS
        return self._becomes(State.FRESH if fresh else State.BEHIND)

    def _becomes(self, state: State, error: Exception | None = None) -> None:
        if state != self.state or error:
            sentence, level = _SENTENCES[state]
            log.log(level, sentence, error or f"{self.lag_seconds or 0:.0f} s")
        self.state = state


_SENTENCES = {
    State.FRESH: ("The replica answers look-ups (behind by at most %s).", logging.INFO),
    State.BEHIND: ("The replica is behind, look-ups ask the primary (%s).", logging.WARNING),
    State.AWAY: ("The replica does not answer, look-ups ask the primary: %s", logging.WARNING),
    State.PRIMARY: (
        "The replica takes writes, so it is none; look-ups ask the primary (%s).",
        logging.WARNING,
    ),
}
standby = Standby()


def is_configured() -> bool:
    return ALIAS in connections.settings


def ask(question: Callable[[], Answer | None]) -> Answer | None:
    """The answer of the replica; where it gives none (None), is behind or away, that of the primary.

    `question` only reads, and may be asked twice. Raises what it raises on the primary.
    """
    if is_configured() and standby.is_good():
        try:
            with _of_the_replica():
                answer = question()
        except (DatabaseError, InterfaceError) as error:  # also a column that has not arrived there yet
            standby.rest(error)
        else:
            if answer is not None:
                return answer
    return question()


@contextmanager
def _of_the_replica() -> Iterator[None]:
    before = _asked.set(True)
    try:
        yield
    finally:
        _asked.reset(before)


def _asked_for(database, sql: str) -> tuple:
    with database.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()
