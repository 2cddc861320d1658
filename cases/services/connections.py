"""Every call to another system leaves behind how it went; what a connection is, for the screen that shows them all."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from cases.connections.systems import System, Waiting
from cases.models import ConnectionState
from onestop.metrics import tally
from onestop.outside import Garbled, NoAnswer, NotConnected, NotLetIn, NotReached, OutsideError, Refused

# A success is written down again only after this long: a thousand calls a minute are not a thousand writes.
SUCCESS_STAYS = timedelta(seconds=10)
# How `/metrics` calls what went wrong.
KINDS = {
    NotReached: "not_reached",
    NoAnswer: "no_answer",
    Garbled: "garbled",
    Refused: "refused",
    NotLetIn: "not_let_in",
}


@dataclass(frozen=True, slots=True)
class Connection:
    """One system as the screen of connections shows it; everything is asked when it is shown.

    `address` is empty where nobody has configured it. `probe` asks the other side for something that changes nothing
    and raises `OutsideError`; None where there is no such question. `page` names the page of the back office that
    lists what waits or was refused.
    """

    system: System
    address: Callable[[], str]
    probe: Callable[[], object] | None = None
    waiting: Callable[[], Waiting] = Waiting
    page: str = ""


@contextmanager
def calling(system: System) -> Iterator[None]:
    """Around a call: notes that it went well, or why not, and lets the error through.

    A refusal is an answer: the connection works, and what was refused is the matter of who asked. Not so when we
    are not let in. Outside of transactions: what is rolled back would take the note with it.
    """
    began = time.perf_counter()
    try:
        yield
    except NotConnected:
        raise
    except OutsideError as error:
        _measure(system, KINDS.get(type(error), "other"), began)
        if isinstance(error, Refused) and not isinstance(error, NotLetIn):
            note_success(system)
        else:
            note_failure(system, str(error))
        raise
    else:
        _measure(system, "ok", began)
        note_success(system)


def _measure(system: System, outcome: str, began: float) -> None:
    tally.count(tally.CALLS, system.value, outcome)
    tally.observe(tally.CALL_SECONDS, time.perf_counter() - began, system.value)


def note_success(system: System) -> None:
    now = timezone.now()
    good = {"last_success_at": now, "failing_since": None, "failures": 0}
    state = ConnectionState.objects.filter(system=system)
    # Also those whose clock was ahead for a while: a moment to come is no reason to write nothing.
    stale = (
        Q(failing_since__isnull=False)
        | Q(last_success_at__isnull=True)
        | Q(last_success_at__lt=now - SUCCESS_STAYS)
        | Q(last_success_at__gt=now)
    )
    if not state.filter(stale).update(**good) and not state.exists():
        ConnectionState.objects.bulk_create([ConnectionState(system=system, **good)], ignore_conflicts=True)


@transaction.atomic
def note_failure(system: System, why: str) -> None:
    now = timezone.now()
    longest = ConnectionState._meta.get_field("last_failure").max_length
    state, _is_new = ConnectionState.objects.select_for_update().get_or_create(system=system)
    state.failing_since = state.failing_since or now
    state.last_failure_at, state.last_failure = now, why[:longest] or system.value
    state.failures = F("failures") + 1
    state.save()
