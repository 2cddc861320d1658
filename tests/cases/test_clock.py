"""The clock of a dossier: its promise by unit, calendar and cut-off, and the due moments of its steps."""

from datetime import date, time

import pytest

from cases import services
from cases.services.clock import counts_as_received_at, last_desk_step, running_step, step_after
from procedures.enums import DayKind, LimitUnit
from procedures.models import CalendarDay, OfficeSession, TimeLimit
from tests.cases.helpers import fresh
from tests.cast import local, make_procedure, upload

# The promise ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "amount", "unit", "due"),
    [
        ("2026-11-09 09:00", 5, LimitUnit.WORKING_DAY, "2026-11-16 17:00"),
        ("2026-10-23 09:00", 5, LimitUnit.WORKING_DAY, "2026-10-30 17:00"),
        ("2026-11-20 09:00", 2, LimitUnit.WORKING_DAY, "2026-11-25 17:00"),  # 24/11 is off
        ("2026-10-19 09:00", 20, LimitUnit.CALENDAR_DAY, "2026-11-09 17:00"),  # rolled from Sunday
        ("2026-11-09 09:00", 4, LimitUnit.WORKING_HOUR, "2026-11-09 14:30"),
        ("2026-11-19 16:30", 8, LimitUnit.WORKING_HOUR, "2026-11-20 16:30"),
        ("2026-11-12 14:40", 1, LimitUnit.SAME_DAY, "2026-11-12 17:00"),
        ("2026-11-12 15:00", 1, LimitUnit.SAME_DAY, "2026-11-12 17:00"),
        ("2026-11-12 15:05", 1, LimitUnit.SAME_DAY, "2026-11-13 17:00"),
        ("2026-11-12 14:40", 0, LimitUnit.IMMEDIATE, "2026-11-12 17:00"),
        ("2026-11-13 15:01", 0, LimitUnit.IMMEDIATE, "2026-11-16 17:00"),
    ],
)
def test_promise_follows_unit_and_moment(world, clock, received, amount, unit, due):
    procedure = make_procedure("1.000003", "Thủ tục thử", amount=amount, unit=unit)
    clock.move_to(received)
    dossier = world.receive(procedure)
    assert (dossier.due_at, dossier.first_due_at) == (local(due), local(due))


def test_promise_follows_the_cut_off_of_the_time_limit(world, clock):
    procedure = make_procedure("1.000003", "Thủ tục thử", amount=1, unit=LimitUnit.SAME_DAY)
    TimeLimit.objects.filter(version__procedure=procedure).update(cutoff=time(10, 0))
    clock.move_to("2026-11-12 10:01")
    assert world.receive(procedure).due_at == local("2026-11-13 17:00")


def test_promise_follows_the_hours_of_the_agency_that_decides(world):
    for days, opens, closes in [("weekday", "08:00", "12:00"), ("weekday", "13:30", "16:30")]:
        OfficeSession.objects.create(agency=world.ward, days=days, opens_at=opens, closes_at=closes)
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    assert dossier.due_at == local("2026-11-12 16:30")
    # Handing over is the desk's work, by the desk's hours.
    assert dossier.transfer_due_at == local("2026-11-09 17:00")


def test_promise_follows_a_day_off_of_the_agency_that_decides(world):
    CalendarDay.objects.create(
        date=date(2026, 11, 11), agency=world.ward, kind=DayKind.OTHER, name_vi="Ngày hội phường"
    )
    assert world.receive().due_at == local("2026-11-13 17:00")
    elsewhere = world.receive(desk=world.other_ward, by=world.outsider_clerk)
    assert elsewhere.due_at == local("2026-11-12 17:00")


def test_promise_into_a_year_without_official_calendar_is_provisional(world, clock):
    assert world.receive().due_is_provisional is False
    long = make_procedure("1.000003", "Thủ tục dài", amount=300)
    assert world.receive(long).due_is_provisional is True


def test_promise_does_not_move_when_the_version_gets_another_limit(world):
    dossier = world.receive()
    TimeLimit.objects.filter(version=dossier.version).update(amount=10)
    assert fresh(dossier).due_at == local("2026-11-12 17:00")


def test_counts_as_received_takes_the_last_minutes_only_online(world, settings):
    settings.ONLINE_LAST_MINUTES = 30
    late, early = local("2026-11-09 16:30"), local("2026-11-09 16:29")
    count = counts_as_received_at
    assert count(late, desk=world.ward, channel="online") == local("2026-11-10 07:30")
    assert count(early, desk=world.ward, channel="online") == early
    assert count(late, desk=world.ward, channel="desk") == late


# The steps ------------------------------------------------------------------------------------------


def test_steps_of_a_whole_life_are_the_control_slip(world, clock):
    dossier = world.receive(world.paid)
    world.scan(dossier)
    clock.move_to("2026-11-09 16:00")
    services.digitize(dossier, by=world.clerk)
    clock.move_to("2026-11-10 08:00")
    services.start(dossier, by=world.officer)
    clock.move_to("2026-11-10 15:00")
    services.hand_over(dossier, by=world.officer, to=world.supervisor, note="Trình ký")
    clock.move_to("2026-11-11 09:00")
    world.record_result(dossier, by=world.second_officer)
    clock.move_to("2026-11-11 14:00")
    services.pay(dossier, by=world.clerk, amount=15000)
    services.return_result(dossier, by=world.clerk, collector="Nguyễn Thị Ví Dụ", proof="receipt")
    assert list(
        dossier.step_runs.values_list("name", "officer__username", "started_at", "due_at", "done_at", "note")
    ) == [
        (
            "Tiếp nhận",
            "mot-cua",
            local("2026-11-09 09:00"),
            local("2026-11-09 14:30"),
            local("2026-11-09 16:00"),
            "",
        ),
        (
            "Thẩm định",
            "thu-ly",
            local("2026-11-09 16:00"),
            local("2026-11-11 10:30"),
            local("2026-11-10 15:00"),
            "Trình ký",
        ),
        (
            "Ký duyệt",
            "giam-sat",
            local("2026-11-10 15:00"),
            local("2026-11-11 09:30"),
            local("2026-11-11 09:00"),
            "",
        ),
        (
            "Trả kết quả",
            "mot-cua",
            local("2026-11-11 09:00"),
            local("2026-11-11 14:30"),
            local("2026-11-11 14:00"),
            "",
        ),
    ]


def test_steps_of_a_procedure_without_any_still_leave_rows(world):
    procedure = make_procedure("1.000003", "Thủ tục thử")
    procedure.versions.get().steps.all().delete()
    dossier = world.returned(procedure)
    runs = list(dossier.step_runs.values_list("name", "due_at", "officer__username"))
    assert runs == [("", None, "mot-cua"), ("", None, "thu-ly"), ("", None, "mot-cua")]


def test_step_after_the_running_one_is_the_next_by_position(world):
    dossier = world.processing()
    following = step_after(dossier, running_step(dossier))
    assert following.name_vi == "Ký duyệt"
    assert last_desk_step(dossier).name_vi == "Trả kết quả"


def test_last_desk_step_is_none_when_the_officer_does_the_last_one(world):
    version = world.free.versions.get()
    version.steps.filter(name_vi="Trả kết quả").delete()
    assert last_desk_step(world.receive()) is None


def test_r15_the_clock_of_a_boundary_free_reception_starts_with_the_arrival(world, clock):
    clock.move_to("2026-11-11 15:20")
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    assert dossier.due_at == local("2026-11-17 17:00")  # expected on 12/11, so printed like this
    form = dossier.components.get(provision="paper")
    services.add_document(dossier, upload(), by=world.centre_clerk, component=form)
    clock.move_to("2026-11-13 09:10")
    dossier = services.digitize(dossier, by=world.centre_clerk)
    assert (dossier.due_at, dossier.first_due_at) == (local("2026-11-18 17:00"), local("2026-11-17 17:00"))
    assert dossier.events.last().data["old_due"] == "17/11/2026 17:00"


def test_r15_a_dossier_that_arrives_as_expected_keeps_its_date(world, clock):
    clock.move_to("2026-11-11 10:00")
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    form = dossier.components.get(provision="paper")
    services.add_document(dossier, upload(), by=world.centre_clerk, component=form)
    clock.move_to("2026-11-11 16:30")
    assert services.digitize(dossier, by=world.centre_clerk).due_at == local("2026-11-16 17:00")


# The clock of the server is put back --------------------------------------------------------------


@pytest.mark.django_db
def test_a_clock_that_is_put_back_an_hour_stops_nobody(world, clock):
    """What was begun an hour ahead ends no earlier than it began; the history says when each was entered."""
    clock.move_to("2026-11-09 11:00")
    dossier = world.digitized()
    clock.move_to("2026-11-09 10:00")
    services.start(dossier, by=world.officer)
    done = dossier.step_runs.exclude(done_at=None).order_by("pk").last()
    assert done.done_at >= done.started_at
    services.hand_over(fresh(dossier), by=world.officer, to=world.supervisor)
    assert [event.at for event in dossier.events.order_by("pk")][-1] == local("2026-11-09 10:00")
