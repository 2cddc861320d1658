"""The office's own texts of notices: saved with what the law demands, tried out on a dossier (R41)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.errors import NotPermitted
from cases.models import Dossier
from cases.notice_facts import dossier_facts, event_facts
from cases.notice_topics import OPTIONAL_TOPICS, topic_of
from cases.services.notices import with_footer
from notifications import errors
from notifications.enums import MessageChannel
from notifications.models import NoticeTemplate
from notifications.notices import NoticeText, built_in, missing_in, sample_facts, strange_in
from notifications.segments import SmsSize, sms_size
from notifications.services import templates
from onestop import access
from procedures.regimes import notice_contents_on

# Of a dossier that somebody may not read they see no person and no free words, only these.
_IMPERSONAL = frozenset({"agency", "received", "step_time", "due", "code", "procedure", "lookup"})


@dataclass(frozen=True, slots=True)
class ChannelPreview:
    """What a channel would send. `own` when another text of the office's counts there than the edited one."""

    channel: MessageChannel
    text: NoticeText
    own: bool
    size: SmsSize | None = None
    warning: str = ""


def demanded_on(moment: datetime) -> tuple[str, ...]:
    """The placeholders that a text in use at that moment must have, by the law of that day."""
    contents = notice_contents_on(timezone.localdate(moment))
    return contents.demanded if contents else ()


def save(
    kind: str,
    *,
    language: str,
    channel: str,
    subject: str,
    body: str,
    by,
    active_from: datetime | None = None,
    after: int | None = None,
) -> NoticeTemplate:
    """A new version of a text. Raises `NotPermitted`, or a `NotificationError` that names what is wrong."""
    _check_keeper(by)
    demanded = demanded_on(max(timezone.now(), active_from or timezone.now()))
    return templates.save_template(
        kind,
        language=language,
        channel=channel,
        subject=subject,
        body=body,
        by=by,
        demanded=demanded,
        active_from=active_from,
        after=after,
    )


def reset(kind: str, *, language: str, channel: str, by) -> NoticeTemplate:
    """The built-in text again. Raises `NotPermitted`, or `NotificationError` where it counts already."""
    _check_keeper(by)
    return templates.reset_template(kind, language=language, channel=channel, by=by)


def _check_keeper(by) -> None:
    if not access.keeps_notices(by):
        raise NotPermitted(_("The texts of notices are kept by those who keep the catalogue."))


def faults_of(kind: str, text: NoticeText) -> list[str]:
    """Why this text could not be saved now, as sentences; empty when it could."""
    found = [
        errors.PlaceholderUnknown(field, strange).sentence
        for field, words in (("subject", text.subject), ("body", text.body))
        if (strange := strange_in(kind, words))
    ]
    if missing := missing_in(text.body, demanded_on(timezone.now())):
        found.append(errors.PlaceholderMissing("body", [f"{{{name}}}" for name in missing]).sentence)
    return found


def previews(
    kind: str, *, language: str, channel: str, text: NoticeText, dossier: Dossier | None, personal: bool
) -> list[ChannelPreview]:
    """The text as every channel would send it, about this dossier or, without one, with invented words.

    Where the dossier had no such event its words are invented too, and always, unless `personal`, what
    names people or was written freely. The text must have no unknown placeholders.
    """
    with translation.override(language):
        facts = _facts(kind, dossier, personal=personal)
        own = {**templates.own_texts(kind, language=language), channel: text}
        edited_for = [channel] if channel else [name for name in MessageChannel if name not in own]
        rows = []
        for name in MessageChannel:
            counts = own.get(name) or own.get("") or built_in(kind, name)
            rows.append(_preview(kind, name, counts.filled_in(facts), own=name not in edited_for))
    return rows


def _facts(kind: str, dossier: Dossier | None, *, personal: bool) -> dict[str, str]:
    facts = sample_facts(kind)
    if dossier is None:
        return facts
    event = dossier.events.filter(kind=kind).last()
    real = {**dossier_facts(dossier), **(event_facts(dossier, event) if event else {})}
    return facts | {name: word for name, word in real.items() if personal or name in _IMPERSONAL}


def _preview(kind: str, channel: MessageChannel, text: NoticeText, *, own: bool) -> ChannelPreview:
    if channel == MessageChannel.SMS:
        size = sms_size(text.body)
        return ChannelPreview(channel, text, own, size, length_warning(size))
    if channel == MessageChannel.EMAIL and topic_of(kind, {}) in OPTIONAL_TOPICS:
        text = NoticeText(text.subject, with_footer(text.body, f"{settings.PUBLIC_URL}/thong-bao/…/"))
    return ChannelPreview(channel, text, own)


def length_warning(size: SmsSize) -> str:
    """A sentence when a text fills more parts of an SMS than `settings.SMS_MAX_SEGMENTS`."""
    if size.segments <= settings.SMS_MAX_SEGMENTS:
        return ""
    return ngettext(
        "As an SMS this fills %(segments)d parts (%(characters)d characters, %(encoding)s); more than "
        "%(limit)d part costs more and is read less.",
        "As an SMS this fills %(segments)d parts (%(characters)d characters, %(encoding)s); more than "
        "%(limit)d parts cost more and are read less.",
        settings.SMS_MAX_SEGMENTS,
    ) % {
        "segments": size.segments,
        "characters": size.characters,
        "encoding": size.encoding,
        "limit": settings.SMS_MAX_SEGMENTS,
    }


def warning_of(rows: Sequence[ChannelPreview]) -> str:
    """What the SMS among them is warned of."""
    return next((row.warning for row in rows if row.warning), "")


def is_fillable(kind: str, text: NoticeText) -> bool:
    """Whether every placeholder of it is one of the event, so that it can be filled in at all."""
    return not strange_in(kind, text.subject) and not strange_in(kind, text.body)
