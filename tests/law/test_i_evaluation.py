"""Group I, feedback and evaluation: R48 to R54."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation

from cases import services
from cases.errors import NotPossibleNow
from cases.feedback import FeedbackKind
from cases.models import FrozenDelays, Rating
from cases.report.delays import delays_of
from cases.scorecard import nine
from cases.scorecard.facts import facts_of, scope_of
from cases.scorecard.on_time import course_of, verdict
from cases.scorecard.parameters import edition_on
from cases.scorecard.periods import month
from cases.scorecard.scores import Fact, card
from cases.scorecard.targets import Rate, measure, target_on
from cases.services.feedback import Sender
from cases.services.freezing import freeze_months
from cases.services.rating import rating_proof
from cases.services.rollups import keep_rollups
from cases.survey import all_questions
from tests.cases.helpers import refused
from tests.cast import local

pytestmark = pytest.mark.django_db

NOVEMBER = month(2026, 11)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def test_r48_feedback_is_numbered_timed_and_answered_within_fifteen_working_days(world, clock):
    clock.move_to("2026-11-02 10:00")
    feedback = services.send_feedback(
        kind=FeedbackKind.RULE,
        text="Vì sao phải nộp bản sao?",
        agency=world.ward,
        sender=Sender(name="Nguyễn Thị Ví Dụ", phone="0900000001"),
        nonce=uuid4(),
    )
    assert (feedback.code, feedback.sent_at) == ("H41.101-PA26-0001", local("2026-11-02 10:00"))
    assert feedback.answer_by == local("2026-11-23 17:00")


def test_r49_a_dossier_is_rated_once_after_the_return_and_for_good(world):
    dossier, scores = world.returned(), dict.fromkeys(all_questions(), 5)
    with pytest.raises(NotPossibleNow):
        early = world.processing()
        services.rate(early, scores=scores, proof=rating_proof(early))
    services.rate(dossier, scores=scores, proof=rating_proof(dossier))
    with refused(NotPossibleNow, "rated_already"):
        services.rate(dossier, scores=scores, proof=rating_proof(dossier))
    with pytest.raises(DatabaseError), transaction.atomic():
        Rating.objects.all().delete()


def test_r50_points_are_rounded_to_one_decimal_and_fifteen_is_excellent():
    rules = nine.rules_on(date(2026, 11, 30))
    assert nine.mean([2, 2, 1, 1, 1]) == Decimal("1.4")
    scores = dict(zip(range(1, 10), [Decimal(2)] * 6 + [Decimal(1)] * 3, strict=True))
    assert nine.agency(scores, rules).total == 15
    assert nine.agency(scores, rules).band == nine.Band.EXCELLENT


def test_r50_an_indicator_without_data_is_left_out():
    rules = nine.rules_on(date(2026, 11, 30))
    assert nine.mean([]) is None
    found = nine.officer({1: Decimal(2), 2: None, 3: Decimal("1.5")}, rules)
    assert (found.total, found.counted) == (Decimal("3.5"), (1, 3))


def test_r51_nothing_measured_is_not_0_and_what_the_portal_gives_for_nothing(world):
    facts = facts_of(scope_of(world.ward, NOVEMBER, local("2026-11-30 09:00")))
    found = card(facts, edition_on(NOVEMBER.last))
    points = {code: found.part(code).points for code in ("6.1", "6.2", "6.3", "4.1")}
    assert points == {"6.1": 6, "6.2": 6, "6.3": 0, "4.1": None}


def test_r51_nothing_is_above_its_maximum():
    edition = edition_on(NOVEMBER.last)
    found = card({code: Fact(1_000, 1_000) for code in edition.codes}, edition)
    assert found.total == 100
    assert [group.points for group in found.groups] == [18, 20, 12, 22, 10, 18]


def test_r52_the_waiting_is_subtracted_before_the_first_appointment_is_looked_at():
    statuses = [
        (2, local("2026-10-05 09:00")),
        (5, local("2026-10-07 09:00")),
        (4, local("2026-10-09 09:00")),
        (9, local("2026-10-14 16:00")),
    ]
    found = verdict(course_of(statuses, local("2026-10-12 17:00")), local("2026-10-31 23:59"))
    assert (found.adjusted_end, found.on_time) == (local("2026-10-12 16:00"), True)


def test_r52_asking_more_than_once_is_overdue():
    statuses = [
        (2, local("2026-10-05 09:00")),
        (5, local("2026-10-06 09:00")),
        (4, local("2026-10-06 10:00")),
        (5, local("2026-10-07 09:00")),
        (4, local("2026-10-07 10:00")),
        (9, local("2026-10-08 16:00")),
    ]
    assert verdict(course_of(statuses, local("2026-10-12 17:00")), local("2026-10-31 23:59")).on_time is False


def test_r53_open_and_finished_late_dossiers_are_on_the_list_that_the_month_freezes(world, clock):
    still_open, done = world.processing(), world.processing()
    clock.move_to("2026-11-13 09:00")
    world.record_result(done)
    clock.move_to("2026-12-01 00:07")
    keep_rollups()
    freeze_months()
    world.record_result(still_open)
    for agency in (world.ward, world.province):
        found = delays_of(scope_of(agency, NOVEMBER, local("2027-01-15 09:00")))
        assert {(one.code, one.is_open) for one in found.late} == {
            (still_open.code, True),
            (done.code, False),
        }
        assert found.frozen.at == local("2026-12-01 00:07")
    with pytest.raises(DatabaseError), transaction.atomic():
        FrozenDelays.objects.all().delete()


def test_r54_a_target_is_that_of_the_period():
    target = target_on(Rate.ONLINE_PAYMENT, date(2024, 7, 31))
    assert (target.percent, measure(Fact(4047, 10_000), target).missed_by) == (45, Decimal("4.53"))
    assert target_on(Rate.ONLINE_PAYMENT, date(2023, 12, 31)) is None
