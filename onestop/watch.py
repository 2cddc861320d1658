"""Every web process looks now and then whether beat and workers live, after an answer has been sent.

So nobody waits for it, and a probe of `/healthz` is enough to notice an outage at night.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.signals import request_finished
from django.db import DatabaseError
from django.dispatch import receiver
from django.utils import timezone

from cases.models import Heartbeat
from cases.services.outages import WORKER, watch_workers
from onestop import access

logger = logging.getLogger(__name__)

LOOK_EVERY = timedelta(seconds=30)


class _Looked:
    """When this process looked last; None before the first time."""

    at = None


@receiver(request_finished)
def look(sender, **kwargs) -> None:
    """At most once in `LOOK_EVERY`, and only where there are operators to be told."""
    now = timezone.now()
    if not settings.OPERATOR_EMAILS or (_Looked.at and abs(now - _Looked.at) < LOOK_EVERY):
        return
    _Looked.at = now
    try:
        watch_workers(now)
    except DatabaseError as error:  # the answer is out; the database's own absence is seen by /readyz
        logger.error("could not look whether the workers live: %s", error)


def silent_since(user):
    """Since when the workers have been silent for too long, for those who answer for it; None when they live."""
    if not user.is_authenticated or not (access.supervises(user) or access.keeps_agencies(user)):
        return None
    at = Heartbeat.objects.filter(name=WORKER).values_list("at", flat=True).first()
    if at is None or timezone.now() - at <= timedelta(seconds=settings.OUTAGE_AFTER_SECONDS):
        return None
    return at
