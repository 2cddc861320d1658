"""Line 7: the n-th working day after a day, and the end of so many working hours, beside well-known libraries.

The same questions to all of them, one by one and as a batch, and the same answers, asserted: each library is given
our days off. None of them knows swapped Saturdays but workalendar, so no question reaches one.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import holidays
import numpy
import pytz
from businesstimedelta import BusinessTimeDelta, HolidayRule, Rules, WorkDayRule
from workalendar.core import Calendar

from benchmarks.due_dates import open_moments
from benchmarks.measure import Goal, Result, compared, each, rounds_of
from cases.deadlines import due_date
from cases.limits import Limit
from procedures.working_time import WorkCalendar

QUESTIONS, ROUNDS = 300, 7
TEN_TIMES = Goal(0.1, of_ratio=True)
MICROSECONDS = 1e6
AMOUNTS = (1, 3, 5, 8, 15, 20, 30)
HOURS = (4, 8, 20, 40)
SATURDAY, SUNDAY = 5, 6


def working_days(calendar: WorkCalendar) -> Iterator[Result]:
    rng = Random(11)
    off = sorted(special.date for special in calendar.days if not special.is_worked)
    questions = [
        (moment.date(), amount)
        for moment in open_moments(calendar, rng)
        if not _meets_a_swap(calendar, moment.date(), amount := rng.choice(AMOUNTS))
    ][:QUESTIONS]
    ours = calendar.working_day_after
    for name, other in {
        "holidays": _by_holidays(off),
        "workalendar": _by_workalendar(off),
    }.items():
        _same(name, ours, other, questions)
        took = rounds_of([each(ours, questions), each(other, questions)], rounds=ROUNDS)
        yield _line(f"working day after, one by one: {name}", took, questions, TEN_TIMES)
    yield from _beside_numpy(calendar, off, questions)
    yield from _hours(calendar, off, rng)


def _beside_numpy(calendar: WorkCalendar, off: list[date], questions: list[tuple]) -> Iterator[Result]:
    """Its own world: an array at a time it has no equal, one by one it has to pack and unpack."""
    days = numpy.busdaycalendar(holidays=numpy.array(off, dtype="datetime64[D]"))
    starts = numpy.array([day for day, _amount in questions], dtype="datetime64[D]")
    amounts = numpy.array([amount for _day, amount in questions])

    def one(day: date, amount: int) -> date:
        return numpy.busday_offset(day, amount, roll="backward", busdaycal=days).item()

    def together() -> list[date]:
        return numpy.busday_offset(starts, amounts, roll="backward", busdaycal=days).tolist()

    def ours() -> list[date]:
        after = calendar.working_day_after
        return [after(day, amount) for day, amount in questions]

    assert ours() == together()
    _same("numpy", calendar.working_day_after, one, questions)
    took = rounds_of([each(calendar.working_day_after, questions), each(one, questions)], rounds=ROUNDS)
    yield _line("working day after, one by one: numpy.busday_offset", took, questions, None)
    took = rounds_of([ours, together], rounds=ROUNDS)
    yield _line(f"working day after, {len(questions)} at once: numpy.busday_offset", took, questions, None)


def _hours(calendar: WorkCalendar, off: list[date], rng: Random) -> Iterator[Result]:
    zone = pytz.timezone("Asia/Ho_Chi_Minh")
    rules = Rules(
        [
            *(
                WorkDayRule(session.opens, session.closes, working_days=[0, 1, 2, 3, 4], tz=zone)
                for session in calendar.hours.weekday
            ),
            # It looks for the next day off for five years, so there has to be one.
            HolidayRule({*off, date(off[-1].year + 1, 12, 31)}, tz=zone),
        ]
    )
    questions = [
        (moment, rng.choice(HOURS))
        for moment in open_moments(calendar, rng)
        if not _meets_a_swap(calendar, moment.date(), 8)
    ][: QUESTIONS // 10]
    limits = {hours: Limit(Decimal(hours), "working_hour") for hours in HOURS}

    def ours(moment: datetime, hours: int) -> datetime:
        return due_date(moment, limits[hours], calendar).due_at

    def other(moment: datetime, hours: int) -> datetime:
        return moment + BusinessTimeDelta(rules, hours=hours)

    _same("businesstimedelta", ours, other, questions)
    took = rounds_of([each(ours, questions), each(other, questions)], rounds=ROUNDS)
    yield _line("due date of working hours: businesstimedelta", took, questions, TEN_TIMES)


def _line(name: str, took: list[list[float]], questions: list, goal: Goal | None) -> Result:
    return compared(name, *took, "µs", goal, scale=MICROSECONDS / len(questions))


def _same(name: str, ours: Callable, other: Callable, questions: list[tuple]) -> None:
    for question in questions:
        assert ours(*question) == other(*question), (name, question, ours(*question), other(*question))


def _meets_a_swap(calendar: WorkCalendar, day: date, amount: int) -> bool:
    last = calendar.working_day_after(day, amount)
    worked = [special.date for special in calendar.days if special.is_worked]
    return any(day <= one <= last + timedelta(days=1) for one in worked)


def _by_holidays(off: list[date]) -> Callable[[date, int], date]:
    known = holidays.HolidayBase()
    known.update(dict.fromkeys(off, "day off"))
    known.weekend = {SATURDAY, SUNDAY}
    return known.get_nth_working_day


def _by_workalendar(off: list[date]) -> Callable[[date, int], date]:
    class Ours(Calendar):
        WEEKEND_DAYS = (SATURDAY, SUNDAY)

        def get_calendar_holidays(self, year):
            return [(day, "day off") for day in off if day.year == year]

        def get_variable_days(self, year):
            return self.get_calendar_holidays(year)

    return Ours().add_working_days
