"""The database counts on time exactly as the pure law judges each dossier (R52), whatever happened to it."""

import random
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from cases import services
from cases.enums import EventKind, State
from cases.errors import CaseError
from cases.models import Dossier
from cases.responsibility import Wait
from cases.scorecard.dossiers import handled, on_time
from cases.scorecard.facts import scope_of
from cases.scorecard.on_time import Course, rate, verdict
from cases.scorecard.periods import month, quarter, year
from cases.scorecard.scope import Scope
from cases.scorecard.scores import Fact
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")

PERIODS = [month(2026, 9), month(2026, 10), month(2026, 11), quarter(2026, 4), year(2026)]
EDITIONS = [
    {"multiple_requests_overdue": words, "appointment": appointment}
    for words in ("always", "only_while_waiting")
    for appointment in ("first", "current")
]


def course_of(dossier: Dossier, appointment: str) -> Course:
    """One dossier by its history, without any of the queries that are tested."""
    settled = [event.at for event in dossier.events.all() if event.kind == EventKind.SETTLED]
    is_ready = dossier.state in {State.PAID, State.RETURNED}
    ended_at = next((at for at in sorted(settled) if at >= dossier.finished_at), None) if is_ready else None
    waits = [
        # Before the reception nothing ran, so nothing is subtracted; asked is asked all the same.
        Wait(asked.asked_at, asked.asked_at if asked.before_reception else asked.answered_at)
        for asked in dossier.supplements.all()
    ]
    due_at = dossier.first_due_at if appointment == "first" else dossier.due_at
    return Course(due_at, ended_at or dossier.returned_at or dossier.ended_at, waits)


def step(dossier: Dossier, world, chance: random.Random) -> None:
    """Something that somebody does with it next; what is not possible is not done."""
    ways = {
        State.SUBMITTED: [
            lambda: services.receive_filing(dossier, by=world.clerk),
            lambda: services.ask_to_complete(dossier, by=world.clerk, reason="Thiếu", items=["Tờ khai"]),
            lambda: services.complete_filing(dossier, by=world.clerk),
        ],
        State.RECEIVED: [
            lambda: (world.scan(dossier), services.digitize(dossier, by=world.clerk)),
            lambda: services.withdraw(dossier, by=world.clerk, reason="Đổi ý"),
        ],
        State.DIGITIZED: [lambda: services.start(dossier, by=world.officer)],
        State.PROCESSING: [
            lambda: world.record_result(dossier),
            lambda: services.pay(dossier, by=world.clerk, amount=15000),
            lambda: services.undo(dossier, by=world.officer, reason="Nhầm"),
            lambda: services.request_supplement(dossier, by=world.head, reason="Thiếu", items=["Tờ khai"]),
        ],
        State.SUPPLEMENT: [
            lambda: services.resume(dossier, by=world.clerk),
            lambda: services.withdraw(dossier, by=world.clerk, reason="Đổi ý"),
        ],
        State.PAID: [
            lambda: services.return_result(
                dossier, by=world.clerk, collector=world.applicant.full_name, proof="receipt"
            ),
            lambda: services.undo(dossier, by=world.officer, reason="Nhầm"),
        ],
    }.get(dossier.state, [])
    if ways:
        with suppress(CaseError):  # not possible now
            chance.choice(ways)()


@pytest.fixture
def many_fates(world, clock):
    """Two months of thirty dossiers, each going its own way, half of them with a fee."""
    chance = random.Random(766)
    moment = local("2026-09-14 08:00")
    for _ in range(260):
        moment += timedelta(minutes=chance.choice([17, 95, 480, 1440, 2000]))
        clock.move_to(f"{moment:%Y-%m-%d %H:%M:%S}")
        dossiers = list(Dossier.objects.exclude(state__in=[State.RETURNED, State.STOPPED]))
        if len(dossiers) < 12 and chance.random() < 0.5:
            procedure = chance.choice([world.free, world.paid])
            world.submit(procedure) if chance.random() < 0.3 else world.receive(procedure)
        elif dossiers:
            step(chance.choice(dossiers), world, chance)
    return moment


def handled_by_hand(dossiers: list[Dossier], scope: Scope) -> list[Dossier]:
    """Received before the end of the period, and not at an end before it began."""
    found = []
    for dossier in dossiers:
        ended = course_of(dossier, "first").ended_at
        if dossier.received_at < scope.until and (ended is None or ended >= scope.period.begins_at):
            found.append(dossier)
    return found


def alike(dossiers: list[Dossier], scope: Scope) -> Fact:
    """The count of the database, which has to be that of the law."""
    every = handled_by_hand(dossiers, scope)
    assert set(handled(scope)) == set(every)
    words = {"multiple_requests_overdue": scope.edition.multiple_requests_overdue}
    courses = {dossier: course_of(dossier, scope.edition.appointment) for dossier in every}
    judged = {one for one, course in courses.items() if verdict(course, scope.last_minute, **words).on_time}
    assert set(on_time(scope)) == judged
    counted = Fact(len(judged), len(every))
    assert rate(courses.values(), scope.last_minute, **words) == counted
    return counted


def test_database_and_law_count_alike(world, many_fates):
    assert {State.RETURNED, State.STOPPED, State.PROCESSING, State.PAID} <= set(
        Dossier.objects.values_list("state", flat=True)
    )
    received = Dossier.objects.filter(code__isnull=False).prefetch_related("events", "supplements")
    dossiers, seen = list(received), set()
    for now in (local("2027-01-31 09:00"), local("2026-11-20 10:31"), local("2026-10-15 16:59")):
        for period in PERIODS:
            if now < period.begins_at:
                continue
            scope = scope_of(world.ward, period, now)
            for words in EDITIONS:
                seen.add(alike(dossiers, replace(scope, edition=replace(scope.edition, **words))))
    assert len(seen) >= 8  # they were not all the same
    assert any(0 < fact.numerator < fact.denominator for fact in seen)
