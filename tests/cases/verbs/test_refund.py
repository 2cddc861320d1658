"""refund (hoàn trả phí, lệ phí): money goes back by a counter-entry (R37, R38, R43); VND."""

import pytest
from django.utils import timezone

from cases import services
from cases.enums import EventKind, State, Verb
from cases.errors import Invalid, NotPermitted, NotPossibleNow, WrongAmount
from cases.models import Payment
from tests.cases.helpers import (
    fresh,
    last_event,
    one_waits_for_the_other,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
    states_without,
)

REASON = "Thu nhầm của người khác"


@pytest.fixture
def paid(world):
    """A received dossier whose fee of 15.000 VND was paid by transfer."""
    dossier = world.receive(world.paid)
    services.pay(dossier, by=world.clerk, amount=15000, method="transfer")
    return fresh(dossier)


def refund(world, dossier, **changes):
    facts = {"by": world.clerk, "payment": dossier.payments.order_by("pk").first(), "reason": REASON}
    return services.refund(dossier, **{**facts, **changes})


def test_refund_is_a_counter_entry_with_a_number_of_its_own(world, paid):
    entry = refund(world, paid)
    first = paid.payments.order_by("pk").first()
    assert (entry.amount, entry.method, entry.reverses, entry.reason) == (-15000, "transfer", first, REASON)
    assert (entry.receipt_number, entry.taken_by) == ("H41.101/2026/000002", world.clerk)
    assert (first.amount, first.left) == (15000, 0)


def test_refund_before_the_result_makes_the_fee_owed_again(world, paid):
    refund(world, paid)
    assert (fresh(paid).state, fresh(paid).balance) == (State.RECEIVED, 15000)
    services.pay(paid, by=world.clerk, amount=15000)
    assert fresh(paid).balance == 0


def test_refund_writes_one_event(world, paid):
    refund(world, paid, amount=5000)
    assert last_event(paid) == (
        EventKind.REFUNDED,
        "Lê Thị Một Cửa",
        "",
        "received",
        "5.000 VND paid back, entry H41.101/2026/000002 against H41.101/2026/000001: " + REASON,
    )


def test_refund_in_two_parts_pays_back_no_more_than_was_paid(world, paid):
    refund(world, paid, amount=10000)
    with refused(WrongAmount) as caught:
        refund(world, paid, amount=5001)
    assert caught.value.sentence == "5.001 đ is not possible: of “H41.101/2026/000001” 5.000 đ are left."
    assert refund(world, paid).amount == -5000
    refused_in_this_state(paid, lambda: refund(world, paid))


def test_refund_of_a_withdrawn_dossier_pays_everything_back(world, paid):
    services.withdraw(paid, by=world.clerk, reason="Đổi ý")
    assert refund(world, paid).amount == -15000
    assert fresh(paid).state == State.STOPPED


@pytest.mark.parametrize("bring", ["ready", "handed over"])
def test_refund_of_what_the_result_was_given_for_needs_a_waiver_first(world, bring):
    dossier = world.with_result(world.paid)
    services.pay(dossier, by=world.clerk, amount=15000)
    if bring == "handed over":
        services.return_result(dossier, by=world.clerk, collector="Nguyễn Thị Ví Dụ", proof="receipt")
    with refused(NotPossibleNow, "waive_first") as caught:
        refund(world, dossier)
    assert caught.value.sentence == (
        "The result of H41.101-261109-0001 was given for this fee. Waive the fee first, "
        "then pay back what was waived."
    )
    services.waive(dossier, by=world.clerk, fee=dossier.fees.get(), amount=5000, ground="Hộ nghèo")
    with refused(WrongAmount):
        refund(world, dossier, amount=5001)
    state = fresh(dossier).state
    assert refund(world, dossier).amount == -5000
    assert (fresh(dossier).state, fresh(dossier).balance) == (state, 0)


@pytest.mark.parametrize("amount", [0, -1, 15001, 5000.0, "5000", True])
def test_refund_refuses_an_amount_that_is_not_left_of_the_payment(world, paid, amount):
    with refused(WrongAmount, "wrong_amount") as caught:
        refund(world, paid, amount=amount)
    assert caught.value.field == "amount"


@pytest.mark.parametrize(("reason", "code"), [("", "required"), (" ", "required"), ("x" * 301, "too_long")])
def test_refund_says_why(world, paid, reason, code):
    with refused(Invalid, code) as caught:
        refund(world, paid, reason=reason)
    assert caught.value.field == "reason"


def test_refund_refuses_what_is_no_payment_of_this_dossier(world, paid):
    other = world.receive(world.paid)
    foreign = services.pay(other, by=world.clerk, amount=15000)
    entry = refund(world, paid, amount=1000)
    for payment in [foreign, entry, None]:
        with refused(Invalid) as caught:
            refund(world, paid, payment=payment)
        assert (caught.value.field, caught.value.sentence) == (
            "payment",
            "This dossier has no such payment.",
        )


def test_refund_is_not_possible_when_nothing_was_paid(world):
    dossier = world.receive(world.paid)
    refused_in_this_state(dossier, lambda: refund(world, dossier))


@pytest.mark.parametrize("state", states_without(Verb.REFUND))
def test_refund_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    Payment.objects.create(
        dossier=dossier, amount=15000, method="cash", receipt_number="N-1", paid_at=timezone.now()
    )
    refused_in_this_state(dossier, lambda: refund(world, dossier))


def test_refund_is_not_permitted_to_anybody_else(world, paid):
    refused_to_everybody_but(world, world.clerk, act=lambda person: refund(world, paid, by=person))


def test_refund_is_refused_to_the_outsider(world, paid):
    with refused(NotPermitted, "not_permitted"):
        refund(world, paid, by=world.outsider_clerk)


@pytest.mark.django_db(transaction=True)
def test_refund_twice_at_once_pays_back_once(english, world, paid):
    first, second = one_waits_for_the_other(lambda: refund(world, paid), lambda: refund(world, paid))
    assert first.amount == -15000
    assert isinstance(second, NotPossibleNow)
    assert fresh(paid).balance == 15000
