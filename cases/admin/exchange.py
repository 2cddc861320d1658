"""The exchange with other installations: its page for administrators, and the requests that came from there (R20)."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.admin.consultations import badge_of
from cases.admin.downloads import private
from cases.admin.shown import badge, moment
from cases.admin.verb_forms import FILE_TYPES
from cases.admin.verbs import act_and_tell
from cases.connections.exchange.signatures import BadKey
from cases.connections.exchange.words import OUTCOME_COLOURS, SENDING_COLOURS, Outcome, Sending
from cases.connections.systems import System
from cases.errors import CaseError
from cases.exchange_partners import partners
from cases.models import ExchangeMessage, IncomingRequest
from cases.services import exchange_acts
from cases.services.exchange_answers import answer_request, refusal_of_answer
from onestop import access
from onestop.admin_forms import OfficeForm

MOST = 50  # rows of each list


class RequestAnswerForm(OfficeForm):
    """Our answer, with the file of the result."""

    answer = forms.CharField(label=gettext_lazy("Answer"), widget=forms.Textarea(attrs={"rows": 6}))
    file = forms.FileField(
        label=gettext_lazy("File that goes with the answer"),
        required=False,
        widget=forms.FileInput(attrs={"accept": FILE_TYPES}),
    )


@require_safe
def page(request):
    """The installations that are known, what waits or was refused, and the journal with its receipts."""
    if not access.sees_connections(request.user):
        raise PermissionDenied
    mine = exchange_acts.messages_of(request.user)
    still = mine.standing_still().order_by("pk")
    waiting = mine.filter(state=Sending.WAITING).order_by("pk")
    delivered = mine.filter(state=Sending.DELIVERED).order_by("-pk")
    given_up = mine.filter(state=Sending.GIVEN_UP).select_related("given_up_by").order_by("-pk")
    known, fault = _partners()
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=System.EXCHANGE.label,
        partners=known,
        fault=fault,
        standing=[_row(row) for row in still[:MOST]],
        waiting=[_row(row) for row in waiting[:MOST]],
        delivered=[_row(row) for row in delivered[:MOST]],
        given_up=[_row(row) for row in given_up[:MOST]],
        arrivals=[
            {"arrival": one, "badge": badge(one.get_outcome_display(), OUTCOME_COLOURS[Outcome(one.outcome)])}
            for one in exchange_acts.arrivals_of(request.user)[:MOST]
        ],
        standing_count=still.count(),
        waiting_count=waiting.count(),
        may_act=access.keeps_connections(request.user),
        most=MOST,
    )
    return TemplateResponse(request, "cases/admin/exchange.html", context)


def _partners() -> tuple[list[dict], str]:
    """Each with the moment until which it is trusted, and why it has not taken what waits; or why none can be read."""
    faults = exchange_acts.last_faults()
    try:
        return [
            {
                "unit": one.unit,
                "url": one.url,
                "fault": faults.get(one.unit, ""),
                "until": max(certificate.not_valid_after_utc for certificate in one.certificates),
            }
            for one in partners()
        ], ""
    except BadKey as error:
        return [], str(error)


def _row(row: ExchangeMessage) -> dict:
    return {
        "row": row,
        "badge": badge(row.get_state_display(), SENDING_COLOURS[Sending(row.state)]),
        "outcome": row.get_outcome_display(),
        "is_parked": row.state == Sending.PARKED,
    }


@require_POST
def act(request, what: str, pk: int):
    """Send one again, or park it."""
    message = get_object_or_404(ExchangeMessage.objects.defer("content", "receipt"), pk=pk)
    match what:
        case "send":
            act_and_tell(
                request,
                lambda: exchange_acts.send_again(message, by=request.user),
                _("It is sent within a minute."),
            )
        case "park":
            act_and_tell(
                request,
                lambda: exchange_acts.park(message, by=request.user),
                _("Parked: it and what follows of its dossier wait until somebody sends it again."),
            )
        case _other:
            raise Http404
    return redirect("admin:exchange")


@require_POST
def give_up(request, pk: int):
    """Give one up for good, with a reason."""
    message = get_object_or_404(ExchangeMessage.objects.defer("content", "receipt"), pk=pk)
    reason = request.POST.get("reason", "")
    act_and_tell(
        request,
        lambda: exchange_acts.give_up(message, by=request.user, reason=reason),
        _("Given up: what follows of its dossier goes without it."),
    )
    return redirect("admin:exchange")


@require_http_methods(["GET", "HEAD", "POST"])
def incoming(request, pk: int):
    """A request of another installation, with its papers; below, the answer. A refusal loses nothing typed."""
    found = _request_of(request, pk)
    refusal = refusal_of_answer(found)
    if refusal and request.method == "POST":
        messages.error(request, refusal.sentence)
        return redirect("admin:incoming_request", pk=pk)
    form = RequestAnswerForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            answer_request(
                found, by=request.user, answer=form.cleaned_data["answer"], uploads=[file] if file else []
            )
        except CaseError as error:
            form.show_refusal(error)
        else:
            messages.success(request, _("The answer is recorded and goes to the other installation."))
            return redirect("admin:questions")
    files = list(found.files.all())
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=_("Request of another installation"),
        asked=found,
        facts=found.facts,
        due=moment(found.due_at),
        state=badge_of(found),
        refusal=refusal,
        came=[one for one in files if not one.is_answer],
        sent=[one for one in files if one.is_answer],
        form=form,
    )
    return TemplateResponse(request, "cases/admin/incoming_request.html", context)


@require_safe
def incoming_file(request, pk: int, file_pk: int):
    """One of its files, as a download and as the type that its content has."""
    file = _request_of(request, pk).files.filter(pk=file_pk).first()
    if file is None:
        raise Http404(_("This request has no such file."))
    try:
        opened = file.file.open("rb")
    except OSError as error:
        raise Http404(_("The file is missing in the store. Restore it from the backup.")) from error
    return private(FileResponse(opened, as_attachment=True, filename=file.name, content_type=file.mime_type))


def _request_of(request, pk: int) -> IncomingRequest:
    if not access.answers(request.user):
        raise PermissionDenied
    found = IncomingRequest.objects.of_agencies_of(request.user).select_related("agency", "answered_by")
    return get_object_or_404(found, pk=pk)
