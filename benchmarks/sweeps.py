"""Line 2: the overdue sweep, beside one statement that writes the same rows.

Ten thousand dossiers fell due a moment ago. Ours finds them, flags them, writes their events and drafts their
letters. The statement is given all that the services had to think of – seals, ciphertexts, sentences – and
only writes it, under the same constraints, indexes and triggers. Every round is rolled back.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from time import perf_counter

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from benchmarks import copies
from benchmarks.measure import Goal, Result, compared, rounds_of
from cases.enums import EventKind, State
from cases.models import Dossier, DossierEvent
from cases.services.overdue import draft_apologies, flag_overdue
from notifications.models import Letter

OVERDUE = 10_000
ROUNDS = 3
ONE_STATEMENT, AMONG_MORE = Goal(1.5, of_ratio=True), Goal(1.2, of_ratio=True)
NOTHING_LEFT = Goal(50.0)  # ms
CODES = "H99.98"  # of no agency
_UNFLAGGED = (
    "state IN ('received', 'digitized', 'processing') AND finished_at IS NULL"
    " AND due_at < %s AND overdue_flagged_at IS NULL"
)


def add_newly_overdue(count: int = OVERDUE, *, now: datetime | None = None) -> None:
    """Copies of a dossier in process that fell due an hour ago, each of an agency in turn; committed."""
    now = now or timezone.now()
    template = (
        Dossier.objects.running()
        .filter(state=State.PROCESSING, clock_started_at__lt=now - timedelta(hours=2))
        .exclude(code__startswith=CODES)
        .latest("pk")
    )
    own = {
        "uuid": "gen_random_uuid()",
        "code": f"'{CODES}-990101-' || lpad(n::text, 7, '0')",
        "book_number": "3000000 + n",
        "group_id": "NULL",
        "corrects_id": "NULL",
        "overdue_flagged_at": "NULL",
        "cycle": "1",
        **dict.fromkeys(("first_due_at", "due_at"), "%(due)s - n * interval '1 millisecond'"),
        **dict.fromkeys(
            ("filed_at", "received_at", "clock_started_at"),
            "%(due)s - interval '20 days' - n * interval '1 s'",
        ),
        **dict.fromkeys(("competent_agency_id", "holder_unit_id"), "a.ids[1 + n %% cardinality(a.ids)]"),
    }
    columns = [field.column for field in Dossier._meta.concrete_fields if not field.primary_key]
    values = ", ".join(own.get(column, f't."{column}"') for column in columns)
    columns = ", ".join(f'"{column}"' for column in columns)
    copies.run(
        f"INSERT INTO cases_dossier ({columns}) SELECT {values} FROM generate_series(1, %(count)s) AS n,"
        " cases_dossier t, (SELECT array_agg(DISTINCT competent_agency_id) AS ids FROM cases_dossier"
        " WHERE state = 'processing') a WHERE t.id = %(template)s",
        {"count": count, "template": template.pk, "due": now - timedelta(hours=1)},
    )
    copies.run("VACUUM ANALYZE cases_dossier")


def remove_newly_overdue() -> None:
    copies.run("DELETE FROM cases_dossier WHERE code LIKE %s", [f"{CODES}%"])


def ours(now: datetime) -> None:
    flagged, drafted = flag_overdue(now), draft_apologies(now)
    assert (flagged, drafted) == (OVERDUE, OVERDUE), (flagged, drafted)


def sweep_in(now: datetime) -> Iterator[tuple[Callable, Callable, Callable]]:
    """Ours, the statement and the second run."""


@contextmanager
def rolled_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def vacuumed() -> None:
    """What was rolled back lies about, and is nobody's cost."""
    copies.run("VACUUM cases_dossier, cases_dossierevent, cases_auditentry, notifications_letter")


def keep_what_ours_wrote(now: datetime) -> None:
    """All rows of a run of ours as a table, for the statement."""
    events, letters = copies.table(DossierEvent), copies.table(Letter)
    copies.run("DROP TABLE IF EXISTS bench_events, bench_letters")
    with rolled_back():
        first_event, first_letter = (
            copies.value(f"SELECT max(id) FROM {name}") or 0 for name in (events, letters)
        )
        ours(now)
        rows = [
            (name, _read(f"SELECT * FROM {name} WHERE id > {first}"))
            for name, first in ((events, first_event), (letters, first_letter))
        ]
    for (name, content), kept in zip(rows, ("bench_events", "bench_letters"), strict=True):
        copies.run(f"CREATE TABLE {kept} (LIKE {name})")
        with connection.cursor() as cursor, cursor.copy(f"COPY {kept} FROM STDIN") as copy:
            for part in content:
                copy.write(part)
        copies.run(f"ANALYZE {kept}")


def _read(sql: str) -> list[bytes]:
    with connection.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT") as copy:
        return [bytes(part) for part in copy]


def statement(now: datetime) -> None:
    events, letters = (_columns(model) for model in (DossierEvent, Letter))
    written = copies.value(
        f"WITH flagged AS (UPDATE cases_dossier SET overdue_flagged_at = %s WHERE {_UNFLAGGED}"
        " RETURNING id, code),"
        f" told AS (INSERT INTO cases_dossierevent ({events}) SELECT {events} FROM bench_events"
        "   WHERE dossier_id IN (SELECT id FROM flagged) RETURNING 1),"
        f" drafted AS (INSERT INTO notifications_letter ({letters}) SELECT {letters} FROM bench_letters"
        "   WHERE reference IN (SELECT code FROM flagged) RETURNING 1)"
        " SELECT (SELECT count(*) FROM flagged) + (SELECT count(*) FROM told) + (SELECT count(*) FROM drafted)",
        [now, now.replace(second=0, microsecond=0)],
    )
    assert written == 4 * OVERDUE, written


def _columns(model) -> str:
    return ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields if not field.primary_key)
