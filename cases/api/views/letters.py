"""Letters about the dossiers that the asking person may see."""

from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases import services
from cases.api.filters import LetterFilter
from cases.api.pagination import NewestLetters
from cases.api.serializers.dossiers import LetterSerializer
from cases.api.serializers.requests import NothingSerializer, PreparationSerializer, ReasonSerializer
from cases.api.views.base import StaffView, WriteView
from cases.api.views.printouts import PDF_ANSWER, pdf_response
from cases.letters import letters_about
from cases.scopes import Scope
from notifications.enums import NUMBERED_LETTER_STATES, LetterKind
from notifications.services import letters


class LettersView(StaffView):
    def get_queryset(self):
        return letters_about(self.my_dossiers())


class LetterListView(LettersView):
    """Letters, newest first."""

    serializer_class = LetterSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = LetterFilter
    pagination_class = NewestLetters

    @extend_schema(operation_id="letters", tags=["supervision"], responses=LetterSerializer(many=True))
    def get(self, request):
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(LetterSerializer(page, many=True).data)


class LetterView(LettersView):
    """One letter."""

    serializer_class = LetterSerializer

    @extend_schema(operation_id="letter", tags=["supervision"])
    def get(self, request, pk: int):
        return Response(LetterSerializer(get_object_or_404(self.get_queryset(), pk=pk)).data)


class LetterPdfView(LettersView):
    """The letter as PDF: the signed file once it is issued, a preview marked as draft before."""

    @extend_schema(operation_id="letter_pdf", tags=["supervision"], responses=PDF_ANSWER)
    def get(self, request, pk: int):
        letter = get_object_or_404(self.get_queryset(), pk=pk)
        issued = letter.state in NUMBERED_LETTER_STATES
        content = letters.issued_pdf(letter) if issued else letters.preview_pdf(letter)
        return pdf_response(content, f"{letter.reference}-{letter.kind}")


class LetterActView(WriteView):
    """Something to do with one letter; the head issues an apology by the dossier's verb `reschedule`."""

    serializer_class = LetterSerializer
    write_scope = Scope.LETTERS

    def act(self, body, service, **only) -> Response:
        """Run the service on the letter of the address; `only` says which letters it is for."""
        about = letters_about(self.my_dossiers())
        letter = get_object_or_404(about.filter(**only), pk=self.kwargs["pk"])
        given = self.checked(body)
        return self.once(lambda: LetterSerializer(service(letter, by=self.request.user, **given)).data)


class PrepareLetterView(LetterActView):
    @extend_schema(
        operation_id="prepare_letter",
        tags=["supervision"],
        summary="Write reason and new date into the draft of an apology",
        description="By a supervisor of the deciding agency.",
        request=PreparationSerializer,
    )
    def post(self, request, pk: int):
        return self.act(PreparationSerializer, services.prepare_apology, kind=LetterKind.APOLOGY)


class ApproveLetterView(LetterActView):
    @extend_schema(
        operation_id="approve_letter",
        tags=["supervision"],
        summary="Approve an apology; the head still signs it",
        description="By a supervisor of the deciding agency.",
        request=NothingSerializer,
    )
    def post(self, request, pk: int):
        return self.act(NothingSerializer, services.approve_apology, kind=LetterKind.APOLOGY)


class SendLetterView(LetterActView):
    @extend_schema(
        operation_id="send_letter",
        tags=["supervision"],
        summary="Note that an issued letter went out on paper",
        description="By a supervisor, or the clerk of the desk.",
        request=NothingSerializer,
    )
    def post(self, request, pk: int):
        return self.act(NothingSerializer, services.send_apology)


class CancelLetterView(LetterActView):
    @extend_schema(
        operation_id="cancel_letter",
        tags=["supervision"],
        summary="Take the draft of an apology back",
        description="By a supervisor. An issued letter stays for ever.",
        request=ReasonSerializer,
    )
    def post(self, request, pk: int):
        return self.act(ReasonSerializer, services.cancel_apology, kind=LetterKind.APOLOGY)
