"""The office as it stood at a past moment is what was reported then, whatever has happened since."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from cases import as_of, services
from cases.as_it_was import letters_then
from cases.as_of import past_moment
from cases.errors import Invalid
from cases.models import Dossier
from cases.services.calendar_moves import apply_approved
from cases.services.substitutes import hand_tasks_over
from notifications.models import Letter
from procedures.models import Absence, Substitute
from tests.cases.as_of import facts, one, then
from tests.cases.helpers import fresh
from tests.cases.revisions.conftest import approved, chief, proposal
from tests.cases.verbs.test_exclude_period import PERIODS, exclude
from tests.cases.verbs.test_extend import extend, extendable
from tests.cases.verbs.test_undo import undo
from tests.cast import MONDAY, local

__all__ = ["approved", "chief", "proposal"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


# The moment -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("10/11/2026", datetime.combine(date(2026, 11, 10), datetime.max.time())),
        ("2026-11-10", datetime.combine(date(2026, 11, 10), datetime.max.time())),
        (" 10/11/2026 07:30 ", datetime(2026, 11, 10, 7, 30)),
        ("2026-11-10T07:30", datetime(2026, 11, 10, 7, 30)),
        ("2026-11-10T00:30:00Z", datetime(2026, 11, 10, 7, 30)),
    ],
)
def test_a_day_is_its_end_and_a_time_is_that_time(world, clock, text, moment):
    world.receive()
    clock.move_to("2026-11-12 09:00")
    assert past_moment(text).moment == moment.replace(tzinfo=timezone.get_default_timezone())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hôm qua", "no_moment"),
        ("31/02/2026", "no_moment"),
        ("10/11/26 99:00", "no_moment"),
        ("12/11/2026", "future_time"),  # the day is not over
        ("12/11/2026 09:01", "future_time"),
        ("9999-12-31T23:59:59-14:00", "future_time"),
        ("08/11/2026", "before_the_first"),
        ("0001-01-01T00:00+14:00", "before_the_first"),
    ],
)
def test_what_is_no_past_moment_of_the_office_is_refused(world, clock, text, code):
    world.receive()
    clock.move_to("2026-11-12 09:00")
    with pytest.raises(Invalid) as refused:
        past_moment(text)
    assert refused.value.code == code


def test_an_office_without_dossiers_has_no_past(world):
    with pytest.raises(Invalid) as refused:
        past_moment("09/11/2026 08:00")
    assert refused.value.sentence == (
        "On 09/11/2026 08:00 nothing had been received yet. The first dossier came at –."
    )


# Single facts -----------------------------------------------------------------------------------------


def test_a_due_date_stands_where_it_stood_before_an_extension(world, clock):
    dossier = world.processing(extendable(world.free))
    clock.move_to("2026-11-10 09:00")
    extend(world, dossier)
    assert one(dossier, then("2026-11-10 08:59")).due_at == local("2026-11-12 17:00")
    assert one(dossier, then("2026-11-10 09:00")).due_at == local("2026-11-17 17:00")


def test_a_reschedule_does_not_make_the_past_punctual(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-16 09:00")  # due on Thursday
    services.issue_apology(
        dossier, by=world.head, reason="Chờ xác minh", new_due_at=local("2026-11-20 17:00")
    )
    clock.move_to("2026-11-17 09:00")
    mine = Dossier.objects.all()
    assert not mine.overdue().exists()
    assert as_of.overdue_then(mine, then("2026-11-15 09:00")).get() == dossier
    assert not as_of.overdue_then(mine, then("2026-11-16 09:00")).exists()


def test_two_moves_of_a_due_date_are_taken_back_one_after_the_other(world, clock):
    world.free.versions.update(excluded_periods=PERIODS)
    dossier = world.processing(extendable(world.free))
    dues = [(then(MONDAY), fresh(dossier).due_at)]
    for day, move in (("2026-11-10", exclude), ("2026-11-11", extend)):
        clock.move_to(f"{day} 09:00")
        move(world, dossier)
        dues.append((then(f"{day} 23:59"), fresh(dossier).due_at))
    clock.move_to("2026-11-12 09:00")
    services.request_supplement(dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    clock.move_to("2026-11-16 09:00")
    services.resume(dossier, by=world.clerk)
    assert len({due for _past, due in dues}) == 3
    assert [one(dossier, past).due_at for past, _due in dues] == [due for _past, due in dues]


def test_the_arrival_at_another_agency_and_its_undoing_move_the_due_date_back_and_forth(world, clock):
    dossier = world.receive(competent_agency=world.other_ward)
    world.scan(dossier)
    seen = []
    for moment, act in (
        ("2026-11-10 16:00", lambda: services.digitize(dossier, by=world.clerk)),
        ("2026-11-10 16:05", lambda: undo(dossier, world.clerk)),
        ("2026-11-11 16:00", lambda: services.digitize(dossier, by=world.clerk)),
    ):
        clock.move_to(moment)
        act()
        seen.append((then(moment), facts(fresh(dossier))))
    clock.move_to("2026-11-20 09:00")
    assert [facts(one(dossier, past)) for past, _facts in seen] == [found for _past, found in seen]
    assert len({found[1] for _past, found in seen}) == 3


def test_a_day_that_was_declared_off_later_does_not_move_the_due_date_of_then(world, clock, approved):
    dossier = world.processing()
    clock.move_to("2026-11-10 09:00")
    approved(date(2026, 11, 11))
    assert apply_approved() == 1
    assert fresh(dossier).due_at == local("2026-11-13 17:00")
    assert one(dossier, then("2026-11-10 08:59")).due_at == local("2026-11-12 17:00")
    assert one(dossier, then("2026-11-10 09:00")).due_at == local("2026-11-13 17:00")


def test_who_held_a_dossier_is_known_at_every_step(world, clock):
    Substitute.objects.create(staff=world.officer, substitute=world.second_officer)
    dossier = world.digitized()
    held = []
    for moment, act in (
        ("09:01", lambda: services.start(dossier, by=world.officer)),
        ("09:02", lambda: undo(dossier, world.officer)),
        ("09:03", lambda: services.assign(dossier, by=world.supervisor, to=world.officer)),
        ("09:04", lambda: services.start(dossier, by=world.officer)),
        ("09:05", lambda: undo(dossier, world.officer)),
        ("09:06", lambda: services.assign(dossier, by=world.supervisor, to=world.second_officer)),
        ("09:07", lambda: services.start(dossier, by=world.second_officer)),
        ("09:08", lambda: services.assign(dossier, by=world.supervisor, to=world.officer)),
        ("09:09", lambda: services.hand_over(dossier, by=world.officer, to=world.supervisor)),
        ("09:10", lambda: undo(dossier, world.officer)),
        ("09:11", lambda: away(world)),
        ("09:12", lambda: world.record_result(dossier, by=world.second_officer)),
        ("09:13", lambda: undo(dossier, world.second_officer)),
        ("09:14", lambda: services.withdraw(dossier, by=world.clerk, reason="Đổi ý")),
    ):
        clock.move_to(f"2026-11-09 {moment}")
        act()
        held.append((then(f"2026-11-09 {moment}"), facts(fresh(dossier))))
    clock.move_to("2026-11-30 09:00")
    assert [(past.text, facts(one(dossier, past))) for past, _facts in held] == [
        (past.text, found) for past, found in held
    ]
    assert len({found[7] for _past, found in held}) == 4  # three people, and nobody


def away(world) -> None:
    absence = Absence.objects.create(
        staff=world.officer,
        substitute=world.second_officer,
        first=date(2026, 11, 9),
        last=date(2026, 11, 9),
        recorded_by=world.supervisor,
        recorded_at=timezone.now(),
        reason="Nghỉ phép",
    )
    assert hand_tasks_over(absence) == 1


def test_what_was_entered_a_day_later_was_not_there_yet(world, clock):
    clock.move_to("2026-11-10 09:00")
    world.receive(received_at=local("2026-11-09 15:00"))
    assert not as_of.in_the_office(Dossier.objects.all(), then("2026-11-09 23:59")).exists()
    assert not as_of.received_that_day(Dossier.objects.all(), then("2026-11-09 23:59")).exists()
    assert as_of.in_the_office(Dossier.objects.all(), then("2026-11-10 09:00")).exists()


def test_a_letter_is_in_the_state_of_then(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-11 09:00")
    services.draft_apology(dossier)
    clock.move_to("2026-11-12 09:00")
    services.issue_apology(
        dossier, by=world.head, reason="Chờ xác minh", new_due_at=local("2026-11-20 17:00")
    )
    states = [
        [letter.state for letter in letters_then([dossier.code], then(f"2026-11-{day} 12:00"))]
        for day in ("10", "11", "12")
    ]
    assert states == [[], ["draft"], [Letter.objects.get(kind="apology").state]]
    [draft] = letters_then([dossier.code], then("2026-11-11 12:00"))
    assert (draft.number_text, draft.reason, draft.new_due_at) == ("", "", None)


def test_nobody_saves_a_dossier_as_it_was(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-10 09:00")
    world.record_result(dossier)
    past = one(dossier, then(MONDAY))
    with pytest.raises(TypeError):
        past.save()
    assert fresh(dossier).state == "paid"
