"""Each installation that packages are exchanged with stands for itself on the page of connections (R20)."""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from cases import services
from cases.connections.systems import Health, System
from cases.errors import NotPossibleNow
from cases.models import ConnectionState, ExchangeMessage
from cases.services import around, exchange
from onestop.outside import NotReached
from onestop.simulators.base import Fault
from procedures.enums import Role
from tests.cases.connections.test_exchange import ask, later
from tests.cases.helpers import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

AWAY = "http://127.0.0.1:1/exchange"


@pytest.fixture
def three(exchange_partner, settings):
    """One that answers, one that does not, and one without a line."""
    (certificate,) = {one["certificate"] for one in settings.EXCHANGE_PARTNERS.values()}
    settings.EXCHANGE_PARTNERS = {
        **settings.EXCHANGE_PARTNERS,
        "H91": {"url": AWAY, "certificate": certificate},
        "H92": {"certificate": certificate},
    }
    return exchange_partner


@pytest.fixture
def keeper(world):
    return make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)


def lines() -> dict[str, around.Shown]:
    return {one.partner: one for one in around.all_connections() if one.system == System.EXCHANGE}


def test_of_three_that_are_known_the_one_that_is_away_is_red(world, three):
    exchange.deliver_due()
    shown = lines()
    assert {unit: one.health for unit, one in shown.items()} == {
        "H41.102": Health.WORKING,
        "H91": Health.FAILING,
        "H92": Health.UNTRIED,
    }
    assert [one.can_be_tried for one in shown.values()] == [True, True, False]
    assert shown["H41.102"].state.last_success_at
    assert (shown["H91"].state.failures, bool(shown["H91"].state.last_failure)) == (1, True)
    exchange.deliver_due()
    assert ConnectionState.objects.get(partner="H91").failures == 1  # knocked at once, by itself


def test_without_partners_there_is_one_line_that_is_not_connected(world, settings):
    assert [(unit, one.health) for unit, one in lines().items()] == [("", Health.NOT_CONNECTED)]


def test_each_has_its_own_queue(world, three):
    dossier = world.processing()
    three.set_fault(Fault.REFUSE, 1)
    ask(world, dossier)
    services.withdraw(dossier, by=world.clerk, reason="Đổi ý")
    exchange.deliver_due()
    of_each = {unit: (one.waiting.count, one.waiting.refused) for unit, one in lines().items()}
    assert of_each == {"H41.102": (1, 1), "H91": (0, 0), "H92": (0, 0)}


def test_what_waits_for_one_that_is_configured_no_more_is_still_shown(world, three, settings):
    ask(world, world.processing())
    ExchangeMessage.objects.update(partner="H93")
    gone = lines()["H93"]
    assert (gone.health, gone.waiting.count, gone.can_be_tried) == (Health.NOT_CONNECTED, 1, False)


def test_a_good_call_to_one_leaves_the_fault_of_another(world, three):
    exchange.deliver_due()
    ask(world, world.processing())
    with later(seconds=61):
        assert exchange.deliver_due() == {"delivered": 1}
    assert lines()["H91"].health == Health.FAILING
    assert lines()["H41.102"].health == Health.WORKING


def test_the_page_tries_the_one_that_is_named(three, keeper, client):
    client.force_login(keeper)
    address = reverse("admin:connection_try", args=["exchange"])
    text = client.post(address, {"partner": "H91"}, follow=True).content.decode()
    assert "Document exchange of agencies – H91: It cannot be reached" in text
    text = client.post(address, {"partner": "H41.102"}, follow=True).content.decode()
    assert "Document exchange of agencies – H41.102 answered." in text
    assert text.count("Try now") == 2
    assert text.count("Failing") == 1
    with pytest.raises(NotPossibleNow):
        around.try_now("exchange", by=keeper)
    with pytest.raises(NotReached):
        around.try_now("exchange", by=keeper, partner="H91")


def test_the_database_keeps_one_state_for_each_and_partners_of_the_exchange_only(db):
    ConnectionState.objects.create(system=System.EXCHANGE, partner="H91")
    ConnectionState.objects.create(system=System.EXCHANGE, partner="H92")
    with pytest.raises(IntegrityError, match="connection_with_partners"):
        ConnectionState.objects.create(system=System.PORTAL, partner="H91")
