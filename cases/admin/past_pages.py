"""The morning screen, its lists, the overdue list and a dossier's page as they stood at a past moment.

They say what can be told from what is kept with its time. What was in somebody's hands without a trace, such
as a draft's text, is not shown rather than guessed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases import ages, desk_then
from cases import as_of as then
from cases.admin import shown
from cases.admin.charts import chart_of_ages, chart_of_load
from cases.admin.dashboard import AGE_NAMES
from cases.admin.home_figures import Figure
from cases.admin.overdue import PER_PAGE, LateFilterForm, address, known_part, readers_only, shown_row
from cases.admin.page import responsibility_rows, step_rows
from cases.admin.past import AS_OF, as_of, asks_for_past, banner, drawn, past_answer, past_link
from cases.admin.scope import messages_of, visible
from cases.as_it_was import (
    late_dossiers_then,
    late_rows_then,
    letters_then,
    not_there_yet,
    put_back,
    with_rows_then,
)
from cases.as_of import Past
from cases.enums import State
from cases.errors import Invalid
from cases.events import local_text
from cases.late import of_officer
from cases.models import Dossier, NotedSince
from cases.queries import calendars_of, working_days_left
from notifications.enums import LETTER_COLOURS, LetterState
from notifications.models import MessageAttempt
from onestop import access
from onestop.keyset import SortKey, count_up_to
from onestop.lists import count_words, page_of
from onestop.reading import about
from procedures.calendars import calendar_for, remembered_calendars

DUE_THEN, ANSWER_THEN = SortKey("due_then"), SortKey("answer_by_then")
NEWEST = SortKey("created_at", descending=True)
MESSAGES, GIVEN_UP = "messages", _("Messages given up")


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure of the morning and the list behind it: the same question, counted or opened."""

    label: str
    dossiers: Callable[[QuerySet[Dossier], Past, object], QuerySet[Dossier]]
    colour: str = "info"
    order: SortKey = DUE_THEN
    needs: str = ""  # what has to be noted at that moment already, see `cases.desk_then`


def _ready(found: QuerySet[Dossier], past: Past, user) -> QuerySet[Dossier]:
    return then.in_the_office(found, past, [State.PAID])


FIGURES = {
    "overdue": Shown(_("Overdue"), lambda found, past, user: then.overdue_then(found, past), "danger"),
    "due_today": Shown(
        _("Due that day"),
        lambda found, past, user: then.due_on_working_day_then(found, past, user.workplace, 0),
        "warning",
    ),
    "due_tomorrow": Shown(
        _("Due on the next working day"),
        lambda found, past, user: then.due_on_working_day_then(found, past, user.workplace, 1),
        "warning",
    ),
    "apologies": Shown(
        _("Apologies that had to go out that day"),
        lambda found, past, user: then.apologies_to_send_then(found, past),
        "danger",
    ),
    "letters": Shown(
        _("Letters waiting"),
        lambda found, past, user: then.with_open_apology_then(found, past),
        "warning",
    ),
    "lying": Shown(
        _("Late transfers"),
        lambda found, past, user: desk_then.lying_at_the_desk_then(found, past),
        "danger",
        needs=desk_then.REPLACED,
    ),
    "to_answer": Shown(
        _("Filings to answer"),
        lambda found, past, user: desk_then.filings_to_answer_then(found, past),
        order=ANSWER_THEN,
    ),
    "late_answers": Shown(
        _("Answers that are late"),
        lambda found, past, user: desk_then.filings_to_answer_then(found, past, late=True),
        "danger",
        order=ANSWER_THEN,
        needs=desk_then.REPLACED,
    ),
    "received": Shown(_("Received that day"), lambda found, past, user: then.received_that_day(found, past)),
    "ready": Shown(_("Ready to hand over"), _ready, "success"),
    "in_work": Shown(_("In work"), lambda found, past, user: then.in_work_then(found, past)),
    "held": Shown(_("In the office"), lambda found, past, user: then.in_the_office(found, past)),
}
OF_THE_MORNING = [name for name in FIGURES if name != "held"]


# The morning screen -----------------------------------------------------------------------------------


@remembered_calendars()
def morning(request, past: Past) -> HttpResponse:
    """The figures and charts that can be told of then; each opens its list of then."""
    readers_only(request)
    mine, loads, unknown = visible(request.user), [], desk_then.not_noted_yet(past)
    charts = [
        chart_of_ages(
            then.work_by_age_then(mine, past),
            AGE_NAMES,
            lambda age: past_link("past_list", past, show="in_work", age=age),
        )
    ]
    if access.inspects_desks(request.user):
        loads = then.load_then(mine, past)

    def held_by(officer: int, due: str = "") -> str:
        return past_link("past_list", past, show=due or "held", officer=officer)

    context = {
        "title": _t("Today, as it stood"),
        "figures": _figures(mine, past, request.user, unknown),
        "unknown": _unknown_in_words(request.user, unknown),
        "course": {"charts": charts, "load": chart_of_load(loads, held_by) if loads else None},
        **banner(past, now=reverse("admin:index")),
    }
    return drawn(request, "cases/admin/past_morning.html", context)


def _figures(mine: QuerySet[Dossier], past: Past, user, unknown: Mapping[str, NotedSince]) -> list[Figure]:
    names = [name for name in OF_THE_MORNING if FIGURES[name].needs not in unknown]
    found = [_figure(name, mine, past, user) for name in names]
    if access.sees_messages(user) and desk_then.GIVEN_UP not in unknown:
        found.append(_messages_figure(past, user))
    return found


def _messages_figure(past: Past, user) -> Figure:
    given_up = desk_then.given_up_then(messages_of(user), past)
    return Figure(GIVEN_UP, count_up_to(given_up), past_link("past_list", past, show=MESSAGES), "danger")


def _unknown_in_words(user, unknown: Mapping[str, NotedSince]) -> list[str]:
    """Which figures are missing, and since when they are known."""
    return [
        _not_known(figure.label, unknown[figure.needs])
        for figure in FIGURES.values()
        if figure.needs in unknown
    ] + [
        _not_known(GIVEN_UP, since)
        for name, since in unknown.items()
        if name == desk_then.GIVEN_UP and access.sees_messages(user)
    ]


def _not_known(label: str, since: NotedSince) -> str:
    return _t("%(figure)s: not known of this moment; what this is told from is kept since %(since)s.") % {
        "figure": label,
        "since": local_text(since.at),
    }


def _refuse_unknown(label: str, needs: str, past: Past) -> None:
    """A list of what nobody noted yet would be a list of nothing."""
    if since := desk_then.not_noted_yet(past).get(needs):
        raise Invalid(_not_known(label, since), code="not_noted_yet")


def _figure(name: str, mine: QuerySet[Dossier], past: Past, user) -> Figure:
    figure = FIGURES[name]
    link = past_link("overdue", past) if name == "overdue" else past_link("past_list", past, show=name)
    return Figure(figure.label, count_up_to(figure.dossiers(mine, past, user)), link, figure.colour)


@remembered_calendars()
def past_list(request) -> HttpResponse:
    """The dossiers behind a figure of then, with state, due date and holder of then."""
    readers_only(request)
    if not asks_for_past(request):
        return redirect("admin:index")
    return past_answer(request, lambda past: _list(request, past))


def _list(request, past: Past) -> HttpResponse:
    asked = {name: request.GET[name] for name in ("show", "age", "officer") if request.GET.get(name)}
    if asked.get("show") == MESSAGES and access.sees_messages(request.user):
        return _list_of_messages(request, past)
    figure = FIGURES.get(asked.get("show", ""))
    if figure is None:
        raise Invalid(_t("There is no such list of a past day. Open one from the morning screen."))
    _refuse_unknown(figure.label, figure.needs, past)
    found = figure.dossiers(visible(request.user), past, request.user).order_by()
    if asked.get("age") in ages.AGES:
        found = found.filter(ages.received(asked["age"], past.day))
    if "officer" in asked:
        found = of_officer(found, asked["officer"], holder="holder_then")
    page = page_of(request, with_rows_then(found.with_people_apart(), past), figure.order, PER_PAGE)
    total = count_up_to(found)
    about(request, count=len(page.rows))
    context = {
        "title": figure.label,
        "page": page,
        "counted": count_words(total),
        "rows": _rows(put_back(page.rows, past), past),
        "query": urlencode({AS_OF: past.text, **asked}),
        **banner(past, now=reverse("admin:index"), kept=asked),
    }
    return drawn(request, "cases/admin/past_list.html", context)


def _rows(dossiers: list[Dossier], past: Past) -> list[dict]:
    calendars = calendars_of(dossiers)
    return [
        {
            "dossier": dossier,
            "state": shown.state_badge(dossier),
            "due": shown.answer_due(dossier, past.moment)
            or shown.due_with_words(
                dossier, working_days_left(dossier, calendars[dossier.competent_agency_id], past.moment)
            ),
        }
        for dossier in dossiers
    ]


def _list_of_messages(request, past: Past) -> HttpResponse:
    """Messages that had been given up, each with the failure that stood then; the newest first."""
    _refuse_unknown(GIVEN_UP, desk_then.GIVEN_UP, past)
    found = desk_then.given_up_then(messages_of(request.user), past)
    tried = Prefetch("attempt_rows", MessageAttempt.objects.filter(at__lte=past.moment), to_attr="tried_then")
    page = page_of(request, found.prefetch_related(tried), NEWEST, PER_PAGE)
    about(request, count=len(page.rows))
    context = {
        "title": GIVEN_UP,
        "page": page,
        "counted": count_words(count_up_to(found)),
        "rows": [
            {"message": message, "recipient": shown.masked(message.recipient), "tried": message.tried_then}
            for message in page.rows
        ],
        "query": urlencode({AS_OF: past.text, "show": MESSAGES}),
        **banner(past, now=reverse("admin:index"), kept={"show": MESSAGES}),
    }
    return drawn(request, "cases/admin/past_messages.html", context)


# The overdue list -------------------------------------------------------------------------------------


@remembered_calendars()
def overdue(request, past: Past) -> HttpResponse:
    """What was overdue, the longest first, through the filters of the list."""
    readers_only(request)
    filters = known_part(request.GET)
    found = late_dossiers_then(visible(request.user), request.GET.dict(), request.user, past)
    page = page_of(request, with_rows_then(found.with_people_apart(), past), DUE_THEN, PER_PAGE)
    total = count_up_to(found)
    about(request, count=len(page.rows))
    rows = late_rows_then(put_back(page.rows, past), past)
    context = {
        "title": _t("Overdue"),
        "page": page,
        "total": total,
        "counted": count_words(total),
        "form": LateFilterForm(request.GET, user=request.user),
        "query": "&".join(filter(None, [as_of(past), filters])),
        "rows": [shown_row(row, set()) for row in rows],
        "acts": [],
        **banner(past, now=address(filters), kept=QueryDict(filters).dict()),
    }
    return drawn(request, "cases/admin/overdue.html", context)


# A dossier --------------------------------------------------------------------------------------------


@remembered_calendars()
def dossier_page(request, past: Past, pk: int) -> HttpResponse:
    """One dossier that the person may open: its state, dates, steps, letters and history of then."""
    found = Dossier.objects.visible_to(request.user).with_people().select_related("limit").filter(pk=pk)
    dossiers = put_back(with_rows_then(then.with_facts_then(found, past), past), past)
    if not dossiers:
        raise not_there_yet(past)
    [dossier] = dossiers
    calendar = calendar_for(dossier.competent_agency)
    context = {
        "title": str(dossier),
        "object": dossier,
        "dossier": dossier,
        "state_badge": shown.state_badge(dossier),
        "due": shown.due_with_words(dossier, working_days_left(dossier, calendar, past.moment)),
        "steps": step_rows(dossier.step_runs.all(), past.moment),
        "responsibility": responsibility_rows(dossier, calendar, now=past.moment, prefetched=True),
        "supplements": dossier.supplements.all(),
        "reschedules": dossier.reschedules.all(),
        "letters": _letters(dossier, past),
        "events": dossier.events.all(),
        **banner(past, now=reverse("admin:cases_dossier_change", args=[pk])),
    }
    return drawn(request, "cases/admin/past_dossier.html", context)


def _letters(dossier: Dossier, past: Past) -> list[dict]:
    names = [name for name in (dossier.code, str(dossier.uuid)) if name]
    return [
        {
            "letter": letter,
            "badge": shown.badge(letter.get_state_display(), LETTER_COLOURS[LetterState(letter.state)]),
        }
        for letter in letters_then(names, past)
    ]
