"""Fixtures for all tests: people from `tests/cast.py`, servers from `tests/services.py`."""

import pytest
from django.core.cache import cache

from tests.cast import cheap_passwords, clock, world

__all__ = ["cheap_passwords", "clock", "world"]


@pytest.fixture(autouse=True)
def empty_redis():
    """Throttles, cached answers and queued tasks of one test never reach the next."""
    cache.clear()
