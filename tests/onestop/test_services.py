"""The plugin that gives every test run its servers."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection

from tests.services import with_database


@pytest.mark.parametrize(
    "url, number, expected",
    [
        ("redis://127.0.0.1:6379", 2, "redis://127.0.0.1:6379/2"),
        ("redis://127.0.0.1:6379/0", 3, "redis://127.0.0.1:6379/3"),
        ("redis://user:secret@redis:6379/1?timeout=2", 4, "redis://user:secret@redis:6379/4?timeout=2"),
        ("rediss://redis:6380/15", 1, "rediss://redis:6380/1"),
        ("unix:///tmp/x/redis.sock?db=0", 5, "unix:///tmp/x/redis.sock?db=5"),
    ],
)
def test_redis_address_gets_the_database_of_the_worker(url, number, expected):
    assert with_database(url, number) == expected


@pytest.mark.django_db
def test_database_is_a_real_postgresql_that_sorts_the_same_everywhere():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_encoding'), upper('đường'), version()")
        encoding, upper, version = cursor.fetchone()
    assert (encoding, upper) == ("UTF8", "ĐƯỜNG")
    assert version.startswith("PostgreSQL")


def test_cache_is_a_real_redis_in_a_database_of_this_process():
    cache.set("question", "answer", 10)
    assert cache.get("question") == "answer"
    assert settings.CACHES["default"]["LOCATION"] == os.environ["REDIS_URL"]


def test_cache_of_an_earlier_test_is_gone():
    assert cache.get("question") is None


def test_documents_go_to_a_temporary_folder():
    assert Path(default_storage.location).is_relative_to(os.environ["ONESTOP_TEST_FILES_DIR"])
    assert not Path(default_storage.location).is_relative_to(settings.BASE_DIR)
