"""What always holds: found in the demonstration, and seen to be broken by whoever goes round all triggers."""

import json
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from cases import invariants, services
from cases.feedback import FeedbackKind
from cases.invariants import Scope
from cases.models import Document, Dossier, Escalation, FeedbackFile, Payment, StepRun
from cases.services import audit
from cases.services.feedback import Sender, send_feedback
from cases.services.rollups import keep_rollups
from notifications.enums import LetterKind
from notifications.models import Letter, Message
from onestop.encryption import CannotDecrypt
from procedures.models import Agency
from procedures.services.catalogue import load_catalogue
from procedures.working_time import TZ
from tests.cast import build_world, local, pdf
from tests.procedures.small_seeds import SEEDS

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=TZ)  # a Friday


def run(sql: str, params=None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def drop(table: str, constraint: str) -> None:
    """What the database itself refuses is checked all the same: a restored or copied one may lack it."""
    run(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {constraint}")
    run(f"DROP INDEX IF EXISTS {constraint}")


def copy(row, **changes) -> None:
    """The row once more, as a second worker would have written it."""
    columns = [field.column for field in row._meta.concrete_fields if not field.primary_key]
    values = [f"%({column})s" if column in changes else f'"{column}"' for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    run(
        f"INSERT INTO {row._meta.db_table} ({names}) SELECT {', '.join(values)}"
        f" FROM {row._meta.db_table} WHERE id = %(copied)s",
        {**changes, "copied": row.pk},
    )


_before: list[tuple[Path, bytes]] = []


def write(path: str, content: bytes | None) -> None:
    """Other bytes, or no file at all, until the end of the test."""
    file = Path(path)
    _before.append((file, file.read_bytes()))
    file.unlink()
    if content is not None:
        file.write_bytes(content)


def written_back() -> None:
    while _before:
        file, content = _before.pop()
        file.write_bytes(content)


# --- One way to break each ------------------------------------------------------------------------
# Each gets a dossier in process and returns what the examples must name.


def dossier_has_events(dossier):
    run("DELETE FROM cases_dossierevent WHERE dossier_id = %s", [dossier.pk])
    return dossier.code


def event_has_dossier(dossier):
    event = dossier.events.last()
    run("UPDATE cases_dossierevent SET dossier_id = 999999999 WHERE id = %s", [event.pk])
    return f"#{event.pk}"


def state_is_of_the_last_event(dossier):
    run("UPDATE cases_dossier SET state = 'digitized' WHERE id = %s", [dossier.pk])
    return dossier.code


def event_follows_the_one_before(dossier):
    event = dossier.events.get(kind="started")
    run("UPDATE cases_dossierevent SET from_state = 'submitted' WHERE id = %s", [event.pk])
    return dossier.code


def state_has_its_facts(dossier):
    run("UPDATE cases_dossier SET finished_at = now() WHERE id = %s", [dossier.pk])
    return dossier.code


def one_step_at_a_time(dossier):
    drop("cases_steprun", "step_one_running")
    copy(StepRun.objects.get(dossier=dossier, done_at=None))
    return dossier.code


def codes_gapless(dossier):
    run("UPDATE cases_dossier SET code = left(code, -4) || '0999' WHERE id = %s", [dossier.pk])
    return dossier.code.rpartition("-")[0]


def log_books_gapless(dossier):
    run("UPDATE cases_dossier SET book_number = book_number + 1000 WHERE id = %s", [dossier.pk])
    return f"{dossier.receiving_desk.identifier} {dossier.book_year}"


def letters_gapless(dossier):
    letter = Letter.objects.filter(number=1).first()
    run("DELETE FROM notifications_letter WHERE id = %s", [letter.pk])
    return f"{letter.agency_identifier} {letter.kind} {letter.year}"


def feedback_gapless(dossier):
    run("UPDATE cases_feedbackbook SET last_number = last_number + 1")
    return " 2026: "


def registers_gapless(dossier):
    run("DELETE FROM cases_registerentry WHERE number = 1")
    return " 2026: "


def receipts_gapless(dossier):
    payment = Payment.objects.filter(amount__gt=0).first()
    run("DELETE FROM cases_payment WHERE id = %s", [payment.pk])
    return payment.receipt_number.split("/")[0] + " 2026"


def cash_reports_gapless(dossier):
    run("UPDATE cases_cashreport SET number = replace(number, 'BK-0001', 'BK-0901')")
    return "/2026: "


def tickets_gapless(dossier):
    run("DELETE FROM cases_queueticket WHERE number = 1")
    return ": "


def one_overdue_flag(dossier):
    run("UPDATE cases_dossier SET overdue_flagged_at = now() WHERE id = %s", [dossier.pk])
    return dossier.code


def one_live_letter(dossier):
    drop("notifications_letter", "letter_once_per_cycle")
    letter = Letter.objects.filter(kind=LetterKind.APOLOGY, state="draft").first()
    copy(letter)
    return letter.reference


def one_final_letter(dossier):
    for constraint in ("letter_final_once", "letter_number_once", "letter_issued_once_for_a_key"):
        drop("notifications_letter", constraint)
    letter = Letter.objects.filter(kind__in=[LetterKind.REFUSAL, LetterKind.STOP]).first()
    copy(letter, key="another")
    return letter.reference


def one_letter_for_a_key(dossier):
    for constraint in ("letter_final_once", "letter_number_once", "letter_issued_once_for_a_key"):
        drop("notifications_letter", constraint)
    letter = Letter.objects.exclude(key="").first()
    copy(letter)
    return letter.reference


def apology_draft_has_its_event(dossier):
    letter = Letter.objects.filter(kind=LetterKind.APOLOGY, state="draft").first()
    run("DELETE FROM notifications_letter WHERE id = %s", [letter.pk])
    return letter.reference


def one_message(dossier):
    drop("notifications_message", "message_once_per_event")
    message = Message.objects.exclude(reference="").first()
    copy(message, key=uuid4())
    return message.reference


def sent_message_has_a_successful_attempt(dossier):
    run("DELETE FROM notifications_messageattempt")
    return ""


def one_escalation(dossier):
    drop("cases_escalation", "escalation_once")
    escalation = Escalation.objects.select_related("dossier").first()
    copy(escalation)
    return escalation.dossier.code


def one_reschedule(dossier):
    drop("cases_reschedule", "reschedule_once_per_cycle")
    for day in (1, 2):
        run(
            "INSERT INTO cases_reschedule"
            " (dossier_id, cycle, old_due_at, new_due_at, reason, letter_number, at, signed_by_id)"
            " SELECT id, 9, due_at, due_at + %s * interval '1 day', 'x', '', now(), holder_id"
            " FROM cases_dossier WHERE id = %s",
            [day, dossier.pk],
        )
    return dossier.code


def one_move_by_a_revision(dossier):
    drop("cases_calendarmove", "calendar_move_once")
    for _twice in range(2):
        run(
            "INSERT INTO cases_calendarmove (revision_id, dossier_id, cycle, old_due_at, new_due_at, at)"
            " SELECT 1, id, cycle, due_at, due_at + interval '1 day', now() FROM cases_dossier WHERE id = %s",
            [dossier.pk],
        )
    return dossier.code


def waivers_within_the_fee(dossier):
    fee = Payment.objects.filter(amount__gt=0).first().dossier.fees.first()
    run(
        "INSERT INTO cases_feewaiver (dossier_id, fee_id, amount, ground, at, by_id)"
        " VALUES (%s, %s, %s, 'x', now(), 1)",
        [fee.dossier_id, fee.pk, fee.amount + 1],
    )
    return fee.dossier.code


def paid_back_within_the_payment(dossier):
    payment = Payment.objects.filter(amount__gt=0).first()
    copy(payment, amount=-payment.amount - 1, reverses_id=payment.pk, receipt_number="x", reason="x")
    return payment.receipt_number


def no_more_taken_than_owed(dossier):
    payment = Payment.objects.filter(amount__gt=0, dossier__state="returned").first()
    run("DELETE FROM cases_payment WHERE id = %s", [payment.pk])
    return payment.dossier.code


def cash_reports_add_up(dossier):
    report = Payment.objects.filter(method="cash").exclude(cash_report=None).first().cash_report
    run("UPDATE cases_cashreport SET expected_cash = 1, counted_cash = 1 WHERE id = %s", [report.pk])
    return report.number


def due_date_recomputed(dossier):
    run("UPDATE cases_dossier SET due_at = due_at + interval '1 day' WHERE id = %s", [dossier.pk])
    return f"{dossier.code}: {timezone.localtime(dossier.due_at):%d/%m/%Y %H:%M}"


def due_date_as_told(dossier):
    run("UPDATE cases_dossier SET due_at = due_at + interval '1 day' WHERE id = %s", [dossier.pk])
    return dossier.code


def chain_unbroken(dossier):
    event = dossier.events.first()
    run("UPDATE cases_dossierevent SET actor_label = 'Người khác' WHERE id = %s", [event.pk])
    return f"event {event.pk} was changed."


def waiting_events_sealed(dossier):
    run("SET session_replication_role = DEFAULT")  # the trigger that chains is no hindrance
    run(
        "INSERT INTO cases_dossierevent (dossier_id, kind, at, actor_label, from_state, to_state, data, seal)"
        " VALUES (%s, 'escalated', now(), '', '', 'processing', '{}', '')",
        [dossier.pk],
    )
    return f"#{dossier.events.last().pk}"


def every_event_chained(dossier):
    run("DELETE FROM cases_auditentry WHERE event = %s", [dossier.events.first().pk])
    return dossier.code


def documents_on_disk(dossier):
    document = Document.objects.first()
    write(document.file.path, b"another")
    return document.file.name


def letters_on_disk(dossier):
    letter = Letter.objects.exclude(pdf="").first()
    write(letter.pdf.path, None)
    return letter.reference


def feedback_files_on_disk(dossier):
    file = FeedbackFile.objects.get()
    write(file.file.path, b"another")
    return file.file.name


def rolled_up_days(dossier):
    run("UPDATE cases_agencyday SET received = received + 1 WHERE day = '2026-11-18'")
    return "18/11/2026"


def rolled_up_months(dossier):
    run("UPDATE cases_fieldmonth SET handled = handled + 1 WHERE month = '2026-10-01'")
    return "10/2026"


BREAKS = {
    broken.__name__.replace("_", "-"): broken
    for broken in (
        dossier_has_events,
        event_has_dossier,
        state_is_of_the_last_event,
        event_follows_the_one_before,
        state_has_its_facts,
        one_step_at_a_time,
        codes_gapless,
        log_books_gapless,
        letters_gapless,
        feedback_gapless,
        registers_gapless,
        receipts_gapless,
        cash_reports_gapless,
        tickets_gapless,
        one_overdue_flag,
        one_live_letter,
        one_final_letter,
        one_letter_for_a_key,
        apology_draft_has_its_event,
        one_message,
        sent_message_has_a_successful_attempt,
        one_escalation,
        one_reschedule,
        one_move_by_a_revision,
        waivers_within_the_fee,
        paid_back_within_the_payment,
        no_more_taken_than_owed,
        cash_reports_add_up,
        due_date_recomputed,
        due_date_as_told,
        chain_unbroken,
        waiting_events_sealed,
        every_event_chained,
        documents_on_disk,
        letters_on_disk,
        feedback_files_on_disk,
        rolled_up_days,
        rolled_up_months,
    )
}


def answer(name: str, scope: Scope | None = None) -> invariants.Outcome:
    (found,) = invariants.ask(invariants.chosen(names=[name]), scope)
    return found.outcome


class TestInvariants(TestCase):
    """The demonstration of sixty dossiers, after the work of a morning."""

    @classmethod
    def setUpTestData(cls):
        load_catalogue(SEEDS, today=date(2026, 9, 1))
        with time_machine.travel(NOW, tick=False), translation.override("en"):
            call_command("seed_demo", dossiers=60, seed=7, stdout=StringIO())
            services.sweep()
            send_feedback(
                kind=FeedbackKind.RULE,
                text="Quy định khó hiểu",
                agency=Agency.objects.filter(is_reception_desk=True).first(),
                sender=Sender(name="Nguyễn Văn Ví Dụ", phone="0900000001"),
                nonce=uuid4(),
                uploads=[SimpleUploadedFile("anh.pdf", pdf())],
            )
            audit.chain_waiting()
            keep_rollups()
        # As a delivery would leave one of them; the suite sends no mail here.
        message = Message.objects.exclude(reference="").first()
        Message.objects.filter(pk=message.pk).update(state="sent", sent_at=NOW)
        message.attempt_rows.create(at=NOW, succeeded=True)

    def setUp(self):
        self.clock = time_machine.travel(NOW, tick=False)
        self.clock.start()
        self.addCleanup(self.clock.stop)
        self.addCleanup(written_back)

    def test_everything_holds_after_a_morning_of_work_and_something_of_each_kind_is_there(self):
        with translation.override("en"):
            answers = list(invariants.ask(invariants.ALL))
        assert {a.invariant.name: a.outcome.examples for a in answers if not a.holds} == {}
        nothing_there = {a.invariant.name for a in answers if not a.outcome.checked}
        assert nothing_there <= {"waiting-events-sealed", "one-move-by-a-revision", "one-reschedule"} | {
            "waivers-within-the-fee",
            "paid-back-within-the-payment",
        }

    def test_every_invariant_is_broken_once_in_these_tests(self):
        assert set(BREAKS) == set(invariants.NAMES)

    def test_with_since_only_what_began_then_is_looked_at(self):
        day = Dossier.objects.order_by("filed_at").last().filed_at.date()
        recent = answer("dossier-has-events", Scope(since=day)).checked
        assert 0 < recent < answer("dossier-has-events").checked
        assert [a.outcome for a in invariants.ask(invariants.ALL, Scope(since=day)) if not a.holds] == []

    def test_a_sample_bounds_what_is_looked_at_one_by_one(self):
        scope = Scope(sample=3)
        assert answer("due-date-recomputed", scope).checked == 3
        assert answer("documents-on-disk", scope).checked == 3
        assert [a.outcome for a in invariants.ask(invariants.ALL, scope) if not a.holds] == []

    def test_a_sample_is_drawn_once_however_many_batches_it_is_read_in(self):
        with patch.object(invariants.clocks, "BATCH", 1), CaptureQueriesContext(connection) as asked:
            assert answer("due-date-recomputed", Scope(sample=3)).checked == 3
        assert len([query for query in asked if "RANDOM()" in query["sql"]]) == 1

    def test_only_the_first_examples_are_kept(self):
        self._as_superuser()
        run("DELETE FROM cases_dossierevent")
        found = answer("dossier-has-events")
        assert (found.checked, found.broken, len(found.examples)) == (60, 60, 5)

    def test_a_promise_reported_overdue_twice_is_found(self):
        flagged = Dossier.objects.exclude(overdue_flagged_at=None).first()
        self._as_superuser()
        copy(flagged.events.get(kind="overdue"), at=NOW + timedelta(minutes=10))
        assert answer("one-overdue-flag").examples == (flagged.code,)

    def test_what_waits_for_a_change_of_the_calendar_is_not_called_wrong(self):
        dossier = Dossier.objects.running().first()
        self._as_superuser()
        due_date_recomputed(dossier)
        assert answer("due-date-recomputed").broken == 1
        run(
            "INSERT INTO cases_calendarrevision (state, reason, legal_reference, created_at, approved_at,"
            " total, checked, moved, last_dossier) VALUES ('approved', 'x', '', now(), now(), 1, 0, 0, 0)"
        )
        assert answer("due-date-recomputed") == invariants.Outcome(0, 0)

    @staticmethod
    def _as_superuser():
        run("SET CONSTRAINTS ALL IMMEDIATE")  # a table with waiting checks cannot be altered
        run("SET LOCAL session_replication_role = replica")


def _test_of(name: str, break_it):
    def test(self):
        dossier = (
            Dossier.objects.running()
            .filter(state="processing", overdue_flagged_at=None, events__kind="started")
            .order_by("pk")
            .first()
        )
        assert answer(name).broken == 0
        self._as_superuser()
        with translation.override("en"):
            wanted = break_it(dossier)
            found = answer(name)
        assert found.broken >= 1
        assert any(wanted in example for example in found.examples), (wanted, found.examples)

    return test


for _name, _break in BREAKS.items():
    setattr(TestInvariants, f"test_{_break.__name__}_is_seen_to_be_broken", _test_of(_name, _break))


# The command --------------------------------------------------------------------------------------


def checked(**options) -> tuple[int, str]:
    """Exit code and output of the command."""
    out = StringIO()
    try:
        call_command("check_invariants", stdout=out, **options)
    except CommandError as failed:
        return failed.returncode, out.getvalue() + str(failed)
    return 0, out.getvalue()


@pytest.fixture
def office(transactional_db, english, clock):
    return build_world()


def test_the_command_names_what_is_broken_and_ends_with_1(office):
    dossier = office.processing()
    code, text = checked()
    assert (code, text.splitlines()[-1]) == (0, "All 33 hold.")
    with transaction.atomic():
        run("SET LOCAL session_replication_role = replica")
        run("UPDATE cases_dossier SET state = 'digitized' WHERE id = %s", [dossier.pk])
    code, text = checked(only=["state-is-of-the-last-event", "codes-gapless"])
    lines = text.splitlines()
    assert code == 1
    assert lines[0].startswith("✗ state-is-of-the-last-event: 1 looked at, 1 broken")
    assert lines[0].endswith("A dossier is in the state in which its last event left it.")
    assert lines[1] == f"    {dossier.code}"
    assert lines[2].startswith("✓ codes-gapless: 1 looked at, 0 broken")
    assert lines[3] == "1 of 2 do not hold."


def test_numbers_that_cannot_be_read_hinder_no_invariant(office):
    """As after a restore without the key; the paper of such a dossier can be asked about all the same."""
    dossier = office.processing()
    run("UPDATE cases_applicant SET id_number = left(id_number, 12) || 'AAAA'")
    run(
        "UPDATE cases_dossier d SET submitter_id_number = id_number FROM cases_applicant a WHERE a.id = applicant_id"
    )
    with pytest.raises(CannotDecrypt):
        Dossier.objects.get(pk=dossier.pk)
    code, text = checked(files=True, rollups=True)
    assert (code, text.splitlines()[-1]) == (0, f"All {len(invariants.ALL)} hold.")
    assert "documents-on-disk: 0 looked" not in text
    assert "due-date-recomputed: 1 looked" in text


def test_one_that_cannot_be_asked_is_broken_and_the_others_are_asked(office, monkeypatch):
    def no_such_table(scope):
        run("SELECT 1 FROM gone")

    first = invariants.Invariant("first", "All is well.", no_such_table)
    monkeypatch.setattr(invariants, "ALL", (first, *invariants.ALL))
    code, text = checked()
    lines = text.splitlines()
    assert code == 1
    assert lines[0].startswith("✗ first: 0 looked at, 1 broken")
    assert lines[1] == '    It could not be asked (ProgrammingError: relation "gone" does not exist).'
    assert lines[-1] == "1 of 34 do not hold."


def test_the_command_writes_json(office):
    office.processing()
    code, text = checked(json=True, files=True, rollups=True, sample=10, since="2026-11-01")
    found = json.loads(text)
    assert (code, found["holds"], len(found["invariants"])) == (0, True, len(invariants.ALL))
    assert found["invariants"][0]["name"] == "dossier-has-events"
    assert found["invariants"][0]["checked"] == 1


def test_the_command_neither_writes_nor_makes_anybody_wait(office, clock, monkeypatch):
    """In its snapshot nothing can be written, no lock is held, and what is committed meanwhile is not seen."""
    office.processing()
    seen = []

    def look(scope):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('transaction_read_only'), current_setting('transaction_isolation')"
            )
            seen.append(cursor.fetchone())
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'"
            )
            seen.append(cursor.fetchone())
        return invariants.Outcome(0, 0)

    last = invariants.Invariant("last", "last", look)
    monkeypatch.setattr(invariants, "ALL", (*invariants.ALL, last))
    assert checked()[0] == 0
    assert seen == [("on", "repeatable read"), (0,)]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"since": "hôm qua"}, "“hôm qua” is no day; write it like 2026-08-01 (--since)."),
        ({"sample": 0}, "A sample has at least one (--sample)."),
        ({"only": ["nothing"]}, "There is no invariant “nothing”; there are: "),
    ],
)
def test_the_command_refuses_what_it_does_not_know(english, options, sentence):
    code, text = checked(**options)
    assert code == 2
    assert sentence in text


def test_a_day_of_the_past_is_local(clock):
    assert Scope(since=date(2026, 11, 9)).begins == local("2026-11-09 00:00")
