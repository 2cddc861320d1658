"""The public look-up of a dossier (R40)."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.response import Response

from cases import queries
from cases.api.backoff import Attempts
from cases.api.problems import NothingFound
from cases.api.serializers.status import OwnerStatusSerializer, PublicStatusSerializer
from cases.api.throttles import LookupByAddress, LookupByCode
from cases.api.views.base import PublicView
from cases.api.views.printouts import PDF_ANSWER, pdf_response
from cases.collecting import collection_of, ical_of
from cases.letters import letters_of
from cases.lookup import Proof
from cases.models import Dossier
from notifications.services import letters
from onestop import replica
from onestop.reading import about

Found = TypeVar("Found")

SECRET_HEADER = "X-Lookup-Secret"
ID_HEADER = "X-Lookup-Id-End"
PHONE_HEADER = "X-Lookup-Phone-End"
PROOF = [
    OpenApiParameter(name, str, OpenApiParameter.HEADER, description=text)
    for name, text in {
        SECRET_HEADER: "From the receipt.",
        ID_HEADER: "Instead of the secret, with the next one: last six digits of the applicant's ID number.",
        PHONE_HEADER: "Last four digits of the applicant's phone number.",
    }.items()
]


class ProvenView(PublicView):
    """What all addresses of one dossier share: proof in headers, never in the address; one answer to all failures."""

    throttle_classes = [LookupByAddress, LookupByCode]

    def attempt(self, request) -> tuple[str, Proof]:
        """What is looked up, and the proof that was given; for the throttle as well."""
        names = (SECRET_HEADER, ID_HEADER, PHONE_HEADER)
        return self.kwargs["code"], Proof(*(request.headers.get(name, "").strip() for name in names))

    def found(self, look_up: Callable[[str, Proof], Found | None]) -> tuple[Found, Proof]:
        """What is found of that code, with a proof only when it is the owner's. Raises `Throttled`, `NothingFound`."""
        code, proof = self.attempt(self.request)
        attempts = Attempts.by(self.request, code, proof)
        if wait := attempts.wait():
            raise Throttled(wait=wait)
        found = look_up(code, proof)
        attempts.ended(well=found is not None)
        if found is None:
            raise _nothing_fits()
        return found, proof

    def own(self) -> Dossier:
        """The owner's dossier; without a proof the answer is that of a wrong one."""
        dossier, proof = self.found(queries.look_up)
        if not proof.method:
            raise _nothing_fits()
        about(self.request, dossier=dossier)
        return dossier

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response


class StatusView(ProvenView):
    """Look a dossier up by the code on its receipt.

    Without proof: the code and whether the dossier is finished. With the look-up secret of the receipt
    in the header `X-Lookup-Secret`, or with the ends of ID number and phone in `X-Lookup-Id-End` and
    `X-Lookup-Phone-End` – never in the address, where logs would keep them – everything about it. An
    unknown code and a wrong proof get the same answer; repeated wrong proofs wait longer and longer.
    """

    @extend_schema(
        operation_id="status",
        tags=["status"],
        parameters=PROOF,
        responses=PolymorphicProxySerializer(
            component_name="Status",
            serializers=[PublicStatusSerializer, OwnerStatusSerializer],
            resource_type_field_name=None,
        ),
    )
    def get(self, request, code):
        status, _proof = self.found(lambda code, proof: replica.ask(partial(self.status, code, proof)))
        return Response(status)

    def status(self, code: str, proof: Proof) -> dict | None:
        """What this proof opens, None when it fits nothing; only reads."""
        dossier = queries.look_up(code, proof)
        if dossier is None:
            return None
        if not proof.method:
            return PublicStatusSerializer(dossier).data
        about(self.request, dossier=dossier)
        context = self.get_serializer_context()
        return OwnerStatusSerializer(queries.owner_view(dossier.pk), context=context).data


class StatusLetterView(ProvenView):
    """An issued letter about the own dossier as PDF, with the proof of the look-up."""

    @extend_schema(operation_id="status_letter", tags=["status"], parameters=PROOF, responses=PDF_ANSWER)
    def get(self, request, code, pk: int):
        dossier = self.own()
        letter = get_object_or_404(letters_of(dossier).issued(), pk=pk)
        return pdf_response(letters.issued_pdf(letter), f"{dossier.code}-{letter.kind}")


class StatusAppointmentView(ProvenView):
    """The appointment as an iCalendar file, with the proof of the look-up; none once the result is there."""

    @extend_schema(
        operation_id="status_appointment",
        tags=["status"],
        parameters=PROOF,
        responses={(200, "text/calendar"): OpenApiTypes.BINARY},
    )
    def get(self, request, code):
        dossier = self.own()
        collection = collection_of(dossier)
        if collection is None or collection.appointment is None:
            raise NothingFound(
                _("This dossier has no appointment: its result is there, or you are waited for.")
            )
        return HttpResponse(
            ical_of(dossier),
            content_type="text/calendar; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{dossier.code}.ics"'},
        )


def _nothing_fits() -> NothingFound:
    return NothingFound(
        _("Nothing fits this code and this proof. Compare both with your receipt, sign by sign.")
    )
