"""The portal is asked how dossiers stand there; what differs is listed, and repaired by new messages (§7)."""

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
from cases.services.portal import access
from cases.services.portal_acts import of_person, send_again
from onestop.outside import OutsideError
from procedures.models import Agency, Staff

AT_ONCE = 5_000  # dossiers compared in one run, one call each
KEPT = timedelta(days=90)  # for which a difference stays on the list


@dataclass(frozen=True, slots=True)
class CompareCounts:
    """Dossiers of one run; `why` is why it ended early."""

    asked: int = 0
    differing: int = 0
    repaired: int = 0
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
    row = send_again(code, by=by)
    with Portal(access()) as portal, calling(System.PORTAL):
        known = portal.look_up(row.code)
    with transaction.atomic():
        row = PortalDossier.objects.select_for_update().get(pk=of_person(by).get(code=code).pk)
        if row.claimed_until and row.claimed_until > timezone.now():
            raise NotPossibleNow(_("It is being sent right now. Look again in a minute."))
        PortalMessage.objects.filter(dossier=row.pk, state=MessageState.WAITING).update(
            state=MessageState.DROPPED
        )
        row.state, row.answer, row.answer_code = PortalState.ACCEPTED, "", ""
        found = _Found.of(row, Dossier.objects.get(pk=row.pk), known)
        return _keep(row, found) if found.kinds else _settled(row, known)


def _compare(rows, limit: int) -> CompareCounts:
    if not settings.PORTAL_URL:
        return CompareCounts()
    counts: Counter[str] = Counter()
    keys = rows.filter(state=PortalState.ACCEPTED).order_by(F("asked_at").asc(nulls_first=True), "pk")
    try:
        with Portal(access()) as portal:
            for key in list(keys.values_list("pk", flat=True)[:limit]):
                counts += Counter(_compared(portal, key))
    except OutsideError as error:
        return CompareCounts(**counts, why=str(error))
    return CompareCounts(**counts)


def _compared(portal: Portal, key: int) -> dict[str, int]:
    row = PortalDossier.objects.get(pk=key)
    with calling(System.PORTAL):
        known = portal.look_up(row.code)
    with transaction.atomic():
        fresh = PortalDossier.objects.select_for_update().get(pk=key)
        if fresh.state != PortalState.ACCEPTED or fresh.last_number != row.last_number:
            return {}  # something was told meanwhile: the answer is of before
        found = _Found.of(fresh, Dossier.objects.get(pk=key), known)
        fresh.asked_at = timezone.now()
        fresh.save(update_fields=["asked_at"])
        if not found.kinds:
            return {"asked": 1}
        return {"asked": 1, "differing": 1, "repaired": int(_keep(fresh, found))}


@dataclass(frozen=True, slots=True)
class _Found:
    """In what the portal differs: by kind, what stands here and there."""

    dossier: Dossier
    known: Known | None
    kinds: dict[DifferenceKind, tuple[str, str]]

    @classmethod
    def of(cls, row: PortalDossier, dossier: Dossier, known: Known | None) -> "_Found":
        if known is None:
            return cls(dossier, known, {DifferenceKind.UNKNOWN: (str(row.last_status or ""), "")})
        kinds = {}
        if known.status != row.last_status:
            there = "" if known.status is None else str(known.status)
            kinds[DifferenceKind.STATUS] = (str(row.last_status or ""), there)
        due = written(dossier.due_at) if dossier.due_at and row.last_is_received else ""
        if known.due != due:
            kinds[DifferenceKind.DUE] = (due, known.due)
        return cls(dossier, known, kinds)


def _keep(row: PortalDossier, found: _Found) -> bool:
    """List what differs, and repair it where listed steps lead from there to here; whether they do."""
    told = _way_from_there(row, found)
    now = timezone.now()
    if told:
        there = found.known.status if found.known else None
        row.known_status = there
        row.known_is_received = there is not None and row.last_is_received and there != PortalStatus.NEW
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
    if found.known is not None and found.known.status not in set(PortalStatus):
        return []
    there = PortalStatus(found.known.status) if found.known else None
    try:
        statuses = way(there, wanted, received=row.last_is_received and there != PortalStatus.NEW)
    except StatusRefused:
        return []
    return [(kind, status) for status in statuses for kind in (MessageKind.DOSSIER, MessageKind.STEP)]


def _settled(row: PortalDossier, known: Known | None) -> bool:
    row.known_status = known.status if known else None
    row.save(update_fields=["known_status", "state", "answer", "answer_code"])
    return True
