"""Every call to another system leaves behind how it went; what a connection is, for the screen that shows them all."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from cases.connections.systems import System, Waiting, name_of
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
    lists what waits or was refused. Where a system is several installations, `each` gives the connection to each,
    with its `partner`; none while there is none. `warning` is a sentence about what will fail soon, if anything.
    `asked_by_itself` is False where only a person may ask. `ends_outage`: what follows when a person has seen it answer.
    """

    system: System
    address: Callable[[], str]
    probe: Callable[[], object] | None = None
    waiting: Callable[[], Waiting] = Waiting
    page: str = ""
    partner: str = ""
    warning: Callable[[], str] = str
    each: Callable[[], Sequence["Connection"]] = tuple
    asked_by_itself: bool = True
    ends_outage: Callable[[], object] = str

    @property
    def key(self) -> tuple[str, str]:
        """By what its state is known."""
        return self.system.value, self.partner

    @property
    def label(self) -> str:
        return name_of(self.system, self.partner)


@contextmanager
def calling(system: System, partner: str = "") -> Iterator[None]:
    """Around a call: notes that it went well, or why not, and lets the error through.

    A refusal is an answer: the connection works, and what was refused is the matter of who asked. Not so when we
    are not let in. `partner` is the one that is called, where a system is several. Outside of transactions: what is rolled back would take the note with it.
    """
    began = time.perf_counter()
    try:
        yield
    except NotConnected:
        raise
    except OutsideError as error:
        _measure(system, partner, KINDS.get(type(error), "other"), began)
        if isinstance(error, Refused) and not isinstance(error, NotLetIn):
            note_success(system, partner)
        else:
            note_failure(system, str(error), partner)
        raise
    else:
        _measure(system, partner, "ok", began)
        note_success(system, partner)


def _measure(system: System, partner: str, outcome: str, began: float) -> None:
    of_partner = (partner,) if partner else ()
    tally.count(tally.CALLS, system.value, outcome, *of_partner)
    tally.observe(tally.CALL_SECONDS, time.perf_counter() - began, system.value, *of_partner)


def note_success(system: System, partner: str = "") -> None:
    now = timezone.now()
    good = {"last_success_at": now, "failing_since": None, "failures": 0}
    state = ConnectionState.objects.filter(system=system, partner=partner)
    # Also those whose clock was ahead for a while: a moment to come is no reason to write nothing.
    stale = (
        Q(failing_since__isnull=False)
        | Q(last_success_at__isnull=True)
        | Q(last_success_at__lt=now - SUCCESS_STAYS)
        | Q(last_success_at__gt=now)
    )
    if not state.filter(stale).update(**good) and not state.exists():
        new = ConnectionState(system=system, partner=partner, **good)
        ConnectionState.objects.bulk_create([new], ignore_conflicts=True)


@transaction.atomic
def note_failure(system: System, why: str, partner: str = "") -> None:
    now = timezone.now()
    longest = ConnectionState._meta.get_field("last_failure").max_length
    states = ConnectionState.objects.select_for_update()
    state, _is_new = states.get_or_create(system=system, partner=partner)
    state.failing_since = state.failing_since or now
    state.last_failure_at, state.last_failure = now, why.replace("\0", "")[:longest] or system.value
    state.failures = F("failures") + 1
    state.save()
