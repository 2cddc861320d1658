"""How much the portal has taken: one count on its page, in the scorecard and in the report (R46)."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import ArchivedYear, Dossier, PortalDossier
from cases.portal.rates import rates, together
from cases.portal.states import PortalState
from cases.report.measures import SYNCHRONISED
from cases.scorecard import facts, rolled
from cases.scorecard.facts import counted, scope_of
from cases.scorecard.scores import Fact, NoValue
from cases.services import rollups
from procedures.models import Agency
from tests.cases.scorecard.helpers import LATER, NOVEMBER, outside

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english", "clock")]


@pytest.fixture
def month(world, portal, deliver):
    """Of five dossiers of November the portal has taken one; one is refused, one parked, two wait, one elsewhere."""
    taken = world.receive()
    deliver()
    refused, parked, _waits, elsewhere = world.receive(), world.receive(), world.receive(), outside(world)
    PortalDossier.objects.filter(dossier=refused).update(state=PortalState.REFUSED, answer="Sai")
    PortalDossier.objects.filter(dossier=parked).update(state=PortalState.PARKED)
    PortalDossier.objects.filter(dossier=elsewhere).update(state=PortalState.ACCEPTED)
    world.submit()  # nobody has received it
    return taken


def of_the_page(agency: Agency) -> Fact:
    line = together(rates(date(2026, 11, 1), Agency.objects.below(agency)))
    return Fact(line.accepted, line.dossiers)


def test_page_scorecard_and_report_count_alike(world, month, clock):
    clock.move_to("2026-12-02 09:00")
    rollups.keep_rollups()
    for agency, expected in (
        (world.ward, Fact(1, 4)),
        (world.other_ward, Fact(1, 1)),
        (world.province, Fact(2, 5)),
    ):
        scope = scope_of(agency, NOVEMBER, LATER)
        kept = rolled.counted_scope(agency, NOVEMBER)
        assert of_the_page(agency) == expected
        assert facts.facts_of(scope)["1.4"] == expected
        assert SYNCHRONISED.count(scope).fact == expected
        assert rolled.facts_of(kept)["1.4"] == expected
        assert rolled.card_of(kept) == facts.card_of(kept)
    below = rolled.scopes_below(rolled.counted_scope(world.province, NOVEMBER))
    assert rolled.totals(below) == {one.agency.identifier: facts.card_of(one).total for one in below}


def test_what_the_portal_takes_later_counts_in_the_month_of_the_reception(world, month, clock, deliver):
    clock.move_to("2026-12-02 09:00")
    rollups.keep_rollups()
    PortalDossier.objects.update(state=PortalState.ACCEPTED)
    assert rolled.facts_of(rolled.counted_scope(world.ward, NOVEMBER))["1.4"] == Fact(4, 4)


def test_without_a_portal_there_is_no_figure(world, month, settings, clock):
    clock.move_to("2026-12-02 09:00")
    rollups.keep_rollups()
    settings.PORTAL_URL = ""
    scope = scope_of(world.ward, NOVEMBER, LATER)
    assert facts.facts_of(scope)["1.4"] == Fact.unknown(NoValue.NO_SOURCE)
    assert rolled.facts_of(rolled.counted_scope(world.ward, NOVEMBER))["1.4"] == Fact.unknown(
        NoValue.NO_SOURCE
    )


def test_of_a_month_whose_dossiers_are_archived_there_is_no_figure(world, month, clock):
    """Neither is it one of what happens to be left in the live tables, nor none of none."""
    clock.move_to("2026-12-02 09:00")
    rollups.keep_rollups()
    ArchivedYear.objects.create(year=2026, begun_at=timezone.now(), last_day=date(2026, 11, 20))
    expected = Fact.unknown(NoValue.ARCHIVED)
    kept = rolled.counted_scope(world.province, NOVEMBER)
    assert rolled.facts_of(kept)["1.4"] == expected
    assert facts.facts_of(scope_of(world.province, NOVEMBER, LATER))["1.4"] == expected
    below = rolled.scopes_below(kept)
    assert rolled.totals(below) == {one.agency.identifier: facts.card_of(one).total for one in below}
    ArchivedYear.objects.update(last_day=date(2026, 10, 31))
    assert rolled.facts_of(rolled.counted_scope(world.ward, NOVEMBER))["1.4"] == Fact(1, 4)


def test_what_the_portal_lacks_is_a_list(world, month):
    rest = counted("1.4", scope_of(world.ward, NOVEMBER, LATER)).rest
    assert set(rest) == set(Dossier.objects.filter(competent_agency=world.ward, code__isnull=False)) - {month}


def test_the_rate_of_the_page_opens_what_the_portal_lacks(world, month, client, clock):
    clock.move_to("2026-12-02 09:00")
    rollups.keep_rollups()
    client.force_login(world.supervisor)
    shown = client.get(reverse("admin:portal"), {"month": "2026-11"}).content.decode()
    address = f"{reverse('admin:scorecard_list')}?agency={world.ward.identifier}&amp;month=2026-11&amp;part=1.4&amp;side=rest&amp;own=1"
    assert "Rate, target 100 %" in shown
    assert address in shown
    rows = client.get(address.replace("&amp;", "&")).context["rows"]
    assert len(rows) == 3
