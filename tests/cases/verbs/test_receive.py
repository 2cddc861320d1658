"""receive (tiếp nhận): –, submitted → received by a clerk of the desk; R2, R3, R6–R8, R11, R13, R38."""

from dataclasses import replace
from datetime import date

import pytest

from cases import services
from cases.enums import EventKind, Provision, State, Verb
from cases.errors import ComponentMissing, NotInForce, NotPermitted
from cases.models import Applicant
from cases.services.applicants import ApplicantFacts
from cases.services.checklist import ComponentFacts
from procedures.enums import Level, Role, VersionStatus
from procedures.models import OfficeSession
from tests.cases.helpers import (
    everything,
    fresh,
    last_event,
    make_person,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
    states_without,
    told,
)
from tests.cast import local, make_procedure

# Possible -------------------------------------------------------------------------------------------


def test_receive_gives_code_promise_and_holder(world):
    dossier = fresh(world.receive())
    assert dossier.state == State.RECEIVED
    assert dossier.code == "H41.101-261109-0001"
    assert dossier.filed_at == local("2026-11-09 09:00")
    assert dossier.received_at == local("2026-11-09 09:00")
    assert dossier.clock_started_at == local("2026-11-09 09:00")
    assert dossier.due_at == dossier.first_due_at == local("2026-11-12 17:00")
    assert dossier.transfer_due_at == local("2026-11-09 17:00")
    assert dossier.finished_at is dossier.returned_at is dossier.ended_at is None
    assert (dossier.holder, dossier.holder_unit) == (world.clerk, world.ward)
    assert (dossier.receiving_desk, dossier.competent_agency) == (world.ward, world.ward)
    assert (dossier.channel, dossier.return_channel, dossier.cycle) == ("desk", "desk", 1)
    assert dossier.version == world.free.versions.get()


def test_receive_writes_one_event_with_the_due_date(world):
    dossier = world.receive()
    assert dossier.events.count() == 1
    assert last_event(dossier) == (
        EventKind.RECEIVED,
        "Lê Thị Một Cửa",
        "submitted",
        "received",
        "Received; the result is due at 12/11/2026 17:00.",
    )


def test_receive_tells_the_applicant_by_the_chosen_channels(world):
    dossier = world.receive()
    assert told(dossier) == [
        ("email", "vi.du@congdan.example", "Dossier H41.101-261109-0001: Received"),
        ("sms", "0900000001", "Dossier H41.101-261109-0001: Received"),
    ]


def test_receive_opens_the_first_step_with_its_own_due_time(world):
    run = world.receive().step_runs.get()
    assert (run.name, run.unit, run.officer) == ("Tiếp nhận", world.ward, world.clerk)
    # 4 working hours from 09:00: 2.5 until the lunch break, 1.5 after it.
    assert (run.started_at, run.due_at) == (local("2026-11-09 09:00"), local("2026-11-09 14:30"))
    assert run.done_at is None


def test_receive_keeps_the_checklist_as_it_came(world):
    dossier = world.receive()
    assert list(dossier.components.values_list("component__name_vi", "provision", "originals", "copies")) == [
        ("Tờ khai", "paper", 1, 0),
        ("Giấy tờ tùy thân", "shown", 1, 0),
    ]


def test_receive_numbers_the_dossiers_of_a_desk_and_day_one_after_another(world, clock):
    assert [world.receive().code for _ in range(3)] == [
        "H41.101-261109-0001",
        "H41.101-261109-0002",
        "H41.101-261109-0003",
    ]
    other = world.receive(desk=world.other_ward, by=world.outsider_clerk)
    assert other.code == "H41.102-261109-0001"
    clock.move_to("2026-11-10 07:30")
    assert world.receive().code == "H41.101-261110-0001"


def test_receive_accepts_a_time_of_this_morning_and_counts_from_it(world):
    dossier = world.receive(received_at=local("2026-11-06 15:01"))
    assert dossier.code == "H41.101-261106-0001"
    assert dossier.received_at == local("2026-11-06 15:01")
    assert dossier.due_at == local("2026-11-11 17:00")
    assert dossier.transfer_due_at == local("2026-11-09 08:30")


def test_receive_before_opening_counts_from_the_opening_of_that_day(world, clock):
    clock.move_to("2026-11-11 06:10")
    dossier = world.receive(make_procedure("1.000003", "Thủ tục một ngày", amount=1))
    assert dossier.received_at == local("2026-11-11 06:10")
    assert dossier.clock_started_at == local("2026-11-11 07:30")
    assert dossier.due_at == local("2026-11-12 17:00")


def test_receive_on_a_saturday_session_is_real_but_the_saturday_does_not_count(world, clock):
    for days, opens, closes in [
        ("weekday", "07:30", "11:30"),
        ("weekday", "13:00", "17:00"),
        ("saturday", "07:30", "11:30"),
    ]:
        OfficeSession.objects.create(agency=world.ward, days=days, opens_at=opens, closes_at=closes)
    clock.move_to("2026-11-14 09:00")
    dossier = world.receive()
    assert dossier.code == "H41.101-261114-0001"
    assert dossier.clock_started_at == local("2026-11-14 09:00")
    assert dossier.due_at == local("2026-11-18 17:00")
    assert dossier.transfer_due_at == local("2026-11-16 08:30")


def test_receive_keeps_who_filed_for_the_applicant(world):
    dossier = world.receive(
        submitter_name=" Trần Văn Thử ",
        submitter_id_number=" 040000000009 ",
        submitter_phone="0900 000 009",
        authorisation=" Giấy ủy quyền số 5 ngày 02/11/2026 ",
        subject=" Con trai ",
    )
    dossier = fresh(dossier)
    assert (dossier.submitter_name, dossier.submitter_id_number, dossier.submitter_phone) == (
        "Trần Văn Thử",
        "040000000009",
        "0900000009",
    )
    assert (dossier.authorisation, dossier.subject) == ("Giấy ủy quyền số 5 ngày 02/11/2026", "Con trai")


@pytest.mark.parametrize(
    "provision", [Provision.PAPER, Provision.SHOWN, Provision.REUSED, Provision.ELECTRONIC]
)
def test_receive_takes_a_component_that_came_in_any_way(world, provision):
    form, identity = world.components(world.free)
    dossier = world.receive(components=[form, replace(identity, provision=provision)])
    assert dossier.components.get(component_id=identity.component_id).provision == provision


def test_receive_counts_no_papers_of_what_came_electronically(world):
    form, identity = world.components(world.free)
    dossier = world.receive(
        components=[replace(form, provision=Provision.ELECTRONIC, originals=2, copies=3), identity]
    )
    item = dossier.components.get(component_id=form.component_id)
    assert (item.originals, item.copies) == (0, 0)


def test_receive_by_the_centre_for_the_ward_keeps_both_agencies(world):
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    assert dossier.code == "H41.12-261109-0001"
    assert (dossier.receiving_desk, dossier.competent_agency) == (world.centre, world.ward)
    assert (dossier.holder, dossier.holder_unit) == (world.centre_clerk, world.centre)


# The version of the day -----------------------------------------------------------------------------


def test_receive_takes_the_version_of_the_day_and_keeps_it(world, clock):
    first = world.free.versions.get()
    first.in_force_to = date(2026, 11, 10)
    first.save()
    procedure = make_procedure("1.000009", "Thủ tục thay", amount=2, in_force_from=date(2026, 11, 11))
    second = procedure.versions.get()
    second.procedure, second.number = world.free, 2
    second.save()
    form, identity, _other = second.components.all()
    dossier = world.receive(components=[ComponentFacts(c.pk) for c in first.components.all()[:2]])
    clock.move_to("2026-11-11 09:00")
    later = world.receive(components=[ComponentFacts(form.pk), ComponentFacts(identity.pk)])
    assert (fresh(dossier).version, later.version) == (first, second)
    assert (fresh(dossier).due_at, later.due_at) == (local("2026-11-12 17:00"), local("2026-11-13 17:00"))


def test_receive_is_possible_on_the_last_day_in_force_and_refused_the_day_after(world, clock):
    clock.move_to("2025-10-31 09:00")
    procedure = make_procedure("2.001009", "Chứng thực văn bản thỏa thuận", in_force_to=date(2025, 10, 31))
    world.receive(procedure)
    clock.move_to("2025-11-03 09:00")
    with refused(NotInForce, "not_in_force") as caught:
        world.receive(procedure)
    assert caught.value.field == "procedure"
    assert caught.value.sentence == (
        "Procedure 2.001009 was abolished: its last day in force was 31/10/2025."
    )


def test_receive_names_the_procedure_that_replaces_an_abolished_one(world):
    old = make_procedure("1.000008", "Thủ tục cũ", in_force_to=date(2025, 10, 31))
    old.replaced_by = world.free
    old.save()
    with refused(NotInForce) as caught:
        world.receive(old)
    assert caught.value.sentence == (
        "Procedure 1.000008 was abolished: its last day in force was 31/10/2025. It is replaced by 1.000001."
    )


def test_receive_refuses_a_procedure_that_is_not_in_force_yet(world):
    coming = make_procedure("1.000007", "Thủ tục mới", in_force_from=date(2027, 3, 1))
    with refused(NotInForce) as caught:
        world.receive(coming)
    assert caught.value.sentence == "Procedure 1.000007 comes into force only on 01/03/2027."


def test_receive_refuses_a_draft(world):
    draft = make_procedure("1.000006", "Thủ tục nháp", status=VersionStatus.DRAFT)
    with refused(NotInForce) as caught:
        world.receive(draft)
    assert caught.value.sentence == (
        "Procedure 1.000006 is only a draft: its record is not complete, so it is not published."
    )


# The applicant --------------------------------------------------------------------------------------


def test_receive_finds_the_applicant_again_by_number_and_keeps_what_is_not_given(world):
    first = world.receive().applicant
    again = world.receive(
        applicant=ApplicantFacts(
            full_name="  Nguyễn  Thị Ví Dụ ", id_number="040000000001", phone="0900-000.002"
        )
    ).applicant
    assert again.pk == first.pk
    assert Applicant.objects.get().phone == "0900000002"
    assert Applicant.objects.get().email == "vi.du@congdan.example"
    assert Applicant.objects.get().full_name == "Nguyễn Thị Ví Dụ"


def test_receive_without_number_makes_a_new_applicant_each_time(world):
    nameless = ApplicantFacts(full_name="Nguyễn Thị Ví Dụ")
    assert world.receive(applicant=nameless).applicant != world.receive(applicant=nameless).applicant


# Who ------------------------------------------------------------------------------------------------


def test_receive_is_not_permitted_to_anybody_else(world):
    components = world.components(world.free)

    def receive(person):
        services.receive(world.free, world.applicant, desk=world.ward, by=person, components=components)

    refused_to_everybody_but(world, world.clerk, act=receive)


def test_receive_is_refused_to_the_outsider(world):
    with refused(NotPermitted, "not_permitted") as caught:
        world.receive(by=world.outsider_clerk)
    assert caught.value.sentence == (
        "You may not do “Receive” with this dossier. It needs another role or another agency."
    )


def test_receive_without_a_person_is_refused(world):
    with refused(NotPermitted, "not_permitted"):
        world.receive(by=None)


def test_receive_is_permitted_to_a_clerk_of_the_agency_above(world):
    clerk = make_person("mot-cua-luu-dong", world.province, Role.CLERK)
    assert world.receive(by=clerk).holder == clerk


@pytest.mark.parametrize("state", states_without(Verb.RECEIVE))
def test_receive_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: services.receive_filing(dossier, by=world.clerk))


def test_receive_that_was_refused_uses_no_number(world):
    before = everything()
    with refused(ComponentMissing):
        world.receive(components=[])
    assert everything() == before
    assert world.receive().code == "H41.101-261109-0001"


def test_receive_for_a_department_goes_to_the_one_that_decides_the_field(world):
    provincial = make_procedure("2.000001", "Thủ tục cấp tỉnh", level=Level.PROVINCE)
    department = type(world.ward).objects.create(
        identifier="H41.3",
        name_vi="Sở Thử Nghiệm",
        kind="department",
        parent=world.province,
        decides_fields=["Hộ tịch"],
    )
    dossier = world.receive(provincial, desk=world.centre, by=world.centre_clerk)
    assert (dossier.competent_agency, dossier.receiving_desk) == (department, world.centre)
