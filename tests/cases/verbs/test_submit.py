"""submit (nộp hồ sơ): – → submitted by a citizen, the post or the portal; acknowledged at once (R3, R10, R11)."""

from dataclasses import replace
from datetime import date

import pytest

from cases import services
from cases.enums import EventKind, State
from cases.errors import Invalid, NotInForce, NotPermitted
from cases.models import CodeCounter
from notifications.models import Message
from procedures.enums import Role
from tests.cases.helpers import (
    fresh,
    last_event,
    make_person,
    refused,
    refused_to_everybody_but,
    told,
)
from tests.cast import local, make_procedure


def test_submit_gives_neither_code_nor_clock(world):
    dossier = fresh(world.submit())
    assert dossier.state == State.SUBMITTED
    assert dossier.code is None
    assert dossier.filed_at == local("2026-11-09 09:00")
    assert dossier.received_at is dossier.clock_started_at is dossier.first_due_at is dossier.due_at is None
    assert (dossier.holder, dossier.holder_unit) == (None, world.ward)
    assert (dossier.channel, dossier.cycle) == ("online", 1)
    assert not dossier.step_runs.exists()
    assert not dossier.fees.exists()
    assert not CodeCounter.objects.exists()


def test_submit_by_a_citizen_is_an_event_in_the_citizens_name(world):
    dossier = world.submit()
    assert dossier.events.get().actor is None
    assert last_event(dossier) == (
        EventKind.SUBMITTED,
        "Nguyễn Thị Ví Dụ",
        "",
        "submitted",
        "Filed (Online); it counts as received at 09/11/2026 09:00.",
    )


def test_submit_by_post_is_entered_by_a_clerk(world):
    dossier = world.submit(channel="post", by=world.clerk, filed_at=local("2026-11-06 10:00"))
    assert dossier.filed_at == local("2026-11-06 10:00")
    assert last_event(dossier) == (
        EventKind.SUBMITTED,
        "Lê Thị Một Cửa",
        "",
        "submitted",
        "Filed (By post); it counts as received at 06/11/2026 10:00.",
    )


def test_submit_acknowledges_at_once_with_the_time(world, clock):
    clock.move_to("2026-11-14 20:15")
    dossier = world.submit()
    assert told(dossier) == [
        ("email", "vi.du@congdan.example", "Dossier 1.000001: Submitted"),
        ("sms", "0900000001", "Dossier 1.000001: Submitted"),
    ]
    assert "it counts as received at 16/11/2026 07:30." in Message.objects.first().body


def test_submit_in_the_last_minutes_counts_from_the_next_opening(world, clock, settings):
    settings.ONLINE_LAST_MINUTES = 60
    clock.move_to("2026-11-09 16:00")
    assert last_event(world.submit())[4].endswith("it counts as received at 10/11/2026 07:30.")
    # By post somebody brought it to the counter while it was open.
    assert last_event(world.submit(channel="post"))[4].endswith("it counts as received at 09/11/2026 16:00.")


def test_submit_accepts_an_incomplete_checklist(world):
    form, _identity = world.components(world.free)
    dossier = world.submit(components=[form])
    assert [c.component.name_vi for c in dossier.components.all()] == ["Tờ khai"]


def test_submit_takes_the_version_of_the_day_on_which_it_counts(world, clock):
    ending = make_procedure("1.000005", "Thủ tục sắp hết hiệu lực", in_force_to=date(2026, 11, 9))
    clock.move_to("2026-11-09 16:59")
    assert world.submit(ending).version == ending.versions.get()
    clock.move_to("2026-11-09 17:00")
    with refused(NotInForce, "not_in_force") as caught:
        world.submit(ending)
    assert caught.value.sentence == "Procedure 1.000005 was abolished: its last day in force was 09/11/2026."


def test_submit_in_the_last_minutes_of_the_last_day_in_force_is_refused(world, clock, settings):
    settings.ONLINE_LAST_MINUTES = 60
    ending = make_procedure("1.000005", "Thủ tục sắp hết hiệu lực", in_force_to=date(2026, 11, 9))
    clock.move_to("2026-11-09 16:30")
    with refused(NotInForce, "not_in_force"):
        world.submit(ending)


@pytest.mark.parametrize("channel", ["desk", "pigeon", ""])
def test_submit_refuses_a_channel_that_is_no_filing(world, channel):
    with refused(Invalid) as caught:
        world.submit(channel=channel)
    assert (caught.value.field, caught.value.sentence) == (
        "channel",
        "At the desk a dossier is received at once; only online and postal filings are submitted.",
    )


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"filed_at": local("2026-11-09 09:01")}, "filed_at", "future_time"),
        ({"return_channel": "pigeon"}, "return_channel", "invalid"),
        ({"subject": "x" * 501}, "subject", "too_long"),
        ({"submitter_name": "x" * 301}, "submitter_name", "too_long"),
        ({"submitter_id_number": "4" * 21}, "submitter_id_number", "too_long"),
    ],
)
def test_submit_refuses_facts_that_cannot_be(world, change, field, code):
    with refused(Invalid, code) as caught:
        world.submit(**change)
    assert caught.value.field == field


def test_submit_refuses_an_applicant_without_a_name(world):
    with refused(Invalid, "required") as caught:
        world.submit(applicant=replace(world.applicant, full_name=""))
    assert caught.value.sentence == "Enter the name of the applicant."


def test_submit_to_an_agency_that_is_no_desk_is_refused(world):
    with refused(Invalid) as caught:
        world.submit(desk=world.province)
    assert (caught.value.field, caught.value.sentence) == (
        "desk",
        "UBND tỉnh Nghệ An is not a reception desk.",
    )


def test_submit_to_a_desk_that_was_closed_down_is_refused(world):
    world.ward.is_active = False
    world.ward.save()
    with refused(Invalid) as caught:
        world.submit()
    assert (caught.value.field, caught.value.sentence) == (
        "desk",
        "UBND phường Thử Nghiệm is no longer active.",
    )


def test_submit_is_not_permitted_to_anybody_else(world):
    refused_to_everybody_but(world, world.clerk, act=lambda person: world.submit(channel="post", by=person))


def test_submit_is_refused_to_the_outsider(world):
    with refused(NotPermitted, "not_permitted"):
        world.submit(channel="post", by=world.outsider_clerk)


def test_submit_is_permitted_to_a_clerk_of_the_agency_above(world):
    clerk = make_person("van-thu", world.province, Role.CLERK)
    assert world.submit(channel="post", by=clerk).state == State.SUBMITTED


def test_submit_online_is_permitted_to_a_connected_system_and_nothing_else_is(world):
    system = make_person("may-tich-hop", world.ward, Role.INTEGRATION)
    assert world.submit(by=system).state == State.SUBMITTED
    for change in [{"channel": "post"}, {"desk": world.other_ward}]:
        with refused(NotPermitted, "not_permitted"):
            world.submit(by=system, **change)


def test_submit_through_the_service_needs_no_person(world):
    dossier = services.submit(world.free, world.applicant, desk=world.ward)
    assert dossier.state == State.SUBMITTED
    assert not dossier.components.exists()


def test_submit_does_not_turn_a_known_applicants_notices_to_another_phone(world):
    """Whoever merely knows an ID number changes nothing; at the desk the clerk has seen the papers."""
    known = world.receive().applicant
    stranger = replace(world.applicant, phone="0911111111", email="ke.la@mat.example")
    assert world.submit(applicant=stranger).applicant == known
    known.refresh_from_db()
    assert (known.phone, known.email) == ("0900000001", "vi.du@congdan.example")
    world.receive(applicant=stranger)
    known.refresh_from_db()
    assert known.phone == "0911111111"
