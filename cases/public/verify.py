"""Is this result real? A page for everybody who holds one: by its code and hash, or by the file itself (R36).

Says what the register of issued results knows of it, which names no person; what the signatures inside a file
say comes from that file. Nothing that is sent here is kept.
"""

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from cases import verification
from cases.api.throttles import LookupByAddress, VerifiedFiles
from cases.public.throttling import too_many
from cases.public.views import unkept
from cases.services.documents import hash_of
from cases.services.signatures import look_now
from cases.signature_enums import Integrity, Revocation, SignatureFault, Trust
from notifications import pdf_signatures
from notifications.errors import SigningFailed

logger = logging.getLogger(__name__)

LONGEST = 200  # characters of a code or a proof that are looked at


# The forms change nothing and carry their own proof, as that of the look-up does; see there.
@method_decorator(csrf_exempt, name="dispatch")
class VerifyView(View):
    """GET: the forms, and with `?ma=CODE&bam=PROOF` (from the QR code) what is known. POST: the same, or a file."""

    def get(self, request: HttpRequest) -> HttpResponse:
        code, proof = (request.GET.get(name, "")[:LONGEST].replace("\x00", "") for name in ("ma", "bam"))
        return self.by_code(request, code, proof) if code and proof else self.page(request, code=code)

    def post(self, request: HttpRequest) -> HttpResponse:
        upload = request.FILES.get("file")
        if upload is not None:
            return self.by_file(request, upload)
        code, proof = (request.POST.get(name, "")[:LONGEST].replace("\x00", "") for name in ("code", "proof"))
        if not code or not proof:
            fault = _("Enter the result code and the check digits, or choose a file.")
            return self.page(request, code=code, fault=fault, status=400)
        return self.by_code(request, code, proof)

    def by_code(self, request: HttpRequest, code: str, proof: str) -> HttpResponse:
        if refused := too_many(request, LookupByAddress()):
            return refused
        verified = verification.by_code(code, proof)
        if verified is None:
            fault = _(
                "Nothing fits this code and these check digits. Compare both with the paper, sign by sign."
            )
            return self.page(request, code=code, fault=fault, status=404)
        return self.page(request, code=code, verified=verified)

    def by_file(self, request: HttpRequest, upload) -> HttpResponse:
        if refused := too_many(request, VerifiedFiles()):
            return refused
        if upload.size > settings.UPLOAD_MAX_BYTES:
            limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
            fault = _("The file is larger than %(limit)s MB; none of ours is.") % {"limit": limit}
            return self.page(request, fault=fault, status=400)
        content = upload.read()
        verified = verification.by_file(hash_of(content))
        # What was issued here says itself who signed it.
        signatures = {} if verified else _signatures_of(content)
        return self.page(request, is_file=True, verified=verified, **signatures)

    def page(self, request: HttpRequest, *, status: int = 200, **facts) -> HttpResponse:
        return unkept(render(request, "public/verify.html", facts, status=status))


def _signatures_of(content: bytes) -> dict:
    """What can be said about them now; that they are compared does not hang on it."""
    try:
        findings = look_now(content)
    except (SigningFailed, OSError) as error:
        logger.error("signatures are not looked at: %s", error)
        findings = None
    if findings is None:
        return {"signatures_later": True}
    return {
        "signatures": [_in_words(one) for one in findings.signatures],
        "signature_fault": SignatureFault(findings.fault).label if findings.fault else "",
    }


def _in_words(one: pdf_signatures.FoundSignature) -> dict:
    return {
        "found": one,
        "integrity": Integrity(one.integrity).label,
        "trust": Trust(one.trust).label,
        "revocation": Revocation(one.revocation).label,
    }
