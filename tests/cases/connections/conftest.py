"""The other sides on loopback, and this installation connected to them."""

import pytest
from django.utils import timezone

from cases.connections.exchange.signatures import certificates_of
from cases.connections.population import client
from onestop.simulators.base import running
from onestop.simulators.business import BusinessRegistration
from onestop.simulators.civil_status import CivilStatus
from onestop.simulators.exchange import Exchange
from onestop.simulators.personal_store import PersonalStore
from onestop.simulators.population import Population
from tests.exchange.keys import key, write
from tests.signing import FIRST, LAST, PASSPHRASE


@pytest.fixture
def population(settings, english):
    """The simulated population database; whoever looks up waits two seconds at most."""
    client.forget_tokens()
    with running([Population()]) as server:
        settings.POPULATION_URL = server.url("population")
        settings.POPULATION_CLIENT_ID, settings.POPULATION_CLIENT_SECRET = (
            "onestop",
            "secret-of-the-simulator",
        )
        settings.POPULATION_SECONDS = 2.0
        yield server["population"]
    client.forget_tokens()


@pytest.fixture
def personal_store(settings, english):
    """The simulated personal data store."""
    with running([PersonalStore()]) as server:
        settings.PERSONAL_STORE_URL = server.url("personal_store")
        settings.PERSONAL_STORE_KEY = "key-of-the-simulator"
        yield server["personal_store"]


@pytest.fixture
def exchange_partner(settings, english, tmp_path):
    """Ward H41.102 works in a simulated installation; this one is that of ward H41.101."""
    ours, our_certificate = write(tmp_path, "H41.101")
    _theirs, certificate = write(tmp_path, "H41.102")
    trusted = certificates_of(our_certificate.read_bytes())
    other = Exchange("H41.102", key("H41.102", FIRST, LAST), trusted, now=timezone.now)
    with running([other]) as server:
        settings.EXCHANGE_UNIT, settings.EXCHANGE_PKCS12 = "H41.101", str(ours)
        settings.EXCHANGE_PASSPHRASE = PASSPHRASE
        settings.EXCHANGE_PARTNERS = {
            "H41.102": {"url": server.url("exchange"), "certificate": str(certificate)}
        }
        yield other


@pytest.fixture
def civil_status(settings, english):
    """The simulated civil status database; whoever searches waits two seconds at most."""
    with running([CivilStatus()]) as server:
        settings.CIVIL_STATUS_URL = server.url("civil_status")
        settings.CIVIL_STATUS_KEY = "key-of-the-simulator"
        settings.STORES_SECONDS = 2.0
        yield server["civil_status"]


@pytest.fixture
def business(settings, english):
    """The simulated business registration database."""
    with running([BusinessRegistration()]) as server:
        settings.BUSINESS_URL = server.url("business")
        settings.BUSINESS_KEY = "key-of-the-simulator"
        yield server["business"]
