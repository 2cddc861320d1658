"""What a letter of apology offers as its reason, and as its new date: from the ledger, to be edited (R27, R31)."""

import pytest

from cases import services
from cases.apology_reasons import in_words, minutes_still_allowed, offered_reason
from cases.services.apologies import proposed_due_at
from procedures.calendars import calendar_for
from tests.cast import local, make_procedure


@pytest.fixture
def dossier(world):
    """In the step “Thẩm định”, which may take 12 working hours, since Monday 09:00."""
    return world.processing()


def ask(world, dossier):
    return services.consult(
        dossier,
        by=world.officer,
        agency=world.other_ward,
        question="Xác minh nơi cư trú",
        due_at=local("2026-11-13 17:00"),
    )


def test_the_step_that_took_longer_than_it_may_is_the_reason(clock, dossier):
    clock.move_to("2026-11-12 11:00")
    assert offered_reason(dossier) == (
        "Hồ sơ chưa giải quyết xong đúng hạn do bước “Thẩm định” tại UBND phường Thử Nghiệm kéo dài "
        "3 ngày 2 giờ làm việc, quá định mức 1 ngày 4 giờ làm việc."
    )


def test_the_time_of_another_agency_is_named_and_taken_off_the_step(world, clock, dossier):
    clock.move_to("2026-11-10 07:30")
    ask(world, dossier)
    clock.move_to("2026-11-12 11:30")
    assert offered_reason(dossier) == (
        "Hồ sơ chưa giải quyết xong đúng hạn do phải chờ ý kiến của UBND xã Ví Dụ 2 ngày 4 giờ làm việc kể từ "
        "ngày 10/11/2026."
    )


def test_the_heaviest_cause_comes_first(world, clock, dossier):
    clock.move_to("2026-11-12 07:30")
    ask(world, dossier)
    clock.move_to("2026-11-12 08:30")
    step, asked = offered_reason(dossier).split("; ")
    assert "bước “Thẩm định”" in step
    assert asked == "phải chờ ý kiến của UBND xã Ví Dụ 1 giờ làm việc kể từ ngày 12/11/2026."


def test_where_nothing_stands_out_the_running_step_is_named(clock, dossier):
    clock.move_to("2026-11-10 09:00")
    assert offered_reason(dossier) == (
        "Hồ sơ chưa giải quyết xong đúng hạn do bước “Thẩm định” tại UBND phường Thử Nghiệm chưa hoàn thành."
    )


def test_what_was_used_before_a_supplement_is_not_held_against_anybody(world, clock, dossier):
    clock.move_to("2026-11-12 11:00")
    services.request_supplement(dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    clock.move_to("2026-11-16 09:00")
    resumed = services.resume(dossier, by=world.clerk)
    clock.move_to("2026-11-17 09:00")
    assert offered_reason(resumed).endswith("chưa hoàn thành.")


def test_no_person_is_named_in_the_reason(world, clock, dossier):
    clock.move_to("2026-11-20 09:00")
    assert world.officer.full_name not in offered_reason(dossier)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (30, "30 phút làm việc"),
        (60, "1 giờ làm việc"),
        (95, "1 giờ 35 phút làm việc"),
        (480, "1 ngày làm việc"),
        (755, "1 ngày 4 giờ làm việc"),
    ],
)
def test_working_time_in_the_words_of_a_letter(minutes, words):
    assert in_words(minutes) == words


# The date ---------------------------------------------------------------------------------------------


def test_what_the_remaining_steps_may_still_take(world, clock, dossier):
    """Of 12 hours 4 are left at Tuesday 09:00, then come 4 and 4."""
    clock.move_to("2026-11-10 09:00")
    now = local("2026-11-10 09:00")
    assert minutes_still_allowed(dossier, calendar_for(world.ward), now=now) == (4 + 4 + 4) * 60


def test_a_step_that_is_over_has_nothing_left(world, dossier):
    now = local("2026-11-13 09:00")
    assert minutes_still_allowed(dossier, calendar_for(world.ward), now=now) == (4 + 4) * 60


def test_steps_that_need_longer_than_the_usual_proposal_move_it_to_their_end(world, clock):
    slow = make_procedure("1.000109", "Thủ tục dài", amount=1)
    slow.versions.get().steps.filter(position=1).update(amount=56)
    dossier = world.processing(slow)
    assert proposed_due_at(dossier) == local("2026-11-19 17:00")  # 64 working hours; the usual one is 13/11


def test_the_proposed_date_is_the_closing_of_a_working_day(clock, dossier):
    for day in range(10, 30):
        now = clock.move_to(f"2026-11-{day} 20:00")
        proposed = proposed_due_at(dossier)
        calendar = calendar_for(dossier.competent_agency)
        assert proposed == calendar.closing(proposed.date())
        assert calendar.is_working_day(proposed.date())
        assert proposed > max(now, dossier.due_at)
