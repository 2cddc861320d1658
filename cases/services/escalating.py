"""The run of the escalation ladders: each rung is told once for each promise, whatever was missed (R29, R33).

What is asked of the database are the dossiers whose highest rung was not told yet, so that the cost follows
what is due. A promise is a cycle with its due date: when either changes, the ladder begins at the bottom.
"""

import logging
from collections import defaultdict
from collections.abc import Generator, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases import deadlines
from cases.enums import EventKind
from cases.events import local_text, record
from cases.ladder import BUILT_IN, Outcome, Receiver, Rung, Window, windows
from cases.models import Dossier, Escalation, EscalationRung
from cases.services.at_work import agencies_at_work
from cases.services.base import locked
from cases.services.notices import supervisors_of, tell_staff, warn_of_due_date
from cases.services.one_by_one import one_by_one
from notifications.enums import MessageKind
from procedures.calendars import calendar_for, remembered_calendars
from procedures.enums import Role
from procedures.models import Agency, Staff, works_in
from procedures.working_time import local

logger = logging.getLogger(__name__)


@remembered_calendars()
def climb_ladders(now: datetime | None = None) -> int:
    """Tell the highest rung that each running dossier has reached, if it was not told; returns how many were.

    Rungs below that were missed are recorded as skipped. Of two runs at once one tells: the other waits for
    the dossier and then finds the row.
    """
    now = now or timezone.now()
    return one_by_one("ladder", _to_be_told(now), lambda item: _tell(*item, now))


def _to_be_told(now: datetime) -> Generator[tuple[int, tuple[Dossier, Window]]]:
    for agencies, steps in _ladders_now(now):
        for window in steps:
            for dossier in _waiting(agencies, window).iterator(chunk_size=500):
                yield dossier.pk, (dossier, window)


def ladder_of(agency: Agency) -> tuple[Rung, ...]:
    """The nearest ladder that somebody wrote: of the agency, of one above it, of everybody; else the built-in one."""
    return _nearest(agency, _written())


def _written() -> dict[int | None, tuple[Rung, ...]]:
    found: dict[int | None, list[Rung]] = defaultdict(list)
    for row in EscalationRung.objects.order_by("working_days"):
        found[row.agency_id].append(Rung(row.working_days, row.receiver))
    return {agency: tuple(rungs) for agency, rungs in found.items()}


def _nearest(agency: Agency, written: dict[int | None, tuple[Rung, ...]]) -> tuple[Rung, ...]:
    if written.keys() - {None}:
        line = agency.ancestors(include_self=True).values_list("pk", flat=True)
        for pk in reversed(line):  # from the agency up
            if pk in written:
                return written[pk]
    return written.get(None, BUILT_IN)


def _ladders_now(now: datetime) -> Iterator[tuple[list[int], tuple[Window, ...]]]:
    """Agencies for which the same ladder reaches equally far today, so that they are asked for together."""
    written, alike = _written(), defaultdict(list)
    for agency, calendar in agencies_at_work().items():
        alike[windows(_nearest(agency, written), now, calendar)].append(agency.pk)
    for steps, agencies in alike.items():
        yield agencies, steps


def _waiting(agencies: list[int], window: Window):
    told = Escalation.objects.filter(
        dossier=OuterRef("pk"),
        cycle=OuterRef("cycle"),
        due_at=OuterRef("due_at"),
        working_days=window.rung.working_days,
    )
    found = Dossier.objects.running().filter(
        ~Exists(told), competent_agency__in=agencies, due_at__lt=window.before
    )
    if window.since is not None:
        found = found.filter(due_at__gte=window.since)
    return found.order_by("due_at", "pk").only("pk", "cycle", "due_at")


@transaction.atomic
def _tell(seen: Dossier, window: Window, now: datetime) -> bool:
    dossier = locked(seen)
    if not dossier.is_running or (dossier.cycle, dossier.due_at) != (seen.cycle, seen.due_at):
        return False  # it was finished or promised anew between the query and the lock
    promise = {"dossier": dossier, "cycle": dossier.cycle, "due_at": dossier.due_at}
    known = set(Escalation.objects.filter(**promise).values_list("working_days", flat=True))
    rung = window.rung
    if rung.working_days in known:
        return False
    people = [person for person in receivers(dossier, rung.receiver) if person.email]
    outcome = Outcome.SENT if people else Outcome.NOBODY
    reached = [(below, Outcome.SKIPPED) for below in window.below if below.working_days not in known]
    Escalation.objects.bulk_create(
        Escalation(**promise, working_days=one.working_days, receiver=one.receiver, outcome=became, at=now)
        for one, became in [*reached, (rung, outcome)]
    )
    if not people:
        logger.warning("nobody to tell of %s at %+d working days", dossier.code, rung.working_days)
        return False
    _write_to(people, dossier, rung, now)
    record(
        dossier,
        EventKind.LADDER_TOLD,
        at=now,
        days=f"{rung.working_days:+d}",
        receivers=", ".join(str(person) for person in people),
    )
    return True


def receivers(dossier: Dossier, receiver: str) -> list[Staff]:
    """Who stands on that rung for this dossier; nobody when there is no level above."""
    agency = dossier.competent_agency
    match receiver:
        case Receiver.OFFICER:
            holder = dossier.holder
            return [holder] if holder and holder.email else supervisors_of(dossier.holder_unit)
        case Receiver.SUPERVISOR:
            return supervisors_of(agency)
        case Receiver.HEAD:
            # Who is seconded elsewhere is nobody's head meanwhile.
            at_home = Staff.objects.filter(works_in([agency]), agency=agency, is_active=True)
            heads = at_home.filter(role=Role.SUPERVISOR, is_head=True).exclude(email="")
            return list(heads) or supervisors_of(agency)
    return supervisors_of(agency.parent)


def _write_to(people: list[Staff], dossier: Dossier, rung: Rung, now: datetime) -> None:
    days = deadlines.lateness(dossier.due_at, now, calendar_for(dossier.competent_agency))
    if rung.receiver == Receiver.OFFICER and days > 0:
        warn_of_due_date(dossier, days_left=days)  # the same warning as R29's, and so only once
        return
    overdue = dossier.is_overdue(now)
    tell_staff(
        people,
        f"{dossier.uuid}:rung:{dossier.cycle}:{local(dossier.due_at):%Y%m%d%H%M}:{rung.working_days}",
        dossier,
        kind=MessageKind.ESCALATED,
        subject=_("Dossier %(code)s is overdue since %(due)s")
        if overdue
        else _("Dossier %(code)s is due at %(due)s"),
        body=_(
            "%(code)s, %(procedure)s.\nDue: %(due)s.\nHeld by: %(holder)s, %(unit)s.\n"
            "You stand on the escalation ladder at %(days)s working days from the due date; nothing that was "
            "done below has ended the dossier."
        ),
        due=local_text(dossier.due_at),
        holder=dossier.holder or "–",
        unit=dossier.holder_unit,
        days=f"{rung.working_days:+d}",
    )
