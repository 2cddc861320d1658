"""Queue numbers: drawn without gap or duplicate, day by day, while the desk is open."""

from datetime import date
from uuid import UUID

import pytest

from cases.errors import NotPossibleNow
from cases.models import QueueDay, QueueTicket, ServiceCounter
from cases.services import tickets
from procedures.enums import Role
from procedures.models import OfficeSession
from tests.cases.desk_queue import build_queue, queue
from tests.cases.helpers import in_parallel, make_person, refused
from tests.cast import local

__all__ = ["queue"]

pytestmark = pytest.mark.usefixtures("english")

NONCE = UUID("00000000-0000-4000-8000-000000000001")


# Taking a number --------------------------------------------------------------------------------------


def test_numbers_run_from_one_for_each_service(queue):
    assert [str(queue.take()), str(queue.take()), str(queue.take(queue.copies))] == ["A001", "A002", "B001"]


def test_a_number_knows_its_desk_day_and_time_and_nobody(queue):
    ticket = queue.take(priority=True)
    assert (ticket.desk_id, ticket.day, ticket.taken_at, ticket.has_priority) == (
        queue.civil.desk_id,
        date(2026, 11, 9),
        local("2026-11-09 09:00"),
        True,
    )
    assert (ticket.called_at, ticket.counter, ticket.calls, ticket.came) == (None, None, 0, None)


def test_a_new_day_begins_at_one(queue, clock):
    queue.take()
    clock.move_to("2026-11-10 08:00")
    assert str(queue.take()) == "A001"


def test_a_double_tap_is_one_number(queue):
    first = queue.take(nonce=NONCE)
    assert queue.take(queue.copies, nonce=NONCE) == first
    assert QueueTicket.objects.count() == 1


def test_the_nonce_of_another_day_is_forgotten(queue, clock):
    queue.take(nonce=NONCE)
    clock.move_to("2026-11-10 08:00")
    assert queue.take(nonce=NONCE).day == date(2026, 11, 10)


def test_a_service_that_is_not_offered_gives_no_number(queue):
    queue.civil.is_offered = False
    queue.civil.save()
    with refused(NotPossibleNow) as caught:
        queue.take()
    assert caught.value.sentence == "This service is not offered any more. Choose another one."


def test_when_very_many_wait_no_more_numbers_are_given(queue, settings):
    settings.QUEUE_MOST_WAITING = 2
    queue.take()
    queue.take(queue.copies)
    with refused(NotPossibleNow, "too_many_waiting"):
        queue.take()
    queue.sit()
    queue.call()
    assert str(queue.take()) == "A002"


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-09 07:29", "07:30 09/11/2026"),
        ("2026-11-09 11:30", "13:00 09/11/2026"),
        ("2026-11-09 12:59", "13:00 09/11/2026"),
        ("2026-11-09 16:45", "07:30 10/11/2026"),
        ("2026-11-13 17:00", "07:30 16/11/2026"),
        ("2026-11-23 16:50", "07:30 25/11/2026"),  # the 24th is a day off
    ],
)
def test_a_closed_desk_says_when_it_opens(queue, clock, moment, opens):
    clock.move_to(moment)
    with refused(NotPossibleNow, "closed") as caught:
        queue.take()
    assert caught.value.sentence == f"No numbers are given now. The desk opens again at {opens}."


@pytest.mark.parametrize(
    "moment", ["2026-11-09 07:30", "2026-11-09 11:29", "2026-11-09 13:00", "2026-11-09 16:44"]
)
def test_an_open_desk_gives_numbers(queue, clock, moment):
    clock.move_to(moment)
    assert str(queue.take()) == "A001"


def test_a_saturday_reception_gives_numbers(queue, clock):
    for day, opens, closes in [("weekday", "07:30", "17:00"), ("saturday", "08:00", "11:00")]:
        OfficeSession.objects.create(agency=queue.civil.desk, days=day, opens_at=opens, closes_at=closes)
    clock.move_to("2026-11-13 17:30")
    with refused(NotPossibleNow) as caught:
        queue.take()
    assert "08:00 14/11/2026" in caught.value.sentence
    clock.move_to("2026-11-14 10:44")
    assert str(queue.take()) == "A001"


# No number twice under load ---------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_hundred_people_at_once_get_numbers_without_gap_or_duplicate(world):
    queue = build_queue(world)
    services = [queue.civil, queue.copies]
    drawn = in_parallel([lambda n=n: queue.take(services[n % 2]) for n in range(200)], connections=16)
    every = [str(number) for number in drawn]
    assert sorted(every) == [f"{letter}{n:03d}" for letter in "AB" for n in range(1, 101)]
    assert list(QueueDay.objects.values_list("last_number", flat=True)) == [100, 100]


@pytest.mark.django_db(transaction=True)
def test_one_tap_sent_sixteen_times_at_once_is_one_number(world):
    queue = build_queue(world)
    services = [queue.civil, queue.copies]
    drawn = in_parallel(
        [lambda n=n: queue.take(services[n % 2], nonce=NONCE) for n in range(16)], connections=16
    )
    assert {ticket.pk for ticket in drawn} == {QueueTicket.objects.get().pk}
    assert [day.last_number for day in QueueDay.objects.all()] == [1]


@pytest.mark.django_db(transaction=True)
def test_counters_that_call_at_once_never_call_the_same_number(world):
    queue = build_queue(world)
    counters = []
    for n in range(8):
        clerk = make_person(f"quay-{n}", world.ward, Role.CLERK)
        counter = ServiceCounter.objects.create(desk=world.ward, number=10 + n)
        counters.append((tickets.open_counter(counter, by=clerk), clerk))
    for _number in range(40):
        queue.take()

    def shift(counter, clerk):
        called, at_hand = [], None
        for _call in range(5):
            at_hand = tickets.call_next(counter, by=clerk, after=at_hand)
            called.append(str(at_hand))
        return called

    shifts = in_parallel([lambda c=c: shift(*c) for c in counters], connections=8)
    assert sorted(number for called in shifts for number in called) == [f"A{n:03d}" for n in range(1, 41)]


@pytest.mark.django_db(transaction=True)
def test_a_double_press_at_the_counter_calls_one_number(world):
    queue = build_queue(world)
    queue.sit()
    queue.take(), queue.take()
    pressed = in_parallel(
        [lambda: tickets.call_next(queue.first, by=queue.clerk, after=None)] * 2, connections=2
    )
    assert [str(number) for number in pressed] == ["A001", "A001"]
    assert QueueTicket.objects.filter(called_at=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_one_gets_the_counter(world):
    queue = build_queue(world)
    outcomes = in_parallel(
        [lambda by=by: tickets.open_counter(queue.first, by=by) for by in (queue.clerk, queue.colleague)],
        connections=2,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NotPossibleNow", "ServiceCounter"]


# A new day --------------------------------------------------------------------------------------------


def test_the_first_number_of_a_day_ends_what_yesterday_left(queue, clock):
    queue.sit()
    queue.take(), queue.take()
    queue.call()
    clock.move_to("2026-11-10 08:00")
    queue.take()
    called, never, today = QueueTicket.objects.order_by("day", "number")
    assert [called.came, never.came, today.came] == [True, False, None]
    assert not ServiceCounter.objects.filter(is_open=True).exists()


def test_a_counter_of_yesterday_is_free_in_the_morning(queue, clock):
    queue.sit()
    clock.move_to("2026-11-10 07:00")
    with refused(NotPossibleNow, "counter_closed"):
        tickets.call_next(queue.first, by=queue.clerk, after=None)
    assert tickets.open_counter(queue.first, by=queue.colleague).clerk == queue.colleague
