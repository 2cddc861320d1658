"""The public catalogue of procedures in force today."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api.filters import ProcedureFilter
from cases.api.pagination import ByProcedureCode
from cases.api.problems import NothingFound
from cases.api.serializers.catalogue import ProcedureRowSerializer, ProcedureSerializer
from cases.api.throttles import Catalogue
from cases.api.views.base import PublicView
from procedures.models import ProcedureVersion


def in_force_today():
    return ProcedureVersion.objects.in_force_on(timezone.localdate()).select_related("procedure")


class ProcedureListView(PublicView):
    """Search the procedures in force today, without accents and in any case."""

    throttle_classes = [Catalogue]
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


class ProcedureView(PublicView):
    """One procedure in force today: papers, time limits, fees, steps, legal basis."""

    throttle_classes = [Catalogue]
    serializer_class = ProcedureSerializer

    @extend_schema(operation_id="procedure", tags=["catalogue"])
    def get(self, request, code):
        version = (
            in_force_today()
            .filter(procedure__code=code if code.isprintable() else "")
            .order_by("-number")
            .prefetch_related("limits", "components", "fees", "steps")
            .first()
        )
        if version is None:
            raise NothingFound(_("No procedure with this code is in force today."))
        return Response(ProcedureSerializer(version).data)
