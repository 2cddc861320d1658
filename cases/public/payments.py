"""Paying online: the page that leads to the platform, coming back from it, and the address of its notices."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from cases.api.throttles import LookupByAddress, NoticesOfSystems
from cases.errors import CaseError
from cases.models import Dossier
from cases.payment_enums import WITH_MONEY
from cases.public import passes
from cases.public.login import citizen_required
from cases.public.mine import own_dossier
from cases.public.throttling import not_too_often
from cases.public.views import OpenView, unkept
from cases.services import online_payments, payment_taking
from cases.services.payment_platform import is_connected
from notifications.codes import qr_inline

LONGEST_PASS = 300


@method_decorator(csrf_exempt, name="dispatch")  # like the look-up: the pass in the form is the proof
class PayView(OpenView):
    """The button of the owner's page: an order at the platform, with its page and its code to scan."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if refused := self.too_many(request, [LookupByAddress()]):
            return refused
        with passes.opened(request.POST.get("pass", "").strip()[:LONGEST_PASS]) as dossier:
            if dossier is None:
                fault = _("The page you came from is too old. Look the dossier up again.")
                return self.form_page(request, fault=fault, status=403)
            return pay_page(request, dossier)


@require_POST
@citizen_required
def my_payment(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The same for a dossier of the citizen who is signed in."""
    return pay_page(request, own_dossier(request, uuid), by=request.user)


def pay_page(request: HttpRequest, dossier: Dossier, *, by=None) -> HttpResponse:
    try:
        order = online_payments.begin(dossier, by=by)
    except CaseError as error:
        facts = {"dossier": dossier, "fault": error.sentence}
        return unkept(render(request, "public/pay.html", facts, status=409))
    facts = {"dossier": dossier, "order": order, "qr": qr_inline(order.qr) if order.qr else ""}
    return unkept(render(request, "public/pay.html", facts))


@require_safe
def payment_return(request: HttpRequest) -> HttpResponse:
    """Where the platform sends the citizen back to. What the address says is no proof: the platform is asked."""
    order = online_payments.returned_from(request.GET.dict())
    if order is not None:
        order = online_payments.ask_about(order)
    facts = {"order": order, "is_paid": order is not None and order.state in WITH_MONEY}
    return unkept(render(request, "public/paid.html", facts, status=200 if order else 404))


@require_POST
def payment_notice(request: HttpRequest) -> HttpResponse:
    """What the platform tells by itself; every notice is answered in its own words with HTTP 200."""
    if not is_connected():
        return JsonResponse({"message": "not connected"}, status=404)
    if len(request.body) > payment_taking.LONGEST_NOTICE:
        return JsonResponse({"message": "too long"}, status=413)
    return unkept(JsonResponse(payment_taking.receive_notice(request.body, request.content_type or "")))


payment_return = not_too_often(payment_return, LookupByAddress)
# Without CSRF: another system, without our cookies; its signature is the proof.
payment_notice = csrf_exempt(not_too_often(payment_notice, NoticesOfSystems))
