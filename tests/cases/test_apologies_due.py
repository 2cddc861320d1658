"""Which letters must go out today, and which should have gone out and did not (R29, R33)."""

import pytest

from cases import deadlines, services
from cases.apologies_due import EARLY, LATE, TODAY, must_go_out_today, should_have_gone_out, waiting_letters
from cases.models import Dossier
from procedures.calendars import calendar_for
from procedures.working_time import local as local_time
from procedures.working_time import minute_of
from tests.cast import local, make_procedure

SAID = {"reason": "Cần xác minh thêm", "new_due_at": local("2026-11-17 17:00")}


def late() -> list[Dossier]:
    return list(should_have_gone_out(Dossier.objects.all()).order_by("pk"))


def today() -> list[Dossier]:
    return list(must_go_out_today(Dossier.objects.all()).order_by("pk"))


@pytest.fixture
def dossier(world):
    """Received Monday, due Thursday 12/11/2026 17:00: the letter goes out by Wednesday 17:00."""
    return world.processing()


@pytest.mark.parametrize(
    ("moment", "found"),
    [
        ("2026-11-10 17:00", "neither"),
        ("2026-11-11 07:00", "today"),
        ("2026-11-11 17:00:59", "today"),
        ("2026-11-11 17:01", "late"),
        ("2026-11-12 09:00", "late"),
        ("2026-11-20 09:00", "late"),
    ],
)
def test_r33_the_letter_is_late_from_the_minute_after_the_working_day_before(clock, dossier, moment, found):
    clock.move_to(moment)
    assert (today(), late()) == (
        [dossier] if found == "today" else [],
        [dossier] if found == "late" else [],
    )


@pytest.mark.parametrize(
    "received", ["2026-11-10 09:00", "2026-11-13 16:50", "2026-11-19 09:00", "2026-11-20 17:30"]
)
def test_the_lists_say_of_each_dossier_what_the_deadline_says(world, clock, received):
    """Over weekends, a day off (24/11) and limits of hours and days, every few hours."""
    procedures = [
        make_procedure(f"1.0001{n:02}", f"Thủ tục {n}", amount=amount, unit=unit)
        for n, (amount, unit) in enumerate(
            [
                (1, "working_day"),
                (2, "working_day"),
                (4, "working_hour"),
                (0, "same_day"),
                (5, "calendar_day"),
            ]
        )
    ]
    clock.move_to(received)
    dossiers = [world.processing(procedure) for procedure in procedures]
    calendar = calendar_for(world.ward)
    for day in range(20, 29):
        for hour in ("07:30", "11:45", "17:00", "17:01", "22:00"):
            now = clock.move_to(f"2026-11-{day} {hour}")
            by = {d: deadlines.apology_by(d.due_at, d.clock_started_at, calendar) for d in dossiers}
            over = [d for d in dossiers if minute_of(now) > minute_of(by[d])]
            still = [d for d in dossiers if d not in over and local_time(by[d]).date() == now.date()]
            assert (late(), today()) == (over, still), now


def test_an_issued_letter_and_a_result_take_a_dossier_off(world, clock, dossier):
    other = world.processing()
    clock.move_to("2026-11-12 09:00")
    assert late() == [dossier, other]
    services.issue_apology(dossier, by=world.head, **SAID)
    world.record_result(other)
    assert late() == []


def test_the_date_that_a_letter_promised_brings_no_second_letter(world, clock, dossier):
    services.issue_apology(dossier, by=world.head, **SAID)
    clock.move_to("2026-11-20 09:00")
    assert (late(), today()) == ([], [])


def test_while_the_applicant_is_waited_for_no_letter_is_due(world, clock):
    world.supplement()
    clock.move_to("2026-11-20 09:00")
    assert (late(), today()) == ([], [])


def test_in_a_new_cycle_a_letter_may_be_due_again_unless_only_one_is_allowed(world, clock, dossier, settings):
    services.issue_apology(dossier, by=world.head, **SAID)
    services.request_supplement(dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    services.resume(Dossier.objects.get(pk=dossier.pk), by=world.clerk)
    clock.move_to("2026-11-12 09:00")
    assert late() == [dossier]
    settings.RESCHEDULE_SCOPE = "dossier"
    assert late() == []


def test_the_list_of_letters_begins_with_what_can_still_be_in_time(world, clock):
    overdue = world.processing()
    clock.move_to("2026-11-10 09:00")
    for_today = world.processing()
    clock.move_to("2026-11-12 09:00")
    drafted, _nothing_yet = world.processing(), world.processing()
    services.draft_apology(drafted)
    found = waiting_letters(Dossier.objects.all())
    assert [(dossier, dossier.rank) for dossier in found] == [
        (for_today, TODAY),
        (overdue, LATE),
        (drafted, EARLY),
    ]


def test_only_the_asked_dossiers_are_looked_at(world, clock, dossier):
    clock.move_to("2026-11-12 09:00")
    assert list(should_have_gone_out(Dossier.objects.of_agencies_of(world.supervisor))) == [dossier]
    assert list(should_have_gone_out(Dossier.objects.of_agencies_of(world.outsider_head))) == []
    assert list(waiting_letters(Dossier.objects.none())) == []
