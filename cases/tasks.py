"""Celery tasks: thin; each calls one service and logs its count."""

import logging

from celery import shared_task
from django.utils import timezone

from cases import services
from cases.models import Heartbeat
from cases.services import idempotency

logger = logging.getLogger(__name__)


@shared_task
def flag_overdue() -> None:
    logger.info("flagged overdue: %s", services.flag_overdue())


@shared_task
def warn_due_soon() -> None:
    logger.info("warned of due dates: %s", services.warn_due_soon())


@shared_task
def draft_apologies() -> None:
    logger.info("drafted apologies: %s", services.draft_apologies())


@shared_task
def morning_digest() -> None:
    logger.info("morning digests: %s", services.morning_digest())


@shared_task
def heartbeat() -> None:
    """Sent by the beat, done by a worker: a fresh row shows that both live."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})


@shared_task
def forget_old_keys() -> None:
    logger.info("forgot idempotency keys: %s", idempotency.forget_old_keys())
