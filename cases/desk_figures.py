"""Figures of a reception desk: what each of its clerks did, and how boundary-free dossiers arrive (R15)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Avg, Count, F, Q
from django.utils import timezone

from cases.enums import EventKind
from cases.models import Dossier, DossierEvent
from cases.models.dossier_sets import MINUTE
from procedures.enums import DESK_ROLES, Channel
from procedures.models import Agency, Staff, works_in
from procedures.working_time import minute_of

COUNTED = {
    EventKind.RECEIVED: "received",
    EventKind.DIGITIZED: "digitized",
    EventKind.RETURNED: "returned",
}


@dataclass(frozen=True, slots=True)
class ClerkWork:
    """How many dossiers one person received, digitized and handed back, each dossier once."""

    person: Staff
    received: int = 0
    digitized: int = 0
    returned: int = 0


def work_of_clerks(desks: Iterable[Agency], first: date, last: date) -> list[ClerkWork]:
    """What was done at these desks on those days, both included, by person; the post's clerks beside the own.

    Who works there today is listed with nothing too, and who has left since with what they did there.
    """
    desks = [desk.pk for desk in desks]
    done = (
        DossierEvent.objects.filter(
            kind__in=COUNTED,
            dossier__receiving_desk__in=desks,
            actor__isnull=False,
            **_days("at", first, last),
        )
        .order_by()
        .values_list("actor", "kind")
        .annotate(dossiers=Count("dossier", distinct=True))
    )
    counts: dict[int, dict[str, int]] = {}
    for person, kind, dossiers in done:
        counts.setdefault(person, {})[COUNTED[kind]] = dossiers
    people = Staff.objects.filter(
        Q(pk__in=counts) | Q(works_in(desks), role__in=DESK_ROLES, is_active=True)
    ).order_by("role", "full_name", "username")
    return [ClerkWork(person, **counts.get(person.pk, {})) for person in people]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Boundary-free dossiers of a time: how many arrived at the agency that decides, and how late."""

    received: int
    arrived: int
    late: int  # later than the hour of hand-over, or still on the way after it (R16)
    average: timedelta | None  # from reception to arrival, by the clock on the wall

    @property
    def on_the_way(self) -> int:
        return self.received - self.arrived


def arrivals(dossiers, first: date, last: date, now: datetime | None = None) -> Arrivals:
    """Those among these dossiers that a desk received for another unit on those days, both included (R15).

    As it stood at `now`: what arrived or ended later was on its way.
    """
    now = minute_of(now or timezone.now())
    until = now + MINUTE
    mine = dossiers.boundary_free().filter(code__isnull=False, **_days("received_at", first, last))
    arrived = Q(transferred_at__lt=until)
    found = (
        mine.filter(received_at__lt=until)
        .order_by()
        .aggregate(
            received=Count("pk"),
            arrived=Count("pk", filter=arrived),
            late=Count(
                "pk",
                # What was filed online passes at once.
                filter=~Q(channel=Channel.ONLINE)
                & (
                    arrived & Q(transferred_at__gte=F("transfer_due_at") + MINUTE)
                    | ~arrived & ~Q(ended_at__lt=until) & Q(transfer_due_at__lt=now)
                ),
            ),
            average=Avg(F("transferred_at") - F("received_at"), filter=arrived),
        )
    )
    return Arrivals(**found)


def is_boundary_free(dossier: Dossier) -> bool:
    """Was it received for another unit (R15)?"""
    if dossier.receiving_desk_id == dossier.competent_agency_id:
        return False
    return Dossier.objects.boundary_free().filter(pk=dossier.pk).exists()


def _days(field: str, first: date, last: date) -> dict[str, datetime]:
    """From the first minute of the one to the last of the other in Asia/Ho_Chi_Minh."""
    start, end = (
        datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
        for day in (first, last + timedelta(days=1))
    )
    return {f"{field}__gte": start, f"{field}__lt": end}
