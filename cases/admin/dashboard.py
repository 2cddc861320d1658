"""The first page: what waits for this person today, each figure a link to its list."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.admin.filters import due_on_working_day, received_today
from cases.admin.scope import visible
from cases.admin.shown import due_with_words, state_badge
from cases.enums import State
from cases.queries import calendars_of, filings_to_answer, working_days_left
from notifications.models import Letter, Message
from onestop import access
from onestop.health import heartbeat_age
from procedures.calendars import unofficial_year
from procedures.enums import Role

DUE_FIRST = 8


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its meaning; the colour only when there is something behind it."""

    label: str
    count: int
    link: str
    colour: str = "info"

    @property
    def shade(self) -> str:
        return self.colour if self.count else "none"


def with_figures(request, context: dict) -> dict:
    """What Unfold's index gets from us."""
    user = request.user
    return {
        **context,
        "figures": figures(user),
        "due_first": due_first(user),
        "workers": workers(user),
        "calendar_warning": calendar_warning(user),
        "receives": access.receives(user),
    }


def figures(user) -> list[Figure]:
    found = _dossier_figures(user) if access.sees_dossiers(user) else []
    if access.sees_messages(user):
        found.append(_dead_messages(user))
    return found


def _dossier_figures(user) -> list[Figure]:
    mine = visible(user)
    per_state = dict(mine.order_by().values_list("state").annotate(Count("pk")))
    dossiers = reverse("admin:cases_dossier_changelist")

    def in_state(label, state: State, colour: str = "info") -> Figure:
        return Figure(label, per_state.get(state, 0), f"{dossiers}?state={state}", colour)

    def filtered(label, queryset, query: str, colour: str = "info") -> Figure:
        return Figure(label, queryset.count(), f"{dossiers}?{query}", colour)

    overdue = Figure(_("Overdue now"), mine.overdue().count(), reverse("admin:overdue"), "danger")
    today = filtered(_("Due today"), due_on_working_day(mine, user.agency, 0), "due=today", "warning")
    tomorrow = filtered(
        _("Due on the next working day"), due_on_working_day(mine, user.agency, 1), "due=tomorrow", "warning"
    )
    filings = filtered(_("Filings to answer"), filings_to_answer(mine), "answer=waiting")
    letters = reverse("admin:notifications_letter_changelist")
    drafts = Figure(_("Letters waiting"), _letters(mine).count(), f"{letters}?state=open", "warning")
    match user.role:
        case Role.CLERK:
            return [
                filings,
                in_state(_("To be digitized"), State.RECEIVED, "warning"),
                in_state(_("Ready to hand over"), State.PAID, "success"),
                in_state(_("Waiting for supplement"), State.SUPPLEMENT),
                filtered(_("Received today"), received_today(mine), "received=today"),
                overdue,
                today,
                tomorrow,
            ]
        case Role.OFFICER:
            return [
                filtered(_("My queue"), mine.open().filter(holder=user), "holder=me"),
                in_state(_("To be taken over"), State.DIGITIZED, "warning"),
                in_state(_("Waiting for supplement"), State.SUPPLEMENT),
                overdue,
                today,
                tomorrow,
            ]
    return [
        overdue,
        today,
        tomorrow,
        drafts,
        filings,
        filtered(_("Received today"), received_today(mine), "received=today"),
        in_state(_("Ready to hand over"), State.PAID, "success"),
    ]


def _letters(dossiers):
    return Letter.objects.open().filter(reference__in=dossiers.filter(code__isnull=False).values("code"))


def _dead_messages(user) -> Figure:
    dead = Message.objects.dead()
    if not access.keeps_system(user):
        dead = dead.filter(reference__in=visible(user).filter(code__isnull=False).values("code"))
    link = reverse("admin:notifications_message_changelist")
    return Figure(_("Messages given up"), dead.count(), f"{link}?state=dead", "danger")


def due_first(user) -> list[dict]:
    """The next dossiers by due date: an officer's own, else all of the agencies."""
    mine = visible(user).running()
    if access.processes(user):
        mine = mine.filter(holder=user)
    dossiers = list(mine.with_people().order_by("due_at", "pk")[:DUE_FIRST])
    calendars = calendars_of(dossiers)
    return [
        {
            "dossier": dossier,
            "state": state_badge(dossier),
            "due": due_with_words(
                dossier, working_days_left(dossier, calendars[dossier.competent_agency_id])
            ),
        }
        for dossier in dossiers
    ]


def calendar_warning(user) -> str:
    """From October on, that the coming year has no official calendar; for those who can propose one."""
    if not rules.may_propose_calendar(user, None):
        return ""
    unofficial = unofficial_year(timezone.localdate())
    if unofficial is None:
        return ""
    year, estimated = unofficial
    if estimated:
        return _t(
            "The calendar of %(year)s is provisional: due dates that reach into it are estimates. "
            "Enter the official notice as soon as it is there."
        ) % {"year": year}
    return _t(
        "There is no calendar of %(year)s yet: due dates that reach into it are estimates. "
        "Enter the official notice as soon as it is there."
    ) % {"year": year}


@dataclass(frozen=True, slots=True)
class Workers:
    """When the workers last showed that they live; `stale` concerns everybody."""

    last_seen: datetime | None
    stale: bool
    shown: bool


def workers(user) -> Workers:
    age = heartbeat_age()
    stale = age is None or age.total_seconds() > settings.HEARTBEAT_MAX_AGE_SECONDS
    answers_for_it = access.supervises(user) or access.keeps_system(user)
    last_seen = None if age is None else timezone.now() - age
    return Workers(last_seen, stale, stale or answers_for_it)
