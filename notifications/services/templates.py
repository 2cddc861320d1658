"""Texts of notices: which one counts, and saving a new version that can be filled in."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications import errors
from notifications.enums import NOTICE_KINDS, MessageChannel
from notifications.models import NoticeTemplate
from notifications.notices import NoticeText, built_in, missing_in, strange_in

BODY_MAX_CHARACTERS = 4000


def text_for(kind: str, *, language: str, channel: str, now: datetime | None = None) -> NoticeText:
    """The text that counts: the office's own for the channel, else its own for all, else the built-in one."""
    return texts_for(kind, language=language, channels=[channel], now=now)[channel]


def texts_for(
    kind: str, *, language: str, channels: Sequence[str], now: datetime | None = None
) -> dict[str, NoticeText]:
    """For each channel the text that counts, with one query; the built-in one in the language of the moment."""
    own = own_texts(kind, language=language, now=now)
    return {channel: own.get(channel) or own.get("") or built_in(kind, channel) for channel in channels}


def own_texts(kind: str, *, language: str, now: datetime | None = None) -> dict[str, NoticeText]:
    """What the office wrote itself and counts now, by channel; "" is for all others."""
    begun = NoticeTemplate.objects.filter(kind=kind, language=language).begun(now or timezone.now())
    newest = begun.order_by("channel", "-version").distinct("channel")
    return {row.channel: row.text for row in newest if not row.built_in}


@transaction.atomic
def save_template(
    kind: str,
    *,
    language: str,
    channel: str = "",
    subject: str,
    body: str,
    by,
    demanded: Sequence[str] = (),
    active_from: datetime | None = None,
    after: int | None = None,
) -> NoticeTemplate:
    """A new version of the text, from now or from a later moment; older versions stay as they are.

    Refuses what could not be filled in: `TextMissing`, `TextTooLong`, `PlaceholderUnknown` names each that
    the event does not have, `PlaceholderMissing` each of the `demanded` that the text does not have.
    `after` is the version that was edited (0 = none): when there is a newer one, `SomebodyWasFaster`.
    """
    subject, body = " ".join(subject.split()), body.replace("\r\n", "\n").strip()
    for field, text, limit in (
        ("subject", subject, NoticeTemplate._meta.get_field("subject").max_length),
        ("body", body, BODY_MAX_CHARACTERS),
    ):
        if not text:
            raise errors.TextMissing(field)
        if len(text) > limit:
            raise errors.TextTooLong(field, limit=limit)
        if strange := strange_in(kind, text):
            raise errors.PlaceholderUnknown(field, strange)
    if missing := missing_in(body, demanded):
        raise errors.PlaceholderMissing("body", [f"{{{name}}}" for name in missing])
    facts = {"subject": subject, "body": body, "active_from": active_from}
    return _add(kind, language, channel, by, after=after, **facts)


@transaction.atomic
def reset_template(kind: str, *, language: str, channel: str = "", by) -> NoticeTemplate:
    """The built-in text again, from now on. Raises `NotificationError` where it counts already."""
    newest = NoticeTemplate.objects.of(kind, language, channel).first()
    if newest is None or newest.built_in:
        raise errors.NotificationError(_("There is no text of the office's own here; nothing was changed."))
    return _add(kind, language, channel, by, built_in=True)


def newest_version(kind: str, *, language: str, channel: str = "") -> int:
    """The number of the newest version, begun or not; 0 when there is none."""
    newest = NoticeTemplate.objects.of(kind, language, channel).first()
    return newest.version if newest else 0


def _add(kind: str, language: str, channel: str, by, *, active_from=None, after=None, **values):
    if kind not in NOTICE_KINDS or channel not in ("", *MessageChannel.values):
        raise errors.NotificationError(_("There is no such notice."))
    now = timezone.now()
    version = newest_version(kind, language=language, channel=channel)
    if after is not None and after != version:
        raise errors.SomebodyWasFaster
    try:
        with transaction.atomic():
            return NoticeTemplate.objects.create(
                kind=kind,
                language=language,
                channel=channel,
                version=version + 1,
                active_from=max(now, active_from or now),
                created_at=now,
                author=by,
                **values,
            )
    except IntegrityError as error:  # at the same moment
        raise errors.SomebodyWasFaster from error
