"""What always holds, whatever was killed, lost or done twice; each a named object with its question.

`manage.py check_invariants` asks them all of a system that runs. They read, and change nothing.
"""

import logging
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cases.invariants import chain, clocks, exchange, files, history, money, numbers, once, portal, rolled
from cases.invariants.base import Invariant, Outcome, Scope

ALL = (
    *history.INVARIANTS,
    *numbers.INVARIANTS,
    *once.INVARIANTS,
    *money.INVARIANTS,
    *clocks.INVARIANTS,
    *chain.INVARIANTS,
    *files.INVARIANTS,
    *rolled.INVARIANTS,
    *portal.INVARIANTS,
    *exchange.INVARIANTS,
)
logger = logging.getLogger(__name__)

OPTIONS = frozenset(one.option for one in ALL if one.option)
NAMES = tuple(one.name for one in ALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, and how long it took."""

    invariant: Invariant
    outcome: Outcome
    seconds: float

    @property
    def holds(self) -> bool:
        return not self.outcome.broken


def chosen(*, options: Collection[str] = (), names: Collection[str] = ()) -> list[Invariant]:
    """Those of these names; without names all but the slow ones, and of these what `options` ask for."""
    if names:
        return [one for one in ALL if one.name in names]
    return [one for one in ALL if not one.option or one.option in options]


def ask(invariants: Collection[Invariant], scope: Scope | None = None) -> Iterator[Answer]:
    """Ask one after the other. On a system that runs, inside a `snapshot`: else they see different moments.

    One that raises counts as broken, with its reason, and the others are asked all the same.
    """
    scope = scope or Scope()
    for one in invariants:
        began = time.monotonic()
        outcome = _outcome(one, scope)
        yield Answer(one, outcome, time.monotonic() - began)


def _outcome(one: Invariant, scope: Scope) -> Outcome:
    before = transaction.savepoint()
    try:
        outcome = one.ask(scope)
    except Exception as error:
        transaction.savepoint_rollback(before)  # raises when the database is away
        logger.exception("the invariant %s could not be asked", one.name)
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        return Outcome(0, 1, (_("It could not be asked (%(reason)s).") % {"reason": reason},))
    transaction.savepoint_commit(before)
    return outcome


@contextmanager
def snapshot() -> Iterator[None]:
    """One read-only transaction that sees the database as it is now, until its end.

    Not an `atomic` block: counting with a calendar takes a lock there, and whoever changes a calendar
    would wait for all invariants. Raises Django's `TransactionManagementError` inside of one.
    """
    connection.set_autocommit(False)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
    finally:
        connection.rollback()
        connection.set_autocommit(True)


__all__ = ["ALL", "NAMES", "OPTIONS", "Answer", "Invariant", "Outcome", "Scope", "ask", "chosen", "snapshot"]
