"""Only the portal's own words refuse a message; whatever else is answered is the connection's fault."""

import pytest

from cases.models import ConnectionState
from cases.portal.states import PortalState
from cases.services import portal as service
from onestop.simulators.base import Reply
from tests.cases.portal.conftest import row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english", "clock")]


@pytest.mark.parametrize("status", [400, 409])
def test_the_protocols_own_no_is_a_refusal_whatever_http_says_with_it(
    world, portal, deliver, monkeypatch, status
):
    said = {"error_code": "00", "message": "Thiếu MaLinhVuc"}
    monkeypatch.setattr(portal, "_each", lambda wanted, take: Reply(status, said))
    dossier = world.receive()
    assert deliver() == service.PortalCounts(refused=1)
    assert row(dossier).answer == "Code 00: Thiếu MaLinhVuc"


def test_a_wrong_address_refuses_nobody_and_is_red_with_the_reason(world, portal, deliver, settings, server):
    settings.PORTAL_URL = server.url("nobody")  # the login is right
    dossier = world.receive()
    assert deliver() == service.PortalCounts(failed=1)
    assert row(dossier).state == PortalState.WAITING
    failure = ConnectionState.objects.get(system="portal").last_failure
    assert failure == "What answers at its address does not know the request (HTTP 404)."
