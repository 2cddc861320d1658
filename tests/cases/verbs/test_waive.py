"""waive (miễn, giảm phí, lệ phí): a fee or part of it need not be paid, by a ground (R38); VND."""

import pytest

from cases import services
from cases.enums import EventKind, State, Verb
from cases.errors import Invalid, NotPermitted, WrongAmount
from cases.models import DossierFee
from tests.cases.helpers import (
    fresh,
    kinds,
    last_event,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
    states_without,
    told,
)
from tests.cast import local

GROUND = "Hộ nghèo, điểm a khoản 1 Điều 10 nghị quyết thử nghiệm"


def waive(world, dossier, **changes):
    facts = {"by": world.clerk, "fee": dossier.fees.first(), "ground": GROUND}
    return services.waive(dossier, **{**facts, **changes})


@pytest.mark.parametrize("bring", ["receive", "digitized", "processing", "supplement"])
def test_waive_is_possible_from_reception_on_and_leaves_the_state(world, bring):
    dossier = fresh(getattr(world, bring)(world.paid))
    waive(world, dossier)
    assert (fresh(dossier).state, fresh(dossier).balance) == (dossier.state, 0)


def test_waive_keeps_fee_amount_ground_time_and_who(world):
    dossier = world.receive(world.paid)
    waiver = waive(world, dossier, amount=5000, ground=f"  {GROUND} ")
    assert (waiver.fee, waiver.amount, waiver.ground) == (dossier.fees.get(), 5000, GROUND)
    assert (waiver.at, waiver.by) == (local("2026-11-09 09:00"), world.clerk)
    assert fresh(dossier).balance == 10000


def test_waive_writes_one_event(world):
    dossier = world.receive(world.paid)
    waive(world, dossier)
    assert last_event(dossier) == (
        EventKind.WAIVED,
        "Lê Thị Một Cửa",
        "",
        "received",
        f"15.000 VND waived; ground: {GROUND}",
    )
    assert dossier.events.last().data["fee"] == "Lệ phí"


def test_waive_in_two_parts_takes_what_is_left(world):
    dossier = world.receive(world.paid)
    waive(world, dossier, amount=5000)
    assert waive(world, dossier).amount == 10000


def test_waive_of_all_that_is_owed_settles_what_has_a_result(world):
    dossier = world.with_result(world.paid)
    waive(world, dossier)
    assert fresh(dossier).state == State.PAID
    assert kinds(dossier)[-2:] == ["waived", "settled"]
    assert told(dossier)[0][2] == "Dossier H41.101-261109-0001: Fees settled"


def test_waive_of_a_part_leaves_the_rest_to_be_paid(world):
    dossier = world.with_result(world.paid)
    waive(world, dossier, amount=5000)
    assert fresh(dossier).state == State.PROCESSING
    services.pay(dossier, by=world.clerk, amount=10000)
    assert fresh(dossier).state == State.PAID


def test_waive_after_the_payment_makes_something_to_pay_back(world):
    dossier = world.with_result(world.paid)
    services.pay(dossier, by=world.clerk, amount=15000)
    waive(world, dossier, amount=5000)
    dossier = fresh(dossier)
    assert (dossier.state, dossier.balance) == (State.PAID, -5000)


def test_waive_after_the_payment_does_not_hold_the_result_up(world):
    dossier = world.processing(world.paid)
    services.pay(dossier, by=world.clerk, amount=15000)
    waive(world, dossier, amount=5000)
    assert fresh(world.record_result(dossier)).state == State.PAID


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "0 đ"), (-1, "-1 đ"), (15001, "15.001 đ"), (5000.0, "5000.0"), ("5000", "5000"), (True, "True")],
)
def test_waive_refuses_an_amount_that_is_not_left_of_the_fee(world, amount, said):
    dossier = world.receive(world.paid)
    with refused(WrongAmount, "wrong_amount") as caught:
        waive(world, dossier, amount=amount)
    assert (caught.value.field, caught.value.sentence) == (
        "amount",
        f"{said} is not possible: of “Lệ phí” 15.000 đ are left.",
    )


@pytest.mark.parametrize(("ground", "code"), [("", "required"), ("  ", "required"), ("x" * 301, "too_long")])
def test_waive_names_its_ground(world, ground, code):
    dossier = world.receive(world.paid)
    with refused(Invalid, code) as caught:
        waive(world, dossier, ground=ground)
    assert caught.value.field == "ground"


def test_waive_refuses_the_fee_of_another_dossier(world):
    dossier, other = world.receive(world.paid), world.receive(world.paid)
    for fee in [other.fees.get(), None]:
        with refused(Invalid) as caught:
            waive(world, dossier, fee=fee)
        assert (caught.value.field, caught.value.sentence) == ("fee", "This dossier has no such fee.")


def test_waive_a_second_time_is_not_possible_when_all_is_waived(world):
    dossier = world.receive(world.paid)
    waive(world, dossier)
    refused_in_this_state(dossier, lambda: waive(world, dossier))


def test_waive_is_not_possible_without_a_fee(world):
    dossier = world.receive(world.free)
    refused_in_this_state(dossier, lambda: waive(world, dossier))


@pytest.mark.parametrize("state", states_without(Verb.WAIVE))
def test_waive_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    line = world.paid.versions.get().fees.get()
    fee = DossierFee.objects.create(dossier=dossier, fee_line=line, name="Lệ phí", amount=15000)
    refused_in_this_state(dossier, lambda: waive(world, dossier, fee=fee))


def test_waive_is_not_permitted_to_anybody_else(world):
    dossier = world.receive(world.paid)
    refused_to_everybody_but(world, world.clerk, act=lambda person: waive(world, dossier, by=person))


def test_waive_is_refused_to_the_outsider(world):
    dossier = world.receive(world.paid)
    with refused(NotPermitted, "not_permitted"):
        waive(world, dossier, by=world.outsider_clerk)
