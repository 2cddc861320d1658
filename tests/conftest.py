"""Fixtures for all tests: people from `tests/cast.py`, servers from `tests/services.py`."""

import pytest
from django.core.cache import cache
from django.db import connection

from tests.cast import cheap_passwords, clock, world

__all__ = ["cheap_passwords", "clock", "world"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that commit are followed by a TRUNCATE of everything, which the history refuses elsewhere."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {name} SET onestop.may_truncate = 'on'")
        cursor.execute("SET onestop.may_truncate = 'on'")


@pytest.fixture(autouse=True)
def empty_redis():
    """Throttles, cached answers and queued tasks of one test never reach the next."""
    cache.clear()


@pytest.fixture
def english(settings):
    """Sentences are compared in English, the language of the source, also in other threads."""
    settings.LANGUAGE_CODE = "en"
