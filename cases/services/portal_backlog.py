"""Dossiers from before the portal was connected are put into its outbox from their history, in small steps.

Each step is one transaction and takes the dossiers that are not in the outbox yet, so that whoever is killed leaves
whole dossiers, and the next run goes on.
"""

from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.errors import NotPossibleNow
from cases.models import Dossier, DossierEvent, PortalDossier, PortalMessage
from cases.portal.states import MessageKind, PortalState
from cases.portal.statuses import StatusRefused, status_of, way
from cases.portal_outbox import TOLD, add, begins, first_row, messages_of, write
from procedures.enums import Channel

STEP = 200  # dossiers in one transaction
MOST_WAITING = 2_000  # dossiers in the outbox before it is emptied again


def fill_outbox(*, step: int = STEP, limit: int | None = None) -> Iterator[int]:
    """Put what is missing into the outbox; yields how many dossiers each step wrote, until there are none.

    Raises `NotPossibleNow` while no portal is configured. Dossiers that somebody is working on are left for later.
    """
    if not settings.PORTAL_URL:
        raise NotPossibleNow(_("The portal is not connected: PORTAL_URL is empty."))
    after, done = 0, 0
    while limit is None or done < limit:
        size = step if limit is None else min(step, limit - done)
        keys = list(_missing(after).values_list("pk", flat=True)[:size])
        if not keys:
            return
        after = keys[-1]
        written = _write(keys)
        done += written
        yield written


def fill_by_itself() -> int:
    """What the workers do each minute where the office wants it (`PORTAL_BACKLOG`): the next ones, while few wait."""
    if not settings.PORTAL_URL or not settings.PORTAL_BACKLOG:
        return 0
    if PortalDossier.objects.filter(state=PortalState.WAITING).count() >= MOST_WAITING:
        return 0
    return sum(fill_outbox(limit=MOST_WAITING))


def count_missing() -> int:
    return _missing(0).count()


def _missing(after: int):
    """What the portal wants to know of and was not told: received, or filed online."""
    told = PortalDossier.objects.filter(dossier=OuterRef("pk"))
    wanted = Q(received_at__isnull=False) | Q(channel=Channel.ONLINE)
    return Dossier.objects.filter(wanted, ~Exists(told), pk__gt=after).order_by("pk")


@transaction.atomic
def _write(keys: list[int]) -> int:
    dossiers = {
        dossier.pk: dossier
        for dossier in _missing(0)
        .filter(pk__in=keys)
        .prefetch_related("receiving_desk", "version", "fees", "waivers", "payments")
        .select_for_update(of=("self",), skip_locked=True)
    }
    # Told by who held the lock until a moment ago: the statement above began before that was committed.
    for key in PortalDossier.objects.filter(pk__in=dossiers).values_list("pk", flat=True):
        del dossiers[key]
    events: dict[int, list[DossierEvent]] = {}
    history = DossierEvent.objects.only("pk", "dossier_id", "kind", "at")
    for event in history.filter(dossier__in=dossiers, kind__in=TOLD).order_by("pk"):
        event.dossier = dossiers[event.dossier_id]
        events.setdefault(event.dossier_id, []).append(event)
    rows, messages = [], []
    for dossier in dossiers.values():
        row = first_row(dossier)
        made = _told(row, dossier, events.get(dossier.pk, []))
        if made:
            rows.append(row)
            messages += made
    write(rows, [], messages)
    return len(rows)


def _told(row: PortalDossier, dossier: Dossier, events: list[DossierEvent]) -> list[PortalMessage]:
    """All that its history says; where that is not whole, the shortest way to how it stands."""
    made: list[PortalMessage] = []
    for event in events:
        if made or begins(event):
            made += messages_of(row, event)
    return made or _straight(row, dossier)


def _straight(row: PortalDossier, dossier: Dossier) -> list[PortalMessage]:
    now = timezone.now()
    wanted = status_of(dossier.state)
    try:
        statuses = way(None, wanted, received=dossier.received_at is not None)
    except StatusRefused:
        return []
    told = [(kind, status) for status in statuses for kind in (MessageKind.DOSSIER, MessageKind.STEP)]
    return add(row, told, at=now, due_at=dossier.due_at, now=now)
