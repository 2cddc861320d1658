"""The sign-in of citizens on the page of connections: what its provider says about itself."""

import pytest

from cases.connections.systems import Health, System
from cases.models import ConnectionState
from cases.services import around
from onestop.outside import Garbled, NotReached
from procedures.enums import Role
from tests.cases.helpers import make_person
from tests.citizens import provider

__all__ = ["provider"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def keeper(world):
    return make_person("he-thong", None, Role.SYSTEM_ADMIN)


def health() -> Health:
    return next(one.health for one in around.all_connections() if one.system == System.VNEID)


def test_without_a_provider_it_is_not_connected(settings):
    settings.OIDC_CITIZEN_ISSUER = ""
    assert health() == Health.NOT_CONNECTED


def test_a_provider_that_answers_is_working(provider, keeper, settings):
    settings.OIDC_CITIZEN_ISSUER = provider.issuer
    assert health() == Health.UNTRIED
    around.try_now(System.VNEID, by=keeper)
    assert health() == Health.WORKING


def test_a_provider_that_is_away_or_another_one_is_failing(provider, keeper, settings):
    settings.OIDC_CITIZEN_ISSUER = "http://127.0.0.1:9"
    with pytest.raises(NotReached):
        around.try_now(System.VNEID, by=keeper)
    assert health() == Health.FAILING
    settings.OIDC_CITIZEN_ISSUER = f"{provider.issuer}/elsewhere"
    with pytest.raises(Garbled, match="HTTP 404"):
        around.try_now(System.VNEID, by=keeper)
    assert health() == Health.FAILING
    settings.OIDC_CITIZEN_ISSUER, provider.issuer = provider.issuer, "https://somebody.example"
    with pytest.raises(Garbled):
        around.try_now(System.VNEID, by=keeper)
    assert ConnectionState.objects.get(system=System.VNEID).last_failure == (
        "What it says about itself is another provider's."
    )
