"""Reads of the waiting room: links of its screens, who waits, who is called where, and its figures."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core import signing
from django.db.models import F, Q
from django.utils import timezone

from cases.models import QueueService, QueueTicket, ServiceCounter, WaitingRoom
from cases.queueing import Figures, Visit, figures_by, figures_of, usual_wait
from procedures.models import Agency
from procedures.office_hours import local

LATEST = 10  # calls that the screen lists and that an estimate is made of
_signer = signing.Signer(salt="cases.waiting-room")


# Links ------------------------------------------------------------------------------------------------


def token_of(room: WaitingRoom) -> str:
    """What the address of kiosk and screen carries; anybody who has it may draw numbers at this desk."""
    return _signer.sign(f"{room.desk_id}.{room.turn}")


def room_of(token: str) -> WaitingRoom | None:
    """The waiting room with its desk; None for what we did not sign, and for links of an earlier turn."""
    try:
        pk, turn = _signer.unsign(token).split(".")
    except signing.BadSignature:
        return None
    desk = Agency.objects.select_related("waiting_room").filter(pk=pk).first()
    room = desk and room_at(desk)
    return room if room and str(room.turn) == turn else None


def room_at(desk: Agency) -> WaitingRoom:
    """The waiting room of the desk; it has no row before its links are renewed or a number is drawn."""
    return getattr(desk, "waiting_room", None) or WaitingRoom(desk=desk)


# Who waits --------------------------------------------------------------------------------------------


def offered(desk: Agency) -> list[QueueService]:
    return list(QueueService.objects.filter(desk=desk, is_offered=True))


def waiting_at(desk: Agency) -> list[QueueTicket]:
    """Who waits today, in the order of their turn."""
    waiting = QueueTicket.objects.filter(
        desk=desk, day=timezone.localdate(), called_at=None, ended_at=None
    ).select_related("service")
    return list(waiting.order_by("-has_priority", "queued_at", "pk"))


def did_not_come(desk: Agency) -> list[QueueTicket]:
    """Numbers of today that were called in vain, newest first: their owners may still come."""
    missed = QueueTicket.objects.filter(
        desk=desk, day=timezone.localdate(), called_at__isnull=False, came=False
    ).select_related("service")
    return list(missed.order_by("-ended_at")[:LATEST])


def ahead_of(ticket: QueueTicket) -> int:
    """How many wait for the same service and are called before this number."""
    earlier = Q(queued_at__lt=ticket.queued_at) | Q(queued_at=ticket.queued_at, pk__lt=ticket.pk)
    first = (
        Q(has_priority=True) & earlier
        if ticket.has_priority
        else Q(has_priority=True) | (Q(has_priority=False) & earlier)
    )
    waiting = QueueTicket.objects.filter(
        service=ticket.service_id, day=ticket.day, called_at=None, ended_at=None
    )
    return waiting.filter(first).exclude(pk=ticket.pk).count()


def usual_wait_for(service: QueueService) -> timedelta | None:
    """How long the last people of today waited for this service, in the middle; None of fewer than three."""
    called = QueueTicket.objects.filter(service=service, day=timezone.localdate(), called_at__isnull=False)
    moments = called.order_by("-called_at").values_list("taken_at", "called_at")[:LATEST]
    return usual_wait(called_at - taken_at for taken_at, called_at in moments)


# Who is called ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Board:
    """What the screen of a waiting room shows."""

    counters: list[tuple[ServiceCounter, QueueTicket | None]]  # the open ones, with the number at hand
    latest: list[QueueTicket]  # newest call first


def board_of(desk: Agency) -> Board:
    """Two queries."""
    called = (
        QueueTicket.objects.filter(desk=desk, day=timezone.localdate(), called_at__isnull=False)
        .select_related("service", "counter")
        # What is at hand comes first: however many calls there were since, it is not left out.
        .order_by(F("ended_at").desc(nulls_first=True), "-called_at")
    )
    counters = list(ServiceCounter.objects.filter(desk=desk, is_open=True).order_by("number"))
    tickets = list(called[: LATEST + len(counters)])
    at_hand = {ticket.counter_id: ticket for ticket in tickets if ticket.ended_at is None}
    latest = sorted(tickets, key=lambda ticket: ticket.called_at, reverse=True)[:LATEST]
    return Board([(counter, at_hand.get(counter.pk)) for counter in counters], latest)


# Figures ----------------------------------------------------------------------------------------------


def visits(desk: Agency, first: date, last: date) -> list[Visit]:
    """The numbers of those days, both included."""
    rows = QueueTicket.objects.filter(desk=desk, day__range=(first, last)).order_by()
    return [
        Visit(*row)
        for row in rows.values_list("service_id", "counter_id", "taken_at", "called_at", "ended_at", "came")
    ]


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Today at a desk: all together, by service, and by the counter that called."""

    whole: Figures
    by_service: list[tuple[QueueService, Figures]]
    by_counter: list[tuple[ServiceCounter, Figures]]


def figures_of_today(desk: Agency) -> DayFigures:
    now = timezone.now()
    today = visits(desk, local(now).date(), local(now).date())
    nothing = figures_of([], now)
    services = figures_by(today, lambda visit: visit.service_id, now)
    counters = figures_by((v for v in today if v.counter_id), lambda visit: visit.counter_id, now)
    return DayFigures(
        figures_of(today, now),
        [
            (service, services.get(service.pk, nothing))
            for service in QueueService.objects.filter(Q(desk=desk), Q(is_offered=True) | Q(pk__in=services))
        ],
        [
            (counter, counters.get(counter.pk, nothing))
            for counter in ServiceCounter.objects.filter(desk=desk).select_related("clerk")
        ],
    )


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """Some days at a desk: all together, by day, and by the hour in which the number was taken."""

    whole: Figures
    by_day: dict[date, Figures]
    by_hour: dict[int, Figures]


def figures_of_period(desk: Agency, first: date, last: date) -> PeriodFigures:
    now = timezone.now()
    all_visits = visits(desk, first, last)
    return PeriodFigures(
        figures_of(all_visits, now),
        figures_by(all_visits, lambda visit: local(visit.taken_at).date(), now),
        figures_by(all_visits, _hour, now),
    )


def _hour(visit: Visit) -> int:
    taken: datetime = local(visit.taken_at)
    return taken.hour
