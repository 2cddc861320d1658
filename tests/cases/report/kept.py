"""What the tests of kept parts begin with: every agency is large, and pages are short."""

import pytest
from django.utils import timezone

from cases import tasks
from cases.models import Heartbeat
from cases.report import paged
from cases.services import kept_reports, reports


@pytest.fixture(autouse=True)
def everything_is_long(monkeypatch):
    monkeypatch.setattr(reports, "AT_ONCE", 0)
    monkeypatch.setattr(paged, "PAGE_ROWS", 2)


@pytest.fixture
def called(monkeypatch) -> list[str]:
    """Every call of a worker; none of them runs."""
    calls = []
    monkeypatch.setattr(tasks.count_reports, "apply_async", lambda **options: calls.append("called"))
    return calls


@pytest.fixture
def alive(db):
    Heartbeat.objects.create(name="worker", at=timezone.now())


def scope(world, period="2026-11"):
    return reports.scope_of(world.province, period)


def kept(world, part="late", period="2026-11") -> kept_reports.Standing:
    """Counted by a worker."""
    kept_reports.ask(scope(world, period), part)
    assert kept_reports.count_waiting() == 1
    return kept_reports.look(scope(world, period), part)
