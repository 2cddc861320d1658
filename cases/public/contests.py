"""Contesting an entry of the clock: from the owner's page of a look-up, with its proof, or from the own pages."""

from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cases import citizens, lookup, services
from cases.api.throttles import FeedbackByAddress
from cases.errors import CaseError
from cases.feedback import CONTESTABLE
from cases.models import Dossier
from cases.public.feedback import refuse_null, throttled
from cases.public.login import citizen_required
from cases.services.feedback import LONGEST_TEXT
from cases.services.rating import proved_dossier
from onestop.numbers import whole_number


# Without CSRF, as the look-up itself: the proof in the form is what nobody else has.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def contest(request: HttpRequest) -> HttpResponse:
    """POST with `proof` and `event`: the form; with `text` too: registers it. The bare address leads to the look-up."""
    if request.method == "GET":
        return redirect("public:lookup")
    refuse_null(request)
    proof = request.POST.get("proof", "")[:300]
    dossier = proved_dossier(proof)
    if dossier is None:
        return render(request, "public/contest.html", {"too_old": True}, status=403)
    return _page(request, dossier, request.POST, action=reverse("public:contest"), proof=proof)


@citizen_required
def my_contest(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The same of an own dossier; the entry stands in the address, the text in the body."""
    refuse_null(request)
    own = citizens.dossiers_of(request.applicant).filter(uuid=uuid).first()
    if own is None:
        raise Http404
    sent = request.POST if request.method == "POST" else request.GET
    return _page(request, own, sent, action=reverse("public:my_contest", args=[uuid]), account=request.user)


def _page(
    request: HttpRequest, dossier: Dossier, sent, *, action: str, proof: str = "", account=None
) -> HttpResponse:
    """The form for this entry, or after it was sent the acknowledgement; a refusal keeps what was typed."""
    event = dossier.events.filter(pk=whole_number(sent.get("event", "")) or 0, kind__in=CONTESTABLE).first()
    facts = {
        "dossier": dossier,
        "event": event,
        "action": action,
        "proof": proof,
        "text": sent.get("text", "").replace("\r\n", "\n"),
        "nonce": sent.get("nonce") or uuid4(),
        "longest": LONGEST_TEXT,
    }
    if event is None:
        return render(request, "public/contest.html", facts, status=404)
    if "text" not in request.POST:
        return render(request, "public/contest.html", facts)
    if too_many := throttled(request, None, FeedbackByAddress()):
        answer = render(request, "public/contest.html", {**facts, "fault": too_many[0]}, status=429)
        answer["Retry-After"] = str(too_many[1])
        return answer
    try:
        feedback = services.contest_event(
            dossier, event, text=facts["text"], nonce=_nonce(facts["nonce"]), proof=proof, account=account
        )
    except CaseError as error:
        return render(request, "public/contest.html", {**facts, "fault": error.sentence}, status=400)
    return render(
        request,
        "public/feedback_sent.html",
        {"feedback": feedback, "secret": lookup.secret_of(feedback)},
    )


def _nonce(text) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        return uuid4()
