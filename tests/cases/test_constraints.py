"""The database refuses nonsense, also to somebody with a database shell (R43, DESIGN §5)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from django_fsm import TransitionNotAllowed

from cases import services
from cases.enums import State
from cases.models import (
    Applicant,
    CodeCounter,
    Dossier,
    DossierEvent,
    DossierFee,
    Payment,
    StepRun,
    Supplement,
)
from tests.cases.helpers import everything, fresh
from tests.cast import local


def sql_is_refused(
    statement: str, *parameters, match: str, error: type[DatabaseError] = DatabaseError
) -> None:
    """The raw statement raises an error that names the rule; nothing changed."""
    before = everything()
    with pytest.raises(error, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    assert everything() == before


# Rows that are only added (R43) ---------------------------------------------------------------------


@pytest.fixture
def full_history(world, clock):
    """A dossier with every kind of row that is only ever added."""
    dossier = world.processing(world.paid)
    services.pay(dossier, by=world.clerk, amount=15000)
    services.issue_apology(
        dossier, by=world.head, reason="Cần xác minh", new_due_at=local("2026-11-17 17:00")
    )
    services.request_supplement(dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    return services.resume(dossier, by=world.clerk)


CHANGES = {
    "cases_dossierevent": [
        "kind = 'received'",
        "at = at - interval '1 day'",
        "data = '{}'",
        "actor_label = 'Không ai cả'",
    ],
    "cases_payment": ["amount = 1", "receipt_number = receipt_number || 'x'"],
    "cases_reschedule": ["old_due_at = new_due_at - interval '1 minute'", "reason = 'Lý do khác'"],
    "cases_supplement": [
        "reason = 'Lý do khác'",
        "asked_at = asked_at - interval '1 day'",
        "due_at = NULL",
        "answered_at = NULL",
        "answered_at = now()",
    ],
}


def test_update_of_a_row_of_history_is_refused(full_history):
    for table, changes in CHANGES.items():
        for change in changes:
            sql_is_refused(f"UPDATE {table} SET {change}", match=f"(?i)cannot update.* rows from {table}")


def test_delete_of_a_row_of_history_is_refused(full_history):
    for table in [*CHANGES, "cases_steprun"]:
        sql_is_refused(f"DELETE FROM {table}", match=f"(?i)cannot .*delete rows from {table}")


def test_update_of_a_step_that_is_done_is_refused(full_history):
    sql_is_refused(
        "UPDATE cases_steprun SET note = 'khác' WHERE done_at IS NOT NULL",
        match="(?i)cannot update rows from cases_steprun",
    )
    assert StepRun.objects.filter(done_at__isnull=True).update(note="đang làm") == 1


def test_delete_of_a_dossier_with_history_is_refused(world):
    dossier = world.receive()
    with pytest.raises(DatabaseError), transaction.atomic():
        dossier.delete()
    assert Dossier.objects.filter(pk=dossier.pk).exists()


def test_an_event_cannot_be_changed_through_the_model_either(world):
    event = world.receive().events.get()
    event.actor_label = "Không ai cả"
    with pytest.raises(DatabaseError, match="(?i)cannot update"), transaction.atomic():
        event.save()
    with pytest.raises(DatabaseError, match="(?i)cannot .*delete"), transaction.atomic():
        DossierEvent.objects.all().delete()


def test_a_correction_of_money_is_a_counter_entry(full_history):
    taken = full_history.payments.get()
    entry = {"dossier": full_history, "method": "cash", "paid_at": timezone.now()}
    nonsense = [
        {"amount": 0},
        {"amount": -15000},
        {"amount": -15000, "reverses": taken},
        {"amount": -15000, "reason": "Thu nhầm"},
        {"amount": 15000, "reverses": taken, "reason": "Thu nhầm"},
    ]
    for facts in nonsense:
        with pytest.raises(IntegrityError), transaction.atomic():
            Payment.objects.create(**entry, **facts, receipt_number="HT-1")
    Payment.objects.create(**entry, amount=-15000, reverses=taken, reason="Thu nhầm", receipt_number="HT-1")
    assert fresh(full_history).balance == 15000


# The dossier ----------------------------------------------------------------------------------------


def test_state_cannot_be_assigned(world):
    dossier = world.receive()
    for state in State:
        with pytest.raises(AttributeError, match="Direct state modification is not allowed"):
            dossier.state = state


def test_state_cannot_jump_by_a_transition_of_another_state(world):
    dossier = world.receive()
    for transition in [dossier.to_returned, dossier.to_paid, dossier.to_processing, dossier.to_refused]:
        with pytest.raises(TransitionNotAllowed):
            transition()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'archived'", "dossier_state_known"),
        ("state = ''", "dossier_state_known"),
        ("code = NULL", "dossier_accepted_has_code_and_promise"),
        ("due_at = NULL", "dossier_accepted_has_code_and_promise"),
        ("first_due_at = NULL", "dossier_accepted_has_code_and_promise"),
        ("received_at = NULL", "dossier_accepted_has_code_and_promise"),
        ("clock_started_at = NULL", "dossier_accepted_has_code_and_promise"),
        ("state = 'submitted'", "dossier_filed_only_has_no_code"),
        ("state = 'refused'", "dossier_filed_only_has_no_code"),
        ("state = 'paid'", "dossier_ready_has_result"),
        ("state = 'returned'", "dossier_ready_has_result|dossier_returned_has_moment"),
        ("returned_at = now()", "dossier_returned_has_moment"),
        ("due_at = clock_started_at - interval '1 second'", "dossier_due_after_clock_start"),
        ("code = 'H41.101-261109-001'", "dossier_code_pattern"),
        ("code = 'h41.101-261109-0001'", "dossier_code_pattern"),
        ("code = '000.00.16.H40-231017-00011'", "dossier_code_pattern"),
        ("code = ' H41.101-261109-0001'", "dossier_code_pattern"),
        ("code = E'H41.101-261109-0001\\n'", "dossier_code_pattern"),
        ("code = 'H41.101-２６１１０９-0001'", "dossier_code_pattern"),
    ],
)
def test_a_dossier_that_cannot_be_is_refused(world, change, constraint):
    world.receive()
    sql_is_refused(f"UPDATE cases_dossier SET {change}", match=constraint, error=IntegrityError)


@pytest.mark.parametrize("code", ["000.00.16.H40-231017-0001", "H44.100-261120-0001", "H41-261109-10000"])
def test_codes_of_both_patterns_are_accepted(world, code):
    dossier = world.receive()
    Dossier.objects.filter(pk=dossier.pk).update(code=code)
    assert fresh(dossier).code == code


def test_a_returned_dossier_without_its_moment_is_refused(world):
    world.returned()
    sql_is_refused(
        "UPDATE cases_dossier SET returned_at = NULL",
        match="dossier_returned_has_moment",
        error=IntegrityError,
    )


def test_a_code_is_given_once(world):
    world.receive(), world.receive()
    sql_is_refused(
        "UPDATE cases_dossier SET code = 'H41.101-261109-0001'",
        match="cases_dossier_code",
        error=IntegrityError,
    )


# What hangs on it -----------------------------------------------------------------------------------


def row_is_refused(create, *, match: str) -> None:
    before = everything()
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        create()
    assert everything() == before


def test_a_second_open_supplement_is_refused(world):
    dossier = world.supplement()
    facts = {"dossier": dossier, "cycle": 1, "asked_at": timezone.now(), "reason": "Lý do", "items": ["Ảnh"]}
    row_is_refused(lambda: Supplement.objects.create(**facts), match="supplement_one_open")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"reason": ""}, "supplement_has_reason"),
        ({"items": []}, "supplement_has_reason"),
        ({"answered_at": local("2026-11-08 09:00")}, "supplement_answered_after_asked"),
    ],
)
def test_a_supplement_that_cannot_be_is_refused(world, change, constraint):
    facts = {
        "dossier": world.receive(),
        "cycle": 1,
        "asked_at": timezone.now(),
        "reason": "Lý do",
        "items": ["Ảnh"],
        **change,
    }
    row_is_refused(lambda: Supplement.objects.create(**facts), match=constraint)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({}, "reschedule_once_per_cycle"),
        ({"cycle": 2, "new_due_at": local("2026-11-12 17:00")}, "reschedule_to_later"),
        ({"cycle": 2, "reason": ""}, "reschedule_has_reason"),
    ],
)
def test_a_reschedule_that_cannot_be_is_refused(world, change, constraint):
    dossier = world.processing()
    later = local("2026-11-17 17:00")
    services.issue_apology(dossier, by=world.head, reason="Cần xác minh", new_due_at=later)
    facts = {
        "cycle": 1,
        "old_due_at": local("2026-11-12 17:00"),
        "new_due_at": later,
        "reason": "Lý do",
        "letter_number": "02/PXL",
        "at": timezone.now(),
        "signed_by": world.head,
        **change,
    }
    row_is_refused(lambda: dossier.reschedules.create(**facts), match=constraint)


def test_a_second_running_step_is_refused(world):
    dossier = world.receive()
    row_is_refused(
        lambda: dossier.step_runs.create(name="Hai", unit=world.ward, started_at=timezone.now()),
        match="step_one_running",
    )


def test_a_step_that_ends_before_it_begins_is_refused(world):
    dossier = world.receive()
    row_is_refused(
        lambda: dossier.step_runs.create(
            name="Lùi",
            unit=world.ward,
            started_at=timezone.now(),
            done_at=timezone.now() - timedelta(seconds=1),
        ),
        match="step_done_after_start",
    )


def test_an_event_of_an_unknown_kind_or_state_is_refused(world):
    dossier = world.receive()
    now = timezone.now()
    row_is_refused(lambda: dossier.events.create(kind="eaten", at=now), match="event_kind_known")
    row_is_refused(
        lambda: dossier.events.create(kind="received", at=now, to_state="eaten"),
        match="event_states_known",
    )


def test_a_payment_of_nothing_or_with_a_used_number_is_refused(world):
    dossier = world.receive(world.paid)
    number = services.pay(dossier, by=world.clerk, amount=15000).receipt_number
    facts = {"method": "cash", "paid_at": timezone.now()}
    row_is_refused(
        lambda: dossier.payments.create(amount=0, receipt_number="X", **facts),
        match="payment_(not_zero|back)",
    )
    row_is_refused(
        lambda: dossier.payments.create(amount=1, receipt_number=number, **facts), match="receipt_number"
    )


def test_the_same_fee_or_component_twice_is_refused(world):
    dossier = world.receive(world.paid)
    fee, item = dossier.fees.get(), dossier.components.first()
    row_is_refused(
        lambda: DossierFee.objects.create(dossier=dossier, fee_line=fee.fee_line, name="Hai", amount=1),
        match="dossier_fee_once",
    )
    row_is_refused(
        lambda: dossier.components.create(component=item.component, provision="paper"),
        match="dossier_component_once",
    )


def test_the_same_applicant_twice_or_one_without_a_name_is_refused(world):
    world.receive()
    row_is_refused(
        lambda: Applicant.objects.create(full_name="Người khác", id_number="040000000001"),
        match="applicant_id_number_once",
    )
    row_is_refused(lambda: Applicant.objects.create(full_name=""), match="applicant_has_a_name")


def test_a_second_counter_of_the_same_agency_and_day_is_refused(world):
    world.receive()
    counter = CodeCounter.objects.get()
    row_is_refused(
        lambda: CodeCounter.objects.create(
            agency_identifier=counter.agency_identifier, day=counter.day, last_number=7
        ),
        match="code_counter_once",
    )


def test_an_empty_document_is_refused(world):
    dossier = world.receive()
    row_is_refused(
        lambda: dossier.documents.create(name="x", size=0, added_at=timezone.now(), source="scan"),
        match="document_not_empty",
    )


@pytest.mark.parametrize(
    "protected", ["version", "limit", "applicant", "receiving_desk", "holder", "holder_unit"]
)
def test_what_a_dossier_stands_on_cannot_be_deleted(world, protected):
    dossier = world.receive()
    with pytest.raises(IntegrityError), transaction.atomic():
        getattr(dossier, protected).delete()
