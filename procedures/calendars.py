"""From the database to the pure calendar: which days and hours hold for an agency (R24).

Truth are the rows of `CalendarDay` that are in force. Estimates only stand in for years without a row
for the country, and what is counted with them is marked provisional.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import Q

from procedures.estimates import estimated_days
from procedures.models import Agency, CalendarDay, OfficeSession
from procedures.working_time import OfficeHours, Session, SpecialDay, WorkCalendar

_remembered: ContextVar[dict[int | None, WorkCalendar] | None] = ContextVar("remembered", default=None)


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
    """The calendar of an agency, of the country for None; four queries at most, one for the country.

    Days in force of the country, of the agencies above and of the agency itself, the nearest winning.
    Hours are those of the agency or else of the nearest agency above that has some, else the usual ones.
    """
    known, key = _remembered.get(), agency.pk if agency else None
    if known is None:
        return _read_calendar(agency)
    if key not in known:
        known[key] = _read_calendar(agency)
    return known[key]


def _read_calendar(agency: Agency | None) -> WorkCalendar:
    line = list(agency.ancestors(include_self=True)) if agency else []  # from the province down
    rank = {unit.pk: place for place, unit in enumerate(line)}
    rows = CalendarDay.objects.filter(Q(agency=None) | Q(agency__in=rank), enabled=True)
    rows = sorted(rows, key=lambda row: rank.get(row.agency_id, -1))
    return WorkCalendar(
        [special_day(row) for row in rows],
        _hours(line),
        known_years={row.date.year for row in rows if row.agency_id is None},
        estimate=estimated_days,
    )


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


def _hours(line: list[Agency]) -> OfficeHours:
    """Weekday and Saturday sessions of the nearest unit of the line that has some.

    Saturday sessions come from the nearest unit that has sessions at all: an office with hours of its
    own and none on Saturday is closed then, whatever the unit above does.
    """
    sessions: dict[int, list[OfficeSession]] = {}
    if line:
        for session in OfficeSession.objects.filter(agency__in=line):
            sessions.setdefault(session.agency_id, []).append(session)
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
