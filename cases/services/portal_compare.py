"""The portal is asked how dossiers stand there; what differs is listed, and repaired by new messages (§7)."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.connections.portal import Known, Portal
from cases.connections.systems import System
from cases.errors import NotPossibleNow
from cases.models import Dossier, PortalDifference, PortalDossier, PortalMessage
from cases.portal.rates import received_in
from cases.portal.states import DifferenceKind, MessageKind, MessageState, PortalState
from cases.portal.statuses import PortalStatus, StatusRefused, way
from cases.portal.wire import written
from cases.portal_outbox import add, write
from cases.services.connections import calling
from cases.services.portal_acts import standing
from cases.services.portal_variants import access, can_be_asked
from onestop.outside import Garbled, NotLetIn, OutsideError, Refused
from procedures.models import Agency, Staff

logger = logging.getLogger(__name__)

AT_ONCE = 5_000  # dossiers compared in one run, one call each
RESTS_AFTER = 10  # bad answers one after another: then it is not the dossier
WEB_SECONDS = 15  # for which a person at the page waits for the portal
KEPT = timedelta(days=90)  # for which a difference stays on the list


@dataclass(frozen=True, slots=True)
class CompareCounts:
    """Dossiers of one run; of those that `failed` the portal said nothing of use. `why` is why it ended early."""

    asked: int = 0
    differing: int = 0
    repaired: int = 0
    failed: int = 0
    why: str = ""


def compare_lately_told(limit: int = AT_ONCE) -> CompareCounts:
    """Compare what was not compared for longest; forget old differences."""
    PortalDifference.objects.filter(at__lt=timezone.now() - KEPT).delete()
    return _compare(PortalDossier.objects.all(), limit)


def compare_month(month: date, agency: Agency, limit: int = AT_ONCE) -> CompareCounts:
    """Compare the dossiers received in that month at the agency and below, longest not compared first."""
    dossiers = received_in(month, Agency.objects.below(agency))
    return _compare(PortalDossier.objects.filter(dossier__in=dossiers.values("pk")), limit)


def compare_month_at(month: str, agency: int | None) -> CompareCounts:
    """As `compare_month`, of a month such as `2026-11`, at the agency with that key and below; None: at all."""
    first = date.fromisoformat(f"{month}-01")
    if agency is None:
        dossiers = received_in(first, Agency.objects.all())
        return _compare(PortalDossier.objects.filter(dossier__in=dossiers.values("pk")), AT_ONCE)
    return compare_month(first, Agency.objects.get(pk=agency))


def bring_up_to_date(code: str, *, by: Staff) -> bool:
    """What stands still is thrown away, the portal asked where it has the dossier, and told from there.

    Returns whether there is a way from there. Raises `NotPermitted`, `NotPossibleNow`, `OutsideError`.
    """
    row = standing(code, by=by)
    if not can_be_asked():
        raise NotPossibleNow(cannot_compare())
    with Portal(access(whole_seconds=WEB_SECONDS)) as portal, calling(System.PORTAL):
        known = portal.look_up(row.code)
    with transaction.atomic():
        dossier, fresh = _locked(row.pk)
        if _stood(fresh) != _stood(row):
            raise NotPossibleNow(_("It is being sent right now. Look again in a minute."))
        PortalMessage.objects.filter(dossier=dossier, state=MessageState.WAITING).update(
            state=MessageState.DROPPED
        )
        fresh.state, fresh.answer, fresh.answer_code = PortalState.ACCEPTED, "", ""
        found = _Found.of(fresh, dossier, known)
        return _keep(fresh, found) if found.kinds else _settled(fresh, found)


def cannot_compare() -> str:
    return _("This variant of the portal says nothing of its dossiers; send it again instead.")


def _stood(row: PortalDossier) -> tuple:
    return row.state, row.last_number, row.known_status, row.claimed_until


def _locked(key: int) -> tuple[Dossier, PortalDossier]:
    """Both, the dossier first, as a verb at a desk does: what is written refers to it."""
    dossier = Dossier.objects.select_for_update().get(pk=key)
    return dossier, PortalDossier.objects.select_for_update().get(pk=key)


def _compare(rows, limit: int) -> CompareCounts:
    if not settings.PORTAL_URL or not can_be_asked():
        return CompareCounts()
    counts: Counter[str] = Counter()
    keys = rows.filter(state=PortalState.ACCEPTED).order_by(F("asked_at").asc(nulls_first=True), "pk")
    bad_in_a_row = 0
    try:
        with Portal(access()) as portal:
            for key in list(keys.values_list("pk", flat=True)[:limit]):
                try:
                    counts += Counter(_compared(portal, key))
                except NotLetIn:
                    raise
                except (Refused, Garbled) as error:
                    # Or it would be asked about first every night, and those behind it never.
                    PortalDossier.objects.filter(pk=key).update(asked_at=timezone.now())
                    logger.warning("dossier %s was not compared: %s", key, error)
                    counts["failed"] += 1
                    bad_in_a_row += 1
                    if bad_in_a_row >= RESTS_AFTER:
                        raise
                else:
                    bad_in_a_row = 0
    except OutsideError as error:
        return CompareCounts(**counts, why=str(error))
    return CompareCounts(**counts)


def _compared(portal: Portal, key: int) -> dict[str, int]:
    row = PortalDossier.objects.get(pk=key)
    with calling(System.PORTAL):
        known = portal.look_up(row.code)
    with transaction.atomic():
        dossier, fresh = _locked(key)
        if fresh.state != PortalState.ACCEPTED or fresh.last_number != row.last_number:
            return {}  # something was told meanwhile: the answer is of before
        found = _Found.of(fresh, dossier, known)
        fresh.asked_at = timezone.now()
        fresh.save(update_fields=["asked_at"])
        if not found.kinds:
            return {"asked": 1}
        return {"asked": 1, "differing": 1, "repaired": int(_keep(fresh, found))}


@dataclass(frozen=True, slots=True)
class _Found:
    """In what the portal differs: by kind, what stands here and there. What it does not say does not differ.

    `there` is its status: where it says none, the last that it took; None when it does not know the dossier.
    """

    dossier: Dossier
    there: int | None
    kinds: dict[DifferenceKind, tuple[str, str]]

    @classmethod
    def of(cls, row: PortalDossier, dossier: Dossier, known: Known | None) -> "_Found":
        if known is None:
            return cls(dossier, None, {DifferenceKind.UNKNOWN: (str(row.last_status or ""), "")})
        there = row.known_status if known.status is None else known.status
        kinds = {}
        if there != row.last_status:
            kinds[DifferenceKind.STATUS] = (str(row.last_status or ""), str(there or ""))
        due = written(dossier.due_at) if dossier.due_at and row.last_is_received else ""
        if known.due and known.due != due:
            kinds[DifferenceKind.DUE] = (due, known.due)
        return cls(dossier, there, kinds)


def _keep(row: PortalDossier, found: _Found) -> bool:
    """List what differs, and repair it where listed steps lead from there to here; whether they do."""
    told = _way_from_there(row, found)
    now = timezone.now()
    if told:
        row.known_status = found.there
        row.known_is_received = found.there not in {None, PortalStatus.NEW} and row.last_is_received
        row.save(update_fields=["known_status", "known_is_received", "state", "answer", "answer_code"])
        write([], [row], add(row, told, at=now, due_at=found.dossier.due_at, now=now))
    else:
        row.save(update_fields=["state", "answer", "answer_code"])
    PortalDifference.objects.bulk_create(
        PortalDifference(
            dossier=found.dossier,
            at=now,
            kind=kind,
            ours=ours[:60],
            theirs=theirs[:60],
            is_repaired=bool(told),
        )
        for kind, (ours, theirs) in found.kinds.items()
    )
    return bool(told)


def _way_from_there(row: PortalDossier, found: _Found) -> list[tuple[MessageKind, int]]:
    if row.last_status is None:
        return []
    wanted = PortalStatus(row.last_status)
    if DifferenceKind.UNKNOWN not in found.kinds and DifferenceKind.STATUS not in found.kinds:
        return [(MessageKind.DOSSIER, wanted)]
    if DifferenceKind.UNKNOWN not in found.kinds and found.there not in set(PortalStatus):
        return []
    there = PortalStatus(found.there) if found.there else None
    try:
        statuses = way(there, wanted, received=row.last_is_received and there != PortalStatus.NEW)
    except StatusRefused:
        return []
    return [(kind, status) for status in statuses for kind in (MessageKind.DOSSIER, MessageKind.STEP)]


def _settled(row: PortalDossier, found: _Found) -> bool:
    row.known_status = found.there
    row.save(update_fields=["known_status", "state", "answer", "answer_code"])
    return True
