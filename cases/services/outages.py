"""Outages: of beat and workers, whom the web side watches, and of other systems, as the desk meets them.

An outage is a row. Of many web processes at once one makes it and one writes to the operators: a conditional
UPDATE says which. The letter goes by the mail server at once, because the outbox waits for the very workers
that are silent.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cases.events import local_text
from cases.models import Heartbeat, Outage
from notifications.errors import NotificationError
from notifications.services.operators import tell_operators

logger = logging.getLogger(__name__)

WORKER = "worker"
TRY_AGAIN = timedelta(minutes=5)  # after a mail server that refused


def watch_workers(now: datetime | None = None) -> Outage | None:
    """Note the outage and tell the operators once; end it when there is a sign of life again.

    Returns the outage that lasts, None when there is none. An installation in which no worker ever lived has
    no outage: `/readyz` says so from the beginning.
    """
    now = now or timezone.now()
    since = Heartbeat.objects.filter(name=WORKER).values_list("at", flat=True).first()
    if since is None:
        return None
    if now - since <= timedelta(seconds=settings.OUTAGE_AFTER_SECONDS):
        ended = Outage.objects.filter(name=WORKER, ended_at=None)
        if ended.update(ended_at=Greatest(F("noticed_at"), since)):
            logger.warning("beat and workers show signs of life again since %s", since)
        return None
    outage, is_new = _open_outage(since, now)
    if is_new:
        logger.error("beat and workers have been silent since %s", since)
    _tell_once(outage, now)
    return outage


def _open_outage(since: datetime, now: datetime) -> tuple[Outage, bool]:
    with transaction.atomic():
        # They lived in between and nobody looked: that one is over, and this is another.
        Outage.objects.filter(name=WORKER, ended_at=None, since__lt=since).update(
            ended_at=Greatest(F("noticed_at"), since)
        )
        outage = begin(WORKER, since, now)
    return outage, outage.noticed_at == now and outage.tried_at is None


def begin(name: str, since: datetime, now: datetime | None = None) -> Outage:
    """The open outage of this name, a new one from `since` when there is none."""
    new = Outage(name=name, since=since, noticed_at=now or timezone.now())
    with transaction.atomic():
        # The constraint lets one in; who comes second finds it.
        Outage.objects.bulk_create([new], ignore_conflicts=True)
        return Outage.objects.filter(name=name, ended_at=None).first() or new


def end(name: str, now: datetime | None = None) -> bool:
    """It answers again; False when there was no outage."""
    ended_at = Greatest(F("noticed_at"), now or timezone.now())
    return bool(Outage.objects.filter(name=name, ended_at=None).update(ended_at=ended_at))


def running(name: str) -> Outage | None:
    """The outage of this name that lasts."""
    return Outage.objects.filter(name=name, ended_at=None).first()


def _tell_once(outage: Outage, now: datetime) -> None:
    if not settings.OPERATOR_EMAILS:
        return
    rested = Q(tried_at=None) | Q(tried_at__lte=now - TRY_AGAIN)
    # Whoever tries has it to themselves for a while; told is what was sent, even if that were twice.
    mine = Outage.objects.filter(rested, pk=outage.pk, told_at=None).update(tried_at=now)
    if not mine:
        return
    with translation.override(settings.LANGUAGE_CODE):
        words = {"since": local_text(outage.since), "address": settings.PUBLIC_URL}
        subject = _("One-stop desk: the workers have been silent since %(since)s") % words
        body = (
            _(
                "Beat and workers of %(address)s last showed that they live at %(since)s.\n"
                "Messages, warnings, flags of overdue dossiers and drafts of letters wait; reception goes on.\n"
                "Look whether beat, workers and Redis run. When they do, everything that was missed is made up "
                "for; nothing has to be done by hand. This is the only message about this outage."
            )
            % words
        )
    try:
        tell_operators(settings.OPERATOR_EMAILS, subject=subject, body=body)
    except NotificationError as error:
        logger.error("the operators could not be told that the workers are silent: %s", error)
    else:
        Outage.objects.filter(pk=outage.pk).update(told_at=now)
