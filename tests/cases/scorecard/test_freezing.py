"""A month is frozen when it is over, once and for good; what is corrected later stands beside it (R51)."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from cases import services
from cases.models import FrozenMonth, Recount
from cases.scorecard import facts, rolled
from cases.scorecard.frozen import frozen_month
from cases.scorecard.periods import month
from cases.scorecard.scores import Fact, digest
from cases.services.freezing import freeze_months
from cases.services.rollups import keep_rollups
from procedures.models import Agency
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")

NOVEMBER = month(2026, 11)


@pytest.fixture
def frozen(world, clock):
    """November with one dossier on time and one with a result just before midnight, frozen on 1 December."""
    world.returned()
    clock.move_to("2026-11-30 23:50")
    world.late_result = world.with_result()
    clock.move_to("2026-12-01 00:07")
    keep_rollups()
    freeze_months()
    return world


def test_a_month_is_frozen_when_it_is_over_and_counted(world, clock):
    world.returned()
    clock.move_to("2026-11-30 23:00")
    keep_rollups()
    assert freeze_months() == 0
    clock.move_to("2026-12-01 00:07")
    assert freeze_months() == 0  # 30 November is not counted yet
    keep_rollups()
    assert freeze_months() == Agency.objects.filter(is_active=True).count()
    found = frozen_month(world.ward, NOVEMBER)
    assert found.facts == facts.facts_of(facts.scope_of(world.ward, NOVEMBER, local("2026-12-01 00:07")))
    assert found.row.digest == digest(found.facts)
    assert found.row.frozen_at == local("2026-12-01 00:07")
    assert found.row.total == facts.card_of(rolled.counted_scope(world.ward, NOVEMBER)).total
    assert found.points["2.1"] == 20
    assert found.is_unspoilt
    assert freeze_months() == 0


def test_missed_months_are_made_up(world, clock):
    world.processing()
    clock.move_to("2027-02-10 08:00")
    keep_rollups()
    freeze_months()
    months = FrozenMonth.objects.filter(agency=world.ward).order_by("month").values_list("month", flat=True)
    assert list(months) == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]


def test_a_month_that_waits_to_be_counted_again_is_not_frozen_there_nor_above(world, clock):
    world.returned()
    clock.move_to("2026-12-01 00:07")
    keep_rollups()
    waiting = Recount.objects.create(agency=world.ward, first_day=date(2026, 11, 20))
    freeze_months()
    frozen = set(FrozenMonth.objects.values_list("agency", flat=True))
    assert not frozen & {world.ward.pk, *world.ward.ancestors().values_list("pk", flat=True)}
    waiting.delete()
    assert freeze_months() > 0
    assert world.ward.pk in set(FrozenMonth.objects.values_list("agency", flat=True))


def test_a_later_correction_stands_beside_what_was_frozen(frozen):
    services.undo(frozen.late_result, by=frozen.officer, reason="Nhầm số")
    keep_rollups()
    freeze_months()
    found = frozen_month(frozen.ward, NOVEMBER)
    now = rolled.facts_of(rolled.counted_scope(frozen.ward, NOVEMBER))
    assert found.facts["4.1"] == Fact(2, 2)
    assert found.corrected(now)["4.1"] == Fact(1, 2)
    assert found.is_unspoilt
    assert digest(now) != found.row.digest


def test_what_was_frozen_is_neither_changed_nor_deleted(frozen):
    rows = FrozenMonth.objects.filter(agency=frozen.ward)
    for spoil in (lambda: rows.update(total=100), rows.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            spoil()


def test_an_agency_without_dossiers_is_frozen_with_nothing_to_measure(frozen):
    found = frozen_month(frozen.centre, NOVEMBER)
    assert found.facts["2.1"] == Fact(0, 0)
    assert (found.points["2.1"], found.points["4.1"]) == (0, None)
    assert frozen_month(frozen.centre, month(2026, 10)) is None


def test_totals_of_many_agencies_are_those_of_each(frozen):
    scope = rolled.counted_scope(frozen.province, NOVEMBER)
    below = rolled.scopes_below(scope)
    assert {one.agency for one in below} == {frozen.centre, frozen.ward, frozen.other_ward}
    assert rolled.totals(below) == {
        one.agency.identifier: facts.card_of(facts.scope_of(one.agency, NOVEMBER, scope.now)).total
        for one in below
    }
