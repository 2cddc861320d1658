"""What gateways of messages tell us by themselves: reports on what was sent, and messages that come in.

Each request is signed like our own webhooks: `X-Onestop-Timestamp` and `X-Onestop-Signature`, HMAC-SHA256 of
`timestamp.body` under the secret agreed with that gateway. Without a secret nobody is listened to.
"""

import hashlib
import hmac
import json
import logging
import math
import time
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cases import hooks, queries, rules, text_lookup
from cases.api.backoff import Attempts
from cases.api.throttles import TextsByPhone
from cases.archive import reading as archive
from cases.lookup import Proof
from cases.models import Dossier
from cases.services.answered_texts import once
from cases.text_lookup import Wanted
from notifications.enums import MessageChannel, ReportStatus
from notifications.services.reports import note_report

logger = logging.getLogger(__name__)

CLOCKS_DIFFER = 300  # seconds
LONGEST_BODY = 64 * 1024
LONGEST_FIELD = 200
LISTENED_TO = frozenset({MessageChannel.SMS, MessageChannel.ZALO})


class _Refused(Exception):
    """The answer to a request that is none of an agreed gateway; `status` of HTTP, the text for its people."""

    def __init__(self, status: int, text: str):
        super().__init__(text)
        self.status = status


@csrf_exempt
@require_POST
def report(request: HttpRequest, channel: str) -> HttpResponse:
    """`{"id": …, "status": "arrived"|"failed"|"expired", "at": …, "detail": …}`: what became of a message."""
    try:
        told = _told(request, channel)
        key, status = _text(told, "id"), _text(told, "status")
        if status not in ReportStatus.values:
            raise _Refused(422, "status: " + ", ".join(ReportStatus.values))
        is_known = note_report(
            channel, key, status=status, at=_moment(told.get("at")), detail=str(told.get("detail") or "")
        )
    except _Refused as refusal:
        return _refusal(channel, refusal)
    # Also for what is unknown here: the gateway need not tell it again.
    return JsonResponse({"ok": True, "known": is_known})


@csrf_exempt
@require_POST
def inbound(request: HttpRequest, channel: str) -> HttpResponse:
    """`{"id": …, "from": …, "text": …}`: a message of somebody's; the answer `{"reply": …}` is for the sender.

    By the gateway's number, sender and text a repeat gets the same answer; nothing is looked up or counted twice.
    """
    try:
        if channel != MessageChannel.SMS:
            raise _Refused(404, "unknown")
        told = _told(request, channel)
        number, sender, text = (_text(told, name) for name in ("id", "from", "text"))
    except _Refused as refusal:
        return _refusal(channel, refusal)
    # A gateway that begins to count anew must not get the answer to somebody else.
    message = json.dumps([channel, number, sender, text])
    key = hmac.new(settings.LOOKUP_KEY.encode(), message.encode(), hashlib.sha256).hexdigest()
    return JsonResponse({"ok": True, "reply": once(key, lambda: answer_to(sender, text))})


def answer_to(sender: str, text: str) -> str:
    """The answer to one inbound message, with the proof and the waits of the look-up page (decision 0024)."""
    wanted = text_lookup.understood(text)
    phone = hmac.new(settings.LOOKUP_KEY.encode(), f"sms:{sender}".encode(), hashlib.sha256).hexdigest()
    throttle = TextsByPhone(phone)
    if not throttle.allow_request(None, None):
        return text_lookup.wait_text(math.ceil(throttle.wait() or 60))
    if wanted is None:
        return text_lookup.HELP
    proof = Proof(secret=wanted.secret)
    attempts = Attempts(f"sms-{phone}", wanted.code, proof)
    if wait := attempts.wait():
        return text_lookup.wait_text(wait)
    said = _live(wanted.code, proof) or _archived(wanted, proof)
    attempts.ended(well=said is not None)
    return said or text_lookup.NOTHING_FITS


def _live(code: str, proof: Proof) -> str | None:
    found = queries.look_up(code, proof)
    return found and _state_of(found.pk)


def _archived(wanted: Wanted, proof: Proof) -> str | None:
    """From the archive; a detached year cannot compare the secret, so it says nothing."""
    entry = archive.entry_of(queries.tidy_code(wanted.code))
    if entry is None or entry.year.detached_at:
        return None
    with archive.reading(entry.year_id):
        return _live(entry.code, proof)


def _state_of(pk: int) -> str:
    dossier = Dossier.objects.select_related("competent_agency", "receiving_desk").get(pk=pk)
    awaits_signature = dossier.finished_at is not None and rules.awaits_signature(dossier)
    is_at_desk = dossier.finished_at and not awaits_signature
    unit = dossier.receiving_desk if is_at_desk else dossier.competent_agency
    return text_lookup.state_text(
        code=dossier.code,
        state=dossier.state,
        due_at=dossier.due_at,
        finished_at=dossier.finished_at,
        unit=unit.name_vi,
        awaits_signature=awaits_signature,
    )


# What is believed -------------------------------------------------------------------------------------


def _told(request: HttpRequest, channel: str) -> dict:
    """The signed body as JSON. Raises `_Refused`."""
    secret = getattr(settings, f"{channel.upper()}_CALLBACK_SECRET", "") if channel in LISTENED_TO else ""
    if not secret:
        raise _Refused(404, "unknown")
    if int(request.headers.get("Content-Length") or 0) > LONGEST_BODY:
        raise _Refused(413, "too long")
    timestamp, body = request.headers.get("X-Onestop-Timestamp", ""), request.body
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        raise _Refused(403, "timestamp")
    expected = hooks.signature(secret, int(timestamp), body).encode()
    given = request.headers.get("X-Onestop-Signature", "").encode(errors="replace")
    if not hmac.compare_digest(expected, given):
        raise _Refused(403, "signature")
    if abs(time.time() - int(timestamp)) > CLOCKS_DIFFER:
        raise _Refused(403, "timestamp")
    try:
        told = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise _Refused(400, "no JSON") from error
    if not isinstance(told, dict):
        raise _Refused(400, "no JSON object")
    return told


def _text(told: dict, name: str) -> str:
    value = told.get(name)
    longest = text_lookup.LONGEST if name == "text" else LONGEST_FIELD
    if not isinstance(value, str) or not value or "\x00" in value:
        raise _Refused(422, name)
    return value[:longest]


def _moment(value: object) -> datetime | None:
    """A moment with its offset; anything else is as good as none."""
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
        return moment if moment and timezone.is_aware(moment) else None
    except ValueError:
        return None


def _refusal(channel: str, refusal: _Refused) -> HttpResponse:
    if refusal.status == 403:
        logger.warning("a request in the name of the gateway %s was refused: %s", channel, refusal)
    return JsonResponse({"ok": False, "error": str(refusal)}, status=refusal.status)
