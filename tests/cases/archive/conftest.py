"""A year that may be archived: what ended in 2026, looked at in January 2029."""

import pytest
from django.db import connection

from cases.archive import schemas
from cases.archive.reading import reading
from cases.models import Dossier
from cases.services import archiving, audit
from notifications.enums import MessageState
from notifications.models import Message

YEAR = 2026


def nothing_waits() -> None:
    """Messages went out long ago, and the history is chained."""
    Message.objects.filter(state=MessageState.PENDING).update(state=MessageState.CANCELLED)
    audit.chain_waiting()


@pytest.fixture
def ended(world, clock) -> Dossier:
    """A dossier that was handed over in 2026; nothing of it waits."""
    dossier = world.returned()
    nothing_waits()
    clock.move_to("2029-01-10 09:00")
    return dossier


@pytest.fixture
def archived(ended) -> Dossier:
    archiving.archive_year(YEAR)
    connection.check_constraints()  # as a commit does
    return ended


@pytest.fixture
def without_years():
    """Tests that commit take their years away again."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'archive\\_%'")
        for (schema,) in cursor.fetchall():
            schemas.drop(int(schema.removeprefix("archive_")))


def rows_of(year: int, model) -> int:
    with reading(year):
        return model.objects.count()
