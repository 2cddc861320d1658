"""Drafts of online filings: kept for the account that began them, and forgotten in the end."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.models import OnlineDraft, OnlineUpload
from procedures.models import Procedure

UNFINISHED_KEPT = timedelta(hours=24)  # a lost connection comes back within a day, or the file is chosen anew


def draft_for(account, procedure: Procedure) -> OnlineDraft:
    """The account's draft of this procedure, begun when there is none."""
    return OnlineDraft.objects.get_or_create(
        account=account, procedure=procedure, defaults={"saved_at": timezone.now()}
    )[0]


def own_draft(account, key: UUID) -> OnlineDraft | None:
    """The draft of this key when it is the account's own; another's is none."""
    return OnlineDraft.objects.select_related("procedure").filter(account=account, key=key).first()


def drafts_of(account) -> QuerySet[OnlineDraft]:
    return OnlineDraft.objects.filter(account=account).select_related("procedure")


@transaction.atomic
def keep_data(draft: OnlineDraft, data: dict) -> OnlineDraft:
    """Keep what was entered so far, wrong or right; what is filed is checked when it is filed."""
    draft.data, draft.saved_at = data, timezone.now()
    draft.save(update_fields=["data", "saved_at"])
    return draft


@transaction.atomic
def drop_draft(draft: OnlineDraft) -> None:
    """Delete a draft with its uploads."""
    forget_uploads(draft.uploads.all())
    draft.delete()


def forget_uploads(uploads: QuerySet[OnlineUpload]) -> int:
    """Delete uploads; their files go after the commit. Returns how many."""
    gone = list(uploads.select_for_update())
    uploads.model.objects.filter(pk__in=[upload.pk for upload in gone]).delete()
    for upload in gone:
        if upload.file.name:
            transaction.on_commit(partial(upload.file.storage.delete, upload.file.name))
    return len(gone)


def forget_old(now: datetime | None = None) -> tuple[int, int]:
    """Delete drafts that nobody goes on with and uploads that never came to an end; returns how many of each."""
    now = now or timezone.now()
    return forget_old_drafts(now), forget_unfinished(now)


def drafts_before(moment: datetime) -> QuerySet[OnlineDraft]:
    return OnlineDraft.objects.filter(saved_at__lt=moment)


def unfinished_before(moment: datetime) -> QuerySet[OnlineUpload]:
    return OnlineUpload.objects.filter(completed_at=None, touched_at__lt=moment)


@transaction.atomic
def forget_old_drafts(now: datetime) -> int:
    """Delete the drafts that were not changed for `ONLINE_DRAFT_KEPT_DAYS`, with their files."""
    before = now - timedelta(days=settings.ONLINE_DRAFT_KEPT_DAYS)
    drafts = list(drafts_before(before).select_for_update(skip_locked=True))
    for draft in drafts:
        drop_draft(draft)
    return len(drafts)


@transaction.atomic
def forget_unfinished(now: datetime) -> int:
    """Delete the uploads that stand still, with what has arrived of their files."""
    return forget_uploads(unfinished_before(now - UNFINISHED_KEPT))
