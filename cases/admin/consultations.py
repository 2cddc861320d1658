"""Questions to other agencies: what is shown of them on a dossier, and the page of the agency that answers."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from cases import rules, services
from cases.admin.shown import badge, moment
from cases.admin.verb_forms import AnswerForm
from cases.deadlines import Punctuality
from cases.errors import CaseError
from cases.exchange_partners import is_connected
from cases.models import Consultation, Dossier, ExchangeMessage, IncomingRequest
from cases.services.consultations import refusal_of_answer
from cases.services.exchange_answers import requests_done, requests_to_answer
from onestop import access

PER_PAGE = 50


def rows_of(dossier: Dossier, user) -> list[dict]:
    """The questions of one dossier, each with its state and whether this person may answer it now.

    Of those to another installation also what was told there, and when it was received.
    """
    found = dossier.consultations.select_related("agency", "after__agency", "created_by", "answered_by")
    if is_connected():
        told = ExchangeMessage.objects.defer("content", "receipt").order_by("pk")
        found = found.prefetch_related(Prefetch("exchange_messages", told))
    return [
        {
            "consultation": consultation,
            "due": moment(consultation.due_at),
            "state": state_badge(consultation),
            "told": consultation.exchange_messages.all() if is_connected() else [],
            "may_answer": refusal_of_answer(dossier, consultation) is None
            and rules.may_answer(user, consultation, dossier),
        }
        for consultation in found
    ]


def state_badge(consultation: Consultation):
    """Waiting for its turn, open, late, or answered and how."""
    if consultation.asked_at is None:
        return badge(_("waits for its turn"), "info")
    return badge_of(consultation)


def badge_of(consultation: Consultation | IncomingRequest):
    """Of one that was asked: open, late, taken back, or answered and how."""
    how = consultation.punctuality
    if consultation.answered_at:
        colour = "danger" if how is Punctuality.LATE else "success"
        return badge(_("answered, %(punctuality)s") % {"punctuality": how.label}, colour)
    if getattr(consultation, "withdrawn_at", None):
        return badge(_("taken back"), "default")
    return badge(_("late"), "danger") if how else badge(_("open"), "warning")


def questions(request):
    """What the person's agencies still have to answer, what is due first on top."""
    if not access.answers(request.user):
        raise PermissionDenied
    found = (
        Consultation.objects.to_answer_by(request.user)
        .select_related("agency", "dossier__version__procedure", "dossier__competent_agency")
        .order_by("due_at", "pk")
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("p"))
    theirs = Paginator(_requests_shown(request), PER_PAGE).get_page(request.GET.get("theirs"))
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=_("Questions to my agency"),
        page=page,
        rows=[{"consultation": one, "due": moment(one.due_at), "state": state_badge(one)} for one in page],
        requests=[{"asked": one, "due": moment(one.due_at), "state": badge_of(one)} for one in theirs],
        theirs=theirs,
        shows_answered="answered" in request.GET,
        exchanges=is_connected(),
    )
    return TemplateResponse(request, "cases/admin/questions.html", context)


def _requests_shown(request):
    """Of other installations: what waits for an answer, or what was answered or taken back."""
    if "answered" in request.GET:
        return requests_done(request.user)
    return requests_to_answer(request.user)


def answer(request, pk: int):
    """Write the answer; a refusal stays on the page with everything that was typed."""
    visible = Dossier.objects.visible_to(request.user) if access.sees_dossiers(request.user) else None
    consultation = (
        Consultation.objects.select_related("agency", "created_by", "dossier__version__procedure")
        .filter(pk=pk, dossier__in=visible)
        .first()
        if visible is not None
        else None
    )
    if consultation is None:
        raise Http404(_("There is no such question, or it was answered already."))
    dossier = consultation.dossier
    back = "admin:questions" if access.answers(request.user) else "admin:index"
    if refusal := refusal_of_answer(dossier, consultation):
        messages.error(request, refusal.sentence)
        return redirect(back)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.answer_consultation(consultation, by=request.user, **form.cleaned_data)
        except CaseError as error:
            form.show_refusal(error)
        else:
            messages.success(request, _("The answer is recorded; the deciding agency is told."))
            return redirect(back)
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=_("Answer a question"),
        consultation=consultation,
        dossier=dossier,
        due=moment(consultation.due_at),
        state=state_badge(consultation),
        form=form,
    )
    return TemplateResponse(request, "cases/admin/answer.html", context)
