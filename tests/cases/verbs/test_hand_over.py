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
    services.hand_over(dossier, by=world.officer, to=world.supervisor, note=" Đã thẩm định ")
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
        world.supervisor,
        None,
    )
    # 4 working hours from 10:00: 1.5 until the lunch break, 2.5 after it.
    assert (opened.started_at, opened.due_at) == (local("2026-11-10 10:00"), local("2026-11-10 15:30"))


@pytest.mark.parametrize("name", ["supervisor", "head"])
def test_hand_over_gives_the_dossier_to_who_has_the_role_of_the_step(world, name):
    dossier, colleague = world.processing(), getattr(world, name)
    services.hand_over(dossier, by=world.officer, to=colleague, note="Trình ký")
    assert fresh(dossier).holder == colleague
    assert dossier.step_runs.last().officer == colleague
    event = dossier.events.last()
    assert event.data == {
        "step": "Ký duyệt",
        "officer": str(colleague),
        "note": "Trình ký",
        "punctuality": "early",
    }


@pytest.mark.parametrize(
    ("moment", "how"),
    [("2026-11-09 17:00", "early"), ("2026-11-10 14:30", "on_time"), ("2026-11-10 14:31", "late")],
)
def test_hand_over_says_whether_the_step_that_ends_was_in_time(world, clock, moment, how):
    """“Thẩm định” has 12 working hours from Monday 09:00: until Tuesday 14:30 (R17)."""
    dossier = world.processing()
    assert dossier.step_runs.last().due_at == local("2026-11-10 14:30")
    clock.move_to(moment)
    services.hand_over(dossier, by=world.officer, to=world.supervisor)
    assert dossier.events.last().data["punctuality"] == how
    assert dossier.step_runs.get(name="Thẩm định").punctuality == how


def test_hand_over_without_a_name_goes_on_with_who_has_the_role(world):
    steps = world.free.versions.get().steps
    steps.filter(name_vi="Ký duyệt").update(role=Role.OFFICER)
    dossier = services.hand_over(world.processing(), by=world.second_officer)
    assert dossier.holder == world.second_officer


def test_hand_over_by_the_supervisor_who_holds_the_step(world):
    """Signed, and passed on to the officer who dispatches it."""
    version = world.free.versions.get()
    version.steps.filter(position=3).update(position=4)
    version.steps.create(position=3, name_vi="Phát hành", role=Role.OFFICER, amount=2, unit="working_hour")
    dossier = services.hand_over(world.processing(), by=world.officer, to=world.supervisor)
    with refused(NotPermitted):
        services.hand_over(dossier, by=world.head, to=world.officer)
    dossier = services.hand_over(dossier, by=world.supervisor, to=world.officer)
    assert (dossier.holder, dossier.step_runs.last().name) == (world.officer, "Phát hành")


def test_hand_over_writes_one_event(world):
    dossier = services.hand_over(world.processing(), by=world.officer, to=world.supervisor)
    assert last_event(dossier) == (
        EventKind.HANDED_OVER,
        "Phạm Văn Thụ Lý",
        "",
        "processing",
        "Handed over to the step “Ký duyệt”.",
    )


def test_hand_over_is_possible_for_a_colleague_of_the_holder(world):
    """Whoever is absent does not hold a dossier up."""
    dossier = services.hand_over(world.processing(), by=world.second_officer, to=world.supervisor)
    assert dossier.holder == world.supervisor


def test_hand_over_after_the_last_inner_step_is_refused(world):
    dossier = services.hand_over(world.processing(), by=world.officer, to=world.head)
    with refused(NotPossibleNow) as caught:
        services.hand_over(dossier, by=world.officer)
    assert caught.value.sentence == (
        "This was the last step before the result. Record the result instead of handing over."
    )


def test_hand_over_to_somebody_without_the_role_of_the_step_is_refused(world):
    dossier = world.processing()
    strangers = [
        None,  # the officer goes on, but the step is a supervisor's
        world.second_officer,
        world.outsider_officer,
        world.outsider_head,
        world.clerk,
        world.auditor,
        world.centre_clerk,
        make_person("da-nghi", world.ward, Role.SUPERVISOR, is_active=False),
    ]
    for stranger in strangers:
        with refused(Invalid, "wrong_role") as caught:
            services.hand_over(dossier, by=world.officer, to=stranger)
        assert (caught.value.field, caught.value.sentence) == (
            "to",
            "The step “Ký duyệt” is for the role “Supervisor” of UBND phường Thử Nghiệm; "
            "choose somebody who has it.",
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
        act=lambda person: services.hand_over(dossier, by=person, to=world.supervisor),
    )


def test_hand_over_is_refused_to_the_outsider(world):
    dossier = world.processing()
    with refused(NotPermitted, "not_permitted"):
        services.hand_over(dossier, by=world.outsider_officer)
