"""A waiting room for the tests: two services and two counters at the ward's desk, and visitors."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from cases import waiting
from cases.models import QueueService, QueueTicket, ServiceCounter, WaitingRoom
from cases.services import tickets
from procedures.enums import Role
from procedures.models import Staff
from tests.cases.helpers import make_person


@dataclass
class Queue:
    civil: QueueService  # A
    copies: QueueService  # B
    first: ServiceCounter
    second: ServiceCounter
    clerk: Staff
    colleague: Staff

    def take(self, service: QueueService | None = None, *, priority: bool = False, nonce: UUID | None = None):
        return tickets.take_ticket(service or self.civil, has_priority=priority, nonce=nonce)

    def sit(self) -> None:
        """Both clerks sit down."""
        self.first = tickets.open_counter(self.first, by=self.clerk)
        self.second = tickets.open_counter(self.second, by=self.colleague)

    def call(self, counter: ServiceCounter | None = None) -> str:
        """The next number as the clerk of the counter calls it, or nothing."""
        counter = counter or self.first
        by = self.clerk if counter == self.first else self.colleague
        called = tickets.call_next(counter, by=by, after=self.at_hand(counter))
        return str(called) if called else ""

    def at_hand(self, counter: ServiceCounter | None = None) -> QueueTicket | None:
        at_hand = QueueTicket.objects.filter(counter=counter or self.first, ended_at=None)
        return at_hand.select_related("service", "desk", "counter__desk").first()

    def token(self) -> str:
        room, _new = WaitingRoom.objects.get_or_create(desk=self.civil.desk)
        return waiting.token_of(room)


def build_queue(world) -> Queue:
    desk = world.ward
    civil = QueueService.objects.create(desk=desk, letter="A", name_vi="Hộ tịch", name_en="Civil status")
    copies = QueueService.objects.create(desk=desk, letter="B", name_vi="Chứng thực", position=1)
    return Queue(
        civil,
        copies,
        ServiceCounter.objects.create(desk=desk, number=1, name="Quầy 1"),
        ServiceCounter.objects.create(desk=desk, number=2, name="Quầy 2"),
        world.clerk,
        make_person("mot-cua-2", desk, Role.CLERK, is_staff=True),
    )


@pytest.fixture
def queue(world) -> Queue:
    return build_queue(world)
