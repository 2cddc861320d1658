"""The facts of a scorecard together, and those of the catalogue (R51, R52)."""

from datetime import date
from decimal import Decimal

import pytest

from cases import services
from cases.scorecard.facts import Counted, card_of, counted, facts_of, scope_of
from cases.scorecard.scores import Fact, NoValue
from procedures.models import ProcedureVersion
from tests.cases.scorecard.helpers import DECEMBER, LATER, NOVEMBER, OCTOBER, outside, send, with_reuse

pytestmark = pytest.mark.usefixtures("english")

GOOD = {"guidance": 5, "attitude": 4, "time": 3, "components": 5, "fee": 5}


def publish(procedure, **dates) -> None:
    ProcedureVersion.objects.filter(procedure=procedure).update(
        **{name: date.fromisoformat(day) for name, day in dates.items()}
    )


def test_publication_is_counted_for_the_province_only(world, count):
    assert [count(code) for code in ("1.1", "1.2", "1.3")] == [NoValue.OTHER_LEVEL] * 3
    assert [count(code, world.province) for code in ("1.1", "1.2")] == [Fact(0, 0)] * 2


def test_decisions_signed_and_loaded_in_time(world, count):
    """In force on Monday 30/11: sign by Friday 20/11 (24/11 is off), load within five working days."""
    publish(
        world.free, decision_signed_on="2026-11-20", text_effective_on="2026-11-30", loaded_on="2026-11-30"
    )
    publish(world.paid, decision_signed_on="2026-11-23", text_effective_on="2026-11-30")
    assert count("1.1", world.province) == Fact(1, 2)
    assert count("1.2", world.province) == Fact(1, 2)
    assert count("1.2", world.province, period=DECEMBER) == Fact(0, 1)  # still waiting
    assert count("1.1", world.province, period=OCTOBER) == Fact(0, 0)
    publish(world.free, loaded_on="2026-12-01")
    assert count("1.2", world.province) == Fact(0, 2)
    assert count("1.2", world.province, period=DECEMBER) == Fact(0, 2)


def test_published_with_full_content(world, count):
    full = ProcedureVersion.objects.get(procedure=world.free)
    assert count("1.3", world.province) == Fact(0, 2)  # neither names its legal basis
    ProcedureVersion.objects.filter(pk=full.pk).update(legal_basis=["Luật Ví dụ"])
    assert count("1.3", world.province) == Fact(1, 2)


def test_what_the_system_does_not_know_is_no_0(world):
    world.returned()
    facts = facts_of(scope_of(world.ward, NOVEMBER, LATER))
    assert {code for code, fact in facts.items() if fact.reason == NoValue.NO_SOURCE} == {
        "1.4",
        "4.4",
        "4.6",
        "5.1",
    }
    assert all(facts[code].numerator is None for code in ("1.1", "1.4", "4.4", "4.6", "5.1"))


def test_the_scorecard_of_a_ward(world, clock):
    world.returned()
    world.processing()
    with_reuse(world)
    found = card_of(scope_of(world.ward, NOVEMBER, LATER))
    assert [(group.group.key, group.points) for group in found.groups] == [
        ("transparency", None),
        ("progress", Decimal("6.67")),
        ("online", Decimal("0.00")),
        ("digitisation", Decimal("5.83")),
        ("payment", Decimal("0.00")),
        ("satisfaction", Decimal("14.22")),
    ]
    assert found.total == Decimal("26.72")


def test_the_province_is_the_sum_of_what_is_below_it(world, clock):
    world.returned()
    world.processing()
    outside(world)
    world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.other_ward)
    for code in ("2.1", "3.3", "4.1", "4.2", "4.3", "4.5b", "5.3", "6.1", "6.3"):
        whole, *parts = (
            counted(code, scope_of(agency, NOVEMBER, LATER)).fact
            for agency in (world.province, world.ward, world.other_ward, world.centre)
        )
        assert whole == Fact(sum(p.numerator for p in parts), sum(p.denominator for p in parts))


def test_every_numerator_lies_in_its_denominator(world, clock):
    world.returned()
    with_reuse(world, world.paid)
    services.receive_filing(world.submit(), by=world.clerk)
    clock.move_to("2026-11-20 09:00")
    send(world)
    for code in (scope := scope_of(world.province, NOVEMBER, LATER)).edition.codes:
        found = counted(code, scope)
        if isinstance(found, Counted):
            assert set(found.numerator) <= set(found.denominator)


def test_an_agency_without_dossiers_has_a_card(world):
    found = card_of(scope_of(world.centre, NOVEMBER, LATER))
    assert [group.points for group in found.groups] == [None, 0, 0, None, 0, 12]
    assert found.total == 12
