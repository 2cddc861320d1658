"""When messages that wake people are held back (parameters `QUIET_HOURS_…`); pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from notifications.enums import LOUD_CHANNELS
from notifications.vietnamese import TZ


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` until before `ends` on the clock of Việt Nam, over midnight too; equal times are none.

    Messages of the `urgent` kinds (`MessageKind`) go at once all the same.
    """

    begins: time
    ends: time
    urgent: frozenset[str] = frozenset()

    def ends_at(self, now: datetime) -> datetime | None:
        """When the quiet hours that run at this moment are over; None while there are none."""
        local = now.astimezone(TZ)
        clock = local.timetz().replace(tzinfo=None)
        end = datetime.combine(local.date(), self.ends, tzinfo=TZ)
        if self.begins <= self.ends:
            return end if self.begins <= clock < self.ends else None
        if clock >= self.begins:
            return end + timedelta(days=1)
        return end if clock < self.ends else None

    def held_until(self, now: datetime, *, channel: str, kind: str) -> datetime | None:
        """Until when a message that is due now is held back; None when it goes."""
        return None if channel not in LOUD_CHANNELS or kind in self.urgent else self.ends_at(now)


def quiet_hours(begins: str, ends: str, urgent: Iterable[str] = ()) -> QuietHours:
    """From texts such as `21:00`. Raises ValueError for what is no time."""
    return QuietHours(time.fromisoformat(begins), time.fromisoformat(ends), frozenset(urgent))
