"""What our workers do differently from Celery's: they outlive a broker that dies while they work."""

import logging

from celery.worker.consumer import Consumer as CeleryConsumer

logger = logging.getLogger(__name__)


class Consumer(CeleryConsumer):
    """Reconnects also when a task was not acknowledged yet at the moment the broker went away.

    kombu 5.7 closes the lost connection, wants to give the task back through it, finds the connection half
    taken apart and raises an AttributeError that ends the worker. The task is not lost: the beat asks for the
    same work again, and the broker gives back what nobody has acknowledged.
    """

    def on_connection_error_after_connected(self, exc):
        try:
            super().on_connection_error_after_connected(exc)
        except AttributeError:
            logger.warning("the lost connection to the broker could not be closed in order", exc_info=True)
