"""Budgets of internal steps: what each may take, what it took, by whom; the whole limit (R17, R18)."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import services
from cases.budgets import Allowance, Budget, Spell, StepBudget, step_budgets, total_budget
from cases.spending import prepare, spending_of
from procedures.calendars import calendar_for
from procedures.working_time import WorkCalendar
from tests.cases.helpers import fresh
from tests.cast import local

CALENDAR = WorkCalendar([], known_years={2026})
CHECK = Allowance("check", "Thẩm định", Decimal(12), "working_hour")
SIGN = Allowance("sign", "Ký duyệt", Decimal("0.5"), "working_day")


def budgets(*spells, now="2026-11-10 10:00", **more):
    return step_budgets([CHECK, SIGN], spells, CALENDAR, now=local(now), **more)


def test_a_step_uses_working_minutes_of_its_allowance():
    """Monday 09:00 to Tuesday 10:00 are 2.5 + 4 + 2.5 working hours."""
    check, sign = budgets(Spell("check", "A", local("2026-11-09 09:00")))
    assert check == StepBudget("Thẩm định", 720, 540, (("A", 540),), True)
    assert (check.left, check.percent, check.is_over) == (180, 75, False)
    assert sign == StepBudget("Ký duyệt", 240, 0)


def test_each_officer_keeps_what_they_used():
    check, _sign = budgets(
        Spell("check", "A", local("2026-11-09 09:00"), local("2026-11-09 11:00")),
        Spell("check", "B", local("2026-11-09 11:00"), local("2026-11-09 14:00")),
        Spell("check", "A", local("2026-11-09 14:00"), local("2026-11-09 15:00")),
    )
    assert check.shares == (("A", 180), ("B", 90))
    assert (check.used, check.is_running) == (270, False)


def test_a_step_that_took_too_long_is_full_and_over():
    check, _sign = budgets(Spell("check", "A", local("2026-11-09 07:30"), local("2026-11-11 09:30")))
    assert (check.used, check.left, check.percent, check.is_over) == (1080, -360, 100, True)


def test_after_a_restart_the_step_that_runs_again_has_its_whole_allowance():
    spells = [
        Spell("check", "A", local("2026-11-09 07:30"), local("2026-11-09 16:00")),
        Spell("check", "A", local("2026-11-10 09:00")),
    ]
    check, _sign = budgets(*spells, since=local("2026-11-10 09:00"))
    assert check.used == 60


def test_after_a_restart_what_was_finished_before_stays():
    check, _sign = budgets(
        Spell("check", "A", local("2026-11-09 07:30"), local("2026-11-09 08:30")),
        Spell("sign", "B", local("2026-11-10 09:00")),
        since=local("2026-11-10 09:00"),
    )
    assert check.used == 60


def test_the_whole_limit_runs_from_the_start_of_the_clock_to_the_due_moment():
    total = total_budget(
        local("2026-11-09 09:00"), local("2026-11-12 17:00"), local("2026-11-10 10:00"), CALENDAR
    )
    assert total == Budget("", 390 + 3 * 480, 540)


def test_days_that_do_not_count_are_neither_allowed_nor_used():
    total = total_budget(
        local("2026-11-09 09:00"),
        local("2026-11-12 17:00"),
        local("2026-11-11 10:00"),
        CALENDAR,
        excluded=[(date(2026, 11, 10), date(2026, 11, 10))],
    )
    assert total == Budget("", 390 + 2 * 480, 540)


@pytest.mark.parametrize(
    ("allowed", "used", "percent"), [(100, 0, 0), (100, 50, 50), (100, 100, 100), (100, 101, 100), (0, 0, 0)]
)
def test_the_bar_is_never_longer_than_its_frame(allowed, used, percent):
    assert Budget("", allowed, used).percent == percent


# --- From the stored facts ----------------------------------------------------------------------


def test_a_dossier_knows_who_used_which_step(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-09 11:00")
    services.assign(dossier, by=world.supervisor, to=world.second_officer)
    clock.move_to("2026-11-09 14:00")
    spent = spending_of(fresh(dossier), calendar_for(world.ward))
    assert [step.name for step in spent.steps] == ["Tiếp nhận", "Thẩm định", "Ký duyệt", "Trả kết quả"]
    assert spent.running.shares == ((world.officer, 120), (world.second_officer, 90))
    assert (spent.running.allowed, spent.running.used) == (720, 210)
    # Three working days from Monday 09:00 to Thursday 17:00.
    assert (spent.total.allowed, spent.total.used) == (390 + 3 * 480, 210)


def test_the_whole_limit_stands_still_while_the_applicant_is_waited_for(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-09 11:00")
    services.request_supplement(dossier, by=world.officer, reason="Thiếu", items=["Tờ khai"])
    clock.move_to("2026-11-11 11:00")
    spent = spending_of(fresh(dossier), calendar_for(world.ward))
    assert (spent.running, spent.total.used) == (None, 120)


def test_a_filing_has_no_budget_yet(world):
    assert spending_of(world.submit(), calendar_for(world.ward)) is None


def test_budgets_of_many_cost_as_much_as_those_of_one(world):
    calendar = calendar_for(world.ward)

    def cost(how_many: int) -> int:
        dossiers = [world.processing() for _ in range(how_many)]
        dossiers = list(type(dossiers[0]).objects.with_people().filter(pk__in=[d.pk for d in dossiers]))
        with CaptureQueriesContext(connection) as queries:
            prepare(dossiers)
            assert [spending_of(dossier, calendar).running.name for dossier in dossiers] == [
                "Thẩm định"
            ] * how_many
        return len(queries)

    assert cost(1) == cost(3)
