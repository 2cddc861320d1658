"""stop (dừng giải quyết, form 05): supplement → stopped by a supervisor, after 15 working days of waiting (R28)."""

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
    told,
)
from tests.cast import local, upload


def stop(world, dossier, **changes):
    facts = {"by": world.supervisor, "reason": " Không bổ sung hồ sơ "}
    return services.stop(dossier, **{**facts, **changes})


@pytest.fixture
def waiting(world, clock):
    """Asked on Monday 26/10/2026; the clock stands at Tuesday 17/11/2026."""
    clock.move_to("2026-10-26 10:00")
    dossier = world.supplement()
    clock.move_to("2026-11-17 07:30")
    return dossier


def test_stop_ends_the_dossier(world, waiting):
    stop(world, waiting)
    dossier = fresh(waiting)
    assert dossier.state == State.STOPPED
    assert dossier.ended_at == local("2026-11-17 07:30")
    assert dossier.finished_at is dossier.returned_at is dossier.holder is None
    assert last_event(dossier) == (
        EventKind.STOPPED,
        "Vũ Thị Giám Sát",
        "supplement",
        "stopped",
        "Stopped: Không bổ sung hồ sơ",
    )
    assert told(dossier) == [
        ("email", "vi.du@congdan.example", "Dossier H41.101-261026-0001: Stopped"),
        ("sms", "0900000001", "Dossier H41.101-261026-0001: Stopped"),
    ]


@pytest.mark.parametrize("moment", ["2026-10-26 10:01", "2026-11-13 09:00", "2026-11-16 17:00"])
def test_stop_before_the_fifteenth_working_day_is_over_is_refused(world, clock, waiting, moment):
    clock.move_to(moment)
    with refused(NotPossibleNow, "too_early") as caught:
        stop(world, waiting)
    assert caught.value.sentence == (
        "The applicant has until 16/11/2026 17:00 to bring the supplement; "
        "the dossier can be stopped after that."
    )


def test_stop_follows_the_configured_number_of_days(world, clock, waiting, settings):
    settings.CLOSE_AFTER_WORKING_DAYS = 5
    clock.move_to("2026-11-02 17:00")
    with refused(NotPossibleNow, "too_early"):
        stop(world, waiting)
    clock.move_to("2026-11-03 07:30")
    assert stop(world, waiting).state == State.STOPPED


def test_stop_counts_from_the_second_request(world, clock):
    clock.move_to("2026-10-26 10:00")
    dossier = world.supplement()
    clock.move_to("2026-11-02 10:00")
    services.resume(dossier, by=world.clerk)
    services.request_supplement(dossier, by=world.head, reason="Còn thiếu", items=["Văn bản ủy quyền"])
    clock.move_to("2026-11-17 07:30")
    with refused(NotPossibleNow, "too_early"):
        stop(world, dossier)


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_stop_without_a_reason_is_refused(world, waiting, reason):
    with refused(Invalid, "required") as caught:
        stop(world, waiting, reason=reason)
    assert (caught.value.field, caught.value.sentence) == (
        "reason",
        "Give the reason for stopping the dossier.",
    )


@pytest.mark.parametrize("state", states_without(Verb.STOP))
def test_stop_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: stop(world, dossier))


def test_stop_is_not_permitted_to_anybody_else(world, waiting):
    refused_to_everybody_but(
        world, world.supervisor, world.head, act=lambda person: stop(world, waiting, by=person)
    )


def test_stop_is_refused_to_the_outsider(world, waiting):
    with refused(NotPermitted, "not_permitted"):
        stop(world, waiting, by=world.outsider_head)


def test_stop_is_permitted_to_a_supervisor_of_the_desk_that_received(world, clock):
    supervisor = make_person("truong-trung-tam", world.centre, Role.SUPERVISOR)
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    item = dossier.components.get(provision="paper")
    services.add_document(dossier, upload(), by=world.centre_clerk, component=item)
    services.request_supplement(dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    clock.move_to("2026-12-31 09:00")
    assert stop(world, dossier, by=supervisor).state == State.STOPPED
