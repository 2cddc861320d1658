"""Letters about the dossiers that the asking person may see."""

from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api.filters import LetterFilter
from cases.api.pagination import NewestLetters
from cases.api.serializers.dossiers import LetterSerializer
from cases.api.views.base import StaffView
from cases.api.views.dossiers import PDF_ANSWER, pdf_response
from cases.letters import letters_about
from notifications.enums import NUMBERED_LETTER_STATES
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
