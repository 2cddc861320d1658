"""What is broken, too new or in the way is refused with a sentence, and changes nothing."""

import json
import shutil
from pathlib import Path

import pytest
from django.db import connection

from onestop.backup import DOCUMENTS, DUMP, MANIFEST, SUMS, BackupError, making, programs, restoring
from onestop.backup import manifest as manifests
from onestop.backup.making import make_backup
from onestop.backup.restoring import check_backup, restore_backup
from tests.onestop.backup.conftest import connect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def speaks_english(english):
    pass


@pytest.fixture
def backup(world, clock, tmp_path) -> Path:
    world.in_state("digitized")
    return make_backup(tmp_path / "backups").folder


def some_document(backup: Path) -> str:
    return next(manifests.sums_of(backup))[0]


def rewrite_manifest(backup: Path, **changes) -> None:
    facts = json.loads((backup / MANIFEST).read_text())
    (backup / MANIFEST).write_text(json.dumps(facts | changes))


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_whole_backup_is_whole(backup):
    assert check_backup(backup).documents == len(list(manifests.sums_of(backup)))


@pytest.mark.parametrize("name", [DUMP, SUMS])
def test_one_changed_byte_is_noticed(backup, name):
    flip_a_byte(backup / name)
    with pytest.raises(BackupError) as told:
        check_backup(backup)
    assert str(told.value) == (
        f"The backup {backup} is broken (1 files): {name} is not what was written. Use another one."
    )


def test_changed_and_lost_documents_are_named(backup):
    name = some_document(backup)
    flip_a_byte(backup / DOCUMENTS / name)
    with pytest.raises(BackupError, match=f"{DOCUMENTS}/{name} is not what was written"):
        check_backup(backup)
    (backup / DOCUMENTS / name).unlink()
    with pytest.raises(BackupError, match=f"{DOCUMENTS}/{name}: No such file or directory"):
        check_backup(backup)


def test_a_folder_that_is_no_backup_is_told_so(tmp_path):
    with pytest.raises(BackupError, match=r"is no backup: it holds no manifest\.json\."):
        check_backup(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 1}', "\x00"])
def test_an_unreadable_manifest_is_told_so(backup, text):
    (backup / MANIFEST).write_text(text)
    with pytest.raises(BackupError, match=r"is broken: manifest\.json cannot be read"):
        check_backup(backup)


def test_sums_cannot_lead_out_of_the_folder(backup):
    (backup / SUMS).write_text(f"{'0' * 64}  {DOCUMENTS}/../../etc/passwd\n")
    with pytest.raises(BackupError, match="SHA256SUMS cannot be read"):
        list(manifests.sums_of(backup))


def test_a_newer_format_a_newer_program_and_a_newer_server_are_refused(backup):
    rewrite_manifest(backup, format=2)
    with pytest.raises(BackupError, match="newer version of this program"):
        restore_backup(backup)
    rewrite_manifest(backup, format=1, migrations={"cases": ["0001_initial", "9999_from_the_future"]})
    with pytest.raises(BackupError, match=r"newer version of this program \(cases\.9999_from_the_future\)"):
        restore_backup(backup)
    rewrite_manifest(backup, migrations={}, server=99)
    with pytest.raises(BackupError, match="The backup is of PostgreSQL 99"):
        restore_backup(backup)


def test_a_missing_program_is_a_sentence(monkeypatch):
    monkeypatch.setattr(programs, "_places", lambda name, major: [Path("/nowhere/pg_dump")])
    with pytest.raises(BackupError) as told:
        programs.program("pg_dump", 17)
    assert str(told.value) == (
        "No pg_dump that fits PostgreSQL 17 is on this machine. On Debian or Ubuntu: "
        "apt-get install postgresql-client-17"
    )


def test_an_older_program_is_not_used(monkeypatch):
    found = programs.program("pg_dump", 15)
    monkeypatch.setattr(programs, "_places", lambda name, major: [found])
    with pytest.raises(BackupError):
        programs.program("pg_dump", 99)


@pytest.mark.parametrize("found", [17, 18])
def test_for_a_server_before_17_no_program_from_17_on_is_used(monkeypatch, tmp_path, found):
    """What it writes sets transaction_timeout, and such a server refuses that."""
    (tmp_path / "pg_dump").touch()
    monkeypatch.setattr(programs, "_places", lambda name, major: [tmp_path / "pg_dump"])
    monkeypatch.setattr(programs, "major_of", lambda path: found)
    assert programs.program("pg_dump", 17, server=17) == tmp_path / "pg_dump"
    for server in (14, 15, 16):
        with pytest.raises(BackupError, match=f"No pg_dump that fits PostgreSQL {server} is on this machine"):
            programs.program("pg_dump", server, server=server)


def test_a_backup_is_made_only_with_a_program_that_its_server_understands(tmp_path, monkeypatch):
    monkeypatch.setattr(making, "server_major", lambda: 16)
    monkeypatch.setattr(programs, "major_of", lambda path: 18)
    with pytest.raises(BackupError, match="No pg_dump that fits PostgreSQL 16"):
        make_backup(tmp_path / "backups")


def test_a_dump_that_the_server_does_not_understand_is_refused_before_anything_is_replaced(
    backup, monkeypatch
):
    monkeypatch.setattr(restoring, "server_major", lambda: 16)
    monkeypatch.setattr(restoring, "_clear", lambda: pytest.fail("emptied"))
    rewrite_manifest(backup, server=16, pg_dump=18)
    with pytest.raises(BackupError) as told:
        restore_backup(backup, overwrite=connection.settings_dict["NAME"])
    assert str(told.value) == (
        "The backup was written by pg_dump 18, and PostgreSQL 16 does not understand it: "
        "restore it into PostgreSQL 17 or newer."
    )


def test_who_comes_while_the_documents_are_copied_keeps_the_database(backup, monkeypatch):
    """An hour may lie between the first look and the replacing."""
    came = []

    def copy_for_an_hour(folder):
        came.append(connect(connection.settings_dict["NAME"]))
        return 0

    monkeypatch.setattr(restoring, "bring_documents", copy_for_an_hour)
    monkeypatch.setattr(restoring, "_clear", lambda: pytest.fail("emptied"))
    monkeypatch.setattr(restoring, "run", lambda *arguments: pytest.fail("filled"))
    with pytest.raises(BackupError, match="1 other connections use the database"):
        restore_backup(backup, overwrite=connection.settings_dict["NAME"])
    came.pop().close()


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BackupError, match="The backup could not be written to"):
        make_backup(tmp_path / "file" / "backups")


def tables_of(elsewhere) -> set[str]:
    with elsewhere.connect() as database:
        return {
            name for (name,) in database.execute("SELECT tablename FROM pg_tables WHERE schemaname='public'")
        }


def refusal(elsewhere, *arguments: str) -> str:
    done = elsewhere.manage("restore", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    return done.stderr.strip()


def with_one_table(elsewhere) -> None:
    with elsewhere.connect() as database:
        database.execute("CREATE TABLE somebodys AS SELECT 42 AS answer")


def test_only_an_empty_database_is_filled(elsewhere, backup):
    with_one_table(elsewhere)
    assert "không trống" in refusal(elsewhere, str(backup))
    assert "--overwrite" in refusal(elsewhere, str(backup))
    assert tables_of(elsewhere) == {"somebodys"}
    assert not elsewhere.documents.exists()


def test_what_is_there_is_replaced_only_when_the_database_is_named(elsewhere, backup):
    with_one_table(elsewhere)
    wrong = connection.settings_dict["NAME"]
    assert wrong in refusal(elsewhere, str(backup), "--overwrite", wrong)
    assert tables_of(elsewhere) == {"somebodys"}
    done = elsewhere.manage("restore", str(backup), "--overwrite", elsewhere.name)
    assert (done.returncode, done.stderr) == (0, "")
    assert "cases_dossier" in tables_of(elsewhere) and "somebodys" not in tables_of(elsewhere)


def test_nothing_is_restored_while_others_use_the_database(elsewhere, backup):
    with elsewhere.connect():
        assert "1" in refusal(elsewhere, str(backup))
    assert tables_of(elsewhere) == set()


def test_a_broken_backup_changes_nothing_even_when_it_may_overwrite(elsewhere, backup):
    with_one_table(elsewhere)
    flip_a_byte(backup / DOCUMENTS / some_document(backup))
    assert some_document(backup) in refusal(elsewhere, str(backup), "--overwrite", elsewhere.name)
    assert tables_of(elsewhere) == {"somebodys"}
    assert not elsewhere.documents.exists()


def test_verify_only_checks(elsewhere, backup):
    done = elsewhere.manage("restore", str(backup.parent), "--verify")
    assert (done.returncode, done.stderr) == (0, "")
    assert str(backup) in done.stdout
    assert tables_of(elsewhere) == set()


def test_other_documents_of_the_same_name_stay(elsewhere, backup):
    theirs = elsewhere.documents / some_document(backup)
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"another office's paper")
    assert some_document(backup) in refusal(elsewhere, str(backup))
    assert theirs.read_bytes() == b"another office's paper"
    assert tables_of(elsewhere) == set()


def test_a_second_attempt_after_lost_documents_goes_on(elsewhere, backup):
    shutil.copytree(backup / DOCUMENTS, elsewhere.documents)
    (elsewhere.documents / some_document(backup)).unlink()
    assert elsewhere.manage("restore", str(backup)).returncode == 0
    assert (elsewhere.documents / some_document(backup)).exists()


@pytest.mark.parametrize("name", ["FIELD_KEYS", "ID_HASH_KEY"])
def test_keys_that_do_not_fit_are_told_after_the_restore(elsewhere, backup, name):
    done = elsewhere.manage("restore", str(backup), **{name: "another-key-" + "y" * 50})
    assert done.returncode == 0
    assert name in done.stderr
