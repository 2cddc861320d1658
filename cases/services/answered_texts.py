"""A message that comes in twice is looked at once, and answered twice the same."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from cases.models import AnsweredText
from cases.sealing import seal, unseal

KEPT = timedelta(hours=24)  # longer than any gateway repeats itself


@transaction.atomic
def once(number: str, act: Callable[[], str]) -> str:
    """The answer to the message of this number: that of `act`, or what it was the first time.

    A second one at the same moment waits for the first.
    """
    hashed = hashlib.sha256(number.encode(errors="replace")).hexdigest()
    AnsweredText.objects.bulk_create([AnsweredText(key_hash=hashed)], ignore_conflicts=True)
    row = AnsweredText.objects.select_for_update().get(key_hash=hashed)
    if not row.sealed_answer:
        row.sealed_answer = seal(act(), key=number)
        row.save(update_fields=["sealed_answer"])
    return unseal(row.sealed_answer, key=number)


def forget_old_answers(now: datetime | None = None) -> int:
    """Delete the answers that no gateway asks for again; returns how many."""
    return AnsweredText.objects.filter(created_at__lt=(now or timezone.now()) - KEPT).delete()[0]
