"""The official calendar of the seeds without a database, for tests of the pure law."""

from datetime import datetime, time
from functools import cache
from pathlib import Path

from procedures.estimates import estimated_days
from procedures.seeds.calendar import read_calendar
from procedures.working_time import TZ, OfficeHours, Session, SpecialDay, WorkCalendar

SEEDS = Path(__file__).parent.parent / "seeds"
VECTORS = Path(__file__).parent / "vectors"


@cache
def official_calendar() -> WorkCalendar:
    """The country's calendar as `load_catalogue` loads it, with the usual office hours."""
    problems: list[str] = []
    rows = read_calendar(SEEDS, problems)
    assert problems == []
    fields = SpecialDay.__dataclass_fields__
    days = [SpecialDay(**{key: row[key] for key in fields}) for row in rows if row["enabled"]]
    return WorkCalendar(days, estimate=estimated_days)


def at(text: str) -> datetime:
    """A moment on the clock of Vietnam: `2026-11-10 15:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


# The offices of the tests: usual hours, a Saturday desk without and with counting, and later hours.
OFFICIAL = official_calendar()
_MORNING = (Session(time(7, 30), time(11, 30)),)
SATURDAY_DESK = OFFICIAL.with_hours(OfficeHours(saturday=_MORNING))
SATURDAY_COUNTS = OFFICIAL.with_hours(OfficeHours(saturday=_MORNING, saturday_counts=True))
LATE = OFFICIAL.with_hours(OfficeHours((Session(time(8), time(12)), Session(time(13, 30), time(17, 30)))))
