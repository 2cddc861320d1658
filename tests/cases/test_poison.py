"""A dossier at which the workers raise each time: the rest goes on, and people are told which one it is."""

from dataclasses import replace

import pytest
from django.db import OperationalError, connection, transaction
from django.urls import reverse

from cases import services
from cases.enums import RevisionState
from cases.models import Consultation, StuckDossier
from cases.services import calendar_moves, overdue, revisions
from cases.services.one_by_one import WorkIncomplete
from cases.services.revisions import DayFacts
from notifications.models import Letter
from onestop.health import readiness
from onestop.metrics.page import metrics_text
from tests.cases.helpers import fresh, kinds, no_batch
from tests.cast import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def poisoned(dossier):
    """What is known of its applicant can no longer be read, as after a restore with half of the keys."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_applicant SET id_number = left(id_number, 12) || 'AAAA' WHERE id = %s",
            [dossier.applicant_id],
        )
    return dossier


def readable_again(dossier):
    """The key was put back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_applicant SET id_number = (SELECT id_number FROM cases_applicant WHERE id <> %s LIMIT 1)"
            " WHERE id = %s",
            [dossier.applicant_id, dossier.applicant_id],
        )


def another(world):
    return replace(world.applicant, id_number="040000000002")


@pytest.fixture
def pair(world):
    """The poisoned one comes first, so that the healthy one is behind it."""
    poison = world.processing(applicant=another(world))
    healthy = world.processing()
    return poison, healthy


def stuck() -> list[tuple]:
    return list(StuckDossier.objects.order_by("work").values_list("work", "dossier__code", "times", "error"))


def test_the_others_are_flagged(pair, clock):
    poison, healthy = pair
    poisoned(poison)
    clock.move_to("2026-11-13 09:00")
    assert services.flag_overdue() == 2
    assert "overdue" in kinds(healthy)


def test_a_flag_that_raises_for_one_is_set_for_the_others(pair, clock, monkeypatch):
    poison, healthy = pair
    clock.move_to("2026-11-13 09:00")
    real = overdue.record_all

    def record_all(kind, rows, **facts):
        rows = list(rows)
        if poison.pk in [dossier.pk for dossier, _data in rows]:
            raise ValueError("a webhook that nobody foresaw")
        return real(kind, rows, **facts)

    monkeypatch.setattr(overdue, "record_all", record_all)
    with pytest.raises(WorkIncomplete) as failure:
        services.flag_overdue()
    assert (failure.value.done, failure.value.failed) == (1, 1)
    assert (fresh(poison).overdue_flagged_at, bool(fresh(healthy).overdue_flagged_at)) == (None, True)
    assert stuck() == [("flag", poison.code, 1, "ValueError")]


def test_the_others_are_warned_of(pair, clock):
    poison, _healthy = pair
    poisoned(poison)
    clock.move_to("2026-11-10 08:00")
    with pytest.raises(WorkIncomplete) as failure:
        services.warn_due_soon()
    assert (failure.value.done, failure.value.failed) == (1, 1)
    assert stuck() == [("warn", poison.code, 1, "CannotDecrypt")]


def test_the_others_are_drafted(pair, clock):
    poison, healthy = pair
    poisoned(poison)
    clock.move_to("2026-11-12 09:00")
    with pytest.raises(WorkIncomplete):
        services.draft_apologies()
    assert list(Letter.objects.values_list("reference", flat=True)) == [healthy.code]
    assert stuck() == [("draft", poison.code, 1, "CannotDecrypt")]


def test_the_others_climb_the_ladder(pair, clock):
    poison, healthy = pair
    poisoned(poison)
    clock.move_to("2026-11-13 09:00")
    with pytest.raises(WorkIncomplete):
        services.climb_ladders()
    assert "ladder_told" in kinds(healthy)
    assert ("ladder", poison.code, 1, "CannotDecrypt") in stuck()


def test_the_others_are_reminded(world, clock):
    poison, healthy = world.supplement(applicant=another(world)), world.supplement()
    poisoned(poison)
    clock.move_to("2026-11-30 09:00")
    with pytest.raises(WorkIncomplete):
        services.remind_supplements()
    assert kinds(healthy)[-1] == "supplement_reminded"
    assert stuck() == [("remind", poison.code, 1, "CannotDecrypt")]


def test_the_late_answers_of_others_are_alerted(pair, world, clock):
    poison, healthy = pair
    for dossier in pair:
        services.consult(
            dossier, by=world.officer, agency=world.other_ward, question="Đúng không?", working_hours=8
        )
    poisoned(poison)
    clock.move_to("2026-11-30 09:00")
    with pytest.raises(WorkIncomplete):
        services.alert_late_consultations()
    assert "consultation_late" in kinds(healthy)
    assert Consultation.objects.get(dossier=poison).alerted_at is None
    assert stuck() == [("consultation", poison.code, 1, "CannotDecrypt")]


@pytest.fixture
def revision(pair, world):
    """Applied while the first of the pair could not be read."""
    poisoned(pair[0])
    world.head.is_superuser = True
    world.head.save()
    day = [DayFacts(local("2026-11-11 00:00").date(), name_vi="Bão", name_en="Storm")]
    revision = revisions.propose(None, reason="Bão", legal_reference="TB 1", days=day, by=world.head)
    revisions.approve(revision, by=world.head)
    calendar_moves.apply_approved()
    revision.refresh_from_db()
    return revision


def test_a_change_of_the_calendar_moves_the_others_and_ends(pair, revision):
    poison, healthy = pair
    assert (revision.state, revision.checked, revision.moved) == (RevisionState.DONE, 2, 1)
    assert fresh(healthy).due_at == local("2026-11-13 17:00")
    assert stuck() == [("calendar", poison.code, 1, "CannotDecrypt")]


def test_what_a_change_of_the_calendar_got_stuck_at_is_moved_as_soon_as_it_can_be_read(pair, revision, clock):
    poison, healthy = pair
    clock.move_to("2026-11-10 08:00")
    assert calendar_moves.apply_approved() == 0
    assert stuck() == [("calendar", poison.code, 2, "CannotDecrypt")]
    readable_again(poison)
    clock.move_to("2026-11-10 08:09")
    assert (calendar_moves.apply_approved(), len(stuck())) == (0, 1)  # it is not tried every minute
    clock.move_to("2026-11-10 08:10")
    assert (calendar_moves.apply_approved(), stuck()) == (1, [])
    assert fresh(poison).due_at == fresh(healthy).due_at == local("2026-11-13 17:00")
    assert (kinds(poison)[-1], poison.calendar_moves.get().revision) == ("calendar_moved", revision)
    revision.refresh_from_db()
    assert (revision.checked, revision.moved) == (2, 2)


def test_what_a_change_of_the_calendar_got_stuck_at_is_forgotten_when_it_no_longer_runs(
    pair, revision, clock, world
):
    poison, _healthy = pair
    readable_again(poison)
    world.record_result(poison)
    clock.move_to("2026-11-10 08:00")
    assert (calendar_moves.apply_approved(), stuck()) == (0, [])
    assert fresh(poison).due_at == local("2026-11-12 17:00")


def test_each_run_counts_and_the_first_that_gets_past_it_forgets(pair, clock, monkeypatch):
    poison, _healthy = pair
    clock.move_to("2026-11-12 09:00")
    real = overdue.draft_apology

    def draft(dossier):
        if dossier == poison:
            raise RuntimeError("poison")
        return real(dossier)

    with monkeypatch.context() as broken:
        broken.setattr(overdue, "draft_together", no_batch)
        broken.setattr(overdue, "draft_apology", draft)
        for _run in range(2):
            with pytest.raises(WorkIncomplete):
                services.draft_apologies()
            clock.move_to("2026-11-12 10:00")
    row = StuckDossier.objects.get()
    assert (row.times, row.since, row.last_at) == (2, local("2026-11-12 09:00"), local("2026-11-12 10:00"))
    clock.move_to("2026-11-12 11:00")
    assert services.draft_apologies() == 1
    assert stuck() == []


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_is_no_fault_of_a_dossier_and_what_was_noted_before_is_kept(
    pair, clock, monkeypatch
):
    poison, _healthy = pair
    clock.move_to("2026-11-12 09:00")

    def draft(dossier):
        if dossier == poison:
            raise RuntimeError("poison")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(overdue, "draft_together", no_batch)
    monkeypatch.setattr(overdue, "draft_apology", draft)
    with pytest.raises(OperationalError):
        services.draft_apologies()
    connection.close()
    assert stuck() == [("draft", poison.code, 1, "RuntimeError")]


def test_a_lock_that_does_not_come_free_ends_the_run_for_nobody_else(pair, clock, monkeypatch):
    """Its error is of the class of a database that is away."""
    poison, healthy = pair
    clock.move_to("2026-11-12 09:00")
    real = overdue.draft_apology

    def draft(dossier):
        if dossier == poison:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 1; SELECT pg_sleep(9)")
        return real(dossier)

    monkeypatch.setattr(overdue, "draft_together", no_batch)
    monkeypatch.setattr(overdue, "draft_apology", draft)
    with pytest.raises(WorkIncomplete):
        services.draft_apologies()
    assert list(Letter.objects.values_list("reference", flat=True)) == [healthy.code]
    assert stuck() == [("draft", poison.code, 1, "OperationalError")]


def test_the_whole_sweep_does_the_rest_before_it_says_so(pair, clock):
    poison, healthy = pair
    poisoned(poison)
    clock.move_to("2026-11-13 09:00")
    with pytest.raises(overdue.SweepIncomplete) as failure:
        services.sweep()
    counts = failure.value.counts
    assert (counts.flagged, counts.drafted, counts.escalated) == (2, 1, 1)
    assert {work for work, *_rest in stuck()} == {"draft", "ladder"}


# People are told -----------------------------------------------------------------------------------


@pytest.fixture
def one_is_stuck(pair, clock):
    poison, _healthy = pair
    clock.move_to("2026-11-12 09:00")
    StuckDossier.objects.create(
        work="draft",
        dossier=poison,
        since=local("2026-11-12 08:15"),
        last_at=local("2026-11-12 08:15"),
        error="X",
    )
    return poison


def test_supervisors_read_it_on_their_first_page_and_clerks_do_not(one_is_stuck, world, client):
    sentence = f"The workers fail at {one_is_stuck.code}"
    for person, reads in ((world.supervisor, True), (world.clerk, False), (world.outsider_head, False)):
        client.force_login(person)
        assert (sentence in client.get(reverse("admin:index")).content.decode()) is reads, person


def test_readiness_and_metrics_say_how_many(one_is_stuck, settings):
    settings.METRICS_CACHE_SECONDS = 0
    part = readiness()["parts"]["dossiers"]
    assert part == {"status": "degraded", "detail": "the workers fail at 1 dossiers", "stuck": 1}
    assert "onestop_dossiers_stuck 1.0\n" in metrics_text().decode()
