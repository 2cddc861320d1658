"""Queue numbers (số thứ tự): taken at the kiosk, called at the counters; no number twice, no gap.

They name nobody and touch no dossier. Of two people acting on one counter the second waits and then
meets what the first left; two counters never call the same number.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import queueing, rules, waiting
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.models import QueueDay, QueueService, QueueTicket, ServiceCounter, WaitingRoom
from procedures.calendars import calendar_for
from procedures.models import Agency, Staff

# At the kiosk -----------------------------------------------------------------------------------------


def take_ticket(
    service: QueueService, *, has_priority: bool = False, nonce: UUID | None = None
) -> QueueTicket:
    """Draw the next number of a service today, from 1 without a gap.

    A second request with the same `nonce` gets the number of the first. Raises `NotPossibleNow`: the desk
    is closed or closes soon, the service is not offered, or very many people wait already.
    """
    if known := _ticket_of(service.desk, nonce):
        return known
    _refuse_when_closed(service.desk)
    with transaction.atomic():
        # One after the other at a desk: the same nonce twice, and the count of those who wait.
        _locked_room(service.desk)
        known = _ticket_of(service.desk, nonce)
        return known or _draw(service, has_priority=has_priority, nonce=nonce)


def _ticket_of(desk: Agency, nonce: UUID | None) -> QueueTicket | None:
    if nonce is None:
        return None
    return QueueTicket.objects.filter(desk=desk, day=timezone.localdate(), nonce=nonce).first()


def _draw(service: QueueService, *, has_priority: bool, nonce: UUID | None) -> QueueTicket:
    now = timezone.now()
    today = timezone.localdate(now)
    if not QueueService.objects.filter(pk=service.pk, is_offered=True).exists():
        raise NotPossibleNow(_("This service is not offered any more. Choose another one."))
    waiting = QueueTicket.objects.filter(desk=service.desk_id, day=today, called_at=None, ended_at=None)
    if waiting.count() >= settings.QUEUE_MOST_WAITING:
        raise NotPossibleNow(
            _("Very many people are waiting already. Please ask at the desk."), code="too_many_waiting"
        )
    number = _next_number(service, today)
    if number == 1:
        end_old_tickets(service.desk)
    return QueueTicket.objects.create(
        service=service,
        desk_id=service.desk_id,
        day=today,
        number=number,
        has_priority=has_priority,
        taken_at=now,
        queued_at=now,
        nonce=nonce,
    )


def _refuse_when_closed(desk: Agency) -> None:
    state = queueing.opening(calendar_for(desk), timezone.now(), settings.QUEUE_LAST_NUMBER_MINUTES)
    if state.is_open:
        return
    sentence = _("No numbers are given now.")
    if state.opens_at:
        opens = f"{state.opens_at:%H:%M %d/%m/%Y}"
        sentence += " " + _("The desk opens again at %(moment)s.") % {"moment": opens}
    raise NotPossibleNow(sentence, code="closed")


def _next_number(service: QueueService, day) -> int:
    """Locked until the ticket commits: one that is rolled back gives its number back."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {QueueDay._meta.db_table} AS queue (service_id, day, last_number)
            VALUES (%s, %s, 1)
            ON CONFLICT (service_id, day) DO UPDATE SET last_number = queue.last_number + 1
            RETURNING last_number
            """,
            [service.pk, day],
        )
        (number,) = cursor.fetchone()
    return number


def end_old_tickets(desk: Agency) -> None:
    """End what earlier days left: nobody came for a number that was never called; counters are closed.

    Done with the first number of a day and whenever a counter opens, so that no run at midnight is needed.
    """
    now = timezone.now()
    today = timezone.localdate(now)
    _end_sittings(ServiceCounter.objects.filter(desk=desk))
    old = QueueTicket.objects.filter(desk=desk, day__lt=today, ended_at=None)
    old.filter(called_at=None).update(ended_at=now, came=False)
    old.update(ended_at=now, came=True)


def _end_sittings(counters: QuerySet[ServiceCounter]) -> None:
    """Close those among these that an earlier day left open."""
    counters.filter(opened_at__lt=_midnight(timezone.now())).update(is_open=False, opened_at=None, clerk=None)


def _midnight(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)


# At the counter ---------------------------------------------------------------------------------------


@transaction.atomic
def open_counter(counter: ServiceCounter, *, by) -> ServiceCounter:
    """A clerk sits down at a counter; it may call numbers from now on. Again by the same clerk: as it is.

    Raises `NotPermitted` (no clerk of the desk), `NotPossibleNow` (somebody sits there, or the clerk
    sits at another counter).
    """
    if not rules.is_clerk_of(by, counter.desk):
        raise _not_permitted()
    end_old_tickets(counter.desk)
    # Whoever opens two counters at once waits here.
    Staff.objects.select_for_update(of=("self",)).get(pk=by.pk)
    # Also at a desk where the clerk works no more: nobody may come there today who would end it.
    _end_sittings(ServiceCounter.objects.filter(clerk=by))
    counter = _locked(counter)
    if counter.is_open and counter.clerk_id == by.pk:
        return counter
    if counter.is_open:
        raise NotPossibleNow(
            _("%(clerk)s sits at %(counter)s. Choose another counter, or have it closed first.")
            % {"clerk": counter.clerk or _("Somebody"), "counter": counter},
            code="counter_taken",
        )
    other = ServiceCounter.objects.filter(clerk=by, is_open=True).first()
    if other:
        raise NotPossibleNow(
            _("You sit at %(counter)s. Close it before you open another one.") % {"counter": other},
            code="sits_elsewhere",
        )
    counter.is_open, counter.opened_at, counter.clerk = True, timezone.now(), by
    counter.save(update_fields=["is_open", "opened_at", "clerk"])
    return counter


@transaction.atomic
def close_counter(counter: ServiceCounter, *, by, put_back: bool = False) -> ServiceCounter:
    """Nobody sits there any more. The number at hand ends, or with `put_back` waits again in its old place.

    By the clerk who sits there, or a supervisor or administrator of the desk. Closed already: as it is.
    """
    counter = _locked(counter)
    if not counter.is_open:
        return counter
    if counter.clerk_id != by.pk and not rules.keeps_people_of(by, counter.desk):
        raise NotPermitted(
            _("A counter is closed by the clerk who sits there, or by a supervisor of the desk.")
        )
    ticket = _at_hand(counter)
    if ticket and put_back:
        _wait_again(ticket)
    elif ticket:
        _end(ticket, came=True)
    counter.is_open, counter.opened_at, counter.clerk = False, None, None
    counter.save(update_fields=["is_open", "opened_at", "clerk"])
    return counter


@transaction.atomic
def call_next(counter: ServiceCounter, *, by, after: QueueTicket | None) -> QueueTicket | None:
    """End the number at hand and call the next one; None when nobody waits for this counter.

    Those with priority come first, but after `QUEUE_PRIORITY_IN_A_ROW` of them at this counter it is the
    turn of one without. `after` is the number at hand that the caller saw, if any: when the counter has
    called another one since, nothing is done and that one is returned, so that a double press calls once.
    """
    counter = _of_clerk(counter, by)
    ticket = _at_hand(counter)
    if ticket and ticket != after:
        return ticket
    if ticket:
        _end(ticket, came=True)
    following = _next_for(counter)
    if following is None:
        return None
    following.called_at, following.calls = timezone.now(), 1
    following.counter, following.called_by = counter, by
    following.save(update_fields=["called_at", "calls", "counter", "called_by"])
    return following


def _next_for(counter: ServiceCounter) -> QueueTicket | None:
    """Who is called next there, locked; numbers that other counters are calling just now are passed over."""
    today = timezone.localdate()
    waiting = (
        QueueTicket.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("service")
        .filter(desk=counter.desk_id, day=today, called_at=None, ended_at=None)
        .order_by("-has_priority", "queued_at", "pk")
    )
    served = list(counter.services.values_list("pk", flat=True))
    if served:
        waiting = waiting.filter(service__in=served)
    last_calls = (
        QueueTicket.objects.filter(counter=counter, day=today)
        .order_by("-called_at", "-pk")
        .values_list("has_priority", flat=True)[: settings.QUEUE_PRIORITY_IN_A_ROW]
    )
    if queueing.ordinary_first(last_calls, settings.QUEUE_PRIORITY_IN_A_ROW):
        ordinary = waiting.filter(has_priority=False).first()
        if ordinary:
            return ordinary
    return waiting.first()


@transaction.atomic
def call_again(ticket: QueueTicket, *, by) -> QueueTicket:
    """Call the number at hand once more; screen and voice say it again."""
    ticket = _in_hand(ticket, by)
    ticket.calls = F("calls") + 1
    ticket.save(update_fields=["calls"])
    ticket.refresh_from_db(fields=["calls"])
    return ticket


@transaction.atomic
def finish(ticket: QueueTicket, *, by) -> QueueTicket:
    """Whoever had this number was served."""
    return _end(_in_hand(ticket, by), came=True)


@transaction.atomic
def no_show(ticket: QueueTicket, *, by) -> QueueTicket:
    """Nobody came for this number, although it was called `QUEUE_CALLS_BEFORE_NO_SHOW` times."""
    ticket = _in_hand(ticket, by)
    enough = settings.QUEUE_CALLS_BEFORE_NO_SHOW
    if ticket.calls < enough:
        raise NotPossibleNow(
            _("Call %(ticket)s again first: it was called %(calls)s of %(enough)s times.")
            % {"ticket": ticket, "calls": ticket.calls, "enough": enough},
            code="call_again_first",
        )
    return _end(ticket, came=False)


@transaction.atomic
def back_in_queue(ticket: QueueTicket, *, by) -> QueueTicket:
    """Wait again, behind those who wait now: the number at hand, or one of today whose owner came late."""
    if not rules.is_clerk_of(by, ticket.desk):
        raise _not_permitted()
    came_late = ticket.came is False and ticket.called_at and ticket.day == timezone.localdate()
    if came_late:
        ticket = _locked_ticket(ticket)
        if ticket.came is not False:  # somebody was faster
            raise _ended(ticket)
    else:
        ticket = _in_hand(ticket, by)
    ticket.queued_at = timezone.now()
    return _wait_again(ticket)


# Steps of the verbs -----------------------------------------------------------------------------------


def _locked_room(desk: Agency) -> WaitingRoom:
    WaitingRoom.objects.bulk_create([WaitingRoom(desk=desk)], ignore_conflicts=True)
    return WaitingRoom.objects.select_for_update().get(desk=desk)


def _locked(counter: ServiceCounter) -> ServiceCounter:
    locked = ServiceCounter.objects.select_for_update(of=("self",)).select_related("desk", "clerk")
    return locked.get(pk=counter.pk)


def _locked_ticket(ticket: QueueTicket) -> QueueTicket:
    locked = QueueTicket.objects.select_for_update(of=("self",)).select_related("service", "counter", "desk")
    return locked.get(pk=ticket.pk)


def _of_clerk(counter: ServiceCounter, by) -> ServiceCounter:
    """The locked counter, at which this clerk sits today."""
    if not rules.is_clerk_of(by, counter.desk):
        raise _not_permitted()
    counter = _locked(counter)
    if not counter.is_open or counter.clerk_id != by.pk or counter.opened_at < _midnight(timezone.now()):
        raise NotPossibleNow(
            _("You do not sit at %(counter)s. Open it first.") % {"counter": counter}, code="counter_closed"
        )
    return counter


def _at_hand(counter: ServiceCounter) -> QueueTicket | None:
    """The number that was called to this counter and has not ended."""
    at_hand = QueueTicket.objects.filter(counter=counter, called_at__isnull=False, ended_at=None)
    return at_hand.select_related("service").first()


def _in_hand(ticket: QueueTicket, by) -> QueueTicket:
    """The locked number, which is at hand at the counter of this clerk."""
    if not rules.is_clerk_of(by, ticket.desk):
        raise _not_permitted()
    if ticket.counter_id is None:
        raise _ended(ticket)
    counter = _of_clerk(ticket.counter, by)  # the counter before its number, as everybody locks them
    ticket = _locked_ticket(ticket)
    if ticket.ended_at or ticket.counter_id != counter.pk:
        raise _ended(ticket)
    return ticket


def _end(ticket: QueueTicket, *, came: bool) -> QueueTicket:
    ticket.ended_at, ticket.came = timezone.now(), came
    ticket.save(update_fields=["ended_at", "came"])
    return ticket


def _wait_again(ticket: QueueTicket) -> QueueTicket:
    ticket.called_at = ticket.counter = ticket.called_by = ticket.ended_at = ticket.came = None
    ticket.calls = 0
    ticket.save(update_fields=["called_at", "counter", "called_by", "ended_at", "came", "calls", "queued_at"])
    return ticket


def _not_permitted() -> NotPermitted:
    return NotPermitted(_("Numbers are called by the clerks of the desk."))


def _ended(ticket: QueueTicket) -> NotPossibleNow:
    return NotPossibleNow(
        _("%(ticket)s is not at hand any more. Look at the list again.") % {"ticket": ticket},
        code="not_at_hand",
    )


# Links of kiosk and screen ----------------------------------------------------------------------------


def waiting_room_of(desk: Agency, *, by) -> WaitingRoom:
    """The waiting room of a desk, with the turn that its links are made of. Changes nothing."""
    _refuse_strangers(desk, by)
    return waiting.room_at(desk)


@transaction.atomic
def renew_links(desk: Agency, *, by) -> WaitingRoom:
    """Make all links of kiosk and screen of this desk useless; new ones are made of the new turn."""
    if not rules.keeps_people_of(by, desk):
        raise NotPermitted(
            _("The links are renewed by a supervisor or an administrator of the desk's own agency.")
        )
    room = _locked_room(desk)
    room.turn += 1
    room.save(update_fields=["turn"])
    return room


def _refuse_strangers(desk: Agency, by) -> None:
    if not desk.is_reception_desk:
        raise Invalid(_("%(agency)s is not a reception desk.") % {"agency": desk}, field="desk")
    if not (rules.is_clerk_of(by, desk) or rules.keeps_people_of(by, desk)):
        raise _not_permitted()
