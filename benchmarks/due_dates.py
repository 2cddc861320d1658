"""Due dates with and without their proof, beside the loops that one would write by hand."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from statistics import median

from benchmarks.measure import Goal, Result, compared, each, rounds_of
from cases.deadlines import due_date
from cases.ledger import ClockFacts, clock
from cases.limits import Excluded, Limit
from procedures.working_time import SATURDAY, WorkCalendar

INPUTS, ROUNDS = 500, 30
ONE_DAY = timedelta(days=1)
MICROSECONDS = 1e6
WITHOUT_PROOF, WITH_PROOF = Goal(5.0), Goal(50.0)  # µs


def due_dates(calendar: WorkCalendar) -> Iterator[Result]:
    """All lines about due dates; each yardstick must give the same answers before it is measured."""
    rng = Random(7)
    days_off = {special.date for special in calendar.days if not special.is_worked}
    worked = {special.date for special in calendar.days if special.is_worked}
    hand = _ByHand(calendar, days_off, worked)
    moments = open_moments(calendar, rng)

    def given(unit: str, amounts: list[int]) -> list[tuple[datetime, Limit]]:
        limits = [Limit(Decimal(amount), unit) for amount in amounts]
        return [(moment, rng.choice(limits)) for moment in moments]

    working = given("working_day", [1, 3, 5, 8, 15, 20, 30])
    calendar_days = given("calendar_day", [10, 15, 20, 30])
    hours = given("working_hour", [4, 8, 20, 40])

    def plain(moment, limit):
        return due_date(moment, limit, calendar).due_at

    def proved(moment, limit):
        return due_date(moment, limit, calendar).proof

    def from_facts(moment, limit):
        return clock(ClockFacts(limit, moment), calendar).due_at

    def with_posting(moment, limit):
        first = moment.date() + ONE_DAY
        return due_date(moment, limit, calendar, excluded=[Excluded(first, first + 14 * ONE_DAY)]).due_at

    def proof_days(moment, limit):
        return [(day.date, day.counted) for day in proved(moment, limit)]

    for name, ours, yardstick, inputs in [
        ("due date, working days", plain, hand.working_days, working),
        ("due date, calendar days", plain, hand.calendar_days, calendar_days),
        ("due date, working hours", plain, hand.working_hours, hours),
    ]:
        assert all(ours(*one) == yardstick(*one) for one in inputs), name
        yield _line(name, ours, yardstick, inputs, WITHOUT_PROOF)
    yield _line("due date, from stored facts (ledger)", from_facts, hand.working_days, working, WITHOUT_PROOF)
    yield _line("due date, a posting left out", with_posting, None, working, None)
    assert all(proof_days(*one) == hand.proof(*one) for one in working)
    yield _line("due date with proof, working days", proved, hand.proof, working, WITH_PROOF)
    yield _line("due date with proof, calendar days", proved, None, calendar_days, WITH_PROOF)
    yield _line("due date with proof, working hours", proved, None, hours, WITH_PROOF)


def _line(name, ours, yardstick, inputs, goal) -> Result:
    functions = [each(function, inputs) for function in (ours, yardstick) if function]
    took, scale = rounds_of(functions, rounds=ROUNDS), MICROSECONDS / len(inputs)
    if yardstick:
        return compared(name, *took, "µs", goal, scale=scale)
    return Result(name, median(took[0]) * scale, None, "µs", goal)


def open_moments(calendar: WorkCalendar, rng: Random) -> list[datetime]:
    """Receptions of a year whose official calendar is known, while the desk is open."""
    year = max(year for year in calendar.known_years if not calendar.is_provisional(year))
    day = date(year, 1, 1)
    found = []
    while len(found) < INPUTS:
        opening = calendar.opening_after(day + rng.randrange(300) * ONE_DAY)
        found.append(opening + timedelta(minutes=rng.randrange(240)))
    return found


class _ByHand:
    """What a programmer writes in ten minutes: a set of days off, and a walk from day to day."""

    def __init__(self, calendar: WorkCalendar, days_off: set[date], worked: set[date]):
        self.days_off, self.worked = days_off, worked
        self.sessions = [(session.opens, session.closes) for session in calendar.hours.weekday]

    def works(self, day: date) -> bool:
        return day in self.worked or (day.weekday() < SATURDAY and day not in self.days_off)

    def closing(self, day: date, like: datetime) -> datetime:
        return datetime.combine(day, self.sessions[-1][1], like.tzinfo)

    def working_days(self, moment: datetime, limit: Limit) -> datetime:
        day, left = moment.date(), limit.amount
        while left:
            day += ONE_DAY
            left -= self.works(day)
        return self.closing(day, moment)

    def calendar_days(self, moment: datetime, limit: Limit) -> datetime:
        day = moment.date() + timedelta(days=int(limit.amount))
        while not self.works(day):
            day += ONE_DAY
        return self.closing(day, moment)

    def working_hours(self, moment: datetime, limit: Limit) -> datetime:
        day, left = moment.date(), timedelta(hours=int(limit.amount))
        while True:
            if self.works(day):
                for opens, closes in self.sessions:
                    begin = max(moment, datetime.combine(day, opens, moment.tzinfo))
                    length = datetime.combine(day, closes, moment.tzinfo) - begin
                    if length >= left:
                        return begin + left
                    if length > timedelta(0):
                        left -= length
            day += ONE_DAY

    def proof(self, moment: datetime, limit: Limit) -> list[tuple[date, bool]]:
        """Far less than a proof: each day, and whether it counted."""
        day, left = moment.date(), limit.amount
        days = [(day, False)]
        while left:
            day += ONE_DAY
            counts = self.works(day)
            left -= counts
            days.append((day, counts))
        return days
