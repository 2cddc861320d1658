"""How far the portal was told of the dossiers of a month, by agency (R46); reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Q

from cases.models import Dossier
from cases.portal.states import STANDING_STILL, PortalState
from procedures.models import Agency
from procedures.working_time import TZ

TARGET = Decimal(100)  # per cent
# Of a dossier: the portal has taken everything that it was told of it. The one condition of every such rate.
SYNCHRONISED = Q(portal__state=PortalState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Rate:
    """Dossiers received in the period; what is neither accepted nor refused waits, or was never told."""

    agency: Agency | None
    dossiers: int
    accepted: int
    refused: int

    @property
    def waiting(self) -> int:
        return self.dossiers - self.accepted - self.refused

    @property
    def percent(self) -> Decimal | None:
        """Accepted of all, per cent, one decimal, half up; None where there is nothing to tell."""
        if not self.dossiers:
            return None
        return (Decimal(100) * self.accepted / self.dossiers).quantize(Decimal("0.1"), ROUND_HALF_UP)

    @property
    def is_reached(self) -> bool:
        return self.percent is None or self.accepted == self.dossiers


def month_of(moment: datetime) -> date:
    """The first day of the month of that moment, Asia/Ho_Chi_Minh."""
    return moment.astimezone(TZ).date().replace(day=1)


def bounds(month: date) -> tuple[datetime, datetime]:
    """Begin and end (exclusive) of the month that begins on this day, Asia/Ho_Chi_Minh."""
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    begins, ends = (datetime.combine(day, time(), TZ) for day in (month, following))
    return begins, ends


def received_in(month: date, agencies: Iterable[Agency]):
    """The dossiers that count for the month: received in it, for these agencies to decide."""
    begins, ends = bounds(month)
    return Dossier.objects.filter(
        received_at__gte=begins, received_at__lt=ends, competent_agency__in=agencies
    ).order_by()


def rates(month: date, agencies: Iterable[Agency]) -> list[Rate]:
    """One line for each agency that had dossiers, by identifier."""
    counted = {
        row["competent_agency"]: row
        for row in received_in(month, agencies)
        .values("competent_agency")
        .annotate(
            dossiers=Count("pk"),
            accepted=Count("pk", filter=SYNCHRONISED),
            refused=Count("pk", filter=Q(portal__state__in=STANDING_STILL)),
        )
    }
    named = Agency.objects.filter(pk__in=counted).order_by("identifier")
    return [
        Rate(agency, *(counted[agency.pk][name] for name in ("dossiers", "accepted", "refused")))
        for agency in named
    ]


def together(lines: list[Rate]) -> Rate:
    return Rate(
        None,
        sum(line.dossiers for line in lines),
        sum(line.accepted for line in lines),
        sum(line.refused for line in lines),
    )
