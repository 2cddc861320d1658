"""On time, late and open, and whose month it is: exact figures of a small world (R51, R52)."""

import pytest

from cases import services
from cases.enums import State
from cases.models import Dossier
from cases.scorecard.facts import scope_of
from cases.scorecard.periods import PeriodRefused, month, quarter, year
from cases.scorecard.scores import Fact
from tests.cases.scorecard.helpers import DECEMBER, OCTOBER, listed, outside
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")


def test_on_time_late_and_open(world, clock, count):
    """Due Thursday 12/11 17:00: returned, still open, and ready a day late."""
    returned, still_open = world.returned(), world.processing()
    late = world.processing()
    clock.move_to("2026-11-13 09:00")
    late = world.record_result(late)
    outside(world)
    assert count("2.1") == Fact(1, 3)
    assert listed("2.1", world.ward) == ({returned}, {returned, still_open, late})
    assert count("2.1", world.province) == Fact(1, 4)
    assert count("2.1", world.centre) == Fact(0, 0)


def test_what_is_not_due_yet_is_on_time(world, clock, count):
    clock.move_to("2026-11-27 09:00")
    world.receive()  # due on 02/12
    assert count("2.1") == Fact(1, 1)
    assert count("2.1", period=DECEMBER) == Fact(0, 1)


def test_a_month_counts_what_was_carried_over_and_nothing_that_had_ended(world, clock, count):
    clock.move_to("2026-10-05 09:00")
    ended, carried_over = world.returned(), world.processing()
    clock.move_to("2026-11-09 09:00")
    fresh = world.receive()
    assert listed("2.1", world.ward, OCTOBER) == ({ended}, {ended, carried_over})
    assert listed("2.1", world.ward) == (set(), {carried_over, fresh})
    assert count("2.1", period=month(2026, 9)) == Fact(0, 0)
    assert count("2.1", period=quarter(2026, 4)) == Fact(1, 3)
    assert count("2.1", period=year(2026)) == Fact(1, 3)


def test_a_past_month_is_counted_as_it_stood_then(world, clock, count):
    clock.move_to("2026-10-30 09:00")
    dossier = world.processing()
    assert dossier.due_at == local("2026-11-04 17:00")
    clock.move_to("2026-11-09 09:00")
    world.record_result(dossier)
    assert count("2.1", period=OCTOBER) == Fact(1, 1)  # not due by the end of October
    assert count("4.1", period=OCTOBER) == Fact(0, 1)
    assert count("2.1") == Fact(0, 1)
    assert count("4.1") == Fact(1, 1)


def test_the_end_is_when_nothing_is_owed_any_more(world, clock, count):
    """The result is in time, its fee is paid three days after the due date: status 9 is sent then."""
    dossier = world.with_result(world.paid)
    assert dossier.state == State.PROCESSING
    clock.move_to("2026-11-16 09:00")
    services.pay(dossier, by=world.clerk, amount=15000)
    assert count("2.1") == Fact(0, 1)


def test_a_result_taken_back_ends_nothing(world, clock, count):
    dossier = world.with_result()
    services.undo(dossier, by=world.officer, reason="Nhầm số")
    assert (count("2.1"), count("4.1")) == (Fact(0, 1), Fact(0, 1))
    clock.move_to("2026-11-12 16:00")
    world.record_result(Dossier.objects.get(pk=dossier.pk))
    assert (count("2.1"), count("4.1")) == (Fact(1, 1), Fact(1, 1))


def test_waiting_for_the_applicant_is_subtracted_from_the_end(world, clock, count):
    dossier = world.supplement()
    assert count("2.1") == Fact(1, 1)  # the request is the end while it is open
    clock.move_to("2026-11-16 09:00")
    dossier = services.resume(dossier, by=world.clerk)
    assert count("2.1") == Fact(0, 1)
    clock.move_to("2026-11-19 17:00")  # ten days after, of which seven were waiting: 12/11 17:00
    world.record_result(dossier)
    assert count("2.1") == Fact(1, 1)


def test_a_minute_more_than_the_waiting_is_late(world, clock, count):
    dossier = world.supplement()
    clock.move_to("2026-11-16 09:00:30")
    dossier = services.resume(dossier, by=world.clerk)
    clock.move_to("2026-11-19 17:01")
    world.record_result(dossier)
    assert count("2.1") == Fact(0, 1)


def test_asked_twice_is_overdue(world, clock, count):
    dossier = services.resume(world.supplement(), by=world.clerk)
    services.request_supplement(dossier, by=world.head, reason="Thiếu nữa", items=["Tờ khai"])
    services.resume(Dossier.objects.get(pk=dossier.pk), by=world.clerk)
    world.record_result(Dossier.objects.get(pk=dossier.pk))
    assert count("2.1") == Fact(0, 1)


def test_asked_before_and_after_reception_is_asked_twice(world, clock, count):
    """What was waited for before the reception stopped no clock and is not subtracted."""
    filing = world.submit()
    services.ask_to_complete(filing, by=world.clerk, reason="Thiếu", items=["Tờ khai"])
    clock.move_to("2026-11-11 09:00")
    services.complete_filing(filing, by=world.clerk)
    dossier = services.receive_filing(filing, by=world.clerk)  # due on 16/11
    assert count("2.1", now=local("2026-11-16 17:00")) == Fact(1, 1)
    assert count("2.1", now=local("2026-11-16 17:01")) == Fact(0, 1)
    services.request_supplement(dossier, by=world.head, reason="Thiếu nữa", items=["Tờ khai"])
    assert count("2.1", now=local("2026-11-11 10:00")) == Fact(0, 1)


def test_withdrawn_after_reception_counts_and_before_it_does_not(world, count):
    withdrawn = services.withdraw(world.receive(), by=world.clerk, reason="Đổi ý")
    services.withdraw(world.submit(), by=world.clerk, reason="Đổi ý")
    services.refuse(world.submit(), by=world.clerk, reason="Không thuộc thẩm quyền")
    world.submit()
    assert listed("2.1", world.ward) == ({withdrawn}, {withdrawn})
    assert count("3.3") == Fact(3, 4)


def test_a_month_that_is_not_over_is_counted_up_to_now(world, clock, count):
    world.receive()
    assert count("2.1", now=local("2026-11-12 17:00")) == Fact(1, 1)
    assert count("2.1", now=local("2026-11-12 17:01")) == Fact(0, 1)
    assert count("2.1", now=local("2026-11-09 09:00")) == Fact(1, 1)


def test_a_month_that_has_not_begun_is_refused(world):
    with pytest.raises(PeriodRefused) as caught:
        scope_of(world.ward, DECEMBER, local("2026-11-30 23:59"))
    assert str(caught.value) == "The period from 01/12/2026 has not begun yet."
