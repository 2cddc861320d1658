"""A post beside each test: the simulator, and what it would tell by itself."""

from dataclasses import dataclass, field

import pytest
from django.test import Client

from cases.connections import post as office
from cases.enums import ReturnChannel
from onestop.simulators.base import running
from onestop.simulators.post import SECRET, TOKEN, PostSimulator


@dataclass
class Post:
    """`outbox`: what it has sent by itself; `deliver` sends it to our address."""

    simulator: PostSimulator
    outbox: list[tuple[bytes, str]] = field(default_factory=list)

    def happens(self, order, *steps: str) -> None:
        for step in steps:
            self.simulator.step(order.tracking_number, step)

    def deliver(self) -> list[str]:
        """Everything in the order in which it was sent; returns the codes that it was answered with."""
        sent, self.outbox[:] = list(self.outbox), []
        return [send(content, signature) for content, signature in sent]


def send(content: bytes, signature: str) -> str:
    answer = Client(enforce_csrf_checks=True).post(
        "/buu-chinh/hanh-trinh/",
        content,
        content_type="application/json",
        headers={"X-Signature": signature},
    )
    assert answer.status_code in {200, 401}
    return answer.json()["code"]


@pytest.fixture
def post(world, settings, monkeypatch):
    outbox: list[tuple[bytes, str]] = []
    simulator = PostSimulator(lambda content, signature: outbox.append((content, signature)), moves=False)
    with running([simulator]) as server:
        settings.POST_URL, settings.POST_TOKEN, settings.POST_SECRET = server.url("post"), TOKEN, SECRET
        monkeypatch.setattr(office, "READ_SECONDS", 1)
        yield Post(simulator, outbox)


@pytest.fixture
def ready(world, post):
    """A result that goes by post, with nothing owed."""
    return world.with_result(return_channel=ReturnChannel.POST)


@pytest.fixture
def owed(world, post):
    """A result that goes by post, with 15,000 VND still owed."""
    return world.with_result(world.paid, return_channel=ReturnChannel.POST)
