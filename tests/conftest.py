"""Fixtures for all tests: people from `tests/cast.py`, servers from `tests/services.py`."""

import gc
import os

import pypdf.filters  # noqa: F401 - looks for a program: not first while a test says that all are there
import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models.expressions import Col
from django.test import TransactionTestCase
from whitenoise.middleware import WhiteNoiseMiddleware

from tests import emptied, migrated
from tests.cast import cheap_passwords, clock, world

__all__ = ["cheap_passwords", "clock", "world"]


def pytest_collection_finish():
    """What is loaded by now stays to the end: the garbage collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


# What runs processes of its own for minutes: first, or one worker would wait at the end of a run for the other. Before
# all what needs no test database, which the other worker makes meanwhile. An emptied database is as a new one, so
# tests that commit may come before those that do not.
LONGEST = (
    "tests/test_chaos.py",
    "tests/onestop/test_demo.py",
    "tests/onestop/many_machines/",
    "tests/upgrade/",
    "tests/test_fuzz.py",
)


def pytest_collection_modifyitems(items):
    items.sort(key=_turn)  # stable: what shares a fixture stays together


def _turn(item) -> tuple[int, int]:
    """What is in `LONGEST` without a test database, the rest of it, and then whatever is not there."""
    path = str(item.path.relative_to(item.config.rootpath))
    place = next((number for number, one in enumerate(LONGEST) if path.startswith(one)), None)
    if place is None:
        return 2, 0
    with_database = {"db", "transactional_db", "live_server"} & set(item.fixturenames)
    return int(bool(with_database) or item.get_closest_marker("django_db") is not None), place


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_blocker):
    """A new database is a copy of one that is migrated already, see `tests.migrated`."""
    test = connection.settings_dict["TEST"]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    with django_db_blocker.unblock():
        test["TEMPLATE"] = migrated.template(connection, test["NAME"].removesuffix(f"_{worker}"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that commit are followed by a TRUNCATE of everything, which the history refuses elsewhere.

    Where the account may silence triggers, as on the private server, what was written is deleted instead.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {name} SET onestop.may_truncate = 'on'")
        cursor.execute("SET onestop.may_truncate = 'on'")
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        may_silence = cursor.fetchone()[0]
    with pytest.MonkeyPatch.context() as patch:
        if may_silence:
            patch.setattr(TransactionTestCase, "_fixture_teardown", emptied.delete_what_was_written)
        yield


@pytest.fixture(autouse=True)
def empty_redis():
    """Throttles, cached answers and queued tasks of one test never reach the next."""
    cache.clear()


@pytest.fixture(autouse=True, scope="session")
def columns_are_hashed_cheaply():
    """Django hashes each column of each ordered query by the signature of its constructor: a twentieth of a run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Col, "__hash__", lambda column: hash((column.alias, column.target.name)))
        yield


@pytest.fixture(autouse=True, scope="session")
def static_files_are_listed_once():
    """Each new browser of a test loads the middleware, which would look at hundreds of files anew."""
    listed, listing = {}, WhiteNoiseMiddleware.add_files_from_finders

    def add_files_from_finders(middleware):
        headers = (middleware.static_prefix, middleware.max_age, middleware.allow_all_origins)
        if headers not in listed:
            before, middleware.files = middleware.files, {}
            listing(middleware)
            listed[headers], middleware.files = middleware.files, before
        middleware.files |= listed[headers]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_files_from_finders)
        yield


@pytest.fixture
def english(settings):
    """Sentences are compared in English, the language of the source, also in other threads."""
    settings.LANGUAGE_CODE = "en"
