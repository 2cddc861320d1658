"""Who has not committed when a day is closed: nothing they did of that day is lost (R51)."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from cases.models import AgencyDay, Dossier, FrozenMonth, Recount
from cases.services import rollups
from cases.services.freezing import freeze_months
from cases.services.rollups import keep_rollups
from tests.cases.helpers import in_parallel, one_waits_for_the_other
from tests.cases.scorecard.helpers import assert_counted_as_the_facts_say
from tests.cast import local

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english")]


def elsewhere(act):
    """`act` in a connection of its own, while this one has not committed."""
    return in_parallel([act], connections=1)[0]


def test_a_day_is_not_counted_while_somebody_may_still_bring_a_fact_of_it(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-09 23:59")
    with transaction.atomic():
        world.record_result(dossier)
        clock.move_to("2026-11-10 00:07")
        assert elsewhere(keep_rollups) == 0
        assert not AgencyDay.objects.exists()
    clock.move_to("2026-11-10 00:22")
    assert keep_rollups() == 1
    assert AgencyDay.objects.get().ended == 1
    assert_counted_as_the_facts_say()


def test_a_month_is_not_frozen_without_what_was_still_being_written(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-30 22:00")
    keep_rollups()
    clock.move_to("2026-11-30 23:59")
    with transaction.atomic():
        world.record_result(dossier)
        clock.move_to("2026-12-01 00:07")
        assert elsewhere(lambda: (keep_rollups(), freeze_months())) == (0, 0)
    keep_rollups()
    freeze_months()
    facts = {code: counts for code, *counts in FrozenMonth.objects.get(agency=world.ward).facts}
    assert facts["4.1"][:2] == [1, 1]


def test_days_that_were_counted_before_are_counted_again_meanwhile(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-11 08:00")
    keep_rollups()
    Recount.objects.create(agency=world.ward, first_day=date(2026, 11, 9))
    with transaction.atomic():
        world.record_result(dossier)
        clock.move_to("2026-11-12 00:07")
        assert elsewhere(keep_rollups) == 2
    assert not Recount.objects.exists()


def test_who_writes_while_a_day_is_closed_waits_and_has_it_counted_again(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-10 00:07")
    yesterday = timezone.localdate() - timedelta(days=1)
    one_waits_for_the_other(
        lambda: rollups._begin(yesterday),
        lambda: Dossier.objects.filter(pk=dossier.pk).update(finished_at=local("2026-11-09 23:59")),
    )
    assert Recount.objects.filter(agency=world.ward, first_day=yesterday).count() == 2
    keep_rollups()
    assert_counted_as_the_facts_say()


def test_rebuilding_says_that_somebody_is_writing(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-10 00:07")
    with transaction.atomic():
        world.record_result(dossier)
        refused = elsewhere(_rebuilding_refused)
    assert refused == (
        "Somebody has been writing for a while, so the days that are over cannot be counted. Try again."
    )


def _rebuilding_refused() -> str:
    with pytest.raises(CommandError) as refused:
        call_command("rebuild_rollups")
    return str(refused.value)
