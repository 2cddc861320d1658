"""Files of a dossier: added, read, and what a desk does with a scan afterwards."""

from collections.abc import Callable

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError

from cases import queries, services
from cases.api.serializers.dossiers import DocumentSerializer, DossierSerializer
from cases.api.serializers.requests import (
    NothingSerializer,
    ReasonSerializer,
    TurnSerializer,
    UploadSerializer,
)
from cases.api.views.base import DossierWriteView, FormView, StaffView
from cases.api.views.dossiers import dossier_answer
from cases.models import Document
from cases.scopes import Scope
from cases.services.documents import ACCEPTED


class DocumentListView(FormView):
    """Files of a dossier."""

    serializer_class = DocumentSerializer
    write_scope = Scope.RECEIVE
    status = 201

    @extend_schema(
        operation_id="add_document",
        tags=["dossiers"],
        summary="Add a scan or an upload",
        description="PDF, JPEG, PNG or TIFF, recognised by content.",
        request={"multipart/form-data": UploadSerializer},
        responses={201: DocumentSerializer},
    )
    def post(self, request, ref):
        dossier = self.dossier()
        given = self.checked(UploadSerializer)
        upload, component = given.pop("file"), given.pop("component", None)
        if component is not None:
            item = dossier.components.filter(component_id=component).first()
            if item is None:
                raise ValidationError(
                    {"component": [_("This component is not on the checklist of the dossier.")]}
                )
            given["component"] = item
        return self.once_unchanged(
            dossier,
            lambda: DocumentSerializer(services.add_document(dossier, upload, by=request.user, **given)).data,
        )


class DocumentView(StaffView):
    """One file of a dossier that the asking person may see."""

    @extend_schema(
        operation_id="document",
        tags=["dossiers"],
        responses={(200, kind): OpenApiTypes.BINARY for kind in sorted(ACCEPTED)},
    )
    def get(self, request, ref, pk: int):
        document = get_object_or_404(Document, dossier=self.dossier(), pk=pk)
        return FileResponse(
            queries.open_file(document),
            as_attachment=True,
            filename=document.name,
            content_type=document.mime_type,
            headers={"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"},
        )


class DocumentActView(DossierWriteView):
    """Something that a desk does with one scan of a dossier."""

    serializer_class = DocumentSerializer
    write_scope = Scope.RECEIVE

    def act(self, body, service: Callable) -> object:
        """Run the service on the file of the address, for a dossier that is as it was read."""
        dossier = self.dossier()
        document = get_object_or_404(Document, dossier=dossier, pk=self.kwargs["pk"])
        given = self.checked(body)
        return self.once_unchanged(dossier, lambda: service(document, by=self.request.user, **given))


class TurnView(DocumentActView):
    @extend_schema(
        operation_id="turn_document",
        tags=["dossiers"],
        summary="Turn pages of a scan",
        description="The content and its hash change. With `seen`, the hash of what you looked at, two who turn "
        "the same page do not turn it twice.",
        request=TurnSerializer,
        responses=DocumentSerializer,
    )
    def post(self, request, ref, pk: int):
        return self.act(
            TurnSerializer,
            lambda document, **given: DocumentSerializer(services.turn_pages(document, **given)).data,
        )


class RemoveView(DocumentActView):
    serializer_class = DossierSerializer

    @extend_schema(
        operation_id="remove_document",
        tags=["dossiers"],
        summary="Take a wrong scan out, as long as it lies at the desk",
        request=ReasonSerializer,
        responses=DossierSerializer,
    )
    def post(self, request, ref, pk: int):
        def remove(document: Document, **given) -> dict:
            services.remove_document(document, **given)
            return dossier_answer(request, document.dossier_id)

        return self.act(ReasonSerializer, remove)


class ReuseView(DocumentActView):
    @extend_schema(
        operation_id="reuse_instead",
        tags=["dossiers"],
        summary="Put the paper of the applicant's store in place of a scan that is the same file",
        request=NothingSerializer,
        responses=DocumentSerializer,
    )
    def post(self, request, ref, pk: int):
        return self.act(
            NothingSerializer,
            lambda document, **given: DocumentSerializer(services.reuse_instead(document, **given)).data,
        )
