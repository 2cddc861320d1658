"""refuse (từ chối tiếp nhận, form 03): submitted → refused by a clerk, with a reason (R7)."""

import pytest

from cases import services
from cases.enums import EventKind, State, Verb
from cases.errors import Invalid, NotPermitted
from tests.cases.helpers import (
    fresh,
    last_event,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
    states_without,
    told,
)
from tests.cast import local


def refuse(world, dossier, **changes):
    return services.refuse(dossier, **{"by": world.clerk, "reason": " Nộp tại Sở Thử Nghiệm ", **changes})


def test_refuse_ends_the_filing_without_a_code(world, clock):
    filing = world.submit()
    clock.move_to("2026-11-09 11:00")
    refuse(world, filing)
    dossier = fresh(filing)
    assert dossier.state == State.REFUSED
    assert dossier.ended_at == local("2026-11-09 11:00")
    assert dossier.code is dossier.due_at is dossier.finished_at is None
    assert dossier.is_finished


def test_refuse_writes_reason_and_person(world):
    dossier = refuse(world, world.submit())
    assert last_event(dossier) == (
        EventKind.REFUSED,
        "Lê Thị Một Cửa",
        "submitted",
        "refused",
        "Reception refused: Nộp tại Sở Thử Nghiệm",
    )
    assert told(dossier) == [
        ("email", "vi.du@congdan.example", "Dossier 1.000001: Refused at reception"),
        ("sms", "0900000001", "Dossier 1.000001: Refused at reception"),
    ]


def test_refuse_is_possible_while_a_completion_is_awaited(world):
    filing = world.submit()
    services.ask_to_complete(filing, by=world.clerk, reason="Thiếu chữ ký", items=["Tờ khai"])
    assert refuse(world, filing).state == State.REFUSED


@pytest.mark.parametrize("reason", ["", "   ", "\n\t", None])
def test_refuse_without_a_reason_is_refused(world, reason):
    filing = world.submit()
    with refused(Invalid, "required") as caught:
        refuse(world, filing, reason=reason)
    assert (caught.value.field, caught.value.sentence) == ("reason", "Give the reason of the refusal.")


@pytest.mark.parametrize("state", states_without(Verb.REFUSE))
def test_refuse_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: refuse(world, dossier))


def test_refuse_is_not_permitted_to_anybody_else(world):
    filing = world.submit()
    refused_to_everybody_but(world, world.clerk, act=lambda person: refuse(world, filing, by=person))


def test_refuse_is_refused_to_the_outsider(world):
    filing = world.submit()
    with refused(NotPermitted, "not_permitted"):
        refuse(world, filing, by=world.outsider_clerk)
