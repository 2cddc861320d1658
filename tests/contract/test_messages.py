"""What we rely on at the gateways of SMS and Zalo OA (docs/integrations.md); messages go to a number for tests.

What a gateway tells by itself needs an address that it can reach: `tests/onestop/test_message_gateways.py`.
"""

import json

import pytest

from notifications.channels import Outgoing, open_gateway
from notifications.errors import DeliveryFailed
from onestop.outside import Door
from onestop.simulators.sms import MessageGateway, ZaloGateway
from tests.contract.sides import REAL, given, new_number, side, sides

SIMULATORS = {"SMS": MessageGateway, "ZALO": ZaloGateway}
TOKEN = "token-of-the-simulator"
BOTH = [(system, which) for system in SIMULATORS for which in sides(system, "TOKEN", "TO")]


@pytest.fixture(params=BOTH, ids="-".join)
def system(request, settings):
    """The settings lead to that side; yields the name of the system."""
    system, which = request.param
    with side(which, system, SIMULATORS[system](token=TOKEN)) as url:
        setattr(settings, f"{system}_GATEWAY_URL", url)
        setattr(settings, f"{system}_GATEWAY_TOKEN", given(system, "TOKEN") if which == REAL else TOKEN)
        success = json.loads(given(system, "SUCCESS", '{"ok": true}'))
        setattr(settings, f"{system}_GATEWAY_SUCCESS", success)
        setattr(settings, f"{system}_CALLBACK_SECRET", "")  # nothing is told to who cannot be reached
        yield system


def message(system: str, **changes) -> Outgoing:
    told = {"key": new_number(), "recipient": given(system, "TO", "0900000001"), "subject": ""}
    return Outgoing(**{**told, "body": "Tin thử kết nối của Bộ phận Một cửa.", **changes})


def send(system: str, told: Outgoing) -> None:
    gateway = open_gateway(system.lower())
    try:
        gateway.send(told)
    finally:
        gateway.close()


def test_a_message_is_taken_also_a_second_time(system):
    told = message(system)
    send(system, told)
    send(system, told)


def test_a_wrong_token_is_not_let_in(system, settings):
    setattr(settings, f"{system}_GATEWAY_TOKEN", "khong-phai")
    with pytest.raises(DeliveryFailed) as failed:
        send(system, message(system))
    assert failed.value.unreachable


def test_a_message_to_nobody_is_not_taken(system):
    with pytest.raises(DeliveryFailed):
        send(system, message(system, recipient=""))


def test_nothing_to_read_is_no_wrong_address(system, settings):
    """What “Try now” does; HTTP 404 there would be taken for a wrong address."""
    token = getattr(settings, f"{system}_GATEWAY_TOKEN")
    headers = {"Authorization": f"Bearer {token}"}
    with Door(getattr(settings, f"{system}_GATEWAY_URL"), headers, spoken=range(200, 600)) as door:
        assert door.ask("GET").status not in {401, 403, 404, 410}
