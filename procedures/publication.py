"""When a publication decision has to be signed and loaded (R4); pure.

Decree 63/2010 Art 15 as amended in 2013: signed before the legal text takes effect. Loading into the
national database after signing is measured by the index of service quality. Days are working days of the
country.
"""

from dataclasses import dataclass
from datetime import date

from procedures.enums import Level
from procedures.working_time import WorkCalendar


@dataclass(frozen=True, slots=True)
class PublicationTimes:
    """Working days before the text takes effect, and after the signature."""

    sign_before: int
    load_after: int


OF_A_PROVINCE = PublicationTimes(sign_before=5, load_after=5)
OF_A_MINISTRY = PublicationTimes(sign_before=20, load_after=10)


def times_of(level: str) -> PublicationTimes:
    """Provinces publish for their communes too. Raises ValueError for a level that does not exist."""
    return OF_A_MINISTRY if Level(level) == Level.MINISTRY else OF_A_PROVINCE


def sign_by(level: str, text_effective_on: date, calendar: WorkCalendar) -> date:
    """The last day to sign the decision (quyết định công bố)."""
    return calendar.working_day_before(text_effective_on, times_of(level).sign_before)


def load_by(level: str, signed_on: date, calendar: WorkCalendar) -> date:
    """The last day to load it into the national database of procedures."""
    return calendar.working_day_after(signed_on, times_of(level).load_after)


def days_late(by: date, done_on: date, calendar: WorkCalendar) -> int:
    """Working days after the last day; a day begun counts, so what is late is at least one. 0 = in time."""
    return max(calendar.working_days_between(by, done_on), 1) if done_on > by else 0
