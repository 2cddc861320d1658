"""The preview of a calendar change over very many open dossiers: its speed, and that its memory is bounded."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from time import perf_counter

from django.db import connection

from benchmarks.measure import Goal, Result
from benchmarks.memory import forget_peak, megabytes
from cases.deadlines import due_date
from cases.facts import limit_of
from cases.models import Dossier
from cases.services.calendar_preview import preview
from cases.services.revisions import DayFacts, propose
from procedures.calendars import calendar_for
from procedures.models import Agency, TimeLimit

MILLION = 1_000_000
IN_TIME, BOUNDED = Goal(60.0), Goal(100.0)  # seconds, MB
STARTS = 3000  # different pairs of start and limit; the dossiers share them


def revisions(template: Dossier, agencies: list[Agency], count: int, today: date) -> Iterator[Result]:
    """Fill the database, propose a day off on the next working day, look at what it would move."""
    add_dossiers(template, agencies, count, today)
    day = calendar_for(None).next_working_day(today)
    revision = propose(
        None,
        reason="Nghỉ đột xuất (đo tốc độ)",
        legal_reference="Thông báo thử",
        days=[DayFacts(date=day, name_vi="Nghỉ đột xuất")],
        by=None,
    )
    before = forget_peak()
    begin = perf_counter()
    found = preview(revision)
    seconds = perf_counter() - begin
    assert found.looked_at >= count and found.moved > count / 20, found
    shown = f"{count:,} dossiers"
    yield Result(
        f"calendar preview, per million (measured on {shown})",
        seconds / found.looked_at * MILLION,
        None,
        "s",
        IN_TIME,
    )
    if before is not None:
        more = megabytes("VmHWM") - before
        yield Result(f"calendar preview, memory on top ({shown})", more, None, "MB", BOUNDED)


def add_dossiers(template: Dossier, agencies: list[Agency], count: int, today: date) -> None:
    """Copies of one dossier in process, with codes, starts, limits and agencies of their own; in the database.

    Their due dates are what the clock gives today, so that the preview moves what the new day moves.
    """
    rng = Random(7)
    limits = list(TimeLimit.objects.filter(unit__in=["working_day", "calendar_day"], amount__lte=30))
    calendars = {agency.pk: calendar_for(agency) for agency in agencies}
    starts = []
    for number in range(STARTS):
        agency, limit = rng.choice(agencies), rng.choice(limits)
        opening = calendars[agency.pk].opening_after(today - timedelta(days=rng.randrange(2, 40)))
        start = opening + timedelta(minutes=rng.randrange(240))
        due = due_date(start, limit_of(limit), calendars[agency.pk]).due_at
        starts.append((number, agency.pk, limit.pk, start, due))
    own = {
        "uuid": "gen_random_uuid()",
        "code": "'H99.99-990101-' || lpad(n::text, 7, '0')",
        "book_number": "1000000 + n",
        "competent_agency_id": "s.agency",
        "holder_unit_id": "s.agency",
        "limit_id": "s.time_limit",
        **dict.fromkeys(("filed_at", "received_at", "clock_started_at"), "s.start"),
        **dict.fromkeys(("first_due_at", "due_at"), "s.due"),
    }
    columns = [field.column for field in Dossier._meta.concrete_fields if not field.primary_key]
    values = [own.get(column, f't."{column}"') for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE starts (number int, agency bigint, time_limit bigint, start timestamptz,"
            " due timestamptz) ON COMMIT DROP"
        )
        with cursor.copy("COPY starts FROM STDIN") as copy:
            for row in starts:
                copy.write_row(row)
        cursor.execute(
            "INSERT INTO cases_dossier ({}) SELECT {} FROM generate_series(1, %s) AS n"
            " JOIN starts s ON s.number = n %% %s JOIN cases_dossier t ON t.id = %s".format(
                ", ".join(f'"{column}"' for column in columns), ", ".join(values)
            ),
            [count, STARTS, template.pk],
        )
        cursor.execute("ANALYZE cases_dossier")
