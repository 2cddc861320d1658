"""What always holds: found in the demonstration, and seen to be broken by whoever goes round all triggers."""

from datetime import date, datetime, timedelta
from io import StringIO
from unittest.mock import patch
from uuid import uuid4

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from cases import invariants, services
from cases.feedback import FeedbackKind
from cases.invariants import Scope
from cases.models import Dossier
from cases.services import audit
from cases.services.feedback import Sender, send_feedback
from cases.services.rollups import keep_rollups
from notifications.models import Message
from procedures.models import Agency
from procedures.services.catalogue import load_catalogue
from procedures.working_time import TZ
from tests.cases.invariants.breaks import BREAKS, due_date_recomputed
from tests.cases.invariants.rows import copy, run, written_back
from tests.cast import pdf
from tests.procedures.small_seeds import SEEDS

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=TZ)  # a Friday


def answer(name: str, scope: Scope | None = None) -> invariants.Outcome:
    (found,) = invariants.ask(invariants.chosen(names=[name]), scope)
    return found.outcome


class TestInvariants(TestCase):
    """The demonstration of sixty dossiers, after the work of a morning."""

    @classmethod
    def setUpTestData(cls):
        load_catalogue(SEEDS, today=date(2026, 9, 1))
        with time_machine.travel(NOW, tick=False), translation.override("en"):
            call_command("seed_demo", dossiers=62, seed=7, stdout=StringIO())
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
            "one-entry-for-each-online-payment",
            "platform-pays-back-what-is-in-the-books",
            "one-entry-for-each-fee-on-delivery",
            "portal-messages-gapless",  # the demonstration of the tests is not connected
            "portal-told-in-order",
            "portal-statuses-follow",
            "exchange-request-came",
            "exchange-told-in-order",
            "exchanged-files-on-disk",
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
        assert (found.checked, found.broken, len(found.examples)) == (62, 62, 5)

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
