"""The shape of problems, for the OpenAPI file; they are written by `cases.api.problems`."""

from rest_framework import serializers


class FieldErrorSerializer(serializers.Serializer):
    field = serializers.CharField(help_text="Path of the value, such as `applicant.full_name`.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """Problem details (RFC 9457), in Vietnamese or English by `Accept-Language`."""

    type = serializers.CharField(help_text="`urn:onestop:problem:` and the code.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="A sentence for people: what happened, what to do.")
    code = serializers.CharField(help_text="Stable, for programs.")
    errors = FieldErrorSerializer(many=True, help_text="The values that are wrong, as far as known.")
