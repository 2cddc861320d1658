"""record_secondment, end_secondment: who works at another desk does not work at home (R44)."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from cases import rules, services
from cases.enums import EventKind
from cases.errors import Invalid, NotPermitted
from cases.models import Dossier, Handover
from cases.services.clock import running_step
from procedures.enums import Role
from procedures.models import Secondment, Staff, Substitute, works_in
from procedures.services.substitutes import without_substitute
from tests.cases.helpers import (
    everything,
    fresh,
    kinds,
    last_event,
    make_person,
    one_waits_for_the_other,
    refused,
)

FIRST, LAST = date(2026, 11, 16), date(2027, 5, 15)


@pytest.fixture
def keeper(world) -> Staff:
    """Answers for the people of the whole province."""
    return make_person("quan-tri-tinh", world.province, Role.AGENCY_ADMIN)


@pytest.fixture
def colleague(world) -> Staff:
    return make_person("mot-cua-2", world.ward, Role.CLERK)


@pytest.fixture
def second(world, keeper, colleague):
    """`second(staff=…, …)` records a secondment, by default of the ward's clerk to the other ward."""
    Substitute.objects.create(staff=world.clerk, substitute=colleague)
    Substitute.objects.create(staff=world.officer, substitute=world.second_officer)

    def record(**changes) -> Secondment:
        facts = {
            "staff": world.clerk,
            "agency": world.other_ward,
            "first": FIRST,
            "last": LAST,
            "decision": "12/QĐ-UBND ngày 06/11/2026",
            "by": keeper,
            **changes,
        }
        return services.record_secondment(facts.pop("staff"), facts.pop("agency"), **facts)

    return record


def today(person: Staff) -> Staff:
    """The person as the next request finds them."""
    return Staff.objects.get(pk=person.pk)


# Where they work --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "away"),
    [
        ("2026-11-15 23:59", False),
        ("2026-11-16 00:00", True),
        ("2027-05-15 23:59", True),
        ("2027-05-16 00:00", False),
    ],
)
def test_works_at_the_other_desk_from_the_first_minute_to_the_last(world, clock, second, moment, away):
    second()
    clock.move_to(moment)
    clerk = today(world.clerk)
    assert (clerk.workplace == world.other_ward, clerk.workplace == world.ward) == (away, not away)
    assert (rules.is_clerk_of(clerk, world.other_ward), rules.is_clerk_of(clerk, world.ward)) == (
        away,
        not away,
    )
    assert Staff.objects.filter(works_in([world.other_ward]), pk=clerk.pk).exists() is away
    assert Staff.objects.filter(works_in([world.ward]), pk=clerk.pk).exists() is not away


def test_belongs_to_the_own_agency_all_the_time(world, clock, second):
    second()
    clock.move_to("2026-11-16 08:00")
    assert today(world.clerk).agency == world.ward


def test_one_instance_notices_that_the_day_has_changed(world, clock, second):
    second()
    clerk = today(world.clerk)
    assert clerk.workplace == world.ward
    clock.move_to("2026-11-16 08:00")
    assert clerk.workplace == world.other_ward


def test_the_workplace_costs_one_query_a_day(world, second, django_assert_num_queries):
    second(first=date(2026, 11, 9))
    clerk = today(world.clerk)
    with django_assert_num_queries(1):
        assert [clerk.workplace_id, clerk.workplace, clerk.seconded_to] == [
            world.other_ward.pk,
            world.other_ward,
            world.other_ward,
        ]


def test_receives_at_the_new_desk_and_not_at_home(world, clock, second):
    second()
    clock.move_to("2026-11-16 08:00")
    clerk = today(world.clerk)
    dossier = world.receive(desk=world.other_ward, by=clerk)
    assert (dossier.receiving_desk, last_event(dossier)[1]) == (world.other_ward, "Lê Thị Một Cửa")
    with refused(NotPermitted):
        world.receive(world.paid, by=clerk)


def test_sees_the_dossiers_of_the_new_desk_and_not_those_of_home(world, clock, second):
    at_home = world.receive()
    there = world.receive(world.paid, desk=world.other_ward, by=world.outsider_clerk)
    second()
    clock.move_to("2026-11-16 08:00")
    assert set(Dossier.objects.visible_to(today(world.clerk))) == {there}
    clock.move_to("2027-05-16 08:00")
    assert set(Dossier.objects.visible_to(today(world.clerk))) == {at_home}


def test_history_keeps_who_did_what(world, clock, second):
    dossier = world.receive()
    before = [(event.actor, event.actor_label, event.sentence) for event in dossier.events.all()]
    second()
    clock.move_to("2026-11-16 08:00")
    assert [(event.actor, event.actor_label, event.sentence) for event in dossier.events.all()] == before


def test_being_head_and_deciding_at_the_counter_stay_at_home(world, clock, second):
    dossier = world.receive(desk=world.other_ward, by=world.outsider_clerk)
    world.clerk.decides_at_counter = True
    world.clerk.save()
    version = world.free.versions.get()
    version.decided_at_once = True
    version.save()
    second()
    second(staff=world.head)
    clock.move_to("2026-11-16 08:00")
    clerk, head = today(world.clerk), today(world.head)
    assert rules.is_supervisor_of(head, world.other_ward)
    assert not rules.is_head_of(head, world.other_ward)
    assert not rules.may(clerk, "start", fresh(dossier))
    clock.move_to("2027-05-16 08:00")
    assert rules.is_head_of(today(world.head), world.ward)


# What is open at home ---------------------------------------------------------------------------------


def test_open_tasks_at_home_go_to_the_substitute_at_once_when_it_has_begun(world, second):
    dossier = world.processing()
    step = running_step(dossier)
    second(staff=world.officer, first=date(2026, 11, 9))
    row = dossier.handovers.get()
    assert fresh(dossier).holder == world.second_officer
    assert (row.giver, row.receiver, row.ground) == (world.officer, world.second_officer, "absence")
    assert (row.due_at, row.note) == (step.due_at, "09/11/2026–15/05/2027")
    assert kinds(dossier)[-1] == EventKind.SUBSTITUTED


def test_open_tasks_at_home_go_on_the_morning_of_the_first_day(world, clock, second):
    dossier = world.processing()
    second(staff=world.officer)
    assert (services.hand_over_for_absences(), fresh(dossier).holder) == (0, world.officer)
    clock.move_to("2026-11-16 06:30")
    assert (services.hand_over_for_absences(), fresh(dossier).holder) == (1, world.second_officer)
    assert services.hand_over_for_absences() == 0


def test_tasks_at_the_new_desk_stay_with_the_person(world, clock, second):
    second(staff=world.officer)
    clock.move_to("2026-11-16 08:00")
    there = world.receive(desk=world.other_ward, by=world.outsider_clerk)
    for item in there.components.all():
        item.provision = "shown"
        item.save()
    there = services.start(services.digitize(there, by=world.outsider_clerk), by=today(world.officer))
    assert services.hand_over_for_absences() == 0
    assert fresh(there).holder == world.officer


def test_somebody_seconded_stands_in_for_nobody_at_home(world, clock, second):
    second(staff=world.second_officer, substitute=world.officer)
    clock.move_to("2026-11-16 08:00")
    assert world.officer in without_substitute()
    with refused(Invalid, "no_substitute"):
        services.record_absence(world.officer, first=FIRST, last=FIRST, by=world.supervisor)


def test_an_absence_of_somebody_seconded_is_recorded_where_they_work(world, clock, second):
    second()
    clock.move_to("2026-11-16 08:00")
    clerk, day = today(world.clerk), {"first": FIRST, "last": FIRST}
    with pytest.raises(NotPermitted):
        services.record_absence(clerk, **day, by=world.supervisor)
    absence = services.record_absence(clerk, **day, by=world.outsider_head, substitute=world.outsider_clerk)
    assert absence.substitute == world.outsider_clerk


@pytest.mark.parametrize("who", ["clerk", "officer"])
def test_a_desk_and_a_queue_are_not_left_without_a_substitute(world, second, who):
    Substitute.objects.all().delete()
    with refused(Invalid, "no_substitute") as caught:
        second(staff=getattr(world, who))
    assert caught.value.field == "substitute"
    assert not Secondment.objects.exists()


def test_a_supervisor_needs_a_substitute_only_while_holding_something(world, second):
    assert second(staff=world.supervisor).substitute is None
    dossier = world.processing()
    services.hand_over(dossier, by=world.officer, to=world.head)
    with refused(Invalid, "no_substitute"):
        second(staff=world.head)
    deputy = make_person("pho-chu-tich", world.ward, Role.SUPERVISOR)
    assert second(staff=world.head, substitute=deputy).substitute == deputy


def test_a_substitute_works_at_home_in_the_same_role(world, second):
    for stranger in [world.officer, world.outsider_clerk, world.clerk]:
        with refused(Invalid, "not_a_substitute"):
            second(substitute=stranger)


# Who records, and what is refused ---------------------------------------------------------------------


def test_recorded_by_who_answers_for_both_agencies(world, second, keeper):
    assert second().recorded_by == keeper
    Secondment.objects.all().delete()
    for person in [
        make_person("lanh-dao-tinh", world.province, Role.SUPERVISOR),
        make_person("quan-tri", None, Role.SYSTEM_ADMIN),
        make_person("toan-quyen", None, "", is_superuser=True),
    ]:
        assert second(by=person).recorded_by == person
        Secondment.objects.all().delete()


def test_neither_agency_alone_opens_its_dossiers_to_somebody_of_the_other(world, second):
    people = [
        world.supervisor,
        world.head,
        world.outsider_head,
        world.clerk,
        world.auditor,
        make_person("quan-tri-phuong", world.ward, Role.AGENCY_ADMIN),
        make_person("quan-tri-xa", world.other_ward, Role.AGENCY_ADMIN),
        make_person("nghi-viec", world.province, Role.SUPERVISOR, is_active=False),
    ]
    before = everything()
    for person in people:
        with pytest.raises(NotPermitted):
            second(by=person)
    assert everything() == before
    assert not Secondment.objects.exists()


@pytest.mark.parametrize(
    ("first", "last"),
    [(LAST, FIRST), (date(2026, 10, 1), date(2026, 11, 8))],
    ids=["ends before it begins", "is over"],
)
def test_days_that_cannot_be_are_refused(world, second, first, last):
    with refused(Invalid, "wrong_days") as caught:
        second(first=first, last=last)
    assert caught.value.field == "last"


@pytest.mark.parametrize("decision", ["", "   "])
def test_a_decision_is_named(world, second, decision):
    with refused(Invalid, "required") as caught:
        second(decision=decision)
    assert caught.value.field == "decision"


def test_a_decision_that_does_not_fit_is_refused(world, second):
    with refused(Invalid, "too_long"):
        second(decision="1" * 201)


def test_home_is_no_secondment(world, second):
    with refused(Invalid, "at_home") as caught:
        second(agency=world.ward)
    assert caught.value.field == "agency"


def test_an_agency_that_is_closed_takes_nobody(world, second):
    world.other_ward.is_active = False
    world.other_ward.save()
    with refused(Invalid) as caught:
        second()
    assert caught.value.field == "agency"


@pytest.mark.parametrize("role", [Role.AGENCY_ADMIN, Role.SYSTEM_ADMIN, Role.AUDITOR, Role.INTEGRATION, ""])
def test_only_who_works_on_dossiers_is_seconded(world, second, role):
    with refused(Invalid, "wrong_role"):
        second(staff=make_person("nguoi-khac", world.ward, role))


def test_two_secondments_of_one_person_do_not_touch_the_same_day(world, second, colleague):
    second()
    for first, last in [(LAST, date(2027, 12, 31)), (date(2026, 11, 10), FIRST)]:
        with refused(Invalid, "overlap"):
            second(agency=world.centre, first=first, last=last)
    assert second(agency=world.centre, first=date(2027, 5, 16), last=date(2027, 12, 31)).pk
    with pytest.raises(IntegrityError, match="secondments_apart"), transaction.atomic():
        Secondment.objects.filter(agency=world.centre).update(first=LAST)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_recorded(world, second):
    _first, other = one_waits_for_the_other(second, lambda: second(agency=world.centre))
    assert other.code == "overlap"
    assert Secondment.objects.get().agency == world.other_ward


@pytest.mark.parametrize(
    ("last", "usual"),
    [
        (date(2027, 5, 14), False),  # a day short of six months
        (date(2027, 5, 15), True),
        (date(2028, 11, 15), True),
        (date(2028, 11, 16), False),  # a day over twenty-four
    ],
)
def test_six_to_twenty_four_months_are_usual(last, usual):
    assert Secondment(first=FIRST, last=last).is_of_usual_length is usual


# The end ----------------------------------------------------------------------------------------------


def test_ended_early_the_person_is_home_from_the_next_day_on(world, clock, second, keeper):
    secondment = second()
    clock.move_to("2026-12-01 10:00")
    services.end_secondment(secondment, last=date(2026, 12, 1), by=keeper)
    assert today(world.clerk).workplace == world.other_ward
    clock.move_to("2026-12-02 00:00")
    assert today(world.clerk).workplace == world.ward


def test_one_that_has_not_begun_is_called_off(world, second, keeper):
    assert services.end_secondment(second(), last=date(2026, 11, 9), by=keeper) is None
    assert not Secondment.objects.exists()


def test_either_agency_ends_it_and_nobody_else(world, second):
    for person in [world.supervisor, world.outsider_head]:
        services.end_secondment(second(), last=date(2026, 11, 9), by=person)
    secondment = second()
    for person in [world.clerk, world.officer, world.auditor, world.centre_clerk, world.outsider_clerk]:
        with pytest.raises(NotPermitted):
            services.end_secondment(secondment, last=date(2026, 11, 9), by=person)
    assert Secondment.objects.get().last == LAST


@pytest.mark.parametrize("last", [date(2026, 11, 19), LAST, date(2028, 1, 1)])
def test_it_ends_neither_in_the_past_nor_later(world, clock, second, keeper, last):
    secondment = second()
    clock.move_to("2026-11-20 10:00")
    with refused(Invalid, "wrong_days"):
        services.end_secondment(secondment, last=last, by=keeper)
    assert Secondment.objects.get().last == LAST
    assert not Handover.objects.exists()
