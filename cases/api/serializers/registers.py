"""Certifications and extracts done at once, and the lines of their registers."""

from rest_framework import serializers

from cases.api.serializers.requests import AgencyField, ApplicantSerializer, ProcedureField
from cases.api.serializers.strict import StrictSerializer
from cases.enums import PaymentMethod
from cases.registers import mark_of
from procedures.enums import RegisterKind


class CertificationSerializer(StrictSerializer):
    """One wish at the counter: whose, which paper, how many."""

    procedure = ProcedureField(help_text="One that is decided at once and has a register: `2.000815`.")
    desk = AgencyField(help_text="Identifier of the reception desk, such as `H41.101`.")
    applicant = ApplicantSerializer()
    paper = serializers.CharField(
        max_length=500, allow_blank=True, help_text="Which paper, such as `Giấy khai sinh`."
    )
    pages = serializers.IntegerField(required=False, help_text="Of one copy; 1 when left out.")
    copies = serializers.IntegerField(required=False, help_text="1 when left out.")
    signer = serializers.CharField(max_length=150, allow_blank=True, help_text="Who signs the certification.")
    method = serializers.ChoiceField(PaymentMethod.choices, required=False)
    receipt_wanted = serializers.BooleanField(
        required=False, help_text="Of what is decided at once a receipt is printed only when asked for."
    )


class RegisterEntrySerializer(serializers.Serializer):
    """One line of a register."""

    id = serializers.IntegerField()
    agency = serializers.CharField(source="book.agency.identifier")
    register = serializers.ChoiceField(RegisterKind.choices, source="book.kind")
    year = serializers.IntegerField(source="book.year")
    number = serializers.IntegerField(help_text="From 1 in each year, without a gap.")
    book = serializers.SerializerMethodField(help_text="Volume, year and mark of the book, as on paper.")
    dossier = serializers.CharField(source="dossier.code")
    at = serializers.DateTimeField()
    person = serializers.CharField()
    paper = serializers.CharField()
    pages = serializers.IntegerField()
    copies = serializers.IntegerField()
    signer = serializers.CharField()
    amount = serializers.IntegerField(help_text="The fee in VND.")

    def get_book(self, entry) -> str:
        return mark_of(entry.book, entry.number)
