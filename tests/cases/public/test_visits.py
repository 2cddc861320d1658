"""Visits of the guidance pages: a number a day, without anything about who looked; shown in the report."""

import pytest
from django.db import connection, transaction
from django.test import Client

from cases.models import GuidanceVisits
from cases.report import visits
from cases.scorecard.facts import scope_of
from cases.scorecard.periods import month
from cases.services.visits import count_visit
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PAGE = "/thu-tuc/1.000001/"


def counted() -> dict:
    return {(str(row.day), row.procedure.code): row.visits for row in GuidanceVisits.objects.all()}


def look(*, agent: str = FIREFOX, client: Client | None = None, method: str = "get"):
    return getattr(client or Client(), method)(PAGE, headers={"user-agent": agent})


def test_each_look_counts_on_its_day(world, clock):
    assert look().status_code == 200
    look()
    clock.move_to("2026-11-10 00:01")
    look()
    assert counted() == {("2026-11-09", "1.000001"): 2, ("2026-11-10", "1.000001"): 1}


def test_where_nothing_can_be_written_people_go_on_reading(world):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
        assert look().status_code == 200
        assert counted() == {}
        transaction.set_rollback(True)  # and may write again


@pytest.mark.parametrize(
    "agent", ["", "  ", "Googlebot/2.1", "curl/8.5", "python-requests/2.32", "BingPreview"]
)
def test_programs_that_say_so_are_not_counted(world, agent):
    look(agent=agent)
    assert counted() == {}


def test_staff_are_not_counted_and_neither_is_who_asks_only_whether_the_page_is_there(world):
    colleague = Client()
    world.clerk.is_staff = True
    world.clerk.save()
    colleague.force_login(world.clerk)
    look(client=colleague)
    look(method="head")
    assert counted() == {}


def test_nothing_is_kept_but_procedure_day_and_number(world):
    fields = {field.name for field in GuidanceVisits._meta.get_fields()}
    assert fields == {"id", "procedure", "day", "visits"}
    response = look()
    assert response.cookies == {}


def test_the_report_shows_visits_beside_how_dossiers_are_filed(world, clock):
    for procedure, times in ((world.free, 3), (world.paid, 1)):
        for _ in range(times):
            count_visit(procedure, agent=FIREFOX)
    world.receive()
    table = visits.table(scope_of(world.ward, month(2026, 11), local("2026-11-20 09:00")))
    assert [row[1:] for row in table.rows] == [(3, 75, 1, 0), (1, 25, 0, None), (4, 100, 1, 0)]


def test_without_visits_there_is_nothing_to_share(world):
    table = visits.table(scope_of(world.ward, month(2026, 11), local("2026-11-20 09:00")))
    assert [row[1:] for row in table.rows] == [(0, None, 0, None)]
