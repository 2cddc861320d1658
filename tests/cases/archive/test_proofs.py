"""What proved that the office works correctly proves it over live and archived dossiers together."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cases.models import AgencyDay, PartMonth, Recount
from cases.services import archiving, audit
from cases.services.rollups import keep_rollups
from tests.cases.archive.conftest import YEAR
from tests.cases.test_audit import as_superuser, verify

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def test_the_chain_of_the_history_holds_over_live_and_archive(archived, world):
    world.processing()
    audit.chain_waiting()
    assert verify() == []


def test_an_event_that_was_changed_in_the_archive_is_named(archived):
    with as_superuser() as cursor:
        cursor.execute("UPDATE archive_2026.cases_dossierevent SET actor_label = 'x' WHERE kind = 'received'")
    assert len(verify()) == 1


def test_an_event_that_was_put_into_the_archive_is_named(archived):
    with as_superuser() as cursor:
        cursor.execute("CREATE TEMP TABLE more AS SELECT * FROM archive_2026.cases_dossierevent LIMIT 1")
        cursor.execute("UPDATE more SET id = id + 1000000")
        cursor.execute("INSERT INTO archive_2026.cases_dossierevent SELECT * FROM more")
    assert len(verify()) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("without_years")
def test_all_invariants_hold_over_live_and_archive(ended, world):
    archiving.archive_year(YEAR)
    world.processing()
    audit.chain_waiting()
    said = StringIO()
    call_command("check_invariants", stdout=said)
    assert "do not hold" not in said.getvalue()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("without_years")
def test_a_row_that_the_archive_lacks_is_found(ended):
    archiving.archive_year(YEAR)
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM archive_2026.cases_steprun")
        cursor.execute("DELETE FROM archive_2026.cases_dossierevent WHERE kind = 'received'")
    with pytest.raises(CommandError, match="do not hold"):
        call_command("check_invariants", stdout=StringIO())


def test_figures_of_past_days_stay_when_their_dossiers_are_archived(ended, world):
    keep_rollups()
    days = list(AgencyDay.objects.order_by("pk").values())
    months = list(PartMonth.objects.order_by("pk").values())
    assert days
    archiving.archive_year(YEAR)
    assert not Recount.objects.exists()  # nothing of a past day counts as changed
    Recount.objects.create(agency=world.ward, first_day="2026-11-01")
    keep_rollups()
    of_then = AgencyDay.objects.filter(pk__in=[row["id"] for row in days]).order_by("pk")
    assert [row for row in of_then.values() if str(row["day"]) < "2026-12"] == [
        row for row in days if str(row["day"]) < "2026-12"
    ]
    assert list(PartMonth.objects.filter(month="2026-11-01").order_by("pk").values()) == [
        row for row in months if str(row["month"]) == "2026-11-01"
    ]
