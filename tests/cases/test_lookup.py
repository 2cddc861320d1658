"""The look-up secret on the receipt: derived, never stored, compared in constant time (R40)."""

import re
import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import lookup, queries
from cases.lookup import Proof
from cases.models import Applicant, Dossier
from cases.printouts import receipt_payload
from tests.cases.helpers import kept_models

SECRET = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}")


def test_secret_has_ten_letters_that_do_not_look_alike(world):
    assert SECRET.fullmatch(lookup.secret_of(world.receive()))


def test_secret_is_the_same_whenever_it_is_asked_for(world):
    dossier = world.receive()
    assert lookup.secret_of(dossier) == lookup.secret_of(type(dossier).objects.get(pk=dossier.pk))


def test_secret_differs_from_dossier_to_dossier_and_from_turn_to_turn():
    numbers = [uuid.UUID(int=n) for n in range(1, 501)]
    secrets = {lookup.secret_for(number, turn) for number in numbers for turn in (1, 2)}
    assert len(secrets) == 1000


def test_secret_depends_on_the_key_of_the_installation(world, settings):
    dossier = world.receive()
    before = lookup.secret_of(dossier)
    settings.LOOKUP_KEY = "another key of another installation"
    assert lookup.secret_of(dossier) != before


def test_secret_is_nowhere_in_the_database(world):
    dossiers = [world.returned(), world.receive(), world.supplement()]
    stored = repr([list(model.objects.values()) for model in kept_models()])  # read: nothing is encrypted
    for dossier in dossiers:
        secret = lookup.secret_of(dossier)
        assert secret not in stored
        assert secret.replace("-", "") not in stored


def test_secret_is_on_the_receipt(world):
    dossier = world.receive()
    assert receipt_payload(dossier).look_up_secret == lookup.secret_of(dossier)


def test_matches_the_secret_however_it_is_typed(world):
    dossier = world.receive()
    secret = lookup.secret_of(dossier)
    alike = secret.translate(str.maketrans("01", "Ol"))
    for typed in [
        secret,
        secret.lower(),
        secret.replace("-", ""),
        secret.replace("-", " "),
        f" {secret} ",
        alike,
    ]:
        assert lookup.matches(dossier, typed) is True


@pytest.mark.parametrize("typed", ["", "-", "00000-00000", "x" * 10_000, "Đ" * 10, "\ud800", "０" * 10])
def test_matches_nothing_else(world, typed):
    assert lookup.matches(world.receive(), typed) is False


def test_matches_neither_a_part_nor_more_nor_the_secret_of_another(world):
    dossier, other = world.receive(), world.receive()
    secret = lookup.secret_of(dossier)
    assert lookup.matches(dossier, secret[:-1]) is False
    assert lookup.matches(dossier, secret + "0") is False
    assert lookup.matches(dossier, lookup.secret_of(other)) is False


def test_matches_no_secret_when_there_is_no_dossier():
    """Not even the one that nobody's number gives: an unknown code answers like a wrong secret."""
    assert lookup.matches(None, lookup.secret_for(uuid.UUID(int=0), 0)) is False
    assert lookup.matches(None, "") is False


def test_matches_no_longer_after_a_new_turn(world):
    dossier = world.receive()
    old = lookup.secret_of(dossier)
    dossier.secret_turn += 1
    assert lookup.matches(dossier, old) is False
    assert lookup.matches(dossier, lookup.secret_of(dossier)) is True


# --- Ends of ID number and phone --------------------------------------------------------------

OWNER = Proof(id_end="000001", phone_end="0001")  # of the cast's applicant


@pytest.mark.parametrize(
    "proof",
    [
        OWNER,
        Proof(id_end=" 00 00 01 ", phone_end="00-01"),
        Proof(id_end="040000000001", phone_end="0900000001"),
    ],
    ids=["the ends", "with blanks", "whole numbers"],
)
def test_the_ends_of_id_number_and_phone_prove_the_applicant(world, proof):
    dossier = world.receive()
    assert queries.look_up(dossier.code, proof) == dossier


@pytest.mark.parametrize(
    "proof",
    [
        Proof(id_end="000002", phone_end="0001"),
        Proof(id_end="000001", phone_end="0002"),
        Proof(id_end="000001"),
        Proof(phone_end="0001"),
        Proof(id_end="00001", phone_end="0001"),
        Proof(id_end="000001", phone_end="001"),
        Proof(id_end="0000", phone_end="010001"),
        Proof(id_end="０００００１", phone_end="0001"),
        Proof(id_end="------", phone_end="----"),
        Proof(id_end="\ud800", phone_end="x" * 10_000),
    ],
)
def test_other_ends_prove_nothing(world, proof):
    assert queries.look_up(world.receive().code, proof) is None


@pytest.mark.parametrize("missing", ["id_number", "phone"])
def test_who_has_no_number_or_phone_is_proven_by_the_secret_alone(world, missing):
    dossier = world.receive(applicant=replace(world.applicant, **{missing: ""}))
    for proof in [OWNER, Proof(id_end="------", phone_end="----"), Proof(id_end=" ", phone_end=" ")]:
        assert queries.look_up(dossier.code, proof) is None
    assert queries.look_up(dossier.code, Proof(lookup.secret_of(dossier))) == dossier


def test_who_filed_for_the_applicant_is_on_the_receipt_and_proves_too(world):
    dossier = world.receive(
        submitter_name="Trần Văn Thử",
        submitter_id_number="040000009999",
        submitter_phone="0911112222",
        authorisation="Giấy ủy quyền số 1",
    )
    assert queries.look_up(dossier.code, Proof(id_end="009999", phone_end="2222")) == dossier
    assert queries.look_up(dossier.code, OWNER) == dossier
    assert queries.look_up(dossier.code, Proof(id_end="009999", phone_end="0001")) is None


def test_a_way_that_the_office_does_not_allow_proves_nothing(world, settings):
    dossier = world.receive()
    settings.LOOKUP_PROOF = ["secret"]
    assert queries.look_up(dossier.code, OWNER) is None
    settings.LOOKUP_PROOF = ["person"]
    assert queries.look_up(dossier.code, OWNER) == dossier
    assert queries.look_up(dossier.code, Proof(lookup.secret_of(dossier))) is None


def test_a_wrong_secret_is_not_mended_by_right_ends(world):
    dossier = world.receive()
    assert queries.look_up(dossier.code, Proof("00000-00000", OWNER.id_end, OWNER.phone_end)) is None


def test_a_proof_does_not_tell_itself(world):
    proof = Proof("7K2QD-M0XRA", "000001", "0001")
    assert repr(proof) == str(proof) == "Proof(secret)"


@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_typed_only_the_own_digits_prove(id_end, phone_end):
    dossier = Dossier(
        applicant=Applicant(full_name="Nguyễn Thị Ví Dụ", id_number="040000000001", phone="0900000001")
    )
    typed = ["".join(c for c in text if c in "0123456789") for text in (id_end, phone_end)]
    right = typed[0].endswith("000001") and typed[1].endswith("0001")
    assert lookup.matches_person(dossier, Proof(id_end=id_end, phone_end=phone_end)) is right
    assert lookup.matches_person(None, Proof(id_end=id_end, phone_end=phone_end)) is False
