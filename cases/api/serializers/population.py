"""Look-ups in the population database: what is asked, and what programs are told."""

from rest_framework import serializers

from cases.api.serializers.strict import StrictSerializer
from cases.connections.population.facts import FIELDS, Outcome, Purpose


class ApplicantCheckSerializer(StrictSerializer):
    """Why the applicant is looked up, and whether they agreed."""

    purpose = serializers.ChoiceField(Purpose.choices, default=Purpose.SETTLE)
    has_consent = serializers.BooleanField(
        default=False, help_text="The applicant has agreed to be looked up. Recorded with the look-up."
    )


class ApplicantCheckedSerializer(serializers.Serializer):
    """What came of it; fields of which the database says nothing are in neither list."""

    outcome = serializers.ChoiceField(Outcome.choices)
    sentence = serializers.CharField()
    agrees = serializers.ListField(child=serializers.ChoiceField(list(FIELDS)))
    differs = serializers.ListField(child=serializers.ChoiceField(list(FIELDS)))
