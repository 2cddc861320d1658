"""A second open dossier of the same person and procedure: said before it is made, made only when it is known."""

import pytest

from cases import services
from cases.enums import State
from cases.errors import OpenDuplicate
from cases.models import Dossier
from cases.services.applicants import ApplicantFacts
from tests.cases.helpers import refused


@pytest.fixture(autouse=True)
def english_sentences(english):
    """The sentences are read in English."""


def test_a_second_open_dossier_of_the_same_procedure_is_refused_with_the_first(world):
    world.receive()
    with refused(OpenDuplicate, "duplicate_open") as caught:
        world.receive(duplicate_known=False)
    assert caught.value.field == "duplicate_known"
    assert caught.value.sentence == (
        "Nguyễn Thị Ví Dụ already has an open dossier of this procedure: "
        "H41.101-261109-0001 (UBND phường Thử Nghiệm, Received). "
        "To receive another one, confirm that you know of it."
    )


def test_who_knows_of_it_receives_another_one(world):
    first, second = world.receive(), world.receive(duplicate_known=True)
    assert first.applicant == second.applicant
    assert Dossier.objects.count() == 2


@pytest.mark.parametrize("state", [State.SUBMITTED, State.PROCESSING, State.SUPPLEMENT, State.PAID])
def test_whatever_is_not_at_its_end_is_open(world, state):
    world.in_state(state)
    with refused(OpenDuplicate, "duplicate_open"):
        world.receive(duplicate_known=False)


@pytest.mark.parametrize("state", [State.REFUSED, State.STOPPED, State.RETURNED])
def test_what_has_ended_is_no_duplicate(world, state):
    world.in_state(state)
    assert world.receive(duplicate_known=False).state == State.RECEIVED


def test_another_procedure_is_no_duplicate(world):
    world.receive(world.free)
    assert world.receive(world.paid, duplicate_known=False).state == State.RECEIVED


def test_another_desk_s_dossier_counts_too(world):
    world.receive(desk=world.other_ward, by=world.outsider_clerk)
    with refused(OpenDuplicate, "duplicate_open") as caught:
        world.receive(duplicate_known=False)
    assert "UBND xã Ví Dụ" in caught.value.sentence


def test_people_without_a_number_cannot_be_told_apart_and_are_received(world):
    somebody = ApplicantFacts(full_name="Nguyễn Thị Ví Dụ")
    world.receive(applicant=somebody)
    assert world.receive(applicant=somebody, duplicate_known=False).state == State.RECEIVED


def test_a_filing_from_outside_is_taken_and_judged_by_the_desk(world):
    world.receive()
    filing = world.submit()
    assert services.receive_filing(filing, by=world.clerk).state == State.RECEIVED
