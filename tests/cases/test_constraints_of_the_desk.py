"""The database refuses nonsense about money, registers and the waiting room (R43)."""

import pytest
from django.utils import timezone

from cases import services
from cases.models import (
    CashReport,
    Document,
    Dossier,
    ListExport,
    LogBook,
    Payment,
    QueueTicket,
    ReceptionGroup,
    RegisterBook,
    RegisterEntry,
    ServiceCounter,
)
from cases.services import tickets
from procedures.models import ProcedureVersion, ReadyReason
from tests.cases.desk_queue import queue
from tests.cases.helpers import make_person
from tests.cases.test_constraints import row_is_refused, sql_is_refused

__all__ = ["queue"]

# Money ----------------------------------------------------------------------------------------------


@pytest.fixture
def paid(world):
    dossier = world.receive(world.paid)
    services.pay(dossier, by=world.clerk, amount=15000)
    return dossier


def back(dossier, amount: int, reverses: Payment, **changes):
    facts = {"method": "cash", "paid_at": timezone.now(), "reason": "Thu nhầm", "receipt_number": "HT-9"}
    return dossier.payments.create(amount=-amount, reverses=reverses, **{**facts, **changes})


def test_no_more_is_paid_back_than_was_taken(paid):
    taken, match = paid.payments.get(), "only what is left of a payment"
    row_is_refused(lambda: back(paid, 15001, taken), match=match)
    first = back(paid, 10000, taken)
    row_is_refused(lambda: back(paid, 5001, taken, receipt_number="HT-10"), match=match)
    row_is_refused(lambda: back(paid, 1, first, receipt_number="HT-10"), match=match)
    back(paid, 5000, taken, receipt_number="HT-10")


def test_what_was_taken_for_another_dossier_is_not_paid_back_here(world, paid):
    row_is_refused(
        lambda: back(world.receive(world.paid), 1, paid.payments.get()),
        match="of the same dossier is paid back",
    )


def test_money_comes_in_one_of_the_known_ways(paid):
    row_is_refused(lambda: back(paid, 1, paid.payments.get(), method="gold"), match="payment_method_known")


def test_a_payment_stands_in_the_report_of_its_clerk_and_desk(world, paid):
    facts = {"closed_at": timezone.now(), "expected_cash": 0, "counted_cash": 0}
    colleague = make_person("dong-nghiep", world.ward, "clerk")
    reports = [
        CashReport.objects.create(clerk=colleague, desk=world.ward, number="BK-1", **facts),
        CashReport.objects.create(clerk=world.clerk, desk=world.centre, number="BK-2", **facts),
    ]
    for report in reports:
        row_is_refused(
            lambda r=report: paid.payments.update(cash_report=r), match="report of the clerk who took it"
        )


def test_no_more_is_waived_than_the_fee(world):
    dossier, other = world.receive(world.paid), world.receive(world.paid)
    fee, match = dossier.fees.get(), "only what is left of a fee"

    def waive(amount: int, dossier=dossier):
        return dossier.waivers.create(
            fee=fee, amount=amount, ground="Hộ nghèo", at=timezone.now(), by=world.clerk
        )

    row_is_refused(lambda: waive(15001), match=match)
    row_is_refused(lambda: waive(1, other), match="of the same dossier is waived")
    waive(10000)
    row_is_refused(lambda: waive(5001), match=match)
    waive(5000)


@pytest.mark.parametrize("change", ["UPDATE cases_dossierfee SET amount = 1", "DELETE FROM cases_dossierfee"])
def test_a_fee_stays_as_it_was_at_reception(paid, change):
    sql_is_refused(change, match="(?i)cannot .*rows from cases_dossierfee")


# Running numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("book", [LogBook, RegisterBook])
def test_a_book_is_never_set_back(world, book):
    owner = {"desk": world.ward} if book is LogBook else {"agency": world.ward, "kind": "copies"}
    book.objects.create(year=2031, last_number=5, **owner)
    table = book._meta.db_table
    sql_is_refused(
        f"UPDATE {table} SET last_number = 1 WHERE year = 2031", match=f"(?i)cannot update.*{table}"
    )
    assert book.objects.filter(year=2031).update(last_number=6) == 1


def test_an_entry_has_a_number_that_its_register_gave_out(world):
    book = RegisterBook.objects.create(agency=world.ward, kind="copies", year=2031, last_number=1)
    facts = {"at": timezone.now(), "by": world.clerk, "person": "Mẫu", "paper": "Bằng", "signer": "Mẫu"}
    row_is_refused(
        lambda: RegisterEntry.objects.create(book=book, number=2, dossier=world.receive(), **facts),
        match="a number that its register has given out",
    )
    RegisterEntry.objects.create(book=book, number=1, dossier=world.receive(), **facts)


# Waiting room ---------------------------------------------------------------------------------------


def test_a_ticket_is_of_the_desk_of_its_service_and_counted_from_one(world, queue):
    queue.take()
    now = timezone.now()
    facts = {"service": queue.civil, "day": timezone.localdate(), "taken_at": now, "queued_at": now}
    row_is_refused(
        lambda: QueueTicket.objects.create(desk=world.other_ward, number=9, **facts),
        match="the desk of its service",
    )
    row_is_refused(
        lambda: QueueTicket.objects.create(desk=world.ward, number=0, **facts), match="ticket_number_from_one"
    )


def test_somebody_sits_at_an_open_counter_and_nobody_at_a_closed_one(queue):
    tickets.open_counter(queue.first, by=queue.clerk)
    for change in [{"clerk": None}, {"is_open": False, "opened_at": None}]:
        row_is_refused(
            lambda c=change: ServiceCounter.objects.filter(pk=queue.first.pk).update(**c),
            match="counter_open_with_a_clerk",
        )


# Words that nobody knows ----------------------------------------------------------------------------


def test_unknown_choices_are_refused(world):
    dossier = world.digitized()
    ReadyReason.objects.create(use="refusal", text="Thiếu chữ ký")
    ListExport.objects.create(user=world.clerk, asked_at=timezone.now())
    for model, field, constraint in [
        (Document, "text_state", "document_text_search_known"),
        (Document, "text_fault", "document_text_search_known"),
        (Dossier, "acknowledgement", "dossier_acknowledgement_known"),
        (ListExport, "state", "list_export_state_known"),
        (ProcedureVersion, "register", "version_register_known"),
        (ReadyReason, "use", "ready_reason_use_known"),
    ]:
        row_is_refused(lambda m=model, f=field: m.objects.update(**{f: "gold"}), match=constraint)
    assert dossier.documents.exists()


def test_a_group_has_a_name(world):
    facts = {"kind": "people", "desk": world.ward, "by": world.clerk, "at": timezone.now()}
    row_is_refused(
        lambda: ReceptionGroup.objects.create(name="", **facts), match="reception_group_has_a_name"
    )
