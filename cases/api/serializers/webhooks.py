"""Webhooks and their deliveries."""

from rest_framework import serializers

from cases.api.serializers.answers import AgencySerializer
from cases.api.serializers.requests import AgencyField
from cases.api.serializers.strict import StrictSerializer
from cases.enums import EventKind
from cases.hooks import DeliveryState


class WebhookSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="uuid")
    name = serializers.CharField()
    agency = AgencySerializer()
    url = serializers.CharField()
    events = serializers.ListField(
        child=serializers.ChoiceField(EventKind.choices), help_text="None: every change of state."
    )
    active = serializers.BooleanField(source="is_active")
    created_at = serializers.DateTimeField()


class WebhookWithSecretSerializer(WebhookSerializer):
    """With the secret by which deliveries are signed."""

    secret = serializers.CharField()


class NewWebhookSerializer(StrictSerializer):
    agency = AgencyField(help_text="Dossiers received or decided there or below are told of.")
    name = serializers.CharField(max_length=100, allow_blank=True)
    url = serializers.CharField(max_length=500, help_text="Begins with `https://`.")
    events = serializers.ListField(
        child=serializers.ChoiceField(EventKind.choices),
        required=False,
        max_length=100,
        help_text="Left out: every change of state.",
    )


class SwitchSerializer(StrictSerializer):
    active = serializers.BooleanField()


class AttemptSerializer(serializers.Serializer):
    at = serializers.DateTimeField()
    status = serializers.IntegerField(allow_null=True, help_text="HTTP status; null: no answer.")
    detail = serializers.CharField()
    milliseconds = serializers.IntegerField()


class HookedDossierSerializer(serializers.Serializer):
    """The dossier in a delivery: code, state, times and link, and nobody's name."""

    uuid = serializers.UUIDField()
    code = serializers.CharField(allow_null=True)
    state = serializers.CharField()
    received_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    returned_at = serializers.DateTimeField(allow_null=True)
    link = serializers.CharField()


class HookBodySerializer(serializers.Serializer):
    """What is sent to the webhook, signed."""

    id = serializers.UUIDField(help_text="The same in every attempt and every replay.")
    event = serializers.CharField(help_text="Kind of the event, or `ping`.")
    number = serializers.IntegerField(help_text="Grows with every event; deliveries may overtake each other.")
    at = serializers.DateTimeField()
    from_state = serializers.CharField(allow_null=True)
    dossier = HookedDossierSerializer(allow_null=True)


class DeliverySerializer(serializers.Serializer):
    id = serializers.UUIDField(source="uuid")
    event = serializers.CharField()
    state = serializers.ChoiceField(DeliveryState.choices)
    created_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)
    next_attempt_at = serializers.DateTimeField(help_text="While it is waiting.")
    body = HookBodySerializer()
    attempts = AttemptSerializer(source="attempt_rows", many=True)
