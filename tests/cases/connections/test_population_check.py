"""The applicant of a filing, of a group or of any open dossier is checked, with purpose and consent recorded (R13)."""

import json
from dataclasses import replace

import pytest
from django.urls import reverse

from cases.connections.population.facts import Asked, Outcome, Purpose
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.models import PopulationLookup
from cases.services.applicants import ApplicantFacts
from cases.services.population_check import check_applicant
from onestop.simulators.base import Fault
from tests.cases.helpers import refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english", "clock")]
RIGHT = ApplicantFacts(
    full_name="Nguyễn Thị Ví Dụ", id_number="040199000001", address="Xóm Ví Dụ, tỉnh Nghệ An"
)


@pytest.fixture
def filed(world, population):
    """Files online for this person, who is in the database unless changed."""

    def filed(**changes):
        world.applicant = replace(RIGHT, **changes)
        return world.submit()

    return filed


def answer(found) -> dict[str, bool]:
    return {row.name: row.agrees for row in found.rows}


@pytest.mark.parametrize("who", ["clerk", "officer"])
def test_what_was_filed_online_is_checked_by_desk_and_officer(world, filed, who):
    dossier, person = filed(), getattr(world, who)
    found = check_applicant(dossier, by=person, has_consent=True)
    assert answer(found) == {"full_name": True, "id_number": True, "address": True}
    assert found.sentence == "The population database agrees with what stands here."
    row = PopulationLookup.objects.get()
    assert (row.by, row.dossier, row.purpose, row.has_consent, row.asked) == (
        person,
        dossier,
        Purpose.SETTLE,
        True,
        Asked.RETRIEVE,
    )
    assert row.fields == ["full_name", "id_number", "address"]


def test_what_differs_is_shown_and_nothing_is_changed(world, filed):
    dossier = filed(address="Nơi khác")
    found = check_applicant(dossier, by=world.officer, has_consent=True, purpose=Purpose.IDENTIFY)
    assert answer(found) == {"full_name": True, "id_number": True, "address": False}
    assert "says otherwise" in found.sentence
    dossier.applicant.refresh_from_db()
    assert dossier.applicant.address == "Nơi khác"
    row = PopulationLookup.objects.get()
    assert (row.purpose, row.fields) == (Purpose.IDENTIFY, ["full_name", "id_number"])


@pytest.mark.parametrize(
    ("changes", "outcome", "sentence"),
    [
        ({"full_name": "Nguyễn Thị Khác"}, Outcome.MISMATCH, "belongs to another name"),
        ({"id_number": "040099000404"}, Outcome.UNKNOWN, "Nobody in the population database"),
        ({"full_name": "Lê Văn Đã Mất", "id_number": "040099000003"}, Outcome.DECEASED, "as deceased"),
    ],
)
def test_who_is_not_vouched_for_is_said_so_without_data(world, filed, changes, outcome, sentence):
    found = check_applicant(filed(**changes), by=world.officer, has_consent=True)
    assert (found.outcome, found.rows) == (outcome, ())
    assert sentence in found.sentence
    assert PopulationLookup.objects.get().outcome == outcome


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.HTML, Fault.REFUSE, Fault.HALF])
def test_a_database_that_answers_badly_is_an_outcome(world, population, filed, fault):
    dossier = filed()
    population.set_fault(fault)
    found = check_applicant(dossier, by=world.officer, has_consent=True)
    assert found.outcome in {Outcome.FAILED, Outcome.REFUSED}
    assert found.sentence.startswith("The population database could not be asked: ")
    assert PopulationLookup.objects.get().dossier == dossier


def test_without_consent_only_the_name_is_confirmed_and_only_where_that_may_be(world, filed, settings):
    dossier = filed()
    with refused(Invalid, "consent_missing"):
        check_applicant(dossier, by=world.officer)
    assert not PopulationLookup.objects.exists()
    settings.POPULATION_CONFIRMS_WITHOUT_CONSENT = True
    found = check_applicant(dossier, by=world.officer)
    assert {row.name for row in found.rows if row.there} == {"full_name", "id_number"}
    assert PopulationLookup.objects.get().asked == Asked.CONFIRM


@pytest.mark.parametrize("who", ["supervisor", "auditor", "outsider_clerk", "outsider_officer"])
def test_nobody_else_looks_anybody_up(world, filed, who):
    dossier = filed()
    with pytest.raises(NotPermitted):
        check_applicant(dossier, by=getattr(world, who), has_consent=True)
    assert not PopulationLookup.objects.exists()


def test_who_has_ended_is_not_looked_up_any_more(world, population, settings):
    dossier = world.returned()
    with pytest.raises(NotPossibleNow, match="has ended"):
        check_applicant(dossier, by=world.officer, has_consent=True)
    settings.POPULATION_URL = ""
    with pytest.raises(NotPossibleNow, match="not connected"):
        check_applicant(world.receive(), by=world.officer, has_consent=True)


def test_the_page_shows_it_once_and_keeps_nothing(world, filed, client):
    dossier = filed(address="Nơi khác")
    client.force_login(world.officer)
    shown = client.get(reverse("admin:cases_dossier_change", args=[dossier.pk])).content.decode()
    page = reverse("admin:population_check", args=[dossier.pk])
    assert page in shown
    told = client.post(page, {"purpose": "settle", "has_consent": "on"})
    assert RIGHT.address in told.content.decode()
    assert "no-store" in told["Cache-Control"]
    again = client.get(page).content.decode()
    assert RIGHT.address not in again
    refusal = client.post(page, {"purpose": "settle"}).content.decode()
    assert "tick that they agree" in refusal
    assert PopulationLookup.objects.count() == 1


def test_programs_are_told_what_agrees_and_not_what_the_database_says(world, filed, client):
    dossier = filed(address="Nơi khác")
    client.force_login(world.officer)
    told = client.post(
        reverse("api:check_applicant", args=[dossier.uuid]),
        json.dumps({"purpose": "settle", "has_consent": True}),
        content_type="application/json",
    )
    assert told.status_code == 200
    body = told.json()
    assert (body["outcome"], body["agrees"], body["differs"]) == (
        "found",
        ["full_name", "id_number"],
        ["address"],
    )
    assert RIGHT.address not in told.content.decode()
