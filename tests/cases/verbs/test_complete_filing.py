"""complete_filing: the applicant brings what was asked for before reception; it counts from then on (T2)."""

import pytest

from cases import services
from cases.enums import EventKind, State, Verb
from cases.errors import Invalid, NotPermitted
from procedures.enums import Role
from tests.cases.helpers import (
    fresh,
    last_event,
    make_person,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
    states_without,
)
from tests.cast import local


@pytest.fixture
def asked(world):
    """A filing that the desk asked to complete."""
    filing = world.submit(components=world.components(world.free)[:1])
    services.ask_to_complete(filing, by=world.clerk, reason="Thiếu giấy tờ", items=["Giấy tờ tùy thân"])
    return filing


def test_complete_filing_moves_the_moment_of_filing(world, clock, asked):
    clock.move_to("2026-11-11 14:00")
    services.complete_filing(asked)
    dossier = fresh(asked)
    assert dossier.state == State.SUBMITTED
    assert dossier.filed_at == local("2026-11-11 14:00")
    assert dossier.code is dossier.due_at is None
    assert dossier.supplements.get().answered_at == local("2026-11-11 14:00")


def test_complete_filing_by_the_applicant_is_an_event_in_the_applicants_name(asked):
    services.complete_filing(asked)
    assert last_event(asked) == (
        EventKind.COMPLETED,
        "Nguyễn Thị Ví Dụ",
        "",
        "submitted",
        "The applicant completed the filing.",
    )


def test_complete_filing_at_the_desk_is_entered_by_a_clerk(world, asked):
    services.complete_filing(asked, by=world.clerk)
    assert last_event(asked)[1] == "Lê Thị Một Cửa"


def test_complete_filing_adds_to_the_checklist(world, asked):
    services.complete_filing(asked, components=world.components(world.free)[1:])
    assert asked.components.count() == 2


def test_complete_filing_without_a_request_is_refused(world):
    filing = world.submit()
    with refused(Invalid, "nothing_asked") as caught:
        services.complete_filing(filing)
    assert caught.value.sentence == "Nothing was asked for, so there is nothing to complete."


def test_complete_filing_twice_is_refused(asked):
    services.complete_filing(asked)
    with refused(Invalid, "nothing_asked"):
        services.complete_filing(asked)


def test_complete_filing_refuses_a_component_of_another_procedure(world, asked):
    with refused(Invalid, "unknown_component"):
        services.complete_filing(asked, components=world.components(world.paid))


@pytest.mark.parametrize("state", states_without(Verb.ASK_TO_COMPLETE))
def test_complete_filing_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: services.complete_filing(dossier))


def test_complete_filing_online_is_permitted_to_a_connected_system(world, asked):
    system = make_person("may-tich-hop", world.ward, Role.INTEGRATION)
    services.complete_filing(asked, by=system)
    assert last_event(asked)[1] == "May-Tich-Hop"


def test_complete_filing_is_not_permitted_to_anybody_else(world):
    asked = world.submit(channel="post")
    services.ask_to_complete(asked, by=world.clerk, reason="Thiếu giấy tờ", items=["Giấy tờ tùy thân"])
    refused_to_everybody_but(
        world, world.clerk, act=lambda person: services.complete_filing(asked, by=person)
    )


def test_complete_filing_is_refused_to_the_outsider(world, asked):
    with refused(NotPermitted, "not_permitted"):
        services.complete_filing(asked, by=world.outsider_clerk)
