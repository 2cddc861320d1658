"""The reception with the population database: what it vouches for, what need not be brought, what when it is silent."""

import pytest

from cases.connections.population.facts import Outcome
from cases.enums import Provision, ReuseGround
from cases.models import Demand, Dossier, IdempotencyKey, Outage, PopulationLookup, ReadAccess, ReceptionDraft
from cases.scorecard import dossiers as counted
from onestop.simulators.base import Fault
from procedures.models import ElectronicSource, Procedure
from tests.cases.admin.conftest import browser, page_of, text_of
from tests.cases.admin.test_reception import PAGE, typed
from tests.cases.admin.test_reception_speed import CARD

__all__ = ["browser"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

NUMBER, NAME, ADDRESS = "040199000001", "Nguyễn Thị Ví Dụ", "Xóm Ví Dụ, tỉnh Nghệ An"
NEW = {"id_number": NUMBER, "full_name": "", "address": "", "phone": "", "email": "", "notice_channels": []}
FAULTS = (
    "late",
    "never",
    "half",
    "html",
    "charset",
    "signed_out",
    "busy",
    "error",
    "away",
    "unclear",
    "wrong",
)


@pytest.fixture
def desk(world, browser, population):
    return browser(world.clerk)


@pytest.fixture
def connected(db):
    return ElectronicSource.objects.create(name="National Population Database", is_connected=True)


def paper(procedure: Procedure, position: int):
    return procedure.versions.get().components.get(position=position)


def press(client, procedure, **changes):
    """What the page sends when “Look up” is pressed, the consent ticked."""
    return client.post(PAGE, typed(client, procedure, **{**NEW, "consent": "on", "verify": "1", **changes}))


def shown(response) -> dict:
    form = response.context["form"]
    return {name: form[name].value() for name in form.fields if form[name].value() is not None}


def receive(client, response, **changes):
    procedure = response.context["version"].procedure.code
    return client.post(PAGE, {**shown(response), "procedure": procedure, **changes}, follow=True)


# Not connected, and without consent ---------------------------------------------------------------


def test_without_a_connection_the_page_is_as_it_was(world, browser):
    response = browser(world.clerk).get(PAGE, {"procedure": "1.000001"})
    assert "consent" not in response.context["form"].fields
    assert "Look up in the population database" not in text_of(response)


def test_without_consent_nothing_is_asked_and_nothing_lost(world, desk, population):
    data = typed(desk, world.free, **NEW, subject="Gấp", verify="1")
    response = desk.post(PAGE, data)
    assert "Ask the person first, and tick that they agree to be looked up; else go on by hand." in text_of(
        response
    )
    assert (shown(response)["id_number"], shown(response)["subject"]) == (NUMBER, "Gấp")
    assert population.asked == []


def test_a_day_that_is_none_is_a_sentence(world, desk, population):
    response = press(desk, world.free, birth_date="31/02/1999")
    assert "“31/02/1999” is no day; enter it as dd/mm/yyyy." in text_of(response)
    assert population.asked == []


# Answered -----------------------------------------------------------------------------------------


def test_the_answer_stands_in_the_fields_and_is_marked(world, desk):
    response = press(desk, world.free, subject="Gấp")
    found = shown(response)
    assert (found["full_name"], found["address"], found["subject"]) == (NAME, ADDRESS, "Gấp")
    assert "verified National Population Database, 09/11/2026 09:00: name, number, address" in text_of(
        response
    )


def test_what_is_typed_otherwise_loses_its_mark(world, desk):
    response = press(desk, world.free)
    again = desk.post(PAGE, {**shown(response), "procedure": "1.000001", "address": "Nơi khác", "check": "1"})
    assert "09/11/2026 09:00: name, number" in text_of(again)
    assert "name, number, address" not in text_of(again)


def test_an_address_typed_by_hand_stays(world, desk):
    assert shown(press(desk, world.free, address="Nơi ở mới"))["address"] == "Nơi ở mới"


def test_the_look_up_is_recorded_once_and_read_once(world, desk, population):
    press(desk, world.free)
    assert PopulationLookup.objects.get().outcome == Outcome.FOUND
    assert len(population.asked) == 1
    assert ReadAccess.objects.filter(route="admin:reception", kind="person").count() == 1


def test_nothing_of_the_answer_is_kept_beyond_the_draft(world, desk):
    """No table but that of drafts, and that encrypted, knows the person until a dossier is received."""
    before = {"IdempotencyKey": IdempotencyKey.objects.count(), "Dossier": Dossier.objects.count()}
    response = press(desk, world.free)
    assert {"IdempotencyKey": IdempotencyKey.objects.count(), "Dossier": Dossier.objects.count()} == before
    desk.post(f"{PAGE}nhap/", {**shown(response), "procedure": "1.000001"})
    draft = ReceptionDraft.objects.get()
    assert draft.data["full_name"] == [NAME]
    assert NAME not in draft.data["population"][0]


def test_a_dossier_says_what_was_verified_and_for_which_it_was_looked_up(world, desk):
    receive(desk, press(desk, world.free))
    dossier = Dossier.objects.get()
    lookup = PopulationLookup.objects.get()
    assert (lookup.dossier, lookup.fields) == (dossier, ["full_name", "id_number", "address"])
    page = text_of(desk.get(page_of(dossier)))
    assert "Verified name, number, address National Population Database, 09/11/2026 09:00" in page


def test_a_mark_made_by_hand_is_none(world, desk):
    response = press(desk, world.free)
    receive(desk, response, population=shown(response)["population"].replace(":", ";"))
    assert PopulationLookup.objects.get().dossier is None


# What need not be brought (R13) -------------------------------------------------------------------


def test_r13_when_it_answered_its_papers_are_not_asked_for(world, desk):
    identity = paper(world.free, 1)
    assert identity.pk not in desk.get(PAGE, {"procedure": "1.000001"}).context["form"].offers
    response = press(desk, world.free)
    assert response.context["form"].offers[identity.pk].source == "National Population Database"
    assert shown(response)[f"provision_{identity.pk}"] == Provision.REUSED
    refused = receive(desk, response, **{f"provision_{identity.pk}": Provision.PAPER})
    assert "“Identity paper” need not be brought" in text_of(refused)
    assert not Dossier.objects.exists()


def test_r13_its_answer_counts_for_nobody_else(world, desk):
    identity = paper(world.free, 1)
    response = press(desk, world.free)
    other = {"id_number": "040099000002", "full_name": "Trần Văn Thử", "filled_for": "", "address": ""}
    receive(desk, response, **other, **{f"provision_{identity.pk}": Provision.PAPER})
    assert Dossier.objects.get().components.get(component=identity).provision == Provision.PAPER
    assert PopulationLookup.objects.get().dossier is None


@pytest.mark.parametrize("fault", FAULTS)
def test_r13_while_it_is_silent_the_desk_goes_on_at_once_and_nothing_is_lost(
    world, desk, population, connected, fault
):
    residence = paper(world.free, 0)
    residence.electronic_source = "National Population Database"
    residence.save()
    identity = paper(world.free, 1)
    press(desk, world.free)  # a token is there
    population.set_fault(Fault(fault))
    response = press(desk, world.free, full_name="Nguyễn thị ví dụ", subject="Gấp", phone="0900000777")
    assert "Go on by hand at once." in text_of(response)
    found = shown(response)
    assert [found[name] for name in ("id_number", "full_name", "subject", "phone")] == [
        NUMBER,
        "Nguyễn thị ví dụ",
        "Gấp",
        "0900000777",
    ]
    chosen = found[f"provision_{residence.pk}"], found[f"ground_{residence.pk}"]
    assert chosen == ("paper", "system_failure")
    assert found[f"provision_{identity.pk}"] == Provision.SHOWN  # who identifies shows it, without a ground
    receive(desk, response)
    demand = Demand.objects.get()
    assert (demand.component, demand.ground, demand.note) == (
        residence,
        ReuseGround.SYSTEM_FAILURE,
        "National Population Database: no answer since 09/11/2026 09:00",
    )
    assert Outage.objects.get().name == "population"
    assert PopulationLookup.objects.filter(dossier=demand.dossier).get().outcome == Outcome.FAILED


def test_r13_when_it_answers_again_the_ground_goes(world, desk, population, connected):
    residence = paper(world.free, 0)
    residence.electronic_source = "National Population Database"
    residence.save()
    population.set_fault(Fault.BUSY)
    response = press(desk, world.free)
    population.set_fault(None)
    data = {**shown(response), "procedure": "1.000001", "verify": "1"}
    found = shown(desk.post(PAGE, data))
    assert (found[f"provision_{residence.pk}"], found[f"ground_{residence.pk}"]) == (Provision.REUSED, "")
    assert Outage.objects.get().ended_at


def test_a_refusal_of_the_other_side_is_told(world, desk, population):
    press(desk, world.free)
    population.set_fault(Fault.REFUSE)
    assert "refused this look-up: It refuses: Từ chối (giả lập)" in text_of(press(desk, world.free))


# Decision 766, 4.5a and 4.5b ----------------------------------------------------------------------


def test_a_dossier_of_somebody_who_was_vouched_for_used_population_data(world, desk, scope_of_november):
    identity = paper(world.free, 1)
    receive(desk, press(desk, world.free), **{f"provision_{identity.pk}": Provision.SHOWN})
    dossier = Dossier.objects.get()
    assert list(Dossier.objects.filter(counted.with_population_data(scope_of_november))) == [dossier]


@pytest.fixture
def scope_of_november():
    """What the condition needs of a scope: nothing."""
    return None


# The next person at the same page ------------------------------------------------------------------

ASK_AGAIN = "This is another number than before. Ask this person too, and tick that they agree."


@pytest.mark.parametrize("filled_for", [NUMBER, ""])
def test_consent_and_day_of_birth_are_those_of_one_person(world, desk, population, filled_for):
    first = {**shown(press(desk, world.free, birth_date="01/01/1999")), "procedure": "1.000001"}
    first |= {"id_number": "040099000002", "filled_for": filled_for, "verify": "1"}
    response = desk.post(PAGE, first)
    assert ASK_AGAIN in text_of(response)
    found = shown(response)
    assert (found["consent"], found["birth_date"], found["population"]) == (False, "", "")
    assert len(population.asked) == 1
    desk.post(PAGE, {**found, "procedure": "1.000001", "full_name": "", "consent": "on", "verify": "1"})
    assert [asked["SoDinhDanh"] for asked in population.asked] == [NUMBER, "040099000002"]


def test_the_card_of_the_next_person_takes_no_consent_along(world, desk):
    first = {**shown(press(desk, world.free, birth_date="01/01/1999")), "procedure": "1.000001"}
    found = shown(desk.post(PAGE, {**first, "card": CARD}))
    assert (found["consent"], found["birth_date"], found["population"]) == (False, "", "")


def test_no_draft_keeps_consent_and_day_of_birth(world, desk):
    desk.post(f"{PAGE}nhap/", typed(desk, world.free, consent="on", birth_date="01/01/1999", verify="1"))
    assert not {"consent", "birth_date", "verify"} & set(ReceptionDraft.objects.get().data)


@pytest.mark.parametrize("elsewhere", [{"nonce": "another-page"}, {"procedure": "1.000002"}])
def test_the_mark_of_another_page_is_none(world, desk, elsewhere):
    page = {**shown(press(desk, world.free)), "procedure": "1.000001", "check": "1"}
    assert desk.post(PAGE, page).context["form"].looked_up
    assert desk.post(PAGE, {**page, **elsewhere}).context["form"].looked_up is None


def test_nothing_counts_as_reused_on_a_look_up_that_was_used_up(world, desk, population):
    response = press(desk, world.free)
    PopulationLookup.objects.update(dossier=world.receive())
    refused = receive(desk, response)
    assert "The look-up on this page counts for another dossier. Look the person up again." in text_of(
        refused
    )
    assert Dossier.objects.count() == 1
