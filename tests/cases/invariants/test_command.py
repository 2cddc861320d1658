"""`manage.py check_invariants`: names what is broken, ends with 1, reads only."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from cases import invariants
from cases.invariants import Scope
from cases.models import Dossier
from onestop.encryption import CannotDecrypt
from tests.cases.invariants.rows import run
from tests.cast import build_world, local


def checked(**options) -> tuple[int, str]:
    """Exit code and output of the command."""
    out = StringIO()
    try:
        call_command("check_invariants", stdout=out, **options)
    except CommandError as failed:
        return failed.returncode, out.getvalue() + str(failed)
    return 0, out.getvalue()


ASKED = len(invariants.chosen())


@pytest.fixture
def office(transactional_db, english, clock):
    return build_world()


def test_the_command_names_what_is_broken_and_ends_with_1(office):
    dossier = office.processing()
    code, text = checked()
    assert (code, text.splitlines()[-1]) == (0, f"All {ASKED} hold.")
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
    assert lines[-1] == f"1 of {ASKED + 1} do not hold."


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
def test_the_command_refuses_what_it_does_not_know(db, english, options, sentence):
    code, text = checked(**options)
    assert code == 2
    assert sentence in text


def test_a_day_of_the_past_is_local(clock):
    assert Scope(since=date(2026, 11, 9)).begins == local("2026-11-09 00:00")
