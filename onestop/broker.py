"""Redis as the broker, so that workers outlive it: what kombu 5.7 does not foresee."""

from kombu import transport
from kombu.transport import redis
from redis.exceptions import ConnectionError as BrokerAway


class Channel(redis.Channel):
    """Says that its connection is lost, which everybody above expects and waits for.

    kombu raises an AttributeError when a task that was begun before Redis died is acknowledged or given back
    through the channel of then; that ends the worker.
    """

    def _connparams(self, *args, **kwargs):
        if self.connection.client is None:
            raise BrokerAway("the connection of this channel is closed")
        return super()._connparams(*args, **kwargs)


class Transport(redis.Transport):
    Channel = Channel


def use() -> None:
    """Every address of a Redis broker leads here."""
    ours = f"{__name__}:{Transport.__name__}"
    for alias, path in transport.TRANSPORT_ALIASES.items():
        if path == "kombu.transport.redis:Transport":
            transport.TRANSPORT_ALIASES[alias] = ours
