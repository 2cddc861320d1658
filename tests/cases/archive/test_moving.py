"""What ended in a past year leaves the live tables, whole, and nothing else does."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from cases.archive.tables import moved
from cases.enums import EventKind, State
from cases.errors import NotPossibleNow
from cases.events import record
from cases.models import (
    ArchivedDossier,
    ArchivedYear,
    Consultation,
    Document,
    Dossier,
    DossierEvent,
    ExchangeMessage,
    OnlinePayment,
    PortalDossier,
    PostalOrder,
    ResultHandIn,
    StoredPaper,
)
from cases.services import archiving
from cases.services.store import valid_papers
from notifications.enums import MessageState
from notifications.models import Message, MessageTurn
from tests.cases.archive.conftest import YEAR, nothing_waits, rows_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def live_rows() -> dict[str, int]:
    """How many rows each table that is moved has, by name."""
    with connection.cursor() as cursor:
        counts = {}
        for table in moved():
            cursor.execute(f"SELECT count(*) FROM public.{table.name}")
            (counts[table.name],) = cursor.fetchone()
    return counts


def test_an_ended_dossier_moves_with_every_row_that_goes_with_it(ended):
    before = live_rows()
    assert archiving.archive_year(YEAR) == 1
    after = live_rows()
    kept = {"cases_document": StoredPaper.objects.count()}
    assert after == dict.fromkeys(before, 0) | kept
    assert {table.name: rows_of(YEAR, table.model) for table in moved()} == before
    assert before["cases_dossierevent"] and before["cases_steprun"] and before["notifications_message"]


def test_what_is_open_or_of_another_year_stays(ended, world, clock):
    clock.move_to("2026-12-30 09:00")
    world.processing()
    later = world.returned()
    nothing_waits()
    clock.move_to("2027-01-04 09:00")
    new_year = world.returned()
    nothing_waits()
    clock.move_to("2029-01-10 09:00")
    assert archiving.archive_year(YEAR) == 2
    assert Dossier.objects.filter(pk=later.pk).exists() is False
    assert set(Dossier.objects.values_list("state", flat=True)) == {State.PROCESSING, State.RETURNED}
    assert Dossier.objects.get(state=State.RETURNED) == new_year


def test_what_was_given_up_and_when_goes_along(world, clock):
    world.returned()
    nothing_waits()
    MessageTurn.objects.create(message=Message.objects.first(), at=timezone.now(), state=MessageState.DEAD)
    clock.move_to("2029-01-10 09:00")
    assert archiving.archive_year(YEAR) == 1
    connection.check_constraints()  # as a commit does
    assert (MessageTurn.objects.count(), rows_of(YEAR, MessageTurn)) == (0, 1)


def test_what_something_happened_to_in_a_later_year_waits_for_its_end(ended):
    """Or days that are not counted yet would lie behind the last day of the archive, see `closed_through`."""
    record(ended, EventKind.OVERDUE, due="12/11/2026 17:00")
    nothing_waits()
    assert archiving.archive_year(YEAR) == 0
    assert archiving.still_waiting(YEAR) == {"the end of a later year, in which something happened to it": 1}


def test_a_second_run_finds_nothing_and_says_nothing_waits(archived):
    assert archiving.archive_year(YEAR) == 0
    assert archiving.still_waiting(YEAR) == {}


def test_a_year_that_is_not_over_long_enough_is_refused(ended, settings):
    settings.ARCHIVE_AFTER_YEARS = 3
    with pytest.raises(NotPossibleNow, match="The newest year that may be archived today is 2025"):
        archiving.archive_year(YEAR)
    assert Dossier.objects.count() == 1


def test_what_waits_for_something_stays_and_is_counted_with_its_reason(world, clock):
    world.returned()  # its messages were never sent
    clock.move_to("2029-01-10 09:00")
    assert archiving.archive_year(YEAR) == 0
    assert archiving.still_waiting(YEAR) == {"a message that was not sent": 1}


def test_a_code_of_the_archive_is_never_given_again(archived, world):
    assert ArchivedDossier.objects.get().code == archived.code
    other = world.receive()
    with pytest.raises(IntegrityError, match="in the archive"), transaction.atomic():
        Dossier.objects.filter(pk=other.pk).update(code=archived.code)


def test_the_archive_is_only_read(archived):
    with connection.cursor() as cursor:
        for statement in (
            "DELETE FROM archive_2026.cases_dossierevent",
            "UPDATE archive_2026.cases_dossier SET subject = ''",
            "INSERT INTO archive_2026.cases_dossierevent SELECT * FROM archive_2026.cases_dossierevent",
            "TRUNCATE archive_2026.cases_dossier CASCADE",
        ):
            with pytest.raises(DatabaseError, match="the archive is only read"), transaction.atomic():
                cursor.execute(statement)
    assert rows_of(YEAR, DossierEvent) > 0


def test_the_live_history_is_protected_again_after_a_run(archived, world):
    world.receive()
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        DossierEvent.objects.all()._raw_delete("default")


def test_an_archived_dossier_holds_what_it_names(archived, world):
    """A person or agency that only the archive names cannot be deleted either."""
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_applicant WHERE id = %s", [archived.applicant_id])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_paper_of_the_store_can_be_handed_in_again(archived, world):
    paper = StoredPaper.objects.select_related("document").get()
    assert paper.document.dossier_id is None
    assert rows_of(YEAR, Document) >= 1
    assert list(valid_papers(paper.applicant)) == [paper]


def test_the_last_day_is_that_of_the_last_thing_that_happened(archived):
    assert str(ArchivedYear.objects.get(pk=YEAR).last_day) == "2026-11-09"


# What is still to be told to a system around, or expected of one, each with the reason that is counted.
AROUND = {
    "what the national portal has not taken": "portal",
    "an online payment whose outcome is not known": "payment",
    "a consignment that is on its way": "post",
    "a result that its owner's store has not taken": "store",
    "what another installation has not taken": "exchange",
}


def asked_elsewhere(dossier, world) -> ExchangeMessage:
    now = timezone.now()
    asked = Consultation.objects.create(
        dossier=dossier,
        kind="opinion",
        agency=world.other_ward,
        question="?",
        working_hours=8,
        created_at=now,
        created_by=world.officer,
    )
    return ExchangeMessage.objects.create(
        partner="H41.102",
        kind="request",
        thread=dossier.uuid,
        ask=dossier.uuid,
        code=dossier.code,
        agency=dossier.competent_agency,
        consultation=asked,
        content={},
        next_attempt_at=now,
        created_at=now,
    )


@pytest.fixture
def owed(ended, world):
    """Makes the ended dossier wait for one system around; returns the row that waits."""

    def owed(what: str) -> Model:
        now = timezone.now()
        order = {
            "dossier": ended,
            "amount": 1000,
            "platform": "national",
            "created_at": now,
            "expires_at": now + timedelta(minutes=15),
        }
        match what:
            case "portal":
                return PortalDossier.objects.create(
                    dossier=ended, code=ended.code, next_attempt_at=now, waiting_since=now
                )
            case "payment":
                return OnlinePayment.objects.create(**order, order_number="TT1", next_ask_at=now)
            case "post":
                return PostalOrder.objects.create(
                    dossier=ended,
                    order_number="BC1",
                    direction="delivery",
                    ordered_by=world.clerk,
                    ordered_at=now,
                )
            case "exchange":
                return asked_elsewhere(ended, world)
        paper = StoredPaper.objects.get(document__dossier=ended, result_of__isnull=False)
        return ResultHandIn.objects.create(
            system="personal_store", paper=paper, result_code="KQ1", next_attempt_at=now, created_at=now
        )

    return owed


@pytest.mark.parametrize(("reason", "what"), AROUND.items())
def test_what_a_system_around_waits_for_stays(reason, what, owed):
    owed(what)
    assert archiving.archive_year(YEAR) == 0
    assert archiving.still_waiting(YEAR) == {reason: 1}


def test_what_somebody_has_given_up_goes(owed, world):
    message = owed("exchange").__class__.objects
    message.update(state="given_up", reason="Gọi điện", given_up_at=timezone.now(), given_up_by=world.head)
    assert archiving.archive_year(YEAR) == 1


def test_what_the_portal_has_taken_or_somebody_parked_goes(owed):
    owed("portal").__class__.objects.update(state="parked")
    assert archiving.archive_year(YEAR) == 1
