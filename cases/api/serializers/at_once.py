"""Decided while the applicant waits: a form with the reception as JSON, the signed result and the scans."""

import json

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.serializers.requests import ReceptionSerializer
from cases.api.serializers.strict import StrictSerializer
from cases.enums import CollectionProof, PaymentMethod, ResultKind


@extend_schema_field(serializers.CharField())
class ReceptionField(serializers.Field):
    """The body of a reception as JSON text: a form knows no nested fields."""

    default_error_messages = {"invalid": _("This must be the JSON of a reception.")}

    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            given = json.loads(data)
        except (ValueError, RecursionError):
            self.fail("invalid")
        reception = ReceptionSerializer(data=given, context=self.context)
        reception.is_valid(raise_exception=True)
        return reception.validated_data


class AtOnceSerializer(StrictSerializer):
    """A form. Scans come in pairs: as many `scan_component` as `scan`, in the same order."""

    reception = ReceptionField(help_text="As the body of `POST /dossiers/`.")
    file = serializers.FileField(allow_empty_file=True, help_text="The signed result.")
    number = serializers.CharField(max_length=60, allow_blank=True)
    signer = serializers.CharField(max_length=150, allow_blank=True)
    kind = serializers.ChoiceField(ResultKind.choices, required=False)
    reason = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    valid_until = serializers.DateField(required=False)
    method = serializers.ChoiceField(PaymentMethod.choices, required=False)
    collector = serializers.CharField(max_length=300, required=False, allow_blank=True)
    proof = serializers.ChoiceField(CollectionProof.choices, required=False)
    scan = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True), required=False, max_length=50
    )
    scan_component = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, max_length=50
    )

    def validate(self, attrs):
        """The reception beside the result, as the service takes them; scans by their component."""
        scans, components = attrs.pop("scan", []), attrs.pop("scan_component", [])
        if len(scans) != len(components):
            raise serializers.ValidationError(
                {"scan_component": [_("Name the component of each scan, in the same order.")]}
            )
        by_component: dict[int, list] = {}
        for component, scan in zip(components, scans, strict=True):
            by_component.setdefault(component, []).append(scan)
        return {**attrs.pop("reception"), **attrs, "scans": by_component}
