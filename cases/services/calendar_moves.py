"""What an approved change of the calendar moves, in batches (R24). Before it is looked at: `calendar_preview`.

Only promises whose clock runs are counted again; whatever waits for the applicant or has a result stays.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from functools import cache

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import ledger
from cases.enums import EventKind, RevisionState
from cases.events import local_text, record_all
from cases.facts import facts_of
from cases.limits import CannotCount
from cases.models import CalendarMove, CalendarRevision, Dossier
from cases.services import inner_deadlines
from cases.services.apologies import withdraw_untouched_drafts
from cases.services.calendar_preview import dossiers_of, with_facts
from cases.services.notices import notify_applicant
from cases.services.one_by_one import Stumbles, try_again
from procedures.calendars import calendar_for, remembered_calendars
from procedures.models import Agency
from procedures.working_time import local

logger = logging.getLogger(__name__)

BATCH = 500  # dossiers locked at a time: a desk waits for its own at most a second or two
RUN_SECONDS = 50  # one run never lasts longer, give or take one batch: the next one starts a minute later
STUCK = "calendar"


def apply_approved(*, seconds: float = RUN_SECONDS) -> int:
    """Go on with what is approved, batch after batch, for so long; returns how many dossiers moved.

    First comes what earlier batches got stuck at, for no other run comes by it again.

    Safe in parallel and after a kill: a batch is one transaction with its cursor, and whoever finds a
    revision locked leaves it to the other.
    """
    stop_at = time.monotonic() + seconds
    moved = try_again(STUCK, _move_again, most=BATCH)
    while (revision := _next_approved()) and time.monotonic() < stop_at:
        before = revision.moved
        if not apply_batch(revision):
            break
        moved += CalendarRevision.objects.values_list("moved", flat=True).get(pk=revision.pk) - before
    return moved


def _next_approved() -> CalendarRevision | None:
    """One after the other, in the order of approval."""
    waiting = CalendarRevision.objects.filter(state=RevisionState.APPROVED)
    return waiting.order_by("approved_at", "pk").first()


@transaction.atomic
def apply_batch(revision: CalendarRevision, size: int = BATCH) -> bool:
    """Count the next dossiers of an approved revision again; False when it is not its turn or another's.

    Side effects in order for each that moves: due date (the first one stays), overdue flag off when the
    new date lies ahead, one event, one row of `CalendarMove`, the applicant told when the date changed,
    an untouched draft of an apology withdrawn that is not due yet. Then the cursor; at the end what is to
    be handed over or answered inside the house (see `inner_deadlines`), and the state.
    """
    mine = (
        CalendarRevision.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("agency", "approved_by")
        .filter(pk=revision.pk, state=RevisionState.APPROVED)
        .first()
    )
    if mine is None or mine != _next_approved():
        return False
    following = dossiers_of(mine).filter(pk__gt=mine.last_dossier)
    keys = list(following.values_list("pk", flat=True)[:size])
    mine.moved += _move_all(mine, keys)
    mine.checked += len(keys)
    if keys:
        mine.last_dossier = keys[-1]
    if len(keys) < size:
        inner_deadlines.count_again(mine.agency)
        mine.state = RevisionState.DONE
        mine.finished_at = timezone.now()
    mine.save()
    return True


def _move_all(revision: CalendarRevision, keys: list[int]) -> int:
    """All at once; where that raises one by one, so that one dossier holds up neither others nor the revision."""
    try:
        with transaction.atomic():
            return _move(revision, _locked(keys))
    except Exception:
        logger.exception("a batch could not be moved at once; trying one by one")
    moved, stumbles = 0, Stumbles(STUCK)
    for pk in keys:
        try:
            with transaction.atomic():
                moved += _move(revision, _locked([pk]))
        except Exception as error:  # noqa: BLE001 - `note` logs it
            stumbles.note(pk, error)
    return moved  # where it failed the promise stays until `_move_again` comes by


def _move_again(pk: int) -> int:
    """At which a batch raised: in the name of the last revision whose batches are past it."""
    past = CalendarRevision.objects.filter(approved_at__isnull=False, last_dossier__gte=pk)
    latest = past.select_related("agency").order_by("-approved_at", "-pk")
    found = next((one for one in latest if dossiers_of(one).filter(pk=pk).exists()), None)
    if found is None:
        return 0
    # Locked before the dossier, as a batch does: neither waits for the other in a circle.
    revision = CalendarRevision.objects.select_for_update().get(pk=found.pk)
    revision.moved += (moved := _move(revision, _locked([pk])))
    revision.save(update_fields=["moved"])
    return moved


def _locked(keys: list[int]) -> list[Dossier]:
    found = with_facts(Dossier.objects.running().filter(pk__in=keys).order_by("pk")).with_people()
    return list(found.select_related("limit").select_for_update(of=("self",)))


def _move(revision: CalendarRevision, dossiers: list[Dossier]) -> int:
    moved: list[tuple[Dossier, datetime]] = []
    touched = []
    with remembered_calendars():
        for dossier in dossiers:
            counted = _counted(dossier)
            if counted is None:
                continue
            old_due_at = dossier.due_at
            if (counted.due_at, counted.provisional) != (old_due_at, dossier.due_is_provisional):
                dossier.due_at, dossier.due_is_provisional = counted.due_at, counted.provisional
                touched.append(dossier)
            if counted.due_at != old_due_at:
                moved.append((dossier, old_due_at))
        withdraw_untouched_drafts(
            [dossier for dossier, _old in moved], reason=_("The calendar moved the due date.")
        )
    now = timezone.now()
    for dossier, _old in moved:
        if dossier.due_at > now:
            dossier.overdue_flagged_at = None
    Dossier.objects.bulk_update(touched, ["due_at", "due_is_provisional", "overdue_flagged_at"])
    CalendarMove.objects.bulk_create(
        CalendarMove(
            revision=revision,
            dossier=dossier,
            cycle=dossier.cycle,
            old_due_at=old,
            new_due_at=dossier.due_at,
            at=now,
        )
        for dossier, old in moved
    )
    _record_and_tell(revision, moved, now)
    return len(moved)


def _counted(dossier: Dossier) -> ledger.Clock | None:
    try:
        return ledger.clock(facts_of(dossier), calendar_for(dossier.competent_agency))
    except CannotCount as error:
        # Its promise stays; the preview named it, and one dossier must not hold up the others.
        logger.error("the due date of %s cannot be counted again: %s", dossier.code, error)
        return None


def _record_and_tell(
    revision: CalendarRevision, moved: list[tuple[Dossier, datetime]], now: datetime
) -> None:
    references = _references(revision)
    rows = [
        (
            dossier,
            {
                "reference": references(dossier.competent_agency_id),
                "due": local_text(dossier.due_at),
                "old_due": local_text(old),
            },
        )
        for dossier, old in moved
    ]
    events = record_all(EventKind.CALENDAR_MOVED, rows, by=revision.approved_by, at=now)
    for (dossier, old), event in zip(moved, events, strict=True):
        if local(dossier.due_at).date() != local(old).date():
            notify_applicant(dossier, event)


def _references(revision: CalendarRevision) -> Callable[[int], str]:
    """What changed the calendar of an agency by now.

    The days of a revision hold as soon as it is approved. So one that is approved while another is being
    applied moves the rest of the dossiers together with it, and both are named.
    """
    waiting = CalendarRevision.objects.filter(state=RevisionState.APPROVED).select_related("agency")
    later = [row for row in waiting.order_by("approved_at", "pk") if row != revision]
    below = {row: set(Agency.objects.below(row.agency).values_list("pk", flat=True)) for row in later}

    @cache
    def of_agency(pk: int) -> str:
        bearing = [row for row in later if row.agency is None or pk in below[row]]
        named = [row.legal_reference or row.reason for row in (revision, *bearing)]
        return "; ".join(dict.fromkeys(named))

    return of_agency
