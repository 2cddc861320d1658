"""receive_group: several receptions in one go, all or nothing; check_group says what would become of each."""

from dataclasses import replace

import pytest

from cases import services
from cases.enums import EventKind, GroupKind, Provision, State
from cases.errors import Invalid, NotPermitted
from cases.models import Applicant, CodeCounter, Dossier, ReceptionGroup
from cases.services.applicants import ApplicantFacts
from cases.services.checklist import ComponentFacts
from cases.services.groups import GroupRow
from notifications.models import Message
from tests.cases.helpers import everything, kinds, refused, refused_to_everybody_but
from tests.cast import local, make_procedure, upload


def row(world, number: int, procedure=None, **changes) -> GroupRow:
    procedure = procedure or world.free
    facts = {"full_name": f"Trần Văn Thử {number}", "id_number": f"0400990{number:05d}", **changes}
    return GroupRow(f"Row {number}", procedure, ApplicantFacts(**facts), world.components(procedure))


def rows(world, count: int = 3) -> list[GroupRow]:
    return [row(world, number) for number in range(2, 2 + count)]


def receive(world, group_rows, **changes):
    arguments = {"kind": GroupKind.PEOPLE, "name": "Lớp 5A", "desk": world.ward, "by": world.clerk, **changes}
    return services.receive_group(group_rows, **arguments)


def check(world, group_rows, **changes):
    arguments = {"kind": GroupKind.PEOPLE, "desk": world.ward, "by": world.clerk, **changes}
    return services.check_group(group_rows, **arguments)


def refusals(world, group_rows, **changes) -> list[str]:
    return [foreseen.refusal for foreseen in check(world, group_rows, **changes)]


KNOWN_BY_ANOTHER_NAME = (
    "This ID or tax number is known with another name. Check both; if the name really changed, "
    "the clerk who has seen the papers confirms it."
)

# Possible -------------------------------------------------------------------------------------------


def test_a_group_is_one_ordinary_reception_for_each_row_in_their_order(world):
    group, dossiers = receive(world, rows(world))
    assert [dossier.code for dossier in dossiers] == [
        "H41.101-261109-0001",
        "H41.101-261109-0002",
        "H41.101-261109-0003",
    ]
    assert [dossier.applicant.full_name for dossier in dossiers] == [
        "Trần Văn Thử 2",
        "Trần Văn Thử 3",
        "Trần Văn Thử 4",
    ]
    kept = Dossier.objects.order_by("pk")
    assert [(dossier.group, dossier.state) for dossier in kept] == [(group, State.RECEIVED)] * 3
    assert {dossier.due_at for dossier in kept} == {local("2026-11-12 17:00")}
    assert kinds(dossiers[0]) == [EventKind.RECEIVED]


def test_a_group_keeps_kind_name_desk_person_and_time(world):
    receive(world, rows(world, 1), name="  Lớp 5A ")
    group = ReceptionGroup.objects.get()
    assert (group.kind, group.name, group.desk, group.by, group.at) == (
        GroupKind.PEOPLE,
        "Lớp 5A",
        world.ward,
        world.clerk,
        local("2026-11-09 09:00"),
    )


def test_one_person_gets_a_dossier_of_each_procedure(world):
    both = [
        replace(row(world, 1, procedure), applicant=world.applicant) for procedure in (world.free, world.paid)
    ]
    group, dossiers = receive(world, both, kind=GroupKind.PROCEDURES, name="Nguyễn Thị Ví Dụ")
    assert Applicant.objects.count() == 1
    assert [str(dossier.version.procedure) for dossier in group.dossiers.order_by("pk")] == [
        str(world.free),
        str(world.paid),
    ]
    assert [dossier.fee_total for dossier in dossiers] == [0, 15000]


def test_what_a_row_says_of_its_reception_is_kept(world):
    said = replace(row(world, 2), reception={"subject": "Xin học bổng", "return_channel": "post"})
    _group, (dossier,) = receive(world, [said])
    assert (dossier.subject, dossier.return_channel) == ("Xin học bổng", "post")


def test_people_without_a_number_are_told_apart_by_name_phone_and_address(world):
    two = [row(world, n, full_name="Lê Văn Mẫu", id_number="", address=f"Xóm {n}") for n in (2, 3)]
    _group, dossiers = receive(world, two)
    assert len({dossier.applicant for dossier in dossiers}) == 2


def test_r13_a_paper_of_the_own_store_is_not_taken_again_although_the_others_bring_it(world):
    before = world.digitized(applicant=row(world, 2).applicant)
    before = services.record_result(
        services.start(before, by=world.officer),
        upload(),
        by=world.officer,
        number="1/KQ",
        signer="Trần Văn Lãnh Đạo",
    )
    form = world.free.versions.get().components.get(position=0)
    form.result_of = world.free
    form.save()
    known = {"duplicate_known": True}
    _group, dossiers = receive(world, [replace(item, reception=known) for item in rows(world, 2)])
    ways = [dossier.components.get(component=form).provision for dossier in dossiers]
    assert ways == [Provision.REUSED, Provision.PAPER]


# Foreseen -------------------------------------------------------------------------------------------


def test_a_check_says_due_date_and_fee_of_each_row_and_changes_nothing(world):
    before = everything()
    foreseen = check(world, [row(world, number, world.paid) for number in (2, 3)])
    assert [(one.row.place, one.is_possible, one.due_at, one.owed) for one in foreseen] == [
        ("Row 2", True, local("2026-11-12 17:00"), 15000),
        ("Row 3", True, local("2026-11-12 17:00"), 15000),
    ]
    assert everything() == before


def test_a_check_gives_every_refused_row_its_own_sentence(world):
    world.receive(applicant=row(world, 3).applicant)
    bad = [
        row(world, 2, full_name=" "),
        row(world, 3),
        row(world, 4, full_name="Đ" * 301),
        row(world, 5, phone="không có"),
        replace(row(world, 6), components=[]),
        row(world, 7),
        row(world, 7, full_name="Trần Văn Khác"),
        row(world, 3, full_name="Người Khác"),
    ]
    assert refusals(world, bad) == [
        "Enter the name of the applicant.",
        "Trần Văn Thử 3 already has an open dossier of this procedure: H41.101-261109-0001 "
        "(UBND phường Thử Nghiệm, Received). To receive another one, confirm that you know of it.",
        "The name of the applicant is longer than 300 characters.",
        "The phone number “không có” is not one: 8 to 15 digits, perhaps with + in front.",
        "Not complete, missing: Application form; Identity paper. "
        "Ask the applicant for all of it, or tick how it came.",
        "",
        "The same person is already in Row 7 for this procedure. Take one out.",
        "The same person is already in Row 3 for this procedure. Take one out.",
    ]


def test_a_check_finds_the_number_of_somebody_else(world):
    world.receive(applicant=row(world, 2, full_name="Người Khác").applicant)
    assert refusals(world, rows(world, 1)) == [KNOWN_BY_ANOTHER_NAME]


# Bad input: all or nothing --------------------------------------------------------------------------


def test_one_bad_row_refuses_the_whole_group_with_its_place_and_uses_no_number(world):
    bad = [*rows(world, 2), row(world, 9, phone="x")]
    with refused(Invalid, "row_refused") as caught:
        receive(world, bad)
    assert caught.value.sentence == (
        "Row 9, Trần Văn Thử 9: The phone number “x” is not one: 8 to 15 digits, perhaps with + in front. "
        "Nothing was received."
    )
    assert (CodeCounter.objects.count(), Message.objects.count()) == (0, 0)
    assert world.receive().code == "H41.101-261109-0001"


def test_a_person_twice_in_the_group_is_refused_although_duplicates_are_known(world):
    known = {"duplicate_known": True}
    twice = [replace(row(world, 2), reception=known), replace(row(world, 2), reception=known, place="Row 3")]
    with refused(Invalid, "row_refused") as caught:
        receive(world, twice)
    assert "already in Row 2" in caught.value.sentence


def test_a_phone_number_is_the_same_however_it_is_written(world):
    twice = [
        replace(row(world, 2, full_name="Trần Văn Thử", id_number="", phone=phone), place=f"Row {phone}")
        for phone in ["0901 234 567", "0901234567"]
    ]
    assert refusals(world, twice)[1] == (
        "The same person is already in Row 0901 234 567 for this procedure. Take one out."
    )


@pytest.mark.parametrize("name", ["", "  ", "Đ" * 201])
def test_a_group_needs_a_name_that_fits(world, name):
    with refused(Invalid) as caught:
        receive(world, rows(world), name=name)
    assert caught.value.field == "name"


def test_a_group_has_at_least_one_row_and_no_more_than_the_setting_says(world, settings):
    settings.GROUP_MAX_ROWS = 2
    for act in (receive, check):
        with refused(Invalid, "empty_group"):
            act(world, [])
        with refused(Invalid, "too_many") as caught:
            act(world, rows(world, 3))
    assert caught.value.sentence == "3 dossiers are too many at once; receive at most 2 in one group."


def test_many_people_have_one_procedure_and_several_procedures_one_person(world):
    mixed = [row(world, 2), row(world, 3, world.paid)]
    with refused(Invalid, "several_procedures"):
        receive(world, mixed)
    with refused(Invalid, "several_people"):
        receive(world, mixed, kind=GroupKind.PROCEDURES)
    with refused(Invalid):
        receive(world, mixed, kind="village")


def test_one_person_with_several_procedures_needs_a_number(world):
    nobody = [
        row(world, 1, procedure, full_name="Lê Văn Mẫu", id_number="")
        for procedure in (world.free, world.paid)
    ]
    with refused(Invalid, "required") as caught:
        receive(world, nobody, kind=GroupKind.PROCEDURES)
    assert caught.value.field == "id_number"


def test_a_component_of_another_procedure_is_refused(world):
    other = make_procedure("1.000009", "Thủ tục khác").versions.get().components.first()
    strange = replace(row(world, 2), components=[ComponentFacts(other.pk)])
    assert refusals(world, [strange]) == [
        f"Component {other.pk} is not on the published list of this procedure."
    ]


# Nobody else ----------------------------------------------------------------------------------------


def test_only_clerks_of_the_desk_receive_a_group(world):
    refused_to_everybody_but(world, world.clerk, act=lambda person: receive(world, rows(world), by=person))
    with refused(NotPermitted):
        check(world, rows(world), by=world.officer)
