"""What each clerk of a desk did, and how boundary-free dossiers arrive (R15, R16)."""

from datetime import date, timedelta

import pytest

from cases import services
from cases.desk_figures import arrivals, is_boundary_free, work_of_clerks
from cases.lists import dossiers, narrowed
from cases.models import Dossier
from procedures.enums import AgencyKind, Role
from procedures.models import Agency, Secondment
from tests.cases.helpers import fresh, make_person
from tests.cast import local

NOVEMBER = date(2026, 11, 1), date(2026, 11, 30)


# What the clerks did ----------------------------------------------------------------------------------


def work(world, *days: date, desks=None) -> dict[str, tuple[int, int, int]]:
    rows = work_of_clerks(desks or [world.ward], *(days or NOVEMBER))
    return {row.person.username: (row.received, row.digitized, row.returned) for row in rows}


@pytest.fixture
def post(world):
    return make_person("buu-dien", world.ward, Role.POSTAL_CLERK)


def test_the_posts_clerk_stands_beside_the_desks_own(world, post):
    world.returned()
    world.scan(dossier := world.receive(world.paid, by=post))
    services.digitize(dossier, by=post)
    world.receive(world.paid, by=post)
    assert work(world) == {"mot-cua": (1, 1, 1), "buu-dien": (2, 1, 0)}


def test_whoever_works_there_is_listed_with_nothing_too(world, post):
    assert work(world) == {"mot-cua": (0, 0, 0), "buu-dien": (0, 0, 0)}


def test_only_the_days_that_were_asked_for_count(world, clock):
    clock.move_to("2026-11-09 09:00")
    world.receive()
    clock.move_to("2026-11-10 07:30")
    world.receive(world.paid)
    assert work(world, date(2026, 11, 9), date(2026, 11, 9)) == {"mot-cua": (1, 0, 0)}
    assert work(world, date(2026, 11, 9), date(2026, 11, 10)) == {"mot-cua": (2, 0, 0)}
    assert work(world, date(2026, 11, 11), date(2026, 11, 30)) == {"mot-cua": (0, 0, 0)}


def test_what_other_desks_did_does_not_count(world):
    world.receive(desk=world.other_ward, by=world.outsider_clerk)
    assert work(world) == {"mot-cua": (0, 0, 0)}
    both = work(world, desks=[world.ward, world.other_ward])
    assert both == {"mot-cua": (0, 0, 0), "nguoi-ngoai": (1, 0, 0)}


def test_who_has_left_is_listed_with_what_they_did(world):
    world.receive()
    world.clerk.is_active = False
    world.clerk.save()
    assert work(world) == {"mot-cua": (1, 0, 0)}


def test_somebody_seconded_is_listed_at_the_desk_where_they_work(world, clock):
    Secondment.objects.create(
        staff=world.clerk,
        agency=world.other_ward,
        first=date(2026, 11, 9),
        last=date(2027, 5, 8),
        decision="12/QĐ-UBND",
        recorded_by=world.head,
        recorded_at=local("2026-11-06 09:00"),
    )
    assert work(world) == {}
    assert work(world, desks=[world.other_ward]) == {"mot-cua": (0, 0, 0), "nguoi-ngoai": (0, 0, 0)}


def test_figures_of_clerks_cost_two_queries(world, post, django_assert_num_queries):
    world.receive()
    with django_assert_num_queries(2):
        work_of_clerks([world.ward], *NOVEMBER)


# Received for another unit ----------------------------------------------------------------------------


@pytest.fixture
def department(world) -> Agency:
    return Agency.objects.create(
        identifier="H41.9", name_vi="Sở Thử Nghiệm", kind=AgencyKind.DEPARTMENT, parent=world.province
    )


def elsewhere(world, **changes) -> Dossier:
    """Received by the centre for the ward."""
    return world.receive(
        **{"desk": world.centre, "by": world.centre_clerk, "competent_agency": world.ward, **changes}
    )


def move(dossier: Dossier, desk: Agency, agency: Agency) -> Dossier:
    Dossier.objects.filter(pk=dossier.pk).update(receiving_desk=desk, competent_agency=agency)
    return fresh(dossier)


def test_r15_another_commune_and_a_centre_receive_free_of_boundaries(world, department):
    dossier = world.receive()
    assert not is_boundary_free(dossier)
    for desk, agency, is_free in [
        (world.other_ward, world.ward, True),
        (world.centre, world.ward, True),
        (world.ward, department, True),
        (world.ward, world.province, False),  # its own line of the tree
        (world.centre, department, False),  # what a centre is there for
        (world.province, world.ward, False),
    ]:
        assert (is_boundary_free(move(dossier, desk, agency)), desk, agency) == (is_free, desk, agency)


def test_r15_a_dossier_of_the_own_agency_costs_no_query(world, django_assert_num_queries):
    dossier = world.receive()
    with django_assert_num_queries(0):
        assert not is_boundary_free(dossier)


def test_r15_the_list_has_those_received_for_another_unit(world):
    world.receive()
    free = elsewhere(world, procedure=world.paid)
    for person in [world.officer, world.centre_clerk]:
        assert list(dossiers(person, {"place": "boundary"})) == [free]
    assert list(dossiers(world.centre_clerk, {"place": "desk"})) == [free]
    assert list(dossiers(world.centre_clerk, {"place": "agency"})) == []
    assert free in dossiers(world.officer, {"place": "agency"})
    assert free not in dossiers(world.officer, {"place": "desk"})


def test_r16_arrivals_say_how_many_came_how_late_and_how_long_it_took(world, clock):
    clock.move_to("2026-11-09 09:00")  # to be handed over by 17:00
    in_time, late, lying = (elsewhere(world, procedure=world.paid) for _ in range(3))
    for dossier, moment in [(in_time, "2026-11-09 11:00"), (late, "2026-11-10 09:00")]:
        for item in dossier.components.all():
            item.provision = "shown"
            item.save()
        clock.move_to(moment)
        services.digitize(dossier, by=world.centre_clerk)
    world.receive()  # not free of boundaries
    found = arrivals(Dossier.objects.all(), *NOVEMBER)
    assert (found.received, found.arrived, found.on_the_way, found.late) == (3, 2, 1, 2)
    assert found.average == timedelta(hours=13)
    services.withdraw(lying, by=world.centre_clerk, reason="Đổi ý")
    assert arrivals(Dossier.objects.all(), *NOVEMBER).late == 1


def test_r15_no_arrivals_have_no_average(world):
    found = arrivals(Dossier.objects.all(), *NOVEMBER)
    assert (found.received, found.arrived, found.late, found.average) == (0, 0, 0, None)


def test_r15_arrivals_of_other_days_do_not_count(world):
    elsewhere(world)
    assert arrivals(Dossier.objects.all(), date(2026, 11, 10), date(2026, 11, 30)).received == 0


# Held by somebody who works elsewhere -----------------------------------------------------------------


def held_elsewhere() -> bool:
    return Dossier.objects.held_elsewhere().exists()


def test_r44_what_somebody_left_behind_is_found(world, clock):
    dossier = world.processing()
    assert not held_elsewhere()
    world.officer.is_active = False
    world.officer.save()
    assert narrowed(Dossier.objects.all(), "holder", "elsewhere", world.supervisor).get() == dossier
    world.officer.is_active, world.officer.agency = True, world.other_ward
    world.officer.save()
    assert held_elsewhere()
    world.officer.agency = world.province  # those above may act for the ward
    world.officer.save()
    assert not held_elsewhere()


def test_r44_what_somebody_seconded_holds_at_home_is_found_and_what_they_hold_there_is_not(world, clock):
    world.processing()
    secondment = Secondment.objects.create(
        staff=world.officer,
        agency=world.other_ward,
        first=date(2026, 11, 16),
        last=date(2026, 11, 20),
        decision="12/QĐ-UBND",
        recorded_by=world.head,
        recorded_at=local("2026-11-06 09:00"),
    )
    assert not held_elsewhere()
    clock.move_to("2026-11-16 00:00")
    assert held_elsewhere()
    Secondment.objects.filter(pk=secondment.pk).update(agency=world.ward)
    assert not held_elsewhere()


def test_r44_what_is_ended_is_held_by_nobody(world):
    dossier = world.returned()
    Dossier.objects.filter(pk=dossier.pk).update(holder=world.outsider_officer)
    assert not held_elsewhere()


# What lies at the desk --------------------------------------------------------------------------------


def test_r16_only_what_still_lies_there_is_listed(world, clock):
    clock.move_to("2026-11-09 09:00")
    lying, gone = world.receive(), world.receive(world.paid)
    clock.move_to("2026-11-09 17:00")
    assert list(dossiers(world.clerk, {"transfer": "lying"})) == []
    clock.move_to("2026-11-09 17:01")
    world.scan(gone)
    services.digitize(gone, by=world.clerk)
    assert list(dossiers(world.clerk, {"transfer": "lying"})) == [lying]
    assert set(dossiers(world.clerk, {"transfer": "late"})) == {lying, gone}
