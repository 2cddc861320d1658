"""Pages of those above the wards ask the database as often for twelve agencies as for two."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import services
from cases.models import Dossier
from cases.report.contents import CONTENTS
from cases.services.rollups import keep_rollups
from notifications.models import Letter
from procedures import calendars
from procedures.enums import AgencyKind, Role
from procedures.models import Agency
from tests.cases.helpers import make_person
from tests.cast import World, local

ADDRESSES = [
    "/quan-tri/",
    "/quan-tri/xin-loi/",
    "/quan-tri/xin-loi/?show=late",
    "/quan-tri/qua-han/",
    "/quan-tri/bo-chi-so/",
    *(f"/quan-tri/bao-cao/?part={part}" for part in CONTENTS),
]


def add_agencies(world: World, clock, first: int, last: int) -> None:
    """A ward and a department each, with a letter that waits and one that is issued and not sent."""
    for number in range(first, last + 1):
        ward, department = (
            Agency.objects.create(
                identifier=f"H41.{kind}{number}",
                name_vi=f"Đơn vị {kind}{number}",
                kind=kind_of_agency,
                parent=world.province,
                decides_fields=fields,
            )
            for kind, kind_of_agency, fields in (
                (2, AgencyKind.COMMUNE, []),
                (3, AgencyKind.DEPARTMENT, [f"Lĩnh vực {number}"]),
            )
        )
        clock.move_to("2026-11-09 09:00")
        waiting, issued = world.processing(), world.processing()
        clock.move_to("2026-11-11 09:00")
        services.write_apology(
            waiting, by=world.head, reason="Máy hỏng", new_due_at=local("2026-11-20 17:00")
        )
        services.issue_apology(issued, by=world.head, reason="Máy hỏng", new_due_at=local("2026-11-20 17:00"))
        for dossier, agency in ((waiting, ward), (issued, department)):
            Dossier.objects.filter(pk=dossier.pk).update(competent_agency=agency, receiving_desk=ward)
    clock.move_to("2026-11-16 09:00")
    keep_rollups()


def queries_of(client, address: str) -> int:
    """Of the first look at the page in a process that knows no calendar yet."""
    calendars._kept = (None, {})
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


@pytest.fixture
def province_head(world):
    return make_person("lanh-dao-tinh", world.province, Role.SUPERVISOR, is_head=True, is_staff=True)


def test_pages_ask_as_often_for_twelve_agencies_as_for_two(world, clock, browser, province_head):
    client = browser(province_head)
    add_agencies(world, clock, 1, 2)
    client.get("/quan-tri/")
    few = {address: queries_of(client, address) for address in ADDRESSES}
    add_agencies(world, clock, 3, 12)
    assert Letter.objects.count() == 24
    assert {address: queries_of(client, address) for address in ADDRESSES} == few


def test_calendars_of_many_agencies_are_those_of_each(world, clock):
    add_agencies(world, clock, 1, 2)
    agencies = [None, *Agency.objects.all()]
    calendars._kept = (None, {})
    each = {agency and agency.pk: calendars.calendar_for(agency) for agency in agencies}
    calendars._kept = (None, {})
    together = calendars.calendars_for(agencies)
    assert together.keys() == each.keys()
    for key, one in each.items():
        other = together[key]
        assert (other.days, other.hours, other.known_years) == (one.days, one.hours, one.known_years)
