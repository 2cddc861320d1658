"""Dossiers for staff: lists, one dossier, reception and filing, papers."""

from django.db.models import OuterRef, Subquery
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from cases import queries, rules, services
from cases.api.authentication import token_of
from cases.api.etags import etag_of
from cases.api.filters import DossierFilter, OverdueFilter
from cases.api.pagination import AnswerFirst, DueFirst, NewestFirst
from cases.api.problems import NothingFound
from cases.api.serializers.answers import (
    DossierFactsSerializer,
    FilingSerializer,
    MeSerializer,
    OverdueSerializer,
)
from cases.api.serializers.dossiers import DocumentSerializer, DossierSerializer
from cases.api.serializers.requests import (
    DeskRefusalSerializer,
    DeskRequestSerializer,
    ReceptionSerializer,
    SubmissionSerializer,
    UploadSerializer,
)
from cases.api.views.base import FormView, StaffView, WriteView
from cases.errors import NotPermitted
from cases.letters import letters_of
from cases.models import Document, Dossier
from cases.printouts import receipt_payload
from cases.scopes import Scope
from cases.services.clock import counts_as_received_at
from notifications.enums import LetterKind
from notifications.models import Letter
from notifications.pdf import receipt_pdf

PDF_ANSWER = {(200, "application/pdf"): OpenApiTypes.BINARY}


def dossier_answer(request, pk: int) -> dict:
    """The full view of a dossier as it is now; a constant number of queries."""
    dossier = (
        Dossier.objects.with_people()
        .select_related("limit", "corrects")
        .prefetch_related(
            "events",
            "fees__waivers",
            "waivers",
            "payments__reversals",
            "reschedules",
            "supplements",
            "demands",
            "extensions",
            "excluded_periods",
            "consultations__agency",
            "documents__component",
            "components__component",
            "components__documents",
            "step_runs__step",
            "step_runs__unit",
            "step_runs__officer",
        )
        .get(pk=pk)
    )
    letters = list(letters_of(dossier))
    context = {"request": request, "letters": letters, "etag": etag_of(dossier)}
    return DossierSerializer(dossier, context=context).data


def filing_answer(dossier: Dossier) -> dict:
    """What whoever filed is told. Whoever merely knows an ID number learns nothing of that person."""
    counts_from = counts_as_received_at(
        dossier.filed_at, desk=dossier.receiving_desk, channel=dossier.channel
    )
    dossier.counts_from = timezone.localtime(counts_from)
    return FilingSerializer(dossier).data


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """A PDF that nobody keeps on the way."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


class MeView(StaffView):
    """Who am I, with which role, where, and by which token."""

    serializer_class = MeSerializer
    scope = None

    @extend_schema(operation_id="me", tags=["staff"])
    def get(self, request):
        request.user.token = token_of(request)
        return Response(MeSerializer(request.user).data)


class DossierListView(WriteView):
    """Dossiers of the own agency and all below it."""

    serializer_class = DossierFactsSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = DossierFilter
    pagination_class = NewestFirst
    write_scope = Scope.RECEIVE
    status = 201

    def get_queryset(self):
        return self.my_dossiers().with_people()

    @extend_schema(
        operation_id="dossiers",
        tags=["dossiers"],
        summary="List dossiers, newest first",
        responses=DossierFactsSerializer(many=True),
    )
    def get(self, request):
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(DossierFactsSerializer(page, many=True).data)

    @extend_schema(
        operation_id="receive",
        tags=["dossiers"],
        summary="Receive a dossier at the desk",
        description="Gives it a code and a due date. The header `Idempotency-Key` is required: a repeated "
        "request must not receive twice. The receipt (form 01) with the look-up secret is at `receipt.pdf`.",
        request=ReceptionSerializer,
        responses={201: DossierSerializer},
    )
    def post(self, request):
        self.need_key()
        given = self.checked(ReceptionSerializer)

        def receive() -> dict:
            dossier = services.receive(
                given.pop("procedure"), given.pop("applicant"), by=request.user, **given
            )
            return dossier_answer(request, dossier.pk)

        return self.once(receive)


class FilingListView(WriteView):
    """Filings before reception: those to be answered, and new ones online or by post."""

    serializer_class = FilingSerializer
    pagination_class = AnswerFirst
    write_scope = Scope.FILE
    status = 201

    @extend_schema(
        operation_id="filings",
        tags=["dossiers"],
        summary="List filings that wait for the desk, by what is to be answered first",
        responses=DossierFactsSerializer(many=True),
    )
    def get(self, request):
        mine = self.my_dossiers().with_people()
        page = self.paginate_queryset(queries.filings_to_answer(mine))
        return self.get_paginated_response(DossierFactsSerializer(page, many=True).data)

    @extend_schema(
        operation_id="submit",
        tags=["dossiers"],
        summary="File online or by post",
        description="No code and no clock yet; acknowledged at once. By the desk for what came by post, by a "
        "connected system for what was filed online. The header `Idempotency-Key` is required. The answer "
        "says nothing of the applicant: who may see the dossier finds it by its `uuid`.",
        request=SubmissionSerializer,
        responses={201: FilingSerializer},
    )
    def post(self, request):
        self.need_key()
        given = self.checked(SubmissionSerializer)

        def submit() -> dict:
            dossier = services.submit(
                given.pop("procedure"), given.pop("applicant"), by=request.user, **given
            )
            return filing_answer(dossier)

        return self.once(submit)


class DeskAnswerView(WriteView):
    """Somebody at the desk who gets no receipt: asked to complete, or refused; with a code later or never."""

    serializer_class = DossierSerializer
    body = DeskRefusalSerializer
    service = staticmethod(services.refuse_at_desk)
    write_scope = Scope.RECEIVE
    status = 201

    def answer(self, request) -> Response:
        self.need_key()
        given = self.checked(self.body)

        def act() -> dict:
            made = self.service(given.pop("procedure"), given.pop("applicant"), by=request.user, **given)
            return dossier_answer(request, getattr(made, "dossier", made).pk)

        return self.once(act)


class RefuseAtDeskView(DeskAnswerView):
    @extend_schema(
        operation_id="refuse_at_desk",
        tags=["dossiers"],
        summary="Refuse to receive at the desk (form 03)",
        description="The header `Idempotency-Key` is required.",
        request=DeskRefusalSerializer,
        responses={201: DossierSerializer},
    )
    def post(self, request):
        return self.answer(request)


class AskAtDeskView(DeskAnswerView):
    body = DeskRequestSerializer
    service = staticmethod(services.ask_at_desk)

    @extend_schema(
        operation_id="ask_at_desk",
        tags=["dossiers"],
        summary="Ask at the desk to complete (form 02): no code, no clock",
        description="The header `Idempotency-Key` is required. When the applicant comes back: "
        "`complete_filing`, then `receive`.",
        request=DeskRequestSerializer,
        responses={201: DossierSerializer},
    )
    def post(self, request):
        return self.answer(request)


class DossierView(StaffView):
    """One dossier with its papers, money, steps and history."""

    serializer_class = DossierSerializer

    @extend_schema(operation_id="dossier", tags=["dossiers"])
    def get(self, request, ref):
        return Response(dossier_answer(request, self.dossier().pk))


class ReceiptView(StaffView):
    """The receipt and appointment (form 01) as PDF, with the look-up secret: for the applicant's hand."""

    @extend_schema(operation_id="receipt", tags=["dossiers"], responses=PDF_ANSWER)
    def get(self, request, ref):
        dossier = self.dossier()
        if dossier.code is None:
            raise NothingFound(_("A filing has no receipt before it is received."))
        if not rules.may_print_receipt(request.user, dossier):
            raise NotPermitted(_("Receipts are printed after reception, at the desk that received."))
        return pdf_response(receipt_pdf(receipt_payload(dossier)), dossier.code)


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
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)},
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


class OverdueListView(StaffView):
    """What is overdue now, the longest first, with the state of its apology."""

    serializer_class = OverdueSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = OverdueFilter
    pagination_class = DueFirst

    def get_queryset(self):
        letters = Letter.objects.live().filter(
            kind=LetterKind.APOLOGY, reference=OuterRef("code"), cycle=OuterRef("cycle")
        )
        return (
            self.my_dossiers().overdue().with_people().annotate(apology=Subquery(letters.values("state")[:1]))
        )

    @extend_schema(operation_id="overdue", tags=["supervision"], responses=OverdueSerializer(many=True))
    def get(self, request):
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        calendars = queries.calendars_of(page)
        context = {
            "days_left": lambda dossier: queries.working_days_left(
                dossier, calendars[dossier.competent_agency_id]
            )
        }
        return self.get_paginated_response(OverdueSerializer(page, many=True, context=context).data)
