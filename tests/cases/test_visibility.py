"""Who sees which dossier: what was received or is decided at or below the own agency (DESIGN §8)."""

import pytest
from django.contrib.auth.models import AnonymousUser

from cases import rules, services
from cases.enums import State, Verb
from cases.models import Dossier
from procedures.enums import AgencyKind, Role
from procedures.models import Agency, Staff
from tests.cases.helpers import make_person


@pytest.fixture
def dossiers(world) -> dict[str, Dossier]:
    """One dossier each of the ward, of the other ward, and received by the centre for the ward."""
    return {
        "ward": world.receive(),
        "other ward": world.receive(desk=world.other_ward, by=world.outsider_clerk),
        "centre for ward": world.receive(
            desk=world.centre, by=world.centre_clerk, competent_agency=world.ward
        ),
    }


SEES = {
    "clerk": {"ward", "centre for ward"},
    "officer": {"ward", "centre for ward"},
    "supervisor": {"ward", "centre for ward"},
    "head": {"ward", "centre for ward"},
    "centre_clerk": {"centre for ward"},
    "auditor": {"ward", "other ward", "centre for ward"},  # of the province, above all
    "outsider_clerk": {"other ward"},
    "outsider_officer": {"other ward"},
    "outsider_head": {"other ward"},
}


@pytest.mark.parametrize("name", SEES)
def test_visible_to_the_cast(world, dossiers, name):
    person = getattr(world, name)
    visible = Dossier.objects.visible_to(person)
    assert {key for key, dossier in dossiers.items() if dossier in visible} == SEES[name]
    assert {key for key, dossier in dossiers.items() if rules.may_see(person, dossier)} == SEES[name]


def test_who_is_above_all_agencies_sees_no_further_once_another_province_is_there(world, dossiers):
    assert world.auditor.works_above_all
    other = Agency.objects.create(identifier="H99", name_vi="UBND tỉnh Khác", kind=AgencyKind.PROVINCE)
    elsewhere = Agency.objects.create(
        identifier="H99.1",
        name_vi="UBND xã Khác",
        kind=AgencyKind.COMMUNE,
        parent=other,
        is_reception_desk=True,
    )
    clerk = make_person("mot-cua-khac", elsewhere, Role.CLERK)
    far = world.receive(desk=elsewhere, by=clerk)
    for person, sees in ((world.auditor, set(dossiers.values())), (clerk, {far})):
        again = Staff.objects.get(pk=person.pk)
        assert not again.works_above_all
        assert set(Dossier.objects.visible_to(again)) == sees
        assert set(Dossier.objects.of_agencies_of(again)) == sees


def test_visible_to_people_who_do_not_fit_is_nothing(world, dossiers):
    ward, province = world.ward, world.province
    nobodies = [
        make_person("khong-vai-tro", ward, ""),
        make_person("vai-tro-la", ward, "gardener"),
        make_person("khong-don-vi", None, Role.SUPERVISOR),
        make_person("nghi-viec", ward, Role.CLERK, is_active=False),
        make_person("nghi-viec-tinh", province, Role.AUDITOR, is_active=False),
        make_person("nghi-viec-toan-quyen", province, "", is_superuser=True, is_active=False),
        AnonymousUser(),
    ]
    assert [person for person in nobodies if Dossier.objects.visible_to(person).exists()] == []


def test_visible_to_an_active_superuser_is_everything(world, dossiers):
    superuser = make_person("toan-quyen", None, "", is_superuser=True)
    assert set(Dossier.objects.visible_to(superuser)) == set(dossiers.values())


@pytest.mark.parametrize("role", [Role.CLERK, Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR])
def test_visible_to_every_role_that_works_with_dossiers_is_the_same(world, dossiers, role):
    person = make_person("nguoi-moi", world.ward, role)
    assert set(Dossier.objects.visible_to(person)) == {dossiers["ward"], dossiers["centre for ward"]}


@pytest.mark.parametrize("role", [Role.AGENCY_ADMIN, Role.SYSTEM_ADMIN, Role.INTEGRATION])
def test_visible_to_administrators_and_connected_systems_is_nothing(world, dossiers, role):
    """Not even from the top of the tree, as a head, or a filing: the papers of citizens are not theirs."""
    world.submit()
    person = make_person("nguoi-moi", world.province, role, is_head=True)
    assert not Dossier.objects.visible_to(person).exists()


def test_visible_includes_filings_that_have_no_code_yet(world):
    filing = world.submit()
    assert rules.may_see(world.clerk, filing)
    assert not rules.may_see(world.outsider_clerk, filing)


def test_visible_chains_with_the_other_questions(world, dossiers):
    found = Dossier.objects.visible_to(world.clerk).search("ví dụ").running()
    assert set(found) == {dossiers["ward"], dossiers["centre for ward"]}


def test_visible_costs_two_queries_however_many_dossiers(world, dossiers, django_assert_num_queries):
    with django_assert_num_queries(2):
        list(Dossier.objects.visible_to(world.clerk))


# To see is not to act -------------------------------------------------------------------------------


def test_possible_verbs_of_the_auditor_and_the_superuser_are_none(world):
    superuser = make_person("toan-quyen", None, "", is_superuser=True)
    for dossier in [world.submit(), world.receive(), world.processing(), world.with_result()]:
        assert rules.possible_verbs(world.auditor, dossier) == []
        assert rules.possible_verbs(superuser, dossier) == []
        assert rules.possible_verbs(AnonymousUser(), dossier) == []


@pytest.mark.parametrize(
    ("state", "name", "verbs"),
    [
        (
            State.SUBMITTED,
            "clerk",
            [Verb.RECEIVE, Verb.REFUSE, Verb.ASK_TO_COMPLETE, Verb.WITHDRAW, Verb.DEMAND],
        ),
        (State.SUBMITTED, "officer", [Verb.DEMAND]),
        (State.RECEIVED, "clerk", [Verb.DIGITIZE, Verb.WITHDRAW, Verb.DEMAND]),
        (State.RECEIVED, "officer", [Verb.REQUEST_SUPPLEMENT, Verb.DEMAND]),
        (State.RECEIVED, "head", [Verb.RESCHEDULE]),
        (State.RECEIVED, "supervisor", []),
        (
            State.DIGITIZED,
            "officer",
            [Verb.START, Verb.REQUEST_SUPPLEMENT, Verb.CLARIFY, Verb.DEMAND, Verb.UNDO],
        ),
        (
            State.PROCESSING,
            "officer",
            [
                Verb.HAND_OVER,
                Verb.REQUEST_SUPPLEMENT,
                Verb.RECORD_RESULT,
                Verb.CONSULT,
                Verb.CLARIFY,
                Verb.DEMAND,
                Verb.UNDO,
            ],
        ),
        (State.PROCESSING, "clerk", [Verb.WITHDRAW, Verb.DEMAND, Verb.UNDO]),
        (State.SUPPLEMENT, "clerk", [Verb.RESUME, Verb.WITHDRAW, Verb.DEMAND]),
        (State.SUPPLEMENT, "supervisor", [Verb.STOP]),
        (State.PAID, "clerk", [Verb.RETURN_RESULT, Verb.UNDO]),
        (State.PAID, "officer", [Verb.UNDO]),
        (State.RETURNED, "clerk", []),
        (State.REFUSED, "clerk", []),
        (State.STOPPED, "head", []),
    ],
)
def test_possible_verbs_are_the_buttons_of_the_page(world, state, name, verbs):
    """Undoing is possible by role and state; whose the last step was is asked before the button is shown."""
    assert rules.possible_verbs(getattr(world, name), world.in_state(state)) == verbs


def test_possible_verbs_of_a_boundary_free_dossier_are_shared_between_desk_and_ward(world):
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    assert rules.possible_verbs(world.centre_clerk, dossier) == [
        Verb.DIGITIZE,
        Verb.WITHDRAW,
        Verb.DEMAND,
    ]
    assert rules.possible_verbs(world.officer, dossier) == [Verb.REQUEST_SUPPLEMENT, Verb.DEMAND]
    assert rules.possible_verbs(world.clerk, dossier) == []


def test_possible_verbs_with_a_fee_owed_offer_to_take_it(world):
    assert Verb.PAY in rules.possible_verbs(world.clerk, world.receive(world.paid))
    assert Verb.PAY not in rules.possible_verbs(world.clerk, world.receive(world.free))


def test_possible_verbs_offer_extension_and_periods_only_where_the_version_has_them(world):
    dossier = world.processing()
    assert {Verb.EXTEND, Verb.EXCLUDE_PERIOD} & set(rules.possible_verbs(world.officer, dossier)) == set()
    world.free.versions.update(
        extension_mode="add",
        extension_amount=2,
        extension_unit="working_day",
        excluded_periods=[{"name_vi": "Niêm yết", "name_en": "Posting"}],
    )
    dossier = Dossier.objects.get(pk=dossier.pk)
    assert {Verb.EXTEND, Verb.EXCLUDE_PERIOD} <= set(rules.possible_verbs(world.officer, dossier))
    assert Verb.EXTEND in rules.possible_verbs(world.supervisor, dossier)
    services.extend(dossier, by=world.officer, reason="Cần xác minh")
    assert Verb.EXTEND not in rules.possible_verbs(world.officer, Dossier.objects.get(pk=dossier.pk))
