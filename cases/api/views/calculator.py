"""“If I file today”, for programs."""

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from cases.api.schema import WRITING
from cases.api.serializers.calculator import ForecastSerializer, QuestionSerializer
from cases.api.throttles import Catalogue
from cases.api.views.base import PublicView
from cases.services.forecast import forecast
from onestop.caching import for_everybody
from procedures.models import Agency, Procedure, TimeLimit


class CalculatorView(PublicView):
    """When something filed at a moment would be due, with each day and why.

    The rules are those of a reception; nothing is filed. The answer holds no personal data and may be kept
    for a minute.
    """

    throttle_classes = [Catalogue]
    query_serializer_class = QuestionSerializer
    further_problems = {"422": WRITING["422"]}

    @extend_schema(
        operation_id="calculator",
        tags=["catalogue"],
        parameters=[QuestionSerializer],
        responses=ForecastSerializer,
    )
    def get(self, request):
        question = QuestionSerializer(data=request.query_params)
        question.is_valid(raise_exception=True)
        asked = question.validated_data
        found = forecast(
            _one("procedure", Procedure, code=asked["procedure"]),
            filed_at=asked.get("at") or timezone.now(),
            desk=_one("desk", Agency, identifier=asked.get("desk")),
            competent_agency=_one("competent_agency", Agency, identifier=asked.get("competent_agency")),
            channel=asked["channel"],
            limit=_one("limit", TimeLimit, pk=asked.get("limit")),
            quantity=asked.get("quantity"),
        )
        return for_everybody(Response(ForecastSerializer(found).data))


def _one(parameter: str, model: type[Model], **named):
    """The row that a parameter names, None when it names none; an unknown one is refused."""
    ((column, value),) = named.items()
    if value is None:
        return None
    row = model.objects.filter(**{column: value}).first()
    if row is None:
        raise ValidationError({parameter: [_("There is no “%(value)s”.") % {"value": value}]})
    return row
