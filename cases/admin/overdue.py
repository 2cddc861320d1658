"""What is overdue: since how many working days, who holds it in which step, and where the apology stands."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import rules
from cases.admin.letters import apology_words, letter_badge
from cases.admin.scope import visible
from cases.admin.shown import badge, days_left_text, moment
from cases.models import StepRun
from cases.queries import calendars_of, working_days_left
from notifications.models import Letter
from onestop import access

PER_PAGE = 50


def overdue(request):
    """Overdue dossiers of the person's agencies, the longest first."""
    if not access.sees_dossiers(request.user):
        raise PermissionDenied
    running_steps = Prefetch(
        "step_runs", StepRun.objects.filter(done_at=None).select_related("step"), to_attr="running_steps"
    )
    found = (
        visible(request.user).overdue().with_people().prefetch_related(running_steps).order_by("due_at", "pk")
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("p"))
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request, title=_("Overdue"), page=page, rows=_rows(request.user, list(page.object_list))
    )
    return TemplateResponse(request, "cases/admin/overdue.html", context)


def _rows(user, dossiers) -> list[dict]:
    calendars = calendars_of(dossiers)
    agencies = {dossier.competent_agency for dossier in dossiers}
    supervised = {agency.pk for agency in agencies if rules.is_supervisor_of(user, agency)}
    letters = {
        (letter.reference, letter.cycle): letter
        for letter in Letter.objects.live().filter(reference__in=[d.code for d in dossiers])
    }
    now = timezone.now()
    rows = []
    for dossier in dossiers:
        letter = letters.get((dossier.code, dossier.cycle))
        days = working_days_left(dossier, calendars[dossier.competent_agency_id], now)
        step = dossier.running_steps[0] if dossier.running_steps else None
        rows.append(
            {
                "dossier": dossier,
                "due": moment(dossier.due_at),
                "late": badge(days_left_text(days), "danger"),
                "step": (step.step.name if step.step else step.name) if step else "",
                "letter": letter,
                "letter_badge": letter_badge(letter) if letter else "",
                "letter_at": apology_words(letter),
                "may_draft": letter is None and dossier.competent_agency_id in supervised,
            }
        )
    return rows
