"""The other sides on loopback, and this installation connected to them."""

import pytest

from cases.connections.population import client
from onestop.simulators.base import running
from onestop.simulators.personal_store import PersonalStore
from onestop.simulators.population import Population


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
