"""Whether the sender of feedback is satisfied with the answer (R48): once, by who knows the secret, counted in 6.2."""

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from cases import lookup, services
from cases.errors import NotPermitted, NotPossibleNow
from cases.models import AnswerRating
from cases.scorecard import rolled
from cases.scorecard.facts import fact_of, scope_of
from cases.scorecard.periods import month
from cases.scorecard.scores import Fact
from cases.services.rollups import keep_rollups
from tests.cases.admin.conftest import browser, text_of
from tests.cases.helpers import refused
from tests.cases.test_feedback import send
from tests.cast import local

__all__ = ["browser", "send"]
pytestmark = pytest.mark.usefixtures("english")
FOLLOW = "/phan-anh-kien-nghi/theo-doi/"


@pytest.fixture
def answered(world, send):
    feedback = send()
    services.answer_feedback(feedback, by=world.supervisor, text="Không cần bản sao nữa.")
    return feedback


def proof(feedback) -> dict[str, str]:
    return {"code": feedback.code, "secret": lookup.secret_of(feedback)}


def test_the_sender_says_it_once_after_the_end(world, send, answered):
    still_open = send()
    with refused(NotPossibleNow, "still_open"):
        services.rate_answer(still_open, secret=lookup.secret_of(still_open), satisfied=True)
    with pytest.raises(NotPermitted):
        services.rate_answer(answered, secret="2345678923", satisfied=True)
    services.rate_answer(answered, secret=lookup.secret_of(answered), satisfied=False)
    with refused(NotPossibleNow, "rated_already"):
        services.rate_answer(answered, secret=lookup.secret_of(answered), satisfied=True)
    assert list(AnswerRating.objects.values_list("feedback", "satisfied")) == [(answered.pk, False)]


def test_the_database_keeps_it_as_it_was_and_takes_none_before_the_end(world, send, answered):
    services.rate_answer(answered, secret=lookup.secret_of(answered), satisfied=False)
    for act in (lambda rows: rows.update(satisfied=True), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act(AnswerRating.objects.all())
    with pytest.raises(DatabaseError), transaction.atomic():
        AnswerRating.objects.create(feedback=send(), at=local("2026-11-09 09:00"), satisfied=True)


def test_dissatisfied_and_late_are_off_the_satisfied_ones_and_silence_is_not(world, send, answered, clock):
    world.receive()  # of an office without a dossier nothing is rolled up
    silent, late = send(), send()
    services.answer_feedback(silent, by=world.supervisor, text="Xin cảm ơn.")
    services.rate_answer(answered, secret=lookup.secret_of(answered), satisfied=False)
    clock.move_to("2026-12-02 09:00")
    services.answer_feedback(late, by=world.supervisor, text="Xin cảm ơn.")
    services.rate_answer(late, secret=lookup.secret_of(late), satisfied=True)
    # In November the third one was open and not late yet; over the quarter it is late.
    now = local("2027-01-15 09:00")
    counted = {
        period: fact_of("6.2", scope_of(world.ward, period, now))
        for period in (month(2026, 11), month(2026, 12))
    }
    assert counted == {month(2026, 11): Fact(2, 3), month(2026, 12): Fact(0, 0)}
    clock.move_to("2027-01-15 09:00")
    keep_rollups()
    assert rolled.facts_of(rolled.counted_scope(world.ward, month(2026, 11)))["6.2"] == Fact(2, 3)


def test_the_page_of_the_answer_asks_and_thanks(world, answered, browser):
    client = Client(headers={"accept-language": "en"})
    page = client.post(FOLLOW, proof(answered))
    assert "Are you satisfied with how this was handled?" in page.content.decode()
    page = client.post(FOLLOW, {**proof(answered), "satisfied": "no"})
    assert "You said that you are not satisfied with the answer." in page.content.decode()
    again = client.post(FOLLOW, {**proof(answered), "satisfied": "yes"})
    assert (again.status_code, AnswerRating.objects.get().satisfied) == (400, False)
    page = browser(world.supervisor).get(reverse("admin:feedback", args=[answered.pk]))
    assert "Not satisfied, 09/11/2026 09:00" in " ".join(text_of(page).split())


def test_open_feedback_is_not_asked_about(world, send):
    page = Client(headers={"accept-language": "en"}).post(FOLLOW, {**proof(send()), "satisfied": "perhaps"})
    assert page.status_code == 200
    assert "Are you satisfied" not in page.content.decode()
