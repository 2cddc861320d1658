"""Line 2: the overdue sweep, beside one statement that writes the same rows.

Ten thousand dossiers (fewer by default) fell due a moment ago. Ours finds them, flags them, writes their events and drafts their
letters. The statement is given all that the services had to think of – seals, ciphertexts, sentences – and
only writes it, under the same constraints, indexes and triggers. Everything is rolled back.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from statistics import median
from time import perf_counter

from django.db import connection
from django.utils import timezone

from benchmarks import plain_sql
from benchmarks.databases import Databases, rolled_back
from benchmarks.measure import Goal, Result, compared
from cases.enums import State
from cases.models import Dossier, DossierEvent
from cases.services.overdue import draft_apologies, flag_overdue
from notifications.models import Letter

ROUNDS = 3
ONE_STATEMENT, AMONG_MORE = Goal(1.5, of_ratio=True), Goal(1.2, of_ratio=True)
NOTHING_LEFT = Goal(50.0)  # ms
CODES = "H99.98"  # of no agency
UNFLAGGED = (
    "state IN ('received', 'digitized', 'processing') AND finished_at IS NULL"
    " AND due_at < %s AND overdue_flagged_at IS NULL"
)


def sweeps(databases: Databases, small: str, large: str, count: int) -> Iterator[Result]:
    now = timezone.now()
    took: dict[str, list[float]] = {name: [] for name in (small, large, "statement", "again")}
    with ExitStack() as stack:
        for name in (small, large):
            stack.enter_context(_newly_overdue(databases, name, count, now))
        with databases.on(small):
            keep_what_ours_wrote(count, now)
        for _round in range(ROUNDS):
            for name in (small, large):
                with databases.on(name), rolled_back():
                    took[name].append(_seconds(ours, count, now))
                    if name == large:
                        took["again"].append(_seconds(ours, 0, now))
            with databases.on(small), rolled_back():
                took["statement"].append(_seconds(statement, count, now))
    yield compared(
        f"overdue sweep of {count:,}: one statement", took[small], took["statement"], "s", ONE_STATEMENT
    )
    yield compared(f"the same {count:,}: among many, among few", took[large], took[small], "s", AMONG_MORE)
    yield Result("overdue sweep, second run", median(took["again"]) * 1000, None, "ms", NOTHING_LEFT)


def _seconds(work, count: int, now: datetime) -> float:
    begin = perf_counter()
    work(count, now)
    return perf_counter() - begin


# Ours -------------------------------------------------------------------------------------------------


def ours(count: int, now: datetime) -> None:
    done = flag_overdue(now), draft_apologies(now)
    assert done == (count, count), done


@contextmanager
def _newly_overdue(databases: Databases, name: str, count: int, now: datetime) -> Iterator[None]:
    """Inside, exactly so many have fallen due, of all agencies in turn; what else was due has been swept."""
    with databases.on(name):
        around = rolled_back()
        around.__enter__()
        flag_overdue(now)
        draft_apologies(now)
        add_newly_overdue(count, now=now)
    try:
        yield
    finally:
        with databases.on(name):
            around.__exit__(None, None, None)


def add_newly_overdue(count: int, *, now: datetime) -> None:
    """Copies of one dossier in process that fell due within the hour."""
    running = Dossier.objects.running().filter(
        state=State.PROCESSING, clock_started_at__lt=now - timedelta(days=1)
    )
    template = running.exclude(code__startswith=CODES).latest("pk")
    started = "%(due)s - interval '20 days' - n * interval '1 s'"
    own = {
        "uuid": "gen_random_uuid()",
        "code": f"'{CODES}-990101-' || lpad(n::text, 7, '0')",
        "book_number": "3000000 + n",
        **dict.fromkeys(("group_id", "corrects_id", "overdue_flagged_at"), "NULL"),
        "cycle": "1",
        **dict.fromkeys(("first_due_at", "due_at"), "%(due)s - n * interval '1 ms'"),
        **dict.fromkeys(("filed_at", "received_at", "clock_started_at"), started),
        **dict.fromkeys(("competent_agency_id", "holder_unit_id"), "a.ids[1 + n %% cardinality(a.ids)]"),
    }
    columns = [field.column for field in Dossier._meta.concrete_fields if not field.primary_key]
    values = ", ".join(own.get(column, f't."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    plain_sql.run(
        f"INSERT INTO cases_dossier ({names}) SELECT {values} FROM generate_series(1, %(count)s) AS n,"
        " cases_dossier t, (SELECT array_agg(DISTINCT competent_agency_id) AS ids FROM cases_dossier"
        " WHERE state = 'processing') a WHERE t.id = %(template)s",
        {"count": count, "template": template.pk, "due": now - timedelta(minutes=30)},
    )
    plain_sql.run("ANALYZE cases_dossier")


# The statement ----------------------------------------------------------------------------------------


def keep_what_ours_wrote(count: int, now: datetime) -> None:
    """All rows that a run of ours wrote, as tables for the statement; they go with the transaction."""
    tables = [plain_sql.table(model) for model in (DossierEvent, Letter)]
    last = [plain_sql.value(f"SELECT COALESCE(max(id), 0) FROM {table}") for table in tables]
    with rolled_back():
        ours(count, now)
        contents = [
            _read(f"SELECT * FROM {table} WHERE id > {key}") for table, key in zip(tables, last, strict=True)
        ]
    kept_as = (("bench_events", "dossier_id"), ("bench_letters", "reference"))
    for table, content, (kept, named_by) in zip(tables, contents, kept_as, strict=True):
        plain_sql.run(f"CREATE TEMP TABLE {kept} (LIKE {table}) ON COMMIT DROP")
        with connection.cursor() as cursor, cursor.copy(f"COPY {kept} FROM STDIN") as copy:
            for part in content:
                copy.write(part)
        # The planner expects one row of an UPDATE: without an index it would compare all with all.
        plain_sql.run(f"CREATE INDEX ON {kept} ({named_by})")
        plain_sql.run(f"ANALYZE {kept}")


def _read(sql: str) -> list[bytes]:
    with connection.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT") as copy:
        return [bytes(part) for part in copy]


def statement(count: int, now: datetime) -> None:
    events, letters = (_columns(model) for model in (DossierEvent, Letter))
    written = plain_sql.value(
        f"WITH flagged AS (UPDATE cases_dossier SET overdue_flagged_at = %s WHERE {UNFLAGGED}"
        " RETURNING id, code),"
        f" told AS (INSERT INTO cases_dossierevent ({events}) SELECT {events} FROM flagged"
        f"   JOIN (SELECT {events} FROM bench_events) e ON e.dossier_id = flagged.id RETURNING 1),"
        f" drafted AS (INSERT INTO notifications_letter ({letters}) SELECT {letters} FROM flagged"
        f"   JOIN (SELECT {letters} FROM bench_letters) l ON l.reference = flagged.code RETURNING 1)"
        " SELECT (SELECT count(*) FROM flagged) + (SELECT count(*) FROM told) + (SELECT count(*) FROM drafted)",
        [now, now.replace(second=0, microsecond=0)],
    )
    assert written == 4 * count, written  # each has a flag, two events and a letter


def _columns(model) -> str:
    return ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields if not field.primary_key)
