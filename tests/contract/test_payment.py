"""What we rely on at the payment platform (docs/integrations.md); nothing is paid."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cases.connections.payment import Order, Platform, StandingKind, ask_status, create_order, statement
from onestop.outside import NotLetIn
from onestop.simulators.payment import MERCHANT, SECRET, PaymentSimulator
from tests.contract.sides import REAL, given, new_number, side, sides

SYSTEM = "PAYMENT"


@pytest.fixture(params=sides(SYSTEM, "MERCHANT", "SECRET"))
def platform(request):
    with side(request.param, SYSTEM, PaymentSimulator(notifies=False)) as url:
        if request.param == REAL:
            yield Platform(url, given(SYSTEM, "MERCHANT"), given(SYSTEM, "SECRET"))
        else:
            yield Platform(url, MERCHANT, SECRET)


def order(number: str) -> Order:
    now = datetime.now(UTC)
    return Order(
        number=number,
        amount=10_000,
        purpose="Thu ket noi",
        return_url="https://motcua.example/",
        notify_url="https://motcua.example/thanh-toan/thong-bao/",
        created_at=now,
        expires_at=now + timedelta(minutes=15),
    )


def test_an_order_leads_to_a_page_and_is_open(platform):
    number = new_number()
    assert create_order(platform, order(number)).pay_url
    assert ask_status(platform, number).kind == StandingKind.OPEN


def test_the_same_order_again_is_the_same(platform):
    first = order(new_number())
    assert create_order(platform, first).pay_url == create_order(platform, first).pay_url


def test_an_order_that_nobody_made_is_unknown(platform):
    assert ask_status(platform, new_number()).kind == StandingKind.UNKNOWN


def test_a_wrong_key_is_not_let_in(platform):
    with pytest.raises(NotLetIn):
        ask_status(replace(platform, secret="khong-phai"), new_number())


def test_the_statement_of_a_day_ends(platform):
    for line in statement(platform, datetime.now(UTC).date() - timedelta(days=1)):
        assert line.amount > 0
