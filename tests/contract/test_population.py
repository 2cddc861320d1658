"""What we rely on at the population database (docs/integrations.md); the real one needs a person for tests."""

import uuid
from dataclasses import replace

import pytest

from cases.connections.population import client
from cases.connections.population.facts import Asked, Outcome, Question
from onestop.outside import NotLetIn
from onestop.simulators.population import Population
from tests.contract.sides import REAL, given, side, sides

SYSTEM = "POPULATION"


@pytest.fixture(params=sides(SYSTEM, "CLIENT_ID", "CLIENT_SECRET", "NUMBER", "NAME", "UNIT"))
def account(request):
    client.forget_tokens()
    with side(request.param, SYSTEM, Population()) as url:
        if request.param == REAL:
            yield client.Account(url, given(SYSTEM, "CLIENT_ID"), given(SYSTEM, "CLIENT_SECRET"), 30.0)
        else:
            yield client.Account(url, "onestop", "secret-of-the-simulator", 5.0)
    client.forget_tokens()


def question(**changes) -> Question:
    asked = Question(
        request_id=str(uuid.uuid4()),
        asked=Asked.RETRIEVE,
        purpose=given(SYSTEM, "PURPOSE", "GQTTHC"),
        number=given(SYSTEM, "NUMBER", "040199000001"),
        has_consent=True,
        staff="thu",
        unit=given(SYSTEM, "UNIT", "H41.101"),
        procedure="1.001193",
        full_name=given(SYSTEM, "NAME", "Nguyễn Thị Ví Dụ"),
    )
    return replace(asked, **changes)


def test_a_person_is_found_by_number_and_name(account):
    reply = client.ask(account, question())
    assert (reply.outcome, bool(reply.full_name)) == (Outcome.FOUND, True)


def test_the_same_again_is_answered_alike(account):
    assert client.ask(account, question()) == client.ask(account, question())


def test_another_name_does_not_match(account):
    reply = client.ask(account, question(full_name="Tên Không Phải"))
    assert (reply.outcome, reply.full_name, reply.address) == (Outcome.MISMATCH, "", "")


def test_a_name_is_confirmed_without_data(account):
    reply = client.ask(account, question(asked=Asked.CONFIRM, has_consent=False))
    assert (reply.outcome, reply.address) == (Outcome.FOUND, "")


def test_nobody_has_a_number_that_nobody_has(account):
    assert client.ask(account, question(number="000000000000", full_name="")).outcome == Outcome.UNKNOWN


def test_a_wrong_secret_is_not_let_in(account):
    with pytest.raises(NotLetIn):
        client.ask(replace(account, client_id="khong-phai", secret="khong-phai"), question())
