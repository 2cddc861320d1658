"""What is told of requests of other installations. Moments carry the offset of Việt Nam."""

from rest_framework import serializers

from cases.api.serializers.answers import AgencySerializer
from cases.api.serializers.requests import AnswerSerializer
from cases.deadlines import Punctuality
from cases.enums import ConsultationKind


class RequestedProcedureSerializer(serializers.Serializer):
    """As it is called in the other installation."""

    code = serializers.CharField(source="procedure_code")
    name = serializers.CharField(source="procedure_name")


class ExchangeRequestSerializer(serializers.Serializer):
    """A question of another installation to the own agency, or one below it."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(ConsultationKind.choices)
    dossier = serializers.CharField(source="code", help_text="Its code in the other installation.")
    installation = serializers.CharField(source="partner")
    asked_by = serializers.CharField(source="asking_agency")
    agency = AgencySerializer()
    procedure = RequestedProcedureSerializer(source="*")
    question = serializers.CharField()
    working_hours = serializers.FloatField()
    asked_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(help_text="As promised where the dossier is.")
    arrived_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField()
    punctuality = serializers.ChoiceField(
        Punctuality.choices, allow_null=True, help_text="Without an answer only that it is late by now."
    )


class RequestedForSerializer(serializers.Serializer):
    full_name = serializers.CharField(source="applicant_name")
    id_number = serializers.CharField(source="applicant_id_number")


class ExchangedFileSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    paper = serializers.CharField(help_text="The paper that it is in the other installation.")
    is_answer = serializers.BooleanField(help_text="Went back with the answer; else it came.")
    mime_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    pages = serializers.IntegerField()
    sha256 = serializers.CharField()
    added_at = serializers.DateTimeField()


class ExchangeRequestDetailSerializer(ExchangeRequestSerializer):
    """With whom it is about, and its files."""

    applicant = RequestedForSerializer(source="*")
    files = ExchangedFileSerializer(many=True)


class ExchangeAnswerSerializer(AnswerSerializer):
    """A form with a file; without one JSON will do."""

    file = serializers.FileField(required=False, allow_empty_file=True)
