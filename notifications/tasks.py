"""Celery tasks of letters and messages: thin, safe to run twice and in parallel."""

import logging

from celery import shared_task

from notifications.services import messages

logger = logging.getLogger(__name__)


@shared_task(name="notifications.tasks.deliver_messages")
def deliver_messages() -> None:
    """Deliver what is due in the outbox."""
    counts = messages.deliver_due()
    if counts != messages.DeliveryCounts():
        logger.info("Messages: %d sent, %d failed, %d given up", counts.sent, counts.failed, counts.dead)
