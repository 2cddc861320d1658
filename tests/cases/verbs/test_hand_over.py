"""hand_over: the running internal step is closed and the next begins; the dossier stays in process (R17)."""

import pytest

from cases import services
from cases.enums import EventKind, State, Verb
from cases.errors import Invalid, NotPermitted, NotPossibleNow
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


def test_hand_over_closes_the_step_and_opens_the_next(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-10 10:00")
    services.hand_over(dossier, by=world.officer, note=" Đã thẩm định ")
    assert fresh(dossier).state == State.PROCESSING
    _desk, closed, opened = dossier.step_runs.all()
    assert (closed.name, closed.officer, closed.done_at, closed.note) == (
        "Thẩm định",
        world.officer,
        local("2026-11-10 10:00"),
        "Đã thẩm định",
    )
    assert (opened.name, opened.unit, opened.officer, opened.done_at) == (
        "Ký duyệt",
        world.ward,
        world.officer,
        None,
    )
    # 4 working hours from 10:00: 1.5 until the lunch break, 2.5 after it.
    assert (opened.started_at, opened.due_at) == (local("2026-11-10 10:00"), local("2026-11-10 15:30"))


@pytest.mark.parametrize("name", ["second_officer", "supervisor", "head"])
def test_hand_over_gives_the_dossier_to_a_colleague(world, name):
    dossier, colleague = world.processing(), getattr(world, name)
    services.hand_over(dossier, by=world.officer, to=colleague, note="Trình ký")
    assert fresh(dossier).holder == colleague
    assert dossier.step_runs.last().officer == colleague
    event = dossier.events.last()
    assert event.data == {"step": "Ký duyệt", "officer": str(colleague), "note": "Trình ký"}


def test_hand_over_writes_one_event(world):
    dossier = services.hand_over(world.processing(), by=world.officer)
    assert last_event(dossier) == (
        EventKind.HANDED_OVER,
        "Phạm Văn Thụ Lý",
        "",
        "processing",
        "Handed over to the step “Ký duyệt”.",
    )


def test_hand_over_is_possible_for_a_colleague_of_the_holder(world):
    """Whoever is absent does not hold a dossier up."""
    dossier = services.hand_over(world.processing(), by=world.second_officer)
    assert dossier.holder == world.second_officer


def test_hand_over_after_the_last_inner_step_is_refused(world):
    dossier = services.hand_over(world.processing(), by=world.officer)
    with refused(NotPossibleNow) as caught:
        services.hand_over(dossier, by=world.officer)
    assert caught.value.sentence == (
        "This was the last step before the result. Record the result instead of handing over."
    )


def test_hand_over_to_somebody_who_does_not_decide_is_refused(world):
    dossier = world.processing()
    strangers = [
        world.outsider_officer,
        world.clerk,
        world.auditor,
        world.centre_clerk,
        make_person("da-nghi", world.ward, Role.OFFICER, is_active=False),
    ]
    for stranger in strangers:
        with refused(Invalid) as caught:
            services.hand_over(dossier, by=world.officer, to=stranger)
        assert (caught.value.field, caught.value.sentence) == (
            "to",
            f"{stranger} is neither an officer nor a supervisor of UBND phường Thử Nghiệm.",
        )


@pytest.mark.parametrize("state", states_without(Verb.HAND_OVER))
def test_hand_over_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: services.hand_over(dossier, by=world.officer))


def test_hand_over_is_not_possible_after_the_result(world):
    dossier = world.with_result(world.paid)
    refused_in_this_state(dossier, lambda: services.hand_over(dossier, by=world.officer))


def test_hand_over_is_not_permitted_to_anybody_else(world):
    dossier = world.processing()
    refused_to_everybody_but(
        world,
        world.officer,
        world.second_officer,
        act=lambda person: services.hand_over(dossier, by=person),
    )


def test_hand_over_is_refused_to_the_outsider(world):
    dossier = world.processing()
    with refused(NotPermitted, "not_permitted"):
        services.hand_over(dossier, by=world.outsider_officer)
