"""Queue numbers: drawn without gap or duplicate, called fairly, each to one counter."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from cases import waiting
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.models import QueueDay, QueueTicket, ServiceCounter, WaitingRoom
from cases.services import tickets
from procedures.enums import Role
from procedures.models import OfficeSession
from tests.cases.desk_queue import build_queue, queue
from tests.cases.helpers import crowd, in_parallel, make_person, refused, refused_to_everybody_but
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


# Links ------------------------------------------------------------------------------------------------


def test_a_link_leads_to_its_desk_until_it_is_renewed(world, queue):
    room = tickets.waiting_room_of(world.ward, by=world.clerk)
    token = waiting.token_of(room)
    assert waiting.room_of(token).desk == world.ward
    new = waiting.token_of(tickets.renew_links(world.ward, by=world.supervisor))
    assert waiting.room_of(token) is None
    assert waiting.room_of(new).desk == world.ward


@pytest.mark.parametrize("token", ["", "1.1", "1.1:x", "khong-phải", "\x00"])
def test_a_forged_link_leads_nowhere(queue, token):
    assert waiting.room_of(token) is None


def test_links_are_renewed_by_the_supervisors_and_administrators_of_the_desk(world, queue):
    admin = make_person("quan-tri-phuong", world.ward, Role.AGENCY_ADMIN)
    for person in (world.clerk, world.officer, world.auditor, world.outsider_head, None):
        with refused(NotPermitted):
            tickets.renew_links(world.ward, by=person)
    for person in (world.supervisor, world.head, admin):
        tickets.renew_links(world.ward, by=person)
    assert WaitingRoom.objects.get(desk=world.ward).turn == 4


def test_links_are_made_at_a_desk_for_its_people(world):
    with refused(NotPermitted):
        tickets.waiting_room_of(world.ward, by=world.outsider_clerk)
    with refused(Invalid):
        tickets.waiting_room_of(world.province, by=world.auditor)


# Figures ----------------------------------------------------------------------------------------------


def test_people_ahead_are_those_who_are_called_before(queue, clock):
    first = queue.take()
    clock.move_to("2026-11-09 09:01")
    second = queue.take()
    favoured = queue.take(priority=True)
    queue.take(queue.copies)
    assert [waiting.ahead_of(ticket) for ticket in (first, second, favoured)] == [1, 2, 0]


def test_the_usual_wait_is_the_median_of_the_last_calls(queue, clock):
    queue.sit()
    for _n in range(3):
        queue.take()
    for minute in (4, 10):
        clock.move_to(f"2026-11-09 09:{minute:02d}")
        queue.call()
    assert waiting.usual_wait_for(queue.civil) is None  # of two nobody can say
    clock.move_to("2026-11-09 09:30")
    queue.call()
    assert waiting.usual_wait_for(queue.civil) == timedelta(minutes=10)


def test_figures_of_a_day(queue, clock):
    queue.sit()
    queue.take(), queue.take(), queue.take(queue.copies), queue.take()
    clock.move_to("2026-11-09 09:10")
    queue.call()  # A001 waited 10
    clock.move_to("2026-11-09 09:14")
    queue.call()  # A001 took 4; A002 waited 14
    tickets.call_again(queue.at_hand(), by=queue.clerk)
    tickets.no_show(queue.at_hand(), by=queue.clerk)
    clock.move_to("2026-11-09 09:20")
    today = waiting.figures_of_today(queue.civil.desk)
    whole = today.whole
    assert (whole.taken, whole.called, whole.waiting, whole.no_shows) == (4, 2, 2, 1)
    assert whole.longest_waiting == timedelta(minutes=20)
    assert (whole.median_wait, whole.longest_wait) == (timedelta(minutes=12), timedelta(minutes=14))
    assert whole.median_service == timedelta(minutes=4)
    assert [(s.letter, f.taken, f.waiting) for s, f in today.by_service] == [("A", 3, 1), ("B", 1, 1)]
    assert [(c.number, f.called, f.no_shows) for c, f in today.by_counter] == [(1, 2, 1), (2, 0, 0)]


def test_what_the_next_morning_ended_says_nothing_about_service_time(queue, clock):
    queue.sit()
    queue.take()
    queue.call()
    clock.move_to("2026-11-10 08:00")
    queue.take()
    monday = waiting.figures_of_period(queue.civil.desk, date(2026, 11, 9), date(2026, 11, 9))
    assert (monday.whole.called, monday.whole.median_service) == (1, None)


def test_figures_by_day_and_by_hour(queue, clock):
    queue.take()
    clock.move_to("2026-11-09 10:59")
    queue.take()
    clock.move_to("2026-11-10 10:00")
    queue.take()
    period = waiting.figures_of_period(queue.civil.desk, date(2026, 11, 9), date(2026, 11, 10))
    assert {day: row.taken for day, row in period.by_day.items()} == {
        date(2026, 11, 9): 2,
        date(2026, 11, 10): 1,
    }
    assert {hour: row.taken for hour, row in period.by_hour.items()} == {9: 1, 10: 2}


def test_the_board_has_every_open_counter_and_the_latest_calls(queue, clock):
    queue.sit()
    for _n in range(14):
        queue.take()
    queue.call(queue.second)
    for minute in range(1, 13):
        clock.move_to(f"2026-11-09 09:{minute:02d}")
        queue.call()
    board = waiting.board_of(queue.civil.desk)
    assert [(c.number, str(t)) for c, t in board.counters] == [(1, "A013"), (2, "A001")]
    assert [str(t) for t in board.latest] == [f"A{n:03d}" for n in range(13, 3, -1)]
