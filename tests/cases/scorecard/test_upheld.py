"""Indicator 7: what was complained of counts as soon as it is decided whether that was right (R50)."""

import pytest

from cases import services
from cases.feedback import Verdict
from cases.models import Dossier
from tests.cases.scorecard.test_evaluations import agency, officer, scores
from tests.cases.test_contests import contest

__all__ = ["agency", "officer"]
pytestmark = pytest.mark.usefixtures("english")


def finished(world, clock):
    """Contested, resumed and finished early."""
    dossier = world.supplement()
    feedback = contest(dossier)
    clock.move_to("2026-11-10 09:00")
    services.resume(dossier, by=world.clerk)
    world.record_result(Dossier.objects.get(pk=dossier.pk))
    return feedback


@pytest.mark.parametrize(
    ("verdict", "points"), [(Verdict.UPHELD, ("0.0", 1)), (Verdict.NOT_UPHELD, ("2.0", 1))]
)
def test_a_decided_complaint_is_measured(world, clock, agency, officer, verdict, points):
    feedback = finished(world, clock)
    assert scores(agency())[7] is None
    services.answer_feedback(feedback, by=world.supervisor, text="Xin trả lời.", verdict=verdict)
    assert (scores(agency())[7], scores(officer())[7]) == (points, points)


def test_what_is_decided_after_the_period_was_not_decided_in_it(world, clock, agency):
    feedback = finished(world, clock)
    clock.move_to("2026-12-01 09:00")
    services.answer_feedback(feedback, by=world.supervisor, text="Xin lỗi.", verdict=Verdict.UPHELD)
    assert scores(agency())[7] is None
