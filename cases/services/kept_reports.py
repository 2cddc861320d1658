"""Parts of the report of large agencies: counted by a worker, kept, and counted anew each night (R53, R54).

Short ones are counted while somebody waits, as ever. What is kept says when it was counted. One worker counts
at a time; one that is killed leaves its part to the next.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import BigIntegerField, F, Func, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cases.limits import CannotCount
from cases.models import Dossier, KeptList, KeptPage, KeptPart
from cases.report import stored
from cases.report.behind import behind
from cases.report.contents import CONTENTS, parts_of
from cases.report.paged import TablePage, pages_of, turned_to
from cases.report.tables import Part
from cases.scorecard import periods
from cases.scorecard.scope import Scope
from cases.services import reports
from cases.services.only_run import only_run

logger = logging.getLogger(__name__)

# A run begins no further part after this; with the last one it ends before the worker's own limit.
SECONDS_PER_RUN = 400
MOST_LISTED = 50_000  # dossiers of a list that is kept
MOST_TRIES = 3  # workers that may die of one part
LOOKED_AT_LATELY = timedelta(days=30)
KEPT = timedelta(days=90)  # after the last look
NOTED = timedelta(hours=1)  # a look sooner after the last one is not worth a row
_LOCK = 0x52504F


@dataclass(frozen=True, slots=True)
class Standing:
    """A part as it is shown. `scope` is that of its figures, of the moment when they were counted.

    `counted_at` is None for what was counted for this look; `tables` is None while there is nothing to show.
    `waits` for a worker, who is to be called when it `begins` to; `problem` is why the last one gave up.
    """

    scope: Scope
    tables: Sequence[TablePage] | None = None
    counted_at: datetime | None = None
    waits: bool = False
    begins: bool = False
    problem: str = ""


def look(scope: Scope, part: str, *, table: int = 0, page: int = 1) -> Standing:
    """The part with that page of that table: counted now, or as it is kept; what is missing or old is asked for.

    Nothing is sent to a worker here, see `cases.tasks.count_reports_soon`.
    """
    if not reports.is_large(scope):
        [found] = parts_of(scope, [part])
        return Standing(scope, turned_to(found, table, page))
    kept = _of(scope, part)
    begins = _is_old(kept, scope.now) and not kept.problem and ask(scope, part)
    if kept.looked_at < scope.now - NOTED:
        KeptPart.objects.filter(pk=kept.pk).update(looked_at=scope.now)
    waits = begins or kept.asked_at is not None
    if kept.counted_at is None:
        return Standing(scope, waits=waits, begins=begins, problem=kept.problem)
    found, tables = _pages(kept, table, page)
    return Standing(_then(scope, found), tables, found.counted_at, waits, begins, found.problem)


def ask(scope: Scope, part: str) -> bool:
    """Have it counted anew; False when it waits for that already. Who asks twice gets one count."""
    kept = KeptPart.objects.filter(pk=_of(scope, part).pk, asked_at=None)
    return bool(kept.update(asked_at=scope.now, tries=0, problem=""))


@dataclass(frozen=True, slots=True)
class KeptFigure:
    """What a figure counted: the scope of its moment, the number, and the dossiers; None for what is not kept."""

    scope: Scope
    number: int | None = None
    dossiers: QuerySet[Dossier] | None = None


def figure_of(scope: Scope, part: str, key: str, of: str = "") -> KeptFigure:
    """The figure as it is kept, so that the list behind it is the one that it counted.

    `part` is that on whose page the figure stands; without one the figure was counted for that look.
    """
    rows = _rows(scope, part).exclude(counted_at=None).only("counted_at", "figures")
    kept = rows.first() if part else None
    if kept is None:
        return KeptFigure(scope)
    number = kept.figures.get(stored.figure_key(key, of))
    name, _mark, way = key.rpartition("-")
    if way == "bad":
        every, good = (kept.figures.get(stored.figure_key(f"{name}-{one}", of)) for one in ("all", "good"))
        number = None if every is None or good is None else every - good
    found = KeptList.objects.filter(kept=kept, key=key)
    is_listed = not of and found.exists()
    rows = Dossier.objects.filter(pk__in=found.values(one=_Each("dossiers"))) if is_listed else None
    return KeptFigure(_then(scope, kept), number, rows)


class _Each(Func):
    function = "unnest"
    set_returning = True
    output_field = BigIntegerField()


def count_waiting() -> int:
    """Count what waits, what people look at first; returns how many parts. One run at a time over all workers."""
    counted = 0
    with only_run(_LOCK) as alone:
        stop_at = time.monotonic() + SECONDS_PER_RUN
        while alone and time.monotonic() < stop_at and (kept := _next(is_first=not counted)):
            counted += _count(kept)
    return counted


def keep_anew(now: datetime | None = None) -> int:
    """Nightly: ask for what was counted before today and is looked at, and forget what is not; returns how many.

    Looked at is what somebody opened in the last thirty days, and what is kept of this month and the last. Who
    looked at the last month finds this one counted too.
    """
    now = now or timezone.now()
    KeptPart.objects.filter(Q(looked_at__lt=now - KEPT) | ~Q(part__in=CONTENTS)).delete()
    today = timezone.localdate(now)
    this_month = periods.month(today.year, today.month)
    last_month = KeptPart.objects.filter(period=str(this_month.before), looked_at__gte=now - LOOKED_AT_LATELY)
    KeptPart.objects.bulk_create(
        (
            KeptPart(
                agency_id=one.agency_id,
                period=str(this_month),
                part=one.part,
                language=one.language,
                looked_at=one.looked_at,
            )
            for one in last_month.only("agency_id", "part", "language", "looked_at")
        ),
        ignore_conflicts=True,
    )
    looked_at = Q(looked_at__gte=now - LOOKED_AT_LATELY)
    recent = Q(period__in=[str(this_month), str(this_month.before)])
    old = Q(counted_at=None) | Q(counted_at__lt=_midnight(now))
    return KeptPart.objects.filter(looked_at | recent, old, asked_at=None).update(
        asked_at=now, tries=0, problem=""
    )


# What is kept -----------------------------------------------------------------------------------------


def _rows(scope: Scope, part: str = "") -> QuerySet[KeptPart]:
    found = KeptPart.objects.filter(
        agency=scope.agency, period=str(scope.period), language=translation.get_language()[:2]
    )
    return found.filter(part=part) if part else found


def _of(scope: Scope, part: str) -> KeptPart:
    """The row, without its headings; a new one waits for nobody yet."""
    kept = _rows(scope, part).defer("tables", "figures").first()
    if kept is None:
        kept, _new = KeptPart.objects.get_or_create(
            agency=scope.agency,
            period=str(scope.period),
            part=part,
            language=translation.get_language()[:2],
            defaults={"looked_at": scope.now},
        )
    return kept


def _is_old(kept: KeptPart, now: datetime) -> bool:
    """Counted before today, or never."""
    return kept.counted_at is None or kept.counted_at < _midnight(now)


def _midnight(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def _then(scope: Scope, kept: KeptPart) -> Scope:
    return replace(scope, now=kept.counted_at)


def _pages(kept: KeptPart, table: int, page: int) -> tuple[KeptPart, list[TablePage]]:
    """Headings and rows of one count: read by one query, as a worker may put others in their place."""
    pages = KeptPage.objects.filter(kept=kept.pk).select_related("kept").defer("kept__figures")
    asked = Q(table=table, number=page)
    found = list(pages.filter(asked | Q(number=1)).order_by("table", "-number").distinct("table"))
    kept = found[0].kept
    return kept, [
        TablePage(stored.read_table(heading, one.rows), one.number, heading["pages"], heading["count"])
        for heading, one in zip(kept.tables, found, strict=True)
    ]


# Counting ---------------------------------------------------------------------------------------------


def _next(*, is_first: bool) -> KeptPart | None:
    """What was looked at last; what a worker died of comes after all others, not for ever, and only as the first
    of a run, so that it has all of the time that a worker may take.
    """
    waiting = KeptPart.objects.filter(asked_at__isnull=False)
    for kept in waiting.filter(tries__gte=MOST_TRIES).only("language"):
        _give_up(kept)
    kept = waiting.select_related("agency").defer("tables", "figures").order_by("tries", "-looked_at").first()
    if kept and kept.tries and not is_first:
        return None
    if kept:
        # Noted before it is counted: nobody could do it afterwards, if it takes all memory.
        KeptPart.objects.filter(pk=kept.pk).update(tries=F("tries") + 1)
    return kept


def _count(kept: KeptPart) -> bool:
    """Count one part and put it in the place of what was kept; False when there is nothing to count."""
    with translation.override(kept.language):
        try:
            scope = reports.scope_of(kept.agency, kept.period, timezone.now())
            [part] = parts_of(scope, [kept.part])
            lists = _lists(part, scope)
        except CannotCount as refused:
            _end(kept, str(refused))
            return False
        except (OperationalError, InterfaceError):
            raise  # no fault of the part: it still waits
        except Exception:
            _give_up(kept)
            raise
        return _keep(kept, part, lists, scope)


def _lists(part: Part, scope: Scope) -> dict[str, list[int]]:
    """Dossiers by the figure of the whole that counts them, where that is a question to all of the period.

    Not of very many, which are found by any index, nor of one unit or officer, nor of parts of the scorecard.
    """
    found = {}
    for name, number in stored.figures_of(part).items():
        key, _mark, of = name.rpartition("@")
        if of or number > MOST_LISTED or "-unit-" in key or "-officer-" in key:
            continue
        if key.rpartition("-")[0] not in scope.edition.codes:
            rows = behind(key, scope)[1]
            if rows.model is Dossier:
                found[key] = list(rows.order_by().values_list("pk", flat=True))
    return found


@transaction.atomic
def _keep(kept: KeptPart, part: Part, lists: dict[str, list[int]], scope: Scope) -> bool:
    """Headings, rows and lists together, in the language of the moment; nothing where it was forgotten meanwhile."""
    pages = [pages_of(table) for table in part.tables]
    is_there = KeptPart.objects.filter(pk=kept.pk).update(
        tables=[
            stored.heading(table) | {"pages": len(rows), "count": len(table.rows)}
            for table, rows in zip(part.tables, pages, strict=True)
        ],
        figures=stored.figures_of(part),
        counted_at=scope.now,
        until=scope.until,
        asked_at=None,
        tries=0,
        problem="",
    )
    if not is_there:
        return False
    KeptPage.objects.filter(kept=kept.pk).delete()
    KeptPage.objects.bulk_create(
        KeptPage(kept_id=kept.pk, table=place, number=number, rows=stored.written_rows(rows))
        for place, rows_of_table in enumerate(pages)
        for number, rows in enumerate(rows_of_table, start=1)
    )
    KeptList.objects.filter(kept=kept.pk).delete()
    KeptList.objects.bulk_create(
        KeptList(kept_id=kept.pk, key=key, dossiers=dossiers) for key, dossiers in lists.items()
    )
    return True


def _give_up(kept: KeptPart) -> None:
    """The sentence is kept in the language of those who read the part."""
    logger.error("part of a report not counted: %s", kept.pk)
    with translation.override(kept.language):
        _end(kept, _("It could not be counted. Count anew, or tell the administrator."))


def _end(kept: KeptPart, problem: str) -> None:
    KeptPart.objects.filter(pk=kept.pk).update(asked_at=None, tries=0, problem=problem)
