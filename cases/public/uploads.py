"""Uploads that go on after a lost connection: tus 1.0.0 (creation, expiration, termination) for a draft's files.

Beyond the protocol: the metadata name the SHA-256 of the whole, so that a file announced again goes on
where it broke off, and what arrived is compared with what was chosen.
"""

import base64
import binascii
from functools import wraps
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from cases.errors import CaseError
from cases.public.login import is_citizen
from cases.services import online_uploads
from cases.services.online_drafts import own_draft
from cases.services.online_uploads import PIECE, own_upload
from procedures.models import Component

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination"
PIECE_TYPE = "application/offset+octet-stream"
STATUS = {
    "wrong_offset": 409,
    "gone": 410,
    "too_large": 413,
    "too_much": 413,
    "quota": 413,
    "checksum_mismatch": 460,
}
LONGEST_NUMBER = 15  # digits


class Refused(CaseError):
    """A request that the protocol does not know."""

    def __init__(self, sentence: str, status: int = 400):
        super().__init__(sentence)
        self.status = status


def tus(*methods: str):
    """The rules of the protocol around a view that gets the key of the address; refusals are JSON sentences."""

    def decorate(view):
        @wraps(view)
        @never_cache
        def guarded(request: HttpRequest, key: UUID) -> HttpResponse:
            answer = _answered(view, request, key, methods)
            answer["Tus-Resumable"] = VERSION
            return answer

        return guarded

    return decorate


def _answered(view, request: HttpRequest, key: UUID, methods: tuple[str, ...]) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS})
    if request.method not in methods:
        return HttpResponse(status=405, headers={"Allow": ", ".join(methods)})
    if not is_citizen(request.user):
        return _sentence(_("Sign in again; what was uploaded is kept."), "not_signed_in", 401)
    if request.headers.get("Tus-Resumable") != VERSION:
        return HttpResponse(status=412, headers={"Tus-Version": VERSION})
    try:
        return view(request, key)
    except Refused as error:
        return _sentence(error.sentence, error.code, error.status)
    except CaseError as error:
        return _sentence(error.sentence, error.code, STATUS.get(error.code, 422))
    except UnreadablePostError:  # the connection broke; the piece does not count
        return HttpResponse(status=400)


def _sentence(sentence: str, code: str, status: int) -> JsonResponse:
    return JsonResponse({"code": code, "sentence": str(sentence)}, status=status)


def _not_there() -> JsonResponse:
    return _sentence(_("This upload or draft is not there. Open the form again."), "not_found", 404)


@tus("POST")
def begin(request: HttpRequest, key: UUID) -> HttpResponse:
    """Announce a file of the own draft: 201 with its address, and how much of it is here already."""
    draft = own_draft(request.user, key)
    if draft is None:
        return _not_there()
    told = metadata(request.headers.get("Upload-Metadata", ""))
    number = told.get("component", "")
    component = Component.objects.filter(
        pk=number if number.isdecimal() and len(number) < LONGEST_NUMBER else 0,
        version__procedure=draft.procedure_id,
    ).first()
    upload = online_uploads.begin_upload(
        draft,
        component=component,
        name=told.get("filename", ""),
        size=_number(request, "Upload-Length"),
        sha256=told.get("sha256", ""),
    )
    answer = HttpResponse(status=201)
    answer["Location"] = reverse("public:upload", args=[upload.key])
    return _told(answer, upload)


@tus("HEAD", "PATCH", "DELETE")
def go_on(request: HttpRequest, key: UUID) -> HttpResponse:
    """HEAD: how much is here. PATCH: the next piece. DELETE: take the file out of the draft."""
    upload = own_upload(request.user, key)
    if upload is None:
        return _not_there()
    if request.method == "PATCH":
        upload = online_uploads.take_piece(
            upload, offset=_number(request, "Upload-Offset"), content=_piece(request)
        )
    elif request.method == "DELETE":
        online_uploads.remove_upload(upload)
        return HttpResponse(status=204)
    return _told(HttpResponse(status=200 if request.method == "HEAD" else 204), upload)


def _told(answer: HttpResponse, upload) -> HttpResponse:
    answer["Upload-Offset"] = str(upload.received)
    answer["Upload-Length"] = str(upload.size)
    if not upload.completed_at:
        answer["Upload-Expires"] = http_date(online_uploads.expires_at(upload).timestamp())
    return answer


def _piece(request: HttpRequest) -> bytes:
    if request.content_type != PIECE_TYPE:
        raise Refused(_("A piece is sent as %(type)s.") % {"type": PIECE_TYPE}, 415)
    if _number(request, "Content-Length") > PIECE:
        raise Refused(_("A piece has at most %(most)s bytes.") % {"most": PIECE}, 413)
    return request.body


def _number(request: HttpRequest, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
        raise Refused(_("The header %(header)s must be a number of bytes.") % {"header": header})
    return int(text)


def metadata(header: str) -> dict[str, str]:
    """The pairs of `Upload-Metadata`; what is not base64 of UTF-8 is left out."""
    told = {}
    for pair in filter(None, map(str.strip, header.split(",")[:20])):
        name, _space, encoded = pair.partition(" ")
        try:
            told[name] = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, ValueError):
            continue
    return told
