"""When an office is open: sessions, special days, and the clock of Vietnam; pure values.

All moments are aware; results are in Asia/Ho_Chi_Minh. The law compares times as they are printed, in
minutes (T7): 15:00:59 is "15:00" and not after it; `minute_of` makes that comparison possible.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

TZ = ZoneInfo("Asia/Ho_Chi_Minh")

SATURDAY = 5
SUNDAY = 6


def local(moment: datetime) -> datetime:
    """The moment on the clock of Vietnam. Raises ValueError when it has no time zone."""
    if moment.tzinfo is TZ:
        return moment
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone.")
    return moment.astimezone(TZ)


def minute_of(moment: datetime) -> datetime:
    """The moment as it is printed, without seconds (T7)."""
    return local(moment).replace(second=0, microsecond=0)


def since_midnight(clock: time | datetime) -> int:
    """Microseconds."""
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1_000_000 + clock.microsecond


@dataclass(frozen=True, slots=True)
class Session:
    """One opening session of a day (buổi làm việc), half-open: at `closes` the office is closed (T9)."""

    opens: time
    closes: time
    # The same in microseconds since midnight: working time is added up in them.
    begin: int = field(init=False, repr=False, compare=False)
    end: int = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        if self.opens >= self.closes:
            raise ValueError(f"A session must open before it closes: {self.opens} to {self.closes}.")
        object.__setattr__(self, "begin", since_midnight(self.opens))
        object.__setattr__(self, "end", since_midnight(self.closes))


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Sessions of an ordinary working day and of a Saturday reception (T15).

    A Saturday with sessions receives; it counts in limits only when the unit declared it
    (`saturday_counts`). A Saturday worked instead of a swapped day has the weekday sessions.
    """

    weekday: tuple[Session, ...] = (Session(time(7, 30), time(11, 30)), Session(time(13), time(17)))
    saturday: tuple[Session, ...] = ()
    saturday_counts: bool = False

    def __post_init__(self):
        if not self.weekday:
            raise ValueError("An office needs at least one session on working days.")
        object.__setattr__(self, "weekday", _united(self.weekday))
        object.__setattr__(self, "saturday", _united(self.saturday))


def _united(sessions: Iterable[Session]) -> tuple[Session, ...]:
    """In order of the clock; overlapping ones are one, so that no minute counts twice."""
    united: list[Session] = []
    for session in sorted(sessions, key=lambda s: s.opens):
        if united and session.opens <= united[-1].closes:
            united[-1] = Session(united[-1].opens, max(united[-1].closes, session.closes))
        else:
            united.append(session)
    return tuple(united)


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that differs from Monday to Friday: off, or worked although it is a Saturday."""

    date: date
    is_worked: bool
    kind: str
    name_vi: str
    name_en: str = ""
    legal_reference: str = ""
    key: str = ""
    provisional: bool = False

    @property
    def name(self) -> str:
        """Name in the language of the reader; Vietnamese when there is no English one."""
        return (self.name_en or self.name_vi) if (get_language() or "vi").startswith("en") else self.name_vi
