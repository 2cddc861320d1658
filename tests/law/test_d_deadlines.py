"""Group D, deadlines: R23 to R28."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from cases import deadlines, services
from cases.enums import EventKind, State
from cases.errors import Invalid, NotPossibleNow
from cases.limits import Excluded, Limit
from cases.responsibility import Party
from cases.services import calendar_moves, calendar_preview, revisions
from cases.timeline import responsibility_of
from procedures.calendars import calendar_for
from procedures.enums import DayKind, ExtensionMode, LimitUnit, Role
from procedures.models import CalendarDay, Staff
from procedures.working_time import WorkCalendar
from tests.cases.helpers import fresh, refused
from tests.cast import local, make_procedure

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def days(amount: int, unit: str = LimitUnit.WORKING_DAY) -> Limit:
    return Limit(Decimal(amount), unit)


def test_r23_the_day_of_reception_is_not_counted():
    answer = deadlines.due_date(local("2026-10-23 09:00"), days(5), WorkCalendar([]))
    assert answer.due_at == local("2026-10-30 17:00")


def test_r23_a_last_calendar_day_that_is_off_rolls_to_the_next_working_day():
    limit = days(20, LimitUnit.CALENDAR_DAY)
    answer = deadlines.due_date(local("2026-10-19 09:00"), limit, WorkCalendar([]))
    assert answer.due_at == local("2026-11-09 17:00")


def test_r23_a_period_of_public_posting_is_not_counted():
    posting = Excluded(date(2026, 11, 2), date(2026, 11, 16))
    plain = deadlines.due_date(local("2026-10-23 09:00"), days(10), WorkCalendar([]))
    posted = deadlines.due_date(local("2026-10-23 09:00"), days(10), WorkCalendar([]), excluded=[posting])
    assert plain.due_at == local("2026-11-06 17:00")
    assert posted.due_at == local("2026-11-23 17:00")


def test_r24_a_change_of_the_calendar_moves_open_dossiers_and_leaves_a_trace(world, clock):
    CalendarDay.objects.create(date=date(2026, 1, 1), kind=DayKind.NEW_YEAR, name_vi="Tết Dương lịch")
    clock.move_to("2025-12-30 09:00")
    opened = world.processing()
    finished = world.with_result()
    assert opened.due_at == finished.due_at == local("2026-01-05 17:00")
    clock.move_to("2025-12-31 09:00")
    administrator = Staff.objects.create(
        username="quan-tri-lich", full_name="Quản Trị Lịch", role=Role.SYSTEM_ADMIN, is_staff=True
    )
    swap = revisions.DayFacts(date=date(2026, 1, 2), kind=DayKind.SWAP_OFF, name_vi="Nghỉ hoán đổi")
    revision = revisions.propose(
        None,
        reason="Hoán đổi ngày làm việc 02/01/2026",
        legal_reference="Thông báo của Bộ Nội vụ (ví dụ)",
        days=[swap],
        by=administrator,
    )
    assert calendar_preview.preview(revision).moved == 1
    revisions.approve(revision, by=administrator)
    calendar_moves.apply_approved()
    opened, finished = fresh(opened), fresh(finished)
    assert (opened.due_at, opened.first_due_at) == (local("2026-01-06 17:00"), local("2026-01-05 17:00"))
    assert finished.due_at == local("2026-01-05 17:00")
    event = opened.events.get(kind=EventKind.CALENDAR_MOVED)
    assert event.data["old_due"] == "05/01/2026 17:00"
    assert event.data["due"] == "06/01/2026 17:00"
    assert not finished.events.filter(kind=EventKind.CALENDAR_MOVED).exists()


@pytest.mark.parametrize(
    ("received", "due"),
    [("2026-11-12 14:40", "2026-11-12 17:00"), ("2026-11-12 15:05", "2026-11-13 17:00")],
)
def test_r25_same_day_until_the_cut_off_else_the_next_working_day(received, due):
    limit = Limit(None, LimitUnit.SAME_DAY)
    assert deadlines.due_date(local(received), limit, WorkCalendar([])).due_at == local(due)


def extendable(code: str, *, amount: int, unit: str, by: int):
    procedure = make_procedure(code, "Thủ tục có gia hạn", amount=amount, unit=unit)
    procedure.versions.update(
        extension_mode=ExtensionMode.ADD, extension_amount=by, extension_unit=LimitUnit.WORKING_DAY
    )
    return procedure


def test_r26_a_correction_of_civil_status_is_extended_once_by_three_days(world, clock):
    clock.move_to("2026-11-02 09:00")
    dossier = world.processing(extendable("1.004859", amount=3, unit=LimitUnit.WORKING_DAY, by=3))
    assert dossier.due_at == local("2026-11-05 17:00")
    with refused(Invalid):
        services.extend(dossier, by=world.officer, reason=" ")
    services.extend(dossier, by=world.officer, reason="Cần xác minh")
    assert fresh(dossier).due_at == local("2026-11-10 17:00")
    with refused(NotPossibleNow):
        services.extend(dossier, by=world.officer, reason="Cần xác minh thêm nữa")


def test_r26_a_same_day_limit_is_extended_from_the_day_it_was_due(world, clock):
    clock.move_to("2026-11-12 16:00")
    dossier = world.processing(extendable("2.000815", amount=1, unit=LimitUnit.SAME_DAY, by=2))
    assert dossier.due_at == local("2026-11-13 17:00")
    services.extend(dossier, by=world.officer, reason="Số lượng lớn")
    assert fresh(dossier).due_at == local("2026-11-17 17:00")


def test_r26_nothing_is_extended_that_the_version_does_not_extend(world):
    dossier = world.processing()
    with refused(NotPossibleNow):
        services.extend(dossier, by=world.officer, reason="Cần xác minh")


def test_r27_waiting_for_the_applicant_is_not_the_agencys_time(world, clock):
    dossier = world.processing(make_procedure("1.000027", "Thủ tục năm ngày", amount=5))
    clock.move_to("2026-11-11 10:00")
    services.request_supplement(dossier, by=world.officer, reason="Thiếu", items=["Tờ khai có chữ ký"])
    clock.move_to("2026-11-17 10:00")
    services.resume(dossier, by=world.clerk)
    clock.move_to("2026-11-25 16:00")
    world.record_result(fresh(dossier))
    split = responsibility_of(fresh(dossier))
    assert split.working_minutes_of(Party.AGENCY) == 3690
    assert sum(share.clock_minutes for share in split.shares) == split.clock_minutes
    assert sum(share.working_minutes for share in split.shares) == split.working_minutes


def test_r28_a_dossier_may_be_stopped_after_the_last_day_for_the_supplement(world, clock):
    clock.move_to("2026-10-26 09:00")
    dossier = world.supplement()
    clock.move_to("2026-11-16 17:00")
    with refused(NotPossibleNow, "too_early"):
        services.stop(dossier, by=world.supervisor, reason="Quá hạn bổ sung")
    clock.move_to("2026-11-17 07:30")
    services.stop(dossier, by=world.supervisor, reason="Quá hạn bổ sung")
    assert fresh(dossier).state == State.STOPPED


def test_r28_the_applicant_is_reminded_before(world, clock):
    clock.move_to("2026-10-26 09:00")
    dossier = world.supplement()
    clock.move_to("2026-11-06 08:00")
    assert services.remind_supplements() == 0
    tenth = calendar_for(world.ward).working_day_after(date(2026, 10, 26), 10)
    clock.move_to(f"{tenth:%Y-%m-%d} 17:01")
    assert services.remind_supplements() == 1
    assert services.remind_supplements() == 0
    assert dossier.events.filter(kind=EventKind.SUPPLEMENT_REMINDED).count() == 1
