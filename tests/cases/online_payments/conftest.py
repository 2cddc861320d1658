"""A payment platform beside each test: the simulator, and what it would send by itself."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from django.test import Client

from cases.connections.payment import calls
from cases.services import online_payments
from cases.services.payment_platform import platform as configured
from onestop.simulators.base import running
from onestop.simulators.payment import MERCHANT, SECRET, PaymentSimulator


@dataclass
class Platform:
    """`told`: the notices it has sent and what each was answered; `deliver` sends them to our address."""

    simulator: PaymentSimulator
    outbox: list[tuple[str, dict]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    def pay(self, order, **changes):
        """The citizen pays; the notices wait in the outbox."""
        self.simulator.pay(order.order_number, **changes)
        self.simulator.notify(order.order_number)

    def deliver(self) -> list[str]:
        """All notices in the order in which they were sent; returns the codes that they were answered with."""
        sent, self.outbox[:] = list(self.outbox), []
        self.answers += (codes := [send(notice) for _url, notice in sent])
        return codes


def send(notice, **headers) -> str:
    answer = Client(enforce_csrf_checks=True).post(
        "/thanh-toan/thong-bao/", notice, content_type="application/json", **headers
    )
    assert answer.status_code == 200
    return answer.json()["resultCode"]


@pytest.fixture
def platform(settings, monkeypatch):
    outbox: list[tuple[str, dict]] = []
    simulator = PaymentSimulator(lambda url, notice: outbox.append((url, notice)), notifies=False)
    with running([simulator]) as server:
        settings.PAYMENT_URL = server.url("payment")
        settings.PAYMENT_MERCHANT, settings.PAYMENT_SECRET = MERCHANT, SECRET
        monkeypatch.setattr(calls, "READ_SECONDS", 1)
        yield Platform(simulator, outbox)


@pytest.fixture
def order(world, platform):
    """An order of 15,000 VND for a received dossier."""
    return online_payments.begin(world.receive(world.paid), by=world.clerk)


@pytest.fixture
def known(platform):
    """The platform as the services know it."""
    return configured()


def path_of(url: str) -> str:
    return urlsplit(url).path
