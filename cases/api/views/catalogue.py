"""The public catalogue of procedures in force today."""

from http import HTTPStatus

from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import conditional_page
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api.filters import ProcedureFilter
from cases.api.pagination import ByProcedureCode
from cases.api.problems import NothingFound
from cases.api.serializers.catalogue import ProcedureRowSerializer, ProcedureSerializer
from cases.api.throttles import Catalogue
from cases.api.views.base import PublicView
from procedures.guide import PARTS, Guide
from procedures.models import ProcedureVersion

KEPT_SECONDS = 300


def in_force_today():
    return ProcedureVersion.objects.in_force_on(timezone.localdate()).select_related("procedure")


class CatalogueView(PublicView):
    """The same for everybody: kept for five minutes, and asked for again by its `ETag`."""

    throttle_classes = [Catalogue]

    @method_decorator(conditional_page)
    def dispatch(self, request, *args, **kwargs):
        return super().dispatch(request, *args, **kwargs)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code == HTTPStatus.OK:
            response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
            patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response


class ProcedureListView(CatalogueView):
    """Search the procedures in force today, without accents and in any case."""

    serializer_class = ProcedureRowSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = ProcedureFilter
    pagination_class = ByProcedureCode

    def get_queryset(self):
        return in_force_today().prefetch_related("limits")

    @extend_schema(operation_id="procedures", tags=["catalogue"], responses=ProcedureRowSerializer(many=True))
    def get(self, request):
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(ProcedureRowSerializer(page, many=True).data)


class ProcedureView(CatalogueView):
    """One procedure in force today with all that was published of it, where it is received, and its changes."""

    serializer_class = ProcedureSerializer

    @extend_schema(operation_id="procedure", tags=["catalogue"])
    def get(self, request, code):
        version = (
            in_force_today()
            .filter(procedure__code=code if code.isprintable() else "")
            .order_by("-number")
            .prefetch_related(*PARTS)
            .first()
        )
        if version is None:
            raise NothingFound(_("No procedure with this code is in force today."))
        guide = Guide(version, timezone.localdate())
        return Response(ProcedureSerializer(version, context={"guide": guide}).data)
