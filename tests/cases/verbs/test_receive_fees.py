"""receive: what is owed, by the lines of the version (R38; Decree 61/2018 Art 22); VND."""

from datetime import date

import pytest

from cases.errors import Invalid
from cases.services.fee_lines import FeeFacts
from procedures.enums import FeeChannel, FeeKind, FeeRule
from procedures.models import FeeLine, FeeTariff
from tests.cases.helpers import (
    refused,
)


def add_fee(procedure, **changes) -> FeeLine:
    facts = {"kind": FeeKind.CHARGE, "rule": FeeRule.FIXED, "name": "Lệ phí", **changes}
    version = procedure.versions.get()
    return FeeLine.objects.create(version=version, position=version.fees.count(), **facts)


def owed(dossier) -> list[tuple[str, int]]:
    return list(dossier.fees.values_list("name", "amount"))


def test_receive_fixes_what_is_owed(world):
    dossier = world.receive(world.paid)
    assert owed(dossier) == [("Lệ phí", 15000)]
    assert (dossier.fee_total, dossier.balance) == (15000, 15000)


def test_receive_takes_the_fee_of_the_channel(world):
    add_fee(world.free, amount=20000, channel=FeeChannel.DESK)
    add_fee(world.free, amount=10000, channel=FeeChannel.ONLINE)
    assert owed(world.receive()) == [("Lệ phí", 20000)]
    assert owed(world.receive(channel="post")) == [("Lệ phí", 20000)]
    assert owed(world.receive(channel="online")) == [("Lệ phí", 10000)]


def test_receive_counts_pages_and_copies_by_tier(world):
    add_fee(
        world.free,
        rule=FeeRule.PER_PAGE,
        tiers=[
            {"from_page": 1, "to_page": 2, "amount_per_page": 2000},
            {"from_page": 3, "to_page": None, "amount_per_page": 1000},
        ],
        cap_amount=200000,
        cap_per="copy",
    )
    dossier = world.receive(fee=FeeFacts(quantities={"pages": 4, "copies": 2}))
    assert owed(dossier) == [("Lệ phí", 12000)]
    assert dossier.quantities == {"pages": 4, "copies": 2}


def test_receive_asks_which_fee_applies_when_each_has_a_condition(world):
    in_time = add_fee(world.free, amount=8000, condition="trong hạn")
    late = add_fee(world.free, amount=9000, condition="quá hạn")
    with refused(Invalid, "required") as caught:
        world.receive()
    assert (caught.value.field, caught.value.sentence) == (
        "fees",
        "Choose which fee applies: Lệ phí (trong hạn); Lệ phí (quá hạn).",
    )
    assert owed(world.receive(fee=FeeFacts(fee_ids=[late.pk]))) == [("Lệ phí", 9000)]
    assert owed(world.receive(fee=FeeFacts(fee_ids=[in_time.pk]))) == [("Lệ phí", 8000)]
    assert owed(world.receive(fee=FeeFacts(fee_ids=[]))) == []


def test_receive_always_charges_the_line_without_condition(world):
    extra = add_fee(world.paid, amount=3000, name="Bản sao", condition="xin bản sao")
    assert owed(world.receive(world.paid)) == [("Lệ phí", 15000)]
    assert owed(world.receive(world.paid, fee=FeeFacts(fee_ids=[extra.pk]))) == [
        ("Lệ phí", 15000),
        ("Bản sao", 3000),
    ]


def test_receive_refuses_a_fee_of_another_procedure(world):
    stranger = world.paid.versions.get().fees.get()
    with refused(Invalid) as caught:
        world.receive(fee=FeeFacts(fee_ids=[stranger.pk]))
    assert (caught.value.field, caught.value.sentence) == (
        "fees",
        "This fee is not one of the procedure and channel.",
    )


@pytest.mark.parametrize(
    "quantities", [{"pages": 0}, {"copies": -1}, {"quantity": 1.5}, {"pages": True}, {"pages": 100_001}]
)
def test_receive_refuses_quantities_that_cannot_be(world, quantities):
    with refused(Invalid) as caught:
        world.receive(fee=FeeFacts(quantities=quantities))
    assert (caught.value.field, caught.value.sentence) == (
        "quantities",
        "Pages, copies and quantity are whole numbers from 1 to 100,000.",
    )


def test_receive_refuses_an_unknown_quantity(world):
    with refused(Invalid) as caught:
        world.receive(fee=FeeFacts(quantities={"elephants": 1}))
    assert caught.value.sentence == "Unknown quantity: elephants."


def test_receive_takes_the_tariff_of_the_province_times_the_quantity(world):
    add_fee(world.free, rule=FeeRule.SET_BY_PROVINCE)
    for first_day, amount in [(date(2025, 1, 1), 5000), (date(2026, 11, 1), 8000), (date(2026, 12, 1), 9000)]:
        FeeTariff.objects.create(
            agency=world.province,
            procedure=world.free,
            fee_name="Lệ phí",
            amount=amount,
            legal_reference="Nghị quyết thử nghiệm",
            in_force_from=first_day,
        )
    assert owed(world.receive()) == [("Lệ phí", 8000)]
    assert owed(world.receive(fee=FeeFacts(quantities={"quantity": 3}))) == [("Lệ phí", 24000)]


@pytest.mark.parametrize("rule", [FeeRule.SET_BY_PROVINCE, FeeRule.FIXED])
def test_receive_says_when_the_amount_of_a_fee_was_never_entered(world, rule):
    add_fee(world.free, rule=rule)
    with refused(Invalid, "tariff_missing") as caught:
        world.receive()
    assert (caught.value.field, caught.value.sentence) == (
        "fees",
        "The amount of “Lệ phí” has not been entered. Ask the administrator to enter it.",
    )
