"""What a clerk looks up at the counter: the most used procedures first, people by their exact number."""

from dataclasses import replace

import pytest

from cases import desk
from cases.models import Applicant
from tests.cast import make_procedure


@pytest.fixture
def somebody(world) -> Applicant:
    return world.receive().applicant


def codes(world, text="") -> list[str]:
    return [version.procedure.code for version in desk.procedures_found(text, world.ward)]


def test_what_the_desk_receives_most_stands_first(world):
    make_procedure("1.000003", "Thủ tục thứ ba")
    assert codes(world) == ["1.000001", "1.000002", "1.000003"]
    world.receive(world.paid)
    assert codes(world) == ["1.000002", "1.000001", "1.000003"]
    assert codes(world, "thu tuc") == ["1.000002", "1.000001", "1.000003"]


def test_other_desks_and_older_days_do_not_count(world, clock):
    world.receive(world.paid, desk=world.other_ward, by=world.outsider_clerk)
    assert desk.most_used(world.ward) == []
    world.receive(world.paid)
    assert desk.most_used(world.ward) == [world.paid.pk]
    clock.move_to("2027-02-08 09:00")
    assert desk.most_used(world.ward) == []


def test_filings_that_nobody_received_do_not_count(world):
    world.submit(world.paid)
    assert desk.most_used(world.ward) == []


@pytest.mark.parametrize("number", ["040000000001", " 040000000001 "])
def test_an_applicant_is_found_by_the_exact_number(somebody, number):
    assert desk.applicants_with(number, "") == [somebody]


@pytest.mark.parametrize("phone", ["0900000001", "0900 000 001", "0900.000.001"])
def test_an_applicant_is_found_by_the_exact_phone(somebody, phone):
    assert desk.applicants_with("", phone) == [somebody]


@pytest.mark.parametrize(
    ("number", "phone"),
    [("", ""), ("04000000000", ""), ("0400000000012", ""), ("%", "%"), ("", "090000000"), ("Ví Dụ", "")],
)
def test_half_a_number_finds_nobody(somebody, number, phone):
    assert desk.applicants_with(number, phone) == []


def test_short_numbers_are_still_being_typed(world):
    world.receive(applicant=replace(world.applicant, id_number="12345", phone=""))
    assert desk.applicants_with("12345", "") == []


def test_the_number_goes_before_the_phone(world, somebody):
    other = world.receive(applicant=replace(world.applicant, id_number="040000000002")).applicant
    assert desk.applicants_with("040000000002", "0900000001") == [other]
    assert desk.applicants_with("", "0900000001") == [other, somebody]


def test_earlier_dossiers_are_those_that_the_person_may_see(world, somebody):
    there = world.receive(desk=world.other_ward, by=world.outsider_clerk)
    assert list(desk.earlier_dossiers(somebody, world.outsider_clerk)) == [there]
    assert there not in desk.earlier_dossiers(somebody, world.clerk)


def test_only_the_last_five_earlier_dossiers_are_shown(world, somebody, clock):
    for hour in range(10, 16):
        clock.move_to(f"2026-11-09 {hour}:00")
        world.receive()
    shown = desk.earlier_dossiers(somebody, world.clerk)
    assert [dossier.code[-4:] for dossier in shown] == ["0007", "0006", "0005", "0004", "0003"]


def test_looking_procedures_up_costs_two_queries(world, django_assert_num_queries):
    world.receive()
    with django_assert_num_queries(2):
        codes(world, "thu tuc")
