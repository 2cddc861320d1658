"""settle: processing → paid, when the result is recorded and the balance zero; a clerk, a payment or the system."""

import pytest
from django.utils import timezone

from cases import services
from cases.enums import EventKind, State, Verb
from cases.errors import NotPermitted
from cases.models import Payment
from tests.cases.helpers import (
    fresh,
    last_event,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
    states_without,
    told,
)


@pytest.fixture
def paid_elsewhere(world):
    """A dossier with its result, whose fee came in by another way than the desk, such as an import."""
    dossier = world.with_result(world.paid)
    Payment.objects.create(
        dossier=dossier, amount=15000, method="online", receipt_number="CDVC-1", paid_at=timezone.now()
    )
    return dossier


def test_settle_makes_the_result_ready(world, paid_elsewhere):
    services.settle(paid_elsewhere, by=world.clerk)
    dossier = fresh(paid_elsewhere)
    assert dossier.state == State.PAID
    assert (dossier.holder, dossier.holder_unit) == (None, world.ward)
    assert last_event(dossier) == (
        EventKind.SETTLED,
        "Lê Thị Một Cửa",
        "processing",
        "paid",
        "Nothing is owed; the result is ready to be collected.",
    )


def test_settle_tells_the_applicant_that_the_result_is_ready(world, paid_elsewhere):
    services.settle(paid_elsewhere, by=world.clerk)
    assert told(paid_elsewhere) == [
        ("email", "vi.du@congdan.example", "Dossier H41.101-261109-0001: Fees settled"),
        ("sms", "0900000001", "Dossier H41.101-261109-0001: Fees settled"),
    ]


def test_settle_is_not_possible_while_something_is_owed(world):
    dossier = world.with_result(world.paid)
    refused_in_this_state(dossier, lambda: services.settle(dossier, by=world.clerk))


def test_settle_is_not_possible_without_a_result(world):
    dossier = world.processing()
    refused_in_this_state(dossier, lambda: services.settle(dossier, by=world.clerk))


@pytest.mark.parametrize("state", states_without(Verb.SETTLE))
def test_settle_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: services.settle(dossier, by=world.clerk))


def test_settle_is_not_permitted_to_anybody_else(world, paid_elsewhere):
    refused_to_everybody_but(
        world, world.clerk, act=lambda person: services.settle(paid_elsewhere, by=person)
    )


def test_settle_is_refused_to_the_outsider(world, paid_elsewhere):
    with refused(NotPermitted, "not_permitted"):
        services.settle(paid_elsewhere, by=world.outsider_clerk)
