"""The first page: what waits for this person today, each figure a link to its list."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.admin import budget_bars
from cases.admin.charts import chart_of_ages, chart_of_load, charts_of_months, heat_rows
from cases.admin.home_figures import figures
from cases.admin.scope import visible
from cases.admin.shown import due_with_words, state_badge, time_to_answer
from cases.morning import load_of_officers, stuck_agencies, stuck_dossiers, work_by_age
from cases.queries import calendars_of, filings_to_answer, working_days_left
from cases.trends import trends
from onestop import access
from onestop.health import heartbeat_age
from procedures.calendars import calendars_for, unofficial_year
from procedures.models import Agency

FIRST = 8
# As short as a chart needs them; the list calls them by `cases.admin.filters.AgeFilter`.
AGE_NAMES = {
    "to_5": _("up to 5 days"),
    "to_15": _("6 to 15 days"),
    "to_30": _("16 to 30 days"),
    "longer": _("more than 30 days"),
}


def with_figures(request, context: dict) -> dict:
    """What Unfold's index gets from us."""
    user = request.user
    return {
        **context,
        "figures": figures(user),
        "answer_next": answer_next(user),
        "due_first": due_first(user),
        "course": course(user),
        "workers": workers(user),
        "calendar_warning": calendar_warning(user),
        "stuck_warning": stuck_warning(user),
        "uncounted_warning": uncounted_warning(user),
        "receives": access.receives(user),
        "processes": access.processes(user),
    }


def answer_next(user) -> list[dict]:
    """The filings that a desk answers next, each with what is left of its eight working hours (R10)."""
    if not access.receives(user):
        return []
    mine = visible(user).at_desks_of(user.workplace).with_people()
    filings, now = list(filings_to_answer(mine)[:FIRST]), timezone.now()
    calendars = calendars_for({filing.receiving_desk for filing in filings})
    return [
        {"filing": filing, "left": time_to_answer(filing, calendars[filing.receiving_desk_id], now)}
        for filing in filings
    ]


def due_first(user) -> list[dict]:
    """The next dossiers by due date: an officer's own with their budgets, else all of the agencies."""
    if access.receives(user):
        return []
    mine = visible(user).running()
    if access.processes(user):
        mine = mine.filter(holder=user)
    dossiers = list(mine.with_people_apart().order_by("due_at", "pk")[:FIRST])
    calendars = calendars_of(dossiers)
    if access.processes(user):
        budget_bars.attach(dossiers, calendars)
    return [
        {
            "dossier": dossier,
            "state": state_badge(dossier),
            "due": due_with_words(
                dossier, working_days_left(dossier, calendars[dossier.competent_agency_id])
            ),
            "budget": budget_bars.cell(dossier) if access.processes(user) else "",
        }
        for dossier in dossiers
    ]


def course(user) -> dict:
    """Charts for those who supervise or inspect: what is in work now, and the months from the roll-ups."""
    if not access.inspects_desks(user):
        return {}
    mine, found = visible(user), trends(user.workplace)
    months = charts_of_months(user.workplace, found.months) if found else []
    loads = load_of_officers(mine)
    return {
        "charts": [*months, chart_of_ages(work_by_age(mine), AGE_NAMES)],
        "load": chart_of_load(loads) if loads else None,
        "heat": found and found.heat,
        "heat_rows": heat_rows(user.workplace, found.heat) if found else [],
        "last_day": found and found.last_day,
    }


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


def stuck_warning(user) -> str:
    """At which dossiers the workers fail, for those who answer for them; by code, for nothing else may be readable."""
    if not (access.supervises(user) or access.keeps_system(user)):
        return ""
    found = stuck_dossiers()
    if not access.keeps_system(user):
        found = found.filter(dossier__in=visible(user).order_by().values("pk"))
    codes = list(found.order_by("dossier").values_list("dossier__code", flat=True)[: FIRST + 1])
    if not codes:
        return ""
    named = ", ".join(code or "–" for code in codes[:FIRST]) + (" …" if len(codes) > FIRST else "")
    return _t(
        "The workers fail at %(codes)s: warnings, flags or drafts of letters may be missing there. Look at these "
        "dossiers yourself and tell the administrator; all others are worked on."
    ) % {"codes": named}


def uncounted_warning(user) -> str:
    """Of which agencies the figures of past days are incomplete, for those who read them."""
    if not (access.inspects_desks(user) or access.keeps_system(user)):
        return ""
    found = Agency.objects.filter(pk__in=stuck_agencies()).order_by("identifier")
    if not access.keeps_system(user):
        found = found.filter(pk__in=access.agencies_of(user).order_by().values("pk"))
    names = [str(agency) for agency in found[: FIRST + 1]]
    if not names:
        return ""
    named = ", ".join(names[:FIRST]) + (" …" if len(names) > FIRST else "")
    return _t(
        "The figures of past days of %(agencies)s cannot be counted, so trends, scorecards and reports lack them. "
        "Tell the administrator; all others are counted."
    ) % {"agencies": named}


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
