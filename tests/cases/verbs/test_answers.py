"""Filings are acknowledged at once and answered in time; outside hours they count later (R10, R11)."""

import pytest

from cases import services
from cases.models import Dossier
from cases.queries import filings_to_answer
from notifications.models import Message
from procedures.models import ProcedureVersion
from tests.cases.helpers import fresh
from tests.cast import local


def limits(world, *rows):
    ProcedureVersion.objects.filter(procedure=world.free).update(answer_limits=list(rows))


def test_r10_an_online_filing_is_answered_within_eight_working_hours(world, clock):
    clock.move_to("2026-11-19 16:30")
    assert fresh(world.submit()).answer_due_at == local("2026-11-20 16:30")


def test_r10_a_postal_filing_too(world, clock):
    clock.move_to("2026-11-19 16:30")
    filing = world.submit(channel="post", by=world.clerk)
    assert filing.answer_due_at == local("2026-11-20 16:30")


def test_r10_the_hours_are_a_parameter(world, clock, settings):
    settings.ONLINE_ANSWER_WORKING_HOURS = 4
    assert world.submit().answer_due_at == local("2026-11-09 14:30")


@pytest.mark.parametrize(
    ("amount", "unit", "due"),
    [("2", "working_hour", "2026-11-09 11:00"), ("1", "working_day", "2026-11-10 17:00")],
)
def test_r10_the_procedures_own_limit_for_the_channel_goes_first(world, amount, unit, due):
    limits(world, {"channel": "online", "amount": amount, "unit": unit})
    assert world.submit().answer_due_at == local(due)
    assert world.submit(channel="post", by=world.clerk).answer_due_at == local("2026-11-10 09:00")


def test_r10_the_acknowledgement_names_the_time_of_the_answer(world):
    world.submit()
    assert "\nYou are answered by: 10/11/2026 09:00." in Message.objects.get(channel="email").body


def test_r10_a_completed_filing_is_answered_from_then_on(world, clock):
    filing = world.submit()
    services.ask_to_complete(filing, by=world.clerk, reason="Thiếu", items=["Tờ khai"])
    clock.move_to("2026-11-12 15:00")
    services.complete_filing(filing)
    assert fresh(filing).answer_due_at == local("2026-11-13 15:00")
    assert "13/11/2026 15:00" in Message.objects.filter(channel="email").latest("pk").body


def test_r10_at_the_desk_the_answer_is_given_at_once_unless_the_procedure_says_otherwise(world, clock):
    filing = services.ask_at_desk(
        world.free, world.applicant, desk=world.ward, by=world.clerk, reason="Thiếu", items=["Tờ khai"]
    ).dossier
    assert services.complete_filing(filing, by=world.clerk).answer_due_at is None
    limits(world, {"channel": "desk", "amount": "1", "unit": "working_day"})
    again = services.ask_at_desk(
        world.free, world.applicant, desk=world.ward, by=world.clerk, reason="Thiếu", items=["Tờ khai"]
    ).dossier
    assert again.answer_due_at == local("2026-11-10 17:00")


def test_r10_unanswered_filings_are_listed_by_what_is_due_first(world, clock):
    late = world.submit()
    clock.move_to("2026-11-09 10:00")
    limits(world, {"channel": "online", "amount": "1", "unit": "working_hour"})
    urgent = world.submit()
    asked = world.submit()
    services.ask_to_complete(asked, by=world.clerk, reason="Thiếu", items=["Tờ khai"])
    services.refuse(world.submit(), by=world.clerk, reason="Không thuộc thẩm quyền")
    services.receive_filing(world.submit(), by=world.clerk)
    assert list(filings_to_answer(Dossier.objects.all())) == [urgent, late]


def test_r10_a_filing_whose_answer_is_late_is_known_as_such(world, clock):
    filing = world.submit()
    waiting = filings_to_answer(Dossier.objects.all())
    clock.move_to("2026-11-10 09:00")
    assert list(filings_to_answer(Dossier.objects.all(), late=True)) == []
    clock.move_to("2026-11-10 09:01")
    assert list(filings_to_answer(Dossier.objects.all(), late=True)) == list(waiting) == [filing]


@pytest.mark.parametrize(
    ("filed", "counts", "due"),
    [
        ("2026-11-14 20:15", "2026-11-16 07:30", "2026-11-19 17:00"),
        ("2026-11-11 06:10", "2026-11-11 07:30", "2026-11-16 17:00"),
        ("2026-11-11 12:00", "2026-11-11 13:00", "2026-11-16 17:00"),
        ("2026-11-11 17:00", "2026-11-12 07:30", "2026-11-17 17:00"),
    ],
)
def test_r11_outside_the_hours_a_filing_counts_from_the_next_opening(world, clock, filed, counts, due):
    clock.move_to(filed)
    filing = world.submit()
    assert filing.answer_due_at > local(counts)
    clock.move_to("2026-11-16 09:00")
    dossier = services.receive_filing(filing, by=world.clerk)
    assert (dossier.clock_started_at, dossier.due_at) == (local(counts), local(due))


@pytest.mark.parametrize(("filed", "counts"), [("16:00", "2026-11-12 07:30"), ("15:59", "2026-11-11 15:59")])
def test_r11_in_the_last_minutes_an_online_filing_counts_from_the_next_working_day(
    world, clock, settings, filed, counts
):
    settings.ONLINE_LAST_MINUTES = 60
    clock.move_to(f"2026-11-11 {filed}")
    dossier = services.receive_filing(world.submit(), by=world.clerk)
    assert dossier.clock_started_at == local(counts)
