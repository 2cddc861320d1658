"""Procedures as they are in force: what to bring, how long it takes, what it costs, by which law."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.serializers.catalogue_parts import (
    ProcedureChangeSerializer,
    ProcedureDeskSerializer,
    ProcedureFormSerializer,
    ProcedurePublicationSerializer,
    ProcedureTariffSerializer,
)
from procedures import words
from procedures.enums import (
    STAFF_ROLE_CHOICES,
    Channel,
    ExtensionMode,
    FeeChannel,
    FeeKind,
    FeeRule,
    Level,
    LimitUnit,
    ServiceLevel,
    Subject,
)
from procedures.guide import Guide
from procedures.steps import step_hours


class ProcedureRowSerializer(serializers.Serializer):
    code = serializers.CharField(source="procedure.code")
    name = serializers.CharField()
    field = serializers.CharField(source="field_vi")
    level = serializers.ChoiceField(Level.choices)
    level_label = serializers.CharField(source="get_level_display")
    service_level = serializers.ChoiceField(ServiceLevel.choices, allow_blank=True)
    subjects = serializers.ListField(child=serializers.ChoiceField(Subject.choices), help_text="Who applies.")
    channels = serializers.ListField(
        child=serializers.ChoiceField(Channel.choices), help_text="Ways of filing."
    )
    filed_online = serializers.SerializerMethodField(help_text="Whether it can be filed online today.")
    limits = serializers.SerializerMethodField(help_text="Time limits in words.")

    def get_filed_online(self, version) -> bool:
        return Guide(version, timezone.localdate()).is_filed_online

    def get_limits(self, version) -> list[str]:
        return [str(limit) for limit in version.limits.all()]


@extend_schema_field({"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}:[0-9]{2}$"})
class TimeOfDayField(serializers.TimeField):
    """On the clocks of Việt Nam. The format `time` of OpenAPI is one with an offset, which this has not."""


class LimitSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    label = serializers.CharField()
    amount = serializers.DecimalField(max_digits=7, decimal_places=2)
    unit = serializers.ChoiceField(LimitUnit.choices)
    cutoff = TimeOfDayField(allow_null=True, help_text="Of limits within the day, such as `15:00:00`.")
    condition = serializers.CharField()
    words = serializers.SerializerMethodField()

    def get_words(self, limit) -> str:
        return words.limit_text(limit)


class ComponentAnswerSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    mandatory = serializers.BooleanField(source="is_mandatory")
    required_when = serializers.CharField()
    originals = serializers.IntegerField()
    copies = serializers.IntegerField()
    shown_only = serializers.BooleanField()
    electronic_source = serializers.CharField(help_text="Where it can be reused from instead of brought.")
    result_of = serializers.CharField(
        source="result_of.code",
        default=None,
        allow_null=True,
        help_text="Procedure whose result stands for this paper when it is in the applicant's own store.",
    )
    count_in_words = serializers.SerializerMethodField()

    def get_count_in_words(self, component) -> str:
        return words.how_many(component)


class TierSerializer(serializers.Serializer):
    from_page = serializers.IntegerField()
    to_page = serializers.IntegerField(allow_null=True)
    amount_per_page = serializers.IntegerField()


class FeeLineSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(FeeKind.choices)
    channel = serializers.ChoiceField(FeeChannel.choices)
    rule = serializers.ChoiceField(FeeRule.choices)
    amount = serializers.IntegerField(allow_null=True, help_text="VND; null when tiers or the province say.")
    tiers = TierSerializer(many=True, allow_null=True)
    cap_amount = serializers.IntegerField(allow_null=True)
    cap_per = serializers.CharField()
    condition = serializers.CharField()
    words = serializers.SerializerMethodField(help_text="What it costs, in words.")
    tariffs = serializers.SerializerMethodField(help_text="What provinces set, for lines that they set.")

    def get_words(self, line) -> str:
        return words.fee_amount(line)

    @extend_schema_field(ProcedureTariffSerializer(many=True))
    def get_tariffs(self, line):
        tariffs = {fee.line.pk: fee.tariffs for fee in self.context["guide"].fees}
        return ProcedureTariffSerializer(tariffs[line.pk], many=True).data


class ExtensionSerializer(serializers.Serializer):
    mode = serializers.ChoiceField(ExtensionMode.choices, source="extension_mode")
    amount = serializers.DecimalField(
        max_digits=7, decimal_places=2, source="extension_amount", allow_null=True
    )
    unit = serializers.ChoiceField(LimitUnit.choices, source="extension_unit", allow_blank=True)
    when = serializers.CharField(source="extension_when")


class InternalStepSerializer(serializers.Serializer):
    name = serializers.CharField()
    role = serializers.ChoiceField(STAFF_ROLE_CHOICES)
    amount = serializers.DecimalField(max_digits=7, decimal_places=2)
    unit = serializers.ChoiceField(LimitUnit.choices)


class ProcedureSerializer(ProcedureRowSerializer):
    """One procedure in force today with everything that a dossier depends on."""

    version = serializers.IntegerField(source="number")
    in_force_from = serializers.DateField()
    in_force_to = serializers.DateField(allow_null=True, help_text="Last day in force.")
    deciding_agency = serializers.CharField(source="deciding_agency_vi")
    sets = serializers.IntegerField(help_text="Number of sets of papers.")
    result = serializers.CharField(source="result_name_vi")
    legal_basis = serializers.ListField(child=serializers.CharField())
    publication = ProcedurePublicationSerializer(source="*")
    partial_reason = serializers.CharField(
        source="partial_reason_vi", help_text="Why it is not fully online; empty where it is, or not stated."
    )
    order_of_steps = serializers.CharField(
        source="order_of_steps_vi", help_text="As published; empty: `steps` tell it."
    )
    has_conditions = serializers.BooleanField(
        allow_null=True, help_text="Whether the publication says that there are some; null: it does not tell."
    )
    conditions = serializers.CharField(source="conditions_vi")
    has_form = serializers.BooleanField(allow_null=True)
    forms = ProcedureFormSerializer(many=True)
    has_fee = serializers.BooleanField(allow_null=True)
    paper_free_from = serializers.DateField(allow_null=True, help_text="From then on filed online only.")
    interlinked = serializers.BooleanField()
    decided_at_once = serializers.BooleanField(help_text="A receipt only when it is asked for.")
    received_outside_desk = serializers.BooleanField()
    limit_quantity = serializers.CharField(
        help_text="The quantity that decides the time limit; empty: none does."
    )
    has_excluded_periods = serializers.BooleanField()
    limits = LimitSerializer(many=True)
    extension = serializers.SerializerMethodField()
    components = ComponentAnswerSerializer(many=True)
    fees = FeeLineSerializer(many=True)
    steps = InternalStepSerializer(many=True)
    steps_working_hours = serializers.SerializerMethodField(
        help_text="Sum of the steps; 8 working hours are a working day."
    )
    extension_in_words = serializers.SerializerMethodField()
    desks = serializers.SerializerMethodField(help_text="Desks that receive it as their own.")
    changes = serializers.SerializerMethodField(help_text="New, amended, abolished; the newest first.")

    def get_extension_in_words(self, version) -> str:
        return words.extension_text(version)

    @extend_schema_field(ProcedureDeskSerializer(many=True))
    def get_desks(self, version):
        return ProcedureDeskSerializer(self.context["guide"].desks, many=True).data

    @extend_schema_field(ProcedureChangeSerializer(many=True))
    def get_changes(self, version):
        return ProcedureChangeSerializer(self.context["guide"].changes, many=True).data

    @extend_schema_field(ExtensionSerializer(allow_null=True))
    def get_extension(self, version):
        return ExtensionSerializer(version).data if version.extension_mode else None

    @extend_schema_field(serializers.DecimalField(max_digits=7, decimal_places=2))
    def get_steps_working_hours(self, version):
        steps = [{"amount": step.amount, "unit": step.unit} for step in version.steps.all()]
        return f"{step_hours(steps):.2f}"
