"""Group C, transfer and processing: R16 to R22."""

from decimal import Decimal

import pytest
from django.utils import translation

from cases import deadlines, services
from cases.enums import ConsultationKind, EventKind, ResultKind, State
from cases.errors import Invalid
from cases.limits import Limit
from cases.models import Dossier
from notifications.models import Message
from procedures.calendars import calendar_for
from procedures.enums import LimitUnit
from procedures.steps import limit_hours, step_hours
from procedures.working_time import SpecialDay, WorkCalendar
from tests.cases.helpers import fresh, refused
from tests.cast import local, make_procedure, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("received", "hand_over_by"),
    [
        ("2026-11-10 15:00", "2026-11-10 17:00"),
        ("2026-11-10 15:01", "2026-11-11 08:30"),
        ("2026-11-14 09:00", "2026-11-16 08:30"),  # a Saturday
    ],
)
def test_r16_received_until_three_it_moves_on_the_same_day(world, clock, received, hand_over_by):
    clock.move_to(received)
    assert world.receive().transfer_due_at == local(hand_over_by)


@pytest.mark.parametrize(
    ("handed_over_at", "said"),
    [
        ("2026-11-11 16:59", "early"),
        ("2026-11-12 08:00", "on_time"),
        ("2026-11-12 17:01", "late"),
    ],
)
def test_r17_a_hand_over_is_early_on_time_or_late(handed_over_at, said):
    assert deadlines.punctuality(local("2026-11-12 17:00"), local(handed_over_at)) == said


def test_r17_every_hand_over_leaves_a_row_with_giver_and_receiver(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-10 10:00")
    services.hand_over(dossier, by=world.officer, to=world.supervisor, note="Kính trình")
    done = dossier.step_runs.filter(done_at__isnull=False).last()
    running = dossier.step_runs.get(done_at__isnull=True)
    assert (done.officer, done.done_at, done.note) == (
        world.officer,
        local("2026-11-10 10:00"),
        "Kính trình",
    )
    assert (running.officer, running.started_at) == (world.supervisor, local("2026-11-10 10:00"))


def test_r18_the_steps_fit_into_the_limit():
    days = ["0.25", "0.25", "0.5", "0.5", "1.5"]
    steps = [{"amount": Decimal(amount), "unit": LimitUnit.WORKING_DAY} for amount in days]
    assert step_hours(steps) == limit_hours(Decimal(3), LimitUnit.WORKING_DAY) == 24


def test_r18_part_days_are_working_hours_from_the_moment():
    national_day = [
        SpecialDay(local(f"2026-{day} 00:00").date(), False, "national_day", "Quốc khánh")
        for day in ("08-31", "09-01", "09-02")
    ]
    step = deadlines.due_date(
        local("2026-08-28 10:00"), Limit(Decimal("1.5"), LimitUnit.WORKING_DAY), WorkCalendar(national_day)
    )
    assert step.due_at == local("2026-09-03 15:30")


def test_r19_the_whole_limit_starts_again_when_the_supplement_is_complete(world, clock):
    clock.move_to("2026-11-09 09:00")
    five_days = make_procedure("1.000019", "Thủ tục năm ngày", amount=5)
    dossier = world.processing(five_days)
    assert dossier.due_at == local("2026-11-16 17:00")
    calendar = calendar_for(world.ward)
    assert deadlines.request_supplement_by(dossier.clock_started_at, calendar) == local("2026-11-12 17:00")
    clock.move_to("2026-11-11 10:00")
    request = services.request_supplement(
        dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai có chữ ký"]
    )
    assert request.is_late is False
    clock.move_to("2026-11-17 10:00")
    services.resume(dossier, by=world.clerk)
    dossier = fresh(dossier)
    assert (dossier.due_at, dossier.first_due_at) == (local("2026-11-25 17:00"), local("2026-11-16 17:00"))


def test_r20_a_late_answer_alerts_the_lead_and_the_head_of_the_desk_once(world, clock):
    dossier = world.processing(make_procedure("1.000020", "Thủ tục có hỏi ý kiến", amount=10))
    consultation = services.consult(
        dossier,
        by=world.officer,
        agency=world.other_ward,
        kind=ConsultationKind.OPINION,
        question="Xác minh nơi cư trú",
        working_hours=Decimal("22.5"),
    )
    assert consultation.due_at == local("2026-11-11 17:00")
    due_before = fresh(dossier).due_at
    clock.move_to("2026-11-11 17:01")
    Message.objects.all().delete()
    assert services.alert_late_consultations() == 1
    assert services.alert_late_consultations() == 0
    told = set(Message.objects.values_list("recipient", flat=True))
    assert world.officer.email in told
    assert told & {world.supervisor.email, world.head.email}
    clock.move_to("2026-11-12 10:00")
    services.answer_consultation(consultation, by=world.outsider_officer, answer="Đúng như khai báo")
    answered = dossier.events.filter(kind=EventKind.CONSULTATION_ANSWERED).get()
    assert answered.data["punctuality"] == "late"
    assert fresh(dossier).due_at == due_before


def test_r21_a_refusal_on_substance_is_a_result_with_reasons(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-11 09:00")
    facts = {"by": world.officer, "kind": ResultKind.REFUSED, "number": "7/TB", "signer": "Trần Văn Lãnh Đạo"}
    with refused(Invalid):
        services.record_result(dossier, upload("ket-qua.pdf"), **facts, reason=" ")
    services.record_result(dossier, upload("ket-qua.pdf"), **facts, reason="Không đủ điều kiện theo luật")
    dossier = fresh(dossier)
    assert (dossier.state, dossier.result_kind) == (State.PAID, ResultKind.REFUSED)
    assert dossier.finished_at <= dossier.due_at


def test_r22_what_is_received_outside_the_desk_is_recorded_like_every_dossier(world):
    mobile = make_procedure("1.003583", "Đăng ký khai sinh lưu động")
    mobile.versions.update(received_outside_desk=True)
    dossier = world.receive(mobile, reception_place="Nhà văn hóa xóm Thử Nghiệm")
    at_the_desk = world.receive()
    assert dossier.reception_place == "Nhà văn hóa xóm Thử Nghiệm"
    assert dossier.due_at == at_the_desk.due_at
    assert at_the_desk.book_number == dossier.book_number + 1
    assert Dossier.objects.exclude(code=None).count() == 2
