"""Looking people up in the National Population Database: purpose, consent, marks, the record, and outages (R13)."""

import json
from dataclasses import replace
from datetime import date
from threading import Event

import pytest
from django.db import Error, transaction

from cases.connections.population import client
from cases.connections.population.facts import Asked, Outcome, Purpose
from cases.connections.systems import System
from cases.enums import ReuseGround
from cases.errors import Invalid, NotPermitted
from cases.models import ConnectionState, Outage, PopulationLookup
from cases.services import around
from cases.services import population as service
from cases.services.applicants import ApplicantFacts
from cases.services.connections import note_success
from onestop.encryption import keyed_hash
from onestop.outside import NoAnswer, NotLetIn, OutsideError
from onestop.simulators.base import Fault, Reply
from procedures.enums import Role
from tests.cases.helpers import everything, make_person, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

NUMBER, NAME, ADDRESS = "040199000001", "Nguyễn Thị Ví Dụ", "Xóm Ví Dụ, tỉnh Nghệ An"
TYPED = {"id_number": NUMBER, "full_name": NAME, "address": ADDRESS}


def look_up(world, number=NUMBER, **changes):
    facts = {"by": world.clerk, "procedure": world.free, "has_consent": True, **changes}
    return service.look_up(number, **facts)


def row() -> PopulationLookup:
    return PopulationLookup.objects.get()


# What is answered ---------------------------------------------------------------------------------


def test_the_answer_is_shown_and_vouched_for(world, population):
    found = look_up(world)
    assert (found.reply.full_name, found.reply.address) == (NAME, ADDRESS)
    assert found.told.verified(TYPED) == ["full_name", "id_number", "address"]
    assert found.sentence == "The population database answered; what it vouches for is marked."


def test_who_asks_and_why_is_told_and_nothing_more_is_asked_for_than_the_form_needs(world, population):
    look_up(world, full_name=NAME, birth_date=date(1999, 1, 1), purpose=Purpose.IDENTIFY)
    (asked,) = population.asked
    assert asked == {
        "MaYeuCau": str(row().request_id),
        "MaDonVi": world.ward.identifier,
        "MaCanBo": world.clerk.username,
        "MaThuTuc": "1.000001",
        "MucDich": "XMDT",
        "DongY": True,
        "MaThamChieuDongY": str(row().request_id),
        "SoDinhDanh": NUMBER,
        "HoVaTen": NAME,
        "NgaySinh": "01/01/1999",
        "TruongThongTin": ["SoDinhDanh", "HoVaTen", "NoiThuongTru"],
    }


@pytest.mark.parametrize(
    ("number", "facts", "outcome", "ground"),
    [
        ("040099000404", {}, Outcome.UNKNOWN, ReuseGround.WRONG_DATA),
        (NUMBER, {"full_name": "Nguyễn Thị Khác"}, Outcome.MISMATCH, ReuseGround.WRONG_DATA),
        (NUMBER, {"birth_date": date(1998, 1, 1)}, Outcome.MISMATCH, ReuseGround.WRONG_DATA),
        ("040099000003", {}, Outcome.DECEASED, ""),
    ],
)
def test_who_is_not_vouched_for_gets_no_mark(world, population, number, facts, outcome, ground):
    found = look_up(world, number, **facts)
    assert (found.told.outcome, found.told.ground, row().outcome) == (outcome, ground, outcome)
    assert found.told.marks == {}
    assert found.reply.full_name == ""


def test_a_purpose_that_the_other_side_does_not_accept_is_a_refusal_and_no_outage(
    world, population, settings
):
    settings.POPULATION_PURPOSES = {"settle": "KHAC"}
    found = look_up(world)
    assert found.sentence == (
        "The population database refused this look-up: It refuses: Mục đích tra cứu không được chấp nhận "
        "(giả lập) Go on by hand."
    )
    assert (row().outcome, found.told.ground) == (Outcome.REFUSED, "")
    assert row().reason == "It refuses with the code 05."  # its words may name somebody, and are shown only
    assert not Outage.objects.exists()


@pytest.mark.parametrize("status", [404, 405, 413])
def test_a_status_on_the_way_is_an_outage(world, population, monkeypatch, status):
    client.sign_of_life(service.account())
    monkeypatch.setattr(population, "answer", lambda _asked: Reply(status, ""))
    found = look_up(world)
    assert (found.told.outcome, found.told.ground) == (Outcome.FAILED, ReuseGround.SYSTEM_FAILURE)
    assert ConnectionState.objects.get().failing_since


def test_names_and_addresses_of_the_protocol_are_configurable(population, settings):
    account = replace(service.account(), names={"full_name": "HoTen"}, paths={"token": "oauth/token"})
    assert (account.name("full_name"), account.name("number")) == ("HoTen", "SoDinhDanh")
    assert (account.path("token"), account.path(Asked.RETRIEVE)) == ("oauth/token", "tra-cuu-cong-dan")


# Consent ------------------------------------------------------------------------------------------


def test_without_consent_nobody_is_looked_up(world, population):
    with refused(Invalid, "consent_missing"):
        look_up(world, has_consent=False)
    assert population.asked == []


def test_where_the_office_may_a_name_is_confirmed_without_consent_and_nothing_told(
    world, population, settings
):
    settings.POPULATION_CONFIRMS_WITHOUT_CONSENT = True
    found = look_up(world, has_consent=False, full_name="nguyễn thị ví dụ")
    assert (found.reply.full_name, found.reply.address) == ("", "")
    assert found.told.verified(TYPED) == ["full_name", "id_number"]
    assert (row().asked, row().has_consent) == (Asked.CONFIRM, False)
    assert look_up(world, has_consent=False, full_name="Ai Khác").told.outcome == Outcome.MISMATCH
    with refused(Invalid, "required"):
        look_up(world, has_consent=False)


@pytest.mark.parametrize("number", ["", "04019900000", "2900000001", "04019900000x", "٠٤٠١٩٩٠٠٠٠٠١"])
def test_only_whole_numbers_of_citizens_are_asked_for(world, population, number):
    with refused(Invalid, "no_citizen_number"):
        look_up(world, number)
    with refused(Invalid, "no_citizen_number"):
        look_up(world, kind="organisation")


def test_only_clerks_look_up(world, population):
    for person in (world.officer, world.supervisor, world.auditor):
        with refused(NotPermitted):
            look_up(world, by=person)


# The record ---------------------------------------------------------------------------------------


def test_each_look_up_leaves_one_row_and_nothing_of_the_answer_is_kept(world, population):
    look_up(world)
    look_up(world, "040099000404")
    found = [
        (one.by, one.agency, one.procedure, one.outcome) for one in PopulationLookup.objects.order_by("pk")
    ]
    who = (world.clerk, world.ward, world.free)
    assert found == [(*who, Outcome.FOUND), (*who, Outcome.UNKNOWN)]
    assert PopulationLookup.objects.filter(number_hash=keyed_hash(NUMBER)).count() == 1
    kept = json.dumps(everything(), ensure_ascii=False)
    assert NUMBER not in kept
    assert ADDRESS not in json.dumps(everything()["cases.PopulationLookup"], ensure_ascii=False)
    assert NAME not in json.dumps(everything()["cases.PopulationLookup"], ensure_ascii=False)


def test_asking_again_asks_again(world, population):
    look_up(world)
    look_up(world)
    assert len(population.asked) == PopulationLookup.objects.count() == 2


def test_a_look_up_that_is_cut_off_has_left_its_row(world, population, monkeypatch):
    monkeypatch.setattr(client, "ask", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        look_up(world)
    assert row().outcome == Outcome.ASKED


@pytest.mark.parametrize(
    "change",
    [
        {"purpose": Purpose.IDENTIFY},
        {"has_consent": False, "asked": Asked.CONFIRM},
        {"outcome": Outcome.UNKNOWN},
        {"number_hash": "x"},
    ],
)
def test_the_record_is_not_changed(world, population, change):
    look_up(world)
    with pytest.raises(Error), transaction.atomic():
        PopulationLookup.objects.update(**change)
    with pytest.raises(Error), transaction.atomic():
        PopulationLookup.objects.all().delete()


def test_a_token_that_has_ended_is_replaced_once(world, population):
    look_up(world)
    population.tokens.clear()
    assert look_up(world).told.outcome == Outcome.FOUND
    population.set_fault(Fault.SIGNED_OUT)
    found = look_up(world)
    assert (found.told.outcome, found.told.ground) == (Outcome.FAILED, ReuseGround.SYSTEM_FAILURE)


def test_a_sign_of_life_looks_nobody_up(world, population, settings):
    client.sign_of_life(service.account())
    assert (population.asked, PopulationLookup.objects.count()) == ([], 0)
    settings.POPULATION_CLIENT_SECRET = "wrong"
    with pytest.raises(NotLetIn):
        client.sign_of_life(service.account())


# Marks --------------------------------------------------------------------------------------------


def test_a_mark_goes_with_what_was_answered_and_is_no_other_persons(world, population):
    told = look_up(world).told
    assert told.verified({**TYPED, "address": "Nơi khác"}) == ["full_name", "id_number"]
    assert told.verified({**TYPED, "full_name": "  nguyễn thị  VÍ DỤ "}) == [
        "full_name",
        "id_number",
        "address",
    ]
    assert told.verified({**TYPED, "id_number": "040099000002"}) == []


def test_what_the_page_carries_is_signed_shows_nobody_and_ends_with_the_draft(world, population, clock):
    told = look_up(world).told
    here = service.Reception(world.clerk.pk, "1.000001", "page-1")
    text = service.carried(told, here)
    assert service.carried_back(text, here) == told
    assert service.carried_back(text[:-2] + "xx", here) is None
    assert service.carried_back("", here) is None
    for elsewhere in ({"clerk": world.officer.pk}, {"procedure": "1.000002"}, {"nonce": "page-2"}):
        assert service.carried_back(text, replace(here, **elsewhere)) is None
    clock.move_to("2026-11-12 09:00")
    assert service.carried_back(text, here) is None


def test_the_dossier_for_which_somebody_was_looked_up_is_noted_once(world, population):
    told = look_up(world).told
    dossier, other = world.receive(), world.receive(applicant=ApplicantFacts("Ai Khác"))
    typed = {**TYPED, "address": "Nơi khác"}
    assert not service.keep_with(dossier, told, {**typed, "id_number": "1"}, by=world.clerk)
    assert not service.keep_with(dossier, told, typed, by=world.officer)
    assert service.keep_with(dossier, told, typed, by=world.clerk)
    assert not service.keep_with(other, told, typed, by=world.clerk)
    assert (row().dossier, row().fields, row().fields_in_words) == (
        dossier,
        ["full_name", "id_number"],
        "name, number",
    )
    with pytest.raises(Error), transaction.atomic():
        PopulationLookup.objects.update(dossier=other)


# Outages ------------------------------------------------------------------------------------------

SILENT = (Fault.AWAY, Fault.LATE, Fault.NEVER, Fault.HALF, Fault.ERROR, Fault.UNCLEAR, Fault.BUSY)
GARBLED = (Fault.HTML, Fault.NOT_THERE, Fault.STRANGER, Fault.CHARSET, Fault.WRONG, Fault.SIGNED_OUT)


@pytest.mark.parametrize("fault", [*SILENT, *GARBLED])
def test_whatever_goes_wrong_the_desk_goes_on_and_the_ground_is_offered(world, population, fault):
    client.sign_of_life(service.account())
    population.set_fault(fault)
    found = look_up(world)
    assert (found.told.outcome, found.told.ground, found.reply) == (Outcome.FAILED, "system_failure", None)
    assert "Go on by hand at once." in found.sentence
    assert row().reason and row().reason in found.sentence
    outage = Outage.objects.get()
    assert (outage.name, outage.since, outage.ended_at) == (System.POPULATION, row().at, None)
    assert ConnectionState.objects.get().failing_since


def test_a_refusal_is_an_answer(world, population):
    population.set_fault(Fault.REFUSE)
    client.forget_tokens()
    with pytest.raises(OutsideError):
        client.sign_of_life(service.account())
    population.set_fault(None)
    client.sign_of_life(service.account())
    population.set_fault(Fault.REFUSE)
    assert look_up(world).told.outcome == Outcome.REFUSED


def test_an_outage_is_one_row_and_ends_with_the_next_answer(world, population, clock):
    population.set_fault(Fault.BUSY)
    look_up(world)
    since = row().at
    clock.move_to("2026-11-09 09:20")
    look_up(world)
    assert Outage.objects.get().since == since
    population.set_fault(None)
    clock.move_to("2026-11-09 09:30")
    ended_at = clock.move_to("2026-11-09 09:30")
    look_up(world)
    assert Outage.objects.get().ended_at == ended_at


def test_a_sign_of_life_ends_an_outage_when_a_person_has_asked_for_it(world, population):
    """By itself it says only that we are let in, not that look-ups are answered again."""
    population.set_fault(Fault.BUSY)
    look_up(world)
    population.set_fault(None)
    service.connection().probe()
    assert not Outage.objects.get().ended_at
    around.try_now("population", by=make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True))
    assert Outage.objects.get().ended_at


def test_who_asked_before_it_came_back_opens_no_outage_anew(world, population, clock, monkeypatch):
    def silent_while_another_is_answered(*_asked):
        clock.move_to("2026-11-09 09:05")
        raise NoAnswer("There was no answer in time.")

    note_success(System.POPULATION)
    ConnectionState.objects.update(last_success_at=clock.move_to("2026-11-09 09:01"))
    clock.move_to("2026-11-09 09:00")
    monkeypatch.setattr(client, "ask", silent_while_another_is_answered)
    assert look_up(world).told.outcome == Outcome.FAILED
    assert not Outage.objects.exists()


def test_nobody_waits_longer_than_was_said_whatever_hangs(world, population, settings, monkeypatch):
    settings.POPULATION_SECONDS = 0.05
    answers = Event()
    monkeypatch.setattr(client, "ask", lambda *_: answers.wait(30))
    found = look_up(world)
    answers.set()
    assert (found.told.outcome, row().reason) == (Outcome.FAILED, "There was no answer in time.")


def test_nobody_home(world, settings, english):
    settings.POPULATION_URL = "http://127.0.0.1:9/"
    settings.POPULATION_SECONDS = 1.0
    assert look_up(world).told.outcome == Outcome.FAILED
