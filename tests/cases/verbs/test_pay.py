"""pay (thu phí, lệ phí): exactly what is owed or said to be a part, from reception until the result is handed over (R38); VND."""

import pytest

from cases import services
from cases.enums import EventKind, State, Verb
from cases.errors import Invalid, NotPermitted, WrongAmount
from tests.cases.helpers import (
    fresh,
    kinds,
    last_event,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
    said,
    states_without,
    told,
)
from tests.cast import local


@pytest.mark.parametrize("bring", ["receive", "digitized", "processing", "supplement"])
def test_pay_is_possible_from_reception_on_and_leaves_the_state(world, bring):
    dossier = fresh(getattr(world, bring)(world.paid))
    state = dossier.state
    services.pay(dossier, by=world.clerk, amount=15000)
    dossier = fresh(dossier)
    assert (dossier.state, dossier.balance) == (state, 0)


def test_pay_keeps_amount_method_time_and_receipt_number(world, clock):
    dossier = world.receive(world.paid)
    clock.move_to("2026-11-09 09:05")
    payment = services.pay(dossier, by=world.clerk, amount=15000, method="transfer")
    assert (payment.amount, payment.method, payment.receipt_number) == (
        15000,
        "transfer",
        "H41.101/2026/000001",
    )
    assert (payment.paid_at, payment.taken_by) == (local("2026-11-09 09:05"), world.clerk)


def test_pay_writes_one_event(world):
    dossier = world.receive(world.paid)
    services.pay(dossier, by=world.clerk, amount=15000)
    assert last_event(dossier) == (
        EventKind.PAID,
        "Lê Thị Một Cửa",
        "",
        "received",
        "15.000 VND taken, receipt H41.101/2026/000001.",
    )
    assert dossier.events.last().data["method"] == "cash"


def test_pay_numbers_the_receipts_of_a_desk_and_year(world, clock):
    numbers = []
    for _ in range(2):
        payment = services.pay(world.receive(world.paid), by=world.clerk, amount=15000)
        numbers.append(payment.receipt_number)
    clock.move_to("2027-01-04 09:00")
    numbers.append(services.pay(world.receive(world.paid), by=world.clerk, amount=15000).receipt_number)
    assert numbers == ["H41.101/2026/000001", "H41.101/2026/000002", "H41.101/2027/000001"]


def test_pay_after_the_result_settles_in_the_same_breath(world):
    dossier = world.with_result(world.paid)
    assert fresh(dossier).state == State.PROCESSING
    services.pay(dossier, by=world.clerk, amount=15000)
    assert fresh(dossier).state == State.PAID
    assert kinds(dossier)[-2:] == ["paid", "settled"]
    assert said(dossier.events.last()) == (
        EventKind.SETTLED,
        "",
        "processing",
        "paid",
        "Nothing is owed; the result is ready to be collected.",
    )
    assert told(dossier)[0][2] == "Dossier H41.101-261109-0001: Fees settled"


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "0 đ"),
        (-15000, "-15.000 đ"),
        (14999, "14.999 đ"),
        (15001, "15.001 đ"),
        (30000, "30.000 đ"),
        (15000.0, "15000.0"),
        ("15000", "15000"),
        (True, "True"),
        (None, "None"),
    ],
)
def test_pay_refuses_every_amount_but_the_one_owed(world, amount, said):
    dossier = world.receive(world.paid)
    with refused(WrongAmount, "wrong_amount") as caught:
        services.pay(dossier, by=world.clerk, amount=amount)
    assert caught.value.field == "amount"
    assert caught.value.sentence == f"{said} is not what is owed: 15.000 đ. Take exactly that amount."


def test_pay_in_parts_until_nothing_is_owed(world):
    dossier = world.with_result(world.paid)
    services.pay(dossier, by=world.clerk, amount=5000, part=True)
    assert (fresh(dossier).state, fresh(dossier).balance) == (State.PROCESSING, 10000)
    services.pay(dossier, by=world.clerk, amount=10000, part=True, method="transfer", reference=" FT2631 ")
    assert (fresh(dossier).state, fresh(dossier).balance) == (State.PAID, 0)
    assert list(dossier.payments.values_list("amount", "method", "reference", "receipt_number")) == [
        (5000, "cash", "", "H41.101/2026/000001"),
        (10000, "transfer", "FT2631", "H41.101/2026/000002"),
    ]


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "0 đ"), (-1, "-1 đ"), (15001, "15.001 đ"), (5000.0, "5000.0"), ("5000", "5000"), (True, "True")],
)
def test_pay_in_parts_refuses_what_is_no_part_of_what_is_owed(world, amount, said):
    dossier = world.receive(world.paid)
    with refused(WrongAmount, "wrong_amount") as caught:
        services.pay(dossier, by=world.clerk, amount=amount, part=True)
    assert (caught.value.field, caught.value.sentence) == (
        "amount",
        f"{said} is no part of what is owed: 15.000 đ. Take at most that amount.",
    )


def test_pay_keeps_a_reference_only_as_a_whole(world):
    dossier = world.receive(world.paid)
    with refused(Invalid, "too_long") as caught:
        services.pay(dossier, by=world.clerk, amount=15000, reference="x" * 61)
    assert caught.value.field == "reference"


def test_pay_refuses_an_unknown_method(world):
    dossier = world.receive(world.paid)
    with refused(Invalid) as caught:
        services.pay(dossier, by=world.clerk, amount=15000, method="gold")
    assert (caught.value.field, caught.value.sentence) == ("method", "Unknown way of paying: gold.")


def test_pay_that_was_refused_uses_no_receipt_number(world):
    dossier = world.receive(world.paid)
    with refused(WrongAmount):
        services.pay(dossier, by=world.clerk, amount=1)
    payment = services.pay(dossier, by=world.clerk, amount=15000)
    assert payment.receipt_number == "H41.101/2026/000001"


def test_pay_a_second_time_is_not_possible_and_names_the_first(world):
    dossier = world.receive(world.paid)
    services.pay(dossier, by=world.clerk, amount=15000)
    error = refused_in_this_state(dossier, lambda: services.pay(dossier, by=world.clerk, amount=15000))
    assert error.sentence.endswith(
        "Last event: 15.000 VND taken, receipt H41.101/2026/000001 (Lê Thị Một Cửa)."
    )


def test_pay_is_not_possible_when_nothing_is_owed(world):
    dossier = world.receive(world.free)
    refused_in_this_state(dossier, lambda: services.pay(dossier, by=world.clerk, amount=0))


@pytest.mark.parametrize("state", states_without(Verb.PAY))
def test_pay_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: services.pay(dossier, by=world.clerk, amount=15000))


def test_pay_is_not_possible_after_the_applicant_withdrew(world):
    dossier = services.withdraw(world.receive(world.paid), by=world.clerk, reason="Đổi ý")
    refused_in_this_state(dossier, lambda: services.pay(dossier, by=world.clerk, amount=15000))


def test_pay_is_not_permitted_to_anybody_else(world):
    dossier = world.receive(world.paid)
    refused_to_everybody_but(
        world, world.clerk, act=lambda person: services.pay(dossier, by=person, amount=15000)
    )


def test_pay_is_refused_to_the_outsider(world):
    dossier = world.receive(world.paid)
    with refused(NotPermitted, "not_permitted"):
        services.pay(dossier, by=world.outsider_clerk, amount=15000)
