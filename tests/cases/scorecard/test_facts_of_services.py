"""Digitised, online and paid online: exact figures of a small world (R51, R52)."""

from datetime import date

import pytest

from cases import services
from cases.enums import PaymentMethod, Provision
from cases.models import Dossier
from cases.scorecard.scores import Fact
from procedures.enums import ServiceLevel
from procedures.models import ProcedureVersion
from tests.cases.scorecard.helpers import DECEMBER, OCTOBER, listed, with_reuse
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")


def test_digitised_are_components_and_result(world, count):
    ready, processing, received = world.with_result(), world.processing(), world.receive()
    assert count("4.1") == count("4.2") == Fact(1, 3)
    assert listed("4.2", world.ward) == ({ready}, {ready, processing, received})


def test_what_was_only_shown_is_scanned_when_its_day_asks_for_it(world, clock, count):
    """Exempt since 15/9/2025; of a dossier of before, the identity paper lacks its scan."""
    dossier = world.with_result()
    assert count("4.2") == Fact(1, 1)
    Dossier.objects.filter(pk=dossier.pk).update(reception_day=date(2025, 9, 14))
    assert count("4.2") == Fact(0, 1)
    for item in dossier.components.filter(provision=Provision.SHOWN):
        item.documents.create(
            dossier=dossier,
            source="scan",
            name="cccd.pdf",
            mime_type="application/pdf",
            size=1,
            added_at=local("2026-11-09 10:00"),
        )
    assert count("4.2") == Fact(1, 1)


def test_reuse_and_population_data(world, count):
    world.receive()
    reused = with_reuse(world)
    assert listed("4.3", world.ward)[0] == listed("4.5b", world.ward)[0] == {reused}
    assert (count("4.3"), count("4.5b")) == (Fact(1, 2), Fact(1, 2))
    assert count("4.5a") == Fact(1, 2)  # one of the two procedures for citizens
    assert count("4.5a", world.other_ward) == Fact(0, 2)


def test_other_databases_hold_no_population_data(world, count):
    reused = with_reuse(world)
    reused.version.components.update(electronic_source="CSDL đất đai")
    assert (count("4.3"), count("4.5b")) == (Fact(1, 1), Fact(0, 1))


def test_online_services_and_their_use(world, count):
    ProcedureVersion.objects.filter(procedure=world.free).update(service_level=ServiceLevel.FULL)
    assert (count("3.1"), count("3.2")) == (Fact(1, 2), Fact(0, 1))
    world.receive()
    assert count("3.2") == Fact(0, 1)
    services.receive_filing(world.submit(), by=world.clerk)
    world.submit(world.paid)
    assert count("3.2") == Fact(1, 1)
    assert count("3.3") == Fact(2, 3)
    ProcedureVersion.objects.filter(procedure=world.paid).update(service_level=ServiceLevel.INFORMATION)
    assert count("3.1") == Fact(1, 2)


def test_a_filing_counts_where_it_was_received_else_where_it_was_filed(world, clock, count):
    clock.move_to("2026-10-30 16:00")
    filed, still_waiting = world.submit(), world.submit()
    clock.move_to("2026-11-02 09:00")
    received = services.receive_filing(filed, by=world.clerk)
    # Seen from the end of October nobody had received it.
    assert listed("3.3", world.ward, OCTOBER) == ({filed, still_waiting}, {filed, still_waiting})
    if received.received_at >= local("2026-11-01 00:00"):
        assert listed("3.3", world.ward) == ({filed}, {filed})


def test_the_centre_decides_nothing(world, count):
    assert [count(code, world.centre) for code in ("3.1", "3.2", "3.3", "5.2", "4.5a")] == [Fact(0, 0)] * 5


def test_paid_online(world, clock, count):
    online, cash = world.processing(world.paid), world.processing(world.paid)
    world.processing()  # nothing to pay
    world.receive(world.paid)  # not begun
    assert (count("5.2"), count("5.3")) == (Fact(0, 1), Fact(0, 2))
    services.pay(online, by=world.clerk, amount=15000, method=PaymentMethod.ONLINE)
    services.pay(cash, by=world.clerk, amount=15000)
    assert listed("5.3", world.ward) == ({online}, {online, cash})
    assert (count("5.2"), count("5.2", world.other_ward)) == (Fact(1, 1), Fact(0, 1))


def test_what_was_paid_back_was_not_paid_online(world, clock, count):
    dossier = world.processing(world.paid)
    services.pay(dossier, by=world.clerk, amount=15000, method=PaymentMethod.ONLINE)
    clock.move_to("2026-12-02 09:00")
    services.refund(dossier, by=world.clerk, payment=dossier.payments.get(), reason="Nộp nhầm")
    assert (count("5.2"), count("5.3")) == (Fact(1, 1), Fact(1, 1))  # at the end of November it was
    assert count("5.2", period=DECEMBER) == Fact(0, 1)
