"""What a change of the calendar would move: looked at before anybody approves it (R24).

Only promises whose clock runs are counted again; whatever waits for the applicant or has a result stays.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import NamedTuple

from django.db.models import BigIntegerField, Func, QuerySet

from cases import ledger
from cases.enums import DayChange, RevisionState
from cases.facts import facts_of, limit_of
from cases.limits import CannotCount
from cases.models import CalendarRevision, Dossier, ExcludedPeriod, Reschedule, RevisionDay
from cases.models import Extension as ExtensionRow
from procedures.calendars import proposed_calendar
from procedures.models import Agency, CalendarDay, TimeLimit
from procedures.working_time import TZ, WorkCalendar, local

CHUNK = 2000  # rows read at a time
UNCOUNTABLE_SHOWN = 20
_START = datetime(2000, 1, 1, tzinfo=TZ)  # Vietnam has kept one distance to UTC since 1975


class _Microseconds(Func):
    """A moment as microseconds since `_START`: a number is read many times faster than the text of a moment."""

    template = (
        f"(EXTRACT(EPOCH FROM %(expressions)s) * 1000000)::bigint - {int(_START.timestamp()) * 1_000_000}"
    )
    output_field = BigIntegerField()


class Looked(NamedTuple):
    """One dossier as a changed calendar would have it; `refusal` says why no due date follows."""

    pk: int
    code: str
    procedure: str
    old_due_at: datetime
    new_due_at: datetime
    refusal: str = ""

    @property
    def moves(self) -> bool:
        return self.new_due_at != self.old_due_at

    @property
    def changes_date(self) -> bool:
        return local(self.new_due_at).date() != local(self.old_due_at).date()


@dataclass(frozen=True, slots=True)
class Group:
    """So many dossiers move from one date to another; the same date when only the hour changes."""

    old: date
    new: date
    count: int


@dataclass
class Preview:
    """What a proposal would do to the open dossiers: how many, and from when to when."""

    looked_at: int = 0
    moved: int = 0
    told: int = 0
    groups: list[Group] = field(default_factory=list)
    uncountable: list[Looked] = field(default_factory=list)


def dossiers_of(revision: CalendarRevision) -> QuerySet[Dossier]:
    """The dossiers whose promise the calendar of this revision bears on, oldest first."""
    running = Dossier.objects.running().order_by("pk")
    if revision.agency is None:
        return running
    return running.filter(competent_agency__in=Agency.objects.below(revision.agency).values("pk"))


# Looking at it before -------------------------------------------------------------------------------


def preview(revision: CalendarRevision) -> Preview:
    """Count what a proposal would move; nothing is changed, and the memory used does not grow with it."""
    found = Preview()
    groups: Counter[tuple[date, date]] = Counter()
    for looked in _looks(revision):
        found.looked_at += 1
        if looked.moves:
            groups[local(looked.old_due_at).date(), local(looked.new_due_at).date()] += 1
        elif looked.refusal and len(found.uncountable) < UNCOUNTABLE_SHOWN:
            found.uncountable.append(looked)
    found.groups = [Group(old, new, count) for (old, new), count in sorted(groups.items())]
    found.moved = groups.total()
    found.told = sum(group.count for group in found.groups if group.old != group.new)
    return found


def moves(revision: CalendarRevision, *, after: int = 0) -> Iterator[Looked]:
    """The dossiers that a proposal would move, one by one, from the one after this primary key on."""
    return (looked for looked in _looks(revision, after) if looked.moves)


def _looks(revision: CalendarRevision, after: int = 0) -> Iterator[Looked]:
    calendars = _Calendars(revision)
    limits = {limit.pk: limit_of(limit) for limit in TimeLimit.objects.all()}
    rows = (
        dossiers_of(revision)
        .filter(pk__gt=after)
        .values_list(
            "pk",
            "code",
            "version__procedure__code",
            "competent_agency_id",
            "limit_id",
            _Microseconds("clock_started_at"),
            _Microseconds("due_at"),
        )
        .iterator(chunk_size=CHUNK)
    )
    while chunk := list(islice(rows, CHUNK)):
        own = _own_facts(chunk[0][0], chunk[-1][0])
        for pk, code, procedure, agency, limit, started, due in chunk:
            due_at = _START + timedelta(microseconds=due)
            facts = own.get(pk) or ledger.ClockFacts(limits[limit], _START + timedelta(microseconds=started))
            try:
                new_due_at, refusal = ledger.clock(facts, calendars[agency]).due_at, ""
            except CannotCount as error:
                new_due_at, refusal = due_at, str(error)
            yield Looked(pk, code, procedure, due_at, new_due_at, refusal)


class _Calendars(dict):
    """The calendar of each agency as the proposal would have it, read when it is first asked for."""

    def __init__(self, revision: CalendarRevision):
        super().__init__()
        self._added, self._without = _proposed_rows(revision)

    def __missing__(self, agency: int) -> WorkCalendar:
        unit = Agency.objects.get(pk=agency)
        self[agency] = proposed_calendar(unit, added=self._added, without=self._without)
        return self[agency]


def _proposed_rows(revision: CalendarRevision) -> tuple[list[CalendarDay], set[int]]:
    """Rows that the proposal puts into the calendar, and the keys of those that it takes out."""
    added, without = [], set()
    if revision.state != RevisionState.DRAFT:
        return added, without
    for day in revision.days.select_related("calendar_day"):
        if day.change == DayChange.ADD:
            added.append(_row(day, revision.agency_id))
            estimates = CalendarDay.objects.filter(date=day.date, agency=revision.agency, enabled=True)
            without.update(estimates.values_list("pk", flat=True))
        elif day.change == DayChange.SWITCH_ON:
            added.append(day.calendar_day)
        else:
            without.add(day.calendar_day_id)
    return added, without


def _row(day: RevisionDay, agency_id: int | None) -> CalendarDay:
    return CalendarDay(
        agency_id=agency_id,
        date=day.date,
        is_worked=day.is_worked,
        kind=day.kind,
        name_vi=day.name_vi,
        provisional=day.provisional,
    )


# Facts ----------------------------------------------------------------------------------------------


def _own_facts(first: int, last: int) -> dict[int, ledger.ClockFacts]:
    """The facts of those dossiers from one primary key to another that have more than a limit and a start."""
    special: set[int] = set()
    for model in (Reschedule, ExtensionRow, ExcludedPeriod):
        rows = model.objects.filter(dossier__gte=first, dossier__lte=last).order_by()
        special.update(rows.values_list("dossier_id", flat=True))
    found = with_facts(Dossier.objects.running().filter(pk__in=special)) if special else ()
    return {dossier.pk: facts_of(dossier) for dossier in found}


def with_facts(dossiers: QuerySet[Dossier]) -> QuerySet[Dossier]:
    """With all that `facts_of` reads."""
    return dossiers.select_related("limit").prefetch_related("reschedules", "extensions", "excluded_periods")
