"""The promise before saving: due date with its proof, and what is owed, for what is chosen so far."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.admin import shown
from cases.admin.counter import clerks_only, reception_form
from cases.admin.reception_forms import ReceptionForm
from cases.errors import CaseError, NotInForce
from cases.models import Dossier
from cases.proof import ProofDay
from cases.services.clock import counts_as_received_at, expected_start, promise
from cases.services.fee_lines import amounts_owed
from cases.services.versions import limit_for
from procedures.calendars import remembered_calendars
from procedures.models import Agency
from procedures.services.competence import default_competent_agency


@dataclass(frozen=True, slots=True)
class Preview:
    """What the receipt would say if the dossier were received now.

    `missing` and `fees_missing` are what the due date and the fees still depend on.
    """

    counts_from: datetime
    due_at: datetime | None = None
    provisional: bool = False
    days: tuple[ProofDay, ...] = ()
    fees: tuple[tuple[str, str], ...] = ()
    total: str = ""
    missing: str = ""
    fees_missing: str = ""
    reusable: tuple[tuple[str, str], ...] = ()


@require_POST
@remembered_calendars()
def preview(request):
    """Due date and fees while the form is being filled in."""
    clerks_only(request)
    desk = request.user.workplace
    try:
        form = reception_form(request.POST.get("procedure", ""), desk, request.POST)
    except NotInForce as error:
        return HttpResponse(error.sentence, status=400, content_type="text/plain; charset=utf-8")
    form.full_clean()
    return TemplateResponse(
        request, "cases/admin/reception_preview.html", {"preview": preview_of(form, desk)}
    )


def preview_of(form: ReceptionForm, desk: Agency) -> Preview:
    """The same functions that the service uses, on a dossier that is not saved."""
    answers = form.cleaned_data
    competent = answers.get("competent_agency") or default_competent_agency(form.version, desk)
    counts_from = counts_as_received_at(timezone.now(), desk=desk, channel=form.channel)
    if competent is None:
        return Preview(counts_from, missing=_("Choose the agency that decides."))
    try:
        limit = limit_for(form.version, form.chosen_limit(), form.fee_facts().quantities)
    except CaseError as error:
        return Preview(counts_from, missing=error.sentence)
    dossier = Dossier(
        limit=limit,
        competent_agency=competent,
        receiving_desk=desk,
        channel=answers.get("channel", form.channel),
    )
    deadline = promise(dossier, expected_start(dossier, counts_from))
    return Preview(
        deadline.counts_as_received_at,
        deadline.due_at,
        deadline.provisional,
        deadline.proof,
        reusable=tuple(
            (component.name, form.offers[component.pk].source)
            for component in form.component_rows
            if component.pk in form.offers
        ),
        **_fees(form, competent),
    )


def _fees(form: ReceptionForm, competent: Agency) -> dict:
    """The lines with their amounts and their sum, or what has to be chosen first."""
    try:
        owed = amounts_owed(
            form.version, form.fee_facts(), channel=form.channel, agency=competent, on=timezone.localdate()
        )
    except CaseError as error:
        return {"fees_missing": error.sentence}
    amounts = [item.amount for item in owed]
    return {
        "fees": tuple(
            (item.line.name, _("not set yet") if item.amount is None else shown.money(item.amount))
            for item in owed
        ),
        "total": "" if None in amounts else shown.money(sum(amounts)),
    }
