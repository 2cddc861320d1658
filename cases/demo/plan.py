"""Which stories the demonstration tells: special ones that are always there, ordinary ones for the rest.

Days are counted back from "now" in working days, so that something is due today and tomorrow and
something is overdue whenever the demonstration is built.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from django.utils import timezone

from cases.demo.groups import Party
from cases.demo.offices import PAPER_FREE, Office
from cases.demo.people import Crowd
from cases.demo.stories import Story
from cases.enums import GroupKind, State
from cases.services.applicants import ApplicantFacts
from procedures.enums import Channel, LimitUnit
from procedures.models import ProcedureVersion
from procedures.working_time import TZ, WorkCalendar

WORKING_DAYS = 40  # eight weeks

# What people come for, and how often of a hundred.
PROCEDURES = {
    "2.000815": 16,  # certified copies
    "2.000884": 8,  # certified signature
    "2.001035": 4,  # certified transaction
    "1.001193": 9,  # birth
    "1.000894": 4,  # marriage
    "1.000656": 4,  # death
    "2.000635": 7,  # extracts
    "1.004873": 9,  # marital status
    "1.004859": 5,  # change of civil status
    "1.004884": 4,  # birth again
    "1.001612": 8,  # household business
    "2.000720": 3,
    "1.013225": 4,  # building permit
    "1.001776": 4,  # social allowance
    "1.001653": 4,  # disability certificate
    "1.011607": 3,  # poor household
    "1.001731": 3,  # funeral support
    "2.001263": 1,  # adoption
}
FIVE_DAYS = "1.001653"  # limit of five working days, no fee
THREE_DAYS = "1.001612"  # limit of three working days, with a fee
SAME_DAY = "2.000884"
QUICK = ("2.000815", "2.000884", "2.000635")  # decided at once and entered in a register
MARRIAGE = "1.000894"  # decided at once
BIRTH = "1.001193"
EXTENDED = "1.004859"  # limit of three working days, may be extended by three
POOR_HOUSEHOLD = "1.011607"  # a whole village at once, no fee
WANTED_BY_ONE = ("1.001612", "1.004873", "1.013225")  # by one person at once: business, marital status, house

HELPED = {"channel": Channel.ONLINE, "helped": True}

ROOM_FOR_GROUPS = 55  # dossiers; fewer are all needed for the special stories


class Plan:
    """Makes the stories; the same seed and the same "now" give the same ones."""

    def __init__(self, centre: Office, wards: list[Office], now: datetime, rng: Random):
        self.centre, self.wards, self.rng = centre, wards, rng
        self.now = now.astimezone(TZ)
        self.crowd = Crowd(rng)
        self.calendar: WorkCalendar = wards[0].calendar  # all desks here have the days of the country
        self.versions = {v.procedure.code: v for v in _versions_in_force(timezone.localdate(now))}
        self.today = self._last_day_at_work()
        self.paper_free_from = self.ago(20)

    def stories(self, total: int) -> Iterator[Story]:
        """`total` stories; the special ones first, in shares of the total but each at least once."""
        special = [story for make, share in self._specials() for story in self._some(make, total * share)]
        special = special[:total]
        yield from special
        # A correction is a dossier of its own.
        for _ in range(total - len(special) - sum(story.corrected for story in special)):
            yield self._ordinary()

    def grouped(self, total: int) -> int:
        """How many of so many dossiers are received in groups."""
        return _villagers(total) + len(WANTED_BY_ONE) if total >= ROOM_FOR_GROUPS else 0

    def parties(self, total: int) -> list[Party]:
        """The groups, all at the ward whose clerk everybody looks at first; none when there is no room."""
        return [self._village(_villagers(total)), self._one_person()] if self.grouped(total) else []

    # Days ------------------------------------------------------------------------------------------

    def _last_day_at_work(self) -> date:
        """Today when the offices have been open for two hours, else the working day before."""
        day = self.now.date()
        opened = self.calendar.is_working_day(day) and self.now >= at(day, 9, 30)
        return day if opened else self.calendar.previous_working_day(day)

    def ago(self, days: int) -> date:
        return self.calendar.working_day_before(self.today, days) if days else self.today

    def last_evening(self) -> date:
        """The newest day whose evening, when people file online, is over."""
        day = self.now.date()
        return day if self.now >= at(day, 20, 0) else day - timedelta(days=1)

    def _next_due(self, days: int) -> date:
        """The next closing from now on (0), or the one so many working days later."""
        day = self.now.date()
        is_today = self.calendar.is_working_day(day) and self.now < at(day, 16, 30)
        first = day if is_today else self.calendar.next_working_day(day)
        return self.calendar.working_day_after(first, days) if days else first

    def _morning(self, day: date) -> datetime:
        """Some moment of the first office hours: before half past nine, when all desks are open."""
        return at(day, 8, self.rng.randint(2, 75))

    def _for_due_date(self, due: date, limit: int) -> datetime:
        """When to file so that a limit of so many working days ends on that day."""
        return self._morning(self.calendar.working_day_before(due, limit))

    def morning(self, days: int) -> datetime:
        """Some moment of the first office hours so many working days ago."""
        return self._morning(self.ago(days))

    # Special stories ---------------------------------------------------------------------------------

    def _specials(self):
        """Makers with their share of all dossiers."""
        return [
            (self._overdue_in_process, 0.02),
            (self._overdue_at_the_start, 0.01),
            (lambda: self._running(self._next_due(0)), 0.01),
            (lambda: self._running(self._next_due(1)), 0.015),
            (lambda: self._running(self._next_due(2)), 0.01),
            (self._apologised, 0.005),
            (self._apologised_and_returned, 0.005),
            (self._finished_late, 0.03),
            (lambda: self._filing(rests_in=State.SUBMITTED), 0.01),
            (lambda: self._filing(rests_in=State.SUBMITTED, asked_before_reception=True, days=2), 0.005),
            (lambda: self._filing(asked_before_reception=True, days=9), 0.005),
            (lambda: self._filing(refused=True, days=12), 0.015),
            (lambda: self._story(FIVE_DAYS, self._morning(self.ago(9)), withdrawn=True), 0.01),
            (lambda: self._story(FIVE_DAYS, self._morning(self.ago(26)), supplements=1, stopped=True), 0.01),
            (
                lambda: self._story(
                    FIVE_DAYS, self._morning(self.ago(6)), supplements=1, rests_in=State.SUPPLEMENT
                ),
                0.02,
            ),
            (lambda: self._story(FIVE_DAYS, self._morning(self.ago(24)), supplements=2), 0.005),
            (
                lambda: self._story(THREE_DAYS, self._morning(self.ago(14)), refused_on_substance=True),
                0.01,
            ),
            (lambda: self._story(THREE_DAYS, self._morning(self.ago(13)), late_transfer=True), 0.01),
            (lambda: self._story(FIVE_DAYS, self._morning(self.today), rests_in=State.RECEIVED), 0.01),
            (lambda: self._story(FIVE_DAYS, self._morning(self.ago(1)), rests_in=State.DIGITIZED), 0.01),
            (lambda: self._story(SAME_DAY, self._morning(self.ago(2)), rests_in=State.PAID), 0.02),
            (lambda: self._story(THREE_DAYS, self._morning(self.ago(11)), channel=Channel.POST), 0.01),
            (self._at_the_centre, 0.03),
            (self._on_a_saturday, 0.005),
            (self._extended, 0.005),
            (lambda: self._asking(days=2, others=1), 0.005),  # the answer is late
            (lambda: self._asking(days=1, others=2), 0.005),  # in turn, the first has answered
            (self._reminded, 0.005),
            (lambda: self._story(FIVE_DAYS, self._morning(self.ago(15)), asked_at_desk=True), 0.01),
            (
                lambda: self._story(
                    THREE_DAYS, self._morning(self.ago(10)), filed_by="Nguyễn Văn Được Ủy Quyền"
                ),
                0.01,
            ),
            *((partial(self._certified, code), 0.01) for code in QUICK),
            (self._married_at_once, 0.005),
            (self._birth_of_the_married, 0.0025),
            (lambda: self._story(BIRTH, self._morning(self.ago(7)), demands=True), 0.005),
            (lambda: self._story(THREE_DAYS, self._morning(self.ago(18)), corrected=True), 0.0025),
            (lambda: self._story(PAPER_FREE, self._morning(self.ago(5)), **HELPED), 0.005),
            (self._for_another_ward, 0.005),
        ]

    def _some(self, make, share: float) -> list[Story]:
        return [make() for _ in range(max(1, round(share)))]

    def _overdue_in_process(self) -> Story:
        due = self.ago(self.rng.randint(1, 6))
        return self._story(FIVE_DAYS, self._for_due_date(due, 5), rests_in=State.PROCESSING)

    def _overdue_at_the_start(self) -> Story:
        """Nobody has taken it over, or it never left the desk."""
        rests_in = self.rng.choice((State.RECEIVED, State.DIGITIZED))
        return self._story(THREE_DAYS, self._for_due_date(self.ago(1), 3), rests_in=rests_in)

    def _running(self, due: date) -> Story:
        return self._story(FIVE_DAYS, self._for_due_date(due, 5), rests_in=State.PROCESSING)

    def _apologised(self) -> Story:
        """Due on the next working day, the apology signed two days before: a new date, still in process."""
        due = self._next_due(1)
        signed = at(self.ago(1), 15, 10)
        return self._story(
            FIVE_DAYS, self._for_due_date(due, 5), apology_at=signed, rests_in=State.PROCESSING
        )

    def _apologised_and_returned(self) -> Story:
        due = self.ago(10)
        signed = at(self.calendar.working_day_before(due, 1), 14, 20)
        return self._story(FIVE_DAYS, self._for_due_date(due, 5), apology_at=signed, pace=0.9)

    def _finished_late(self) -> Story:
        filed = self._morning(self.ago(self.rng.randint(12, 35)))
        return self._story(THREE_DAYS, filed, pace=self.rng.uniform(1.1, 1.9))

    def _filing(self, *, days: int = 0, **story) -> Story:
        """An online filing, sent in the evening before the desk opens."""
        filed = at(self.calendar.previous_working_day(self.ago(days)), 20, self.rng.randint(0, 59))
        return self._story(THREE_DAYS, filed, channel=Channel.ONLINE, **story)

    def _at_the_centre(self) -> Story:
        """Boundary-free: received at the provincial centre, decided by a ward (R15)."""
        filed = self._morning(self.ago(self.rng.randint(0, 20)))
        return self._story(self.rng.choice((THREE_DAYS, FIVE_DAYS)), filed, desk=self.centre)

    def _for_another_ward(self) -> Story:
        """Boundary-free between two wards: received where the applicant works, decided where they live (R15)."""
        story = self._story(FIVE_DAYS, self._morning(self.ago(8)), desk=self.wards[0])
        story.decides = self.wards[1]
        return story

    def _certified(self, code: str) -> Story:
        """Quick service this morning, at the ward whose clerk everybody looks at first."""
        return self._story(code, self._morning(self.today), desk=self.wards[0], certified=True)

    def _married_at_once(self) -> Story:
        """Decided while both wait, by the clerk who is authorised (R12); the certificate stays in the store."""
        ward = self.wards[0]
        story = self._story(MARRIAGE, self._morning(self.ago(22)), desk=ward, at_once=True)
        self.married = story.applicant
        return story

    def _birth_of_the_married(self) -> Story:
        """The same person again: the marriage certificate is reused from the store (R13)."""
        story = self._story(BIRTH, self._morning(self.ago(4)), desk=self.wards[0])
        story.applicant = self.married
        return story

    def _on_a_saturday(self) -> Story:
        """At the ward with a Saturday session: real reception, the day does not count (T15)."""
        ward = next(ward for ward in self.wards if ward.calendar.hours.saturday)
        day = self.ago(3) - timedelta(days=7)
        while day.weekday() != 5 or not ward.calendar.sessions_on(day):
            day -= timedelta(days=1)
        return self._story(FIVE_DAYS, at(day, 8, self.rng.randint(0, 59)), desk=ward)

    def _extended(self) -> Story:
        """The limit of three days was extended, because facts must be verified (R26)."""
        story = self._story(EXTENDED, self._for_due_date(self._next_due(1), 3), rests_in=State.PROCESSING)
        story.extended, story.limit = True, story.version.limits.all()[0]
        return story

    def _asking(self, *, days: int, others: int) -> Story:
        """Other wards are asked (R20)."""
        story = self._story(FIVE_DAYS, self._morning(self.ago(days)), rests_in=State.PROCESSING)
        story.asks = tuple(ward for ward in self.wards if ward is not story.decides)[:others]
        return story

    def _reminded(self) -> Story:
        """Waits for a supplement so long that the applicant was reminded (R28)."""
        return self._story(
            FIVE_DAYS,
            self._morning(self.ago(14)),
            supplements=1,
            rests_in=State.SUPPLEMENT,
            reminded=True,
        )

    def _story(self, code: str, filed_at: datetime, *, desk: Office | None = None, **story) -> Story:
        ward = self.rng.choice(self.wards)
        desk = desk or ward
        return Story(
            desk=desk,
            decides=ward if desk is self.centre else desk,
            version=self.versions[code],
            applicant=self.crowd.somebody(wants_notices=self._is_fresh(filed_at)),
            filed_at=filed_at,
            **story,
        )

    def _is_fresh(self, filed_at: datetime) -> bool:
        """Only some of the last days want notices: thousands of old messages would clog the outbox."""
        return filed_at.date() >= self.ago(2) and self.rng.random() < 0.5

    # Groups ------------------------------------------------------------------------------------------

    def _village(self, people: int) -> Party:
        """Received this morning, nothing done yet: their receipts are printed in one go.

        On a day off too: a village comes when its people are free, and there are receipts of today every day.
        """
        day = self.now.date()
        came_at = self._morning(day if self.now >= at(day, 9, 30) else self.today)
        stories = [
            self._together(POOR_HOUSEHOLD, came_at, self.crowd.citizen(), rests_in=State.RECEIVED)
            for _ in range(people)
        ]
        return Party(GroupKind.PEOPLE, "Xóm Ví Dụ: rà soát hộ nghèo (minh họa)", stories)

    def _one_person(self) -> Party:
        """Came some days ago with three wishes; each dossier goes its own way."""
        came_at, person = self._morning(self.ago(4)), self.crowd.citizen()
        stories = [self._together(code, came_at, person) for code in WANTED_BY_ONE]
        return Party(GroupKind.PROCEDURES, person.full_name, stories)

    def _together(self, code: str, came_at: datetime, person: ApplicantFacts, **story) -> Story:
        ward = self.wards[0]
        return Story(ward, ward, self.versions[code], person, came_at, **story)

    # Ordinary stories ----------------------------------------------------------------------------------

    def _ordinary(self) -> Story:
        """Somebody comes on some day of the last eight weeks; most are served in time, a few late."""
        rng = self.rng
        day = self.ago(rng.randint(0, WORKING_DAYS - 1))
        code = rng.choices(list(PROCEDURES), weights=list(PROCEDURES.values()))[0]
        version = self.versions[code]
        channel = rng.choices((Channel.DESK, Channel.ONLINE, Channel.POST), weights=(62, 33, 5))[0]
        story = self._story(
            code,
            self._hour(day, channel),
            desk=self.centre if rng.random() < 0.12 else None,
            channel=channel,
            pace=rng.uniform(1.05, 1.5) if rng.random() < 0.05 else rng.triangular(0.2, 0.95, 0.6),
            supplements=int(rng.random() < 0.07 and not _is_decided_at_once(version)),
        )
        story.limit = rng.choice(list(version.limits.all()))
        if code == PAPER_FREE and day >= self.paper_free_from and channel != Channel.ONLINE:
            story.helped, story.channel = channel == Channel.DESK, Channel.ONLINE
        story.certified = code in QUICK and channel == Channel.DESK and story.desk is not self.centre
        return story

    def _hour(self, day: date, channel: str) -> datetime:
        """The morning is busy; online filings also come at night and on Sundays. Never after now."""
        rng = self.rng
        if channel == Channel.ONLINE and rng.random() < 0.3:
            moment = at(
                day + timedelta(days=rng.choice((0, 0, 1))), rng.choice((6, 12, 19, 21)), rng.randint(0, 59)
            )
        elif rng.random() < 0.65:
            moment = at(day, 8, 0) + timedelta(minutes=rng.randint(0, 200))
        else:
            moment = at(day, 13, 30) + timedelta(minutes=rng.randint(0, 195))
        return moment if moment < self.now else self._morning(self.ago(1))


def _villagers(total: int) -> int:
    return min(12, max(8, total // 40))


def _versions_in_force(day: date):
    return (
        ProcedureVersion.objects.in_force_on(day)
        .filter(procedure__code__in=PROCEDURES)
        .select_related("procedure")
        .prefetch_related("limits", "components", "fees", "steps")
    )


def _is_decided_at_once(version: ProcedureVersion) -> bool:
    return version.limits.all()[0].unit in {LimitUnit.SAME_DAY, LimitUnit.IMMEDIATE}


def at(day: date, hour: int, minute: int) -> datetime:
    """That local time; minutes may run over the hour."""
    return datetime.combine(day, time(hour), TZ) + timedelta(minutes=minute)
