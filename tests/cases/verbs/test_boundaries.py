"""A desk receives for other agencies as far as the law of the day lets it (R15)."""

import pytest

from cases.errors import Invalid
from cases.regime import mechanism_of
from procedures.enums import AgencyKind, Level
from procedures.models import Agency, ProcedureVersion
from tests.cases.helpers import refused
from tests.cast import local


@pytest.fixture
def neighbour(world):
    """A ward of another province."""
    province = Agency.objects.create(identifier="H40", name_vi="UBND tỉnh Giả Định", kind=AgencyKind.PROVINCE)
    return Agency.objects.create(
        identifier="H40.101",
        name_vi="UBND phường Giả Định",
        kind=AgencyKind.COMMUNE,
        parent=province,
        is_reception_desk=True,
    )


def receive_for(world, agency, **changes):
    return world.receive(competent_agency=agency, **changes)


def test_r15_in_the_province_every_desk_receives_for_every_commune(world):
    dossier = receive_for(world, world.other_ward)
    assert (dossier.receiving_desk, dossier.competent_agency) == (world.ward, world.other_ward)


def test_r15_before_december_2021_another_communes_dossiers_are_received_there(world, clock):
    clock.move_to("2021-12-03 09:00")
    with refused(Invalid, "outside_boundaries") as caught:
        receive_for(world, world.other_ward)
    assert (caught.value.field, caught.value.sentence) == (
        "competent_agency",
        "UBND phường Thử Nghiệm does not receive for UBND xã Ví Dụ (Decree 61/2018/NĐ-CP). Send the "
        "applicant there.",
    )
    assert receive_for(world, world.ward).competent_agency == world.ward


@pytest.mark.parametrize(
    ("received", "counts_from_reception"), [("2021-12-06 09:00", True), ("2025-07-01 09:00", False)]
)
def test_r15_from_december_2021_the_province_has_no_boundaries_and_the_clock_waits_from_july_2025(
    world, clock, received, counts_from_reception
):
    now = clock.move_to(received)
    dossier = receive_for(world, world.other_ward)
    assert dossier.competent_agency == world.other_ward
    assert mechanism_of(dossier).clock_starts_at_competent_agency is not counts_from_reception
    assert dossier.clock_started_at == now


def test_r15_before_december_2021_the_centre_receives_for_the_departments(world, clock):
    clock.move_to("2021-12-03 09:00")
    ProcedureVersion.objects.update(level=Level.PROVINCE)
    department = Agency.objects.create(
        identifier="H41.05", name_vi="Sở Ví Dụ", kind=AgencyKind.DEPARTMENT, parent=world.province
    )
    dossier = receive_for(world, department, desk=world.centre, by=world.centre_clerk)
    assert dossier.competent_agency == department


def test_r15_another_provinces_dossiers_are_received_when_the_procedure_is_on_the_list(
    world, neighbour, settings
):
    with refused(Invalid, "outside_boundaries") as caught:
        receive_for(world, neighbour)
    assert "not on the published list" in caught.value.sentence
    settings.BOUNDARY_FREE_NATION = ["1.000001"]
    assert receive_for(world, neighbour).competent_agency == neighbour
    with refused(Invalid, "outside_boundaries"):
        world.receive(world.paid, competent_agency=neighbour)


def test_r15_before_august_2026_the_list_of_the_country_opens_nothing(world, neighbour, settings, clock):
    settings.BOUNDARY_FREE_NATION = ["1.000001"]
    clock.move_to("2026-08-04 09:00")
    with refused(Invalid, "outside_boundaries") as caught:
        receive_for(world, neighbour)
    assert "lies in another province" in caught.value.sentence
    clock.move_to("2026-08-05 09:00")
    assert receive_for(world, neighbour).received_at == local("2026-08-05 09:00")


def test_r15_online_the_same_boundaries_hold(world, neighbour):
    with refused(Invalid, "outside_boundaries"):
        world.submit(competent_agency=neighbour)


def test_r15_what_decides_for_the_whole_country_is_in_no_province(world):
    ProcedureVersion.objects.update(level=Level.MINISTRY)
    ministry = Agency.objects.create(identifier="G09", name_vi="Bộ Ví Dụ", kind=AgencyKind.OTHER)
    assert receive_for(world, ministry).competent_agency == ministry
