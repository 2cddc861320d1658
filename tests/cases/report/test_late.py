"""The monthly list of delays (R53): exact rows of a small world, and the same as a count one by one."""

import pytest

from cases import services
from cases.deadlines import Punctuality
from cases.models import Dossier
from cases.report import delays, late
from cases.report.tables import bare
from cases.scorecard import dossiers, evaluations
from cases.scorecard.facts import scope_of
from cases.scorecard.periods import month
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")
NOVEMBER = month(2026, 11)
LATER = local("2027-03-01 09:00")


def scope(agency, period=NOVEMBER, now=LATER):
    return scope_of(agency, period, now)


def rows(agency, **when) -> list[tuple]:
    return [
        (one.dossier, one.days, one.step, one.officer_name, one.is_open, one.apology)
        for one in late.late_list(scope(agency, **when))
    ]


def one_by_one(of_scope) -> set[int]:
    measured = evaluations._measured(dossiers.decided_by(of_scope), of_scope)
    return {one.dossier.pk for one in measured if one.result == Punctuality.LATE}


def test_finished_late_and_still_open(world, clock):
    done, still, _early = (world.processing() for _ in range(3))
    world.record_result(_early)
    clock.move_to("2026-11-13 09:00")
    world.record_result(done)
    officer = str(world.officer)
    assert rows(world.ward) == [
        (still.pk, 11, "Thẩm định", officer, True, "none"),
        (done.pk, 1, "Thẩm định", officer, False, "none"),
    ]
    assert rows(world.other_ward) == []
    assert len(rows(world.province)) == 2


def test_a_past_month_stays_as_it_stood(world, clock):
    dossier = world.processing()
    clock.move_to("2026-12-01 08:00")
    before = rows(world.ward, now=local("2026-12-01 08:00"))
    world.record_result(dossier)
    assert rows(world.ward) == before == [(dossier.pk, 11, "Thẩm định", str(world.officer), True, "none")]
    [december] = rows(world.ward, period=month(2026, 12))
    assert december[4] is False


def test_the_apology_of_the_missed_date(world, clock):
    in_time, afterwards = world.processing(), world.processing()
    words = {"by": world.head, "reason": "Máy chủ hỏng"}
    clock.move_to("2026-11-11 10:00")
    services.issue_apology(in_time, new_due_at=local("2026-12-10 17:00"), **words)
    clock.move_to("2026-11-13 10:00")
    services.issue_apology(afterwards, new_due_at=local("2026-12-10 17:00"), **words)
    found = {one.dossier: (one.apology, one.reason) for one in late.late_list(scope(world.ward))}
    assert found == {
        in_time.pk: ("in_time", "Máy chủ hỏng"),
        afterwards.pk: ("late", "Máy chủ hỏng"),
    }


def test_what_waits_for_the_applicant_is_nobodys_delay(world, clock):
    world.supplement()
    clock.move_to("2026-12-01 08:00")
    assert rows(world.ward) == []


def test_the_list_is_the_same_as_a_count_one_by_one(world, clock):
    waiting, resumed = world.supplement(), world.supplement()
    stopped, open_one = world.processing(), world.processing()
    clock.move_to("2026-11-11 08:00")
    services.resume(resumed, by=world.clerk)
    clock.move_to("2026-11-20 08:00")
    services.withdraw(stopped, by=world.clerk, reason="Đổi ý")
    world.record_result(Dossier.objects.get(pk=resumed.pk))
    for period in (NOVEMBER, month(2026, 12)):
        of_period = scope(world.province, period)
        assert set(late.late_dossiers(of_period).values_list("pk", flat=True)) == one_by_one(of_period)
    assert one_by_one(scope(world.province)) == {resumed.pk, open_one.pk}
    assert waiting.pk not in one_by_one(scope(world.province))


def test_units_and_officers_add_up_to_the_list_and_say_who_repeats(world, clock):
    first = world.processing()
    clock.move_to("2026-12-01 08:00")
    world.record_result(first)
    world.processing()
    clock.move_to("2026-12-31 08:00")
    units, officers, listed = delays.part(scope(world.province, month(2026, 12))).tables
    assert [[bare(value) for value in row] for row in units.rows] == [
        [
            str(world.ward),
            2,
            1,
            2 * 0 + sum(row[7] for row in listed.rows),
            max(r[7] for r in listed.rows),
            1,
        ],
        ["Together", 2, 1, sum(row[7] for row in listed.rows), max(r[7] for r in listed.rows), 1],
    ]
    assert [bare(value) for value in officers.rows[0]][2:4] == [2, 1]
    assert len(listed.rows) == 2


def test_the_list_of_a_unit_or_officer_is_picked_from_the_whole_list(world, clock):
    world.processing(), world.processing()
    world.record_result(done := world.processing())
    clock.move_to("2026-12-01 08:00")
    of_period = scope(world.province)
    whole = late.late_list(of_period)
    assert len(whole) > 1 and done.pk not in {one.dossier for one in whole}
    for unit in {one.unit for one in whole} | {world.other_ward.identifier}:
        of_unit = {one.dossier for one in whole if one.unit == unit}
        assert set(delays.listed(of_period, unit=unit).values_list("pk", flat=True)) == of_unit
    for officer in (world.officer, world.clerk):
        of_officer = {one.dossier for one in whole if one.officer == officer.pk}
        found = delays.listed(of_period, officer=str(officer.pk))
        assert set(found.values_list("pk", flat=True)) == of_officer
        still_open = delays.listed(of_period, officer=str(officer.pk), only_open=True)
        assert {one.pk for one in still_open} == {one.dossier for one in whole if one.is_open} & of_officer
