"""What waits for the national portal is sent: in order for each dossier, by one worker at a time (R45).

Whoever claims a dossier's row sends its messages one after another. What cannot be sent stops this dossier only:
after a bad call it is tried again later and without end, after a refusal it waits for a person.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.connections.systems import System, Waiting
from cases.limits import CannotCount
from cases.models import Dossier, DossierEvent, PortalDossier, PortalMessage
from cases.portal.content import with_all_that_is_told
from cases.portal.states import FileState, MessageState, PortalState
from cases.services import portal_files
from cases.services.connections import Connection, calling
from cases.services.portal_notes import Item, note_failed, note_idle, note_refused, note_sent, release
from cases.services.portal_variants import Variant, opened
from onestop.encryption import CannotDecrypt, canonical, marking_unreadable, refuse_unreadable
from onestop.outside import NotLetIn, OutsideError, Refused

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)  # longer than a run and the calls that may hang at its end
RUN_SECONDS = 50  # the next run starts a minute later
PROBE_SECONDS = 15  # of a sign of life
CLAIMED_AT_ONCE = 100  # dossiers
RESTS_AFTER = 3  # bad calls one after another: then it is left alone for the rest of the run


@dataclass(frozen=True, slots=True)
class PortalCounts:
    """Messages of one run: `failed` are tried again by themselves, `refused` wait for a person."""

    sent: int = 0
    failed: int = 0
    refused: int = 0


def probe() -> None:
    """Log in, and nothing else. Raises `OutsideError`."""
    with opened(whole_seconds=PROBE_SECONDS) as portal:
        portal.sign_in()


def waiting() -> Waiting:
    still = PortalDossier.objects.filter(state=PortalState.WAITING)
    files = portal_files.lacking().order_by()
    return Waiting(
        count=still.count() + files.filter(state=FileState.WAITING).count(),
        refused=PortalDossier.objects.standing_still().count()
        + files.filter(state=FileState.REFUSED).count(),
        oldest=still.aggregate(oldest=Min("waiting_since"))["oldest"],
    )


CONNECTION = Connection(
    System.PORTAL,
    address=lambda: settings.PORTAL_URL,
    probe=probe,
    waiting=waiting,
    page="admin:portal",
)


def deliver_due(*, seconds: float = RUN_SECONDS) -> PortalCounts:
    """Send what is due, what waits longest first; safe in parallel and after a kill.

    Nothing while no portal is configured. Must not be called inside a transaction.
    """
    if not settings.PORTAL_URL:
        return PortalCounts()
    with opened() as portal:
        run = _Run(portal, stop_at=time.monotonic() + seconds)
        while not run.is_over and (rows := _claim()):
            run.work(rows)
    return PortalCounts(**run.counts)


def _claim() -> list[PortalDossier]:
    """The next dossiers of which something is due, for the length of the lease."""
    now = timezone.now()
    with transaction.atomic(durable=True):
        rows = list(
            PortalDossier.objects.due(now)
            .select_for_update(skip_locked=True)
            .order_by("next_attempt_at", "pk")[:CLAIMED_AT_ONCE]
        )
        claim = now + LEASE
        PortalDossier.objects.filter(pk__in=[row.pk for row in rows]).update(claimed_until=claim)
        for row in rows:
            # Whoever held it last was killed, perhaps after the portal had taken the first message.
            row.must_ask |= row.claimed_until is not None and row.known_status is None
            row.claimed_until = claim
        return rows


class _Run:
    """One run with one session."""

    def __init__(self, portal: Variant, *, stop_at: float):
        self.portal = portal
        self.stop_at = stop_at
        self.counts: Counter[str] = Counter()
        self.bad_calls = 0

    @property
    def is_over(self) -> bool:
        return self.bad_calls >= RESTS_AFTER or time.monotonic() >= self.stop_at

    @marking_unreadable("messages to the national portal")
    def work(self, rows: list[PortalDossier]) -> None:
        """Send the messages of these dossiers in rounds, of each dossier one in a round; at the end none is held."""
        try:
            waiting = _messages_of(rows)
            note_idle([row for row in rows if row.pk not in waiting])
            self.events = _events_of(waiting)
            self.dossiers = _dossiers(rows)
            moving = {row.pk: row for row in rows if row.pk in waiting}
            while moving and not self.is_over:
                moving = self._round(moving, waiting)
        finally:
            release(rows)

    def _round(self, moving: dict, waiting: dict) -> dict:
        items = [
            item for row in moving.values() if (item := self._composed(row, waiting[row.pk][0])) is not None
        ]
        went_well: list[Item] = []
        for group in _groups(items, self.portal.batch):
            if self.is_over:
                break
            went_well += self._tell(group)
        for item in went_well:
            waiting[item.row.pk].pop(0)
        return {item.row.pk: item.row for item in went_well if waiting[item.row.pk]}

    def _composed(self, row: PortalDossier, message: PortalMessage) -> Item | None:
        """The message as it is sent; None when it is held back or the portal had to be asked in vain."""
        if self.is_over:
            return None
        try:
            event = self.events.get(message.event_number)
            content = self.portal.content(row, message, self.dossiers[row.pk], event)
            refuse_unreadable(content)
        except CannotDecrypt:  # the log of the run says which; the others go on
            self._refused(
                Item(row, message), _("Not sent: what is known of the applicant cannot be read."), code=""
            )
            return None
        except NotLetIn as error:
            self._bad_call([Item(row, message)], error)
            return None
        except Refused as error:  # the procedure, or the question whether it is known
            self._refused(Item(row, message), str(error), code=error.code)
            return None
        except OutsideError as error:
            self._bad_call([Item(row, message)], error)
            return None
        except CannotCount as error:
            self._refused(Item(row, message), str(error), code="")
            return None
        return Item(row, message, content, canonical(content))

    def _tell(self, items: list[Item]) -> list[Item]:
        """Send a group in one call; returns those after which the next message of their dossier may follow."""
        try:
            with calling(System.PORTAL):
                self.portal.tell(items)
        except NotLetIn as error:
            return self._bad_call(items, error)
        except Refused as error:
            if len(items) > 1:
                return self._one_by_one(items)
            return self._refused(items[0], str(error), code=error.code)
        except OutsideError as error:
            return self._bad_call(items, error)
        self.bad_calls = 0
        self.counts["sent"] += len(items)
        return note_sent(items)

    def _one_by_one(self, items: list[Item]) -> list[Item]:
        """One of them was refused, and nobody says which, nor what became of the others."""
        went_well = []
        for item in items:
            if self.is_over:
                break
            if item.row.known_status is None:
                item.row.must_ask = True
            again = self._composed(item.row, item.message)
            went_well += self._tell([again]) if again else []
        return went_well

    def _refused(self, item: Item, reason: str, *, code: str) -> list[Item]:
        self.counts["refused"] += 1
        note_refused(item, reason, code=code)
        return []

    def _bad_call(self, items: list[Item], error: OutsideError) -> list[Item]:
        self.bad_calls += 1
        self.counts["failed"] += len(items)
        note_failed(items, str(error), is_unclear=error.is_unclear)
        logger.warning("the portal was not told of %d dossiers: %s", len(items), error)
        return []


def _groups(items: list[Item], batch: int) -> Iterable[list[Item]]:
    """Messages that go in one call: of one kind, all new there or none; what failed before goes by itself."""
    sorts: dict[tuple, list[Item]] = {}
    for item in items:
        sorts.setdefault(
            (item.message.kind, item.row.known_status is None, item.row.attempts > 0), []
        ).append(item)
    for (_kind, _is_new, has_failed), group in sorts.items():
        size = 1 if has_failed else batch
        for first in range(0, len(group), size):
            yield group[first : first + size]


def _messages_of(rows: list[PortalDossier]) -> dict[int, list[PortalMessage]]:
    found: dict[int, list[PortalMessage]] = {}
    keys = [row.pk for row in rows]
    for message in PortalMessage.objects.filter(dossier__in=keys, state=MessageState.WAITING).order_by(
        "dossier_id", "number"
    ):
        found.setdefault(message.dossier_id, []).append(message)
    return found


def _events_of(waiting: dict[int, list[PortalMessage]]) -> dict[int, DossierEvent]:
    numbers = {message.event_number for messages in waiting.values() for message in messages}
    return DossierEvent.objects.select_related("actor__agency").in_bulk(numbers - {None})


def _dossiers(rows: list[PortalDossier]) -> dict[int, Dossier]:
    return with_all_that_is_told(Dossier.objects.order_by()).in_bulk([row.pk for row in rows])
