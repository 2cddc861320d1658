"""A year outside of the database: dumped, detached with its documents, brought back, the same as before."""

from io import StringIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from cases import lookup
from cases.archive import reading as archive
from cases.archive import schemas
from cases.archive.tables import moved
from cases.models import DetachedEvent, Document, Dossier, StoredPaper
from cases.services import archiving
from tests.cases.archive.conftest import YEAR
from tests.cases.test_audit import as_superuser, verify

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("english", "without_years"),
]


def year(**options) -> str:
    said = StringIO()
    call_command("archive_year", YEAR, stdout=said, **options)
    return said.getvalue().strip()


def everything() -> list:
    with archive.reading(YEAR):
        return [list(one.model.objects.order_by("pk").values()) for one in moved()]


def schema_is_there() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('archive_2026') IS NOT NULL")
        return cursor.fetchone()[0]


def test_a_year_leaves_with_its_documents_and_comes_back_as_it_was(ended, client, tmp_path):
    code, given = ended.code, {"code": ended.code, "secret": lookup.secret_of(ended)}
    assert year() == "Dossiers moved into the archive of 2026: 1."
    before = everything()
    with archive.reading(YEAR):
        files = [document.file.name for document in Document.objects.all()]
    kept = set(StoredPaper.objects.values_list("document__file", flat=True))
    folder = tmp_path / "2026"

    assert year(dump=folder) == f"{folder} holds the year 2026."
    assert year(detach=folder) == "The year 2026 is detached."
    assert not schema_is_there()
    assert {name for name in files if default_storage.exists(name)} == kept
    assert verify() == []
    call_command("check_invariants", stdout=StringIO(), stderr=(left_out := StringIO()))
    assert (
        left_out.getvalue().strip() == "Years are detached: what is looked at began on 01/01/2027 or later."
    )
    answer = client.post(reverse("public:lookup"), given)
    assert answer.status_code == 404
    assert "This dossier ended in 2026 and is in the archive of the agency." in answer.text

    assert year(restore=folder) == "The year 2026 is back."
    assert everything() == before
    assert all(default_storage.exists(name) for name in files)
    assert not DetachedEvent.objects.exists()
    assert verify() == []
    assert code in client.post(reverse("public:lookup"), given).text


def test_nothing_is_added_to_a_detached_year(ended, tmp_path):
    year()
    year(dump=tmp_path / "2026")
    year(detach=tmp_path / "2026")
    with pytest.raises(CommandError, match="The year 2026 is detached; bring it back first"):
        year()


def test_detaching_may_be_interrupted_and_repeated(ended, tmp_path, monkeypatch):
    year()
    year(dump=tmp_path / "2026")
    drop = schemas.drop
    monkeypatch.setattr(schemas, "drop", lambda year: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        year(detach=tmp_path / "2026")
    monkeypatch.setattr(schemas, "drop", drop)
    for _ in range(2):
        assert year(detach=tmp_path / "2026") == "The year 2026 is detached."
    assert not schema_is_there()
    assert year(restore=tmp_path / "2026") == "The year 2026 is back."
    assert verify() == []


def test_an_event_that_did_not_leave_with_the_year_is_missed(ended, tmp_path, world):
    year()
    year(dump=tmp_path / "2026")
    year(detach=tmp_path / "2026")
    world.receive()
    with as_superuser() as cursor:
        cursor.execute(
            "INSERT INTO cases_detachedevent SELECT id, 2026 FROM cases_dossierevent; DELETE FROM cases_dossierevent"
        )
    assert "2026: the list of the events that were detached was changed." in verify()


def test_only_a_whole_and_complete_dump_is_detached(ended, tmp_path):
    year()
    folder = tmp_path / "2026"
    year(dump=folder)
    with (folder / "database.dump").open("ab") as dump:
        dump.write(b"x")
    with pytest.raises(CommandError, match="broken"):
        year(detach=folder)
    assert schema_is_there()


def test_a_dump_from_before_the_last_run_is_not_enough(ended, world, clock, tmp_path):
    year()
    year(dump=tmp_path / "2026")
    clock.move_to("2026-11-10 09:00")
    world.returned()
    archiving.Message.objects.update(state="cancelled")
    clock.move_to("2029-01-10 09:00")
    assert year() == "Dossiers moved into the archive of 2026: 1."
    with pytest.raises(CommandError, match="dump the year 2026 again"):
        year(detach=tmp_path / "2026")


def test_the_dump_of_a_year_is_no_backup(ended, tmp_path):
    year()
    year(dump=tmp_path / "2026")
    with pytest.raises(CommandError, match="archive_year --restore"):
        call_command("restore", tmp_path / "2026", stdout=StringIO())


def test_a_year_that_was_archived_before_a_migration_gets_its_columns(ended):
    year()
    with connection.cursor() as cursor:  # as if an older release had made it
        cursor.execute("ALTER TABLE archive_2026.cases_dossier DROP COLUMN reception_place CASCADE")
        cursor.execute("ALTER TABLE archive_2026.cases_steprun ADD COLUMN gone text NOT NULL DEFAULT 'x'")
    schemas.follow()
    with archive.reading(YEAR):
        assert Dossier.objects.get().reception_place == ""
