"""The public look-up of a dossier (R40)."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework.response import Response

from cases import queries
from cases.api.problems import NothingFound
from cases.api.serializers.status import OwnerStatusSerializer, PublicStatusSerializer
from cases.api.throttles import LookupByAddress, LookupByCode
from cases.api.views.base import PublicView
from onestop.reading import about

SECRET_HEADER = "X-Lookup-Secret"


class StatusView(PublicView):
    """Look a dossier up by the code on its receipt.

    Without secret: the code and whether the dossier is finished. With the look-up secret of the receipt
    in the header `X-Lookup-Secret` – never in the address, where logs would keep it – everything about
    it. An unknown code and a wrong secret get the same answer.
    """

    throttle_classes = [LookupByAddress, LookupByCode]

    @extend_schema(
        operation_id="status",
        tags=["status"],
        parameters=[
            OpenApiParameter(SECRET_HEADER, str, OpenApiParameter.HEADER, description="From the receipt.")
        ],
        responses=PolymorphicProxySerializer(
            component_name="Status",
            serializers=[PublicStatusSerializer, OwnerStatusSerializer],
            resource_type_field_name=None,
        ),
    )
    def get(self, request, code):
        _code, secret = self.attempt(request)
        dossier = queries.look_up(code, secret)
        if dossier is None:
            raise NothingFound(
                _("Nothing fits this code and secret. Compare both with your receipt, letter by letter.")
            )
        if secret:
            about(request, dossier=dossier)
            data = OwnerStatusSerializer(queries.owner_view(dossier.pk)).data
        else:
            data = PublicStatusSerializer(dossier).data
        return Response(data, headers={"X-Robots-Tag": "noindex"})

    def attempt(self, request) -> tuple[str, str]:
        """What is looked up, and the secret that was given; for the throttle as well."""
        return self.kwargs["code"], request.headers.get(SECRET_HEADER, "").strip()
