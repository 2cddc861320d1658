"""Dossiers for staff: lists, one dossier, reception and filing, papers."""

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases import queries, services
from cases.api.authentication import token_of
from cases.api.etags import etag_of
from cases.api.filters import DossierFilter, OverdueFilter
from cases.api.pagination import AnswerFirst, DueFirst, NewestFirst
from cases.api.past import AsOfSerializer, past_answer
from cases.api.schema import WRITING
from cases.api.serializers.answers import (
    DossierFactsSerializer,
    FilingSerializer,
    MeSerializer,
    OverdueSerializer,
)
from cases.api.serializers.dossiers import DossierSerializer
from cases.api.serializers.requests import (
    DeskRefusalSerializer,
    DeskRequestSerializer,
    ReceptionSerializer,
    SearchSerializer,
    SubmissionSerializer,
)
from cases.api.views.base import StaffView, WriteView
from cases.as_of import past_moment
from cases.letters import letters_of
from cases.models import Dossier
from cases.scopes import Scope
from cases.services.clock import counts_as_received_at
from notifications.enums import LetterKind
from notifications.models import Letter
from onestop.encryption import marking_unreadable


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


class DossierSearchView(StaffView):
    """Search dossiers by code, or by name, ID number or phone of the applicant, newest first."""

    queryset = Dossier.objects.none()  # what the schema is made of
    serializer_class = DossierFactsSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = DossierFilter
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="search",
        tags=["dossiers"],
        description="What is looked for stands in the body, because addresses are kept in logs and histories. "
        "Filters and `cursor` are those of the list. Send the same body to `next` for the next page.",
        request=SearchSerializer,
        responses=DossierFactsSerializer(many=True),
    )
    @marking_unreadable("a search")
    def post(self, request):
        serializer = SearchSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        found = self.my_dossiers().with_people().search(serializer.validated_data["q"])
        page = self.paginate_queryset(self.filter_queryset(found))
        return self.get_paginated_response(DossierFactsSerializer(page, many=True).data)


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
    query_serializer_class = AsOfSerializer
    further_problems = {"422": WRITING["422"]}

    @extend_schema(operation_id="dossier", tags=["dossiers"], parameters=[AsOfSerializer])
    def get(self, request, ref):
        asked = AsOfSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        pk = self.dossier().pk
        if as_of := asked.validated_data.get("as_of"):
            return Response(past_answer(request, pk, past_moment(as_of)))
        return Response(dossier_answer(request, pk))


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
