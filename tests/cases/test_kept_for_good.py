"""What is only added, or never thrown away, is so in the database: whoever has a shell there is refused too (R43)."""

import pgtrigger
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from cases import models as cases
from notifications import models as notifications
from procedures import models as procedures

pytestmark = pytest.mark.django_db

# Rows that stay as they were written.
ONLY_ADDED = [
    cases.ArchivedDossier,
    cases.CalendarMove,
    cases.CashReport,
    cases.Demand,
    cases.DetachedEvent,
    cases.DossierEvent,
    cases.DossierFee,
    cases.Escalation,
    cases.ExcludedPeriod,
    cases.Extension,
    cases.FeedbackFile,
    cases.FeedbackStep,
    cases.FeeWaiver,
    cases.FrozenDelays,
    cases.FrozenMonth,
    cases.Handover,
    cases.NoticeChange,
    cases.OnlineFiling,
    cases.AnswerRating,
    cases.PaymentNotice,
    cases.PostalEvent,
    cases.Rating,
    cases.RatingScore,
    cases.ReadAccess,
    cases.ReplacedMoment,
    cases.Reschedule,
    cases.SupplementAnswer,
    cases.WebhookAttempt,
    notifications.MessageAttempt,
    notifications.MessageReport,
    notifications.MessageTurn,
    notifications.NoticeTemplate,
    procedures.ReformEntry,
]
# Rows that go on by a rule of their own, such as a number that only rises or an answer that comes once.
KEPT = [
    cases.ArchivedYear,
    cases.AuditEntry,
    cases.AuditHead,
    cases.Consultation,
    cases.ExchangeArrival,
    cases.Feedback,
    cases.FeedbackBook,
    cases.IncomingRequest,
    cases.IssuedResult,
    cases.LogBook,
    cases.OnlinePayment,
    cases.OnlineRefund,
    cases.Payment,
    cases.PopulationLookup,
    cases.PostalOrder,
    cases.ReceiptCounter,
    cases.RegisterBook,
    cases.RegisterEntry,
    cases.StepRun,
    cases.StoreLookup,
    cases.Supplement,
    notifications.LetterRegister,
    procedures.ReformTask,
]
# Goes with its file, or when that is looked at anew; what was seen is not seen otherwise.
NEVER_CHANGED = [cases.DocumentSignature]
# A draft may go; what was approved may not.
KEPT_PAST_DRAFT = [cases.CalendarRevision, notifications.Letter]
# By the type of a column, something that it takes.
ANY_VALUE = {
    "ARRAY": "'{}'",
    "boolean": "true",
    "date": "now()",
    "inet": "'192.0.2.1'",
    "jsonb": "'{}'",
    "timestamp with time zone": "now()",
    "uuid": "gen_random_uuid()",
}


def name_of(model) -> str:
    return model._meta.label


def refuses(model, operation: str) -> bool:
    """Whether a trigger of the model refuses this whatever the row says."""
    return any(
        type(trigger) is pgtrigger.Protect  # not those that protect some columns
        and operation in str(trigger.operation)
        and trigger.condition is None
        for trigger in getattr(model._meta, "triggers", ())
    )


def test_the_lists_are_all_that_the_models_refuse():
    models = apps.get_models(include_auto_created=True)
    deleted = {name_of(model) for model in models if refuses(model, "DELETE")}
    changed = {name_of(model) for model in models if refuses(model, "UPDATE")}
    assert deleted == {name_of(model) for model in ONLY_ADDED + KEPT}
    assert changed == {name_of(model) for model in ONLY_ADDED + NEVER_CHANGED}


@pytest.fixture
def cursor():
    """Whatever is written is rolled back, with what would only be found out at the end."""
    with transaction.atomic(), connection.cursor() as cursor:
        yield cursor
        transaction.set_rollback(True)


def add_a_row(cursor, table: str) -> None:
    """A row of nonsense: only the triggers that are asked about have to be there."""
    cursor.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", [table]
    )
    for (constraint,) in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}"')
    cursor.execute(
        """SELECT column_name, data_type FROM information_schema.columns
            WHERE table_name = %s AND is_nullable = 'NO' AND is_identity = 'NO'""",
        [table],
    )
    columns = dict(cursor.fetchall())
    values = [ANY_VALUE.get(kind, "'1'") for kind in columns.values()]
    with pgtrigger.ignore():  # those that ask about a new row
        cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(values)})")


def assert_refused(cursor, statement: str, why: str) -> None:
    with pytest.raises(DatabaseError, match=why), transaction.atomic():
        cursor.execute(statement)


@pytest.mark.parametrize("model", ONLY_ADDED + KEPT, ids=name_of)
def test_no_row_is_deleted(cursor, model):
    table = model._meta.db_table
    add_a_row(cursor, table)
    assert_refused(cursor, f"DELETE FROM {table}", "Cannot (update or )?delete rows")


@pytest.mark.parametrize("model", ONLY_ADDED, ids=name_of)
def test_no_row_is_changed(cursor, model):
    table, column = model._meta.db_table, model._meta.pk.column
    add_a_row(cursor, table)
    assert_refused(cursor, f"UPDATE {table} SET {column} = {column} + 1", "Cannot update (or delete )?rows")


@pytest.mark.parametrize("model", ONLY_ADDED + KEPT + KEPT_PAST_DRAFT, ids=name_of)
def test_no_table_is_emptied(cursor, model):
    cursor.execute("SET LOCAL onestop.may_truncate = 'off'")
    assert_refused(cursor, f"TRUNCATE {model._meta.db_table} CASCADE", "history is not thrown away")


@pytest.mark.parametrize("model", [cases.Dossier, cases.Applicant, notifications.Message], ids=name_of)
def test_no_table_is_emptied_that_these_hang_on(cursor, model):
    cursor.execute("SET LOCAL onestop.may_truncate = 'off'")
    assert_refused(cursor, f"TRUNCATE {model._meta.db_table} CASCADE", "history is not thrown away")


@pytest.mark.parametrize("model", [cases.ReceiptCounter, notifications.LetterRegister], ids=name_of)
def test_a_running_number_is_not_set_back(cursor, model):
    table = model._meta.db_table
    add_a_row(cursor, table)
    assert_refused(cursor, f"UPDATE {table} SET last_number = 0", "Cannot update rows")
    cursor.execute(f"UPDATE {table} SET last_number = last_number + 1")
    assert cursor.rowcount == 1
