"""Answers to a look-up: two facts for everybody, the own dossier for the holder of the receipt (R40, T22)."""

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
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
from cases.enums import ResultKind, ReturnChannel, State
from notifications.enums import LetterKind


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


class PauseSerializer(serializers.Serializer):
    """The clock stood while the agency waited for the applicant."""

    first = serializers.DateTimeField(source="asked_at")
    last = serializers.DateTimeField(
        source="answered_at", allow_null=True, help_text="Null: it still stands."
    )
    reason = serializers.CharField()


class TransferSerializer(serializers.Serializer):
    """How to pay what is owed by transfer; the text of the QR code names no person."""

    vietqr = serializers.CharField(source="payload", help_text="Text of the VietQR code.")
    bank_bin = serializers.CharField(source="bank")
    account = serializers.CharField()
    account_name = serializers.CharField()
    amount = serializers.IntegerField(help_text="VND.")
    purpose = serializers.CharField()


class StatusLetterSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(LetterKind.choices)
    kind_label = serializers.CharField(source="get_kind_display")
    number = serializers.CharField(source="number_text")
    issued_at = serializers.DateTimeField()
    pdf = serializers.SerializerMethodField(help_text="Address; asked with the same proof.")

    def get_pdf(self, letter) -> str:
        return _address("status_letter", letter.reference, letter.pk)


class OpeningSerializer(serializers.Serializer):
    weekdays = serializers.CharField()
    saturday = serializers.CharField(help_text="Empty: closed.")


class CollectionSerializer(serializers.Serializer):
    """When, where and with what the result is collected."""

    appointment = serializers.DateTimeField(allow_null=True, help_text="Null once the result is there.")
    comes_by = serializers.ChoiceField(ReturnChannel.choices)
    place = DeskSerializer()
    opening = OpeningSerializer()
    bring = serializers.ListField(child=serializers.CharField())


class StatusLinksSerializer(serializers.Serializer):
    page = serializers.CharField(help_text="The look-up for people.")
    appointment = serializers.CharField(
        allow_null=True, help_text="iCalendar file; asked with the same proof."
    )


class OwnerStatusSerializer(serializers.Serializer):
    """With a proof: everything about the own dossier."""

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
    pauses = PauseSerializer(many=True)
    transfer = TransferSerializer(allow_null=True)
    letters = StatusLetterSerializer(many=True)
    collection = CollectionSerializer(allow_null=True)
    links = serializers.SerializerMethodField()

    @extend_schema_field(StatusLinksSerializer)
    def get_links(self, view):
        code = view.dossier.code
        return {
            "page": f"{settings.PUBLIC_URL}{reverse('public:lookup')}?ma={code}",
            "appointment": _address("status_appointment", code) if view.has_appointment else None,
        }


def _address(name: str, *parts) -> str:
    return f"{settings.PUBLIC_URL}{reverse(f'api:{name}', args=parts)}"
