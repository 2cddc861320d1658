"""Late without an apology in time is a breach, open or finished (R33), and late transfers are found (R16)."""

import pytest

from cases import services
from cases.models import Dossier
from tests.cases.helpers import fresh
from tests.cast import local

MONTHS = [("2026-10-01", "2026-11-01"), ("2026-11-01", "2026-12-01"), ("2026-12-01", "2027-01-01")]


def breaches() -> list[Dossier]:
    """All of them; each is also found in the month of what was promised, and in no other."""
    found = list(Dossier.objects.breaches().order_by("pk"))
    for first, following in MONTHS:
        span = local(f"{first} 00:00"), local(f"{following} 00:00")
        of_month = list(Dossier.objects.breaches(promised=span).order_by("pk"))
        assert of_month == [one for one in found if span[0] <= one.promised_at < span[1]]
    return found


def apologise(world, dossier, until="2026-11-17 17:00"):
    services.issue_apology(dossier, by=world.head, reason="Chờ xác minh", new_due_at=local(until))


@pytest.fixture
def dossier(world):
    """Due Thursday 12/11/2026 17:00."""
    return world.processing()


@pytest.mark.parametrize(("moment", "found"), [("2026-11-12 17:00:59", False), ("2026-11-12 17:01", True)])
def test_breach_from_the_minute_after_the_due_moment_while_still_open(clock, dossier, moment, found):
    clock.move_to(moment)
    assert (breaches() == [dossier]) is found


def test_breach_stays_when_the_result_came_late(world, clock, dossier):
    clock.move_to("2026-11-16 09:00")
    world.record_result(dossier)
    assert breaches() == [dossier]


def test_no_breach_when_the_result_came_in_time(world, clock, dossier):
    clock.move_to("2026-11-12 17:00")
    world.record_result(dossier)
    clock.move_to("2026-12-31 09:00")
    assert breaches() == []


def test_no_breach_with_an_apology_before_the_due_moment(world, clock, dossier):
    clock.move_to("2026-11-12 16:00")
    apologise(world, dossier)
    clock.move_to("2026-11-17 17:00")
    assert breaches() == []


def test_breach_when_the_promise_of_the_apology_is_missed_too(world, clock, dossier):
    apologise(world, dossier)
    clock.move_to("2026-11-17 17:01")
    assert breaches() == [dossier]


def test_late_apology_does_not_take_a_breach_off(world, clock, dossier):
    clock.move_to("2026-11-13 09:00")
    apologise(world, dossier)
    (found,) = breaches()
    assert (found.promised_at, found.apologised_at) == (local("2026-11-12 17:00"), local("2026-11-13 09:00"))


def test_no_breach_while_the_applicant_is_waited_for(world, clock, dossier):
    services.request_supplement(dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    clock.move_to("2026-11-30 09:00")
    assert breaches() == []


def test_breach_that_was_there_before_the_applicant_was_asked(world, clock, dossier):
    clock.move_to("2026-11-13 09:00")
    services.request_supplement(dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    assert breaches() == [dossier]


def test_filings_and_withdrawn_dossiers_in_time_are_no_breach(world, clock, dossier):
    world.submit()
    services.withdraw(dossier, by=world.clerk, reason="Đổi ý")
    clock.move_to("2026-12-31 09:00")
    assert breaches() == []


# Earlier cycles ------------------------------------------------------------------------------------


def ask_and_complete(world, clock, dossier, *, complete="2026-11-19 09:00") -> Dossier:
    """A supplement asked for now, and brought at that moment: the whole limit starts afresh."""
    services.request_supplement(dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    clock.move_to(complete)
    return services.resume(fresh(dossier), by=world.clerk)


def test_a_request_after_the_due_moment_does_not_wipe_the_breach_when_it_is_answered(world, clock, dossier):
    clock.move_to("2026-11-18 09:00")
    resumed = ask_and_complete(world, clock, dossier)
    assert resumed.due_at == local("2026-11-25 17:00")
    (found,) = breaches()
    assert (found.promised_at, found.apologised_at, found.ended_or_now) == (
        local("2026-11-12 17:00"),
        None,
        local("2026-11-18 09:00"),
    )
    world.record_result(resumed)
    assert breaches() == [dossier]


@pytest.mark.parametrize(("asked", "found"), [("2026-11-12 17:00:59", False), ("2026-11-12 17:01", True)])
def test_the_due_moment_of_an_earlier_cycle_is_compared_in_minutes(world, clock, dossier, asked, found):
    clock.move_to(asked)
    ask_and_complete(world, clock, dossier)
    assert (breaches() == [dossier]) is found


@pytest.mark.parametrize(("asked", "found"), [("2026-11-17 17:00", False), ("2026-11-17 17:01", True)])
def test_an_earlier_cycle_apologised_in_time_is_measured_by_the_new_date(world, clock, dossier, asked, found):
    apologise(world, dossier)
    clock.move_to(asked)
    ask_and_complete(world, clock, dossier)
    assert (breaches() == [dossier]) is found


def test_a_late_apology_of_an_earlier_cycle_counts(world, clock, dossier):
    clock.move_to("2026-11-13 09:00")
    apologise(world, dossier)
    ask_and_complete(world, clock, dossier)
    (found,) = breaches()
    assert (found.promised_at, found.apologised_at, found.ended_or_now) == (
        local("2026-11-12 17:00"),
        local("2026-11-13 09:00"),
        local("2026-11-13 09:00"),
    )


def test_of_two_missed_cycles_the_first_one_is_shown(world, clock, dossier):
    clock.move_to("2026-11-18 09:00")
    ask_and_complete(world, clock, dossier)
    clock.move_to("2026-11-30 09:00")
    (found,) = breaches()
    assert found.promised_at == local("2026-11-12 17:00")


def test_a_cycle_missed_after_one_in_time_is_found(world, clock, dossier):
    clock.move_to("2026-11-11 09:00")
    ask_and_complete(world, clock, dossier)
    clock.move_to("2026-11-25 17:00")
    assert breaches() == []
    clock.move_to("2026-11-25 17:01")
    (found,) = breaches()
    assert found.promised_at == local("2026-11-25 17:00")


def test_what_was_asked_before_reception_is_no_cycle(world, clock):
    filing = world.submit()
    asked = services.ask_to_complete(filing, by=world.clerk, reason="Thiếu chữ ký", items=["Tờ khai"])
    assert asked.due_at is None
    services.complete_filing(filing, by=world.clerk)
    services.receive_filing(filing, by=world.clerk)
    assert breaches() == []


def test_a_request_keeps_the_due_moment_that_was_in_force(world, dossier):
    apologise(world, dossier)
    asked = services.request_supplement(dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    assert asked.due_at == local("2026-11-17 17:00")


# The 15:00 rule -------------------------------------------------------------------------------------


def test_late_transfer_of_what_left_the_desk_late_or_still_lies_there(world, clock):
    in_time = world.digitized()
    left_late, lies = world.receive(), world.receive()
    online = world.receive(channel="online")
    clock.move_to("2026-11-09 17:00")
    assert list(Dossier.objects.late_transfer()) == []
    clock.move_to("2026-11-10 08:00")
    world.scan(left_late)
    services.digitize(left_late, by=world.clerk)
    assert set(Dossier.objects.late_transfer()) == {left_late, lies}
    assert not {in_time, online} & set(Dossier.objects.late_transfer())
