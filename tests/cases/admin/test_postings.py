"""What is posted at the own desks, and late publications (R4): who gets to them, and what they say."""

from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from procedures.enums import Role
from procedures.late import late_publications
from procedures.models import ProcedureVersion, Staff

POSTINGS = "/quan-tri/niem-yet/"
LATE = "/quan-tri/cong-bo-tre/"


@pytest.fixture
def browser(settings):
    """`browser(role, agency)`: somebody with this role who reads English."""
    settings.LANGUAGE_CODE = "en"

    def signed_in(role: str, agency=None) -> Client:
        person = Staff.objects.create(
            username=f"{role}-{agency and agency.pk}", agency=agency, role=role, is_staff=True
        )
        client = Client()
        client.force_login(person)
        return client

    return signed_in


@pytest.mark.parametrize(
    ("role", "postings", "late"),
    [
        (Role.CLERK, 200, 403),
        (Role.POSTAL_CLERK, 200, 403),
        (Role.SUPERVISOR, 200, 403),
        (Role.AGENCY_ADMIN, 200, 403),
        (Role.OFFICER, 403, 403),
        (Role.AUDITOR, 403, 403),
        (Role.INTEGRATION, 403, 403),
    ],
)
def test_who_gets_to_the_sheets_of_a_desk(world, browser, role, postings, late):
    client = browser(role, world.ward)
    assert (client.get(POSTINGS).status_code, client.get(LATE).status_code) == (postings, late)


def test_who_keeps_the_catalogue_gets_to_both_and_sees_every_desk(world, browser):
    for client in (browser(Role.SYSTEM_ADMIN), browser(Role.AGENCY_ADMIN, world.province)):
        assert client.get(LATE).status_code == 200
        page = client.get(POSTINGS).content.decode()
        for desk in (world.ward, world.other_ward, world.centre):
            assert f"/niem-yet/{desk.identifier}/danh-muc.pdf" in page


def test_everybody_else_prints_for_the_own_desks(world, browser):
    page = browser(Role.CLERK, world.ward).get(POSTINGS).content.decode()
    assert f"/niem-yet/{world.ward.identifier}/danh-muc.pdf" in page
    assert f"/niem-yet/{world.other_ward.identifier}/" not in page


def test_nobody_gets_there_without_signing_in(world):
    for address in (POSTINGS, LATE):
        assert Client().get(address).status_code == 302


# Late publications (R4) -----------------------------------------------------------------------------


def publish(procedure, **dates) -> None:
    ProcedureVersion.objects.filter(procedure=procedure).update(**dates)


def test_what_is_signed_or_loaded_late_is_listed_with_its_working_days(world, browser):
    """The text takes effect on Monday 07/12/2026: signed by Monday 30/11/2026, loaded 5 days after."""
    publish(
        world.free,
        publication_decision="Quyết định công bố ví dụ",
        text_effective_on=date(2026, 12, 7),
        decision_signed_on=date(2026, 12, 2),
        loaded_on=date(2026, 12, 18),
    )
    found = [(late.kind, late.by, late.days) for late in late_publications(date(2026, 12, 31))]
    assert found == [("loaded", date(2026, 12, 9), 7), ("signed", date(2026, 11, 30), 2)]
    page = browser(Role.SYSTEM_ADMIN).get(LATE).content.decode()
    assert "Quyết định công bố ví dụ" in page
    assert "signing the decision" in page


def test_what_is_not_loaded_yet_is_late_from_the_day_after(world):
    publish(world.free, decision_signed_on=date(2026, 11, 2), loaded_on=None)
    assert late_publications(date(2026, 11, 9)) == []
    (late,) = late_publications(date(2026, 11, 11))
    assert (late.kind, late.done_on, late.days) == ("loaded", None, 2)


def test_what_is_in_time_or_undated_is_not_listed(world):
    publish(
        world.free,
        text_effective_on=date(2026, 12, 7),
        decision_signed_on=date(2026, 11, 30),
        loaded_on=date(2026, 12, 7),
    )
    with translation.override("en"):
        assert late_publications(date(2026, 12, 31)) == []
