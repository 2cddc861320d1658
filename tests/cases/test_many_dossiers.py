"""Very many dossiers: what is retold by COPY passes for what the services told, and only where it may be."""

from dataclasses import replace
from datetime import date, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import TestCase, override_settings
from django.utils import timezone

from cases import invariants, ledger
from cases.demo.build import build_demo
from cases.demo.many.fill import Wanted, fill
from cases.demo.many.plan import apportioned
from cases.demo.many.tokens import Form, Tokens
from cases.enums import State
from cases.facts import facts_of
from cases.models import Applicant, Dossier, DossierEvent, Payment, Recount
from cases.services import sweep
from cases.services.overdue import flag_overdue
from notifications.models import Letter, Message
from procedures.calendars import calendar_for, remembered_calendars
from procedures.models import Agency, Staff
from procedures.services.catalogue import load_catalogue
from procedures.working_time import TZ
from tests.procedures.small_seeds import SEEDS

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=TZ)  # a Friday
COUNT, NEWLY_OVERDUE = 500, 5
WANTED = Wanted(COUNT, seed=3, wards=12)


class Undo(Exception):
    """Takes what was filled back."""


def filled_and_taken_back(wanted: Wanted) -> list:
    try:
        with transaction.atomic(), time_machine.travel(NOW, tick=False):
            fill(wanted)
            rows = filled()
            raise Undo
    except Undo:
        return rows


def filled() -> list:
    """Who, when, which numbers; what is encrypted or sealed is another each time."""
    return [
        *Dossier.objects.order_by("pk").values_list("pk", "uuid", "code", "filed_at", "due_at", "state"),
        *Payment.objects.order_by("pk").values_list("pk", "receipt_number", "paid_at", "amount"),
        *Applicant.objects.order_by("pk").values_list("pk", "full_name", "id_hash"),
    ]


def refused(**options) -> str:
    with pytest.raises(CommandError) as refusal:
        call_command("generate_dossiers", **{"count": 10, **options}, stdout=StringIO())
    return str(refusal.value)


class TestFilledDatabase(TestCase):
    @classmethod
    def setUpTestData(cls):
        load_catalogue(SEEDS, today=date(2026, 9, 1))
        with time_machine.travel(NOW, tick=False):
            build_demo(60, seed=1)
        cls.told = set(Dossier.objects.values_list("pk", flat=True))
        cls.other_seed, cls.before = (
            filled_and_taken_back(replace(WANTED, seed=4)),
            filled_and_taken_back(WANTED),
        )
        with time_machine.travel(NOW, tick=False):
            fill(WANTED)
        cls.made = Dossier.objects.exclude(pk__in=cls.told)

    def test_is_the_same_for_the_same_seed_and_another_for_another(self):
        assert filled() == self.before
        assert filled() != self.other_seed

    def test_is_filled_once(self):
        with override_settings(DEBUG=True, LANGUAGE_CODE="en"):
            assert refused() == "This database was filled already; take another one."

    def test_has_what_was_wanted_besides_the_demonstration(self):
        assert self.made.count() == COUNT
        assert self.made.values("receiving_desk").distinct().count() == 13  # twelve wards and the centre
        assert set(self.made.values_list("state", flat=True)) >= {
            State.PROCESSING,
            State.RETURNED,
            State.STOPPED,
        }
        filed = sorted(self.made.values_list("filed_at", flat=True))
        assert filed[0] < datetime(2025, 11, 1, tzinfo=TZ)
        assert filed[-1] <= NOW

    def test_holds_what_always_holds(self):
        with time_machine.travel(NOW, tick=False):
            answers = list(invariants.ask(invariants.chosen(options=["files"])))

        assert {one.invariant.name: one.outcome.examples for one in answers if not one.holds} == {}
        looked_at = {one.invariant.name: one.outcome.checked for one in answers}
        assert looked_at["chain-unbroken"] == DossierEvent.objects.count()
        assert looked_at["registers-gapless"] > 0
        assert looked_at["cash-reports-add-up"] > 0

    def test_foreign_keys_find_their_rows_although_nobody_asked_them(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conrelid::regclass::text, a.attname, confrelid::regclass::text, b.attname"
                " FROM pg_constraint k"
                " JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]"
                " JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]"
                " WHERE k.contype = 'f' AND conrelid::regclass::text ~ '^(cases|notifications|procedures)_'"
            )
            for table, column, other, key in cursor.fetchall():
                cursor.execute(
                    f"SELECT count(*) FROM {table} x WHERE {column} IS NOT NULL"
                    f" AND NOT EXISTS (SELECT 1 FROM {other} y WHERE y.{key} = x.{column})"
                )
                assert (table, column, cursor.fetchone()[0]) == (table, column, 0)

    def test_triggers_guard_the_history_again(self):
        with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
            DossierEvent.objects.filter(dossier__in=self.made).update(data={})

    @remembered_calendars()
    def test_every_due_date_is_what_the_clock_counts_also_of_what_has_ended(self):
        promised = self.made.filter(due_at__isnull=False).select_related("limit", "competent_agency")
        for dossier in promised:
            counted = ledger.clock(facts_of(dossier), calendar_for(dossier.competent_agency))
            assert (dossier.code, counted.due_at) == (dossier.code, dossier.due_at)

    def test_sweep_finds_exactly_what_is_newly_overdue(self):
        with time_machine.travel(NOW, tick=False):
            assert Dossier.objects.overdue().filter(overdue_flagged_at=None).count() == NEWLY_OVERDUE
            assert flag_overdue() == NEWLY_OVERDUE
            assert flag_overdue() == 0
            assert sweep().drafted == NEWLY_OVERDUE

    def test_people_are_found_by_their_own_numbers(self):
        dossier = self.made.filter(applicant__kind="citizen").select_related("applicant").first()
        person = dossier.applicant

        assert list(Applicant.objects.with_id_number(person.id_number)) == [person]
        assert list(Dossier.objects.search(person.phone).values_list("applicant", flat=True).distinct()) == [
            person.pk
        ]

    def test_texts_name_the_new_dossier_and_its_ward(self):
        dossier = self.made.filter(result_number__startswith="MH-", state=State.RETURNED).first()
        assert dossier.result_number == f"MH-{dossier.code}"
        assert dossier.code.startswith(f"{dossier.receiving_desk.identifier}-{dossier.reception_day:%y%m%d}-")

        digitized = DossierEvent.objects.filter(kind="digitized", dossier__in=self.made)
        for event in digitized.select_related("dossier__competent_agency"):
            assert event.data["agency"] == event.dossier.competent_agency.name_vi

        letter = Letter.objects.filter(reference__in=self.made.values("code")).first()
        assert letter.reference in str(letter.payload)

    def test_nobody_works_for_two_places(self):
        twins = Agency.objects.filter(identifier__gte="H41.201")
        assert Staff.objects.filter(agency__in=twins).exists()
        held = self.made.filter(competent_agency__in=twins, receiving_desk__in=twins, holder__isnull=False)
        assert held.exists()
        assert not held.exclude(holder__agency__in=twins).exists()

    def test_nothing_is_sent_and_every_past_day_waits_to_be_counted(self):
        told_meanwhile = Message.objects.filter(reference__in=self.made.values("code"))
        assert not told_meanwhile.exists()
        first = timezone.localdate(min(self.made.values_list("filed_at", flat=True)), TZ)
        waiting = Recount.objects.filter(first_day=first).values_list("agency", flat=True)
        assert set(waiting) == set(Agency.objects.values_list("pk", flat=True))


# Only where it may ------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
def test_a_server_is_filled_only_by_whoever_says_so():
    load_catalogue(SEEDS, today=date(2026, 9, 1))

    name = connection.settings_dict["NAME"]
    assert refused() == (
        f"This fills the database “{name}” with invented dossiers for good. Say --yes-fill-this-database"
        " if that is wanted."
    )
    assert not Dossier.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
@override_settings(DEBUG=True)
def test_what_cannot_be_is_refused():
    assert refused() == "The catalogue is not loaded. Run “manage.py load_catalogue” first."

    load_catalogue(SEEDS, today=date(2026, 9, 1))

    assert refused(count=0) == "Give at least one dossier, one month and one ward."
    assert refused(overdue=60.0) == "Give a share of 0 to 50 per cent (--overdue)."


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
@override_settings(DEBUG=True)
def test_dossiers_of_others_are_left_alone(world):
    world.receive()

    assert refused() == "There are dossiers that are not of the demonstration; take a database of its own."


# Parts ------------------------------------------------------------------------------------------------


def test_texts_are_taken_apart_at_words_and_days_near_the_filing():
    tokens = Tokens({"H41.12-261105-0001": [("own", "code")]}, date(2026, 11, 5))

    pieces = tokens.pieces(
        "H41.12-261105-0001, hẹn 10/11/2026 17:00 (H41.12-261105-00012, 21/6/2018, 01/01/2020)"
    )

    assert [piece for piece in pieces if not isinstance(piece, str)] == [
        ("own", "code"),
        ("dmy", date(2026, 11, 10)),
    ]
    form = Form(pieces, {("own", "code"): 1, ("dmy", date(2026, 11, 10)): 0})
    assert form(["03/11/2026", "X"]) == "X, hẹn 03/11/2026 17:00 (H41.12-261105-00012, 21/6/2018, 01/01/2020)"
    assert Form(["100 %"], {})(["X"]) == "100 %"
    assert Form(["100 % ", ("own", "code")], {("own", "code"): 0})(["X"]) == "100 % X"


def test_apportioned_adds_up():
    assert apportioned(10, [1, 1, 1]) == [3, 4, 3]
    assert apportioned(7, [0, 2]) == [0, 7]
    assert apportioned(3, []) == []
