"""request_supplement (yêu cầu bổ sung, form 02): received … processing → supplement; once, fully; the clock stops."""

import pytest

from cases import queries, services
from cases.enums import EventKind, State, Verb
from cases.errors import Invalid, NotPermitted
from notifications.models import Letter, Message
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
    facts = {"by": world.officer, "reason": " Thiếu chữ ký ", "items": [" Tờ khai có chữ ký ", "  "]}
    return services.request_supplement(dossier, **{**facts, **changes})


@pytest.fixture
def asked_before(world, clock):
    """A dossier that was asked on 09/11, completed on 10/11 and is in process again."""
    dossier = world.supplement()
    clock.move_to("2026-11-10 09:00")
    return services.resume(dossier, by=world.clerk)


@pytest.mark.parametrize("state", ["received", "digitized", "processing"])
def test_request_supplement_stops_the_clock_and_remembers_the_state(world, clock, state):
    dossier = world.in_state(state)
    clock.move_to("2026-11-10 10:00")
    ask(world, dossier)
    dossier = fresh(dossier)
    assert dossier.state == State.SUPPLEMENT
    assert dossier.state_before_supplement == state
    assert not dossier.is_running
    assert dossier.due_at == local("2026-11-12 17:00")
    assert not dossier.step_runs.filter(done_at=None).exists()


def test_request_supplement_keeps_list_reason_and_cycle(world):
    request = ask(world, world.processing())
    assert (request.reason, request.items, request.cycle) == ("Thiếu chữ ký", ["Tờ khai có chữ ký"], 1)
    assert (request.asked_at, request.asked_by) == (local("2026-11-09 09:00"), world.officer)
    assert (request.before_reception, request.approved_by, request.answered_at) == (False, None, None)


def test_request_supplement_writes_an_event_and_tells_the_applicant_the_list(world):
    dossier = world.processing()
    ask(world, dossier)
    assert last_event(dossier) == (
        EventKind.SUPPLEMENT_REQUESTED,
        "Phạm Văn Thụ Lý",
        "processing",
        "supplement",
        "Supplement requested: Thiếu chữ ký",
    )
    assert told(dossier) == [
        ("email", "vi.du@congdan.example", "Dossier H41.101-261109-0001: Supplement requested"),
        ("sms", "0900000001", "Dossier H41.101-261109-0001: Supplement requested"),
    ]
    assert "\n- Tờ khai có chữ ký\n" in Message.objects.filter(channel="email").latest("pk").body


@pytest.mark.parametrize(
    ("asked", "late"),
    [
        ("2026-11-12 17:00", False),
        ("2026-11-12 17:00:59", False),
        ("2026-11-12 17:01", True),
        ("2026-11-16 09:00", True),
    ],
)
def test_request_supplement_after_three_working_days_is_possible_and_marked_late(world, clock, asked, late):
    dossier = world.processing()
    clock.move_to(asked)
    assert ask(world, dossier).is_late is late


def test_request_supplement_withdraws_the_apology_that_has_not_gone_out(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-11 09:00")
    letter, _created = services.draft_apology(dossier)
    ask(world, dossier)
    letter = Letter.objects.get(pk=letter.pk)
    assert (letter.state, letter.cancel_reason) == (
        "cancelled",
        "The applicant was asked for a supplement; the clock stands.",
    )


def test_request_supplement_a_second_time_needs_the_head(world, asked_before):
    with refused(Invalid, "approval_missing") as caught:
        ask(world, asked_before)
    assert caught.value.sentence == (
        "A supplement was already requested. Only the head of UBND phường Thử Nghiệm may request a second one."
    )


def test_request_supplement_a_second_time_by_the_head_is_accepted_and_marked(world, asked_before):
    request = ask(world, asked_before, by=world.head)
    assert (request.asked_by, request.approved_by, request.cycle) == (world.head, world.head, 2)
    assert fresh(asked_before).supplements.count() == 2


def test_r09_what_the_desk_asked_for_before_reception_was_the_one_request(world):
    """One for the whole dossier: the second is the head's, and marks it."""
    filing = world.submit()
    services.ask_to_complete(filing, by=world.clerk, reason="Thiếu chữ ký", items=["Tờ khai"])
    services.complete_filing(filing)
    dossier = services.receive_filing(filing, by=world.clerk)
    with refused(Invalid, "approval_missing"):
        ask(world, dossier)
    assert (fresh(dossier).state, fresh(dossier).asked_twice, queries.asked_twice([dossier])) == (
        State.RECEIVED,
        False,
        set(),
    )
    assert ask(world, dossier, by=world.head).approved_by == world.head
    assert fresh(dossier).asked_twice
    assert queries.asked_twice([dossier]) == {dossier.pk}


def test_request_supplement_allows_as_many_as_the_office_configured(world, asked_before, settings):
    settings.MAX_SUPPLEMENT_REQUESTS = 2
    assert ask(world, asked_before).approved_by is None


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_request_supplement_without_a_reason_is_refused(world, reason):
    dossier = world.processing()
    with refused(Invalid, "required") as caught:
        ask(world, dossier, reason=reason)
    assert (caught.value.field, caught.value.sentence) == ("reason", "Give the reason of the request.")


@pytest.mark.parametrize("items", [[], ["", " "]])
def test_request_supplement_without_a_list_is_refused(world, items):
    dossier = world.processing()
    with refused(Invalid, "required") as caught:
        ask(world, dossier, items=items)
    assert (caught.value.field, caught.value.sentence) == (
        "items",
        "List everything that is missing: the law lets you ask once.",
    )


@pytest.mark.parametrize("state", states_without(Verb.REQUEST_SUPPLEMENT))
def test_request_supplement_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: ask(world, dossier))


def test_request_supplement_is_not_possible_after_the_result(world):
    dossier = world.with_result(world.paid)
    refused_in_this_state(dossier, lambda: ask(world, dossier))


def test_request_supplement_is_not_permitted_to_anybody_else(world):
    dossier = world.processing()
    refused_to_everybody_but(
        world, world.officer, world.second_officer, act=lambda person: ask(world, dossier, by=person)
    )


def test_request_supplement_is_refused_to_the_outsider(world):
    dossier = world.processing()
    with refused(NotPermitted, "not_permitted"):
        ask(world, dossier, by=world.outsider_officer)
