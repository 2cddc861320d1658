"""Bodies of requests; each becomes the arguments of one service. Shape only: no rule is here."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.serializers.strict import MomentField, Named, StrictSerializer
from cases.enums import (
    Acknowledgement,
    ApplicantKind,
    CollectionProof,
    ConsultationKind,
    DocumentSource,
    NoticeChannel,
    Provision,
    ResultKind,
    ReturnChannel,
    ReuseGround,
)
from cases.models import Consultation
from cases.services.applicants import ApplicantFacts
from cases.services.checklist import ComponentFacts
from cases.services.fee_lines import FeeFacts
from procedures.enums import Channel
from procedures.models import Agency, Component, Procedure, Staff, TimeLimit


@extend_schema_field(serializers.CharField())
class ProcedureField(Named):
    def __init__(self, **kwargs):
        super().__init__(
            slug_field="code",
            queryset=Procedure.objects.all(),
            unknown=_("There is no procedure with the code “%(value)s”."),
            **kwargs,
        )


@extend_schema_field(serializers.CharField())
class AgencyField(Named):
    def __init__(self, **kwargs):
        super().__init__(
            slug_field="identifier",
            queryset=Agency.objects.all(),
            unknown=_("There is no agency with the identifier “%(value)s”."),
            **kwargs,
        )


@extend_schema_field(serializers.CharField())
class StaffField(Named):
    def __init__(self, **kwargs):
        super().__init__(
            slug_field="username",
            queryset=Staff.objects.filter(is_active=True),
            unknown=_("There is nobody with the user name “%(value)s”."),
            **kwargs,
        )


class ApplicantSerializer(StrictSerializer):
    """The applicant (chủ hồ sơ); one with a known ID number is brought up to date."""

    full_name = serializers.CharField(max_length=300)
    id_number = serializers.CharField(max_length=20, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True)
    email = serializers.CharField(max_length=254, required=False, allow_blank=True)
    address = serializers.CharField(max_length=400, required=False, allow_blank=True)
    kind = serializers.ChoiceField(ApplicantKind.choices, required=False)
    language = serializers.ChoiceField([("vi", "vi"), ("en", "en")], required=False)
    notice_channels = serializers.ListField(
        child=serializers.ChoiceField(NoticeChannel.choices), required=False, max_length=10
    )

    name_changed = serializers.BooleanField(
        required=False,
        help_text="Confirms that the name of a known number has changed; only a clerk who saw the papers.",
    )

    def to_internal_value(self, data) -> ApplicantFacts:
        return ApplicantFacts(**super().to_internal_value(data))


class ComponentSerializer(StrictSerializer):
    """How one component of the checklist came."""

    component = serializers.IntegerField(
        min_value=1, help_text="`id` of the component in `/procedures/{code}/`."
    )
    provision = serializers.ChoiceField(Provision.choices, default=Provision.PAPER)
    originals = serializers.IntegerField(min_value=0, max_value=1000, required=False)
    copies = serializers.IntegerField(min_value=0, max_value=1000, required=False)
    ground = serializers.ChoiceField(
        ReuseGround.choices,
        required=False,
        help_text="Why it was demanded on paper although it can be reused; only by the desk's clerk.",
    )

    def to_internal_value(self, data) -> ComponentFacts:
        values = super().to_internal_value(data)
        return ComponentFacts(component_id=values.pop("component"), **values)


class FeeFieldsMixin(serializers.Serializer):
    """Which conditional fees apply and the quantities; together the `fee` of the services."""

    fees = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        required=False,
        max_length=50,
        help_text="`id` of the fees that apply, where the procedure has conditional ones.",
    )
    quantities = serializers.DictField(
        child=serializers.IntegerField(min_value=1, max_value=100_000),
        required=False,
        help_text="`pages`, `copies` and `quantity` for fees, and the `limit_quantity` of the procedure.",
    )

    def validate(self, attrs):
        attrs = super().validate(attrs)
        attrs["fee"] = FeeFacts(fee_ids=attrs.pop("fees", None), quantities=dict(attrs.pop("quantities", {})))
        return attrs


class LimitField(serializers.PrimaryKeyRelatedField):
    default_error_messages = {
        "does_not_exist": _("There is no time limit with this id."),
        "incorrect_type": _("The id of a time limit is a whole number."),
    }


class ConsultationField(serializers.PrimaryKeyRelatedField):
    default_error_messages = {
        "does_not_exist": _("There is no question with this id."),
        "incorrect_type": _("The id of a question is a whole number."),
    }


class FilingFieldsSerializer(StrictSerializer):
    """What a reception and a filing have in common."""

    procedure = ProcedureField(help_text="National code, such as `1.001193`.")
    desk = AgencyField(help_text="Identifier of the reception desk, such as `H41.12`.")
    applicant = ApplicantSerializer()
    components = ComponentSerializer(many=True)
    competent_agency = AgencyField(required=False, help_text="Needed where desk and field leave a choice.")
    limit = LimitField(
        queryset=TimeLimit.objects.all(),
        required=False,
        help_text="`id` of the time limit, where the procedure has several.",
    )
    return_channel = serializers.ChoiceField(ReturnChannel.choices, required=False)
    subject = serializers.CharField(max_length=500, required=False, allow_blank=True)
    submitter_name = serializers.CharField(max_length=300, required=False, allow_blank=True)
    submitter_id_number = serializers.CharField(max_length=20, required=False, allow_blank=True)
    submitter_phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    authorisation = serializers.CharField(
        max_length=300,
        required=False,
        allow_blank=True,
        help_text="The paper that authorises whoever files for the applicant: kind, number, date.",
    )


class ReceptionSerializer(FeeFieldsMixin, FilingFieldsSerializer):
    """A complete dossier at the desk."""

    channel = serializers.ChoiceField(Channel.choices, required=False)
    reception_place = serializers.CharField(
        max_length=300,
        required=False,
        allow_blank=True,
        help_text="Outside the desk, where the procedure allows it.",
    )
    receipt_wanted = serializers.BooleanField(
        required=False, help_text="Of what is decided at once a receipt is printed only when asked for."
    )
    duplicate_known = serializers.BooleanField(
        required=False,
        help_text="Receive although the applicant has an open dossier of this procedure; without it that "
        "is refused with `duplicate_open`.",
    )
    received_at = MomentField(
        required=False, help_text="Now when left out; without offset it is local time of Việt Nam."
    )


class SubmissionSerializer(FilingFieldsSerializer):
    """A filing online or by post."""

    components = ComponentSerializer(many=True, required=False)
    channel = serializers.ChoiceField([Channel.ONLINE, Channel.POST])
    filed_at = MomentField(required=False, help_text="Now when left out.")


class DeskRefusalSerializer(FilingFieldsSerializer):
    """Somebody at the desk whose dossier is not received."""

    components = ComponentSerializer(many=True, required=False)
    reason = serializers.CharField(max_length=5000, allow_blank=True)


class DeskRequestSerializer(DeskRefusalSerializer):
    """Somebody at the desk whose dossier is not complete."""

    items = serializers.ListField(
        child=serializers.CharField(max_length=1000, allow_blank=True), max_length=100
    )


# --- Verbs ------------------------------------------------------------------------------------


class NothingSerializer(StrictSerializer):
    """No fields: send nothing or `{}`."""


class FilingReceptionSerializer(FeeFieldsMixin, StrictSerializer):
    components = ComponentSerializer(many=True, required=False)
    limit = LimitField(queryset=TimeLimit.objects.all(), required=False)
    authorisation = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="Of somebody else who filed."
    )


class CompletionSerializer(StrictSerializer):
    components = ComponentSerializer(many=True, required=False)


class ReasonSerializer(StrictSerializer):
    # Blank is let through to the service, whose sentence says why a reason is needed.
    reason = serializers.CharField(max_length=5000, allow_blank=True)


class RequestSerializer(ReasonSerializer):
    items = serializers.ListField(
        child=serializers.CharField(max_length=1000, allow_blank=True), max_length=100
    )


class HandOverSerializer(StrictSerializer):
    to = StaffField(required=False, help_text="User name of the next officer; yourself when left out.")
    note = serializers.CharField(max_length=5000, required=False, allow_blank=True)


class AssignmentSerializer(StrictSerializer):
    to = StaffField(help_text="User name of who gets the dossier.")
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class ResultSerializer(StrictSerializer):
    """A form with the signed result as file."""

    file = serializers.FileField(allow_empty_file=True)
    kind = serializers.ChoiceField(ResultKind.choices, required=False)
    number = serializers.CharField(max_length=60, allow_blank=True)
    signer = serializers.CharField(max_length=150, allow_blank=True)
    valid_until = serializers.DateField(required=False, help_text="Without an end when left out.")
    reason = serializers.CharField(
        max_length=5000, required=False, allow_blank=True, help_text="Grounds of a refusal on substance."
    )


class CollectionSerializer(StrictSerializer):
    collector = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="Of a result that is sent the applicant."
    )
    proof = serializers.ChoiceField(CollectionProof.choices)
    collector_id_number = serializers.CharField(max_length=20, required=False, allow_blank=True)
    authorisation = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="Needed with the proof `authorisation`."
    )
    originals_returned = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    acknowledgement = serializers.ChoiceField(Acknowledgement.choices, required=False)
    tracking_number = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="Needed with the proof `post`."
    )


class ComponentField(serializers.PrimaryKeyRelatedField):
    default_error_messages = {
        "does_not_exist": _("There is no component with this id."),
        "incorrect_type": _("The id of a component is a whole number."),
    }


class DemandSerializer(StrictSerializer):
    """A component that could be reused, with its ground; or another paper, with text and article."""

    component = ComponentField(queryset=Component.objects.all(), required=False)
    ground = serializers.ChoiceField(ReuseGround.choices, required=False)
    paper = serializers.CharField(max_length=500, required=False, allow_blank=True)
    legal_text = serializers.CharField(max_length=300, required=False, allow_blank=True)
    note = serializers.CharField(max_length=5000, required=False, allow_blank=True)


class LossSerializer(StrictSerializer):
    papers = serializers.ListField(
        child=serializers.CharField(max_length=1000, allow_blank=True), max_length=100
    )


class RescheduleSerializer(StrictSerializer):
    """Left-out values are taken from the prepared letter."""

    reason = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    new_due_at = MomentField(required=False)


class ExtensionSerializer(ReasonSerializer):
    agreed_on = serializers.DateField(
        required=False, help_text="Only where the procedure wants a date agreed in writing."
    )


class PeriodSerializer(StrictSerializer):
    name = serializers.CharField(
        max_length=300, help_text="Vietnamese name of one of the periods in `/procedures/{code}/`."
    )
    first = serializers.DateField()
    last = serializers.DateField(help_text="Included.")
    reason = serializers.CharField(max_length=5000, required=False, allow_blank=True)


class QuestionSerializer(StrictSerializer):
    """One deadline: `working_hours` by that agency's office hours, or `due_at`."""

    agency = AgencyField(help_text="Identifier of the agency that is asked.")
    question = serializers.CharField(max_length=5000, allow_blank=True)
    kind = serializers.ChoiceField(ConsultationKind.choices, required=False)
    working_hours = serializers.DecimalField(max_digits=7, decimal_places=2, required=False)
    due_at = MomentField(required=False)
    after = ConsultationField(
        queryset=Consultation.objects.all(),
        required=False,
        help_text="`id` of the question that has to be answered first; left out: at once, in parallel.",
    )


class ClarificationSerializer(StrictSerializer):
    question = serializers.CharField(max_length=5000, allow_blank=True)
    ground = serializers.CharField(max_length=300, allow_blank=True, help_text="Text and article.")


class AnswerSerializer(StrictSerializer):
    answer = serializers.CharField(max_length=20_000, allow_blank=True)


class SearchSerializer(StrictSerializer):
    """What is looked for."""

    q = serializers.CharField(
        max_length=200,
        help_text="Beginning of a code; or name without accents, ID number or phone of the applicant.",
    )


class TurnSerializer(StrictSerializer):
    degrees = serializers.IntegerField(min_value=0, max_value=360, help_text="Clockwise: 90, 180 or 270.")
    pages = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=100_000),
        required=False,
        max_length=1000,
        help_text="From 1; all when left out.",
    )
    seen = serializers.CharField(
        max_length=64, required=False, help_text="`sha256` of the file that you looked at."
    )


class PreparationSerializer(StrictSerializer):
    """What an apology has to say."""

    reason = serializers.CharField(max_length=5000, allow_blank=True)
    new_due_at = MomentField()


class UploadSerializer(StrictSerializer):
    """A form with one file."""

    file = serializers.FileField(allow_empty_file=True)
    component = serializers.IntegerField(
        min_value=1,
        required=False,
        help_text="`id` of the component in `/procedures/{code}/` that this is a scan of.",
    )
    source = serializers.ChoiceField(
        [
            (DocumentSource.SCAN.value, DocumentSource.SCAN.label),
            (DocumentSource.UPLOAD.value, DocumentSource.UPLOAD.label),
        ],
        required=False,
    )
