"""A dossier that cannot be handed over, an agency that cannot be counted: the rest goes on, and people are told."""

from datetime import date

import pytest
from django.urls import reverse

from cases import services, tasks
from cases.models import AgencyDay, FrozenMonth, Recount, StuckAgency, StuckDossier
from cases.scorecard import counting, rolled
from cases.services import freezing
from cases.services.one_by_one import AgenciesIncomplete, WorkIncomplete
from cases.services.rollups import keep_rollups, rebuild_rollups
from onestop.health import readiness
from onestop.metrics.page import metrics_text
from procedures.models import Agency, Substitute
from tests.cases.helpers import fresh
from tests.cases.test_poison import another, poisoned, readable_again

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


# Absences -----------------------------------------------------------------------------------------------


def test_what_else_somebody_absent_holds_changes_hands(world, clock):
    poison = poisoned(world.processing(applicant=another(world)))
    healthy = world.processing()
    Substitute.objects.create(staff=world.officer, substitute=world.second_officer)
    day = date(2026, 11, 10)
    services.record_absence(world.officer, first=day, last=day, by=world.supervisor)
    clock.move_to("2026-11-10 07:00")
    with pytest.raises(WorkIncomplete) as failure:
        services.hand_over_for_absences()
    assert (failure.value.done, failure.value.failed) == (1, 1)
    assert fresh(healthy).holder == world.second_officer
    assert StuckDossier.objects.values_list("work", "dossier", "error").get() == (
        "absence",
        poison.pk,
        "CannotDecrypt",
    )
    readable_again(poison)
    assert services.hand_over_for_absences() == 1
    assert (fresh(poison).holder, StuckDossier.objects.count()) == (world.second_officer, 0)


# Past days ----------------------------------------------------------------------------------------------


@pytest.fixture
def two_wards(world, clock, monkeypatch):
    """Days of two wards of which one cannot be counted; the agency that raises, until it is emptied."""
    world.receive()
    world.receive(desk=world.other_ward, by=world.outsider_clerk)
    raising, count = {world.ward.pk}, counting.OF_A_DAY[AgencyDay]

    def counted(scope):
        if raising & set(scope.leaves):
            raise ValueError("a fact that nobody foresaw")
        return count(scope)

    monkeypatch.setitem(counting.OF_A_DAY, AgencyDay, counted)
    clock.move_to("2026-12-03 00:30")
    return raising


def days_of(agency) -> int:
    return AgencyDay.objects.filter(agency=agency).count()


def test_the_days_of_the_other_agencies_are_counted(world, two_wards):
    with pytest.raises(AgenciesIncomplete) as failure:
        keep_rollups()
    assert failure.value.failed == 1
    assert (days_of(world.ward), days_of(world.other_ward)) == (0, 24)
    assert rolled.last_counted_day() == date(2026, 12, 2)
    waiting = set(Recount.objects.values_list("agency", "first_day"))
    assert waiting == {(world.ward.pk, date(2026, 11, 9))}
    stuck = StuckAgency.objects.get()
    assert (stuck.work, stuck.agency, stuck.error) == ("rollups", world.ward, "ValueError")


def test_days_on_which_nobody_could_be_counted_do_not_count_as_counted(world, two_wards):
    two_wards |= set(Agency.objects.values_list("pk", flat=True))
    with pytest.raises(AgenciesIncomplete):
        keep_rollups()
    assert rolled.last_counted_day() == date(2026, 11, 8)  # the day before the first one
    two_wards.clear()
    keep_rollups()
    assert rolled.last_counted_day() == date(2026, 12, 2)


def test_the_next_run_that_gets_past_it_makes_up_for_all(world, two_wards):
    for _run in range(2):
        with pytest.raises(AgenciesIncomplete):
            keep_rollups()
    assert StuckAgency.objects.get().times == 2
    two_wards.clear()
    assert keep_rollups() == 24
    assert (days_of(world.ward), days_of(world.other_ward)) == (24, 24)
    assert (Recount.objects.count(), StuckAgency.objects.count()) == (0, 0)


def test_a_rebuild_counts_the_others_and_says_so(world, two_wards):
    with pytest.raises(AgenciesIncomplete):
        rebuild_rollups()
    assert days_of(world.other_ward) == 24


def test_whom_a_rebuild_failed_at_waits_for_the_next_run(world, two_wards):
    """Or that run would find nothing to do, and forget that the old figures still stand."""
    two_wards.clear()
    keep_rollups()
    two_wards.add(world.ward.pk)
    with pytest.raises(AgenciesIncomplete):
        rebuild_rollups()
    with pytest.raises(AgenciesIncomplete):
        keep_rollups()
    assert StuckAgency.objects.get().agency == world.ward
    two_wards.clear()
    keep_rollups()
    assert (Recount.objects.count(), StuckAgency.objects.count()) == (0, 0)


def test_months_are_frozen_but_those_that_lack_something(world, two_wards):
    """Neither of the agency that waits nor of those above it."""
    with pytest.raises(AgenciesIncomplete):
        tasks.keep_rollups()
    frozen = set(FrozenMonth.objects.values_list("agency", flat=True))
    assert world.other_ward.pk in frozen
    assert not frozen & {world.ward.pk, *world.ward.ancestors().values_list("pk", flat=True)}
    two_wards.clear()
    tasks.keep_rollups()
    assert world.ward.pk in set(FrozenMonth.objects.values_list("agency", flat=True))


def test_a_month_that_cannot_be_frozen_keeps_no_other_waiting(world, two_wards, monkeypatch):
    two_wards.clear()
    keep_rollups()
    facts_of = rolled.facts_of

    def facts(scope):
        if scope.agency == world.ward:
            raise ValueError("a fact that nobody foresaw")
        return facts_of(scope)

    monkeypatch.setattr(rolled, "facts_of", facts)
    with pytest.raises(AgenciesIncomplete) as failure:
        freezing.freeze_months()
    frozen = set(FrozenMonth.objects.values_list("agency", flat=True))
    assert (failure.value.failed, world.ward.pk in frozen, world.other_ward.pk in frozen) == (1, False, True)
    assert StuckAgency.objects.get().work == "freeze"
    monkeypatch.undo()
    freezing.freeze_months()
    assert not StuckAgency.objects.exists()


def test_supervisors_of_the_agency_are_told_and_others_are_not(world, two_wards, client):
    with pytest.raises(AgenciesIncomplete):
        keep_rollups()
    sentence = f"The figures of past days of {world.ward} cannot be counted"
    for person, reads in ((world.supervisor, True), (world.clerk, False), (world.outsider_head, False)):
        client.force_login(person)
        assert (sentence in client.get(reverse("admin:index")).content.decode()) is reads, person


def test_readiness_and_metrics_say_how_many_agencies(world, two_wards, settings):
    settings.METRICS_CACHE_SECONDS = 0
    with pytest.raises(AgenciesIncomplete):
        keep_rollups()
    part = readiness()["parts"]["figures"]
    assert part == {"status": "degraded", "detail": "the workers fail at 1 agencies", "stuck": 1}
    assert "onestop_agencies_stuck 1.0\n" in metrics_text().decode()
