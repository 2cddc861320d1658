"""Somebody else files, something is received outside the desk, a quantity decides the limit (R22, R23, R34)."""

import pytest

from cases import services
from cases.errors import Invalid
from cases.services.fee_lines import FeeFacts
from procedures.models import ProcedureVersion, TimeLimit
from tests.cases.helpers import fresh, refused
from tests.cast import local

DELEGATE = {"submitter_name": "Trần Văn Thử", "submitter_phone": "0900000009"}


# An authorised person -----------------------------------------------------------------------------------


@pytest.mark.parametrize("authorisation", ["", "   "])
def test_r34_somebody_else_files_only_with_an_authorisation(world, authorisation):
    with refused(Invalid, "authorisation_missing") as caught:
        world.receive(**DELEGATE, authorisation=authorisation)
    assert (caught.value.field, caught.value.sentence) == (
        "authorisation",
        "Trần Văn Thử files for Nguyễn Thị Ví Dụ. Enter the paper that authorises: which one, its number and "
        "date.",
    )


def test_r34_the_applicant_in_person_needs_none_however_the_name_is_typed(world):
    assert world.receive(submitter_name=" nguyễn thị  ví dụ ").authorisation == ""


def test_r34_online_the_authorisation_is_asked_for_at_reception(world):
    filing = world.submit(**DELEGATE)
    with refused(Invalid, "authorisation_missing"):
        services.receive_filing(filing, by=world.clerk)
    dossier = services.receive_filing(filing, by=world.clerk, authorisation=" Giấy ủy quyền số 5 ")
    assert fresh(dossier).authorisation == "Giấy ủy quyền số 5"


@pytest.mark.parametrize("phone", ["12", "call me", "0" * 17])
def test_the_phone_of_the_authorised_person_is_one(world, phone):
    with refused(Invalid) as caught:
        world.receive(**{**DELEGATE, "submitter_phone": phone, "authorisation": "Giấy ủy quyền số 5"})
    assert caught.value.field == "submitter_phone"


# Outside the desk ------------------------------------------------------------------------------------------


def test_r22_the_place_outside_the_desk_is_kept_and_the_due_date_is_the_same(world):
    ProcedureVersion.objects.update(received_outside_desk=True)
    dossier = fresh(world.receive(reception_place=" Bệnh viện Ví Dụ "))
    assert dossier.reception_place == "Bệnh viện Ví Dụ"
    assert dossier.due_at == local("2026-11-12 17:00")
    assert world.receive().reception_place == ""


def test_r22_a_procedure_of_the_desk_has_no_other_place(world):
    with refused(Invalid, "not_outside_the_desk") as caught:
        world.receive(reception_place="Bệnh viện Ví Dụ")
    assert caught.value.field == "reception_place"


# A limit by quantity ------------------------------------------------------------------------------------


@pytest.fixture
def by_number(world):
    """Up to ten documents take three working days, more take five."""
    version = world.free.versions.get()
    version.limit_quantity = "documents"
    version.save()
    version.limits.update(quantity_from=1, quantity_to=10)
    many = TimeLimit.objects.create(
        version=version,
        position=1,
        label="5 ngày làm việc",
        amount=5,
        unit="working_day",
        quantity_from=11,
    )
    return version.limits.get(position=0), many


def documents(count):
    return FeeFacts(quantities={"documents": count})


@pytest.mark.parametrize(
    ("count", "due"), [(1, "2026-11-12"), (10, "2026-11-12"), (11, "2026-11-16"), (500, "2026-11-16")]
)
def test_r23_the_quantity_decides_the_limit(world, by_number, count, due):
    dossier = fresh(world.receive(fee=documents(count)))
    assert (dossier.due_at, dossier.quantities) == (local(f"{due} 17:00"), {"documents": count})


def test_r23_a_limit_that_contradicts_the_quantity_is_refused(world, by_number):
    few, many = by_number
    assert world.receive(fee=documents(3), limit=few).limit == few
    with refused(Invalid, "contradictory") as caught:
        world.receive(fee=documents(3), limit=many)
    assert (caught.value.field, caught.value.sentence) == (
        "limit",
        "For 3 (documents) the time limit is 3 ngày làm việc, not 5 ngày làm việc.",
    )


def test_r23_without_the_quantity_there_is_no_promise(world, by_number):
    with refused(Invalid, "required") as caught:
        world.receive()
    assert (caught.value.field, caught.value.sentence) == (
        "quantities",
        "The time limit depends on a quantity: enter how many (documents).",
    )


def test_r23_a_filing_gets_its_quantity_at_reception(world, by_number):
    filing = world.submit()
    with refused(Invalid, "required"):
        services.receive_filing(filing, by=world.clerk)
    dossier = services.receive_filing(filing, by=world.clerk, fee=documents(11))
    assert dossier.due_at == local("2026-11-16 17:00")


def test_r23_a_quantity_that_no_limit_is_for_is_refused(world, by_number):
    by_number[1].delete()
    with refused(Invalid, "no_limit"):
        world.receive(fee=documents(11))


@pytest.mark.parametrize("count", [0, -1, 1.5, True, "3", 100_001])
def test_r23_a_quantity_that_cannot_be_is_refused(world, by_number, count):
    with refused(Invalid) as caught:
        world.receive(fee=documents(count))
    assert caught.value.field == "quantities"


def test_r23_another_procedure_does_not_know_the_quantity(world, by_number):
    with refused(Invalid) as caught:
        world.receive(world.paid, fee=documents(3))
    assert caught.value.sentence == "Unknown quantity: documents."
