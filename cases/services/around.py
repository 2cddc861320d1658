"""All connections to other systems together: what the screen shows of them, and trying one now."""

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.connections.systems import Health, System, Waiting, health_of
from cases.errors import NotPermitted, NotPossibleNow
from cases.models import ConnectionState
from cases.services import (
    channels_around,
    exchange,
    payment_platform,
    population,
    portal,
    post,
    procedure_database,
    put_back,
)
from cases.services.connections import Connection, calling, note_failure
from cases.services.online_refunds import waiting_refunds
from onestop import access
from onestop.outside import OutsideError, is_this_machine
from procedures.models import Staff

logger = logging.getLogger(__name__)

RUN_SECONDS = 50  # the next run starts a minute later
FAILING_REST = timedelta(hours=1)  # until who fails is asked again by itself

# In the order of the screen; each service that talks to a system says what its connection is.
CONNECTIONS: tuple[Connection, ...] = (
    portal.CONNECTION,
    procedure_database.connection(),
    payment_platform.connection(waiting_refunds),
    post.connection(),
    population.connection(),
    put_back.connection(System.PERSONAL_STORE),
    put_back.connection(System.CIVIL_STATUS),
    put_back.connection(System.BUSINESS),
    exchange.connection(),
    channels_around.VNEID,
    channels_around.SIGNATURES,
    channels_around.EMAIL,
    channels_around.SMS,
    channels_around.ZALO,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A connection and how it stands; `is_near`: what answers runs on this machine, as simulators do."""

    connection: Connection
    health: Health
    state: ConnectionState
    waiting: Waiting
    is_near: bool

    @property
    def system(self) -> System:
        return self.connection.system

    @property
    def partner(self) -> str:
        return self.connection.partner

    @property
    def is_configured(self) -> bool:
        return self.health != Health.NOT_CONNECTED

    @property
    def is_left_behind(self) -> bool:
        """An installation that was taken out of the settings while something for it waits still."""
        return bool(self.partner and (self.waiting.count or self.waiting.refused))

    @property
    def can_be_tried(self) -> bool:
        return self.is_configured and self.connection.probe is not None


def all_connections(*, only_configured: bool = False) -> list[Shown]:
    """Each connection with the outcome of its last calls and what waits for it; nothing is asked of the others."""
    states = {(one.system, one.partner): one for one in ConnectionState.objects.all()}
    shown = [
        _shown(one, states.get(one.key) or ConnectionState(system=one.system, partner=one.partner))
        for one in _lines()
        if one.address() or one.partner or not only_configured
    ]
    return [one for one in shown if one.is_configured or one.is_left_behind or not only_configured]


def _lines() -> list[Connection]:
    """One for each other side: a system that is several installations has as many."""
    return [line for one in CONNECTIONS for line in one.each() or (one,)]


def _shown(connection: Connection, state: ConnectionState) -> Shown:
    address = connection.address()
    return Shown(
        connection=connection,
        health=health_of(
            is_configured=bool(address),
            last_success=state.last_success_at,
            failing_since=state.failing_since,
        ),
        state=state,
        waiting=connection.waiting(),
        is_near=is_this_machine(address),
    )


def try_now(system: str, *, by: Staff, partner: str = "") -> None:
    """Ask that system, of several that installation, now for something that changes nothing.

    Raises `NotPermitted`, `NotPossibleNow` (nothing is configured, or there is no such question), `OutsideError`.
    """
    if not access.keeps_connections(by):
        raise NotPermitted(_("Connections are kept by the administrators of the system."))
    connection = next((one for one in _lines() if one.key == (system, partner)), None)
    if connection is None or connection.probe is None or not connection.address():
        raise NotPossibleNow(_("There is nothing that could be asked: the connection is not configured."))
    _ask(connection)
    connection.ends_outage()


def try_quiet() -> tuple[int, int]:
    """Ask each system with which nobody has spoken for `CONNECTIONS_TRIED_MINUTES`; how many did and did not answer.

    So that whoever opens the screen sees today's state also of what is seldom used. Who was silent for longest comes
    first; when one hangs, the next run goes on.
    """
    if not settings.CONNECTIONS_TRIED_MINUTES:
        return 0, 0
    stop_at, now = time.monotonic() + RUN_SECONDS, timezone.now()
    quiet = [shown for shown in all_connections(only_configured=True) if _is_to_be_asked(shown, now)]
    answers = []
    for shown in sorted(quiet, key=_last_spoken):
        if time.monotonic() > stop_at:
            break
        answers.append(_answers(shown.connection))
    return sum(answers), len(answers) - sum(answers)


def try_all() -> None:
    """Ask every system once, also those that nobody asks unless a person wants it: when a demonstration begins."""
    for shown in all_connections(only_configured=True):
        if shown.can_be_tried:
            _answers(shown.connection)


def _is_to_be_asked(shown: Shown, now: datetime) -> bool:
    """A sign of life is less than a call: where something waits, its own attempts say when a fault is over.

    And a wrong password that is tried often closes an account.
    """
    if not shown.can_be_tried or not shown.connection.asked_by_itself:
        return False
    is_failing = shown.state.failing_since is not None
    if is_failing and shown.waiting.count:
        return False
    rest = FAILING_REST if is_failing else timedelta(minutes=settings.CONNECTIONS_TRIED_MINUTES)
    return _last_spoken(shown) <= now - rest


def _answers(connection: Connection) -> bool:
    """Whether it does; if not, its row says why."""
    try:
        _ask(connection)
    except OutsideError:  # noted already
        return False
    except Exception as error:  # of one connection, and the others are asked all the same
        logger.exception("the connection %s cannot be asked", connection.system.value)
        note_failure(connection.system, type(error).__name__, connection.partner)
        return False
    return True


def _last_spoken(shown: Shown) -> datetime:
    spoken = [at for at in (shown.state.last_success_at, shown.state.last_failure_at) if at]
    return max(spoken, default=datetime.min.replace(tzinfo=UTC))


def _ask(connection: Connection) -> None:
    with calling(connection.system, connection.partner):
        connection.probe()
