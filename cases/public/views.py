"""Pages for everybody: look a dossier up by its code and a proof that it is one's own (R40)."""

import math
from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import TemplateView, View

from cases import queries
from cases.api.backoff import Attempts
from cases.api.throttles import LookupByAddress, LookupByCode
from cases.archive import reading as archive
from cases.collecting import collection_of, ical_of
from cases.letters import letters_of
from cases.lookup import Proof
from cases.models import ArchivedDossier, Dossier
from cases.public import passes
from cases.public.stages import stages_of
from notifications.errors import NotificationError
from notifications.services import letters
from onestop import replica
from onestop.reading import about

LONGEST = 80  # characters of code or proof that are looked at


class HomeView(TemplateView):
    """Where people begin who typed the bare address."""

    template_name = "public/home.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(methods=settings.LOOKUP_PROOF, **kwargs)


class OpenView(View):
    """What look-up and its downloads share: pages that nobody keeps, and the answer to too many attempts."""

    def page(self, request: HttpRequest, template: str, facts: dict, *, status: int = 200) -> HttpResponse:
        return unkept(render(request, template, facts, status=status))

    def form_page(self, request, *, code="", fault: str = "", found=None, status: int = 200) -> HttpResponse:
        facts = {"code": code, "fault": fault, "found": found, "methods": settings.LOOKUP_PROOF}
        return self.page(request, "public/lookup.html", facts, status=status)

    def too_many(self, request: HttpRequest, throttles, *, code: str = "", wait=0) -> HttpResponse | None:
        """The answer to somebody who asks too often, else None."""
        for throttle in throttles:
            if not throttle.allow_request(request, self):
                wait = max(wait, math.ceil(throttle.wait() or 60))
        if not wait:
            return None
        fault = _("Too many attempts. Wait %(seconds)s seconds and try again.") % {"seconds": wait}
        answer = self.form_page(request, code=code, fault=fault, status=429)
        answer["Retry-After"] = str(wait)
        return answer


# The form changes nothing and carries its own proof, so it needs no cookie. With one, browsers would fail
# here: the page sends no referrer, so they send `Origin: null`, which Django's CSRF check refuses.
@method_decorator(csrf_exempt, name="dispatch")
class LookupView(OpenView):
    """GET: the form, and with `?ma=CODE` (from the QR code) whether that dossier is finished.

    POST: code and proof; the proof therefore is in no address, no history and no log.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        code, proof = self.attempt(request)
        if not code:
            return self.form_page(request)
        return self.looked_up(request, code, proof)

    def post(self, request: HttpRequest) -> HttpResponse:
        code, proof = self.attempt(request)
        if not code:
            return self.form_page(request, fault=_("Enter the code of the dossier."), status=400)
        if proof.is_half:
            fault = _("Enter both: the end of the ID number and the end of the phone number.")
            return self.form_page(request, code=code, fault=fault, status=400)
        return self.looked_up(request, code, proof)

    def looked_up(self, request: HttpRequest, code: str, proof: Proof) -> HttpResponse:
        attempts = Attempts.by(request, code, proof)
        throttles = (LookupByAddress(), LookupByCode())
        if refused := self.too_many(request, throttles, code=code, wait=attempts.wait()):
            return refused
        found = replica.ask(partial(self.found_page, request, code, proof))
        if found is None and (archived := archive.entry_of(queries.tidy_code(code))):
            return self.archived(request, attempts, archived, proof)
        attempts.ended(well=found is not None)
        return found or self.nothing_fits(request, code)

    def nothing_fits(self, request: HttpRequest, code: str) -> HttpResponse:
        fault = _("Nothing fits this code and this proof. Compare both with your receipt, sign by sign.")
        return self.form_page(request, code=code, fault=fault, status=404)

    def found_page(
        self, request: HttpRequest, code: str, proof: Proof, *, year: int | None = None
    ) -> HttpResponse | None:
        """What this proof opens, None when it fits nothing; only reads. `year`: of the archive that is read."""
        dossier = queries.look_up(code, proof)
        if dossier is None:
            return None
        if not proof.method:
            return self.form_page(request, code=code, found=dossier)
        return self.owners_page(request, dossier, year)

    def archived(self, request, attempts, archived: ArchivedDossier, proof: Proof) -> HttpResponse:
        """The same from the archive; of a detached year only that it is there."""
        if archived.year.detached_at:
            attempts.ended(well=True)
            fault = _("This dossier ended in %(year)s and is in the archive of the agency. Ask at the desk.")
            return self.form_page(
                request, code=archived.code, fault=fault % {"year": archived.year_id}, status=404
            )
        with archive.reading(archived.year_id):
            found = self.found_page(request, archived.code, proof, year=archived.year_id)
        attempts.ended(well=found is not None)
        return found or self.nothing_fits(request, archived.code)

    def attempt(self, request: HttpRequest) -> tuple[str, Proof]:
        """Code and proof as they were sent; for the throttles as well."""
        if request.method != "POST":
            return _sent(request.GET, "ma"), Proof()
        proof = Proof(*(_sent(request.POST, name) for name in ("secret", "id_end", "phone_end")))
        return _sent(request.POST, "code"), proof

    def owners_page(self, request: HttpRequest, dossier: Dossier, year: int | None) -> HttpResponse:
        view = queries.owner_view(dossier.pk)
        about(request, dossier=view.dossier)
        facts = {
            "view": view,
            "dossier": view.dossier,
            "stages": stages_of(view.dossier),
            "code": view.dossier.code,
            "pass": passes.pass_for(view.dossier, year),
            "pass_minutes": passes.MINUTES,
        }
        return self.page(request, "public/status.html", facts)


@method_decorator(csrf_exempt, name="dispatch")  # like the look-up: the pass in the form is the proof
class DownloadView(OpenView):
    """The buttons of the owner's page: an issued letter as PDF, the appointment for a calendar."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if refused := self.too_many(request, [LookupByAddress()]):
            return refused
        with passes.opened(_sent(request.POST, "pass", 300)) as dossier:
            return self.download(request, dossier)

    def download(self, request: HttpRequest, dossier: Dossier | None) -> HttpResponse:
        if dossier is None:
            fault = _("The page you came from is too old. Look the dossier up again.")
            return self.form_page(request, fault=fault, status=403)
        what = _sent(request.POST, "what")
        answer = _appointment(dossier) if what == "appointment" else _letter(dossier, what)
        if answer is None:
            fault = _("This is not there any more. Look the dossier up again.")
            return self.form_page(request, code=dossier.code, fault=fault, status=404)
        return unkept(answer)


def _appointment(dossier: Dossier) -> HttpResponse | None:
    collection = collection_of(dossier)
    if collection is None or collection.appointment is None:
        return None
    return _file(ical_of(dossier), "text/calendar; charset=utf-8", f"{dossier.code}.ics")


def _letter(dossier: Dossier, number: str) -> HttpResponse | None:
    """The issued letter with this primary key, of this dossier and of no other one."""
    pk = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0
    letter = letters_of(dossier).issued().filter(pk=pk).first()
    if letter is None:
        return None
    try:
        content = letters.issued_pdf(letter)
    except NotificationError:
        return None
    return _file(content, "application/pdf", f"{dossier.code}-{letter.kind}.pdf")


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _sent(values, name: str, longest: int = LONGEST) -> str:
    return values.get(name, "").strip()[:longest]


def unkept(answer: HttpResponse) -> HttpResponse:
    """Not kept by anybody on the way, not told to the next page, not found by a search engine."""
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
