"""A worker outlives its broker."""

from celery.worker import consumer

from onestop.celery import app
from onestop.worker import Consumer


def test_the_workers_use_it():
    assert app.conf.worker_consumer == "onestop.worker:Consumer"


def test_a_connection_that_cannot_be_closed_in_order_does_not_end_the_worker(monkeypatch):
    """As kombu raises it when a task was not acknowledged while the broker died."""

    def raises(self, exc):
        raise AttributeError("'NoneType' object has no attribute 'hostname'")

    monkeypatch.setattr(consumer.Consumer, "on_connection_error_after_connected", raises)
    worker = Consumer.__new__(Consumer)
    assert worker.on_connection_error_after_connected(ConnectionError("Connection closed by server.")) is None
