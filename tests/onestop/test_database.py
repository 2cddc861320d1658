"""A kept connection that the server has closed is seen before it is used, without asking the server."""

import pytest
from django.db import ProgrammingError, connection, connections
from django.test.utils import CaptureQueriesContext

from cases.models import Dossier


@pytest.fixture
def other():
    """A second connection, which the tests may lose."""
    own = connections.create_connection("default")
    own.settings_dict = connection.settings_dict
    own.ensure_connection()
    yield own
    own.close()


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_ended_is_not_usable(other):
    assert other.is_usable()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [other.connection.info.backend_pid])
    assert not other.is_usable()


@pytest.mark.django_db(transaction=True)
def test_a_connection_in_use_is_usable_and_asks_nothing(other):
    with CaptureQueriesContext(other) as asked:
        assert other.is_usable()
    assert len(asked) == 0


@pytest.mark.django_db(transaction=True)
def test_a_connection_whose_transaction_failed_is_not_usable(other):
    """As with Django's own question, which fails there too."""
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        with pytest.raises(ProgrammingError):
            cursor.execute("SELECT 1 FROM nowhere")
    assert not other.is_usable()


@pytest.mark.django_db(transaction=True)
def test_the_next_request_after_a_lost_connection_gets_a_new_one(client):
    assert client.get("/tra-cuu/", {"ma": "H41.101-261109-0001"}).status_code == 404
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    killer = connections.create_connection("default")
    killer.settings_dict = connection.settings_dict
    with killer.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    killer.close()
    connection.close_if_unusable_or_obsolete()  # as Django does when a request begins
    connection.health_check_done = False
    assert not Dossier.objects.exists()
