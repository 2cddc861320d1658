"""A waiting room whose desk is open now, whenever the tests run."""

from datetime import time

import pytest
from django.utils import timezone

from cases.models import QueueTicket
from cases.services import tickets
from procedures.enums import DayKind
from procedures.models import CalendarDay, OfficeSession
from tests.cases.desk_queue import Queue, build_queue


@pytest.fixture
def waiting_room(office, settings) -> Queue:
    """Both services, the second counter open with A001 at hand, and A002 waiting."""
    settings.QUEUE_LAST_NUMBER_MINUTES = 0
    CalendarDay.objects.create(
        date=timezone.localdate(), agency=office.ward, is_worked=True, kind=DayKind.OTHER, name_vi="Mở cửa"
    )
    OfficeSession.objects.create(agency=office.ward, opens_at=time(0), closes_at=time(23, 59, 59))
    queue = build_queue(office)
    tickets.open_counter(queue.second, by=queue.colleague)
    queue.take(), queue.take()
    queue.call(queue.second)
    assert QueueTicket.objects.count() == 2
    queue.address = queue.token()
    return queue
