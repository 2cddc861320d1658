"""Answers to a look-up: two facts for everybody, the own dossier for the holder of the receipt (R40, T22)."""

from rest_framework import serializers

from cases.api.serializers.answers import (
    AgencySerializer,
    DeskSerializer,
    EventSerializer,
    ExtensionAnswerSerializer,
    FeesSerializer,
    PeriodAnswerSerializer,
    ProcedureNameSerializer,
    PromiseSerializer,
    RescheduleAnswerSerializer,
    StepSerializer,
    SupplementSerializer,
)
from cases.enums import ResultKind, State


class PublicStatusSerializer(serializers.Serializer):
    """Without proof: the code and whether the dossier is finished, nothing else."""

    code = serializers.CharField()
    finished = serializers.BooleanField(source="is_finished")


class AwaitedSerializer(serializers.Serializer):
    """What has to happen next."""

    of = serializers.ChoiceField(["applicant", "agency"])
    who = serializers.CharField()
    what = serializers.CharField()
    items = serializers.ListField(child=serializers.CharField())
    amount = serializers.IntegerField(allow_null=True, help_text="VND.")
    until = serializers.DateTimeField(allow_null=True)


class ResultSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(ResultKind.choices, source="result_kind")
    kind_label = serializers.CharField(source="get_result_kind_display")
    reason = serializers.CharField(source="result_reason", help_text="Grounds of a refusal on substance.")
    recorded_at = serializers.DateTimeField(source="finished_at")
    returned_at = serializers.DateTimeField(allow_null=True)


class OwnerStatusSerializer(serializers.Serializer):
    """With the look-up secret: everything about the own dossier."""

    code = serializers.CharField(source="dossier.code")
    finished = serializers.BooleanField(source="dossier.is_finished")
    state = serializers.ChoiceField(State.choices, source="dossier.state")
    state_label = serializers.CharField(source="dossier.get_state_display")
    sentence = serializers.CharField(help_text="The state in plain words.")
    procedure = ProcedureNameSerializer(source="dossier.version")
    applicant = serializers.CharField(source="dossier.applicant.full_name")
    receiving_desk = DeskSerializer(source="dossier.receiving_desk")
    competent_agency = AgencySerializer(source="dossier.competent_agency")
    unit = AgencySerializer(allow_null=True, help_text="Where it lies now.")
    since = serializers.DateTimeField()
    handled_by = serializers.CharField(help_text="Name of the person who has it now; may be empty.")
    received_at = serializers.DateTimeField(source="dossier.received_at")
    promise = PromiseSerializer()
    working_days_left = serializers.IntegerField(
        source="days_left", allow_null=True, help_text="Negative when overdue; null while no clock runs."
    )
    awaited = AwaitedSerializer(allow_null=True)
    steps = StepSerializer(many=True)
    supplements = SupplementSerializer(many=True)
    extensions = ExtensionAnswerSerializer(source="dossier.extensions", many=True)
    excluded_periods = PeriodAnswerSerializer(source="dossier.excluded_periods", many=True)
    reschedules = RescheduleAnswerSerializer(many=True)
    history = EventSerializer(many=True)
    fees = FeesSerializer()
    result = ResultSerializer(allow_null=True)
    ready = serializers.BooleanField(source="is_ready", help_text="The result can be collected.")
