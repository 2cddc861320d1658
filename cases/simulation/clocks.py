"""The working clock of one calendar in whole minutes, as running totals: a look-up instead of a walk; pure.

Moments are minutes since 01/01/1970 UTC, because a replay moves a million of them.
"""

from bisect import bisect_left, bisect_right
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from cases.limits import LAST_YEAR, CannotCount
from procedures.working_time import MINUTE, TZ, WorkCalendar, local

_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 24 * 60
_AHEAD = 7 * 60  # Vietnam has no summer time


class NeverDone(CannotCount):
    """Work that would end in a year that nobody counts in."""


def minute_number(moment: datetime) -> int:
    """The minute in which the moment lies."""
    at = local(moment)
    return (at.toordinal() - _EPOCH) * _DAY + at.hour * 60 + at.minute - _AHEAD


def moment_of(minute: int) -> datetime:
    """On the clock of Vietnam."""
    days, rest = divmod(minute + _AHEAD, _DAY)
    day = date.fromordinal(days + _EPOCH)
    return datetime(day.year, day.month, day.day, rest // 60, rest % 60, tzinfo=TZ)


class MinuteClock:
    """Working minutes since the first day, of days that count in limits; later years are added when asked for."""

    def __init__(self, calendar: WorkCalendar, first: date, last: date):
        self._calendar = calendar
        self._begins = [0]  # of each session; the first is one without length before all of them
        self._worked = [0, 0]  # before each session, and after all of them
        self._next = first
        self._add(last)

    def worked(self, minute: int) -> int:
        """What the clock shows then; it stands still outside of the sessions."""
        while minute >= self._known_to:
            self._add_year()
        place = bisect_right(self._begins, minute)
        shown, most = self._worked[place - 1] + minute - self._begins[place - 1], self._worked[place]
        return shown if shown < most else most

    def between(self, a: int, b: int) -> int:
        return self.worked(b) - self.worked(a)

    def after(self, minute: int, work: int) -> int:
        """When so much work from this minute on is done; without work at once. Raises `NeverDone`."""
        if not work:
            return minute
        shown = self.worked(minute) + work
        while shown > self._worked[-1]:
            self._add_year()
        place = bisect_left(self._worked, shown) - 1
        return self._begins[place] + shown - self._worked[place]

    def _add_year(self) -> None:
        if self._next.year > LAST_YEAR:
            raise NeverDone(
                _(
                    "With so little working time or so few officers the work would not be done before %(year)s."
                )
                % {"year": LAST_YEAR}
            )
        self._add(date(self._next.year, 12, 31))

    def _add(self, last: date) -> None:
        for day, _special, works, sessions in self._calendar.days_from(self._next, last):
            midnight = _midnight(day)
            for session in sessions if works else ():
                begin, end = session.begin // MINUTE, session.end // MINUTE
                self._begins.append(midnight + begin)
                self._worked.append(self._worked[-1] + end - begin)
        self._next = last + timedelta(days=1)
        self._known_to = _midnight(self._next)


def _midnight(day: date) -> int:
    return (day.toordinal() - _EPOCH) * _DAY - _AHEAD
