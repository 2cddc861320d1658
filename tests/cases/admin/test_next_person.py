"""The next person at the same page: nothing of the one before goes along."""

from dataclasses import replace

import pytest

from cases.models import Applicant, Dossier
from tests.cases.admin.conftest import text_of
from tests.cases.admin.test_reception import PAGE, errors_of, typed
from tests.cases.admin.test_reception_speed import CARD, find, shown

CONTACT = ("phone", "email", "notice_channels")
OF_THE_FIRST = ["0900000001", "vi.du@congdan.example", ["email", "sms"]]


@pytest.fixture
def client(browser, world):
    return browser(world.clerk)


def after_looking_up_the_first(client, world) -> dict:
    """What the page of a known applicant sends, looked up by number."""
    number = world.receive(world.paid).applicant.id_number
    response = find(client, world.free, id_number=number, full_name="", phone="", email="")
    assert shown(response, *CONTACT) == OF_THE_FIRST
    names = ("filled_for", "full_name", "id_number", "address", *CONTACT)
    return dict(zip(names, shown(response, *names), strict=True))


def known(world, **facts) -> Applicant:
    return world.receive(world.paid, applicant=replace(world.applicant, **facts)).applicant


def test_the_card_of_somebody_unknown_takes_no_contact_of_the_one_before(world, client):
    first = after_looking_up_the_first(client, world)
    response = find(client, world.free, **first, card=CARD)
    assert shown(response, "full_name", "address", *CONTACT) == [
        "Nguyễn Thị Quét",
        "Xóm Thử, Nghệ An",
        "",
        "",
        [],
    ]


def test_the_card_of_somebody_known_without_a_phone_takes_none_either(world, client):
    first = after_looking_up_the_first(client, world)
    known(
        world, full_name="Nguyễn Thị Quét", id_number="040099000123", phone="", email="", notice_channels=[]
    )
    response = find(client, world.free, **first, card=CARD)
    assert shown(response, "full_name", *CONTACT) == ["Nguyễn Thị Quét", "", "", []]


def test_a_number_typed_over_the_one_before_brings_only_what_its_owner_has(world, client):
    first = after_looking_up_the_first(client, world)
    second = known(
        world, full_name="Trần Văn Hai", id_number="040000000002", phone="", address="", notice_channels=[]
    )
    response = find(client, world.free, **{**first, "id_number": second.id_number})
    assert shown(response, "full_name", "address", *CONTACT) == [
        "Trần Văn Hai",
        "",
        "",
        "vi.du@congdan.example",
        [],
    ]


def test_a_number_that_nobody_has_leaves_the_one_before_and_takes_nobody_by_phone(world, client):
    first = after_looking_up_the_first(client, world)
    response = find(client, world.free, **{**first, "id_number": "040000000077"})
    assert shown(response, "id_number", "full_name", *CONTACT) == ["040000000077", "", "", "", []]
    assert "Nobody with exactly this number or phone is known yet. Enter the name." in text_of(response)


def test_a_number_from_another_card_begins_anew(world, client):
    first = after_looking_up_the_first(client, world)
    response = find(client, world.free, **first, card="040000000077")
    assert shown(response, "id_number", "full_name", *CONTACT) == ["040000000077", "", "", "", []]


def test_a_confirmation_given_for_the_one_before_is_asked_again(world, client):
    first = after_looking_up_the_first(client, world)
    response = find(client, world.free, **first, duplicate_known="on", name_changed="on", card=CARD)
    assert shown(response, "duplicate_known", "name_changed") == [False, False]


def test_what_was_typed_for_the_very_same_person_stays(world, client):
    response = find(
        client, world.free, id_number="040099000123", full_name="Nguyen Thi Quet", phone="0911", card=CARD
    )
    assert shown(response, "full_name", "phone", "notice_channels") == ["Nguyễn Thị Quét", "0911", ["email"]]


def test_what_was_typed_by_hand_stays_when_the_number_is_put_right(world, client):
    known(world, id_number="040000000009", full_name="Trần Văn Thử", phone="0900000009")
    response = find(client, world.free, id_number="040000000077", full_name="Trần Văn Thử")
    response = find(client, world.free, id_number="040000000078", filled_for=shown(response, "filled_for"))
    assert shown(response, "full_name", "phone") == ["Trần Văn Thử", "0900 000 009"]


def test_a_new_card_of_somebody_known_by_an_old_number_keeps_its_name(world, client):
    known(world, id_number="271234567", full_name="Nguyễn Thị Quét", phone="0911222333")
    response = find(client, world.free, id_number="", full_name="", phone="0911222333", card=CARD)
    assert shown(response, "full_name", "id_number", "phone") == [
        "Nguyễn Thị Quét",
        "040099000123",
        "0911222333",
    ]


def test_a_phone_typed_before_the_card_is_scanned_stays(world, client):
    response = find(client, world.free, id_number="", full_name="", phone="0911", card=CARD)
    assert shown(response, "full_name", "phone") == ["Nguyễn Thị Quét", "0911"]


def test_a_number_typed_over_without_a_look_up_is_not_received_with_the_contact_of_the_one_before(
    world, client
):
    first = after_looking_up_the_first(client, world)
    sent = typed(client, world.free, **first) | {"id_number": "040099000777", "full_name": "Lê Thị Khác"}
    response = client.post(PAGE, sent)
    assert list(errors_of(response)) == ["id_number"]
    assert f"filled in for {first['id_number']}. Press Enter in this field" in text_of(response)
    assert not Applicant.objects.filter(id_number="040099000777").exists()


# --- A duplicate that the look-up does not see --------------------------------------------------------


def test_a_duplicate_of_a_short_number_can_be_confirmed(world, client):
    known_number = known(world, id_number="B1234").id_number
    sent = typed(client, world.paid, full_name=world.applicant.full_name, id_number=known_number)
    response = client.post(PAGE, sent)
    assert list(errors_of(response)) == ["duplicate_known"]
    assert "already has an open dossier of this procedure: H41.101-261109-0001" in text_of(response)
    assert 'name="duplicate_known"' in response.content.decode()
    client.post(PAGE, {**sent, "duplicate_known": "on"})
    assert Dossier.objects.count() == 2
