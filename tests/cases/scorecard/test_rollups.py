"""Roll-ups of past days and months are what is counted from the facts, whatever happened and whenever (R51)."""

from datetime import date, timedelta
from random import Random

import pytest
from django.core.management import CommandError, call_command

from cases import services
from cases.errors import CaseError
from cases.models import AgencyDay, Dossier, FieldMonth, OfficerDay, PartMonth, Recount, RolledUp
from cases.scorecard import counting, facts, rolled
from cases.scorecard.periods import month
from cases.services.rollups import keep_rollups, rebuild_rollups
from tests.cases.scorecard.helpers import assert_counted_as_the_facts_say
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")

NOVEMBER, DECEMBER = month(2026, 11), month(2026, 12)
A_DAY = timedelta(days=1)


def stored() -> dict:
    """All roll-ups, without the numbers of their rows."""
    found = {}
    for model in (AgencyDay, OfficerDay, FieldMonth, PartMonth):
        names = [field.attname for field in model._meta.concrete_fields if field.name != "id"]
        found[model.__name__] = sorted(
            (tuple(sorted(row.items(), key=str)) for row in model.objects.values(*names)), key=str
        )
    return found


def test_days_are_counted_once_they_are_over(world, clock):
    world.processing()
    finished = world.processing()
    clock.move_to("2026-11-09 10:00")
    world.record_result(finished)
    assert (keep_rollups(), AgencyDay.objects.count()) == (0, 0)
    clock.move_to("2026-11-10 00:07")
    assert keep_rollups() == 1
    row = AgencyDay.objects.get()
    assert (row.agency, row.day) == (world.ward, date(2026, 11, 9))
    assert (row.received, row.ended, row.ended_on_time, row.open, row.open_late) == (2, 1, 1, 1, 0)
    assert row.open_to_5 == 1
    load = OfficerDay.objects.get(officer=world.officer)
    assert (load.agency, load.running, load.late, load.done) == (world.ward, 1, 0, 1)
    assert keep_rollups() == 0


def test_missed_days_are_made_up(world, clock):
    world.processing()  # due Thursday 12/11 17:00
    clock.move_to("2026-11-17 08:00")
    assert keep_rollups() == 8
    late = dict(AgencyDay.objects.values_list("day", "open_late"))
    assert late == {date(2026, 11, day): int(day >= 12) for day in range(9, 17)}
    assert_counted_as_the_facts_say()


def test_what_happens_today_changes_no_day_before(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-10 08:00")
    keep_rollups()
    world.record_result(dossier)
    world.supplement()
    world.returned()
    world.receive(desk=world.other_ward, by=world.outsider_clerk)
    assert not Recount.objects.exists()


def test_a_result_taken_back_is_counted_again(world, clock):
    clock.move_to("2026-11-09 23:50")
    dossier = world.with_result()
    clock.move_to("2026-11-10 00:07")
    keep_rollups()
    assert AgencyDay.objects.get().ended == 1
    services.undo(dossier, by=world.officer, reason="Nhầm số")
    assert keep_rollups() == 1
    assert (AgencyDay.objects.get().ended, AgencyDay.objects.get().open) == (0, 1)
    assert_counted_as_the_facts_say()


def test_other_agencies_are_left_alone(world, clock):
    world.receive()
    world.receive(desk=world.other_ward, by=world.outsider_clerk)
    clock.move_to("2026-11-12 08:00")
    keep_rollups()
    kept = AgencyDay.objects.get(agency=world.other_ward, day=date(2026, 11, 9)).pk
    Recount.objects.create(agency=world.ward, first_day=date(2026, 11, 10))
    assert keep_rollups() == 2
    assert AgencyDay.objects.filter(pk=kept).exists()
    assert_counted_as_the_facts_say()


def test_whoever_was_killed_is_followed_by_somebody_who_goes_on(world, clock, monkeypatch):
    world.processing()
    clock.move_to("2026-11-17 08:00")
    counted, count = [], counting.OF_A_DAY[AgencyDay]

    def stopping(scope):
        if len(counted) == 3:
            raise KeyboardInterrupt
        counted.append(scope.day)
        return count(scope)

    monkeypatch.setitem(counting.OF_A_DAY, AgencyDay, stopping)
    with pytest.raises(KeyboardInterrupt):
        keep_rollups()
    monkeypatch.setitem(counting.OF_A_DAY, AgencyDay, count)
    assert keep_rollups() == 5
    assert_counted_as_the_facts_say()


def test_whoever_is_killed_in_the_second_month_leaves_the_first_counted(world, clock, monkeypatch):
    world.processing()
    clock.move_to("2026-12-17 08:00")
    count = counting.OF_A_MONTH[PartMonth]

    def stopping(scope):
        if scope.period == DECEMBER:
            raise KeyboardInterrupt
        return count(scope)

    monkeypatch.setitem(counting.OF_A_MONTH, PartMonth, stopping)
    with pytest.raises(KeyboardInterrupt):
        keep_rollups()
    # What is not counted yet is not shown as nothing.
    assert rolled.last_counted_day() == date(2026, 11, 30)
    assert rolled.counted_scope(world.ward, DECEMBER) is None
    monkeypatch.setitem(counting.OF_A_MONTH, PartMonth, count)
    assert keep_rollups() == 16
    assert_counted_as_the_facts_say()


def test_what_changed_before_there_were_parameters_stops_nobody(world, clock):
    world.processing()
    clock.move_to("2026-11-11 08:00")
    keep_rollups()
    Recount.objects.create(agency=world.ward, first_day=date(2021, 5, 31))
    keep_rollups()
    assert_counted_as_the_facts_say()


def test_a_month_that_runs_is_counted_up_to_yesterday(world, clock):
    world.processing()
    clock.move_to("2026-11-11 08:00")
    keep_rollups()
    scope = rolled.counted_scope(world.province, NOVEMBER)
    assert scope.last_minute == local("2026-11-10 23:59")
    assert not scope.is_over
    assert rolled.facts_of(scope)["2.1"] == facts.Fact(1, 1)
    assert rolled.counted_scope(world.province, DECEMBER) is None


@pytest.mark.parametrize("seed", range(4))
def test_random_fates_are_counted_as_the_facts_say(world, clock, seed):
    """Weeks of an office, with the roll-ups kept at odd moments; what changed backwards is counted again."""
    rng = Random(seed)
    moment = local("2026-11-09 09:00")
    for _step in range(20):
        moment += timedelta(minutes=rng.choice([7, 25, 240, 900, 1700]))
        clock.move_to(f"{moment:%Y-%m-%d %H:%M}")
        act(world, rng)
        if rng.random() < 0.3:
            keep_rollups()
    moment += timedelta(days=1)
    clock.move_to(f"{moment:%Y-%m-%d %H:%M}")
    keep_rollups()
    assert_counted_as_the_facts_say()
    before = stored()
    rebuild_rollups()
    assert stored() == before


def act(world, rng: Random) -> None:
    """Something that happens in an office; what is not possible now does not happen."""
    dossiers = list(Dossier.objects.filter(code__isnull=False).order_by("pk"))
    one = rng.choice(dossiers) if dossiers else None
    if one is None or rng.random() < 0.3:
        ways = [world.receive, world.processing, world.supplement, world.with_result]
        rng.choice(
            [world.returned, *(lambda way=way: way(rng.choice([world.free, world.paid])) for way in ways)]
        )()
        return
    acts = [
        lambda: services.resume(one, by=world.clerk),
        lambda: services.undo(one, by=world.officer, reason="Nhầm"),
        lambda: world.record_result(one),
        lambda: services.pay(one, by=world.clerk, amount=15000),
        lambda: services.withdraw(one, by=world.clerk, reason="Không cần nữa"),
        lambda: services.return_result(
            one, by=world.clerk, collector=world.applicant.full_name, proof="receipt"
        ),
    ]
    try:
        rng.choice(acts)()
    except CaseError:
        return


# Rebuilding -------------------------------------------------------------------------------------------


def test_rebuilding_repairs_what_somebody_spoilt(world, clock, capsys):
    world.returned()
    world.processing(world.paid)
    clock.move_to("2026-12-02 08:00")
    keep_rollups()
    true = stored()
    AgencyDay.objects.update(received=99)
    PartMonth.objects.all().delete()
    FieldMonth.objects.update(handled=77)
    OfficerDay.objects.update(done=5)
    call_command("rebuild_rollups")
    assert stored() == true
    assert capsys.readouterr().out == "Days counted anew: 23.\n"


def test_rebuilding_some_days_of_some_agencies(world, clock):
    world.processing()
    world.receive(desk=world.other_ward, by=world.outsider_clerk)
    clock.move_to("2026-12-02 08:00")
    keep_rollups()
    true = stored()
    AgencyDay.objects.filter(agency=world.ward, day__range=("2026-11-12", "2026-11-14")).update(received=99)
    AgencyDay.objects.filter(agency=world.other_ward).update(received=99)
    call_command("rebuild_rollups", agency=world.ward.identifier, first="2026-11-12", last="2026-11-14")
    assert not AgencyDay.objects.filter(agency=world.ward, received=99).exists()
    assert set(AgencyDay.objects.filter(agency=world.other_ward).values_list("received", flat=True)) == {99}
    call_command("rebuild_rollups")
    assert stored() == true


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"agency": "X99"}, "There is no agency with the identifier “X99” (--agency)."),
        ({"first": "gestern"}, "“gestern” is no day; write it like 2026-08-01 (--from)."),
        ({"first": "2026-11-12", "last": "2026-11-11"}, "The last day is before the first one."),
    ],
)
def test_rebuilding_nonsense_is_refused(world, options, sentence):
    with pytest.raises(CommandError, match=r".") as refused:
        call_command("rebuild_rollups", **options)
    assert str(refused.value) == sentence


def test_an_empty_installation_has_nothing_to_count(world, clock):
    clock.move_to("2026-11-12 08:00")
    assert (keep_rollups(), rebuild_rollups()) == (0, 0)
    assert not RolledUp.objects.exists()
    assert rolled.counted_scope(world.province, NOVEMBER) is None
