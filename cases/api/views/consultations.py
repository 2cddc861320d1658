"""Questions to the own agency, and their answers (R20)."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema

from cases import services
from cases.api.pagination import DueFirst
from cases.api.problems import NothingFound
from cases.api.reach import rows_in_reach
from cases.api.serializers.dossiers import ConsultationSerializer, QuestionAnswerSerializer
from cases.api.serializers.requests import AnswerSerializer
from cases.api.views.base import StaffView, WriteView
from cases.models import Consultation, Dossier
from cases.scopes import Scope


class QuestionListView(StaffView):
    """What the own agency and those below it still have to answer, what is due first on top."""

    serializer_class = QuestionAnswerSerializer
    pagination_class = DueFirst

    def get_queryset(self):
        mine = rows_in_reach(self.request, Consultation.objects.to_answer_by(self.request.user), "agency")
        return mine.select_related("agency", "dossier__version__procedure", "dossier__competent_agency")

    @extend_schema(
        operation_id="questions", tags=["consultations"], responses=QuestionAnswerSerializer(many=True)
    )
    def get(self, request):
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(QuestionAnswerSerializer(page, many=True).data)


class AnswerView(WriteView):
    """The answer of another agency."""

    serializer_class = ConsultationSerializer
    write_scope = Scope.PROCESS

    @extend_schema(
        operation_id="answer_consultation",
        tags=["consultations"],
        summary="Answer a question",
        description="By an officer or supervisor of the asked agency, or an officer of the deciding one who "
        "enters a letter. Possible until the dossier has its result.",
        request=AnswerSerializer,
        responses=ConsultationSerializer,
    )
    def post(self, request, pk: int):
        rows = Consultation.objects.select_related("agency", "dossier")
        visible = Dossier.objects.visible_to(request.user)
        found = rows_in_reach(request, rows.filter(pk=pk, dossier__in=visible), "agency")
        consultation = found.first()
        if consultation is None:
            raise NothingFound(_("There is no such question, or it was answered already."))
        given = self.checked(AnswerSerializer)
        return self.once(
            lambda: (
                ConsultationSerializer(
                    services.answer_consultation(consultation, by=request.user, **given)
                ).data
            )
        )
