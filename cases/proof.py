"""The day-by-day proof of a due date: each day counted or not, why, and by which article (R23); pure.

The proof walks the days one by one, while the due date itself is looked up in the calendar: two ways to
the same end, and the tests hold them together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from cases.limits import EXCLUDED_KIND, ONE_DAY, Leg, Way
from procedures.enums import DayKind
from procedures.working_time import SATURDAY, SpecialDay, WorkCalendar, minute_of


class ProofReason(TextChoices):
    """Why a day counts in a limit, or does not."""

    FILED_OUTSIDE_HOURS = "filed_outside_hours", _("filed outside reception hours")
    RECEPTION = "reception", _("day of reception, not counted")
    AFTER_CUTOFF = "after_cutoff", _("received after the cut-off, not counted")
    SAME_DAY = "same_day", _("received not after the cut-off: due the same day")
    COUNTED = "counted", _("working day")
    WORKED_SATURDAY = "worked_saturday", _("Saturday worked instead of a swapped day")
    DECLARED_SATURDAY = "declared_saturday", _("Saturday that the unit declared to count")
    CALENDAR_DAY = "calendar_day", _("calendar day")
    HOURS = "hours", _("working hours used")
    EXTENSION = "extension", _("counted because of the extension")
    WEEKEND = "weekend", _("weekend")
    DAY_OFF = "day_off", _("day off")
    SATURDAY_RECEPTION = "saturday_reception", _("Saturday reception, not counted")
    EXCLUDED = "excluded", _("period that the procedure does not count")
    ROLLED_FORWARD = "rolled_forward", _("the last day is off, so the next working day is due")
    UNTIL_AGREED = "until_agreed", _("until the date agreed in writing")
    AGREED = "agreed", _("date agreed in writing")


# The articles that a reason rests on (law.md section 9). Holidays and swaps have their own, see `_article`.
_CIVIL_CODE_START = _("Civil Code 2015, Art 147")
_ARTICLES = {
    ProofReason.FILED_OUTSIDE_HOURS: "",
    ProofReason.RECEPTION: _CIVIL_CODE_START,
    ProofReason.AFTER_CUTOFF: _("Civil Status Law 2014, Art 5.3; Decree 23/2015, Art 7"),
    ProofReason.SAME_DAY: _("Civil Status Law 2014, Art 5.3; Decree 23/2015, Art 7"),
    ProofReason.COUNTED: _CIVIL_CODE_START,
    ProofReason.DECLARED_SATURDAY: _("Decision 14/2010/QĐ-TTg"),
    ProofReason.CALENDAR_DAY: _CIVIL_CODE_START,
    ProofReason.HOURS: _("Civil Code 2015, Art 147.1"),
    ProofReason.EXTENSION: _("the extension that the procedure defines"),
    ProofReason.WEEKEND: _("Decision 188/1999/QĐ-TTg, Art 1"),
    ProofReason.SATURDAY_RECEPTION: _("Decision 14/2010/QĐ-TTg"),
    ProofReason.EXCLUDED: _("the periods that the procedure names"),
    ProofReason.ROLLED_FORWARD: _("Civil Code 2015, Art 148.5"),
    ProofReason.UNTIL_AGREED: _("the agreement in writing"),
    ProofReason.AGREED: _("the agreement in writing"),
}
_HOLIDAY = _("Labour Code 2019, Art 112.1")
_COMPENSATORY = _("Labour Code 2019, Art 111.3")
_BEFORE_2021 = _("Labour Code 2012")
# Not among the holidays of Art 112.1: they rest on the notice or resolution of their own row.
_BY_NOTICE = {DayKind.SWAP_OFF, DayKind.SWAP_WORKED, DayKind.CULTURE_DAY, DayKind.OTHER}


@dataclass(frozen=True, slots=True)
class ProofDay:
    """One day between filing and due date.

    `ordinal` numbers the counted days of a limit in days. `minutes` are the working minutes used on the
    day by a limit in hours. `article` is a lazy text in the reader's language; of days off, worked
    Saturdays and Culture Day it is the notice or law of that very day.
    """

    date: date
    counted: bool
    ordinal: int | None
    reason: ProofReason
    special: SpecialDay | None
    article: str
    minutes: int = 0


def prove(
    filed: datetime, legs: Sequence[Leg], official: WorkCalendar, counting: WorkCalendar
) -> tuple[ProofDay, ...]:
    """All days from the day of filing to the due date.

    `official` is the calendar of the office, `counting` the same with the excluded periods laid over it.
    """
    walk = _Walk(official, counting)
    days = list(walk.before_reception(filed.date(), legs[0].start.date()))
    for leg in legs:
        days += walk.leg(leg, first=leg is legs[0])
    return tuple(days)


class _Walk:
    """Walks through the legs and numbers the counted days on the way."""

    def __init__(self, official: WorkCalendar, counting: WorkCalendar):
        self.official = official
        self.counting = counting
        self.ordinal = 0

    def before_reception(self, filed: date, received: date) -> Iterator[ProofDay]:
        """From a filing outside reception hours to the day on which it counts as received."""
        if filed < received:
            yield self._day(filed, ProofReason.FILED_OUTSIDE_HOURS)
        yield from (self._day(day, self._closed(day)) for day in _days(filed + ONE_DAY, received - ONE_DAY))

    def leg(self, leg: Leg, *, first: bool) -> Iterator[ProofDay]:
        start, end = leg.start.date(), leg.end.date()
        match leg.way:
            case Way.SAME_DAY:
                yield from self._same_day(leg, start, end)
            case Way.MINUTES:
                yield from self._minutes(leg, start if first else start + ONE_DAY, end, start)
            case _:
                if first:
                    yield self._day(start, ProofReason.RECEPTION)
                walk = {
                    Way.WORKING_DAYS: self._working_days,
                    Way.CALENDAR_DAYS: self._calendar_days,
                    Way.AGREED: self._agreed,
                }[leg.way]
                yield from walk(leg, start, end)

    def _same_day(self, leg: Leg, start: date, end: date) -> Iterator[ProofDay]:
        if start == end:
            self.ordinal += 1
            yield self._day(start, ProofReason.SAME_DAY, counted=True)
            return
        open_that_day = self.counting.is_working_day(start)
        yield self._day(start, ProofReason.AFTER_CUTOFF if open_that_day else self._closed(start))
        yield from self._working_days(leg, start, end)

    def _working_days(self, leg: Leg, start: date, end: date) -> Iterator[ProofDay]:
        done = 0
        for day in _days(start + ONE_DAY, end):
            if not self.counting.is_working_day(day):
                yield self._day(day, self._closed(day))
            elif done == leg.amount:
                # Only a limit of no day at all: received on a day that does not count.
                yield self._day(day, ProofReason.ROLLED_FORWARD)
            else:
                done += 1
                self.ordinal += 1
                yield self._day(day, self._working(day, done, leg), counted=True)

    def _calendar_days(self, leg: Leg, start: date, end: date) -> Iterator[ProofDay]:
        done = 0
        for day in _days(start + ONE_DAY, end):
            if self._is_excluded(day) and done < leg.amount:
                yield self._day(day, ProofReason.EXCLUDED)
            elif done < leg.amount:
                done += 1
                self.ordinal += 1
                reason = ProofReason.CALENDAR_DAY if done <= leg.of_limit else ProofReason.EXTENSION
                yield self._day(day, reason, counted=True)
            else:
                yield self._day(day, ProofReason.ROLLED_FORWARD if day == end else self._closed(day))

    def _minutes(self, leg: Leg, begin: date, end: date, start: date) -> Iterator[ProofDay]:
        for day in _days(begin, end):
            if not self.counting.is_working_day(day):
                yield self._day(day, self._closed(day))
                continue
            opening, closing = self.counting.opening(day), self.counting.closing(day)
            minutes = self.counting.working_minutes_between(
                max(minute_of(leg.start), opening), min(minute_of(leg.end), closing)
            )
            if minutes > 0 or day != start:
                yield self._day(day, ProofReason.HOURS, counted=True, minutes=minutes)
            else:
                yield self._day(day, ProofReason.RECEPTION)

    def _agreed(self, leg: Leg, start: date, end: date) -> Iterator[ProofDay]:
        for day in _days(start + ONE_DAY, end):
            if day == end:
                yield self._day(day, ProofReason.AGREED)
            elif self.official.is_working_day(day):
                yield self._day(day, ProofReason.UNTIL_AGREED)
            else:
                yield self._day(day, self._closed(day))

    def _working(self, day: date, done: int, leg: Leg) -> ProofReason:
        if done > leg.of_limit:
            return ProofReason.EXTENSION
        special = self.official.special(day)
        if special is not None and special.is_worked:
            return ProofReason.WORKED_SATURDAY
        return ProofReason.DECLARED_SATURDAY if day.weekday() == SATURDAY else ProofReason.COUNTED

    def _closed(self, day: date) -> ProofReason:
        """Why a day that does not count in working days does not."""
        if self._is_excluded(day):
            return ProofReason.EXCLUDED
        if self.official.special(day) is not None:
            return ProofReason.DAY_OFF
        if self.official.sessions_on(day):
            return ProofReason.SATURDAY_RECEPTION
        return ProofReason.WEEKEND

    def _is_excluded(self, day: date) -> bool:
        special = self.counting.special(day)
        return special is not None and special.kind == EXCLUDED_KIND

    def _day(self, day: date, reason: ProofReason, *, counted: bool = False, minutes: int = 0) -> ProofDay:
        special = self.official.special(day)
        in_days = counted and reason is not ProofReason.HOURS
        return ProofDay(
            day,
            counted,
            self.ordinal if in_days else None,
            reason,
            special,
            _article(reason, special),
            minutes,
        )


def _days(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)


def _article(reason: ProofReason, special: SpecialDay | None) -> str:
    if reason is ProofReason.DAY_OFF:
        if special.kind in _BY_NOTICE:
            return special.legal_reference
        if special.date.year < 2021:
            return _BEFORE_2021
        return _COMPENSATORY if special.kind == DayKind.COMPENSATORY else _HOLIDAY
    if reason is ProofReason.WORKED_SATURDAY:
        return special.legal_reference
    return _ARTICLES[reason]
