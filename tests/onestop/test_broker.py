"""A worker outlives its broker; killed for real in `make chaos` (redis-killed)."""

import pytest
from redis.exceptions import ConnectionError as BrokerAway

from onestop.broker import Transport
from onestop.celery import app


def test_what_was_begun_before_the_broker_died_is_refused_as_a_lost_connection(settings):
    with app.connection() as connection:
        assert isinstance(connection.transport, Transport)
        channel = connection.channel()
        transport = channel.connection
        transport.client = None  # as kombu leaves it when the connection is lost
        channel._pool = None
        with pytest.raises(BrokerAway), channel.conn_or_acquire():
            pass
        transport.client = connection
        assert issubclass(BrokerAway, connection.recoverable_connection_errors)
