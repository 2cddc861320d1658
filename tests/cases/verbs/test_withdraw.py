"""withdraw (rút hồ sơ, form 05): submitted … supplement → stopped, until there is a result (R37)."""

import pytest

from cases import services
from cases.enums import MOVES, EventKind, State, Verb
from cases.errors import Invalid, NotPermitted
from notifications.models import Letter
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


def withdraw(world, dossier, **changes):
    return services.withdraw(dossier, **{"by": world.clerk, "reason": " Người nộp đổi ý ", **changes})


@pytest.mark.parametrize("state", sorted(MOVES[Verb.WITHDRAW].sources))
def test_withdraw_ends_the_dossier_from_every_state_without_a_result(world, clock, state):
    dossier = world.in_state(state)
    clock.move_to("2026-11-10 09:00")
    withdraw(world, dossier)
    dossier = fresh(dossier)
    assert dossier.state == State.STOPPED
    assert dossier.ended_at == local("2026-11-10 09:00")
    assert dossier.finished_at is dossier.returned_at is dossier.holder is None
    assert not dossier.step_runs.filter(done_at=None).exists()
    assert not dossier.is_running
    assert dossier.is_finished
    assert last_event(dossier) == (
        EventKind.WITHDRAWN,
        "Lê Thị Một Cửa",
        state,
        "stopped",
        "Withdrawn at the applicant's request: Người nộp đổi ý",
    )


def test_withdraw_keeps_code_and_promise(world):
    dossier = fresh(withdraw(world, world.receive()))
    assert (dossier.code, dossier.due_at) == ("H41.101-261109-0001", local("2026-11-12 17:00"))


def test_withdraw_tells_the_applicant(world):
    dossier = withdraw(world, world.receive())
    assert told(dossier) == [
        ("email", "vi.du@congdan.example", "Dossier H41.101-261109-0001: Withdrawn"),
        ("sms", "0900000001", "Dossier H41.101-261109-0001: Withdrawn"),
    ]


@pytest.mark.parametrize("reason", ["Người nộp đổi ý", "x" * 5000])
def test_withdraw_cancels_the_apology_that_has_not_gone_out(world, clock, reason):
    dossier = world.processing()
    clock.move_to("2026-11-11 09:00")
    letter, _created = services.draft_apology(dossier)
    withdraw(world, dossier, reason=reason)
    letter = Letter.objects.get(pk=letter.pk)
    assert (letter.state, letter.cancel_reason) == (
        "cancelled",
        "The dossier was withdrawn or stopped.",
    )


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_withdraw_without_a_reason_is_refused(world, reason):
    dossier = world.receive()
    with refused(Invalid, "required") as caught:
        withdraw(world, dossier, reason=reason)
    assert (caught.value.field, caught.value.sentence) == ("reason", "Note why the applicant withdraws.")


@pytest.mark.parametrize("state", states_without(Verb.WITHDRAW))
def test_withdraw_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: withdraw(world, dossier))


def test_withdraw_is_not_possible_after_the_result_even_while_the_fee_is_owed(world, clock):
    dossier = world.with_result(world.paid)
    clock.move_to("2026-11-10 09:00")
    refused_in_this_state(fresh(dossier), lambda: withdraw(world, dossier))


def test_withdraw_is_not_permitted_to_anybody_else(world):
    dossier = world.receive()
    refused_to_everybody_but(world, world.clerk, act=lambda person: withdraw(world, dossier, by=person))


def test_withdraw_is_refused_to_the_outsider(world):
    dossier = world.receive()
    with refused(NotPermitted, "not_permitted"):
        withdraw(world, dossier, by=world.outsider_clerk)
