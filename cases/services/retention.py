"""What is kept no longer: everything that names people and that no law on archives asks to keep.

Dossiers, their history, papers and letters, the registers of feedback and the ratings stay: they are
archives. Each kind of the rest has its time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import AnsweredText, IdempotencyKey, ListExport, ReadAccess, ReceptionDraft
from cases.services.answered_texts import KEPT as ANSWERS_KEPT
from cases.services.answered_texts import forget_old_answers
from cases.services.drafts import forget_old_drafts
from cases.services.exports import forget_old_exports
from cases.services.idempotency import KEPT, forget_old_keys
from cases.services.online_drafts import (
    UNFINISHED_KEPT,
    drafts_before,
    forget_unfinished,
    unfinished_before,
)
from cases.services.online_drafts import forget_old_drafts as forget_old_online_drafts
from cases.services.online_payments import FORGED_KEPT, forget_notices_of_anybody, notices_of_anybody
from cases.services.population import forget_old_lookups, old_lookups
from cases.services.reading import forget_old_reads
from notifications.services.messages import forget_old_bodies, with_old_bodies


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of rows, how long it is kept, which rows are older, and what forgets them."""

    name: Promise
    kept: Callable[[], timedelta]
    older: Callable[[datetime], QuerySet]
    forget: Callable[[datetime], int]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a rule found: how many rows from before which moment."""

    name: str
    before: datetime
    count: int


RULES = [
    Rule(
        _("drafts of receptions"),
        lambda: timedelta(hours=settings.DRAFT_KEPT_HOURS),
        lambda before: ReceptionDraft.objects.filter(saved_at__lt=before),
        forget_old_drafts,
    ),
    Rule(
        _("drafts of online filings"),
        lambda: timedelta(days=settings.ONLINE_DRAFT_KEPT_DAYS),
        drafts_before,
        forget_old_online_drafts,
    ),
    Rule(_("unfinished uploads"), lambda: UNFINISHED_KEPT, unfinished_before, forget_unfinished),
    Rule(
        _("answers kept for repeated requests"),
        lambda: KEPT,
        lambda before: IdempotencyKey.objects.filter(created_at__lt=before),
        forget_old_keys,
    ),
    Rule(
        _("answers to text messages"),
        lambda: ANSWERS_KEPT,
        lambda before: AnsweredText.objects.filter(created_at__lt=before),
        forget_old_answers,
    ),
    Rule(
        _("exports of lists"),
        lambda: timedelta(hours=settings.EXPORT_KEPT_HOURS),
        lambda before: ListExport.objects.filter(asked_at__lt=before),
        forget_old_exports,
    ),
    Rule(
        _("texts of messages"),
        lambda: timedelta(days=settings.MESSAGE_BODY_KEPT_DAYS),
        with_old_bodies,
        lambda now: forget_old_bodies(now - timedelta(days=settings.MESSAGE_BODY_KEPT_DAYS)),
    ),
    Rule(
        _("records of access"),
        lambda: timedelta(days=settings.READ_ACCESS_KEPT_DAYS),
        lambda before: ReadAccess.objects.filter(at__lt=before),
        forget_old_reads,
    ),
    Rule(
        _("notices of payments that nobody signed"),
        lambda: FORGED_KEPT,
        notices_of_anybody,
        forget_notices_of_anybody,
    ),
    Rule(
        _("look-ups in the population database"),
        lambda: timedelta(days=settings.READ_ACCESS_KEPT_DAYS),
        old_lookups,
        forget_old_lookups,
    ),
    Rule(
        _("sessions that have ended"),
        timedelta,
        lambda before: Session.objects.filter(expire_date__lt=before),
        lambda now: Session.objects.filter(expire_date__lt=now).delete()[0],
    ),
    Rule(
        _("wrong passwords"),
        lambda: settings.AXES_COOLOFF_TIME,
        lambda before: AccessAttempt.objects.filter(attempt_time__lt=before),
        lambda now: AccessAttempt.objects.filter(attempt_time__lt=now - settings.AXES_COOLOFF_TIME).delete()[
            0
        ],
    ),
]


def apply_retention(now: datetime | None = None, *, dry_run: bool = False) -> list[Forgotten]:
    """Forget what is over its time, or with `dry_run` only count it. Safe to repeat."""
    now = now or timezone.now()
    done = []
    for rule in RULES:
        before = now - rule.kept()
        count = rule.older(before).count() if dry_run else rule.forget(now)
        done.append(Forgotten(str(rule.name), before, count))
    return done
