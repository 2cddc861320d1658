"""Whatever happens to an office, each moment of it is told afterwards as it was reported then."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.db import transaction
from django.db.models import QuerySet
from django.test.utils import override_settings

from cases import as_of, services
from cases.as_it_was import late_rows_then, put_back, with_rows_then
from cases.as_of import Past, past_moment
from cases.desk_then import filings_to_answer_then, given_up_then, lying_at_the_desk_then
from cases.late import rows_of
from cases.lists import due_on_working_day, in_work, received_today
from cases.models import AgencyDay, Dossier
from cases.morning import load_of_officers, work_by_age
from cases.queries import filings_to_answer
from cases.services.rollups import keep_rollups
from notifications.errors import DeliveryFailed
from notifications.models import Letter, Message
from notifications.services import messages
from procedures.models import Agency, Substitute
from procedures.working_time import minute_of
from tests.cases.as_of import facts_now, facts_then, then
from tests.cases.verbs.test_exclude_period import PERIODS, exclude
from tests.cases.verbs.test_extend import extend, extendable
from tests.cases.verbs.test_undo import undo
from tests.cast import MONDAY, Clock, World, build_world, local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


# Weeks of an office -----------------------------------------------------------------------------------


def said_now(mine) -> dict:
    """What the lists and figures say at this moment."""
    late = list(mine.overdue().order_by("due_at", "pk").with_people_apart())
    letters = Letter.objects.open()
    agency = Agency.objects.get(identifier="H41.101")
    return {
        "late": [row(one) for one in rows_of(late)],
        "today": set(due_on_working_day(mine, agency, 0)),
        "tomorrow": set(due_on_working_day(mine, agency, 1)),
        "letters": {letter.reference for letter in letters},
        "received": set(received_today(mine)),
        "ready": set(mine.filter(state="paid")),
        "late transfers": set(mine.lying_at_the_desk()),
        "to answer": [(one.pk, one.answer_by) for one in filings_to_answer(mine)],
        "late answers": set(filings_to_answer(mine, late=True)),
        "given up": set(Message.objects.dead()),
        "in work": set(in_work(mine)),
        "ages": work_by_age(mine),
        "load": load_of_officers(mine),
    }


def row(found) -> tuple:
    letter = found.letter
    return (
        found.dossier,
        minute_of(found.dossier.due_at),
        found.dossier.holder,
        found.days,
        found.minutes,
        found.step,
        sorted((str(share.holder), share.working_minutes) for share in found.shares),
        found.again,
        letter and (letter.state, letter.number_text),
    )


def said_then(mine, past: Past) -> dict:
    late = as_of.overdue_then(mine, past).order_by("due_then", "pk").with_people_apart()
    agency = Agency.objects.get(identifier="H41.101")
    return {
        "late": [row(one) for one in late_rows_then(put_back(with_rows_then(late, past), past), past)],
        "today": set(as_of.due_on_working_day_then(mine, past, agency, 0)),
        "tomorrow": set(as_of.due_on_working_day_then(mine, past, agency, 1)),
        "letters": {one.code for one in as_of.with_open_apology_then(mine, past)},
        "received": set(as_of.received_that_day(mine, past)),
        "ready": set(as_of.in_the_office(mine, past, ["paid"])),
        "late transfers": set(lying_at_the_desk_then(mine, past)),
        "to answer": [
            (one.pk, one.answer_by_then)
            for one in filings_to_answer_then(mine, past).order_by("answer_by_then", "pk")
        ],
        "late answers": set(filings_to_answer_then(mine, past, late=True)),
        "given up": set(given_up_then(Message.objects.all(), past)),
        "in work": set(as_of.in_work_then(mine, past)),
        "ages": as_of.work_by_age_then(mine, past),
        "load": as_of.load_then(mine, past),
    }


def test_every_past_day_says_what_was_reported_on_it(lived, clock, db):
    """Some weeks with all that moves a dossier; each noon and evening is kept, and told again at the end."""
    mine, reported = Dossier.objects.all(), lived.reported
    clock.move_to("2026-12-31 09:00")
    services.sweep()
    for past, said, found in reported:
        assert said_then(mine, past) == said, past.text
        assert facts_then(past) == found, past.text
    most = {
        name: max(len(said[name]) for _past, said, _facts in reported)
        for name in ("late", "letters", "late transfers", "to answer", "late answers", "given up")
    }
    assert most == most | {"late transfers": 3, "to answer": 2, "late answers": 2}
    assert (most["late"] >= 3, most["letters"] >= 1, most["given up"] >= 3) == (True, True, True)
    assert reported[-1][1]["given up"] == set()


def test_the_end_of_a_day_equals_the_figures_that_were_rolled_up_for_it(lived, clock, db):
    world = lived.world
    clock.move_to("2026-11-27 00:30")
    keep_rollups()
    rows = list(AgencyDay.objects.filter(agency=world.ward).order_by("day"))
    assert len(rows) >= 14
    for found in rows:
        past = past_moment(f"{found.day:%d/%m/%Y}")
        mine = Dossier.objects.decided_at(world.ward)
        counted = as_of.work_by_age_then(mine, past)
        assert {f"open_{name}": n for name, n in counted.items()} == {
            f"open_{name}": getattr(found, f"open_{name}") for name in counted
        }, found.day
        assert as_of.in_work_then(mine, past).count() == found.open
        assert as_of.received_that_day(mine, past).count() == found.received


@dataclass(frozen=True)
class Lived:
    """The office after its weeks, and what was said at each moment at which somebody looked."""

    world: World
    reported: list[tuple[Past, dict, object]]


@pytest.fixture(scope="module")
def lived(django_db_setup, django_db_blocker):
    """Three weeks, lived once for this file and taken back at its end."""
    travel = time_machine.travel(local(MONDAY), tick=False)
    cheap = override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"], LANGUAGE_CODE="en"
    )
    outermost = transaction.atomic()
    outermost._from_testcase = True  # as that of each test: what sends messages wants to be the outermost
    with django_db_blocker.unblock(), cheap, travel as traveller, outermost:
        world, mine = build_world(), Dossier.objects.all()
        said = [(past, said_now(mine), facts_now()) for past in _weeks(world, Clock(traveller))]
        yield Lived(world, said)
        transaction.set_rollback(True)


def _weeks(world, clock) -> Iterator[Past]:
    """The moments at which somebody looks."""
    extendable(world.free)
    world.free.versions.update(excluded_periods=PERIODS)
    Substitute.objects.create(staff=world.officer, substitute=world.second_officer)
    dossiers: dict[str, Dossier] = {}
    for day in range(18):
        morning = local("2026-11-09 09:00") + timedelta(days=day)
        for hour, act in sorted(_plan(world, dossiers).get(day, {}).items()):
            clock.move_to(f"{morning:%Y-%m-%d} {hour}")
            act()
        for text in ("17:30", "23:59"):
            clock.move_to(f"{morning:%Y-%m-%d} {text}")
            if text == "17:30":
                services.sweep()
            yield then(f"{morning:%Y-%m-%d} {text}")


def send(*, works: bool) -> None:
    """Whatever waits, by gateways that are there or not; one failure is the last attempt."""
    away = patch.object(messages, "open_gateway", side_effect=DeliveryFailed("away"))
    with override_settings(MESSAGE_MAX_ATTEMPTS=1), nullcontext() if works else away:
        messages.deliver_due()


def send_again(dead: QuerySet[Message]) -> None:
    for message in dead:
        messages.retry_dead(message)


def drop(dead: QuerySet[Message]) -> None:
    for message in dead:
        messages.cancel_message(message, reason="Người nộp đã đến nhận.")


def _plan(world, of: dict[str, Dossier]) -> dict[int, dict[str, object]]:
    """What happens on which day (0 is Monday 09/11) at which hour."""

    def come(**ways) -> None:
        of.update({name: way() for name, way in ways.items()})

    def ask(name: str) -> None:
        services.request_supplement(of[name], by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])

    def file(name: str, **ways) -> None:
        of[name] = world.submit(world.paid, channel="online", **ways)

    def ask_to_complete(name: str) -> None:
        services.ask_to_complete(of[name], by=world.clerk, reason="Thiếu chữ ký", items=["Tờ khai"])

    def leave_the_desk(name: str) -> None:
        world.scan(of[name])
        services.digitize(of[name], by=world.clerk)

    dead = Message.objects.dead().order_by("pk")
    return {
        0: {
            "09:00": lambda: come(a=world.processing, b=world.processing, c=world.digitized, d=world.receive),
            "10:00": lambda: come(e=lambda: world.processing(world.paid), f=world.processing),
            "11:00": lambda: file("n"),
            "11:10": lambda: file("o"),
            "14:00": lambda: come(p=world.receive),
            "17:00": lambda: send(works=False),
        },
        1: {
            "08:00": lambda: ask_to_complete("o"),
            "10:30": lambda: ask("p"),
            "16:00": lambda: come(q=world.receive),
            "17:10": lambda: send_again(dead[:2]),
            "09:00": lambda: come(g=world.processing, h=world.supplement),
            "14:00": lambda: services.start(of["c"], by=world.second_officer),
        },
        2: {
            "08:00": lambda: drop(dead[:1]),
            "09:00": lambda: file("r"),
            "10:00": lambda: extend(world, of["a"]),
            "11:00": lambda: exclude(world, of["f"]),
            "15:30": lambda: leave_the_desk("q"),
            "15:35": lambda: undo(of["q"], world.clerk),
        },
        3: {
            "07:30": lambda: services.receive_filing(of["n"], by=world.clerk),
            "08:00": lambda: services.hand_over(of["g"], by=world.officer, to=world.supervisor),
            "09:00": lambda: ask("b"),
            "15:00": lambda: world.record_result(of["e"]),
        },
        4: {
            "08:30": lambda: services.resume(of["p"], by=world.clerk),
            "09:00": lambda: services.assign(of["c"], by=world.supervisor, to=world.officer),
            "10:00": lambda: services.resume(of["h"], by=world.clerk),
        },
        7: {
            "07:30": lambda: services.complete_filing(of["o"]),
            "08:00": lambda: send(works=True),
            "09:00": lambda: services.issue_apology(
                of["c"], by=world.head, reason="Chờ xác minh", new_due_at=local("2026-11-18 17:00")
            ),
            "10:00": lambda: services.withdraw(of["d"], by=world.clerk, reason="Đổi ý"),
            "11:00": lambda: come(i=world.with_result, j=world.returned),
        },
        8: {
            "07:30": lambda: services.digitize(of["q"], by=world.clerk),
            "08:00": lambda: services.refuse(of["r"], by=world.clerk, reason="Không đủ điều kiện"),
            "09:00": lambda: services.resume(of["b"], by=world.clerk),
            "10:00": lambda: world.record_result(of["f"]),
            "10:05": lambda: undo(of["f"], world.officer),
        },
        9: {
            "08:00": lambda: services.receive_filing(of["o"], by=world.clerk),
            "09:00": lambda: services.pay(of["e"], by=world.clerk, amount=15000, method="cash"),
            "10:00": lambda: come(k=lambda: world.processing(received_at=local("2026-11-18 08:00"))),
        },
        11: {
            "08:00": lambda: services.record_absence(
                world.officer,
                first=date(2026, 11, 20),
                last=date(2026, 11, 20),
                by=world.supervisor,
                reason="Nghỉ phép",
            ),
            "09:00": lambda: services.return_result(
                of["i"], by=world.clerk, collector=world.applicant.full_name, proof="receipt"
            ),
        },
        14: {
            "09:00": lambda: world.record_result(of["a"], by=world.second_officer),
            "10:00": lambda: come(m=world.processing),
        },
        15: {"08:00": lambda: send_again(dead), "08:30": lambda: send(works=True)},
        16: {"09:00": lambda: world.record_result(of["c"], by=world.second_officer)},
    }
