"""Reading what is in the archive, with the queries that everybody else uses."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.db import connection, connections, router, transaction
from django.db.models import Max, Q, QuerySet

from cases.archive import schema_of
from cases.archive.tables import live_only, moved
from cases.models import ArchivedDossier, ArchivedYear, DetachedEvent, Document, Dossier

A_DAY = timedelta(days=1)


def attached_years() -> list[int]:
    """The years that can be read."""
    return list(ArchivedYear.objects.filter(detached_at=None).values_list("year", flat=True))


def first_whole_day() -> date | None:
    """From this New Year on everything is here, live or archived; None when no year is detached."""
    last = last_day(ArchivedYear.objects.filter(detached_at__isnull=False))
    return last and date(last.year + 1, 1, 1)


def closed_through() -> date | None:
    """Figures of days up to this one, the end of a month, are never counted again: their dossiers are archived."""
    last = last_day()
    return last and (last.replace(day=1) + 31 * A_DAY).replace(day=1) - A_DAY


def last_day(years: QuerySet[ArchivedYear] | None = None) -> date | None:
    """On which something happened, for the last time, to a dossier of these years of the archive (all)."""
    years = ArchivedYear.objects.all() if years is None else years
    return years.aggregate(last=Max("last_day"))["last"]


def entry_of(code: str) -> ArchivedDossier | None:
    """What the register of the archive says of this code; the year may be detached."""
    return ArchivedDossier.objects.filter(code=code).select_related("year").first() if code else None


def year_of_number(pk: int) -> int | None:
    """In which year the dossier of this number can be read; None when it is not archived, or was detached."""
    entry = ArchivedDossier.objects.filter(pk=pk, year__detached_at=None).first()
    return entry and entry.year_id


@contextmanager
def reading(year: int) -> Iterator[None]:
    """Inside, dossiers and all that goes with them are those of this year; agencies, people and procedures
    are the live ones. A transaction; its own tables refuse every change. LookupError when the year is not there:
    what is not found in a schema would be looked for in the live tables.
    """
    alias = router.db_for_read(Dossier)
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('search_path'), to_regnamespace(%s) IS NOT NULL", [schema_of(year)]
        )
        before, there = cursor.fetchone()
        if not there:
            raise LookupError(f"there is no {schema_of(year)}")
        cursor.execute("SELECT set_config('search_path', %s, true)", [f"{schema_of(year)}, {before}"])
        yield
        cursor.execute("SELECT set_config('search_path', %s, true)", [before])


@contextmanager
def all_years() -> Iterator[None]:
    """Inside, every query of this connection reads live and archived rows together; nothing can be changed.

    Views of the session stand before the tables. Not through a pool that shares sessions.
    """
    years = attached_years()
    if not years:
        yield
        return
    with connection.cursor() as cursor:
        for table in moved():
            parts = [f"SELECT {table.listed} FROM public.{table.name} WHERE {live_only(table.model)}"]
            parts += [f"SELECT {table.listed} FROM {schema_of(year)}.{table.name}" for year in years]
            cursor.execute(f"CREATE TEMP VIEW {table.name} AS {' UNION ALL '.join(parts)}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table in moved():
                cursor.execute(f"DROP VIEW pg_temp.{table.name}")


def detached_among(numbers: Collection[int]) -> set[int]:
    """Those of these events that left with a detached year."""
    found = DetachedEvent.objects.filter(event__in=numbers, year__detached_at__isnull=False)
    return set(found.values_list("event", flat=True))


def is_archived_file(name: str, sha256: str) -> bool:
    """Whether a document of the archive has this file: a paper that was used again shares it."""
    for year in attached_years():
        with reading(year):
            if Document.objects.filter(Q(file=name) | Q(searchable=name), sha256=sha256).exists():
                return True
    return False
