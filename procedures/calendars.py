"""From the database to the pure calendar: which days and hours hold for an agency (R24).

Truth are the rows of `CalendarDay` that are in force. Estimates only stand in for years without a row
for the country, and what is counted with them is marked provisional.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Q

from procedures.estimates import estimated_days
from procedures.models import Agency, CalendarDay, CalendarEdition, OfficeSession
from procedures.working_time import OfficeHours, Session, SpecialDay, WorkCalendar

_remembered: ContextVar[dict[int | None, WorkCalendar] | None] = ContextVar("remembered", default=None)
_COUNTING = 0xCA1E  # any number: held shared by who counts, alone by who changes a calendar
# What this process has read, by agency, and of which edition; another edition replaces the whole.
_kept: tuple[UUID | None, dict[int | None, WorkCalendar]] = (None, {})
FIRST_MONTH_TO_ASK = 10  # the yearly notice comes late in the year before


@contextmanager
def remembered_calendars() -> Iterator[None]:
    """Inside, each agency's calendar is read once; within another one, the outer one goes on remembering.

    For one verb, which shall count with one calendar, and for long runs during which nobody changes it.
    """
    outer = _remembered.get()
    token = _remembered.set({} if outer is None else outer)
    try:
        yield
    finally:
        _remembered.reset(token)


def calendar_for(agency: Agency | None) -> WorkCalendar:
    """The calendar of an agency, of the country for None; one query, and four more to read it anew.

    Inside a transaction one more: the lock that `changing_calendars` waits for.

    Days in force of the country, of the agencies above and of the agency itself, the nearest winning.
    Hours are those of the agency or else of the nearest agency above that has some, else the usual ones.
    """
    return calendars_for([agency])[agency.pk if agency else None]


def calendars_for(agencies: Iterable[Agency | None]) -> dict[int | None, WorkCalendar]:
    """The same for several agencies, by their ids: as many queries for a hundred as for two."""
    wanted = {agency.pk if agency else None: agency for agency in agencies}
    known = _remembered.get()
    if known is None:
        return _kept_calendars(wanted)
    known |= _kept_calendars({key: agency for key, agency in wanted.items() if key not in known})
    return {key: known[key] for key in wanted}


def proposed_calendar(
    agency: Agency | None, *, added: Iterable[CalendarDay], without: Collection[int]
) -> WorkCalendar:
    """What `calendar_for` would give with these rows more and those (by primary key) less; never remembered."""
    _wait_for_changes()
    return _read_calendars({None: agency}, added, without)[None]


def changing_calendars() -> None:
    """Wait until nobody counts any more with the calendar that this transaction is about to change.

    Who counts inside a transaction holds the same lock shared until the commit. So whatever was promised
    by the old calendar is stored, and can be found and moved, before the new one holds.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_COUNTING])


def unofficial_year(today: date) -> tuple[int, bool] | None:
    """A year that is counted in before its official notice is entered, and whether estimated days stand in.

    This year always, the next one from October on; None when both are official.
    """
    years = [today.year] + ([today.year + 1] if today.month >= FIRST_MONTH_TO_ASK else [])
    rows = set(
        CalendarDay.objects.filter(agency=None, enabled=True, date__year__in=years)
        .order_by()
        .values_list("date__year", "provisional")
    )
    for year in years:
        provisional = {is_provisional for of_year, is_provisional in rows if of_year == year}
        if provisional != {False}:
            return year, bool(provisional)
    return None


def _kept_calendars(agencies: Mapping[int | None, Agency | None]) -> dict[int | None, WorkCalendar]:
    """From this process when the edition is still the one it was read in, otherwise from the database."""
    global _kept
    if not agencies:
        return {}
    _wait_for_changes()
    edition = CalendarEdition.objects.values_list("name", flat=True).first()
    if edition is None:
        return _read_calendars(agencies)
    of_edition, calendars = _kept
    if of_edition != edition:
        _kept = of_edition, calendars = edition, {}
    calendars |= _read_calendars({key: one for key, one in agencies.items() if key not in calendars})
    return {key: calendars[key] for key in agencies}


def _wait_for_changes() -> None:
    """Inside a transaction: until whoever is changing a calendar is done, and nobody begins before the commit."""
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_COUNTING])


def _read_calendars(
    agencies: Mapping[int | None, Agency | None],
    added: Iterable[CalendarDay] = (),
    without: Collection[int] = (),
) -> dict[int | None, WorkCalendar]:
    if not agencies:
        return {}
    lines = _lines(agencies)
    units = {unit.pk: unit for line in lines.values() for unit in line}
    stored = CalendarDay.objects.filter(Q(agency=None) | Q(agency__in=units), enabled=True)
    rows = [*(row for row in stored if row.pk not in without), *added]
    sessions = sessions_of(units.values()) if units else {}
    return {key: _calendar(line, rows, sessions) for key, line in lines.items()}


def _calendar(line: list[Agency], rows: list[CalendarDay], sessions: Mapping) -> WorkCalendar:
    rank = {unit.pk: place for place, unit in enumerate(line)}
    rows = [row for row in rows if row.agency_id is None or row.agency_id in rank]
    rows.sort(key=lambda row: rank.get(row.agency_id, -1))
    return WorkCalendar(
        [special_day(row) for row in rows],
        hours_of(line, sessions) if line else OfficeHours(),
        known_years={row.date.year for row in rows if row.agency_id is None},
        estimate=estimated_days,
    )


def _lines(agencies: Mapping[int | None, Agency | None]) -> dict[int | None, list[Agency]]:
    """Each agency behind those above it, from the province down; nobody for the country."""
    if len(agencies) == 1:
        return {key: list(one.ancestors(include_self=True)) if one else [] for key, one in agencies.items()}
    found = Agency.objects.with_tree_fields().filter(pk__in=[one.pk for one in agencies.values() if one])
    paths = {one.pk: one.tree_path for one in found}
    units = Agency.objects.in_bulk({pk for path in paths.values() for pk in path})
    return {key: [units[pk] for pk in paths[one.pk]] if one else [] for key, one in agencies.items()}


def special_day(row: CalendarDay) -> SpecialDay:
    return SpecialDay(
        date=row.date,
        is_worked=row.is_worked,
        kind=row.kind,
        name_vi=row.name_vi,
        name_en=row.name_en,
        legal_reference=row.legal_reference,
        key=row.key,
        provisional=row.provisional,
    )


def sessions_of(agencies: Iterable[Agency]) -> dict[int, list[OfficeSession]]:
    """The sessions that each of them has itself, by the id of the agency; one query."""
    sessions: dict[int, list[OfficeSession]] = {}
    for session in OfficeSession.objects.filter(agency__in=agencies):
        sessions.setdefault(session.agency_id, []).append(session)
    return sessions


def hours_of(line: list[Agency], sessions: Mapping[int, list[OfficeSession]]) -> OfficeHours:
    """Weekday and Saturday sessions of the nearest unit of the line (from the top down) that has some.

    Saturday sessions come from the nearest unit that has sessions at all: an office with hours of its
    own and none on Saturday is closed then, whatever the unit above does.
    """
    weekday, saturday, counts = (), None, False
    for unit in reversed(line):
        own = sessions.get(unit.pk, ())
        if saturday is None:
            counts = counts or unit.saturday_counts
            if own:
                saturday = _sessions(own, OfficeSession.Days.SATURDAY)
        weekday = weekday or _sessions(own, OfficeSession.Days.WEEKDAY)
    usual = OfficeHours()
    return OfficeHours(weekday or usual.weekday, saturday or (), counts)


def _sessions(rows: Iterable[OfficeSession], days: str) -> tuple[Session, ...]:
    return tuple(Session(row.opens_at, row.closes_at) for row in rows if row.days == days)
