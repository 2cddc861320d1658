"""Reception on one page: procedure first, then its checklist, the applicant, and the due date before saving."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases import services
from cases.admin import shown
from cases.admin.checklist_forms import ChecklistForm, FilingForm
from cases.admin.reception_forms import ReceptionForm
from cases.admin.scope import visible_dossier
from cases.admin.verbs import act_and_tell, refusal_before_asking
from cases.enums import State, Verb
from cases.errors import CaseError, Invalid, KeyReused, NotInForce
from cases.models import Dossier
from cases.proof import ProofDay
from cases.services.clock import counts_as_received_at, expected_start, promise
from cases.services.idempotency import fingerprint_of, once
from cases.services.reception import CHARGED
from cases.services.versions import limit_for, version_in_force
from onestop import access
from procedures import fees
from procedures.enums import Channel, FeeRule
from procedures.models import Agency, Procedure, ProcedureVersion
from procedures.services.competence import default_competent_agency
from procedures.services.tariffs import tariff_for

MOST_RESULTS = 12


# --- Which procedure --------------------------------------------------------------------------


def reception(request):
    """Search for the procedure, then the form of its version in force."""
    _clerks_only(request)
    code = request.POST.get("procedure") or request.GET.get("procedure", "")
    if not code:
        return _search_page(request)
    desk = request.user.agency
    try:
        version = _version_for(code, desk)
    except NotInForce as error:
        messages.error(request, error.sentence)
        return _search_page(request)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ReceptionForm(*sent, version=version, desk=desk, clerk=request.user)
    if sent and form.is_valid() and "check" not in request.POST:
        try:
            dossier_pk = _answer_once(request, form, desk)
        except KeyReused:
            form.ask_again(
                _(
                    "This page has already received a dossier, with other data. If this is another "
                    "one, press “Receive” again; nothing was saved yet."
                )
            )
        except CaseError as error:
            form.show_refusal(error)
        else:
            return redirect("admin:cases_dossier_change", dossier_pk)
    return _page(
        request,
        "cases/admin/reception.html",
        title=_("Receive a dossier"),
        version=version,
        form=form,
        preview=preview_of(form, desk) if sent else None,
    )


def _answer_once(request, form: ReceptionForm, desk: Agency) -> int:
    """A page sent twice makes one dossier: its hidden number is the key."""

    def act():
        dossier = _answer(request, form, desk)
        return 201, {"pk": dossier.pk, "code": str(dossier), "done": str(_done(request, dossier))}

    typed = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}
    fingerprint = fingerprint_of("reception", data=typed, files=request.FILES)
    answer = once(request.user, f"desk:{form.cleaned_data['nonce']}", fingerprint, act)
    again = _("This page was sent before; it has already become dossier %(code)s.")
    messages.success(request, again % answer.body if answer.replayed else answer.body["done"])
    return answer.body["pk"]


def _answer(request, form: ReceptionForm, desk: Agency) -> Dossier:
    """The one outcome whose button was pressed (R7, R12)."""
    what = form.version.procedure, form.applicant_facts()
    who = {"desk": desk, "by": request.user}
    answers = form.cleaned_data
    if "ask" in request.POST:
        asked = services.ask_at_desk(
            *what, **who, reason=answers["reason"], items=answers["items"], **form.filed()
        )
        return asked.dossier
    if "refuse" in request.POST:
        return services.refuse_at_desk(*what, **who, reason=answers["reason"], **form.filed())
    if "at_once" in request.POST:
        if not answers["file"]:
            raise Invalid(_("Choose the file of the result."), code="required", field="file")
        return services.decide_at_once(*what, answers["file"], **who, **form.decision(), **form.arguments())
    return services.receive(*what, **who, **form.arguments())


def _done(request, dossier: Dossier) -> str:
    match dossier.state:
        case State.SUBMITTED:
            return _("The applicant is asked to complete the filing; print the request (form 02).")
        case State.REFUSED:
            return _("Reception was refused; print the refusal (form 03).")
        case State.RETURNED:
            return _("Decided at once as %(code)s; the result is handed over.") % {"code": dossier.code}
    if not dossier.receipt_wanted:
        return _("Received as %(code)s. No receipt is needed: it is decided at once.") % {
            "code": dossier.code
        }
    return _("Received as %(code)s. Print the receipt for the applicant.") % {"code": dossier.code}


def _version_for(code: str, desk: Agency) -> ProcedureVersion:
    procedure = Procedure.objects.filter(code=code).first()
    if procedure is None:
        raise NotInForce(_("There is no procedure %(code)s in the catalogue.") % {"code": code})
    counts_from = counts_as_received_at(timezone.now(), desk=desk, channel=Channel.DESK)
    return version_in_force(procedure, timezone.localdate(counts_from))


def _search_page(request):
    text = request.GET.get("q", "")
    return _page(
        request,
        "cases/admin/reception_search.html",
        title=_("Receive a dossier"),
        q=text,
        versions=_found(text),
    )


@require_safe
def search(request):
    """The list below the search box while somebody types."""
    _clerks_only(request)
    return TemplateResponse(
        request, "cases/admin/reception_results.html", {"versions": _found(request.GET.get("q", ""))}
    )


def _found(text: str) -> list[ProcedureVersion]:
    found = ProcedureVersion.objects.in_force_on(timezone.localdate()).search(text)
    return list(found.select_related("procedure").order_by("procedure__code", "-number")[:MOST_RESULTS])


# --- The promise before saving ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Preview:
    """What the receipt would say if the dossier were received now; `missing` is what it depends on."""

    counts_from: datetime
    due_at: datetime | None = None
    provisional: bool = False
    days: tuple[ProofDay, ...] = ()
    fees: tuple[tuple[str, str], ...] = ()
    total: str = ""
    missing: str = ""
    reusable: tuple[tuple[str, str], ...] = ()


@require_POST
def preview(request):
    """Due date and fees for what is chosen so far, while the form is being filled in."""
    _clerks_only(request)
    desk = request.user.agency
    try:
        version = _version_for(request.POST.get("procedure", ""), desk)
    except NotInForce as error:
        return HttpResponse(error.sentence, status=400, content_type="text/plain; charset=utf-8")
    form = ReceptionForm(request.POST, version=version, desk=desk)
    form.full_clean()
    return TemplateResponse(
        request, "cases/admin/reception_preview.html", {"preview": preview_of(form, desk)}
    )


def preview_of(form: ReceptionForm, desk: Agency) -> Preview:
    """The same pure functions that the service uses, on a dossier that is not saved."""
    answers = form.cleaned_data
    competent = answers.get("competent_agency") or default_competent_agency(form.version, desk)
    counts_from = counts_as_received_at(timezone.now(), desk=desk, channel=Channel.DESK)
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
        channel=answers.get("channel", Channel.DESK),
    )
    deadline = promise(dossier, expected_start(dossier, counts_from))
    lines = _fee_amounts(form, competent)
    unknown = any(amount is None for _name, amount in lines)
    return Preview(
        deadline.counts_as_received_at,
        deadline.due_at,
        deadline.provisional,
        deadline.proof,
        tuple((name, _("not set yet") if amount is None else shown.money(amount)) for name, amount in lines),
        "" if unknown else shown.money(sum(amount for _name, amount in lines)),
        reusable=tuple(
            (component.name, form.offers[component.pk].source)
            for component in form.component_rows
            if component.pk in form.offers
        ),
    )


def _fee_amounts(form: ChecklistForm, competent: Agency) -> list[tuple[str, int | None]]:
    facts = form.fee_facts()
    amounts = []
    for line in form.fee_lines:
        if line.condition and line.pk not in (facts.fee_ids or []):
            continue
        if line.rule == FeeRule.SET_BY_PROVINCE:
            amounts.append((line.name, tariff_for(line, competent, timezone.localdate())))
        else:
            charged = {name: count for name, count in facts.quantities.items() if name in CHARGED}
            amounts.append((line.name, fees.fee_amount(line, **charged).total))
    return amounts


# --- Filings from outside -----------------------------------------------------------------------


def filing(request, pk: int):
    """Receive what came online or by post, with the checklist as it was handed in."""
    dossier = visible_dossier(request, pk)
    refusal = refusal_before_asking(request.user, Verb.RECEIVE, dossier)
    if refusal:
        messages.error(request, refusal.sentence)
        return redirect("admin:cases_dossier_change", pk)
    form = FilingForm(request.POST or None, dossier=dossier)
    if request.method == "POST" and form.is_valid():
        try:
            received = services.receive_filing(dossier, by=request.user, **form.arguments())
        except CaseError as error:
            form.show_refusal(error)
        else:
            messages.success(
                request,
                _("Received as %(code)s. Print the receipt for the applicant.") % {"code": received.code},
            )
            return redirect("admin:cases_dossier_change", pk)
    return _page(
        request,
        "cases/admin/filing.html",
        title=_("Receive the filing"),
        dossier=dossier,
        object=dossier,
        version=dossier.version,
        form=form,
    )


@require_POST
def filing_completed(request, pk: int):
    """The applicant has brought what was asked for before reception."""
    dossier = visible_dossier(request, pk)
    act_and_tell(
        request,
        lambda: services.complete_filing(dossier, by=request.user),
        _("The filing is complete; it counts from now."),
    )
    return redirect("admin:cases_dossier_change", pk)


def _clerks_only(request) -> None:
    if not access.receives(request.user):
        raise PermissionDenied(_("Dossiers are received by the clerks of a reception desk."))


def _page(request, template: str, **context):
    request.current_app = admin.site.name
    return TemplateResponse(request, template, admin.site.page_context(request, **context))
