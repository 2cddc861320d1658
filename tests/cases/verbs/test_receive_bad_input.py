"""receive: what cannot be accepted is refused with a sentence that names it, and changes nothing."""

from dataclasses import replace

import pytest

from cases.enums import Provision
from cases.errors import ComponentMissing, Invalid
from procedures.enums import Role
from procedures.models import TimeLimit
from tests.cases.helpers import (
    make_person,
    refused,
)
from tests.cast import local


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Trần \u202eVăn\u202c Thử", "Trần Văn Thử"),
        ("Trần\x00Văn\u200b\tThử\ud83d", "Trần Văn Thử"),
        ("क्\u200dष", "क्\u200dष"),
    ],
)
def test_a_name_is_kept_without_what_nobody_sees(world, typed, kept):
    assert world.receive(applicant=replace(world.applicant, full_name=typed)).applicant.full_name == kept


def test_receive_names_every_missing_component_at_once(world):
    with refused(ComponentMissing, "component_missing") as caught:
        world.receive(components=[])
    assert caught.value.field == "components"
    assert caught.value.sentence == (
        "Not complete, missing: Application form; Identity paper. "
        "Ask the applicant for all of it, or tick how it came."
    )


def test_receive_does_not_take_not_needed_for_a_mandatory_component(world):
    form, identity = world.components(world.free)
    with refused(ComponentMissing) as caught:
        world.receive(components=[form, replace(identity, provision=Provision.NOT_NEEDED)])
    assert "missing: Identity paper." in caught.value.sentence


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"provision": "by pigeon"}, "Unknown way of handing in: by pigeon."),
        ({"originals": -1}, "Numbers of originals and copies lie between 0 and 1,000."),
        ({"copies": 1001}, "Numbers of originals and copies lie between 0 and 1,000."),
    ],
)
def test_receive_refuses_nonsense_in_the_checklist(world, change, sentence):
    form, identity = world.components(world.free)
    with refused(Invalid) as caught:
        world.receive(components=[replace(form, **change), identity])
    assert (caught.value.field, caught.value.sentence) == ("components", sentence)


def test_receive_refuses_a_component_of_another_procedure(world):
    stranger = world.components(world.paid)[0]
    with refused(Invalid, "unknown_component") as caught:
        world.receive(components=[*world.components(world.free), stranger])
    assert caught.value.sentence == (
        f"Component {stranger.component_id} is not on the published list of this procedure."
    )


def test_receive_refuses_a_time_in_the_future(world):
    with refused(Invalid, "future_time") as caught:
        world.receive(received_at=local("2026-11-09 09:01"))
    assert caught.value.field == "received_at"
    assert caught.value.sentence == (
        "The time 09/11/2026 09:01 lies in the future. Enter when it really happened."
    )


@pytest.mark.parametrize(
    ("field", "value"), [("channel", "pigeon"), ("channel", ""), ("return_channel", "pigeon")]
)
def test_receive_refuses_an_unknown_channel(world, field, value):
    with refused(Invalid) as caught:
        world.receive(**{field: value})
    assert (caught.value.field, caught.value.sentence) == (
        field,
        f"“{value}” is not one of: desk, post, online.",
    )


@pytest.mark.parametrize(
    ("field", "longest"),
    [("subject", 500), ("submitter_name", 300), ("submitter_id_number", 20), ("authorisation", 300)],
)
def test_receive_refuses_a_text_that_is_too_long_instead_of_cutting_it(world, field, longest):
    world.receive(**{"authorisation": "Giấy ủy quyền số 5", field: "x" * longest})
    with refused(Invalid, "too_long") as caught:
        world.receive(**{"authorisation": "Giấy ủy quyền số 5", field: "x" * (longest + 1)})
    assert (caught.value.field, caught.value.sentence) == (
        field,
        f"This text has {longest + 1} characters; at most {longest} are possible.",
    )


def test_receive_at_an_agency_that_is_no_desk_is_refused(world):
    clerk = make_person("van-thu", world.province, Role.CLERK)
    with refused(Invalid) as caught:
        world.receive(desk=world.province, by=clerk)
    assert (caught.value.field, caught.value.sentence) == (
        "desk",
        "UBND tỉnh Nghệ An is not a reception desk.",
    )


def test_receive_at_a_desk_that_was_closed_down_is_refused(world):
    world.ward.is_active = False
    world.ward.save()
    with refused(Invalid) as caught:
        world.receive(competent_agency=world.other_ward)
    assert (caught.value.field, caught.value.sentence) == (
        "desk",
        "UBND phường Thử Nghiệm is no longer active.",
    )


def test_receive_needs_the_agency_that_decides_when_it_is_not_clear(world):
    with refused(Invalid, "required") as caught:
        world.receive(desk=world.centre, by=world.centre_clerk)
    assert (caught.value.field, caught.value.sentence) == (
        "competent_agency",
        "Choose the agency that decides: from this desk the procedure can go to several.",
    )


def test_receive_refuses_an_agency_that_no_longer_exists(world):
    world.other_ward.is_active = False
    world.other_ward.save()
    with refused(Invalid) as caught:
        world.receive(competent_agency=world.other_ward)
    assert (caught.value.field, caught.value.sentence) == (
        "competent_agency",
        "UBND xã Ví Dụ is no longer active.",
    )


def test_receive_takes_the_chosen_time_limit_and_refuses_one_of_another_version(world):
    version = world.free.versions.get()
    long = TimeLimit.objects.create(version=version, position=1, label="5 ngày", amount=5, unit="working_day")
    assert world.receive(limit=long).due_at == local("2026-11-16 17:00")
    with refused(Invalid) as caught:
        world.receive(limit=world.paid.versions.get().limits.get())
    assert (caught.value.field, caught.value.sentence) == (
        "limit",
        "This time limit belongs to another version of the procedure.",
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"full_name": " \t"}, "full_name"),
        ({"full_name": "x" * 301}, "full_name"),
        ({"id_number": "04/000"}, "id_number"),
        ({"id_number": "4" * 21}, "id_number"),
        ({"phone": "12345"}, "phone"),
        ({"phone": "gọi tôi nhé"}, "phone"),
        ({"email": "vi.du"}, "email"),
        ({"email": f"vi.du@{'.'.join(['congdan'] * 32)}.example"}, "email"),
        ({"kind": "robot"}, "kind"),
        ({"notice_channels": ["pigeon"]}, "notice_channels"),
    ],
)
def test_receive_refuses_an_applicant_who_cannot_be(world, change, field):
    with refused(Invalid) as caught:
        world.receive(applicant=replace(world.applicant, **change))
    assert caught.value.field == field


def test_receive_refuses_a_time_too_long_ago(world):
    """A number of a closed day, or an abolished procedure, must not be had by a date typed in."""
    with refused(Invalid, "too_long_ago"):
        world.receive(received_at=local("2026-10-30 09:00"))
    assert world.receive(received_at=local("2026-11-02 09:00")).code == "H41.101-261102-0001"


def test_receive_refuses_a_number_that_is_known_with_another_name(world):
    known = world.receive().applicant
    other = replace(world.applicant, full_name="Trần Văn Khác Hẳn", phone="0911111111")
    with refused(Invalid, "other_person"):
        world.receive(applicant=other)
    known.refresh_from_db()
    assert (known.full_name, known.phone) == ("Nguyễn Thị Ví Dụ", "0900000001")
    world.receive(applicant=replace(other, name_changed=True))
    known.refresh_from_db()
    assert known.full_name == "Trần Văn Khác Hẳn"


def test_receive_does_not_count_a_paper_that_was_ticked_with_no_sheets(world):
    form, identity = world.components(world.free)
    with refused(ComponentMissing, "component_missing"):
        world.receive(components=[replace(form, originals=0), identity])


def test_receive_does_not_reuse_what_is_in_no_database(world):
    form, identity = world.components(world.free)
    with refused(Invalid, "no_source"):
        world.receive(components=[replace(form, provision="reused"), identity])


def test_receive_refuses_an_agency_that_does_not_decide_the_procedure(world):
    for agency in (world.province, world.centre):
        with refused(Invalid, "not_competent"):
            world.receive(competent_agency=agency)
