"""Shapes that several answers have in common. Moments carry the offset of Việt Nam; money is whole VND."""

from rest_framework import serializers

from cases.deadlines import Punctuality
from cases.enums import EventKind, PaymentMethod, State
from cases.proof import ProofReason
from cases.scopes import Scope
from procedures.enums import STAFF_ROLE_CHOICES, Channel


class AgencySerializer(serializers.Serializer):
    identifier = serializers.CharField()
    name = serializers.CharField()


class DeskSerializer(AgencySerializer):
    address = serializers.CharField()
    phone = serializers.CharField()


class PersonSerializer(serializers.Serializer):
    username = serializers.CharField()
    name = serializers.CharField(source="get_full_name")


class MyTokenSerializer(serializers.Serializer):
    """The access token of the request."""

    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices))
    agency = AgencySerializer(allow_null=True, help_text="What it is narrowed to; null: it is not.")
    expires_at = serializers.DateTimeField(source="expiry")


class MeSerializer(PersonSerializer):
    role = serializers.ChoiceField(STAFF_ROLE_CHOICES, allow_blank=True)
    is_head = serializers.BooleanField()
    agency = AgencySerializer(allow_null=True)
    token = MyTokenSerializer(allow_null=True, help_text="Null in a session of the back office.")


class ProcedureNameSerializer(serializers.Serializer):
    code = serializers.CharField(source="procedure.code")
    name = serializers.CharField()


class ProofDaySerializer(serializers.Serializer):
    """One day of the proof: counted or not, why, by which article."""

    date = serializers.DateField()
    counted = serializers.BooleanField()
    ordinal = serializers.IntegerField(allow_null=True, help_text="Number among the counted days.")
    minutes = serializers.IntegerField(help_text="Working minutes used, for limits in hours.")
    reason = serializers.ChoiceField(ProofReason.choices)
    reason_label = serializers.CharField(source="reason.label")
    day_name = serializers.CharField(
        source="special.name", default="", help_text="Holiday or worked Saturday."
    )
    article = serializers.CharField()


class PromiseSerializer(serializers.Serializer):
    """When the result is due, and why."""

    due_at = serializers.DateTimeField()
    first_due_at = serializers.DateTimeField(help_text="What was promised at reception.")
    provisional = serializers.BooleanField(
        help_text="The days reach into a year without an official calendar."
    )
    limit = serializers.CharField(help_text="The time limit of the procedure in words.")
    filed_at = serializers.DateTimeField()
    counts_from = serializers.DateTimeField(help_text="Moment that counts as reception.")
    counted_due_at = serializers.DateTimeField(
        help_text="What the limit gives; an issued apology may have moved `due_at` beyond it."
    )
    proof_holds = serializers.BooleanField(
        help_text="False when the calendar changed after the promise was given."
    )
    in_words = serializers.ListField(child=serializers.CharField(), help_text="The same in sentences.")
    days = ProofDaySerializer(many=True)


class FeeSerializer(serializers.Serializer):
    id = serializers.IntegerField(help_text="By which it is waived.")
    name = serializers.CharField()
    amount = serializers.IntegerField()


class WaiverAnswerSerializer(serializers.Serializer):
    fee = serializers.IntegerField(source="fee_id")
    amount = serializers.IntegerField()
    ground = serializers.CharField()


class PaymentAnswerSerializer(serializers.Serializer):
    amount = serializers.IntegerField(help_text="Negative: paid back.")
    method = serializers.ChoiceField(PaymentMethod.choices)
    receipt_number = serializers.CharField()
    paid_at = serializers.DateTimeField()


class FeesSerializer(serializers.Serializer):
    lines = FeeSerializer(many=True)
    waivers = WaiverAnswerSerializer(many=True)
    payments = PaymentAnswerSerializer(many=True)
    total = serializers.IntegerField()
    waived = serializers.IntegerField()
    paid = serializers.IntegerField()
    owed = serializers.IntegerField(help_text="Negative: to be paid back.")


class SupplementSerializer(serializers.Serializer):
    asked_at = serializers.DateTimeField()
    reason = serializers.CharField()
    items = serializers.ListField(child=serializers.CharField())
    before_reception = serializers.BooleanField()
    answered_at = serializers.DateTimeField(allow_null=True)


class RescheduleAnswerSerializer(serializers.Serializer):
    at = serializers.DateTimeField()
    letter_number = serializers.CharField()
    reason = serializers.CharField()
    old_due_at = serializers.DateTimeField()
    new_due_at = serializers.DateTimeField()


class ExtensionAnswerSerializer(serializers.Serializer):
    """The one extension that the procedure defines; no reschedule."""

    at = serializers.DateTimeField()
    reason = serializers.CharField()
    old_due_at = serializers.DateTimeField()
    new_due_at = serializers.DateTimeField()


class PeriodAnswerSerializer(serializers.Serializer):
    """Days that the limit does not count, the first and the last included."""

    name = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()


class StepSerializer(serializers.Serializer):
    name = serializers.SerializerMethodField()
    unit = AgencySerializer()
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)
    punctuality = serializers.ChoiceField(
        Punctuality.choices, allow_null=True, help_text="While it runs only that it is late by now."
    )

    def get_name(self, run) -> str:
        """In the reader's language; the name as it was when the version has no such step."""
        return run.step.name if run.step else run.name


class EventSerializer(serializers.Serializer):
    at = serializers.DateTimeField()
    event = serializers.ChoiceField(EventKind.choices, source="kind")
    sentence = serializers.CharField(source="public_sentence")


class DossierFactsSerializer(serializers.Serializer):
    """What every list of dossiers shows."""

    uuid = serializers.UUIDField()
    code = serializers.CharField(allow_null=True, help_text="None before reception.")
    state = serializers.ChoiceField(State.choices)
    state_label = serializers.CharField(source="get_state_display")
    procedure = ProcedureNameSerializer(source="version")
    field = serializers.CharField(source="version.field_vi")
    applicant = serializers.CharField(source="applicant.full_name")
    receiving_desk = AgencySerializer()
    competent_agency = AgencySerializer()
    channel = serializers.ChoiceField(Channel.choices)
    filed_at = serializers.DateTimeField()
    answer_due_at = serializers.DateTimeField(
        allow_null=True, help_text="Until when a filing is received, asked for or refused."
    )
    received_at = serializers.DateTimeField(allow_null=True)
    first_due_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    overdue = serializers.BooleanField(source="is_overdue")
    finished_at = serializers.DateTimeField(allow_null=True)
    returned_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True, help_text="Refused or stopped.")
    holder = PersonSerializer(allow_null=True)
    holder_unit = AgencySerializer()


class FilingSerializer(serializers.Serializer):
    """That a filing was taken: what the sender knows anyway, and nothing stored of the applicant."""

    uuid = serializers.UUIDField()
    state = serializers.ChoiceField(State.choices)
    procedure = serializers.CharField(source="version.procedure.code")
    desk = serializers.CharField(source="receiving_desk.identifier")
    channel = serializers.ChoiceField(Channel.choices)
    filed_at = serializers.DateTimeField()
    counts_from = serializers.DateTimeField(help_text="Moment that counts as reception.")


class OverdueSerializer(DossierFactsSerializer):
    """An overdue dossier: how late, flagged since when, and what became of the apology."""

    working_days_left = serializers.SerializerMethodField(help_text="Negative: working days overdue.")
    overdue_flagged_at = serializers.DateTimeField(allow_null=True)
    apology = serializers.CharField(
        allow_null=True, help_text="State of the letter of this cycle: draft, approved, issued or sent."
    )

    def get_working_days_left(self, dossier) -> int | None:
        return self.context["days_left"](dossier)
