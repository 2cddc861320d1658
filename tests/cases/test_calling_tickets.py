"""Queue numbers are called fairly, each to one counter."""

import pytest

from cases import waiting
from cases.errors import NotPermitted, NotPossibleNow
from cases.models import QueueTicket, ServiceCounter
from cases.services import tickets
from procedures.enums import Role
from tests.cases.desk_queue import queue
from tests.cases.helpers import crowd, make_person, refused, refused_to_everybody_but
from tests.cast import local

__all__ = ["queue"]

pytestmark = pytest.mark.usefixtures("english")


# Sitting at a counter ---------------------------------------------------------------------------------


def test_a_clerk_opens_a_counter_and_sits_there(queue):
    counter = tickets.open_counter(queue.first, by=queue.clerk)
    assert (counter.is_open, counter.clerk, counter.opened_at) == (
        True,
        queue.clerk,
        local("2026-11-09 09:00"),
    )
    assert tickets.open_counter(queue.first, by=queue.clerk) == counter  # again: as it is


def test_a_taken_counter_is_not_opened_by_another_clerk(queue):
    tickets.open_counter(queue.first, by=queue.clerk)
    with refused(NotPossibleNow, "counter_taken") as caught:
        tickets.open_counter(queue.first, by=queue.colleague)
    assert "Lê Thị Một Cửa sits at Quầy 1." in caught.value.sentence


def test_a_clerk_sits_at_one_counter(queue):
    tickets.open_counter(queue.first, by=queue.clerk)
    with refused(NotPossibleNow, "sits_elsewhere") as caught:
        tickets.open_counter(queue.second, by=queue.clerk)
    assert caught.value.sentence == "You sit at Quầy 1. Close it before you open another one."


def test_a_counter_left_open_at_another_desk_on_an_earlier_day_is_over(world, queue, clock):
    elsewhere = ServiceCounter.objects.create(desk=world.other_ward, number=9)
    ServiceCounter.objects.filter(pk=elsewhere.pk).update(
        is_open=True, opened_at=local("2026-11-09 09:00"), clerk=queue.clerk
    )
    clock.move_to("2026-11-10 08:00")
    assert tickets.open_counter(queue.first, by=queue.clerk).is_open
    assert not ServiceCounter.objects.get(pk=elsewhere.pk).is_open


def test_a_counter_is_opened_by_the_clerks_of_the_desk(world, queue):
    postal = make_person("buu-dien", world.ward, Role.POSTAL_CLERK)
    refused_to_everybody_but(
        world,
        world.clerk,
        queue.colleague,
        postal,
        act=lambda person: tickets.open_counter(queue.first, by=person),
    )
    assert tickets.open_counter(queue.first, by=postal).clerk == postal


def test_closing_ends_the_number_at_hand(queue):
    queue.sit()
    queue.take()
    queue.call()
    tickets.close_counter(queue.first, by=queue.clerk)
    assert QueueTicket.objects.get().came is True
    assert ServiceCounter.objects.get(pk=queue.first.pk).clerk is None


def test_closing_may_put_the_number_back_into_its_old_place(queue, clock):
    queue.sit()
    queue.take()
    clock.move_to("2026-11-09 09:05")
    queue.take()
    queue.call()
    tickets.close_counter(queue.first, by=queue.clerk, put_back=True)
    assert queue.call(queue.second) == "A001"


def test_a_counter_is_closed_by_its_clerk_or_a_supervisor(world, queue):
    queue.sit()
    keepers = [world.supervisor, world.head]
    people = [p for p in crowd(world) if p not in [queue.clerk, *keepers] and p.role != Role.AGENCY_ADMIN]
    for person in people:
        with refused(NotPermitted):
            tickets.close_counter(queue.first, by=person)
    assert tickets.close_counter(queue.first, by=world.supervisor).is_open is False
    assert tickets.close_counter(queue.first, by=world.supervisor).is_open is False  # again: as it is


# Calling ----------------------------------------------------------------------------------------------


def test_numbers_are_called_in_their_order_and_end_the_one_at_hand(queue, clock):
    queue.sit()
    queue.take(), queue.take()
    clock.move_to("2026-11-09 09:10")
    assert queue.call() == "A001"
    clock.move_to("2026-11-09 09:16")
    assert queue.call() == "A002"
    first, second = QueueTicket.objects.order_by("number")
    assert (first.called_at, first.ended_at, first.came) == (
        local("2026-11-09 09:10"),
        local("2026-11-09 09:16"),
        True,
    )
    assert (second.counter, second.called_by, second.calls, second.ended_at) == (
        queue.first,
        queue.clerk,
        1,
        None,
    )


def test_when_nobody_waits_the_number_at_hand_ends_all_the_same(queue):
    queue.sit()
    queue.take()
    queue.call()
    assert queue.call() == ""
    assert QueueTicket.objects.get().came is True


def test_a_counter_calls_only_its_services(queue):
    queue.first.services.add(queue.copies)
    queue.sit()
    queue.take()
    assert queue.call() == ""
    queue.take(queue.copies)
    assert queue.call() == "B001"
    assert queue.call(queue.second) == "A001"


def test_numbers_of_other_desks_are_not_called(world, queue):
    queue.sit()
    theirs = type(queue.civil).objects.create(desk=world.other_ward, letter="A", name_vi="Hộ tịch")
    queue.take(theirs)
    assert queue.call() == ""


def test_priority_goes_first_but_not_for_ever(queue, settings, clock):
    settings.QUEUE_PRIORITY_IN_A_ROW = 2
    queue.sit()
    for _n in range(3):
        queue.take()
    for _n in range(5):
        queue.take(queue.copies, priority=True)
    called = []
    for minute in range(10, 18):
        clock.move_to(f"2026-11-09 09:{minute}")
        called.append(queue.call())
    assert called == ["B001", "B002", "A001", "B003", "B004", "A002", "B005", "A003"]


def test_priority_goes_on_while_nobody_else_waits(queue, settings):
    settings.QUEUE_PRIORITY_IN_A_ROW = 1
    queue.sit()
    queue.take(priority=True), queue.take(priority=True)
    assert [queue.call(), queue.call()] == ["A001", "A002"]


def test_without_priority_everybody_is_called_in_order(queue, settings):
    settings.QUEUE_PRIORITY_IN_A_ROW = 0
    queue.sit()
    queue.take(), queue.take(priority=True)
    assert [queue.call(), queue.call()] == ["A001", "A002"]


def test_calling_needs_an_open_counter_of_ones_own(queue):
    queue.take()
    for _open in range(2):
        with refused(NotPossibleNow, "counter_closed") as caught:
            tickets.call_next(queue.first, by=queue.clerk, after=None)
        tickets.open_counter(queue.first, by=queue.colleague)
    assert caught.value.sentence == "You do not sit at Quầy 1. Open it first."


def test_numbers_are_called_by_the_clerks_of_the_desk(world, queue):
    queue.sit()
    queue.take()
    refused_to_everybody_but(
        world,
        queue.clerk,
        queue.colleague,
        act=lambda person: tickets.call_next(queue.first, by=person, after=None),
    )


@pytest.mark.parametrize("verb", ["call_again", "finish", "no_show", "back_in_queue"])
def test_a_number_at_hand_is_for_the_clerks_of_the_desk(world, queue, verb):
    queue.sit()
    queue.take()
    queue.call()
    at_hand = queue.at_hand()
    refused_to_everybody_but(
        world, queue.clerk, queue.colleague, act=lambda person: getattr(tickets, verb)(at_hand, by=person)
    )


# The number at hand -----------------------------------------------------------------------------------


@pytest.fixture
def called(queue) -> QueueTicket:
    queue.sit()
    queue.take()
    queue.call()
    return queue.at_hand()


def test_a_number_is_called_again(queue, called):
    assert tickets.call_again(called, by=queue.clerk).calls == 2
    assert tickets.call_again(called, by=queue.clerk).calls == 3


def test_a_number_is_finished(queue, called, clock):
    clock.move_to("2026-11-09 09:07")
    ticket = tickets.finish(called, by=queue.clerk)
    assert (ticket.ended_at, ticket.came) == (local("2026-11-09 09:07"), True)


def test_nobody_is_given_up_after_one_call(queue, called):
    with refused(NotPossibleNow, "call_again_first") as caught:
        tickets.no_show(called, by=queue.clerk)
    assert caught.value.sentence == "Call A001 again first: it was called 1 of 2 times."
    tickets.call_again(called, by=queue.clerk)
    assert tickets.no_show(called, by=queue.clerk).came is False


def test_back_in_the_queue_is_behind_those_who_wait(queue, called, clock):
    queue.take()
    clock.move_to("2026-11-09 09:05")
    ticket = tickets.back_in_queue(called, by=queue.clerk)
    assert (ticket.counter, ticket.called_at, ticket.calls) == (None, None, 0)
    assert [queue.call(), queue.call()] == ["A002", "A001"]


def test_whoever_comes_late_waits_again_today(queue, called, clock):
    tickets.call_again(called, by=queue.clerk)
    missed = tickets.no_show(called, by=queue.clerk)
    queue.take()
    clock.move_to("2026-11-09 09:30")
    assert waiting.did_not_come(queue.civil.desk) == [missed]
    tickets.back_in_queue(missed, by=queue.colleague)
    assert [queue.call(), queue.call()] == ["A002", "A001"]


def test_whoever_comes_the_next_day_takes_a_new_number(queue, called, clock):
    tickets.call_again(called, by=queue.clerk)
    missed = tickets.no_show(called, by=queue.clerk)
    clock.move_to("2026-11-10 08:00")
    tickets.close_counter(queue.first, by=queue.clerk)
    tickets.open_counter(queue.first, by=queue.clerk)
    with refused(NotPossibleNow, "not_at_hand"):
        tickets.back_in_queue(missed, by=queue.clerk)


@pytest.mark.parametrize("verb", ["call_again", "finish", "no_show", "back_in_queue"])
def test_what_ended_or_was_never_called_is_not_at_hand(queue, called, verb):
    tickets.finish(called, by=queue.clerk)
    for ticket in (called, queue.take()):
        with refused(NotPossibleNow, "not_at_hand"):
            getattr(tickets, verb)(ticket, by=queue.clerk)


@pytest.mark.parametrize("verb", ["call_again", "finish", "no_show", "back_in_queue"])
def test_the_number_at_another_counter_is_left_alone(queue, called, verb):
    with refused(NotPossibleNow, "counter_closed"):
        getattr(tickets, verb)(called, by=queue.colleague)
