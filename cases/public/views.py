"""Pages for everybody: look a dossier up by the code and the secret on its receipt (R40)."""

import math

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import TemplateView, View

from cases import queries
from cases.api.throttles import LookupByAddress, LookupByCode
from cases.public.stages import stages_of
from onestop.reading import about

LONGEST = 80  # characters of code or secret that are looked at


class HomeView(TemplateView):
    """Where people begin who typed the bare address."""

    template_name = "public/home.html"


# The form changes nothing and carries its own proof, so it needs no cookie. With one, browsers would fail
# here: the page sends no referrer, so they send `Origin: null`, which Django's CSRF check refuses.
@method_decorator(csrf_exempt, name="dispatch")
class LookupView(View):
    """GET: the form, and with `?ma=CODE` (from the QR code) whether that dossier is finished.

    POST: code and secret; the secret therefore is in no address, no history and no log.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        code, _secret = self.attempt(request)
        if not code:
            return self.form_page(request)
        return self.too_many(request) or self.public_page(request, code)

    def post(self, request: HttpRequest) -> HttpResponse:
        code, secret = self.attempt(request)
        if not code:
            return self.form_page(request, fault=_("Enter the code of the dossier."), status=400)
        if refused := self.too_many(request):
            return refused
        if not secret:
            return self.public_page(request, code)
        dossier = queries.look_up(code, secret)
        if dossier is None:
            return self.nothing_fits(request)
        about(request, dossier=dossier)
        view = queries.owner_view(dossier.pk)
        facts = {
            "view": view,
            "dossier": view.dossier,
            "stages": stages_of(view.dossier),
            "code": view.dossier.code,
        }
        return self.page(request, "public/status.html", facts)

    def attempt(self, request: HttpRequest) -> tuple[str, str]:
        """Code and secret as they were sent; for the throttles as well."""
        if request.method == "POST":
            return (
                request.POST.get("code", "").strip()[:LONGEST],
                request.POST.get("secret", "").strip()[:LONGEST],
            )
        return request.GET.get("ma", "").strip()[:LONGEST], ""

    def public_page(self, request: HttpRequest, code: str) -> HttpResponse:
        """What anybody may know: whether the dossier is finished."""
        dossier = queries.look_up(code)
        if dossier is None:
            return self.nothing_fits(request)
        return self.form_page(request, found=dossier)

    def nothing_fits(self, request: HttpRequest) -> HttpResponse:
        fault = _("Nothing fits this code and secret. Compare both with your receipt, letter by letter.")
        return self.form_page(request, fault=fault, status=404)

    def too_many(self, request: HttpRequest) -> HttpResponse | None:
        """The answer to somebody who asks too often, else None."""
        for throttle in (LookupByAddress(), LookupByCode()):
            if not throttle.allow_request(request, self):
                seconds = math.ceil(throttle.wait() or 60)
                fault = _("Too many attempts. Wait %(seconds)s seconds and try again.") % {"seconds": seconds}
                answer = self.form_page(request, fault=fault, status=429)
                answer["Retry-After"] = str(seconds)
                return answer
        return None

    def form_page(self, request, *, fault: str = "", found=None, status: int = 200) -> HttpResponse:
        facts = {"code": self.attempt(request)[0], "fault": fault, "found": found}
        return self.page(request, "public/lookup.html", facts, status=status)

    def page(self, request, template: str, facts: dict, *, status: int = 200) -> HttpResponse:
        answer = render(request, template, facts, status=status)
        answer["Cache-Control"] = "no-store"
        answer["Referrer-Policy"] = "no-referrer"
        answer["X-Robots-Tag"] = "noindex"
        return answer
