"""People of the demonstration who work elsewhere or are away: a secondment and an absence (R44)."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from cases import services
from cases.demo.offices import Office, Secondment
from cases.demo.plan import WORKING_DAYS
from procedures.models import Staff
from procedures.working_time import TZ

MONTHS_12 = timedelta(days=365)
DECISION = "Quyết định minh họa số 01, không phải quyết định có thật"
ON_LEAVE = "Nghỉ phép (minh họa)"


class Staffing:
    """Told like a life: an officer is seconded before the first dossier, another one is away from tomorrow."""

    def __init__(self, home: Office, seconded: Secondment, by: Staff, now: datetime):
        self.home, self.seconded, self.by = home, seconded, by
        self.now = now.astimezone(TZ)

    def live(self) -> Iterator[datetime]:
        calendar, today = self.home.calendar, self.now.date()
        first = calendar.working_day_before(today, WORKING_DAYS + 5)
        yield datetime.combine(first, time(7, 30), TZ)
        services.record_secondment(
            self.seconded.staff,
            self.seconded.host,
            first=first,
            last=first + MONTHS_12,
            decision=DECISION,
            by=self.by,
        )
        yield self.now - timedelta(minutes=5)
        tomorrow = calendar.next_working_day(today)
        services.record_absence(
            self.home.officers[1],
            first=tomorrow,
            last=calendar.working_day_after(tomorrow, 2),
            by=self.home.head,
            reason=ON_LEAVE,
        )
