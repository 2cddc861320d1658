"""Feedback and satisfaction in the scorecard (R48, R51, R52)."""

import pytest

from cases import services
from cases.feedback import FeedbackKind
from cases.scorecard.facts import card_of, scope_of
from cases.scorecard.periods import quarter
from cases.scorecard.scores import Fact
from cases.services.rating import rating_proof
from tests.cases.scorecard.helpers import DECEMBER, LATER, NOVEMBER, listed, send

pytestmark = pytest.mark.usefixtures("english")

GOOD = {"guidance": 5, "attitude": 4, "time": 3, "components": 5, "fee": 5}


def test_without_feedback_the_points_are_full(world):
    found = card_of(scope_of(world.ward, NOVEMBER, LATER))
    assert [found.part(code).points for code in ("6.1", "6.2", "6.3", "4.1")] == [6, 6, 0, None]


def test_feedback_answered_refused_late_and_open(world, clock, count):
    """Sent Monday 09/11: refused by 11/11, answered by 01/12."""
    answered, refused, refused_late, still_open = (send(world) for _ in range(4))
    send(world, agency=world.other_ward)
    clock.move_to("2026-11-11 17:00")
    services.refuse_feedback(refused, by=world.supervisor, text="Không có căn cứ")
    clock.move_to("2026-11-12 07:30")
    services.refuse_feedback(refused_late, by=world.supervisor, text="Không có căn cứ")
    services.answer_feedback(answered, by=world.supervisor, text="Xin cảm ơn")
    assert count("6.1") == Fact(3, 4)
    assert listed("6.1", world.ward)[0] == {answered, refused, still_open}
    assert count("6.1", world.province) == Fact(4, 5)
    assert count("6.1", period=DECEMBER) == Fact(0, 0)
    assert count("6.1", period=quarter(2026, 4)) == Fact(2, 4)
    assert count("6.2") == Fact(3, 4)


def test_what_was_passed_on_is_received_by_the_other_agency(world, clock, count):
    feedback = send(world)
    clock.move_to("2026-12-01 09:00")
    services.transfer_feedback(feedback, by=world.supervisor, to=world.other_ward, text="Chuyển")
    assert (count("6.1"), count("6.1", world.other_ward)) == (Fact(1, 1), Fact(0, 0))
    assert count("6.1", world.other_ward, period=DECEMBER) == Fact(0, 1)
    assert count("6.1", world.ward, period=DECEMBER) == Fact(0, 0)


def test_satisfied_is_neither_late_nor_complained_of(world, clock, count):
    liked, disliked, complained = world.returned(), world.returned(), world.returned()
    late_too = world.processing()
    services.rate(liked, scores=GOOD, proof=rating_proof(liked))
    services.rate(disliked, scores={**GOOD, "attitude": 2}, proof=rating_proof(disliked))
    for dossier in (complained, late_too):
        send(world, code=dossier.code)
    assert count("2.1") == Fact(3, 4)
    assert listed("6.3", world.ward)[0] == {liked}


def test_feedback_on_rules_or_refused_is_no_complaint(world, count):
    dossier = world.returned()
    send(world, code=dossier.code, kind=FeedbackKind.RULE)
    services.refuse_feedback(send(world, code=dossier.code), by=world.supervisor, text="Không có căn cứ")
    assert count("6.3") == Fact(1, 1)
