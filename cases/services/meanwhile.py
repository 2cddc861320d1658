"""Two people at one dossier: nobody acts on a page that does not show what has happened since."""

from collections.abc import Callable, Collection

from django.db import transaction
from django.utils.translation import gettext as _

from cases.enums import EventKind
from cases.errors import ChangedMeanwhile
from cases.events import local_text
from cases.models import Dossier, DossierEvent
from cases.services.base import locked

# What the night run notes changes nothing that somebody decides by.
QUIET = frozenset(
    {
        EventKind.OVERDUE,
        EventKind.APOLOGY_DRAFTED,
        EventKind.CONSULTATION_LATE,
        EventKind.SUPPLEMENT_REMINDED,
    }
)
SHOWN = 3  # of the newest events; the page of the dossier has them all


def last_seen(dossier: Dossier) -> int:
    """What a page about this dossier carries: the number of the newest event, 0 before the first."""
    return dossier.events.order_by("-pk").values_list("pk", flat=True).first() or 0


@transaction.atomic
def act_on_seen(dossier: Dossier, seen: int | None, act: Callable[[], object]) -> object:
    """Run `act` when nothing has happened since event `seen`; else `ChangedMeanwhile` says what, who and when.

    The dossier is locked from the question on, so that nothing slips in between. `seen` None: not asked.
    """
    if seen is not None:
        locked(dossier)
        check_seen(dossier, seen)
    return act()


def check_seen(dossier: Dossier, seen: int | None) -> None:
    """The same question without a lock, for an act that takes long and asks again what matters to it."""
    if seen is None:
        return
    events = list(dossier.events.filter(pk__gt=seen).exclude(kind__in=QUIET).order_by("pk"))
    if events:
        raise ChangedMeanwhile(_told(events))


def version_of(dossier: Dossier) -> int:
    """The number of the newest event that somebody decides by; another number is another dossier to them."""
    return dossier.events.exclude(kind__in=QUIET).order_by("-pk").values_list("pk", flat=True).first() or 0


@transaction.atomic
def act_on_version(dossier: Dossier, versions: Collection[int], act: Callable[[], object]) -> object:
    """Run `act` when the dossier still is one of these versions; else `ChangedMeanwhile` says what happened.

    As in `act_on_seen` nothing slips in between; a number that this dossier never had fits nothing.
    """
    locked(dossier)
    if version_of(dossier) not in versions:
        since = min(versions, default=0)
        events = list(dossier.events.filter(pk__gt=since).exclude(kind__in=QUIET).order_by("pk"))
        raise ChangedMeanwhile(
            _(
                "Nothing was done: the dossier is no longer as you read it. %(happened)s Read it again, and "
                "if it is still right, send it again."
            )
            % {"happened": f"{_happened(events)}." if events else ""},
            code="stale",
        )
    return act()


def _happened(events: list[DossierEvent]) -> str:
    return "; ".join(
        f"{event.sentence.rstrip('.')} ({event.actor_label or _('the system')}, {local_text(event.at)})"
        for event in events[-SHOWN:]
    )


def _told(events: list[DossierEvent]) -> str:
    return _(
        "Nothing was done yet, because something happened while this page was open: %(happened)s. "
        "If it is still right, send it again."
    ) % {"happened": _happened(events)}
