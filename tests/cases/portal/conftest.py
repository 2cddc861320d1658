"""The simulated portal, and the settings that lead to it; its messages as short pairs."""

import pytest

from cases.models import Dossier, PortalDossier
from cases.services import portal as service
from cases.services import portal_variants
from onestop.simulators.base import running
from onestop.simulators.portal import Portal


@pytest.fixture
def server():
    with running([Portal()]) as server:
        yield server


@pytest.fixture
def portal(server, settings):
    """The portal, connected; short of patience, so that no test waits."""
    url = server.url("portal")
    settings.PORTAL_URL, settings.PORTAL_LOGIN_URL = url, f"{url}/login"
    settings.PORTAL_USERNAME, settings.PORTAL_PASSWORD = Portal.USERNAME, Portal.PASSWORD
    settings.PORTAL_UNIT = Portal.UNIT
    settings.PORTAL_READ_SECONDS = 0.5
    settings.PORTAL_FILINGS_SERVICE = Portal.FILINGS
    settings.PORTAL_FILINGS_TAKEN_SERVICE = Portal.FILINGS_TAKEN
    portal_variants._field_codes.clear()
    return server["portal"]


@pytest.fixture
def deliver(portal, clock):
    """Runs until nothing is due any more; the sum of what they did."""

    def deliver() -> service.PortalCounts:
        return service.deliver_due()

    return deliver


def row(dossier: Dossier) -> PortalDossier:
    return PortalDossier.objects.get(dossier=dossier.pk)


def told(dossier: Dossier) -> list[tuple[str, int]]:
    """Kind and status of the messages of a dossier, in order, sent or not."""
    return list(dossier.portal_messages.order_by("number").values_list("kind", "status"))


def statuses(dossier: Dossier) -> list[int]:
    """What its steps say, in order."""
    return [status for kind, status in told(dossier) if kind == "step"]
