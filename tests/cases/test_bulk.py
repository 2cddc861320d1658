"""One verb for many dossiers: what each would do, then each on its own (xử lý hàng loạt)."""

import pytest
from django.db import OperationalError

from cases import services
from cases.enums import State, Verb
from cases.errors import Invalid
from cases.models import Dossier
from cases.services.bulk import BULK, MOST, BulkVerb, act_on_all, foresee
from onestop import faults
from tests.cases.helpers import everything, fresh, in_parallel, kinds, refused

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def three(world):
    """Digitized, digitized and assigned to a colleague, and still at the desk."""
    first, second, third = world.digitized(), world.digitized(), world.receive()
    services.assign(second, by=world.supervisor, to=world.second_officer)
    return [first, second, third]


def states(dossiers):
    return [fresh(dossier).state for dossier in dossiers]


def test_foreseeing_says_what_each_would_do_and_changes_nothing(world, three):
    before = everything()
    rows = foresee(Verb.START, Dossier.objects.order_by("pk"), by=world.officer)
    assert [row.is_possible for row in rows] == [True, False, False]
    assert rows[1].refusal.endswith(
        "was assigned to Đỗ Thị Thụ Lý Hai. A supervisor may assign it to somebody else."
    )
    assert "“Take over” is not possible now" in rows[2].refusal
    assert everything() == before


def test_each_is_done_or_refused_for_itself(world, three):
    rows = act_on_all(Verb.START, Dossier.objects.order_by("pk"), by=world.officer, nonce="n1")
    assert [row.is_possible for row in rows] == [True, False, False]
    assert states(three) == [State.PROCESSING, State.DIGITIZED, State.RECEIVED]


def test_what_is_foreseen_is_what_is_done(world, three):
    dossiers = list(Dossier.objects.order_by("pk"))
    foreseen = foresee(Verb.ASSIGN, dossiers, by=world.supervisor, to=world.second_officer)
    done = act_on_all(
        Verb.ASSIGN, dossiers, by=world.supervisor, nonce="n1", to=world.second_officer, note="Gấp"
    )
    assert [row.refusal for row in done] == [row.refusal for row in foreseen]
    assert [row.is_possible for row in done] == [True, False, False]


def test_a_list_that_is_sent_twice_acts_once(world):
    dossiers = [world.digitized(), world.digitized()]
    first = act_on_all(Verb.START, dossiers, by=world.officer, nonce="n1")
    second = act_on_all(Verb.START, dossiers, by=world.officer, nonce="n1")
    assert [[row.is_possible for row in rows] for rows in (first, second)] == [[True, True]] * 2
    assert [kinds(dossier).count("started") for dossier in dossiers] == [1, 1]


def test_the_same_list_from_another_page_is_refused_row_by_row(world):
    dossiers = [world.digitized()]
    act_on_all(Verb.START, dossiers, by=world.officer, nonce="n1")
    (row,) = act_on_all(Verb.START, dossiers, by=world.officer, nonce="n2")
    assert "Last event: Taken over by Phạm Văn Thụ Lý" in row.refusal


@pytest.mark.django_db(transaction=True)
def test_two_officers_take_the_same_list_and_each_dossier_has_one_of_them(world):
    dossiers = [world.digitized() for _ in range(6)]

    def take(person, nonce):
        return lambda: act_on_all(Verb.START, dossiers, by=person, nonce=nonce)

    one, other = in_parallel([take(world.officer, "a"), take(world.second_officer, "b")], connections=2)
    assert [a.is_possible != b.is_possible for a, b in zip(one, other, strict=True)] == [True] * 6
    assert [kinds(dossier).count("started") for dossier in dossiers] == [1] * 6


def test_digitizing_names_the_scans_that_are_missing(world):
    ready, bare = world.receive(), world.receive()
    world.scan(ready)
    rows = foresee(Verb.DIGITIZE, [ready, bare], by=world.clerk)
    assert (rows[0].refusal, "The dossier cannot leave the desk yet" in rows[1].refusal) == ("", True)
    rows = act_on_all(Verb.DIGITIZE, [ready, bare], by=world.clerk, nonce="n1")
    assert states([ready, bare]) == [State.DIGITIZED, State.RECEIVED]


def test_handing_over_goes_to_the_one_who_was_chosen(world):
    dossiers = [world.processing(), world.processing()]
    rows = foresee(Verb.HAND_OVER, dossiers, by=world.officer)
    assert "is for the role “Supervisor”" in rows[0].refusal
    act_on_all(Verb.HAND_OVER, dossiers, by=world.officer, nonce="n1", to=world.supervisor, note="")
    assert [fresh(dossier).holder for dossier in dossiers] == [world.supervisor] * 2


@pytest.mark.parametrize("verb", BULK)
def test_a_person_without_the_role_gets_a_sentence_for_each(world, verb):
    dossier = world.in_state({Verb.DIGITIZE: "received"}.get(verb, "processing"))
    answers = {"to": world.second_officer} if verb == Verb.ASSIGN else {}
    (row,) = act_on_all(verb, [dossier], by=world.auditor, nonce="n1", **answers)
    assert not row.is_possible


@pytest.mark.parametrize(("count", "code"), [(0, "none_chosen"), (MOST + 1, "too_many")])
def test_none_and_too_many_are_refused(world, count, code):
    dossiers = [world.receive()] * count
    with refused(Invalid, code):
        act_on_all(Verb.START, dossiers, by=world.officer, nonce="n1")


@pytest.mark.parametrize("away_at, code", [(1, "database_away"), (2, "outcome_unknown")])
def test_a_database_that_goes_away_in_the_middle_does_not_say_that_nothing_was_changed(
    world, three, away_at, code
):
    """What was done before is stored; only before the first one is it true that nothing was."""
    done = []

    def act(dossier, *, by):
        if len(done) + 1 == away_at:
            raise OperationalError("the connection is lost")
        done.append(dossier)

    verbs = {Verb.START: BulkVerb(act, check=None)}
    with pytest.raises(OperationalError) as error:
        act_on_all(Verb.START, three, by=world.officer, nonce="n1", verbs=verbs)
    assert faults._away(error.value)[0] == code
