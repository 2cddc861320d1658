"""“If I file today”: the question and its answer. Moments carry the offset of Việt Nam."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.serializers.answers import AgencySerializer, ProcedureNameSerializer, ProofDaySerializer
from cases.api.serializers.catalogue import ExtensionSerializer
from cases.api.serializers.strict import MomentField
from procedures.enums import Channel


class QuestionSerializer(serializers.Serializer):
    """What may stand in the address of the calculator."""

    procedure = serializers.CharField(max_length=30, help_text="Code of the procedure.")
    at = MomentField(
        required=False, help_text="Moment of filing; without an offset that of Việt Nam. Default: now."
    )
    desk = serializers.CharField(
        max_length=35,
        required=False,
        help_text="Identifier of the desk that receives; without it the calendar of the country counts.",
    )
    competent_agency = serializers.CharField(
        max_length=35, required=False, help_text="Identifier of who decides, where the desk leaves it open."
    )
    channel = serializers.ChoiceField(Channel.choices, default=Channel.DESK)
    limit = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, required=False, help_text="`id` of a time limit of the procedure."
    )
    quantity = serializers.IntegerField(
        min_value=1, max_value=100_000, required=False, help_text="Where the time limit depends on one."
    )


class ForecastSerializer(serializers.Serializer):
    """When something filed then would be due, and why, day by day."""

    procedure = ProcedureNameSerializer(source="version")
    version = serializers.IntegerField(source="version.number")
    limit = serializers.CharField(help_text="The time limit in words.")
    limit_id = serializers.IntegerField(source="limit.pk")
    filed_at = serializers.DateTimeField()
    counts_from = serializers.DateTimeField(help_text="Moment from which the limit counts.")
    due_at = serializers.DateTimeField(source="deadline.due_at")
    provisional = serializers.BooleanField(
        source="deadline.provisional", help_text="The days reach into a year without an official calendar."
    )
    desk = AgencySerializer(allow_null=True)
    competent_agency = AgencySerializer(
        allow_null=True, help_text="Whose calendar counts; null: that of the country."
    )
    extension = serializers.SerializerMethodField(help_text="The one extension that the procedure allows.")
    excluded_periods = serializers.ListField(
        child=serializers.CharField(), help_text="Names of periods that would not count."
    )
    in_words = serializers.ListField(child=serializers.CharField(), help_text="The days in sentences.")
    days = ProofDaySerializer(source="deadline.proof", many=True)

    @extend_schema_field(ExtensionSerializer(allow_null=True))
    def get_extension(self, forecast):
        return ExtensionSerializer(forecast.version).data if forecast.version.extension_mode else None
