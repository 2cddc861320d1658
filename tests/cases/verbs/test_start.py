"""start (thụ lý): digitized → processing; an officer of the competent agency takes the dossier over (R17)."""

import pytest

from cases import services
from cases.enums import EventKind, State, Verb
from cases.errors import NotPermitted
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


def test_start_makes_the_officer_the_holder(world, clock):
    dossier = world.digitized()
    clock.move_to("2026-11-10 08:00")
    services.start(dossier, by=world.officer)
    dossier = fresh(dossier)
    assert dossier.state == State.PROCESSING
    assert (dossier.holder, dossier.holder_unit) == (world.officer, world.ward)
    assert dossier.due_at == local("2026-11-12 17:00")


def test_start_writes_one_event_and_tells_the_applicant(world):
    dossier = services.start(world.digitized(), by=world.officer)
    assert last_event(dossier) == (
        EventKind.STARTED,
        "Phạm Văn Thụ Lý",
        "digitized",
        "processing",
        "Taken over by Phạm Văn Thụ Lý.",
    )
    assert told(dossier) == [
        ("email", "vi.du@congdan.example", "Dossier H41.101-261109-0001: Taken over"),
        ("sms", "0900000001", "Dossier H41.101-261109-0001: Taken over"),
    ]


def test_start_puts_the_officer_into_the_row_of_the_control_slip(world, clock):
    dossier = world.digitized()
    clock.move_to("2026-11-10 08:00")
    services.start(dossier, by=world.officer)
    run = dossier.step_runs.get(done_at=None)
    assert (run.name, run.officer, run.started_at) == (
        "Thẩm định",
        world.officer,
        local("2026-11-09 09:00"),
    )


def test_start_by_the_second_officer_names_the_first(world):
    dossier = world.digitized()
    services.start(dossier, by=world.officer)
    error = refused_in_this_state(fresh(dossier), lambda: services.start(dossier, by=world.second_officer))
    assert error.sentence == (
        "“Take over” is not possible now: the dossier H41.101-261109-0001 is in the state “In process”. "
        "Last event: Taken over by Phạm Văn Thụ Lý (Phạm Văn Thụ Lý)."
    )


@pytest.mark.parametrize("state", states_without(Verb.START))
def test_start_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: services.start(dossier, by=world.officer))


def test_start_is_not_permitted_to_anybody_else(world):
    dossier = world.digitized()
    refused_to_everybody_but(
        world,
        world.officer,
        world.second_officer,
        act=lambda person: services.start(dossier, by=person),
    )


def test_start_is_refused_to_the_outsider(world):
    dossier = world.digitized()
    with refused(NotPermitted, "not_permitted"):
        services.start(dossier, by=world.outsider_officer)


def test_start_asks_the_state_before_the_permission(world):
    """Who may not and cannot learns that it is not possible: the state is the nearer reason."""
    dossier = world.receive()
    refused_in_this_state(dossier, lambda: services.start(dossier, by=world.outsider_officer))
