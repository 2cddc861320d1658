"""The post's own clerk at a reception desk: the rights of the desk, and no more (seed requirement of S0)."""

from datetime import date

import pytest

from cases import rules, services
from cases.enums import State, Verb
from cases.errors import NotPermitted
from cases.models import Dossier
from onestop import access
from procedures.enums import Channel, Role
from procedures.models import Staff, Substitute
from procedures.services.substitutes import without_substitute
from tests.cases.helpers import fresh, make_person, refused


@pytest.fixture
def post(world) -> Staff:
    return make_person("buu-dien", world.ward, Role.POSTAL_CLERK)


def test_what_is_received_at_the_desk_was_filed_at_the_desk(world, post):
    dossier = world.receive(by=post)
    assert (dossier.channel, dossier.receiving_desk) == (Channel.DESK, world.ward)


def test_goes_the_whole_way_of_a_desk(world, post):
    dossier = world.receive(world.paid, by=post)
    world.scan(dossier)
    services.digitize(dossier, by=post)
    services.start(dossier, by=world.officer)
    services.pay(dossier, amount=15_000, method="cash", by=post)
    world.record_result(fresh(dossier))
    services.return_result(dossier, by=post, collector="Nguyễn Thị Ví Dụ", proof="receipt")
    assert fresh(dossier).state == State.RETURNED


@pytest.mark.parametrize("state", State)
def test_has_the_verbs_of_the_desks_own_clerk(world, post, state):
    dossier = world.in_state(state)
    colleague = make_person("mot-cua-2", world.ward, Role.CLERK)  # not the one who holds it
    own = [verb for verb in Verb if rules.may(colleague, verb, dossier)]
    assert [verb for verb in Verb if rules.may(post, verb, dossier)] == own


def test_sees_what_the_desks_own_clerk_sees(world, post):
    world.receive()
    world.receive(desk=world.other_ward, by=world.outsider_clerk)
    assert set(Dossier.objects.visible_to(post)) == set(Dossier.objects.visible_to(world.clerk))


@pytest.mark.parametrize(
    "predicate",
    [
        value
        for name, value in vars(access).items()
        if callable(value) and value.__module__ == access.__name__
    ],
    ids=lambda predicate: predicate.__name__,
)
def test_opens_the_pages_of_the_desks_own_clerk(world, post, predicate):
    if predicate is access.may_keep_person:
        assert not predicate(post, world.clerk)
        return
    answers = [predicate(person) for person in (post, world.clerk)]
    own, other = [list(answer) if hasattr(answer, "__iter__") else answer for answer in answers]
    assert own == other


def test_does_not_work_at_another_desk(world, post):
    with refused(NotPermitted):
        world.receive(desk=world.other_ward, by=post)


def test_signs_nothing_and_approves_nothing(world, post):
    post.is_head = True
    post.save()
    dossier = world.processing()
    assert not rules.is_head_of(post, world.ward)
    assert not rules.may(post, Verb.RESCHEDULE, dossier)
    assert not rules.may(post, Verb.RECORD_RESULT, dossier)
    assert not rules.keeps_people_of(post, world.ward)


def test_decides_at_the_counter_only_when_authorised(world, post):
    world.free.versions.update(decided_at_once=True)
    dossier = fresh(world.digitized())
    assert not rules.may(post, Verb.START, dossier)
    post.decides_at_counter = True
    post.save()
    assert rules.may(post, Verb.START, dossier)


def test_takes_a_step_that_is_for_a_clerk(world, post):
    assert rules.has_role_of(post, Role.CLERK, world.ward)
    assert rules.has_role_of(world.clerk, Role.POSTAL_CLERK, world.ward)
    assert not rules.has_role_of(post, Role.OFFICER, world.ward)


def test_stands_in_for_the_desks_own_clerk_and_the_other_way_round(world, post):
    assert {world.clerk, post} <= set(without_substitute())
    Substitute.objects.create(staff=world.clerk, substitute=post)
    assert world.clerk not in without_substitute()
    day = {"first": date(2026, 11, 16), "last": date(2026, 11, 16), "by": world.supervisor}
    assert services.record_absence(world.clerk, **day).substitute == post
    next_day = {**day, "first": date(2026, 11, 17), "last": date(2026, 11, 17)}
    assert services.record_absence(post, **next_day, substitute=world.clerk).substitute == world.clerk
