"""Builds the demonstration: offices, tariffs, and all lives together on one moving clock."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from random import Random

import time_machine
from django.db import connection, transaction
from django.utils import timezone

from cases.demo.around import connected, nights, posted_lives, room_for_post
from cases.demo.citizens import citizens_lives, room_for_citizens
from cases.demo.drawers import Drawers
from cases.demo.groups import GroupVisit
from cases.demo.lives import Life
from cases.demo.offices import Accounts, connect_database, open_offices, second, set_tariffs, take_no_paper
from cases.demo.plan import Plan
from cases.demo.reforms import Reforms
from cases.demo.staffing import Staffing
from cases.demo.voices import Voices
from cases.demo.waiting_room import WaitingRoom
from cases.models import Dossier
from cases.services import searchable
from procedures.calendars import remembered_calendars
from procedures.models import Staff

# By optical character recognition, where it is installed: one takes seconds of a whole processor, and hundreds
# of drawn pages would keep the worker from what somebody scans while they look at the demonstration.
SCANS_TO_READ = 5


@dataclass(frozen=True)
class Demo:
    """What was built."""

    dossiers: int
    acts: int
    accounts: list[Staff]
    password: str


@transaction.atomic
def build_demo(dossiers: int, *, seed: int, say: Callable[[str], None] = lambda line: None) -> Demo:
    """Build so many dossiers up to now; the same seed and the same now give the same ones.

    One transaction: whoever breaks it off is left with nothing, not with half. Everything is done by
    the services in the order of time, so that codes and numbers run as they would have run.
    """
    now = timezone.now()
    rng = Random(seed)
    accounts = Accounts()
    centre, wards = open_offices(accounts)
    seconded, wards[-1] = second(accounts, wards[1], wards[-1])
    set_tariffs()
    connect_database()
    plan = Plan(centre, wards, now, rng)
    take_no_paper(plan.paper_free_from)
    # Each life has a chance of its own, so that it does not depend on who acts before whom.
    chances = (Random(f"{seed}:{n}") for n in count())
    others = dossiers - plan.grouped(dossiers) - room_for_citizens(dossiers) - room_for_post(dossiers)
    lives = [Life(story, next(chances)).live() for story in plan.stories(others)]
    lives += Voices(plan, seed).lives()
    visits = [
        GroupVisit(party, [Life(story, next(chances)) for story in party.stories]).live()
        for party in plan.parties(dossiers)
    ]
    room = WaitingRoom(wards[0], now, Random(f"{seed}:numbers")).live()
    administrator = Staff.objects.get(username="quantri")
    lives += Reforms(plan, administrator, seed).lives()
    staffing = Staffing(wards[0], seconded, administrator, now).live()
    drawers = Drawers(wards[0].calendar, now).live()
    with remembered_calendars(), connected() as around:
        lives += citizens_lives(plan, dossiers, seed, around) + posted_lives(plan, around, dossiers, seed)
        acts = _live([*lives, *visits, room, staffing, drawers, nights(plan)], until=now, say=say)
    searchable.leave_unread_but(SCANS_TO_READ)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # until then every table counts as empty, and lists are planned for that
    return Demo(Dossier.objects.count(), acts, accounts.made, accounts.password)


def _live(lives: list, *, until: datetime, say: Callable[[str], None]) -> int:
    """Drive all lives: always the one whose next act comes first; returns how many acts were done."""
    queue = [(next(life), number, life) for number, life in enumerate(lives)]
    heapq.heapify(queue)
    acts, week = 0, None
    with time_machine.travel(queue[0][0], tick=False) as clock:
        while queue and queue[0][0] <= until:
            moment, number, life = heapq.heappop(queue)
            clock.move_to(moment)
            if moment.isocalendar()[:2] != week:
                week = moment.isocalendar()[:2]
                say(f"{moment:%d/%m/%Y}")
            following = next(life, None)
            acts += 1
            if following is not None:
                heapq.heappush(queue, (max(following, moment), number, life))
    return acts
