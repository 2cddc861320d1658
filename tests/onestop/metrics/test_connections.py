"""What /metrics tells of the systems around: how they stand, what waits for them, and how calls end."""

import pytest

from cases.connections.systems import System
from cases.models import PortalDossier
from cases.services.connections import calling
from onestop.outside import Garbled, NoAnswer, NotConnected, NotLetIn, NotReached, Refused
from tests.onestop.metrics.conftest import figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def portal(settings):
    settings.PORTAL_URL = "http://127.0.0.1:1"


def of_connections(prometheus) -> dict[str, float]:
    return {
        name: value
        for name, value in figures(prometheus).items()
        if name.startswith("onestop_connection_") and "_duration_" not in name and 'system="portal"' in name
    }


def ends(error: Exception) -> None:
    with pytest.raises(type(error)), calling(System.PORTAL):
        raise error


def test_what_is_not_configured_is_not_told(prometheus, world):
    assert of_connections(prometheus) == {}


def test_what_nobody_has_called_is_neither_up_nor_down(prometheus, world, portal):
    assert of_connections(prometheus) == {
        'onestop_connection_waiting{system="portal"}': 0,
        'onestop_connection_refused{system="portal"}': 0,
    }


def test_state_queue_and_ages(prometheus, world, portal, clock):
    with calling(System.PORTAL):
        pass
    world.receive()
    refused = world.receive()
    PortalDossier.objects.filter(dossier=refused).update(state="refused", answer="x")
    clock.move_to("2026-11-09 10:00")
    ends(NotReached("x"))
    found = of_connections(prometheus)
    assert found['onestop_connection_up{system="portal"}'] == 0
    assert found['onestop_connection_last_success_age_seconds{system="portal"}'] == 3600
    assert found['onestop_connection_waiting{system="portal"}'] == 1
    assert found['onestop_connection_refused{system="portal"}'] == 1
    assert found['onestop_connection_oldest_seconds{system="portal"}'] == 3600


def test_calls_are_counted_by_how_they_end(prometheus, world, portal):
    for error in (NotReached("x"), NoAnswer("x"), Garbled("x"), Refused("x"), NotLetIn("x"), NotConnected()):
        ends(error)
    with calling(System.PORTAL):
        pass
    found = of_connections(prometheus)
    outcomes = {
        name.partition('outcome="')[2].partition('"')[0]: value
        for name, value in found.items()
        if name.startswith("onestop_connection_calls")
    }
    assert outcomes == dict.fromkeys(
        ["ok", "not_reached", "no_answer", "garbled", "refused", "not_let_in"], 1
    )


def test_of_the_exchange_each_installation_is_told(prometheus, world, settings):
    there = {"certificate": "/nowhere.pem", "url": "http://127.0.0.1:1"}
    settings.EXCHANGE_PARTNERS = {"H29": there, "H91": there}
    with pytest.raises(NotReached), calling(System.EXCHANGE, "H91"):
        raise NotReached("x")
    with calling(System.EXCHANGE, "H29"):
        pass
    found = figures(prometheus)
    assert found['onestop_connection_up{partner="H29"}{system="exchange"}'] == 1
    assert found['onestop_connection_up{partner="H91"}{system="exchange"}'] == 0
    assert found['onestop_connection_waiting{partner="H91"}{system="exchange"}'] == 0
    away = 'onestop_connection_calls_total{outcome="not_reached"}{partner="H91"}{system="exchange"}'
    assert found[away] == 1
