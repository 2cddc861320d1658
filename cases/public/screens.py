"""The screens of a waiting room, opened by a signed link and without an account: kiosk and board.

They show no name of anybody. The kiosk's language is in its address and not in a cookie: the next
person begins in Vietnamese again.
"""

import hashlib
import math
from functools import wraps
from uuid import UUID, uuid4

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from cases import queueing, waiting
from cases.api.throttles import Counted
from cases.errors import CaseError
from cases.models import QueueTicket, WaitingRoom
from cases.services.tickets import take_ticket
from procedures.calendars import calendar_for

BOARD_SECONDS = 1  # many screens ask at once: the database is asked once a second and desk


class Kiosk(Counted):
    """Numbers drawn with the links of one desk: whoever copied a link does not draw thousands."""

    scope = "kiosk"

    def get_cache_key(self, request, view):
        return self.cache_format % {"scope": self.scope, "ident": view.desk_id}


def with_room(view):
    """Give the view the waiting room of the link's token, in the language of the address; 404 with a sentence."""

    @wraps(view)
    def opened(request: HttpRequest, token: str, **kwargs):
        language = request.GET.get("lang") or request.POST.get("lang")
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            room = waiting.room_of(token)
            if room is None:
                return _page(request, "public/screen_closed.html", {}, status=404)
            answer = view(request, room, token, **kwargs)
            answer["Content-Language"] = language
            return answer

    return opened


# Kiosk ------------------------------------------------------------------------------------------------


# Without CSRF: a kiosk keeps no cookies. The link is the proof, and the nonce makes a repeated POST harmless.
@csrf_exempt
@with_room
def kiosk(request: HttpRequest, room: WaitingRoom, token: str) -> HttpResponse:
    """GET: what one may come for. POST: draws a number and leads to it."""
    if request.method == "POST":
        return _draw(request, room, token)
    return _kiosk_page(request, room, token)


@with_room
def ticket(request: HttpRequest, room: WaitingRoom, token: str, nonce: UUID) -> HttpResponse:
    """The number that was drawn under this nonce today, to be read and printed."""
    drawn = (
        QueueTicket.objects.filter(desk=room.desk_id, day=timezone.localdate(), nonce=nonce)
        .select_related("service", "counter")
        .first()
    )
    if drawn is None:
        return redirect(_address(request, token))
    facts = {
        "ticket": drawn,
        "service": drawn.service.name,
        "ahead": waiting.ahead_of(drawn),
        "usual_minutes": _minutes(waiting.usual_wait_for(drawn.service)),
    }
    return _page(request, "public/kiosk_ticket.html", facts, room=room, token=token)


def _draw(request: HttpRequest, room: WaitingRoom, token: str) -> HttpResponse:
    throttle = Kiosk()
    if not throttle.allow_request(request, room):
        seconds = math.ceil(throttle.wait() or 60)
        fault = _("Too many numbers at once. Wait %(seconds)s seconds and try again.") % {"seconds": seconds}
        answer = _kiosk_page(request, room, token, fault=fault, status=429)
        answer["Retry-After"] = str(seconds)
        return answer
    service = next((s for s in waiting.offered(room.desk) if str(s.pk) == request.POST.get("service")), None)
    if service is None:
        fault = _("This service is not offered any more. Choose another one.")
        return _kiosk_page(request, room, token, fault=fault, status=400)
    nonce = _nonce(request.POST.get("nonce", ""))
    try:
        take_ticket(service, has_priority=request.POST.get("priority") == "1", nonce=nonce)
    except CaseError as error:
        return _kiosk_page(request, room, token, fault=error.sentence, status=409)
    return redirect(_address(request, token, nonce))


def _kiosk_page(request, room, token, *, fault: str = "", status: int = 200) -> HttpResponse:
    state = queueing.opening(calendar_for(room.desk), timezone.now(), settings.QUEUE_LAST_NUMBER_MINUTES)
    in_line: dict[int, int] = {}
    for waits in waiting.waiting_at(room.desk):
        in_line[waits.service_id] = in_line.get(waits.service_id, 0) + 1
    facts = {
        "opening": state,
        "services": [
            {"row": service, "name": service.name, "waiting": in_line.get(service.pk, 0)}
            for service in waiting.offered(room.desk)
        ],
        "nonce": uuid4(),
        "fault": fault,
        "priority": "1" in request.GET.getlist("priority") + request.POST.getlist("priority"),
    }
    return _page(request, "public/kiosk.html", facts, room=room, token=token, status=status)


def _nonce(text: str) -> UUID:
    """The nonce of the page; one of our own for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def _minutes(duration) -> int | None:
    """Whole minutes, rounded up: nobody is promised less than what it was."""
    return None if duration is None else math.ceil(duration.total_seconds() / 60)


# Board ------------------------------------------------------------------------------------------------


@with_room
def board(request: HttpRequest, room: WaitingRoom, token: str) -> HttpResponse:
    """The screen of the waiting room: which number is called to which counter."""
    return _page(request, "public/board.html", _called(room), room=room, token=token)


def board_news(request: HttpRequest, token: str) -> HttpResponse:
    """The same as JSON, asked every few seconds; 304 while nothing changed."""
    language = request.GET.get("lang", settings.LANGUAGE_CODE)
    key = f"board:{hashlib.sha256(f'{token} {language}'.encode(errors='replace')).hexdigest()}"
    body = cache.get(key)
    if body is None:
        answer = _news(request, token)
        if answer.status_code != 200:
            return answer
        body = answer.content
        cache.set(key, body, BOARD_SECONDS)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    answer = HttpResponse(body, content_type="application/json")
    answer["ETag"], answer["Cache-Control"] = etag, "no-cache"
    return get_conditional_response(request, etag=etag, response=answer)


@with_room
def _news(request: HttpRequest, room: WaitingRoom, token: str) -> HttpResponse:
    return JsonResponse(_called(room), json_dumps_params={"ensure_ascii": False})


def _called(room: WaitingRoom) -> dict:
    shown = waiting.board_of(room.desk)
    return {
        "counters": [
            {"counter": str(counter), **(_call(at_hand) if at_hand else {"number": ""})}
            for counter, at_hand in shown.counters
        ],
        "latest": [{"counter": str(called.counter), **_call(called)} for called in shown.latest],
    }


def _call(called: QueueTicket) -> dict:
    """`key` changes with every call, so that the screen calls out a repeated one too."""
    words = {"number": str(called), "counter": called.counter}
    return {
        "number": str(called),
        "key": f"{called.pk}.{called.calls}",
        "say": _("Number %(number)s, please come to %(counter)s") % words,
    }


# Pages ------------------------------------------------------------------------------------------------


def _address(request: HttpRequest, token: str, nonce: UUID | None = None) -> str:
    """The kiosk's address, or a number's, with the choices that the screen goes on with."""
    path = reverse("public:ticket", args=[token, nonce]) if nonce else reverse("public:kiosk", args=[token])
    kept = _kept(request)
    return f"{path}?{kept.urlencode()}" if kept else path


def _kept(request: HttpRequest):
    """The choices in the address: language, and whether this kiosk has a printer."""
    kept = request.GET.copy()
    for name in list(kept):
        if name not in {"lang", "print"}:
            del kept[name]
    for name in ("lang", "print"):
        if name in request.POST:
            kept[name] = request.POST[name]
    return kept


def _page(request, template: str, facts: dict, *, room=None, token="", status: int = 200) -> HttpResponse:
    kept = _kept(request)
    facts = {
        **facts,
        "room": room,
        "token": token,
        "prints": kept.get("print") == "1",
        "language": translation.get_language(),
        "other_language": "en" if not (translation.get_language() or "vi").startswith("en") else "vi",
    }
    answer = render(request, template, facts, status=status)
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
