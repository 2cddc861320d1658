"""ask_to_complete (form 02 before reception): the filing stays submitted; once, fully, no code, no clock (T2)."""

import pytest

from cases import services
from cases.enums import EventKind, State, Verb
from cases.errors import Invalid, NotPermitted
from notifications.models import Message
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


def ask(world, dossier, **changes):
    facts = {
        "by": world.clerk,
        "reason": " Thiếu chữ ký ",
        "items": [" Tờ khai có chữ ký ", "", "Văn bản ủy quyền"],
    }
    return services.ask_to_complete(dossier, **{**facts, **changes})


def test_ask_to_complete_leaves_the_filing_submitted_without_code_and_clock(world):
    filing = world.submit()
    ask(world, filing)
    dossier = fresh(filing)
    assert dossier.state == State.SUBMITTED
    assert dossier.code is dossier.clock_started_at is dossier.due_at is None
    assert dossier.cycle == 1


def test_ask_to_complete_keeps_the_whole_list_and_the_reason(world):
    request = ask(world, world.submit())
    assert (request.reason, request.items) == ("Thiếu chữ ký", ["Tờ khai có chữ ký", "Văn bản ủy quyền"])
    assert (request.asked_at, request.asked_by) == (local("2026-11-09 09:00"), world.clerk)
    assert request.before_reception
    assert not request.is_late
    assert request.answered_at is None


def test_ask_to_complete_writes_an_event_and_tells_the_applicant_the_list(world):
    filing = world.submit()
    ask(world, filing)
    assert last_event(filing) == (
        EventKind.ASKED_TO_COMPLETE,
        "Lê Thị Một Cửa",
        "",
        "submitted",
        "The applicant was asked to complete the filing: Thiếu chữ ký",
    )
    assert told(filing) == [
        ("email", "vi.du@congdan.example", "Dossier 1.000001: Asked to complete"),
        ("sms", "0900000001", "Dossier 1.000001: Asked to complete"),
    ]
    body = Message.objects.filter(channel="email").latest("pk").body
    assert "\n- Tờ khai có chữ ký\n- Văn bản ủy quyền\n" in body


def test_ask_to_complete_waits_for_the_answer_before_anything_else_is_asked(world):
    filing = world.submit()
    ask(world, filing)
    for person in [world.clerk, world.head]:
        with refused(Invalid, "asked_already") as caught:
            ask(world, filing, by=person)
        assert caught.value.sentence == (
            "The applicant was asked to complete this filing and has not answered yet."
        )


def test_ask_to_complete_a_second_time_is_refused_to_the_clerk_even_after_the_answer(world):
    filing = world.submit()
    ask(world, filing)
    services.complete_filing(filing)
    with refused(Invalid, "approval_missing") as caught:
        ask(world, filing)
    assert caught.value.sentence == (
        "The applicant was already asked once to complete this filing. Receive it or refuse it; only the "
        "head of UBND phường Thử Nghiệm may ask a second time."
    )


def test_r09_ask_to_complete_a_second_time_is_the_heads_own_act_and_marks_the_dossier(world):
    filing = world.submit()
    first = ask(world, filing)
    assert (first.approved_by, fresh(filing).asked_twice) == (None, False)
    services.complete_filing(filing)
    with refused(Invalid, "required"):
        ask(world, filing, by=world.head, reason=" ")
    second = ask(world, filing, by=world.head)
    assert (second.asked_by, second.approved_by) == (world.head, world.head)
    assert fresh(filing).asked_twice


def test_r09_ask_to_complete_for_the_first_time_is_not_for_the_head(world):
    filing = world.submit()
    with refused(NotPermitted, "not_permitted"):
        ask(world, filing, by=world.head)


def test_r09_ask_to_complete_a_second_time_is_not_for_a_supervisor_who_is_not_the_head(world):
    filing = world.submit()
    ask(world, filing)
    services.complete_filing(filing)
    for person in [world.supervisor, world.outsider_head]:
        with refused(NotPermitted, "not_permitted"):
            ask(world, filing, by=person)


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_ask_to_complete_without_a_reason_is_refused(world, reason):
    filing = world.submit()
    with refused(Invalid, "required") as caught:
        ask(world, filing, reason=reason)
    assert (caught.value.field, caught.value.sentence) == ("reason", "Give the reason of the request.")


@pytest.mark.parametrize("items", [[], [""], ["  ", "\t"]])
def test_ask_to_complete_without_a_list_is_refused(world, items):
    filing = world.submit()
    with refused(Invalid, "required") as caught:
        ask(world, filing, items=items)
    assert (caught.value.field, caught.value.sentence) == (
        "items",
        "List everything that is missing: the law lets you ask once.",
    )


@pytest.mark.parametrize("state", states_without(Verb.ASK_TO_COMPLETE))
def test_ask_to_complete_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: ask(world, dossier))


def test_ask_to_complete_is_not_permitted_to_anybody_else(world):
    filing = world.submit()
    refused_to_everybody_but(world, world.clerk, act=lambda person: ask(world, filing, by=person))


def test_ask_to_complete_is_refused_to_the_outsider(world):
    filing = world.submit()
    with refused(NotPermitted, "not_permitted"):
        ask(world, filing, by=world.outsider_clerk)
