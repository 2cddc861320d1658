"""A backup brought back elsewhere is the same office: every row, every file, every answer."""

import hashlib
import json
import os
import subprocess
from pathlib import Path

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from cases import lookup, services
from cases.models import Document, Heartbeat
from notifications.models import Letter
from onestop.backup import DOCUMENTS, DUMP, SUMS, BackupError, backups_in, making
from onestop.backup.making import make_backup, named_files
from onestop.backup.manifest import check
from tests.cast import local

LOOKUP = """
import sys, django
django.setup()
from django.test import Client
page = Client(headers={"host": "localhost"}).post("/tra-cuu/", {"code": sys.argv[1], "secret": sys.argv[2]}, follow=True)
print(page.status_code, sys.argv[1] in page.content.decode())
"""


@pytest.fixture(autouse=True)
def own_documents(settings, tmp_path):
    """Other tests leave files behind; here every file counts."""
    default = {**settings.STORAGES["default"], "OPTIONS": {"location": str(tmp_path / "documents")}}
    settings.STORAGES = {**settings.STORAGES, "default": default}


@pytest.fixture
def office(elsewhere, world, clock):
    """Dossiers at every point, scans and a drafted apology."""
    states = ("submitted", "received", "digitized", "processing", "paid", "returned")
    dossiers = {state: world.in_state(state) for state in states}
    clock.move_to("2026-11-13 09:00")
    services.draft_apologies()
    assert Document.objects.exists() and Letter.objects.exists()
    return dossiers


def rows_of(database: psycopg.Connection) -> dict[str, str]:
    """A hash of all rows of each table."""
    tables = database.execute(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    ).fetchall()
    return {
        table: database.execute(
            f"SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {table} t"
        ).fetchone()[0]
        for (table,) in tables
    }


def counters_of(database: psycopg.Connection) -> list[tuple]:
    return database.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1").fetchall()


def shape_of(database: psycopg.Connection) -> list[tuple]:
    """Constraints, indexes and triggers, by name: how PostgreSQL writes a list in them out depends on its age."""
    return database.execute(
        "SELECT conname, contype::text FROM pg_constraint WHERE connamespace = 'public'::regnamespace "
        "UNION ALL SELECT indexname, 'index' FROM pg_indexes WHERE schemaname = 'public' "
        "UNION ALL SELECT tgname, 'trigger' FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
    ).fetchall()


def files_below(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def here() -> psycopg.Connection:
    connection.ensure_connection()
    return connection.connection


def test_a_backup_brought_back_elsewhere_is_the_same_office(office, elsewhere, tmp_path):
    rows, counters, shape = rows_of(here()), counters_of(here()), shape_of(here())
    files = files_below(Path(default_storage.location))
    assert len(files) >= 4
    made = make_backup(tmp_path / "backups")
    assert (made.manifest.missing, made.manifest.documents) == ([], len(files))

    done = elsewhere.manage("restore", str(tmp_path / "backups"))
    assert (done.returncode, done.stderr) == (0, "")
    with elsewhere.connect() as database:
        assert rows_of(database) == rows
        assert counters_of(database) == counters
        assert shape_of(database) == shape
    assert files_below(elsewhere.documents) == files

    dossier = office["processing"]
    found = elsewhere.python(
        "-c", LOOKUP, dossier.code, lookup.secret_of(dossier), DJANGO_SETTINGS_MODULE="onestop.settings"
    )
    assert found.stdout == "200 True\n", found.stderr
    assert elsewhere.manage("verify_audit").returncode == 0
    assert elsewhere.manage("migrate", "--check").returncode == 0


def test_every_document_that_the_dump_names_is_in_the_backup(office, tmp_path):
    made = make_backup(tmp_path / "backups")
    names = set(named_files())
    assert {document.file.name for document in Document.objects.all()} <= names
    assert {letter.pdf.name for letter in Letter.objects.exclude(pdf="")} <= names
    assert names <= set(files_below(made.folder / DOCUMENTS))


def test_what_is_added_and_removed_meanwhile_is_in_the_backup_as_the_dump_says(office, tmp_path, monkeypatch):
    """Between the copying of the documents and the dump somebody scans, and somebody takes a scan out."""
    removed, *_others = Document.objects.order_by("pk")
    gone, take_all = removed.file.name, making.Documents.take_all

    def take_all_and_work(documents):
        take_all(documents)
        new = Document.objects.order_by("-pk").first()
        new.pk, new.sha256 = None, "0" * 64
        new.file.save("moi.pdf", ContentFile(b"%PDF- meanwhile"), save=True)
        default_storage.delete(gone)

    monkeypatch.setattr(making.Documents, "take_all", take_all_and_work)
    made = make_backup(tmp_path / "backups")
    new = Document.objects.get(sha256="0" * 64)
    assert made.manifest.missing == []
    assert (made.folder / DOCUMENTS / new.file.name).read_bytes() == b"%PDF- meanwhile"
    assert (made.folder / DOCUMENTS / gone).exists()


def test_the_sums_are_as_sha256sum_reads_them(office, tmp_path):
    made = make_backup(tmp_path / "backups")
    done = subprocess.run(["sha256sum", "--check", "--quiet", SUMS], cwd=made.folder, capture_output=True)
    assert (done.returncode, done.stdout) == (0, b"")


def test_only_new_documents_are_copied_the_others_are_linked(office, tmp_path, clock):
    first = make_backup(tmp_path / "backups")
    clock.move_to("2026-11-13 10:00")
    new = Document.objects.order_by("-pk").first()
    new.pk = None
    new.file.save("moi.pdf", ContentFile(b"%PDF- new"), save=True)
    second = make_backup(tmp_path / "backups")
    assert (first.copied, second.copied) == (first.manifest.documents, 1)
    assert second.manifest.documents == first.manifest.documents + 1
    old = Document.objects.order_by("pk").first().file.name
    assert (second.folder / DOCUMENTS / old).samefile(first.folder / DOCUMENTS / old)
    assert not (second.folder / DOCUMENTS / old).samefile(default_storage.path(old))
    assert backups_in(tmp_path / "backups") == [first.folder, second.folder]


def test_a_document_that_changed_is_copied_again(office, tmp_path, clock):
    first = make_backup(tmp_path / "backups")
    clock.move_to("2026-11-13 10:00")
    name = Document.objects.order_by("pk").first().file.name
    Path(default_storage.path(name)).write_bytes(b"%PDF- changed")
    second = make_backup(tmp_path / "backups")
    assert second.copied == 1
    assert (second.folder / DOCUMENTS / name).read_bytes() == b"%PDF- changed"
    assert (first.folder / DOCUMENTS / name).read_bytes() != b"%PDF- changed"


@pytest.mark.parametrize("linked", [False, True], ids=["copied before", "linked before"])
def test_a_file_that_is_still_being_written_is_whole_in_the_end(office, tmp_path, monkeypatch, clock, linked):
    """An upload in pieces gets its next one between the copying of the documents and the dump."""
    name, take_all = Document.objects.order_by("pk").first().file.name, making.Documents.take_all
    first = Path(default_storage.path(name)).read_bytes()
    earlier = make_backup(tmp_path / "backups") if linked else None
    clock.move_to("2026-11-13 10:00")

    def take_all_and_go_on(documents):
        take_all(documents)
        with Path(default_storage.path(name)).open("ab") as file:
            file.write(b" and the next piece")

    monkeypatch.setattr(making.Documents, "take_all", take_all_and_go_on)
    made = make_backup(tmp_path / "backups")
    assert (made.folder / DOCUMENTS / name).read_bytes() == first + b" and the next piece"
    lines = (made.folder / SUMS).read_text().splitlines()
    assert len([line for line in lines if line.endswith(f"/{name}")]) == 1
    assert len(lines) == made.manifest.documents
    sizes = [(made.folder / line.split("  ", 1)[1]).stat().st_size for line in lines]
    assert made.manifest.documents_bytes == sum(sizes)
    check(made.folder)
    if earlier:
        check(earlier.folder)


@pytest.mark.parametrize("damage", [None, b"no sums\n", b"\xff\xfe"], ids=["lost", "unreadable", "binary"])
def test_a_broken_backup_before_stops_no_later_one(office, tmp_path, clock, caplog, damage):
    first = make_backup(tmp_path / "backups")
    (first.folder / SUMS).unlink()
    if damage:
        (first.folder / SUMS).write_bytes(damage)
    clock.move_to("2026-11-13 10:00")
    second = make_backup(tmp_path / "backups")
    assert second.copied == second.manifest.documents == first.manifest.documents
    check(second.folder)
    assert "The backup before is broken, so every document is copied" in caplog.text


def test_an_unfinished_backup_is_none(office, tmp_path, monkeypatch):
    def fail(*args):
        raise BackupError("pg_dump failed: no space left")

    with monkeypatch.context() as broken, pytest.raises(BackupError):
        broken.setattr(making, "run", fail)
        make_backup(tmp_path / "backups")
    assert backups_in(tmp_path / "backups") == []
    assert [path.name for path in (tmp_path / "backups").iterdir()] == [".lock"]
    assert not Heartbeat.objects.filter(name="backup").exists()


def test_a_backup_is_readable_by_its_owner_only(office, tmp_path):
    made = make_backup(tmp_path / "backups")
    modes = {oct(path.stat().st_mode & 0o077) for path in (made.folder, *made.folder.rglob("*"))}
    assert modes == {"0o0"}


def test_no_key_is_in_the_backup_and_the_output_says_so(office, tmp_path, capsys, english):
    call_command("backup", str(tmp_path / "backups"))
    assert "The keys are not in it: keep FIELD_KEYS, ID_HASH_KEY" in capsys.readouterr().out
    folder = backups_in(tmp_path / "backups")[0]
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for name in ("SECRET_KEY", "FIELD_KEYS", "ID_HASH_KEY", "AUDIT_KEY"):
        assert os.environ[name].encode() not in written


def test_the_moment_of_the_last_backup_is_noted(office, tmp_path, clock):
    clock.move_to("2026-11-13 10:00")
    make_backup(tmp_path / "backups")
    assert Heartbeat.objects.get(name="backup").at == local("2026-11-13 10:00")


def test_a_missing_document_is_named_and_the_rest_is_saved(office, tmp_path, capsys, english):
    lost = Document.objects.order_by("pk").first().file.name
    default_storage.delete(lost)
    with pytest.raises(CommandError) as told:
        call_command("backup", str(tmp_path / "backups"))
    assert str(told.value) == f"1 documents are missing in DOCUMENT_ROOT, such as {lost}; the rest is saved."
    (folder,) = backups_in(tmp_path / "backups")
    assert json.loads((folder / "manifest.json").read_text())["missing"] == [lost]
    assert (folder / DUMP).stat().st_size > 10_000
