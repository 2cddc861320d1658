"""Budgets as bars: how much of a step and of the whole limit is used, in colour and in words."""

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cases import spending
from cases.admin.shown import duration
from cases.budgets import Budget, StepBudget
from cases.models import Dossier
from procedures.working_time import WorkCalendar

NEARLY = 75  # percent; from here on the bar warns


def rows_of(dossier: Dossier, calendar: WorkCalendar) -> dict | None:
    """What the page of a dossier shows: a bar for each step with who used what, and one for the whole."""
    spent = spending.spending_of(dossier, calendar)
    return spent and {
        "steps": [
            {
                "name": step.name,
                "bar": bar(step),
                "words": words(step),
                "running": step.is_running,
                "shares": [(officer or _("nobody yet"), duration(used)) for officer, used in step.shares],
            }
            for step in spent.steps
        ],
        "total": {"bar": bar(spent.total), "words": words(spent.total)},
    }


def attach(dossiers: list[Dossier], calendars: dict[int, WorkCalendar]) -> None:
    """Give each dossier of a list its `spending`, at the same number of queries for any number of them."""
    spending.prepare(dossiers)
    now = timezone.now()
    for dossier in dossiers:
        dossier.spending = spending.spending_of(dossier, calendars[dossier.competent_agency_id], now=now)


def cell(dossier: Dossier) -> SafeString | str:
    """The running step and the whole limit, for a row of the queue."""
    spent = dossier.spending
    if spent is None:
        return "–"
    lines = [(spent.running.name, spent.running)] if spent.running else []
    lines.append((_("Whole limit"), spent.total))
    return format_html(
        '<div class="os-budgets">{}</div>',
        format_html_join(
            "",
            '<div class="os-budget-line" title="{}"><small>{}: {}</small>{}</div>',
            ((words(budget), name, short_words(budget), bar(budget)) for name, budget in lines),
        ),
    )


def bar(budget: Budget) -> SafeString:
    """Only the picture; the words beside it say the same."""
    return format_html(
        '<span class="os-budget os-budget-{}" aria-hidden="true"><span style="width:{}%"></span></span>',
        colour(budget),
        budget.percent,
    )


def colour(budget: Budget) -> str:
    if budget.is_over:
        return "danger"
    return "warning" if budget.percent >= NEARLY else "success"


def short_words(budget: Budget) -> str:
    """Such as “5 h 30 min left”."""
    if budget.is_over:
        return _("%(over)s too many") % {"over": duration(-budget.left)}
    return _("%(left)s left") % {"left": duration(budget.left)}


def words(budget: Budget) -> str:
    """Such as “6 h 30 min of 12 h 00 min, 5 h 30 min left”."""
    if isinstance(budget, StepBudget) and not budget.shares:
        return _("%(allowed)s, not begun") % {"allowed": duration(budget.allowed)}
    facts = {"used": duration(budget.used), "allowed": duration(budget.allowed)}
    if budget.is_over:
        return _("%(used)s of %(allowed)s, %(over)s too many") % {**facts, "over": duration(-budget.left)}
    return _("%(used)s of %(allowed)s, %(left)s left") % {**facts, "left": duration(budget.left)}
