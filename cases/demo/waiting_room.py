"""The waiting room of one desk in the demonstration: visitors take numbers, two clerks call them."""

import heapq
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from cases.demo.offices import Office
from cases.models import QueueService, QueueTicket, ServiceCounter
from cases.services import tickets
from procedures.models import Staff
from procedures.working_time import TZ

DAYS = 3  # today and the working days before
VISITORS = 48  # of a day
SERVICES = (
    ("A", "Hộ tịch, cư trú", "Civil status, residence"),
    ("B", "Chứng thực", "Certified copies and signatures"),
    ("C", "Đất đai, xây dựng, kinh doanh", "Land, construction, business"),
    ("D", "Nhận kết quả", "Collect a result"),
)
LIKELY = (4, 5, 2, 3)  # of ten or so, how many come for which service


class WaitingRoom:
    """Told like a life: yields the moment of its next act and then does it."""

    def __init__(self, office: Office, now: datetime, rng: Random):
        desk = office.agency
        colleague = Staff.objects.get(username="motcua2.thanhvinh")
        self.office, self.now, self.rng = office, now, rng
        self.services = [
            QueueService.objects.create(desk=desk, letter=letter, name_vi=vi, name_en=en, position=place)
            for place, (letter, vi, en) in enumerate(SERVICES)
        ]
        counters = [ServiceCounter.objects.create(desk=desk, number=n, name=f"Quầy {n}") for n in (1, 2, 3)]
        counters[1].services.set([self.services[1], self.services[3]])
        self.shifts = list(zip(counters, (office.clerk, colleague), strict=False))

    def live(self) -> Iterator[datetime]:
        last = self.now.astimezone(TZ).date()
        days = [last] if self.office.calendar.sessions_on(last) else []
        while len(days) < DAYS:
            last = self.office.calendar.previous_working_day(last)
            days.append(last)
        for day in reversed(days):
            yield from self._day(day)

    def _day(self, day: date) -> Iterator[datetime]:
        """Act after act in the order of time; an act says which acts follow from it."""
        self.closing = self.office.calendar.closing(day)
        self.idle: list[tuple[ServiceCounter, Staff]] = []  # nobody waits for them
        acts = [(moment, place, self._visitor) for place, moment in enumerate(self._arrivals(day))]
        acts.append((self.closing, len(acts), self._end_of_day))
        for place, (counter, clerk) in enumerate(self.shifts):
            opens = self.office.calendar.opening(day) + timedelta(minutes=place)
            acts.append((opens, len(acts), self._opening(counter, clerk)))
        heapq.heapify(acts)
        number = len(acts)
        while acts:
            moment, _number, act = heapq.heappop(acts)
            yield moment
            for following, then in act(moment):
                number += 1
                heapq.heappush(acts, (following, number, then))

    def _arrivals(self, day: date) -> list[datetime]:
        """Many in the first hour of a session, few at its end; nobody in the last half hour."""
        moments = []
        for _visitor in range(VISITORS):
            session = self.rng.choice(self.office.calendar.sessions_on(day))
            begin = datetime.combine(day, session.opens, TZ)
            length = datetime.combine(day, session.closes, TZ) - begin - timedelta(minutes=30)
            moments.append(begin + length * self.rng.betavariate(1.2, 2.4))
        return sorted(moments)

    def _visitor(self, moment: datetime) -> list:
        (service,) = self.rng.choices(self.services, LIKELY)
        tickets.take_ticket(service, has_priority=self.rng.random() < 0.12)
        idle, self.idle = self.idle, []
        return [(moment + timedelta(minutes=1), self._calling(*one, None)) for one in idle]

    def _end_of_day(self, moment: datetime) -> list:
        for counter, clerk in self.idle:
            tickets.close_counter(counter, by=clerk)
        return []

    def _opening(self, counter: ServiceCounter, clerk: Staff):
        def act(moment: datetime) -> list:
            tickets.open_counter(counter, by=clerk)
            return [(moment + timedelta(minutes=1), self._calling(counter, clerk, None))]

        return act

    def _calling(self, counter: ServiceCounter, clerk: Staff, at_hand: QueueTicket | None):
        def act(moment: datetime) -> list:
            if moment >= self.closing:
                tickets.close_counter(counter, by=clerk)
                return []
            called = tickets.call_next(counter, by=clerk, after=at_hand)
            if called is None:
                self.idle.append((counter, clerk))
                return []
            if self.rng.random() < 0.06:
                return [(moment + timedelta(minutes=1), self._in_vain(counter, clerk, called))]
            minutes = self.rng.uniform(4, 18)
            return [(self._at_work(moment, minutes), self._calling(counter, clerk, called))]

        return act

    def _in_vain(self, counter: ServiceCounter, clerk: Staff, called: QueueTicket):
        def act(moment: datetime) -> list:
            tickets.no_show(tickets.call_again(called, by=clerk), by=clerk)
            return [(moment + timedelta(seconds=20), self._calling(counter, clerk, None))]

        return act

    def _at_work(self, moment: datetime, minutes: float) -> datetime:
        """So many minutes later; in the lunch break, when it is over; after closing, at closing."""
        later = moment + timedelta(minutes=minutes)
        for session in self.office.calendar.sessions_on(moment.date()):
            opens = datetime.combine(moment.date(), session.opens, TZ)
            closes = datetime.combine(moment.date(), session.closes, TZ)
            if later < closes:
                return max(later, opens)
        return self.closing
