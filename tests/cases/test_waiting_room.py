"""The waiting room: who has the link of its pages, and the figures and calls that they show."""

from datetime import date, timedelta

import pytest

from cases import waiting
from cases.errors import Invalid, NotPermitted
from cases.models import WaitingRoom
from cases.services import tickets
from procedures.enums import Role
from tests.cases.desk_queue import queue
from tests.cases.helpers import make_person, refused

__all__ = ["queue"]

pytestmark = pytest.mark.usefixtures("english")


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
