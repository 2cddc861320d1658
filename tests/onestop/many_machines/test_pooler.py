"""PgBouncer in transaction mode between the program and PostgreSQL: the main job goes through it."""

import json

import pytest

from tests.onestop.many_machines.conftest import PGBOUNCER, Installation, Pooler

pytestmark = [
    pytest.mark.skipif(PGBOUNCER is None, reason="PgBouncer is not installed (apt-get install pgbouncer)"),
    pytest.mark.timeout(900),
]
EXPORT = "tests.onestop.many_machines.export"


@pytest.fixture
def pooled(primary):
    with Pooler(primary).running() as pooler:
        yield pooler


def test_the_main_job_goes_through_a_pooler_in_transaction_mode(primary, pooled):
    """Migrations, demonstration, sweep, letters, messages, then a dossier's whole life over HTTP, and exports.

    Web server, two workers and beat share four connections.
    """
    office = Installation(primary.folder, DATABASE_URL=pooled.url, DATABASE_POOLED="1")
    said = office.manage("demo", "--check", "--dossiers", "40", "--port", "18700")
    assert primary.ask("SELECT count(*) FROM cases_dossier WHERE state = 'returned'") > 0
    assert primary.ask("SELECT count(*) FROM notifications_letter WHERE kind = 'apology'") > 0
    assert pooled.connections_behind() <= pooled.SIZE, said
    office.python("-m", EXPORT, DJANGO_SETTINGS_MODULE="onestop.settings")
    assert primary.ask("SELECT count(*) FROM cases_listexport WHERE state = 'done'") == 1
    answers = json.loads(office.manage("check_invariants", "--json"))
    assert answers
