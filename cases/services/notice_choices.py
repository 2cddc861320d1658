"""What an applicant wants to be told, and how: recorded each time it changes, never against the law.

Channels are chosen at the filing; topics that the law does not demand are switched off and on again by a
signed link in the e-mails about them.
"""

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors
from cases.models import Applicant, NoticeChange
from cases.notice_topics import OPTIONAL_TOPICS, NoticeTopic
from procedures.regimes import Citation, notices_demanded_on

_SALT = "cases.notice_choices"


def wants(applicant: Applicant, topic: str) -> bool:
    """Whether the applicant is told: what the law demands always, the rest unless it was switched off."""
    return topic not in OPTIONAL_TOPICS or topic not in applicant.notices_off


def demanded() -> list[tuple[NoticeTopic, Citation]]:
    """The topics that nobody can switch off, each with the article that demands it."""
    grounds = notices_demanded_on(timezone.localdate())
    return [(topic, grounds[topic]) for topic in NoticeTopic if topic not in OPTIONAL_TOPICS]


@transaction.atomic
def switch(applicant: Applicant, topic: str, *, on: bool, via: str, by=None) -> bool:
    """Tell or no longer tell about a topic; returns whether that changed anything. One row records it.

    `via` says by which way it was asked for. Raises `Invalid` for a topic that the law demands.
    """
    if topic not in NoticeTopic.values:
        raise errors.Invalid(_("There is no such kind of notice."), field="topic")
    if topic not in OPTIONAL_TOPICS:
        ground = dict(demanded())[NoticeTopic(topic)]
        raise errors.Invalid(
            _("“%(topic)s” cannot be switched off: the law demands these notices (%(ground)s).")
            % {"topic": NoticeTopic(topic).label, "ground": ground},
            code="demanded_by_law",
            field="topic",
        )
    applicant.refresh_from_db(from_queryset=Applicant.objects.select_for_update())
    off = [name for name in applicant.notices_off if name != topic] + ([] if on else [topic])
    if sorted(off) == sorted(applicant.notices_off):
        return False
    before, applicant.notices_off = sorted(applicant.notices_off), sorted(off)
    applicant.save(update_fields=["notices_off"])
    _record(
        applicant,
        what=NoticeChange.What.TOPICS_OFF,
        before=before,
        after=applicant.notices_off,
        via=via,
        by=by,
    )
    return True


def record_channels(applicant: Applicant, before: list[str], *, via: str, by=None) -> None:
    """Note that the applicant is told by other channels than `before`; nothing when they are the same."""
    if sorted(before) != sorted(applicant.notice_channels):
        _record(
            applicant,
            what=NoticeChange.What.CHANNELS,
            before=before,
            after=applicant.notice_channels,
            via=via,
            by=by,
        )


def _record(applicant: Applicant, *, what: str, before: list[str], after: list[str], via: str, by) -> None:
    NoticeChange.objects.create(
        applicant=applicant, what=what, before=before, after=after, via=via, by=by, at=timezone.now()
    )


def switch_off_url(applicant: Applicant, topic: str) -> str:
    """The signed address to switch a topic off, "" for one that cannot be; it holds nothing about the person."""
    if topic not in OPTIONAL_TOPICS:
        return ""
    token = signing.dumps([applicant.pk, str(topic)], salt=_SALT)
    return f"{settings.PUBLIC_URL}{reverse('public:notice_choice', args=[token])}"


def read_link(token: str) -> tuple[Applicant, NoticeTopic] | None:
    """Whose notices of which topic a signed address is about; None for one that we did not sign."""
    try:
        pk, topic = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return None
    applicant = Applicant.objects.filter(pk=pk).first()
    if applicant is None or topic not in OPTIONAL_TOPICS:
        return None
    return applicant, NoticeTopic(topic)
