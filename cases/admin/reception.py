"""Reception on one page: procedure first, then the applicant, the checklist, and the due date before saving."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import services
from cases.admin import reception_population
from cases.admin.checklist_forms import FilingForm
from cases.admin.counter import clerks_only, page, reception_form
from cases.admin.ready_reasons import with_inserted
from cases.admin.reception_forms import READY_USES, ReceptionForm, known_applicant
from cases.admin.reception_people import is_look_up, look_up, people_of
from cases.admin.reception_preview import preview_of
from cases.admin.reception_search import search_page
from cases.admin.scope import visible_dossier
from cases.admin.verbs import act_and_tell, refusal_before_asking, seen_on
from cases.desk import open_dossiers
from cases.enums import State, Verb
from cases.errors import CaseError, Invalid, KeyReused, NotInForce
from cases.models import Dossier, ReceptionDraft
from cases.services import population
from cases.services.drafts import drafts_of, idempotency_key
from cases.services.duplicates import in_words
from cases.services.idempotency import fingerprint_of, once
from cases.services.meanwhile import act_on_seen, last_seen
from onestop.numbers import whole_number
from onestop.reading import about
from procedures.models import Agency

# Which way the page was sent does not make it another one.
NOT_OF_THE_DOSSIER = frozenset({"csrfmiddlewaretoken", "print"})


def reception(request):
    """Search for the procedure, then the form of its version in force."""
    clerks_only(request)
    draft = _draft_to_go_on_with(request)
    code = request.POST.get("procedure") or request.GET.get("procedure", "")
    if draft:
        code = draft.procedure.code
    if not code:
        return search_page(request)
    try:
        if request.method == "POST" and reception_population.is_asked_for(request.POST):
            return _verified(request, code)
        if request.method == "POST" and is_look_up(request.POST):
            return _looked_up(request, code)
        if "insert" in request.POST:
            return _inserted(request, code)
        if request.method == "POST":
            return _sent(request, code)
        values = _typed_before(draft) if draft else None
        form = reception_form(code, request.user.workplace, clerk=request.user, values=values)
    except NotInForce as error:
        messages.error(request, error.sentence)
        return (
            _lead_to(request, reverse("admin:reception"))
            if request.method == "POST"
            else search_page(request)
        )
    return _form_page(request, form, values or QueryDict())


def _sent(request, code: str):
    """Receive, or one of the other outcomes; what was refused is shown again as it was typed."""
    desk = request.user.workplace
    form = reception_form(code, desk, request.POST, request.FILES, clerk=request.user)
    if form.is_valid() and "check" not in request.POST:
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
            address = reverse("admin:cases_dossier_change", args=[dossier_pk])
            return _lead_to(request, address + ("?in=1" if "print" in request.POST else ""))
    form.focus_on_refusal()
    return _form_page(request, form, request.POST, preview=preview_of(form, desk))


def _looked_up(request, code: str):
    """The page again with the applicant's data in it; nothing is saved and nothing judged."""
    found = look_up(request.POST)
    if found.taken:
        about(request)
    known_before = known_applicant(request.POST)
    form = reception_form(code, request.user.workplace, clerk=request.user, values=found.values)
    if found.taken != known_before:
        # What the store offers of this person goes before what was proposed for a stranger.
        for pk in (pk for pk, offer in form.offers.items() if offer.paper):
            form.initial.pop(f"provision_{pk}", None)
    form.focus_on(found.focus or form.next_question())
    return _form_page(request, form, found.values, told=found.sentence)


def _verified(request, code: str):
    """The page again with what the population database says of the person; nothing is saved of it.

    It may be silent: then the page says so at once, and the desk goes on by hand.
    """
    desk = request.user.workplace
    version = reception_form(code, desk, clerk=request.user).version
    found, answer = reception_population.look_up(request.POST, code, by=request.user)
    if answer:
        reception_population.choose_papers(found.values, version, answer.told)
        if answer.told.answered:
            about(request)
    form = reception_form(code, desk, clerk=request.user, values=found.values)
    form.focus_on(found.focus if found.focus in form.fields else form.next_question())
    return _form_page(request, form, found.values, verification=found.sentence)


def _inserted(request, code: str):
    """The page again with the chosen ready reason in it; nothing is saved and nothing judged."""
    values = request.POST.copy()
    for name, text in with_inserted(values, values.get("ready", ""), *READY_USES).items():
        values[name] = text
    form = reception_form(code, request.user.workplace, clerk=request.user, values=values)
    form.focus_on("reason")
    return _form_page(request, form, values)


def _form_page(request, form: ReceptionForm, values: QueryDict, **context):
    return page(
        request,
        "cases/admin/reception.html",
        title=_("Receive a dossier"),
        version=form.version,
        form=form,
        people=people_of(values, request.user, form.version.procedure),
        **context,
    )


def _lead_to(request, address: str):
    """Where to go next; a page that was sent by htmx is told so, because it would only fetch a redirect."""
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def _draft_to_go_on_with(request) -> ReceptionDraft | None:
    number = whole_number(request.GET.get("draft")) if request.method == "GET" else None
    return None if number is None else drafts_of(request.user).filter(pk=number).first()


def _typed_before(draft: ReceptionDraft) -> QueryDict:
    values = QueryDict(mutable=True)
    for name, texts in draft.data.items():
        values.setlist(name, texts)
    values["nonce"] = draft.key
    return values


def _answer_once(request, form: ReceptionForm, desk: Agency) -> int:
    """A page sent twice makes one dossier: its hidden number is the key. Its draft ends with it."""
    nonce = form.cleaned_data["nonce"]

    def act():
        dossier = _answer(request, form, desk)
        is_noted = population.keep_with(dossier, form.looked_up, form.cleaned_data, by=request.user)
        if not is_noted and form.relies_on_an_answer():
            raise Invalid(
                _("The look-up on this page counts for another dossier. Look the person up again."),
                field="id_number",
            )
        services.drop_draft(nonce, by=request.user)
        return 201, {"pk": dossier.pk, "code": str(dossier), "done": str(_done(request, dossier))}

    typed = {name: request.POST.getlist(name) for name in request.POST if name not in NOT_OF_THE_DOSSIER}
    fingerprint = fingerprint_of("reception", data=typed, files=request.FILES)
    answer = once(request.user, idempotency_key(nonce), fingerprint, act)
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
    if not form.takes_paper:
        return services.help_to_file(*what, **who, **form.online())
    return services.receive(*what, **who, **form.arguments())


def _done(request, dossier: Dossier) -> str:
    match dossier.state:
        case State.SUBMITTED:
            return _("The applicant is asked to complete the filing; print the request (form 02).")
        case State.REFUSED:
            return _("Reception was refused; print the refusal (form 03).")
        case State.RETURNED:
            return _("Decided at once as %(code)s; the result is handed over.") % {"code": dossier.code}
    if dossier.helped_to_file:
        return _("Filed online for the applicant and received as %(code)s.") % {"code": dossier.code}
    if not dossier.receipt_wanted:
        return _("Received as %(code)s. No receipt is needed: it is decided at once.") % {
            "code": dossier.code
        }
    return _("Received as %(code)s. Print the receipt for the applicant.") % {"code": dossier.code}


# --- Filings from outside -----------------------------------------------------------------------


def filing(request, pk: int):
    """Receive what came online or by post, with the checklist as it was handed in."""
    dossier, seen = visible_dossier(request, pk), seen_on(request)
    refusal = refusal_before_asking(request.user, Verb.RECEIVE, dossier)
    if refusal and seen is None:  # a page that was open meanwhile hears what happened
        messages.error(request, refusal.sentence)
        return redirect("admin:cases_dossier_change", pk)
    form = FilingForm(request.POST or None, dossier=dossier)
    if request.method == "POST" and form.is_valid():
        try:
            received = act_on_seen(
                dossier,
                seen,
                lambda: services.receive_filing(dossier, by=request.user, **form.arguments()),
            )
        except CaseError as error:
            form.show_refusal(error)
        else:
            messages.success(
                request,
                _("Received as %(code)s. Print the receipt for the applicant.") % {"code": received.code},
            )
            return redirect("admin:cases_dossier_change", pk)
    return page(
        request,
        "cases/admin/filing.html",
        title=_("Receive the filing"),
        dossier=dossier,
        object=dossier,
        version=dossier.version,
        form=form,
        seen=last_seen(dossier),
        others=[
            in_words(other)
            for other in open_dossiers(dossier.applicant, dossier.version.procedure)
            if other != dossier
        ],
    )


@require_POST
def filing_completed(request, pk: int):
    """The applicant has brought what was asked for before reception."""
    dossier = visible_dossier(request, pk)
    act_and_tell(
        request,
        lambda: act_on_seen(
            dossier, seen_on(request), lambda: services.complete_filing(dossier, by=request.user)
        ),
        _("The filing is complete; it counts from now."),
    )
    return redirect("admin:cases_dossier_change", pk)
