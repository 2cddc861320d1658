"""The survey after a look-up: opened from the owner's page, whose form carries the proof (R49)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cases import services, survey
from cases.errors import CaseError
from cases.public.feedback import refuse_null
from cases.services.rating import LONGEST_COMMENT, proved_dossier


# Without CSRF, as the look-up itself: the proof in the form is what nobody else has.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def rate(request: HttpRequest) -> HttpResponse:
    """POST with `proof`: the survey; with answers too: keeps them. The bare address leads to the look-up."""
    if request.method == "GET":
        return redirect("public:lookup")
    refuse_null(request)
    proof = request.POST.get("proof", "")
    dossier = proved_dossier(proof)
    if dossier is None:
        facts = {"fault": _("This page was open too long. Look the dossier up again, then rate.")}
        return render(request, "public/rating.html", facts, status=403)
    return survey_page(request, dossier, action="", proof=proof, begun="begin" in request.POST)


def survey_page(
    request: HttpRequest, dossier, *, action: str, proof: str = "", account=None, begun=False
) -> HttpResponse:
    """The survey of this dossier, or after right answers the thanks; a refusal keeps what was answered."""
    asked = survey.survey_on(timezone.localdate()).questions
    given = {question.key: request.POST.get(question.key, "") for question in asked}
    facts = {
        "dossier": dossier,
        "proof": proof,
        "action": action,
        "scores": survey.SCORES.items(),
        "questions": [(question, given[question.key]) for question in asked],
        "comment": request.POST.get("comment", ""),
        "longest": LONGEST_COMMENT,
        "asks": True,
    }
    if begun or request.method == "GET":
        return render(request, "public/rating.html", facts)
    try:
        services.rate(
            dossier,
            scores={key: int(text) for key, text in given.items() if text in {"1", "2", "3", "4", "5"}},
            comment=facts["comment"],
            proof=proof,
            account=account,
        )
    except CaseError as error:
        facts |= {"fault": error.sentence, "asks": error.code == "invalid"}
        return render(request, "public/rating.html", facts, status=400)
    return render(request, "public/rating.html", {**facts, "asks": False, "thanks": True})
