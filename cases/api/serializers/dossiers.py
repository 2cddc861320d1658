"""The full view of a dossier for staff, and letters."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases import rules
from cases.api.serializers.answers import (
    AgencySerializer,
    DossierFactsSerializer,
    EventSerializer,
    ExtensionAnswerSerializer,
    FeesSerializer,
    PeriodAnswerSerializer,
    PersonSerializer,
    ProcedureNameSerializer,
    RescheduleAnswerSerializer,
    StepSerializer,
    SupplementSerializer,
)
from cases.deadlines import Punctuality
from cases.enums import (
    ApplicantKind,
    ConsultationKind,
    DemandKind,
    DocumentSource,
    NoticeChannel,
    Provision,
    ResultKind,
    ReturnChannel,
    ReuseGround,
    State,
    Verb,
)
from cases.queries import fees_of
from notifications.enums import LetterKind, LetterState


class ApplicantAnswerSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(ApplicantKind.choices)
    full_name = serializers.CharField()
    id_number = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.CharField()
    address = serializers.CharField()
    notice_channels = serializers.ListField(child=serializers.ChoiceField(NoticeChannel.choices))


class ChecklistSerializer(serializers.Serializer):
    component = serializers.IntegerField(source="component_id")
    name = serializers.CharField(source="component.name")
    provision = serializers.ChoiceField(Provision.choices)
    originals = serializers.IntegerField()
    copies = serializers.IntegerField()
    files = serializers.SerializerMethodField(help_text="Number of files stored for it.")

    def get_files(self, item) -> int:
        return len(item.documents.all())


class DocumentSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    component = serializers.IntegerField(source="component.component_id", default=None, allow_null=True)
    source = serializers.ChoiceField(DocumentSource.choices)
    mime_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    pages = serializers.IntegerField()
    sha256 = serializers.CharField()
    added_at = serializers.DateTimeField()


class StaffStepSerializer(StepSerializer):
    officer = PersonSerializer(allow_null=True)
    note = serializers.CharField()


class StaffEventSerializer(EventSerializer):
    sentence = serializers.CharField()
    by = serializers.CharField(source="actor_label", help_text="Empty: the system.")
    from_state = serializers.ChoiceField(State.choices, allow_blank=True)
    to_state = serializers.ChoiceField(State.choices, allow_blank=True)


class ConsultationSerializer(serializers.Serializer):
    """A question to another agency, or its part of an interlinked procedure; with a deadline of its own."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(ConsultationKind.choices)
    agency = AgencySerializer()
    after = serializers.IntegerField(
        source="after_id", allow_null=True, help_text="`id` of the one that has to be answered first."
    )
    question = serializers.CharField()
    # No DecimalField: a kept answer, read again for its idempotency key, would have a text here.
    working_hours = serializers.FloatField()
    asked_at = serializers.DateTimeField(allow_null=True, help_text="None: it waits for its turn.")
    due_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField()
    punctuality = serializers.ChoiceField(
        Punctuality.choices, allow_null=True, help_text="Without an answer only that it is late by now."
    )


class QuestionAnswerSerializer(ConsultationSerializer):
    """A question to the own agency, with the dossier that it is about."""

    dossier = serializers.CharField(source="dossier.code")
    procedure = ProcedureNameSerializer(source="dossier.version")
    asked_by = AgencySerializer(source="dossier.competent_agency")


class StaffSupplementSerializer(SupplementSerializer):
    is_late = serializers.BooleanField(help_text="Asked later than the law allows.")
    reminded_at = serializers.DateTimeField(allow_null=True)


class LetterSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(LetterKind.choices)
    state = serializers.ChoiceField(LetterState.choices)
    state_label = serializers.CharField(source="get_state_display")
    agency = serializers.CharField(source="agency_identifier")
    dossier = serializers.CharField(source="reference")
    number = serializers.CharField(source="number_text", help_text="Empty before issue.")
    reason = serializers.CharField()
    new_due_at = serializers.DateTimeField(allow_null=True)
    drafted_at = serializers.DateTimeField()
    approved_at = serializers.DateTimeField(allow_null=True)
    issued_at = serializers.DateTimeField(allow_null=True)
    sent_at = serializers.DateTimeField(allow_null=True)


class StaffResultSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(ResultKind.choices, source="result_kind")
    number = serializers.CharField(source="result_number")
    signer = serializers.CharField(source="result_signer")
    reason = serializers.CharField(source="result_reason")
    collector = serializers.CharField(source="collector_name")
    collector_id_number = serializers.CharField()
    collection_proof = serializers.CharField()
    authorisation = serializers.CharField(source="collector_authorisation")
    acknowledgement = serializers.CharField(
        help_text="How the collector confirmed: signed, noted, not_present."
    )
    originals_returned = serializers.CharField()
    tracking_number = serializers.CharField()


class DemandAnswerSerializer(serializers.Serializer):
    """A paper that nobody has to bring by rule, and the ground on which it was demanded."""

    kind = serializers.ChoiceField(DemandKind.choices)
    paper = serializers.CharField()
    component = serializers.IntegerField(source="component_id", allow_null=True)
    ground = serializers.ChoiceField(ReuseGround.choices, allow_blank=True)
    legal_text = serializers.CharField()
    note = serializers.CharField()
    at = serializers.DateTimeField()


class DossierSerializer(DossierFactsSerializer):
    """Everything about one dossier, with the verbs that the asking person may use now."""

    etag = serializers.SerializerMethodField(
        help_text="Version of the dossier, for `If-Match`; the same as in the header `ETag`."
    )
    applicant = ApplicantAnswerSerializer()
    subject = serializers.CharField()
    submitter_name = serializers.CharField()
    submitter_id_number = serializers.CharField()
    submitter_phone = serializers.CharField()
    authorisation = serializers.CharField()
    reception_place = serializers.CharField(help_text="Empty: at the desk.")
    receipt_wanted = serializers.BooleanField()
    book_year = serializers.IntegerField(allow_null=True)
    book_number = serializers.IntegerField(allow_null=True, help_text="In the log book of desk and year.")
    corrects = serializers.CharField(
        source="corrects.code",
        default=None,
        allow_null=True,
        help_text="Code of the dossier corrected by this.",
    )
    return_channel = serializers.ChoiceField(ReturnChannel.choices)
    limit = serializers.CharField(help_text="The time limit in words.")
    counts_as_received_at = serializers.DateTimeField(source="clock_started_at", allow_null=True)
    due_is_provisional = serializers.BooleanField()
    transfer_due_at = serializers.DateTimeField(allow_null=True)
    transferred_at = serializers.DateTimeField(allow_null=True)
    overdue_flagged_at = serializers.DateTimeField(allow_null=True)
    cycle = serializers.IntegerField(help_text="Completion cycle: 1, and one more after each supplement.")
    components = ChecklistSerializer(many=True)
    documents = DocumentSerializer(many=True)
    demands = DemandAnswerSerializer(many=True)
    fees = serializers.SerializerMethodField()
    supplements = StaffSupplementSerializer(many=True)
    asked_twice = serializers.BooleanField(help_text="A second request, before or after reception.")
    extensions = ExtensionAnswerSerializer(many=True)
    excluded_periods = PeriodAnswerSerializer(many=True)
    reschedules = RescheduleAnswerSerializer(many=True)
    consultations = ConsultationSerializer(many=True)
    steps = StaffStepSerializer(source="step_runs", many=True)
    events = StaffEventSerializer(many=True)
    result = serializers.SerializerMethodField()
    letters = serializers.SerializerMethodField()
    possible_verbs = serializers.SerializerMethodField(
        help_text="What state and rights allow; a service may still refuse for other reasons."
    )

    def get_etag(self, dossier) -> str:
        return self.context["etag"]

    @extend_schema_field(FeesSerializer)
    def get_fees(self, dossier):
        return FeesSerializer(fees_of(dossier)).data

    @extend_schema_field(StaffResultSerializer(allow_null=True))
    def get_result(self, dossier):
        return StaffResultSerializer(dossier).data if dossier.result_kind else None

    @extend_schema_field(LetterSerializer(many=True))
    def get_letters(self, dossier):
        return LetterSerializer(self.context["letters"], many=True).data

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(Verb.choices)))
    def get_possible_verbs(self, dossier):
        return [verb.value for verb in rules.possible_verbs(self.context["request"].user, dossier)]
