"""An office that worked with a past release migrates: nothing is lost, no date moves, and the work goes on."""

import lzma
import re
import subprocess
from pathlib import Path

import pytest
from django.db import connection

from onestop.backup.programs import program, server_major

RELEASES = sorted(Path(__file__).parent.glob("*.sql.xz"))

FIGURES = {
    "dossiers": "SELECT count(*), md5(string_agg(concat_ws('|', uuid, code, state, received_at, clock_started_at, "
    "first_due_at, due_at, finished_at, returned_at, overdue_flagged_at), ',' ORDER BY uuid)) FROM cases_dossier",
    "states": "SELECT state, count(*) FROM cases_dossier GROUP BY state ORDER BY state",
    "events": "SELECT count(*), md5(string_agg(concat_ws('|', id, dossier_id, kind, at, data), ',' ORDER BY id)) "
    "FROM cases_dossierevent",
    "money": "SELECT count(*), sum(amount) FROM cases_payment",
    "papers": "SELECT count(*), sum(size), md5(string_agg(file || sha256, ',' ORDER BY id)) FROM cases_document",
    "letters": "SELECT kind, state, count(*), max(number) FROM notifications_letter GROUP BY 1, 2 ORDER BY 1, 2",
    "messages": "SELECT channel, state, count(*) FROM notifications_message GROUP BY 1, 2 ORDER BY 1, 2",
    "people": "SELECT count(*), md5(string_agg(id_hash, ',' ORDER BY id)) FROM cases_applicant",
    "accounts": "SELECT role, count(*) FROM procedures_staff GROUP BY role ORDER BY role",
    "catalogue": "SELECT count(*), max(in_force_from) FROM procedures_procedureversion",
}
ASK = """
import sys, django
django.setup()
from django.test import Client
from cases import lookup
from cases.models import Dossier
for dossier in Dossier.objects.exclude(code=None).exclude(code="").order_by("pk"):
    asked = {"code": dossier.code, "secret": lookup.secret_of(dossier)}
    page = Client(headers={"host": "localhost"}).post("/tra-cuu/", asked, follow=True)
    assert page.status_code == 200 and dossier.code in page.content.decode(), dossier.code
    print(dossier.applicant.id_number != "", dossier.code)
"""


def figures_of(elsewhere) -> dict[str, list[tuple]]:
    with elsewhere.connect() as database:
        return {name: database.execute(question).fetchall() for name, question in FIGURES.items()}


def load(dump: Path, elsewhere) -> None:
    place = dict(zip(("host", "port", "user", "password"), address_of(elsewhere), strict=True))
    url = "host={host} port={port} user={user}".format(**place) + f" dbname={elsewhere.name}"
    subprocess.run(
        [
            program("psql", server_major()),
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            f"--dbname={url}",
        ],
        input=lzma.decompress(dump.read_bytes()),
        env={**elsewhere.environment, "PGPASSWORD": place["password"]},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def address_of(elsewhere) -> tuple[str, ...]:
    return tuple(str(connection.settings_dict[name]) for name in ("HOST", "PORT", "USER", "PASSWORD"))


@pytest.mark.parametrize("dump", RELEASES, ids=lambda path: path.name.removesuffix(".sql.xz"))
def test_an_office_of_a_past_release_migrates_and_works_on(dump, elsewhere):
    load(dump, elsewhere)
    before = figures_of(elsewhere)
    assert before["dossiers"][0][0] == 40 and before["people"][0][0] > 10

    migrated = elsewhere.manage("migrate", "--no-input")
    assert migrated.returncode == 0, migrated.stderr
    assert figures_of(elsewhere) == before
    assert elsewhere.manage("migrate", "--check").returncode == 0

    audit = elsewhere.manage("verify_audit")
    assert audit.returncode == 0, audit.stderr
    asked = elsewhere.python("-c", ASK, DJANGO_SETTINGS_MODULE="onestop.settings")
    assert asked.returncode == 0, asked.stderr
    assert len(re.findall("^True ", asked.stdout, re.MULTILINE)) > 30

    for command in (["load_catalogue"], ["sweep"], ["rebuild_rollups"]):
        done = elsewhere.manage(*command)
        assert done.returncode == 0, (command, done.stderr)
    after = figures_of(elsewhere)
    for kept in ("money", "papers", "people", "accounts"):
        assert after[kept] == before[kept]
    assert after["dossiers"][0][0] == 40
