"""Requests of other installations: what the own agency has to answer there, and its answers (R20)."""

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from cases.api.pagination import DueFirst
from cases.api.parsers import JSONParser
from cases.api.problems import NothingFound
from cases.api.reach import rows_in_reach
from cases.api.serializers.exchange import (
    ExchangeAnswerSerializer,
    ExchangeRequestDetailSerializer,
    ExchangeRequestSerializer,
)
from cases.api.serializers.requests import AnswerSerializer
from cases.api.views.base import StaffView, WriteView
from cases.models import IncomingRequest
from cases.scopes import Scope
from cases.services.documents import ACCEPTED
from cases.services.exchange_answers import (
    answer_request,
    check_may_answer,
    files_of_answer,
    requests_to_answer,
)


def _request_of(request, pk: int) -> IncomingRequest:
    mine = IncomingRequest.objects.of_agencies_of(request.user).select_related("agency").defer("facts")
    found = rows_in_reach(request, mine.filter(pk=pk), "agency").first()
    if found is None:
        raise NothingFound(_("There is no such request, or it is not one to your agency."))
    return found


class ExchangeRequestListView(StaffView):
    """What other installations ask the own agency and those below it, and nobody has answered yet."""

    serializer_class = ExchangeRequestSerializer
    pagination_class = DueFirst

    def get_queryset(self):
        return rows_in_reach(self.request, requests_to_answer(self.request.user), "agency")

    @extend_schema(
        operation_id="exchange_requests", tags=["exchange"], responses=ExchangeRequestSerializer(many=True)
    )
    def get(self, request):
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(ExchangeRequestSerializer(page, many=True).data)


class ExchangeRequestView(StaffView):
    """One request of another installation, with its files and our answer."""

    serializer_class = ExchangeRequestDetailSerializer

    @extend_schema(
        operation_id="exchange_request", tags=["exchange"], responses=ExchangeRequestDetailSerializer
    )
    def get(self, request, pk: int):
        return Response(ExchangeRequestDetailSerializer(_request_of(request, pk)).data)


class ExchangeRequestFileView(StaffView):
    """One file of such a request."""

    @extend_schema(
        operation_id="exchange_request_file",
        tags=["exchange"],
        responses={(200, kind): OpenApiTypes.BINARY for kind in sorted(ACCEPTED)},
    )
    def get(self, request, pk: int, file: int):
        found = get_object_or_404(_request_of(request, pk).files, pk=file)
        try:
            opened = found.file.open("rb")
        except OSError as error:
            raise Http404(_("The file is missing in the store. Restore it from the backup.")) from error
        return FileResponse(
            opened,
            as_attachment=True,
            filename=found.name,
            content_type=found.mime_type,
            headers={"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"},
        )


class AnswerExchangeRequestView(WriteView):
    """The answer to another installation."""

    serializer_class = ExchangeRequestDetailSerializer
    parser_classes = [JSONParser, MultiPartParser]
    write_scope = Scope.PROCESS

    def sent(self):
        return self.request.POST.dict() if self.request.POST else self.request.data

    @extend_schema(
        operation_id="answer_exchange_request",
        tags=["exchange"],
        summary="Answer a request of another installation",
        description="By an officer or supervisor of the asked agency, once, and not after it was taken back. The "
        "answer goes to the other installation with its file, as of now.",
        request={"application/json": AnswerSerializer, "multipart/form-data": ExchangeAnswerSerializer},
        responses=ExchangeRequestDetailSerializer,
    )
    def post(self, request, pk: int):
        found = _request_of(request, pk)
        check_may_answer(found, request.user)
        given = self.checked(ExchangeAnswerSerializer)
        # Looked through before the transaction that the key of the request opens.
        files = files_of_answer([given["file"]] if "file" in given else [])

        def answer() -> dict:
            done = answer_request(found, by=request.user, answer=given["answer"], uploads=files)
            return ExchangeRequestDetailSerializer(done).data

        return self.once(answer)
