"""What the tests of figures say often: whose they are, and that what is kept of past days is what the facts say."""

from datetime import date, timedelta
from uuid import uuid4

from django.utils import timezone

from cases import services
from cases.enums import Provision
from cases.feedback import FeedbackKind
from cases.models import AgencyDay, Dossier, Recount
from cases.scorecard import counting, dossiers, evaluations, facts, rolled
from cases.scorecard.facts import counted, scope_of
from cases.scorecard.periods import month
from cases.services.checklist import ComponentFacts
from cases.services.feedback import Sender
from procedures.models import Agency
from tests.cast import local

A_DAY = timedelta(days=1)
OCTOBER, NOVEMBER, DECEMBER = month(2026, 10), month(2026, 11), month(2026, 12)
LATER = local("2027-03-01 09:00")


def listed(code, agency, period=NOVEMBER) -> tuple[set, set]:
    found = counted(code, scope_of(agency, period, LATER))
    return set(found.numerator), set(found.denominator)


def outside(world) -> Dossier:
    """A dossier of the other ward, which is of the same province."""
    return world.receive(desk=world.other_ward, by=world.outsider_clerk)


def with_reuse(world, procedure=None) -> Dossier:
    form, identity = world.components(procedure or world.free)
    return world.receive(
        procedure, components=[form, ComponentFacts(identity.component_id, provision=Provision.REUSED)]
    )


def send(world, **changes):
    facts = {
        "kind": FeedbackKind.HANDLING,
        "text": "Vì sao lâu như vậy?",
        "agency": world.ward,
        "sender": Sender(name="Trần Văn Thử", phone="0900000002"),
        "nonce": uuid4(),
    }
    return services.send_feedback(**{**facts, **changes})


def counted_dossier_by_dossier(agency: Agency, day: date) -> dict:
    """The row of an agency and day, one dossier after the other in Python."""
    scope = counting.day_scope([agency.pk], day)
    handled, on_time = list(dossiers.handled(scope)), set(dossiers.on_time(scope))
    still_open = [one for one in handled if one.ended_then is None]
    ages = [(day - timezone.localdate(one.received_at)).days for one in still_open]
    return {
        "received": sum(timezone.localdate(one.received_at) == day for one in handled),
        "ended": len(handled) - len(still_open),
        "ended_on_time": sum(one.ended_then is not None and one in on_time for one in handled),
        "open": len(still_open),
        "open_late": sum(one not in on_time for one in still_open),
        "open_to_5": sum(age <= 5 for age in ages),
        "open_to_15": sum(5 < age <= 15 for age in ages),
        "open_to_30": sum(15 < age <= 30 for age in ages),
        "open_longer": sum(age > 30 for age in ages),
    }


def assert_counted_as_the_facts_say() -> None:
    """Every day and every month of every agency is what the facts say."""
    last = rolled.last_counted_day()
    assert last == timezone.localdate() - A_DAY
    assert not Recount.objects.exists()
    agencies = list(Agency.objects.all())
    day = min(timezone.localdate(one.filed_at) for one in Dossier.objects.all())
    while day <= last:
        rows = {row.agency_id: row for row in AgencyDay.objects.filter(day=day)}
        for agency in agencies:
            row = rows.get(agency.pk) or AgencyDay()
            expected = counted_dossier_by_dossier(agency, day)
            assert {name: getattr(row, name) for name in expected} == expected, (agency, day)
        day += A_DAY
    for period in (NOVEMBER, DECEMBER):
        for agency in agencies:
            scope = rolled.counted_scope(agency, period)
            if scope is not None:
                assert rolled.facts_of(scope) == facts.facts_of(scope), (agency, period)
                assert rolled.nine_of(scope) == evaluations.of_agency(scope), (agency, period)
