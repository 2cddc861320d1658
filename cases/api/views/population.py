"""The applicant of a dossier checked against the population database, for programs of the offices."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api.serializers.population import ApplicantCheckedSerializer, ApplicantCheckSerializer
from cases.api.views.base import StaffView
from cases.scopes import Scope
from cases.services.population_check import check_applicant


class CheckApplicantView(StaffView):
    """Answered with what agrees and what does not, never with the data of the database."""

    serializer_class = ApplicantCheckedSerializer
    scope = Scope.RECEIVE

    @extend_schema(
        operation_id="check_applicant",
        tags=["dossiers"],
        summary="Check the applicant against the population database",
        description="Each request is a look-up of its own, recorded with who asked, the purpose and the consent, "
        "and waits a few seconds at most. The answer names the fields that agree and those that do not.",
        request=ApplicantCheckSerializer,
        responses=ApplicantCheckedSerializer,
    )
    def post(self, request, ref):
        dossier = self.dossier()
        body = ApplicantCheckSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        found = check_applicant(dossier, by=request.user, **body.validated_data)
        answered = [row for row in found.rows if row.there]
        return Response(
            {
                "outcome": found.outcome,
                "sentence": found.sentence,
                "agrees": [row.name for row in answered if row.agrees],
                "differs": [row.name for row in answered if not row.agrees],
            }
        )
