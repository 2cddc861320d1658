"""Any verbs in any order: each moment is told afterwards as it was, at the cost of few questions."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import services
from cases.as_of import Past
from cases.errors import CaseError
from cases.models import Dossier
from procedures.calendars import remembered_calendars
from tests.cases.as_of import facts_now, facts_then, then
from tests.cases.helpers import fresh
from tests.cases.test_as_of_weeks import said_then
from tests.cases.verbs.test_extend import extend, extendable
from tests.cases.verbs.test_undo import undo
from tests.cast import MONDAY, local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


VERBS = {
    "receive": lambda world, _one: world.receive(extendable(world.free)),
    "receive_paid": lambda world, _one: world.receive(world.paid),
    "file": lambda world, _one: world.submit(),
    "file_answer": lambda world, one: services.receive_filing(
        one, by=world.clerk, components=world.components(one.version.procedure)
    ),
    "digitize": lambda world, one: (world.scan(one), services.digitize(one, by=world.clerk)),
    "start": lambda world, one: services.start(one, by=world.officer),
    "assign": lambda world, one: services.assign(one, by=world.supervisor, to=world.second_officer),
    "assign_back": lambda world, one: services.assign(one, by=world.supervisor, to=world.officer),
    "hand_over": lambda world, one: services.hand_over(one, by=one.holder, to=world.supervisor),
    "ask": lambda world, one: services.request_supplement(one, by=world.head, reason="Thiếu", items=["Đơn"]),
    "resume": lambda world, one: services.resume(one, by=world.clerk),
    "extend": extend,
    "apologise": lambda world, one: services.issue_apology(
        one, by=world.head, reason="Chờ xác minh", new_due_at=local("2026-12-18 17:00")
    ),
    "result": lambda world, one: world.record_result(one, by=one.holder),
    "undo": lambda world, one: undo(one, one.events.last().actor),
    "undo_by_officer": lambda world, one: undo(one, world.officer),
    "pay": lambda world, one: services.pay(one, by=world.clerk, amount=15000, method="cash"),
    "return": lambda world, one: services.return_result(
        one, by=world.clerk, collector=world.applicant.full_name, proof="receipt"
    ),
    "withdraw": lambda world, one: services.withdraw(one, by=world.clerk, reason="Đổi ý"),
}
STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(VERBS)), st.integers(0, 2), st.integers(1, 1500)),
    min_size=8,
    max_size=30,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_every_moment_of_any_course_can_be_told(world, clock, steps):
    """Any verbs in any order, minutes or days apart; what is refused changes nothing."""
    with transaction.atomic():
        clock.move_to(MONDAY)
        moment, seen = local(MONDAY), []
        made = [world.receive(extendable(world.free)), world.processing()]
        for verb, which, minutes in steps:
            moment += timedelta(minutes=minutes)
            clock.move_to(f"{moment:%Y-%m-%d %H:%M}")
            chosen = fresh(made[which % len(made)])
            with suppress(CaseError, AttributeError):  # refused, or nobody is there who could
                with transaction.atomic():
                    new = VERBS[verb](world, chosen)
                if isinstance(new, Dossier) and new.pk not in {one.pk for one in made}:
                    made.insert(0, new)
            seen.append((Past(moment, ""), facts_now()))
        for past, found in seen:
            assert facts_then(past) == found
        transaction.set_rollback(True)


# Cost -------------------------------------------------------------------------------------------------


def test_a_past_moment_costs_as_many_questions_for_three_as_for_one(world, clock):
    def questions() -> list[str]:
        past = then("2026-11-20 09:00")
        with CaptureQueriesContext(connection) as asked, remembered_calendars():
            said_then(Dossier.objects.all(), past)
        return [query["sql"].split(" WHERE ")[0][-200:] for query in asked]

    world.processing()
    clock.move_to("2026-11-20 09:00")
    one = questions()
    clock.move_to("2026-11-10 09:00")
    world.processing()
    world.processing()
    clock.move_to("2026-11-20 09:00")
    assert questions() == one
