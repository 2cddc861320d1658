"""The office works while a year is archived, and whoever archives may be killed at any moment."""

import threading

import psycopg
import pytest
from django.db import connection, connections

from cases.models import ArchivedDossier, Dossier, DossierEvent
from cases.services import archiving
from tests.cases.archive.conftest import YEAR, nothing_waits, rows_of
from tests.cases.test_audit import verify

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("english", "without_years"),
]


@pytest.fixture
def somebody():
    """Another connection, as of a web process."""
    given = connection.settings_dict
    with psycopg.connect(
        host=given["HOST"], port=given["PORT"], user=given["USER"], password=given["PASSWORD"],
        dbname=given["NAME"],
    ) as other:  # fmt: skip
        yield other
        other.rollback()


def test_whoever_writes_during_a_batch_is_not_held_up(ended, world, somebody, monkeypatch):
    """Between the moving of rows and the commit somebody receives, changes and reads."""
    open_one = world.processing()
    nothing_waits()
    note, written = archiving._note_last_day, []

    def note_and_write(*args):
        note(*args)
        somebody.execute("SET LOCAL lock_timeout = '1s'")
        somebody.execute("UPDATE cases_dossier SET subject = 'x' WHERE id = %s", [open_one.pk])
        somebody.execute("UPDATE cases_applicant SET address = 'x'")
        somebody.execute("UPDATE procedures_staff SET last_login = now()")
        somebody.commit()
        written.append(True)

    monkeypatch.setattr(archiving, "_note_last_day", note_and_write)
    assert archiving.archive_year(YEAR) == 1
    assert written
    assert Dossier.objects.get().subject == "x"


def test_no_batch_locks_a_table(ended, monkeypatch):
    """What one holds when it commits lets everybody read and write."""
    seen = []
    bulk_create = ArchivedDossier.objects.bulk_create

    def look(rows):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT mode FROM pg_locks JOIN pg_class ON pg_class.oid = relation"
                " WHERE pid = pg_backend_pid() AND relnamespace = 'public'::regnamespace AND relkind = 'r'"
            )
            seen.extend(mode for (mode,) in cursor.fetchall())
        return bulk_create(rows)

    monkeypatch.setattr(archiving.ArchivedDossier.objects, "bulk_create", look)
    archiving.archive_year(YEAR)
    assert set(seen) <= {"AccessShareLock", "RowShareLock", "RowExclusiveLock"}


def test_a_dossier_that_somebody_has_is_left_to_the_next_run(ended, somebody):
    somebody.execute("SELECT 1 FROM cases_dossier WHERE id = %s FOR UPDATE", [ended.pk])
    assert archiving.archive_year(YEAR) == 0
    somebody.rollback()
    assert archiving.archive_year(YEAR) == 1


def test_whoever_writes_while_the_tables_are_made_is_waited_for_and_passes_first(ended, somebody):
    """Foreign keys of the archive need a moment of the live tables; nobody queues behind that."""
    somebody.execute("UPDATE cases_applicant SET address = 'x'")
    run = threading.Thread(target=in_a_thread)
    run.start()
    run.join(1)
    assert run.is_alive()  # asks again and again
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")
        cursor.execute("UPDATE cases_applicant SET phone = phone WHERE id < 0")
        cursor.execute("RESET lock_timeout")
    somebody.commit()
    run.join(60)
    assert not Dossier.objects.exists()


def in_a_thread() -> None:
    archiving.archive_year(YEAR)
    connections.close_all()


@pytest.mark.parametrize("killed_at", range(3))
def test_whoever_is_killed_leaves_whole_batches_and_the_next_goes_on(world, clock, monkeypatch, killed_at):
    for _ in range(4):
        world.returned()
    nothing_waits()
    clock.move_to("2029-01-10 09:00")
    monkeypatch.setattr(archiving, "BATCH", 1)
    events = DossierEvent.objects.count()
    batches, statements = [], archiving._statements

    def killed(table, schema):
        if len(batches) == killed_at and table.model is Dossier:
            raise KeyboardInterrupt
        return statements(table, schema)

    monkeypatch.setattr(archiving, "_statements", killed)
    with pytest.raises(KeyboardInterrupt):
        archiving.archive_year(YEAR, progress=batches.append)
    assert Dossier.objects.count() == 4 - killed_at
    assert rows_of(YEAR, Dossier) == ArchivedDossier.objects.count() == killed_at
    assert DossierEvent.objects.count() + rows_of(YEAR, DossierEvent) == events
    assert verify() == []
    monkeypatch.setattr(archiving, "_statements", statements)
    assert archiving.archive_year(YEAR) == 4 - killed_at
    assert rows_of(YEAR, DossierEvent) == events
