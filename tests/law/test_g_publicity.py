"""Group G, publicity, privacy, audit: R40 to R44."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation

from cases import lookup, queries, services
from cases.errors import NotPossibleNow
from cases.lookup import Proof
from cases.services import notice_texts
from notifications.errors import PlaceholderMissing
from procedures.enums import Role
from procedures.models import Substitute
from tests.cases.helpers import fresh, make_person, refused
from tests.cast import local

pytestmark = pytest.mark.django_db

COMPLETE = "{agency} {handler} {received} {step_time} {due}"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def test_r40_without_proof_only_code_and_completion_with_it_the_dossier(world):
    dossier = world.receive()
    anybody = queries.look_up(dossier.code)
    assert (anybody.code, anybody.is_finished) == (dossier.code, False)
    assert queries.look_up(dossier.code, Proof(secret="2345678923")) is None
    assert queries.look_up("H41.101-261109-9999", Proof(secret=lookup.secret_of(dossier))) is None
    assert queries.look_up(dossier.code, Proof(secret=lookup.secret_of(dossier))) == dossier


@pytest.mark.parametrize("left_out", ["agency", "handler", "received", "step_time", "due"])
def test_r41_a_text_without_what_a_notice_must_say_is_refused_and_the_placeholder_is_named(world, left_out):
    keeper = make_person("quan-tri", world.province, Role.SYSTEM_ADMIN)
    body = COMPLETE.replace(f"{{{left_out}}}", "")
    with pytest.raises(PlaceholderMissing) as caught, transaction.atomic():
        notice_texts.save("settled", language="vi", channel="", subject="{code}", body=body, by=keeper)
    assert caught.value.names == [f"{{{left_out}}}"]
    assert left_out in caught.value.sentence


def test_r42_the_log_book_counts_from_one_each_year_and_a_closed_one_takes_nothing(world, clock):
    first, second = world.receive(), world.receive()
    clock.move_to("2027-01-04 09:00")
    third = world.receive()
    assert [(one.book_year, one.book_number) for one in map(fresh, (first, second, third))] == [
        (2026, 1),
        (2026, 2),
        (2027, 1),
    ]
    services.close_log_book(world.ward, year=2026, by=world.supervisor)
    with refused(NotPossibleNow, "book_closed"):
        world.receive(received_at=local("2026-12-31 16:00"))


def test_r43_an_event_is_neither_changed_nor_deleted(world):
    dossier = world.receive()
    before = list(dossier.events.values())
    for act in (lambda rows: rows.update(kind="paid"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act(dossier.events.all())
    assert list(dossier.events.values()) == before


def test_r44_an_absence_hands_open_tasks_to_the_substitute_with_a_row_each(world, clock):
    Substitute.objects.create(staff=world.officer, substitute=world.second_officer)
    dossiers = [world.processing() for _ in range(2)]
    clock.move_to("2026-11-16 07:45")
    services.record_absence(
        world.officer, first=date(2026, 11, 16), last=date(2026, 11, 20), by=world.supervisor, reason="Phép"
    )
    assert [dossier.handovers.get().receiver for dossier in dossiers] == [world.second_officer] * 2
    assert {fresh(dossier).holder for dossier in dossiers} == {world.second_officer}
