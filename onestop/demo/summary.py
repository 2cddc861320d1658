"""What the main job has done, read from the database; and what is missing from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.demo.offices import Accounts
from cases.enums import State
from cases.models import Dossier, Heartbeat, ReceptionGroup
from notifications.enums import LIVE_LETTER_STATES, LetterKind, LetterState, MessageState
from notifications.models import Letter, Message
from notifications.services.messages import quiet_hours_now
from procedures.enums import Role
from procedures.models import Staff


@dataclass(frozen=True, slots=True)
class Facts:
    """Counts after the main job has run."""

    by_state: dict[str, int]
    overdue: int
    overdue_flagged: int
    overdue_without_letter: int
    letters: dict[str, int]
    messages: dict[str, int]
    messages_due: int
    heartbeat_at: datetime | None
    groups: list[ReceptionGroup]  # with `number` of their dossiers


def facts(now: datetime | None = None) -> Facts:
    now = now or timezone.now()
    overdue = Dossier.objects.overdue(now)
    letter = Letter.objects.filter(
        kind=LetterKind.APOLOGY,
        reference=OuterRef("code"),
        cycle=OuterRef("cycle"),
        state__in=LIVE_LETTER_STATES,
    )
    return Facts(
        by_state=_counts(Dossier.objects.all()),
        overdue=overdue.count(),
        overdue_flagged=overdue.filter(overdue_flagged_at__isnull=False).count(),
        overdue_without_letter=overdue.filter(~Exists(letter)).count(),
        letters=_counts(Letter.objects.filter(kind=LetterKind.APOLOGY)),
        messages=_counts(Message.objects.all()),
        messages_due=Message.objects.due(now).let_sleep(now, quiet_hours_now()).count(),
        heartbeat_at=Heartbeat.objects.filter(name="worker").values_list("at", flat=True).first(),
        groups=list(ReceptionGroup.objects.annotate(number=Count("dossiers")).order_by("pk")),
    )


def _counts(rows) -> dict[str, int]:
    return dict(rows.order_by().values_list("state").annotate(Count("pk")))


def main_job_is_done(found: Facts, *, since: datetime) -> bool:
    """A worker has lived since then, every overdue dossier is flagged and has its letter, nothing waits."""
    return (
        found.heartbeat_at is not None
        and found.heartbeat_at >= since
        and found.overdue == found.overdue_flagged
        and found.overdue_without_letter == 0
        and found.messages_due == 0
    )


def missing(found: Facts) -> list[str]:
    """Sentences about what a demonstration must show and this one does not."""
    sentences = [
        _("No dossier is in the state “%(state)s”.") % {"state": state.label}
        for state in State
        if not found.by_state.get(state)
    ]
    if not found.overdue_flagged:
        sentences.append(_("No dossier is flagged as overdue."))
    if found.overdue > found.overdue_flagged:
        number = found.overdue - found.overdue_flagged
        sentences.append(_("%(number)s overdue dossiers are not flagged.") % {"number": number})
    if found.overdue_without_letter:
        number = found.overdue_without_letter
        sentences.append(_("%(number)s overdue dossiers have no apology letter.") % {"number": number})
    if not found.letters.get(LetterState.DRAFT):
        sentences.append(_("No apology letter is drafted."))
    if not found.messages.get(MessageState.SENT):
        sentences.append(_("No message was sent."))
    return sentences


# --- Text ---------------------------------------------------------------------------------------
def lines(found: Facts, url: str) -> Iterator[str]:
    """The summary with the addresses to look at."""
    dossiers = url + reverse("admin:cases_dossier_changelist")
    letters = url + reverse("admin:notifications_letter_changelist")
    messages = url + reverse("admin:notifications_message_changelist")
    yield _("What the main job has done, from the database:")
    yield _row(_("Dossiers"), sum(found.by_state.values()), dossiers)
    for state in State:
        yield _row(f"  {state.label}", found.by_state.get(state, 0), f"{dossiers}?state={state.value}")
    for group in found.groups:
        page = url + reverse("admin:group", args=[group.pk])
        yield _row(_("Group: %(kind)s") % {"kind": group.get_kind_display().lower()}, group.number, page)
    yield _row(_("Overdue and flagged"), found.overdue_flagged, url + reverse("admin:overdue"))
    for state in LetterState:
        if state == LetterState.DRAFT or found.letters.get(state):
            title = _("Apology letters: %(state)s") % {"state": state.label.lower()}
            yield _row(title, found.letters.get(state, 0), f"{letters}?state={state.value}")
    for state in MessageState:
        if state == MessageState.SENT or found.messages.get(state):
            title = _("Messages: %(state)s") % {"state": state.label.lower()}
            yield _row(title, found.messages.get(state, 0), f"{messages}?state={state.value}")


def _row(title: str, number: int, address: str) -> str:
    return f"  {title:<36}{number:>6}   {address}"


def addresses(url: str) -> Iterator[str]:
    pages = {
        _("Back office"): reverse("admin:index"),
        _("Look-up for applicants"): reverse("public:lookup"),
        _("Procedures"): reverse("public:procedures"),
        _("File online"): reverse("public:file_choose"),
        _("Feedback and recommendations"): reverse("public:feedback"),
        _("API documentation"): reverse("api:docs"),
        _("Readiness of all parts"): reverse("readyz"),
    }
    for title, path in pages.items():
        yield f"  {title:<36}{url}{path}"


def accounts() -> Iterator[str]:
    """One account of each role that the demonstration password still opens."""
    password = Accounts().password
    yield _("Accounts, password %(password)s:") % {"password": password}
    seen = set()
    for person in Staff.objects.filter(is_active=True).select_related("agency").order_by("pk"):
        post = (person.role, person.is_head)
        if post not in seen and person.check_password(password):
            seen.add(post)
            role = _("Head of the agency") if person.is_head else Role(person.role).label
            yield f"  {person.username:<20}{role} – {person.agency}"
