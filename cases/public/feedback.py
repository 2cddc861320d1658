"""Pages of feedback and recommendations (phản ánh, kiến nghị): send, follow, read what was answered (R48).

Sending needs no account. The acknowledgement with the secret is shown once, as the answer to the form, so the
secret is in no address; following takes number and secret by POST.
"""

import math
from uuid import UUID, uuid4

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.generic import View

from cases import lookup, services
from cases.api.throttles import FeedbackByAddress, FeedbackByCode, LookupByAddress
from cases.errors import CaseError
from cases.feedback import FeedbackKind, FeedbackState, FeedbackVerb
from cases.models import AnswerRating, Feedback
from cases.public.throttling import not_too_often
from cases.services.accounts import applicant_of
from cases.services.feedback import LONGEST_TEXT, MOST_FILES, Sender
from onestop.numbers import whole_number
from procedures.models import Agency
from procedures.regimes import feedback_rules_on

FIELDS = ("kind", "text", "agency", "code", "name", "phone", "email", "address", "nonce")
PER_PAGE = 20


def refuse_null(request: HttpRequest) -> None:
    """Nobody types a null character, and PostgreSQL takes none."""
    if any("\x00" in text for _name, texts in request.POST.lists() for text in texts):
        raise BadRequest("a null character was sent")


def throttled(request: HttpRequest, view, *throttles) -> tuple[str, int] | None:
    """The sentence and the seconds for somebody who comes too often, else None."""
    for throttle in throttles:
        if not throttle.allow_request(request, view):
            seconds = math.ceil(throttle.wait() or 60)
            return (
                _("Too many attempts. Wait %(seconds)s seconds and try again.") % {"seconds": seconds},
                seconds,
            )
    return None


@method_decorator(never_cache, name="dispatch")
class SendView(View):
    """GET: the form, with `?ma=CODE` about that dossier. POST: registers it and shows the acknowledgement."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.form(request, {"code": request.GET.get("ma", "")[:80], **_known_sender(request)})

    def post(self, request: HttpRequest) -> HttpResponse:
        refuse_null(request)
        values = {name: request.POST.get(name, "") for name in FIELDS}
        if too_many := throttled(request, self, FeedbackByAddress()):
            answer = self.form(request, values, fault=too_many[0], status=429)
            answer["Retry-After"] = str(too_many[1])
            return answer
        chosen = whole_number(values["agency"])
        try:
            feedback = services.send_feedback(
                kind=values["kind"],
                text=values["text"].replace("\r\n", "\n"),
                agency=Agency.objects.filter(pk=chosen).first() if chosen else None,
                code=values["code"],
                sender=Sender(
                    name=values["name"],
                    phone=values["phone"],
                    email=values["email"],
                    address=values["address"],
                    applicant=applicant_of(request.user),
                ),
                nonce=_nonce(values["nonce"]),
                uploads=request.FILES.getlist("files"),
            )
        except CaseError as error:
            return self.form(request, values, fault=error.sentence, field=error.field, status=400)
        facts = {"feedback": feedback, "secret": lookup.secret_of(feedback)}
        return render(request, "public/feedback_sent.html", facts)

    def form(self, request, values: dict, *, fault: str = "", field: str = "", status: int = 200):
        facts = {
            "values": {"kind": FeedbackKind.HANDLING, **values, "nonce": values.get("nonce") or uuid4()},
            "kinds": FeedbackKind.choices,
            "agencies": Agency.objects.order_by("name_vi"),
            "fault": fault,
            "field": field,
            "longest": LONGEST_TEXT,
            "most_files": MOST_FILES,
            "law": feedback_rules_on(timezone.localdate()),
        }
        return render(request, "public/feedback.html", facts, status=status)


# Without CSRF, as the look-up: number and secret are the proof, and no cookie is asked for.
@method_decorator(csrf_exempt, name="dispatch")
@method_decorator(never_cache, name="dispatch")
class FollowView(View):
    """Number and secret by POST: how it stands; with `text` the details that the agency asked for."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "public/feedback_follow.html", {})

    def post(self, request: HttpRequest) -> HttpResponse:
        refuse_null(request)
        code, secret = self.attempt(request)
        if too_many := throttled(request, self, LookupByAddress(), FeedbackByCode()):
            answer = self.form(request, too_many[0], 429)
            answer["Retry-After"] = str(too_many[1])
            return answer
        feedback = _followed(code, secret)
        if feedback is None:
            fault = _("Nothing fits this number and secret. Compare both with your acknowledgement.")
            return self.form(request, fault, 404)
        fault = ""
        try:
            if "text" in request.POST:
                feedback = services.give_detail(feedback, secret=secret, text=request.POST["text"])
            elif request.POST.get("satisfied") in ("yes", "no"):
                services.rate_answer(feedback, secret=secret, satisfied=request.POST["satisfied"] == "yes")
        except CaseError as error:
            fault = error.sentence
        facts = {
            "feedback": feedback,
            "secret": secret,
            "steps": feedback.steps.select_related("agency", "to_agency"),
            "asks": feedback.state == FeedbackState.ASKED
            and feedback.steps.filter(verb=FeedbackVerb.ASK).last(),
            "rating": AnswerRating.objects.filter(feedback=feedback).first(),
            "fault": fault,
            "longest": LONGEST_TEXT,
        }
        return render(request, "public/feedback_status.html", facts, status=400 if fault else 200)

    def attempt(self, request: HttpRequest) -> tuple[str, str]:
        """Number and secret as they were sent; for the throttles as well."""
        return (
            request.POST.get("code", "").strip().upper()[:80],
            request.POST.get("secret", "").strip()[:80],
        )

    def form(self, request, fault: str, status: int) -> HttpResponse:
        facts = {"code": self.attempt(request)[0], "fault": fault}
        return render(request, "public/feedback_follow.html", facts, status=status)


@require_safe
@not_too_often
def published(request: HttpRequest) -> HttpResponse:
    """Questions and answers as they were published; nobody is named."""
    page = Paginator(Feedback.objects.published().select_related("agency"), PER_PAGE).get_page(
        request.GET.get("trang")
    )
    return render(request, "public/feedback_published.html", {"page": page})


def _followed(code: str, secret: str) -> Feedback | None:
    """What this number and secret open; an unknown number costs the same work as a wrong secret (R40)."""
    found = Feedback.objects.select_related("agency", "dossier", "contested").filter(code=code).first()
    return found if lookup.matches(found, secret) else None


def _known_sender(request: HttpRequest) -> dict[str, str]:
    """Somebody who signed in does not write again who they are."""
    applicant = applicant_of(request.user)
    if applicant is None:
        return {}
    return {
        "name": applicant.full_name,
        "phone": applicant.phone,
        "email": applicant.email,
        "address": applicant.address,
    }


def _nonce(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()
