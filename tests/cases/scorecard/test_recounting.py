"""Which day a fact that changes backwards has counted again, and for which agency (`cases.models.Recount`)."""

from datetime import date

import pytest
from django.db import connection

from cases import services
from cases.enums import EventKind, Provision
from cases.models import Dossier, DossierEvent, Payment, Recount, RolledUp, StepRun, Supplement
from tests.cases.scorecard.helpers import send
from tests.cast import local, upload

MONDAY, TUESDAY, FRIDAY = date(2026, 11, 9), date(2026, 11, 10), date(2026, 11, 13)
BEFORE = local("2026-11-10 15:00")


@pytest.fixture
def counted(world, clock):
    """A dossier of Monday; Friday is the last day that was counted, and it is Monday again."""
    world.dossier = world.processing(world.paid)
    clock.move_to("2026-11-16 09:00")
    RolledUp.objects.create(name="days", last_day=FRIDAY)
    return world


def counted_again() -> set[tuple[str, date]]:
    return set(Recount.objects.values_list("agency__identifier", "first_day"))


def of_the_ward(world, day: date) -> set[tuple[str, date]]:
    return {(world.ward.identifier, day)}


@pytest.mark.parametrize("field", ["finished_at", "filed_at", "due_at"])
def test_a_moment_of_the_dossier_that_moves_into_the_past(counted, field):
    Dossier.objects.filter(pk=counted.dossier.pk).update(**{field: BEFORE})
    earliest = MONDAY if field == "filed_at" else TUESDAY
    assert counted_again() == of_the_ward(counted, earliest)


def test_another_agency_decides_it(counted):
    Dossier.objects.filter(pk=counted.dossier.pk).update(competent_agency=counted.other_ward)
    assert counted_again() == {(one.identifier, MONDAY) for one in (counted.ward, counted.other_ward)}


def test_what_is_entered_later(counted):
    DossierEvent.objects.create(dossier=counted.dossier, kind=EventKind.STARTED, at=BEFORE)
    assert counted_again() == of_the_ward(counted, TUESDAY)
    DossierEvent.objects.create(dossier=counted.dossier, kind=EventKind.PAID, at=local("2026-11-09 15:00"))
    assert counted_again() == of_the_ward(counted, TUESDAY)  # nothing is counted by these


def test_a_request_that_was_asked_or_answered_earlier(counted):
    asked = Supplement.objects.create(
        dossier=counted.dossier, cycle=1, asked_at=BEFORE, reason="Thiếu", items=["Tờ khai"]
    )
    assert counted_again() == of_the_ward(counted, TUESDAY)
    Recount.objects.all().delete()
    Supplement.objects.filter(pk=asked.pk).update(answered_at=local("2026-11-12 15:00"))
    assert counted_again() == of_the_ward(counted, date(2026, 11, 12))


def test_a_payment_that_was_made_earlier(counted):
    Payment.objects.create(
        dossier=counted.dossier, amount=15_000, method="cash", receipt_number="1", paid_at=BEFORE
    )
    assert counted_again() == of_the_ward(counted, TUESDAY)


def test_a_paper_that_came_otherwise(counted):
    counted.dossier.components.filter(provision=Provision.SHOWN).update(provision=Provision.REUSED)
    assert counted_again() == of_the_ward(counted, MONDAY)


def test_a_scan_that_is_removed(counted):
    document = counted.dossier.documents.first()
    if document is None:
        item = counted.dossier.components.first()
        document = services.add_document(counted.dossier, upload(), by=counted.clerk, component=item)
    type(document).objects.filter(pk=document.pk).update(added_at=BEFORE)
    Recount.objects.all().delete()
    document.delete()
    assert counted_again() == of_the_ward(counted, TUESDAY)


def test_a_step_that_was_done_earlier(counted):
    running = StepRun.objects.get(dossier=counted.dossier, done_at=None)
    StepRun.objects.filter(pk=running.pk).update(done_at=BEFORE)
    assert counted_again() == of_the_ward(counted, TUESDAY)


def test_a_complaint_that_was_none(counted, clock):
    clock.move_to("2026-11-12 09:00")
    sent = send(counted, code=counted.dossier.code)
    Recount.objects.all().delete()
    clock.move_to("2026-11-16 09:00")
    services.refuse_feedback(sent, by=counted.supervisor, text="Không đúng")
    assert (counted.ward.identifier, date(2026, 11, 12)) in counted_again()


def test_what_happens_now_is_not_counted_yet(counted):
    services.pay(counted.dossier, by=counted.clerk, amount=15_000)
    counted.record_result(counted.dossier)
    assert counted_again() == set()


def test_without_any_counted_day_nothing_is_noted(world):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_rolledup")
        assert cursor.fetchone() == (0,)
    world.returned()
    assert counted_again() == set()
