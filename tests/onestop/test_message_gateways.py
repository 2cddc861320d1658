"""The simulated gateways of messages: what they take, what they tell by themselves, and each fault."""

import time
from uuid import uuid4

import pytest

from cases import lookup
from cases.connections.systems import Health
from cases.models import ConnectionState
from cases.services.around import all_connections, try_now
from notifications.models import Message, MessageReport
from notifications.services.messages import deliver_due
from onestop.outside import Door, OutsideError
from onestop.simulators.base import Fault, Reply, running
from onestop.simulators.sms import MessageGateway, ZaloGateway
from procedures.enums import Role
from tests.cases.helpers import make_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english")]


@pytest.fixture
def simulators(settings, live_server, monkeypatch):
    """Both, connected as the demo connects them; faults that take time take none."""
    monkeypatch.setattr("onestop.simulators.base.LATE_SECONDS", 0.01)
    settings.PUBLIC_URL = live_server.url
    settings.SMS_CALLBACK_SECRET = settings.ZALO_CALLBACK_SECRET = "bi-mat"
    settings.QUIET_HOURS_FROM = settings.QUIET_HOURS_TO = "21:00"
    sms = MessageGateway(secret="bi-mat", inbound_to=f"{live_server.url}/cong/sms/tin-den/", after=0.01)
    with running([sms, ZaloGateway(secret="bi-mat", after=0.01)]) as server:
        settings.SMS_GATEWAY_URL = server.url("sms") + "/"
        settings.ZALO_GATEWAY_URL = server.url("zalo") + "/"
        yield server


def sent(world, simulators, fault: Fault | None = None, *, reports: int = 1) -> Message:
    """A text message of a reception, delivered, with what the gateway told of it."""
    world.receive()
    simulators["sms"].set_fault(fault, 1)
    deliver_due()
    wait_until(lambda: len(simulators["sms"].told) >= reports)
    return Message.objects.filter(channel="sms").latest("pk")


def wait_until(there) -> None:
    for _turn in range(500):
        if there():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come")


def statuses(message) -> list[str]:
    return sorted(row.status for row in MessageReport.objects.filter(message=message))


def health_of(system: str) -> Health:
    return next(shown.health for shown in all_connections() if shown.system == system)


def test_what_is_sent_is_taken_and_reported(world, simulators):
    message = sent(world, simulators)
    assert (message.state, statuses(message)) == ("sent", ["arrived"])
    assert health_of("sms") == Health.WORKING


@pytest.mark.parametrize(
    ("fault", "reports", "expected"),
    [
        (Fault.TWICE, 2, ["arrived"]),
        (Fault.SHUFFLED, 2, ["arrived", "failed"]),
        (Fault.FORGED, 1, []),
        (Fault.WRONG, 1, []),
    ],
)
def test_bad_reports_change_nothing_that_is_right(world, simulators, fault, reports, expected):
    assert statuses(sent(world, simulators, fault, reports=reports)) == expected


# An answer in UTF-16 is none: JSON says by itself which of the three it is written in.
@pytest.mark.parametrize(
    "fault",
    [
        Fault.AWAY,
        Fault.HALF,
        Fault.ERROR,
        Fault.UNCLEAR,
        Fault.BUSY,
        Fault.HTML,
        Fault.NOT_THERE,
        Fault.STRANGER,
    ],
)
def test_a_gateway_that_fails_is_red_with_the_reason_and_green_again(world, simulators, clock, fault):
    world.receive()
    simulators["sms"].set_fault(fault, 1)
    deliver_due()
    assert health_of("sms") == Health.FAILING
    assert ConnectionState.objects.get(system="sms").last_failure.endswith(".")
    clock.move_to("2026-11-10 09:00")
    deliver_due()
    assert health_of("sms") == Health.WORKING
    assert not Message.objects.filter(channel="sms").exclude(state="sent").exists()


def test_a_refusal_is_an_answer(world, simulators):
    world.receive()
    simulators["sms"].set_fault(Fault.REFUSE, 1)
    deliver_due()
    assert health_of("sms") == Health.WORKING


def test_without_a_gateway_nothing_is_pretended(world, settings):
    world.receive()
    deliver_due()
    assert health_of("sms") == Health.NOT_CONNECTED
    assert not ConnectionState.objects.exists()


def test_trying_it_knocks_and_sends_nothing(world, simulators):
    keeper = make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)
    try_now("sms", by=keeper)
    assert (simulators["sms"].taken, health_of("sms")) == ({}, Health.WORKING)
    simulators["sms"].set_fault(Fault.SIGNED_OUT, 1)
    with pytest.raises(OutsideError, match="does not let us in"):
        try_now("sms", by=keeper)
    assert health_of("sms") == Health.FAILING


def test_a_wrong_address_is_red_and_burns_the_attempts_of_one_message_only(world, simulators, settings):
    world.receive()
    world.receive()
    settings.SMS_GATEWAY_URL = simulators.url("nobody")
    with pytest.raises(OutsideError, match="does not know the request"):
        try_now("sms", by=make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True))
    assert health_of("sms") == Health.FAILING
    deliver_due()
    assert sorted(Message.objects.filter(channel="sms").values_list("attempts", flat=True)) == [0, 1]
    assert "HTTP 404" in ConnectionState.objects.get(system="sms").last_failure


def test_a_gateway_that_has_nothing_to_read_is_there(world, simulators, monkeypatch):
    monkeypatch.setattr(simulators["sms"], "answer", lambda asked: Reply(405, {"ok": False}))
    try_now("sms", by=make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True))
    assert health_of("sms") == Health.WORKING


@pytest.mark.parametrize("fault", [None, Fault.TWICE])
def test_somebody_looks_up_by_text_message(world, simulators, fault):
    dossier = world.receive()
    simulators["sms"].set_fault(fault, 1)
    wanted = {
        "from": "0900000101",
        "text": f"TC {dossier.code} {lookup.secret_of(dossier)}",
        "id": str(uuid4()),
    }
    with Door(simulators.url("sms")) as door:
        told = door.ask("POST", "inbound", body=wanted).object()
    assert told["status"] == 200
    assert told["answer"]["reply"].startswith(f"Ho so {dossier.code}: da tiep nhan")


def test_a_forged_message_is_refused(world, simulators):
    simulators["sms"].set_fault(Fault.FORGED, 1)
    with Door(simulators.url("sms")) as door:
        told = door.ask("POST", "inbound", body={"from": "1", "text": "TC"}).object()
    assert told == {"status": 403, "answer": None}
