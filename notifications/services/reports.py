"""What gateways tell later of messages that they took: whether they arrived at the telephone."""

import uuid
from datetime import datetime, timedelta

from django.utils import timezone

from notifications.enums import ReportStatus
from notifications.models import Message, MessageReport

CLOCKS_DIFFER = timedelta(minutes=5)


def note_report(channel: str, key: str, *, status: str, at: datetime | None, detail: str = "") -> bool:
    """Keep one report of a gateway; False for a message that this channel never had.

    Told twice, in another order, or weeks later: each status of a message is one row, and none is changed. A
    moment that is still to come, or none at all, is that of the telling. Raises `ValueError` for a status that
    nobody knows.
    """
    status, now = ReportStatus(status), timezone.now()
    try:
        known = uuid.UUID(key)
    except ValueError:
        return False
    message = Message.objects.filter(key=known, channel=channel).first()
    if message is None:
        return False
    if at is None or at > now + CLOCKS_DIFFER:
        at = now
    row = MessageReport(
        message=message, status=status, at=at, told_at=now, detail=" ".join(detail.split())[:200]
    )
    MessageReport.objects.bulk_create([row], ignore_conflicts=True)
    return True
