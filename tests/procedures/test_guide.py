"""What everybody may read of a procedure: which version, why it is not in force, what changed, where it is received."""

from datetime import date, time

import pytest
from django.utils import translation

from procedures.desks import Desks
from procedures.enums import AgencyKind, VersionStatus
from procedures.guide import guide_to
from procedures.models import OfficeSession, ProcedureVersion
from procedures.services.publishing import new_draft
from tests.cast import make_procedure

TODAY = date(2026, 11, 9)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def next_version(version: ProcedureVersion, begins: date, **columns) -> ProcedureVersion:
    """The same procedure published anew from that day on."""
    draft = new_draft(version)
    columns = {"in_force_from": begins, "status": VersionStatus.PUBLISHED, **columns}
    ProcedureVersion.objects.filter(pk=draft.pk).update(**columns)
    draft.refresh_from_db()
    return draft


# Which version --------------------------------------------------------------------------------------


def test_the_version_in_force_is_shown_before_all_others(world):
    old = world.free.versions.get()
    ProcedureVersion.objects.filter(pk=old.pk).update(in_force_to=date(2026, 11, 9))
    new = next_version(old, date(2026, 11, 10))
    assert guide_to("1.000001", TODAY).version == old
    assert guide_to("1.000001", date(2026, 11, 10)).version == new


def test_of_two_that_are_coming_the_nearer_one_is_shown(world):
    procedure = make_procedure("1.000020", "Sắp có", in_force_from=date(2026, 12, 1))
    next_version(procedure.versions.get(), date(2027, 3, 1))
    guide = guide_to("1.000020", TODAY)
    assert (guide.version.number, guide.is_in_force) == (1, False)
    assert guide.why_not_in_force == "Not in force yet: it comes into force on 01/12/2026."


def test_what_was_abolished_shows_its_last_version_and_since_when(world):
    procedure = make_procedure("2.001009", "Đã bãi bỏ", in_force_to=date(2025, 10, 31))
    procedure.replaced_by = world.free
    procedure.save()
    guide = guide_to("2.001009", TODAY)
    assert guide.why_not_in_force == "Abolished: not in force since 01/11/2025."
    assert guide.version.procedure.replaced_by == world.free
    assert guide.is_filed_online is False


def test_drafts_are_nobodys_business(world):
    make_procedure("1.000021", "Bản nháp", status=VersionStatus.DRAFT)
    assert guide_to("1.000021", TODAY) is None
    new_draft(world.free.versions.get())
    guide = guide_to("1.000001", TODAY)
    assert guide.version.number == 1
    assert [change.version.number for change in guide.changes] == [1]


def test_changes_are_told_with_their_days_the_newest_first(world):
    old = world.free.versions.get()
    ProcedureVersion.objects.filter(pk=old.pk).update(in_force_to=date(2027, 2, 28))
    next_version(old, date(2027, 3, 1), in_force_to=date(2027, 12, 31))
    changes = [(change.day, change.title) for change in guide_to("1.000001", TODAY).changes]
    assert changes == [
        (date(2028, 1, 1), "Abolished"),
        (date(2027, 3, 1), "Amended or replaced"),
        (date(2018, 6, 21), "Newly issued"),
    ]


@pytest.mark.parametrize(
    ("columns", "online"),
    [
        ({}, True),
        ({"service_level": "full"}, True),
        ({"service_level": "information"}, False),
        ({"channels": ["desk", "post"]}, False),
    ],
)
def test_filing_online_is_offered_where_the_version_has_it(world, columns, online):
    world.free.versions.update(**columns)
    assert guide_to("1.000001", TODAY).is_filed_online is online


# Fees -----------------------------------------------------------------------------------------------


def test_a_fee_of_the_province_comes_with_the_newest_tariff_in_force(world):
    version = world.free.versions.get()
    version.fees.create(name="Lệ phí tỉnh", kind="charge", rule="set_by_province")
    for amount, begins in ((5000, date(2025, 1, 1)), (8000, date(2026, 1, 1)), (9000, date(2027, 1, 1))):
        world.free.tariffs.create(
            agency=world.province,
            fee_name="Lệ phí tỉnh",
            amount=amount,
            legal_reference="Nghị quyết ví dụ",
            in_force_from=begins,
        )
    (fee,) = guide_to("1.000001", TODAY).fees
    assert fee.amount == "set by the province"
    assert [(tariff.price, tariff.legal_reference) for tariff in fee.tariffs] == [
        ("8.000 đ", "Nghị quyết ví dụ")
    ]


# Where and when -------------------------------------------------------------------------------------


def desks_of(code: str) -> list[str]:
    return [desk.agency.identifier for desk in guide_to(code, TODAY).desks]


def test_a_commune_procedure_is_received_at_the_communes_that_decide_its_field(world):
    assert desks_of("1.000001") == [world.ward.identifier, world.other_ward.identifier]
    world.other_ward.decides_fields = ["Đất đai"]
    world.other_ward.save()
    assert desks_of("1.000001") == [world.ward.identifier]


def test_a_province_procedure_is_received_at_the_centre_when_a_department_decides_it(world):
    make_procedure("1.000030", "Cấp tỉnh", level="province")
    assert desks_of("1.000030") == []
    department = type(world.ward).objects.create(
        identifier="H41.09",
        parent=world.province,
        name_vi="Sở Ví Dụ",
        kind=AgencyKind.DEPARTMENT,
        decides_fields=["Hộ tịch"],
    )
    assert desks_of("1.000030") == [world.centre.identifier]
    department.is_active = False
    department.save()
    assert desks_of("1.000030") == []


def test_what_is_received_outside_the_desk_has_no_desk(world):
    world.free.versions.update(received_outside_desk=True)
    guide = guide_to("1.000001", TODAY)
    assert (guide.desks, guide.received_anywhere) == ([], "")


def test_hours_are_the_desks_own_or_those_above(world):
    OfficeSession.objects.all().delete()
    OfficeSession.objects.create(agency=world.province, opens_at=time(8), closes_at=time(16))
    OfficeSession.objects.create(agency=world.ward, opens_at=time(7), closes_at=time(11))
    OfficeSession.objects.create(
        agency=world.ward, days="saturday", opens_at=time(7, 30), closes_at=time(11, 30)
    )
    opening = {desk.agency: desk.opening for desk in Desks().all}
    assert opening[world.ward] == ["Monday to Friday: 07:00–11:00", "Saturday: 07:30–11:30"]
    assert opening[world.other_ward] == ["Monday to Friday: 08:00–16:00"]


def test_all_desks_cost_two_queries_however_many_there_are(world, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert len(Desks().all) == 3
