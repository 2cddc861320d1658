"""The address at which the public postal service tells what happened to consignments."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cases.api.throttles import NoticesOfSystems
from cases.public.throttling import not_too_often
from cases.public.views import unkept
from cases.services import post

SIGNATURE = "X-Signature"


@require_POST
def postal_notice(request: HttpRequest) -> HttpResponse:
    if not post.is_connected():
        return JsonResponse({"message": "not connected"}, status=404)
    if len(request.body) > post.LONGEST_PUSH:
        return JsonResponse({"message": "too long"}, status=413)
    answer = post.receive_push(request.body, request.headers.get(SIGNATURE, ""))
    return unkept(JsonResponse(answer, status=401 if answer["code"] == post.NOT_SIGNED else 200))


# Without CSRF: another system, without our cookies; its signature is the proof.
postal_notice = csrf_exempt(not_too_often(postal_notice, NoticesOfSystems))
