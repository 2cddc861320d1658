"""What is certified while the person waits, and the registers of it."""

from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema

from cases import services
from cases.api.filters import RegisterFilter
from cases.api.pagination import NewestEntries
from cases.api.reach import rows_in_reach
from cases.api.serializers.registers import CertificationSerializer, RegisterEntrySerializer
from cases.api.views.base import WriteView
from cases.models import RegisterEntry
from cases.registers import entries_of
from cases.scopes import Scope
from onestop import access


class CertificationListView(WriteView):
    """Lines of the registers of the own agency and all below it, and new ones."""

    queryset = RegisterEntry.objects.none()  # what the schema is made of; nobody is signed in then
    serializer_class = RegisterEntrySerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = RegisterFilter
    pagination_class = NewestEntries
    write_scope = Scope.RECEIVE
    status = 201

    def get_queryset(self):
        """Nothing for those who do not read the log book either: the lines name people."""
        if getattr(self, "swagger_fake_view", False) or not access.keeps_log_books(self.request.user):
            return self.queryset
        rows = entries_of(self.request.user).select_related("book__agency", "dossier")
        return rows_in_reach(self.request, rows, "book__agency")

    @extend_schema(
        operation_id="certifications",
        tags=["registers"],
        summary="List what was entered in the registers, newest first",
        responses=RegisterEntrySerializer(many=True),
    )
    def get(self, request):
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(RegisterEntrySerializer(page, many=True).data)

    @extend_schema(
        operation_id="certify",
        tags=["registers"],
        summary="Certify while the person waits",
        description="A whole dossier in one step: received, decided, paid and handed over, with the next number "
        "of the yearly register. By a clerk who decides at the counter. The header `Idempotency-Key` is "
        "required. The words of the certification are the result among the dossier's documents.",
        request=CertificationSerializer,
        responses={201: RegisterEntrySerializer},
    )
    def post(self, request):
        self.need_key()
        given = self.checked(CertificationSerializer)

        def certify() -> dict:
            entry = services.certify(given.pop("procedure"), given.pop("applicant"), by=request.user, **given)
            return RegisterEntrySerializer(entry).data

        return self.once(certify)
