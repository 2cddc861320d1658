"""`python -m benchmarks.many_dossiers --count 1000000`: a province with very many dossiers, for measuring.

The demonstration's dossiers, whose lives the services told, are copied into a hundred communes and fourteen
months, see `benchmarks.copies`. Only for a database of its own: DEBUG, and nothing in it but the demonstration,
which is built when it is not there.

What is copied keeps its weekdays and hours, so that holidays of other weeks are not seen; files are shared
with the template, and neither seals nor the chain of the history are made.
"""

import argparse
import os
import sys
from contextlib import contextmanager
from time import perf_counter

WEEKS = 53  # back from the eight weeks of the demonstration: some fourteen months
COMMUNES = 100
OPEN, OVERDUE, LATE = 0.030, 0.003, 0.05  # of all; overdue among the open ones; late among those that ended
MOST_OF_A_DEMONSTRATION = 5_000
APPLICANT_EVERY = 4  # one new applicant for so many dossiers
SUPERVISOR = "giamsat.tinh"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="how many dossiers are added")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onestop.settings")
    import django

    django.setup()
    refuse_elsewhere()
    prepare()
    begin = perf_counter()
    add(arguments.count, say=lambda line: print(f"{perf_counter() - begin:7.1f} s  {line}", flush=True))


def refuse_elsewhere() -> None:
    """Ends the process on anything that may be more than a trial."""
    from django.conf import settings
    from django.db import connection

    if not settings.DEBUG:
        sys.exit("Only with DEBUG=1: this switches the triggers of the database off.")
    # Before anything is migrated, so in SQL: an empty database, and one of another version, is asked too.
    with connection.cursor() as cursor:
        if "cases_dossier" not in connection.introspection.table_names(cursor):
            return
        cursor.execute("SELECT count(*) FROM cases_dossier")
        [count] = cursor.fetchone()
    if count > MOST_OF_A_DEMONSTRATION:
        sys.exit("There are more dossiers than a demonstration has; take a database of its own.")


def prepare() -> None:
    from django.core.management import call_command

    from cases.models import Dossier
    from cases.services import sweep
    from procedures.models import Agency

    call_command("migrate", verbosity=0)
    if not Agency.objects.exists():
        call_command("load_catalogue")
    if not Dossier.objects.exists():
        call_command("seed_demo")
    sweep()  # letters of apology are drafted, so that their copies are


def add(count: int, *, say=lambda line: None) -> None:
    """Add so many copies, in one transaction: all or none."""
    from django.db import transaction

    from benchmarks import copies

    with transaction.atomic():
        copies.run("SET LOCAL maintenance_work_mem = '512MB'")
        copies.run("SET LOCAL work_mem = '256MB'")
        open_offices()
        say("offices and people")
        copies.run("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for a check keeps its indexes
        copies.run("SET LOCAL session_replication_role = replica")  # no triggers, no foreign keys
        draw_lots(count)
        say("who, when and where")
        with without_indexes(say):
            copies.dossiers()
            say("dossiers")
            for name, rows in copies.parts().items():
                say(f"{name}: {rows:,}")
            say(f"letters: {copies.letters():,}")
        copies.close_numbers()
        say("counters")
    copies.run("ANALYZE")
    say("statistics")


# Offices ----------------------------------------------------------------------------------------------


def open_offices() -> None:
    """A hundred communes with the people of the demonstration's first ward, and a supervisor of the province."""
    from benchmarks import copies
    from cases.demo.offices import PROVINCE, WARDS
    from procedures.enums import Role
    from procedures.models import Agency, Staff

    province = Agency.objects.get(identifier=PROVINCE)
    pattern = Agency.objects.get(identifier=next(iter(WARDS)))
    everybody = list(Staff.objects.filter(agency=pattern).order_by("pk"))
    Staff.objects.get_or_create(
        username=SUPERVISOR,
        defaults={
            "full_name": "Bùi Văn Giám Sát",
            "agency": province,
            "role": Role.SUPERVISOR,
            "is_staff": True,
            "password": everybody[0].password,
        },
    )
    first = 1 + max(int(one.rpartition(".")[2]) for one in _identifiers() if one.startswith(f"{PROVINCE}.1"))
    for number in range(first, first + COMMUNES):
        _open_commune(pattern, everybody, number)
    _tell_places(copies)


def _identifiers() -> list[str]:
    from procedures.models import Agency

    return list(Agency.objects.values_list("identifier", flat=True))


def _open_commune(pattern, everybody: list, number: int) -> None:
    from copy import copy

    from procedures.models import Staff

    agency = copy(pattern)
    agency.pk, agency._state.adding = None, True
    agency.identifier = f"{pattern.identifier.rpartition('.')[0]}.{number}"
    agency.name_vi, agency.name_en = f"Xã Minh Họa {number}", f"Sample Commune {number}"
    agency.save()
    people = []
    for one in everybody:
        person = copy(one)
        person.pk, person._state.adding, person.agency = None, True, agency
        person.username = f"{one.username.partition('.')[0]}.x{number}"
        person.full_name = f"{one.full_name} {number}"
        person.email = f"{person.username}@nghean.example"
        people.append(person)
    Staff.objects.bulk_create(people)


def _tell_places(copies) -> None:
    """Tables of posts and places; place 0 is for what stays where it was told."""
    copies.run(
        "CREATE TEMP TABLE posts ON COMMIT DROP AS"
        " SELECT s.id AS staff, s.agency_id AS agency, split_part(s.username, '.', 1) AS name,"
        "   dense_rank() OVER (ORDER BY split_part(s.username, '.', 1))::int AS post"
        " FROM procedures_staff s JOIN procedures_agency a ON a.id = s.agency_id WHERE a.kind = 'commune'"
    )
    # Of a post that a commune does not have somebody with the same beginning, as both officers are.
    copies.run(
        "CREATE TEMP TABLE places ON COMMIT DROP AS"
        " SELECT 0 AS place, NULL::bigint AS agency, '{}'::bigint[] AS staff, NULL::bigint AS cash_report"
        " UNION ALL"
        " SELECT row_number() OVER (ORDER BY a.id), a.id, ARRAY("
        "   SELECT (SELECT p.staff FROM posts p WHERE p.agency = a.id"
        "            ORDER BY p.name = w.name DESC, left(p.name, 5) = left(w.name, 5) DESC, p.staff LIMIT 1)"
        "     FROM (SELECT DISTINCT post, name FROM posts) w ORDER BY w.post), NULL"
        " FROM procedures_agency a WHERE a.kind = 'commune' AND EXISTS (SELECT 1 FROM posts p WHERE p.agency = a.id)"
    )
    copies.run(
        "UPDATE places SET cash_report ="
        " (SELECT COALESCE(max(id), 0) FROM cases_cashreport) + place WHERE place > 0"
    )
    copies.run(
        "INSERT INTO cases_cashreport"
        " (id, clerk_id, desk_id, number, closed_at, expected_cash, counted_cash, note)"
        " SELECT p.cash_report, s.staff, p.agency, 'SAO-' || p.place, now(), 0, 0, ''"
        " FROM places p JOIN posts s ON s.agency = p.agency AND s.name = 'motcua'"
    )


# Who, when, where -------------------------------------------------------------------------------------


def draw_lots(count: int) -> None:
    """The table of copies: each with template, place, time, and the numbers it gets there."""
    from benchmarks import copies
    from cases.enums import OPEN_STATES, RUNNING_STATES

    copies.run("SELECT setseed(0.5)")
    copies.run(
        "CREATE TEMP TABLE templates ON COMMIT DROP AS SELECT d.id AS template, d.competent_agency_id AS home,"
        "   d.receiving_desk_id AS desk, d.received_at, d.applicant_id, d.code IS NOT NULL AS has_code,"
        "   a.kind = 'commune' AS moves, CASE"
        "   WHEN d.state = ANY(%s) THEN CASE WHEN d.state = ANY(%s) AND d.finished_at IS NULL AND d.due_at < now()"
        "     THEN 'overdue' ELSE 'open' END"
        "   WHEN d.finished_at > d.due_at THEN 'late' ELSE 'ended' END AS lot"
        " FROM cases_dossier d JOIN procedures_agency a ON a.id = d.competent_agency_id"
        " WHERE d.corrects_id IS NULL AND d.id <= (SELECT max(id) FROM cases_dossier)",
        [list(OPEN_STATES), list(RUNNING_STATES)],
    )
    is_open, overdue = round(count * OPEN), round(count * OVERDUE)
    late = round((count - is_open) * LATE)
    copies.run(
        "CREATE TEMP TABLE drawn ON COMMIT DROP AS"
        " SELECT n, random() AS chance, floor(random() * (SELECT count(*) - 1 FROM places))::int + 1 AS place,"
        "   floor(random() * %s)::int AS week, CASE WHEN n < %s THEN 'overdue' WHEN n < %s THEN 'open'"
        "   WHEN n < %s THEN 'late' ELSE 'ended' END AS lot"
        " FROM generate_series(0, %s) n",
        [WEEKS, overdue, is_open, is_open + late, count - 1],
    )
    _new_applicants(count)
    copies.run(
        "CREATE TEMP TABLE fates ON COMMIT DROP AS SELECT d.n, t.template, t.home, t.has_code,"
        "   CASE WHEN t.moves THEN d.place ELSE 0 END AS place,"
        "   CASE WHEN d.lot IN ('open', 'overdue') THEN '0'::interval ELSE make_interval(weeks => -d.week) END AS shift,"
        "   t.desk, t.received_at"
        " FROM drawn d JOIN (SELECT *, row_number() OVER (PARTITION BY lot ORDER BY template) AS number,"
        "   count(*) OVER (PARTITION BY lot) AS many FROM templates) t"
        " ON t.lot = d.lot AND t.number = 1 + floor(d.chance * t.many)::int"
    )
    _number(copies)
    copies.open_feedback_books(_years(copies))


def _new_applicants(count: int) -> None:
    """So that nobody has thousands of dossiers; without ID numbers, which are one person's alone."""
    from benchmarks import copies
    from cases.models import Applicant

    columns = [field.column for field in Applicant._meta.concrete_fields]
    own = {
        "id": "(SELECT max(id) FROM cases_applicant) + m",
        "full_name": "t.full_name || ' ' || m",
        "search_text": "t.search_text || ' ' || m",
        "id_number": "''",
        "id_hash": "''",
        "created_at": "now()",
    }
    values = ", ".join(own.get(column, f't."{column}"') for column in columns)
    copies.run(
        "CREATE TEMP TABLE first_applicant ON COMMIT DROP AS SELECT max(id) AS id FROM cases_applicant"
    )
    copies.run(
        f"INSERT INTO cases_applicant ({', '.join(columns)}) SELECT {values}"
        " FROM generate_series(1, %s) m JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place,"
        "   count(*) OVER () AS many FROM cases_applicant) t ON t.place = m %% t.many",
        [count // APPLICANT_EVERY + 1],
    )
    copies.run("SELECT setval(pg_get_serial_sequence('cases_applicant', 'id'), max(id)) FROM cases_applicant")


def _number(copies) -> None:
    """Codes by desk and day, numbers of the log book by desk and year, both behind those that there are."""
    day = f"(received_at + shift) AT TIME ZONE '{copies.TZ}'"
    copies.run(
        "CREATE TEMP TABLE copies ON COMMIT DROP AS WITH placed AS ("
        "   SELECT f.*, CASE WHEN f.desk = f.home THEN COALESCE(p.agency, f.desk) ELSE f.desk END AS at_desk,"
        f"    ({day})::date AS day, EXTRACT(year FROM {day})::int AS year"
        "   FROM fates f JOIN places p ON p.place = f.place"
        " ), counted AS ("
        "   SELECT *, row_number() OVER (PARTITION BY at_desk, day, has_code ORDER BY n) AS of_day,"
        "     row_number() OVER (PARTITION BY at_desk, year, has_code ORDER BY received_at + shift, n) AS of_year"
        "   FROM placed"
        " )"
        " SELECT c.n, c.template, (SELECT max(id) FROM cases_dossier) + c.n + 1 AS dossier, c.home, c.place,"
        "   c.shift, c.at_desk AS desk, (SELECT id FROM first_applicant) + 1 + c.n / %s AS applicant,"
        "   CASE WHEN c.has_code THEN a.identifier || '-' || to_char(c.day, 'YYMMDD') || '-'"
        "     || lpad((c.of_day + COALESCE(k.last_number, 0))::text, 4, '0') END AS code,"
        "   CASE WHEN c.has_code THEN c.year END AS book_year,"
        "   CASE WHEN c.has_code THEN c.of_year + COALESCE(b.last_number, 0) END AS book_number"
        " FROM counted c JOIN procedures_agency a ON a.id = c.at_desk"
        " LEFT JOIN cases_codecounter k ON k.agency_identifier = a.identifier AND k.day = c.day"
        " LEFT JOIN cases_logbook b ON b.desk_id = c.at_desk AND b.year = c.year",
        [APPLICANT_EVERY],
    )
    copies.run("CREATE INDEX ON copies (template)")
    copies.run("ANALYZE copies")


def _years(copies) -> list[int]:
    """All years in which something may be: of the copies, and the one after."""
    last = copies.value("SELECT max(book_year) FROM copies")
    return list(range(copies.value("SELECT min(book_year) FROM copies"), last + 2))


# Indexes ----------------------------------------------------------------------------------------------


@contextmanager
def without_indexes(say):
    """Rows go in faster without them; all are there again at the end, or the transaction fails."""
    from django.db import connection

    from benchmarks import copies

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " WHERE i.indrelid = ANY(%s::regclass[]) AND NOT EXISTS"
            " (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
            [[copies.table(model) for model in copies.COPIED]],
        )
        found = cursor.fetchall()
    for name, _definition in found:
        copies.run(f"DROP INDEX {name}")
    yield
    for _name, definition in found:
        copies.run(definition)
    say("indexes")


if __name__ == "__main__":
    main()
