"""From the database to the pure calendar: which days and hours hold for an agency (R24).

Truth are the rows of `CalendarDay` that are in force. The `holidays` library only stands in for years
without a row for the country: it knows swaps after the fact only and no notice, so what it says is
marked provisional.
"""

from collections.abc import Iterable
from functools import lru_cache

from django.db.models import Q
from holidays.countries import Vietnam

from procedures.enums import DayKind
from procedures.models import Agency, CalendarDay, OfficeSession
from procedures.working_time import OfficeHours, Session, SpecialDay, WorkCalendar

# English names of the library, from the first that fits; it calls the day before Tết "New Year's Eve".
_KINDS = (
    ("(observed)", DayKind.COMPENSATORY),
    ("Day off", DayKind.SWAP_OFF),
    ("Lunar New Year", DayKind.TET),
    ("of Tet", DayKind.TET),
    ("New Year", DayKind.NEW_YEAR),
    ("Hung Kings", DayKind.HUNG_KINGS),
    ("Liberation Day", DayKind.VICTORY_DAY),
    ("Labor Day", DayKind.LABOUR_DAY),
    ("National Day", DayKind.NATIONAL_DAY),
    ("Cultural Day", DayKind.CULTURE_DAY),
)


def calendar_for(agency: Agency | None) -> WorkCalendar:
    """The calendar of an agency, of the country for None; four queries at most, one for the country.

    Days in force of the country, of the agencies above and of the agency itself, the nearest winning.
    Hours are those of the agency or else of the nearest agency above that has some, else the usual ones.
    """
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


@lru_cache(maxsize=200)
def estimated_days(year: int) -> tuple[SpecialDay, ...]:
    """Days off and worked Saturdays of a year as the `holidays` library has them, all provisional.

    A Culture Day on a weekend is not made up: no notice says so, although the library does (T14).
    """
    names = Vietnam(years=year, language="en_US")
    days = [
        SpecialDay(day, False, _kind(names[day]), name, names[day], provisional=True)
        for day, name in sorted(Vietnam(years=year, language="vi").items())
        if "Cultural Day (observed)" not in names[day]
    ]
    # The library lists the worked Saturdays of two other years whatever year is asked for.
    days += [
        SpecialDay(day, True, DayKind.SWAP_WORKED, "Làm bù", "Worked instead", provisional=True)
        for day in sorted(names.weekend_workdays)
        if day.year == year
    ]
    return tuple(days)


def _kind(name: str) -> str:
    return next((kind for part, kind in _KINDS if part in name), DayKind.OTHER)
