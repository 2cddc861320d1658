"""The simulator: last year's dossiers with another limit, calendar or staffing, beside what really was."""

from operator import attrgetter

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from cases import tasks
from cases.admin.charts import Cell, Chart, chart_of, percent_text
from cases.admin.scope import visible
from cases.admin.simulation_form import ScenarioForm
from cases.errors import CaseError
from cases.services import simulations
from cases.simulation.past import MOST, Simulation, names_of
from cases.simulation.replay import Figures, Row
from onestop import access
from onestop.reading import about
from procedures.models import Agency

REFRESH_SECONDS = 3
FIELDS_DRAWN = 5
ROWS_SHOWN = 50
PER_PAGE = 50
LONGEST_NAME = 18

ASSUMPTIONS = [
    gettext_lazy(
        "Replayed are dossiers received in the period, as they stand now. On time is what got its result by the "
        "due moment, before an apology moved it; what is still open is compared with now. What was stopped "
        "and what waits for the applicant is not counted."
    ),
    gettext_lazy(
        "A changed limit counts anew from the same moment, with the same days left out and the same extension. "
        "It is whole days and at least one. A promise that the facts do not give today stays as it is."
    ),
    gettext_lazy(
        "In another calendar a dossier takes the same working hours. People come, answer and pay when they did."
    ),
    gettext_lazy(
        "With other staffing the steps of officers are served again in one queue for each unit, by so many "
        "officers, without breaks or absences; the period begins with empty desks. Steps of the desk, of the head "
        "who signs and of other agencies take as long as they took."
    ),
    gettext_lazy(
        "How long somebody worked on a step is not recorded. It is taken from when the step lay ready and its "
        "officer had finished the one before, until it was done. What was let lie thus counts as work: "
        "fewer officers look worse than they would be, and more officers help at least so much."
    ),
    gettext_lazy(
        "The officers that there really were is an average, each from their first to their last step in the unit. "
        "The scenario is compared with that simulated past, not with the real one."
    ),
]


@require_safe
def simulation(request):
    """The form, and below it the comparison; while a worker makes it, how far it is."""
    if not access.inspects_desks(request.user):
        raise PermissionDenied(_("Simulations are for those who supervise or inspect an agency."))
    agencies = access.agencies_of(request.user)
    form = ScenarioForm(request.GET, agencies=agencies, own=request.user.workplace)
    context = {"form": form, "asked": bool(request.GET), "assumptions": ASSUMPTIONS}
    if request.GET and form.is_valid():
        context |= _answered(request, form)
    request.current_app = admin.site.name
    return TemplateResponse(
        request,
        "cases/admin/simulation.html",
        admin.site.page_context(request, title=_("Simulator"), **context),
    )


def _answered(request, form: ScenarioForm) -> dict:
    try:
        standing = simulations.look(form.question, form.scenario)
    except CaseError as error:
        form.show_refusal(error)
        return {}
    if standing.refused:
        form.add_error(None, standing.refused)
        return {}
    if standing.found:
        return _shown(standing.found, form) | _changed(request, standing.found)
    if standing.to_begin and not tasks.simulate_soon(standing.key):
        simulations.forget(standing.key)
        messages.error(request, _("The workers cannot be reached at the moment. Try again in some minutes."))
        return {}
    return {"percent": standing.percent, "refresh": REFRESH_SECONDS}


def _shown(found: Simulation, form: ScenarioForm) -> dict:
    comparison, staffed = found.comparison, form.scenario.staffing.changes
    names = names_of(row.name for row in comparison.procedures)
    return {
        "whole": comparison.whole,
        "columns": _columns(comparison.whole, staffed),
        "procedures": [
            _line(row, f"{row.name} {names.get(row.name, '')}", "procedure")
            for row in comparison.procedures[:ROWS_SHOWN]
        ],
        "fields": [_line(row, row.name, "field") for row in comparison.fields],
        "more_procedures": max(len(comparison.procedures) - ROWS_SHOWN, 0),
        "staffed": staffed,
        "officers": _officers(comparison.officers),
        "chart": _chart(comparison.whole, comparison.fields, staffed),
        "notes": _notes(found),
    }


SIDES = {
    "late": (gettext_lazy("Would be late"), attrgetter("now_late")),
    "on_time": (gettext_lazy("Would be on time"), attrgetter("now_on_time")),
}


def _changed(request, found: Simulation) -> dict:
    """Exactly the dossiers behind a figure that change sides, and what the links to such lists begin with."""
    kept = request.GET.copy()
    side, procedure, field = (kept.get(name, "") for name in ("side", "of_procedure", "of_field"))
    for name in ("side", "of_procedure", "of_field", "p"):
        kept.pop(name, None)
    context = {"same": kept.urlencode()}
    if side not in SIDES:
        return context
    title, keys = SIDES[side]
    rows = visible(request.user).filter(pk__in=keys(found.comparison))
    if procedure:
        rows = rows.filter(version__procedure__code=procedure)
    if field:
        rows = rows.filter(version__field_vi=field)
    page = Paginator(rows.with_people_apart().order_by("received_at", "pk"), PER_PAGE).get_page(
        request.GET.get("p")
    )
    about(request, count=len(page))
    asked = {"side": side, "of_procedure": procedure, "of_field": field}
    return context | {
        "changed": page,
        "changed_title": title,
        "changed_query": f"{context['same']}&{urlencode(asked)}&",
    }


def _columns(row: Row, staffed: bool) -> list[tuple[str, Figures, str]]:
    """What is compared, with the on-time rate as text."""
    columns = [(_("Really"), row.real)]
    if staffed:
        columns.append((_("Simulated as it was"), row.baseline))
    columns.append((_("Scenario"), row.scenario))
    return [(title, figures, percent_text(figures.percent)) for title, figures in columns]


def _line(row: Row, name: str, kind: str) -> dict:
    """`kind` names what the row is of: a procedure, a field."""
    return {
        "row": row,
        "name": name,
        "link": _dossiers(**{kind: row.name}),
        "of": urlencode({f"of_{kind}": row.name}),
        "rates": [percent_text(one.percent) for one in (row.real, row.baseline, row.scenario)],
    }


def _dossiers(**filters: str) -> str:
    return f"{reverse('admin:cases_dossier_changelist')}?{urlencode(filters)}"


def _officers(numbers) -> list[tuple[Agency, int, int]]:
    units = Agency.objects.in_bulk(numbers)
    rows = [(units[unit], *counts) for unit, counts in numbers.items()]
    return sorted(rows, key=lambda row: row[0].identifier)


def _chart(whole: Row, fields, staffed: bool) -> Chart:
    """On-time rates of all and of the largest fields."""
    rows = [whole, *(fields[:FIELDS_DRAWN] if len(fields) > 1 else ())]
    series = []
    for place, (title, _figures, _text) in enumerate(_columns(whole, staffed)):
        rates = [_columns(row, staffed)[place][1].percent for row in rows]
        series.append((title, str(place + 1), rates, [percent_text(rate) for rate in rates]))
    full = [row.name or _("All") for row in rows]
    return chart_of(
        "simulation",
        _("On time, by field"),
        [name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…" for name in full],
        series,
        top=100,
        unit=" %",
        head=[_("Field"), *(title for title, *_rest in series)],
        rows=[
            [Cell(name), *(Cell(texts[place]) for _title, _shade, _rates, texts in series)]
            for place, name in enumerate(full)
        ],
    )


def _notes(found: Simulation) -> list[str]:
    """What the reader has to know before comparing."""
    notes = []
    if found.left_out:
        notes.append(
            _("More than %(most)s dossiers were received: the %(left_out)s oldest are left out.")
            % {"most": MOST, "left_out": found.left_out}
        )
    if kept := found.comparison.kept:
        notes.append(
            ngettext(
                "%(count)s dossier keeps its promise: the facts do not give it today.",
                "%(count)s dossiers keep their promises: the facts do not give them today.",
                kept,
            )
            % {"count": kept}
        )
    if floored := found.comparison.floored:
        notes.append(
            ngettext(
                "%(count)s dossier has a limit that would become shorter than one day; it stays at one, or as it was.",
                "%(count)s dossiers have limits that would become shorter than one day; they stay at one, or as they were.",
                floored,
            )
            % {"count": floored}
        )
    return notes
