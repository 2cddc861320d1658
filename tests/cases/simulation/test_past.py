"""The facts of past dossiers: what is taken, what is counted, and the past as it was (R31, R53)."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import services
from cases.limits import CannotCount
from cases.models import Dossier
from cases.report.late import late_dossiers
from cases.scorecard.facts import scope_of
from cases.scorecard.periods import month
from cases.simulation import past as reading
from cases.simulation.past import Question, last_twelve_months, simulate, whole_days
from cases.simulation.scenarios import CalendarChange, LimitChange, Scenario, Staffing
from procedures.models import CalendarDay
from procedures.working_time import minute_of
from tests.cases.simulation.helpers import finished
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")
AUTUMN = whole_days(date(2026, 10, 1), date(2026, 11, 30))


def ask(world, agency=None, period=AUTUMN, **more) -> Question:
    return Question(agency or world.ward, period, timezone.now(), **more)


def figures(world, scenario=None, **more):
    """Dossiers, late really, late in the scenario."""
    row = simulate(ask(world, **more), scenario or Scenario()).comparison.whole
    return row.real.dossiers, row.real.late, row.scenario.late


def test_the_empty_scenario_is_what_a_plain_count_says(autumn, world):
    now = timezone.now()
    counted = Dossier.objects.filter(competent_agency=world.ward, state__in=["paid", "processing"])
    late = [one for one in counted if minute_of(one.finished_at or now) > minute_of(one.due_at)]
    assert figures(world) == (len(counted), len(late), len(late)) == (4, 2, 2)


def test_it_agrees_with_the_monthly_list_of_delays(world, clock):
    """Received and finished in one month, so that both count the same dossiers."""
    for received, ended in [
        ("2026-10-05 08:00", "2026-10-08 16:00"),
        ("2026-10-12 08:00", "2026-10-20 09:00"),
    ]:
        finished(world, clock, received, ended)
    clock.move_to("2026-12-01 09:00")
    october = whole_days(date(2026, 10, 1), date(2026, 10, 31))
    reported = late_dossiers(scope_of(world.ward, month(2026, 10), timezone.now())).count()
    assert figures(world, period=october) == (2, reported, reported) == (2, 1, 1)


def test_an_apology_does_not_make_a_late_dossier_on_time(world, clock):
    clock.move_to("2026-10-05 08:00")
    dossier = world.processing()
    clock.move_to("2026-10-07 09:00")
    services.issue_apology(
        dossier, by=world.head, reason="Máy chủ hỏng", new_due_at=local("2026-10-14 17:00")
    )
    clock.move_to("2026-10-12 09:00")
    world.record_result(Dossier.objects.get(pk=dossier.pk))
    clock.move_to("2026-12-01 09:00")
    assert figures(world) == (1, 1, 1)
    assert figures(world, Scenario(LimitChange(days=2))) == (1, 1, 0)


def test_a_supplement_starts_the_limit_afresh(world, clock):
    clock.move_to("2026-10-05 08:00")
    dossier = world.supplement()
    clock.move_to("2026-10-15 08:00")
    services.resume(dossier, by=world.clerk)
    clock.move_to("2026-10-19 16:00")  # due on Tuesday 20/10
    world.record_result(Dossier.objects.get(pk=dossier.pk))
    clock.move_to("2026-12-01 09:00")
    assert figures(world) == (1, 0, 0)
    assert figures(world, Scenario(LimitChange(days=-1))) == (1, 0, 0)
    assert figures(world, Scenario(LimitChange(days=-2))) == (1, 0, 1)
    more = simulate(ask(world), Scenario(staffing=Staffing(more=1))).comparison.whole
    assert more.scenario == more.baseline == more.real


def test_days_that_do_not_count_are_left_out_again(world, clock):
    world.free.versions.update(excluded_periods=[{"name_vi": "Niêm yết", "name_en": "Posting"}])
    clock.move_to("2026-10-05 08:00")
    dossier = world.processing()
    services.exclude_period(
        dossier, by=world.officer, name="Niêm yết", first=date(2026, 10, 6), last=date(2026, 10, 8)
    )
    clock.move_to("2026-10-13 16:00")
    world.record_result(Dossier.objects.get(pk=dossier.pk))
    clock.move_to("2026-12-01 09:00")
    found = simulate(ask(world), Scenario(LimitChange(days=-1))).comparison
    assert (found.kept, found.whole.real.late, found.whole.to_late) == (0, 0, 1)


def test_a_promise_by_a_calendar_that_changed_since_is_kept(autumn, world):
    CalendarDay.objects.create(date=date(2026, 10, 6), kind="other", name_vi="Nghỉ")
    found = simulate(ask(world), Scenario(LimitChange(days=5))).comparison
    assert found.kept == 1
    assert (found.whole.real.late, found.whole.scenario.late) == (2, 1)


def test_a_shorter_limit_and_open_saturdays(autumn, world):
    assert figures(world, Scenario(LimitChange(days=-1))) == (4, 2, 3)
    assert figures(world, Scenario(calendar=CalendarChange(saturday_mornings=True))) == (4, 2, 2)


def test_figures_of_one_procedure_or_field(autumn, world):
    assert figures(world, procedure="1.000002") == (1, 0, 0)
    assert figures(world, field="Hộ tịch") == (4, 2, 2)
    with pytest.raises(CannotCount, match="There are no dossiers to replay in this period."):
        figures(world, field="Đất đai")


def test_other_procedures_keep_the_officers_busy(autumn, world):
    found = simulate(ask(world, procedure="1.000002"), Scenario(staffing=Staffing(more=1)))
    assert (found.comparison.whole.real.dossiers, found.dossiers) == (1, 6)
    assert found.comparison.officers == {world.ward.pk: (1, 2)}


def test_an_agency_is_replayed_with_everything_below_it_and_nothing_else(autumn, world):
    assert figures(world, agency=world.province) == (4, 2, 2)
    with pytest.raises(CannotCount, match="There are no dossiers"):
        figures(world, agency=world.other_ward)


def test_without_officers_steps_staffing_cannot_be_simulated(world, clock):
    clock.move_to("2026-10-05 08:00")
    world.receive()
    clock.move_to("2026-12-01 09:00")
    with pytest.raises(CannotCount, match="No officer did a step of these dossiers: staffing cannot"):
        figures(world, Scenario(staffing=Staffing(more=1)))


def test_officers_of_a_unit_that_did_nothing_are_refused(autumn, world):
    scenario = Scenario(staffing=Staffing(officers={world.centre.pk: 2}))
    with pytest.raises(CannotCount, match="No officer of Trung tâm .* did a step of these dossiers"):
        figures(world, scenario, agency=world.province)


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("2026-11-30", "2026-10-01", "A period ends after it begins, not 30/11/2026 to 01/10/2026."),
        ("2026-11-01", "2026-12-01", "The period is not over: choose a last day before 01/12/2026."),
        ("2020-01-01", "2026-11-30", "Replay three years at the most."),
        ("1999-01-01", "1999-12-31", "Figures are counted for the years 2000 to 2100."),
    ],
)
def test_a_period_that_is_reversed_unfinished_or_too_long_is_refused(world, clock, first, last, sentence):
    clock.move_to("2026-12-01 09:00")
    with pytest.raises(CannotCount) as refused:
        ask(world, period=whole_days(date.fromisoformat(first), date.fromisoformat(last)))
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        ("2026-12-01 09:00", date(2025, 12, 1), date(2026, 11, 30)),
        ("2028-03-15 09:00", date(2027, 3, 1), date(2028, 2, 29)),
        ("2027-01-31 09:00", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_the_usual_period_is_the_last_twelve_whole_months(clock, today, first, last):
    clock.move_to(today)
    period = last_twelve_months()
    assert (period.first, period.last) == (first, last)


def test_of_too_many_the_newest_are_replayed_and_the_reader_is_told(autumn, world, monkeypatch):
    monkeypatch.setattr(reading, "MOST", 4)
    found = simulate(ask(world), Scenario())
    assert (found.dossiers, found.left_out) == (4, 2)
    assert found.comparison.whole.real.dossiers == 2  # the late one of October and the open one


def test_many_dossiers_need_as_many_queries_as_few(autumn, world, clock):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            simulate(ask(world), Scenario(LimitChange(days=1), staffing=Staffing(more=1)))
        return len(captured)

    few = queries()
    for day in ("06", "07", "13"):
        finished(world, clock, f"2026-10-{day} 08:00", f"2026-10-{day} 16:00")
    clock.move_to("2026-12-01 09:00")
    assert queries() == few
