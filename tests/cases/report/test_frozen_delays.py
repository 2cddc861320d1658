"""The list of delays is frozen when its month is over; what is corrected later stands beside it (R53)."""

import pytest

from cases import services
from cases.models import Dossier, FrozenDelays
from cases.report import delays
from cases.report.behind import behind
from cases.report.frozen_delays import Correction, corrections, digest, frozen_list, rows_of
from cases.report.late import late_list
from cases.report.tables import bare
from cases.scorecard.facts import scope_of
from cases.scorecard.periods import month, quarter
from cases.scorecard.scope import Alone
from cases.services.freezing import freeze_months
from cases.services.rollups import keep_rollups
from procedures.models import Agency, Staff
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")
NOVEMBER = month(2026, 11)
LATER = local("2027-03-01 09:00")


def scope(agency, period=NOVEMBER):
    return scope_of(agency, period, LATER)


def freeze(clock, moment="2026-12-01 00:07"):
    clock.move_to(moment)
    keep_rollups()
    freeze_months()


def codes(of_scope) -> list[str]:
    return [one.code for one in delays.delays_of(of_scope).late]


def table(of_scope, title: str) -> list[list]:
    found = next(one for one in delays.part(of_scope).tables if str(one.title) == title)
    return [[bare(value) for value in row] for row in found.rows]


@pytest.fixture
def frozen(world, clock):
    """One with a result late in November, one open and late; November is frozen."""
    world.done, world.open_one = world.processing(), world.processing()
    clock.move_to("2026-11-30 23:50")
    world.record_result(world.done)
    freeze(clock)
    return world


def test_a_month_that_runs_is_counted_as_it_stands(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-20 09:00")
    found = delays.delays_of(scope_of(world.ward, NOVEMBER, local("2026-11-20 09:00")))
    assert (found.frozen, [one.dossier for one in found.late]) == (None, [dossier.pk])
    assert FrozenDelays.objects.count() == 0


def test_every_agency_has_its_list_also_without_dossiers(frozen):
    assert FrozenDelays.objects.count() == Agency.objects.count()
    assert codes(scope(frozen.other_ward)) == []
    assert frozen_list(scope(frozen.other_ward)).late == []


def test_the_list_is_what_was_counted_and_is_read_by_those_above(frozen):
    live = {one.code: one.days for one in late_list(scope(frozen.ward))}
    for agency in (frozen.ward, frozen.province):
        assert {one.code: one.days for one in frozen_list(scope(agency)).late} == live
    province_alone = Alone(frozen.province, NOVEMBER, LATER, scope(frozen.province).edition)
    assert frozen_list(province_alone).late == []


def test_freezing_again_changes_nothing(frozen, clock):
    before = list(FrozenDelays.objects.order_by("pk").values())
    services.undo(frozen.done, by=frozen.officer, reason="Nhầm số")
    freeze(clock, "2026-12-02 00:07")
    assert list(FrozenDelays.objects.filter(month=NOVEMBER.first).order_by("pk").values()) == before


def test_nothing_corrected_says_so(frozen):
    assert table(scope(frozen.ward), "Corrected since the list was frozen") == []


def test_a_result_taken_back_stands_as_a_correction_beside_the_list(frozen):
    on_the_list = table(scope(frozen.ward), "Late dossiers")
    services.undo(frozen.done, by=frozen.officer, reason="Nhầm số")
    assert table(scope(frozen.ward), "Late dossiers") == on_the_list
    [[code, was, now]] = table(scope(frozen.ward), "Corrected since the list was frozen")
    assert (code, was, now) == (frozen.done.code, "result 30/11/2026 23:50", "result –")


def test_what_is_not_late_any_more_and_what_became_late_are_corrections():
    from dataclasses import replace

    from cases.report.late import ApologyState, Late

    one = Late(1, "A", "", "H1", "H1", "", None, "", "", LATER, None, 3, ApologyState.NONE.value, "")
    other = replace(one, dossier=2, code="B", days=1)
    assert corrections([one], [other]) == [
        Correction("A", "3 working days late", "not late"),
        Correction("B", "not on the list", "1 working day late"),
    ]
    assert corrections([one], [replace(one, unit_name="Tên mới", officer_name="Tên mới")]) == []


def test_names_stay_as_they_were(frozen):
    Staff.objects.filter(pk=frozen.officer.pk).update(full_name="Tên Đổi Sau")
    assert {one.officer_name for one in frozen_list(scope(frozen.ward)).late} == {"Phạm Văn Thụ Lý"}


def test_figures_of_a_frozen_month_open_the_frozen_dossiers(frozen):
    services.undo(frozen.done, by=frozen.officer, reason="Nhầm số")
    both = {frozen.done.pk, frozen.open_one.pk}
    keys = {
        "late": both,
        "late_open": {frozen.open_one.pk},
        f"late-unit-{frozen.ward.identifier}": both,
        f"late_open-officer-{frozen.officer.pk}": {frozen.open_one.pk},
        "late-unit-H99": set(),
        "late-officer-0": set(),
    }
    found = {key: {one.pk for one in behind(key, scope(frozen.province))[1]} for key in keys}
    assert found == keys


def test_a_stored_list_that_does_not_fit_its_hash_is_said_so(frozen):
    row = FrozenDelays.objects.get(agency=frozen.ward)
    assert digest(row.rows) == row.digest
    assert rows_of(frozen_list(scope(frozen.ward)).late) == row.rows
    assert digest(row.rows[:1]) != row.digest


def test_a_quarter_is_counted_and_not_frozen(frozen):
    assert frozen_list(scope(frozen.ward, quarter(2026, 4))) is None
    assert len(codes(scope(frozen.ward, quarter(2026, 4)))) == 2


def test_an_agency_made_after_the_freezing_gets_its_list_with_the_next_run(frozen, clock):
    Agency.objects.create(identifier="H41.103", name_vi="Xã Mới", kind="commune", parent=frozen.province)
    assert frozen_list(scope(frozen.province)) is None
    assert sorted(codes(scope(frozen.province))) == sorted([frozen.done.code, frozen.open_one.code])
    freeze(clock, "2026-12-02 00:07")
    assert frozen_list(scope(frozen.province)).late


def test_an_agency_that_is_gone_stays_on_the_list_of_those_above(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-30 09:00")
    Agency.objects.filter(pk=world.ward.pk).update(is_active=False)
    freeze(clock)
    assert codes(scope(world.province)) == [Dossier.objects.get(pk=dossier.pk).code]
