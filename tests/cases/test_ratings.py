"""Ratings (R49): once, after the return, by the applicant; staff can neither make nor change nor delete one."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from cases import services, survey
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.models import Rating, RatingProof, RatingScore
from cases.satisfaction import Figures, figures_of
from cases.services.rating import PROOF_SECONDS, proved_dossier, rating_proof
from tests.cases.own_account import account
from tests.cast import local

__all__ = ["account"]
pytestmark = pytest.mark.usefixtures("english")
GOOD = {"guidance": 5, "attitude": 4, "time": 3, "components": 5, "fee": 5}


def test_a_rating_by_the_proof_of_a_look_up(world):
    dossier = world.returned()
    rating = services.rate(dossier, scores=GOOD, comment=" Tốt ", proof=rating_proof(dossier))
    assert (rating.proof, rating.comment) == (RatingProof.LOOKUP, "Tốt")
    assert dict(rating.scores.values_list("question", "score")) == GOOD


def test_a_rating_by_the_account_of_the_applicant(world, account):
    dossier = world.returned()
    assert services.rate(dossier, scores=GOOD, account=account()).proof == RatingProof.ACCOUNT


def test_a_second_rating_is_refused(world):
    dossier = world.returned()
    services.rate(dossier, scores=GOOD, proof=rating_proof(dossier))
    with pytest.raises(NotPossibleNow):
        services.rate(dossier, scores=GOOD, proof=rating_proof(dossier))
    assert Rating.objects.count() == 1


@pytest.mark.parametrize("state", ["received", "digitized", "processing", "supplement", "paid", "stopped"])
def test_a_rating_before_the_return_is_refused(world, state):
    dossier = world.in_state(state)
    with pytest.raises(NotPossibleNow):
        services.rate(dossier, scores=GOOD, proof=rating_proof(dossier))
    assert not Rating.objects.exists()


def test_nobody_else_rates_and_no_member_of_staff(world, account, clock):
    dossier, other = world.returned(), world.returned()
    old = rating_proof(dossier)
    clock.move_to("2026-11-09 10:00:01" if PROOF_SECONDS == 3600 else "2027-01-01 00:00")
    stranger = account(full_name="Trần Văn Thử", id_number="040000000077")
    attempts = [{}, {"proof": "x"}, {"proof": rating_proof(other)}, {"proof": old}, {"account": stranger}]
    attempts += [{"account": person} for person in (world.clerk, world.officer, world.head, world.auditor)]
    for attempt in attempts:
        with pytest.raises(NotPermitted):
            services.rate(dossier, scores=GOOD, **attempt)
    assert not Rating.objects.exists()


@pytest.mark.parametrize(
    ("scores", "comment"),
    [
        ({}, ""),
        ({**GOOD, "fee": 0}, ""),
        ({**GOOD, "fee": 6}, ""),
        ({**GOOD, "fee": "5"}, ""),
        ({**GOOD, "fee": True}, ""),
        ({**GOOD, "looks": 5}, ""),
        (GOOD, "a" * 2001),
        (GOOD, "a\x00"),
    ],
)
def test_bad_answers_keep_nothing(world, scores, comment):
    dossier = world.returned()
    with pytest.raises(Invalid):
        services.rate(dossier, scores=scores, comment=comment, proof=rating_proof(dossier))
    assert (Rating.objects.count(), RatingScore.objects.count()) == (0, 0)


def test_the_database_refuses_what_staff_could_try(world):
    dossier, early = world.returned(), world.processing()
    rating = services.rate(dossier, scores=GOOD, proof=rating_proof(dossier))
    for attempt in (
        lambda: Rating.objects.update(comment="Tuyệt vời"),
        lambda: Rating.objects.filter(pk=rating.pk)._raw_delete("default"),
        lambda: RatingScore.objects.update(score=5),
        lambda: RatingScore.objects.all()._raw_delete("default"),
        lambda: Rating.objects.create(dossier=early, at=local("2026-11-09 09:00"), proof="lookup"),
        lambda: Rating.objects.create(dossier=dossier, at=local("2026-11-09 09:00"), proof="lookup"),
        lambda: RatingScore.objects.create(rating=rating, question="fee2", score=6),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


@pytest.mark.parametrize("proof", ["", "x", "a:b:c", "é", "1" * 5000])
def test_rubbish_proves_nothing(db, proof):
    assert proved_dossier(proof) is None


def test_figures_add_up_and_an_average_without_answers_is_none(world):
    for fee in (1, 4, 5):
        dossier = world.returned()
        services.rate(dossier, scores={**GOOD, "fee": fee}, proof=rating_proof(dossier))
    each, together = figures_of(Rating.objects.all())
    assert [one.answers for one in each] == [3] * 5
    assert each[-1].counts == (1, 0, 0, 1, 1)
    assert each[-1].average == Decimal("3.33")
    assert (together.answers, sum(one.answers for one in each)) == (15, 15)
    assert Rating.objects.low().count() == 1
    assert figures_of(Rating.objects.none())[1].average is None
    assert Rating.objects.of_agencies([world.other_ward.pk]).count() == 0


@given(st.lists(st.integers(0, 10**6), min_size=5, max_size=5))
def test_an_average_lies_between_the_lowest_and_the_highest_score(counts):
    average = Figures("", tuple(counts)).average
    assert (average is None) == (sum(counts) == 0)
    assert average is None or survey.LOWEST <= average <= survey.HIGHEST


@given(
    st.dictionaries(st.text(max_size=12), st.integers() | st.text() | st.booleans() | st.none(), max_size=8)
)
def test_only_the_five_questions_with_scores_from_one_to_five_are_without_fault(scores):
    assert survey.faults(scores, survey.SURVEYS[0]) != []
    assert survey.faults(GOOD, survey.SURVEYS[0]) == []
