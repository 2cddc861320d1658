"""Queue numbers (số thứ tự) without a database: when the kiosk gives some, and what waiting was like.

All moments are aware. Durations are `timedelta`; a median of nothing is None.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from procedures.office_hours import TZ, local
from procedures.working_time import WorkCalendar

LOOK_AHEAD_DAYS = 31  # longer than any holiday
FEWEST_FOR_AN_ESTIMATE = 3


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether numbers are given now; if not, from when on, where that is known."""

    is_open: bool
    opens_at: datetime | None = None


def opening(calendar: WorkCalendar, moment: datetime, last_minutes: int = 0) -> Opening:
    """Numbers are given while a session is open, except in the last minutes of the day's last one."""
    moment = local(moment)
    day, clock = moment.date(), moment.time()
    sessions = calendar.sessions_on(day)
    last_call = sessions and calendar.closing(day) - timedelta(minutes=last_minutes)
    if sessions and moment < last_call:
        for session in sessions:
            begin = datetime.combine(day, session.opens, TZ)
            if clock < session.opens and begin < last_call:
                return Opening(False, begin)
            if session.opens <= clock < session.closes:
                return Opening(True)
    return Opening(False, _first_opening(calendar, day))


def _first_opening(calendar: WorkCalendar, day: date) -> datetime | None:
    following = (day + timedelta(days=n) for n in range(1, LOOK_AHEAD_DAYS + 1))
    return next((calendar.opening(d) for d in following if calendar.sessions_on(d)), None)


def ordinary_first(last_calls: Iterable[bool], most_in_a_row: int) -> bool:
    """Whether it is the turn of somebody without priority: so many with priority were just called in a row.

    `last_calls` says of the latest calls of a counter whether they had priority, newest first.
    """
    latest = list(last_calls)[:most_in_a_row]
    return len(latest) == most_in_a_row and all(latest)


@dataclass(frozen=True, slots=True)
class Visit:
    """The facts of one number: what it was for, who called it, and its moments."""

    service_id: int
    counter_id: int | None
    taken_at: datetime
    called_at: datetime | None
    ended_at: datetime | None
    came: bool | None

    @property
    def is_waiting(self) -> bool:
        return self.called_at is None and self.ended_at is None

    @property
    def wait(self) -> timedelta | None:
        """From taking the number to the first call."""
        return self.called_at - self.taken_at if self.called_at else None

    @property
    def service(self) -> timedelta | None:
        """From the first call to the end; None for whoever did not come.

        A number that nobody ended on its day was ended by the next morning, which says nothing.
        """
        if not (self.came and self.called_at and self.ended_at):
            return None
        same_day = local(self.ended_at).date() == local(self.called_at).date()
        return self.ended_at - self.called_at if same_day else None


@dataclass(frozen=True, slots=True)
class Figures:
    """Waiting in figures."""

    taken: int
    called: int
    waiting: int
    no_shows: int
    longest_waiting: timedelta | None  # of those who wait now
    longest_wait: timedelta | None  # of those who were called
    median_wait: timedelta | None
    median_service: timedelta | None


def figures_of(visits: Iterable[Visit], now: datetime) -> Figures:
    visits = list(visits)
    waits = [visit.wait for visit in visits if visit.wait is not None]
    waiting = [now - visit.taken_at for visit in visits if visit.is_waiting]
    return Figures(
        taken=len(visits),
        called=len(waits),
        waiting=len(waiting),
        no_shows=sum(visit.came is False and visit.called_at is not None for visit in visits),
        longest_waiting=max(waiting, default=None),
        longest_wait=max(waits, default=None),
        median_wait=middle(waits),
        median_service=middle(visit.service for visit in visits),
    )


def figures_by(
    visits: Iterable[Visit], key: Callable[[Visit], Hashable], now: datetime
) -> dict[Hashable, Figures]:
    """The figures of each group, in the order of the keys."""
    groups: dict[Hashable, list[Visit]] = {}
    for visit in visits:
        groups.setdefault(key(visit), []).append(visit)
    return {name: figures_of(groups[name], now) for name in sorted(groups)}


def middle(durations: Iterable[timedelta | None]) -> timedelta | None:
    known = [duration for duration in durations if duration is not None]
    return median(known) if known else None


def usual_wait(waits: Iterable[timedelta]) -> timedelta | None:
    """The median of the last waits; of fewer than three nobody can say what is usual."""
    waits = list(waits)
    return middle(waits) if len(waits) >= FEWEST_FOR_AN_ESTIMATE else None
