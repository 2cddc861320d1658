"""A session ends after a time without a request, and after a working day whatever happens."""

import pytest
from django.test import Client

HOME = "/quan-tri/"


@pytest.fixture
def client(world) -> Client:
    client = Client()
    client.force_login(world.clerk)
    return client


def is_in(client) -> bool:
    return client.get(HOME).status_code == 200


def test_who_has_been_away_too_long_signs_in_again(client, clock):
    assert is_in(client)
    clock.move_to("2026-11-09 11:00")
    assert is_in(client)
    clock.move_to("2026-11-09 13:01")
    answer = client.get(HOME)
    assert answer["Location"] == "/quan-tri/login/?next=/quan-tri/"


def test_a_session_ends_after_a_working_day_although_it_was_used(client, clock):
    for hour in range(10, 20):
        clock.move_to(f"2026-11-09 {hour}:00")
        assert is_in(client)
    clock.move_to("2026-11-09 19:01")
    assert not is_in(client)


def test_hours_and_minutes_are_settings(client, clock, settings):
    settings.SESSION_IDLE_SECONDS = 300
    clock.move_to("2026-11-09 09:05")
    assert is_in(client)
    clock.move_to("2026-11-09 09:11")
    assert not is_in(client)


def test_the_api_ends_the_session_too(client, clock):
    assert client.get("/api/v1/me/").status_code == 200
    clock.move_to("2026-11-09 11:01")
    assert client.get("/api/v1/me/").status_code == 401


def test_a_page_for_everybody_asks_no_database_who_it_is(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client().get("/tra-cuu/").status_code == 200
