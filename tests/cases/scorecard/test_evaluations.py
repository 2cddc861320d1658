"""The nine indicators of an agency and an officer, from the database (R50): exact figures of a small world."""

from decimal import Decimal

import pytest

from cases import services
from cases.deadlines import punctuality_of
from cases.models import Dossier, StepRun
from cases.scorecard.editions import ParameterRefused
from cases.scorecard.evaluations import _step_results, of_agency, of_officer
from cases.scorecard.facts import scope_of
from cases.scorecard.nine import Band, TaskBand
from cases.scorecard.periods import month, quarter
from cases.scorecard.scores import NoValue
from procedures.enums import ServiceLevel
from procedures.models import ProcedureVersion
from tests.cases.scorecard.helpers import send
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")

NOVEMBER = month(2026, 11)
LATER = local("2027-03-01 09:00")


def scores(report) -> dict:
    return {
        one.number: None if one.score is None else (str(one.score), one.count) for one in report.indicators
    }


@pytest.fixture
def agency(world):
    def evaluating(of=None, *, period=NOVEMBER, now=LATER):
        return of_agency(scope_of(of or world.ward, period, now))

    return evaluating


@pytest.fixture
def officer(world):
    def evaluating(of=None, *, period=NOVEMBER, now=LATER):
        return of_officer(of or world.officer, scope_of(world.ward, period, now))

    return evaluating


def test_early_on_time_late_and_open(world, clock, agency, officer):
    """Due Thursday 12/11 17:00: 2 + 1 + 0 + 0 points of four dossiers; of an open one in time nothing is said."""
    early, on_time, late, _open = (world.processing() for _ in range(4))
    world.record_result(early)
    clock.move_to("2026-11-12 17:00")
    world.record_result(on_time)
    clock.move_to("2026-11-12 17:01")
    world.record_result(late)
    clock.move_to("2026-11-30 09:00")
    world.processing()
    assert scores(agency())[1] == scores(officer())[1] == ("0.8", 4)
    assert scores(agency())[7] == ("0.8", 4)
    assert scores(agency(period=month(2026, 12)))[1] == ("0.0", 2)


@pytest.mark.parametrize(
    "done",
    [
        None,
        "2026-11-11 23:59:59",
        "2026-11-12 00:00",
        "2026-11-12 06:59:59",  # the day before in UTC
        "2026-11-12 17:00:59",
        "2026-11-12 17:01",
        "2026-11-30 23:59:59",
        "2026-12-01 00:00",  # after the period
    ],
)
@pytest.mark.parametrize("due", ["2026-11-12 17:00:30", "2026-11-30 23:59", "2026-12-01 00:00"])
def test_what_the_database_says_of_steps_is_what_the_pure_function_says(world, clock, due, done):
    dossier = world.processing()
    step = StepRun.objects.get(dossier=dossier, done_at=None)
    StepRun.objects.filter(pk=step.pk).update(due_at=local(due), done_at=done and local(done))
    scope = scope_of(world.ward, NOVEMBER, LATER)

    by_then = step_done if (step_done := done and local(done)) and step_done < scope.until else None
    expected = punctuality_of(local(due), by_then, scope.last_minute)
    found = list(_step_results(StepRun.objects.filter(pk=step.pk), scope))
    assert found == ([(world.ward.pk, expected, 1)] if expected else [])


def test_an_agency_is_measured_by_nine_and_an_officer_by_five(world, clock, agency, officer):
    dossier = world.processing()
    clock.move_to("2026-11-09 10:00")
    world.record_result(dossier)
    assert scores(agency()) == {
        1: ("2.0", 1),
        2: ("1.5", 2),  # the desk's step on its day, the officer's a day before; none after the result
        3: ("2.0", 1),
        4: ("1.0", 1),
        5: ("1.0", 1),
        6: None,
        7: ("2.0", 1),
        8: ("2.0", 1),
        9: ("0.0", 1),
    }
    assert (agency().evaluation.total, agency().evaluation.band) == (Decimal("11.5"), Band.FAIR)
    assert agency().evaluation.counted == (1, 2, 3, 4, 5, 7, 8, 9)
    found = officer()
    assert [one.number for one in found.indicators] == [1, 2, 3, 4, 7]
    assert (found.evaluation.total, found.evaluation.band) == (Decimal("9.0"), TaskBand.ALL)


def test_nobody_is_measured_by_the_dossiers_of_others(world, agency, officer):
    world.with_result()
    other = officer(world.second_officer)
    assert set(scores(other).values()) == {None}
    assert (other.evaluation.total, other.evaluation.band) == (None, None)
    assert {one.reason for one in other.indicators} == {NoValue.NOTHING}
    assert scores(agency(world.other_ward))[1] is None
    assert scores(agency(world.province))[1] == ("2.0", 1)


def test_without_data_an_indicator_is_left_out(agency):
    found = agency()
    assert scores(found) == {number: None for number in (1, 2, 3, 4, 5, 6, 7, 9)} | {8: ("2.0", 1)}
    assert (found.evaluation.total, found.evaluation.band, found.evaluation.counted) == (2, Band.WEAK, (8,))


def test_every_request_to_complete_is_a_contact(world, clock, agency, officer):
    world.with_result()
    dossier = services.resume(world.supplement(), by=world.clerk)
    world.record_result(dossier)
    assert scores(agency())[3] == scores(officer())[3] == ("1.5", 2)
    asked = world.processing()
    services.clarify(asked, by=world.officer, question="Họ tên thế nào?", ground="Luật Ví dụ, Điều 1")
    services.clarify(asked, by=world.officer, question="Ngày sinh?", ground="Luật Ví dụ, Điều 1")
    world.record_result(asked)
    assert scores(agency())[3] == scores(officer())[3] == ("1.0", 3)


def test_while_the_applicant_is_waited_for_nothing_is_late(world, clock, agency):
    dossier = world.supplement()
    assert scores(agency())[1] is None
    clock.move_to("2026-12-02 09:00")
    services.resume(dossier, by=world.clerk)  # due on 07/12
    assert scores(agency())[1] is None  # at the end of November nobody had answered
    assert scores(agency(period=month(2026, 12)))[1] == ("0.0", 1)


def test_what_was_missed_before_the_request_is_late_at_that_time(world, clock, agency):
    clock.move_to("2026-10-26 09:00")
    dossier = world.processing()  # due on 29/10
    clock.move_to("2026-11-02 09:00")
    services.request_supplement(dossier, by=world.officer, reason="Thiếu", items=["Tờ khai"])
    clock.move_to("2026-11-03 09:00")
    world.record_result(services.resume(Dossier.objects.get(pk=dossier.pk), by=world.clerk))
    assert scores(agency(period=month(2026, 10)))[1] == ("0.0", 1)
    assert scores(agency())[1] == ("2.0", 1)
    assert scores(agency(period=quarter(2026, 4)))[1] == ("2.0", 1)


def test_what_was_complained_of_is_left_out_of_the_attitude(world, agency):
    world.with_result()
    complained = world.with_result()
    send(world, code=complained.code)
    assert (scores(agency())[7], scores(agency())[1]) == (("2.0", 1), ("2.0", 2))


def test_filed_and_given_back_from_afar_nobody_had_to_be_contacted(world, agency):
    world.with_result()
    dossier = world.with_result()
    Dossier.objects.filter(pk=dossier.pk).update(channel="online", return_channel="post")
    assert scores(agency())[4] == ("1.5", 2)


def test_decided_at_once_is_settled_at_the_desk(world, agency):
    world.with_result()
    assert scores(agency())[5] == ("1.0", 1)
    ProcedureVersion.objects.filter(procedure=world.free).update(decided_at_once=True)
    assert scores(agency())[5] == ("2.0", 1)
    ProcedureVersion.objects.filter(procedure=world.paid).update(received_outside_desk=True)
    world.with_result(world.paid, reception_place="Xóm Thử Nghiệm")
    assert scores(agency())[5] == ("0.0", 1)


def test_online_services(world, clock, agency):
    assert scores(agency())[9] is None
    services.receive_filing(world.submit(), by=world.clerk)
    assert scores(agency(now=local("2026-11-10 09:00")))[9] == ("1.0", 1)  # no procedure is offered online
    ProcedureVersion.objects.filter(procedure=world.free).update(service_level=ServiceLevel.PARTIAL)
    assert scores(agency(now=local("2026-11-10 09:00")))[9] == ("2.0", 1)
    assert scores(agency())[9] == ("0.0", 1)  # overdue by the end of the month


def test_feedback_that_is_late(world, clock, agency):
    send(world)
    assert scores(agency())[8] == ("2.0", 1)  # its days are not over at the end of November
    assert scores(agency(period=quarter(2026, 4)))[8] == ("0.0", 1)


def test_nothing_is_measured_before_the_circular(world):
    with pytest.raises(ParameterRefused):
        of_agency(scope_of(world.ward, month(2018, 12), LATER))


def test_a_past_month_of_an_officer_stays_what_it_was(world, clock, officer):
    """Open and late at the end of November, it counts there for who had it, also when somebody else ends it."""
    late, passed_on = world.processing(), world.processing()
    clock.move_to("2026-12-01 08:00")
    before = scores(officer(now=local("2026-12-01 08:00")))[1]
    world.record_result(late)
    services.hand_over(passed_on, by=world.officer, to=world.supervisor)
    clock.move_to("2026-12-20 08:00")
    assert scores(officer(now=local("2026-12-20 08:00")))[1] == before == ("0.0", 2)
    assert scores(officer(world.supervisor, now=local("2026-12-20 08:00")))[1] is None
