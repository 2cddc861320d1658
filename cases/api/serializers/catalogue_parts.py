"""Parts of a procedure that are more than a column: publication, forms, tariffs, desks, changes."""

from django.urls import reverse
from rest_framework import serializers


class ProcedurePublicationSerializer(serializers.Serializer):
    decision = serializers.CharField(source="publication_decision")
    signed_on = serializers.DateField(source="decision_signed_on", allow_null=True)
    text_effective_on = serializers.DateField(allow_null=True, help_text="Legal text in force from.")
    loaded_on = serializers.DateField(allow_null=True, help_text="Loaded into the national database on.")


class ProcedureFormSerializer(serializers.Serializer):
    """A form to fill in: a file to download, the address of its publisher, or both."""

    name = serializers.CharField()
    component = serializers.CharField(
        source="component.name", default=None, allow_null=True, help_text="The paper that it becomes."
    )
    file_name = serializers.CharField()
    mime_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes; 0 without a file.")
    sha256 = serializers.CharField()
    download = serializers.SerializerMethodField(help_text="Address on this server; empty without a file.")
    source_url = serializers.CharField()

    def get_download(self, form) -> str:
        if not form.file:
            return ""
        return reverse("public:procedure_form", args=[form.version.procedure.code, form.pk])


class ProcedureTariffSerializer(serializers.Serializer):
    agency = serializers.CharField()
    amount = serializers.IntegerField(help_text="VND.")
    legal_reference = serializers.CharField()
    in_force_from = serializers.DateField()


class ProcedureDeskSerializer(serializers.Serializer):
    identifier = serializers.CharField(source="agency.identifier")
    name = serializers.CharField(source="agency.name")
    address = serializers.CharField(source="agency.address")
    phone = serializers.CharField(source="agency.phone")
    opening = serializers.ListField(
        child=serializers.CharField(), help_text="In words, a line for each kind of day."
    )


class ProcedureChangeSerializer(serializers.Serializer):
    day = serializers.DateField()
    kind = serializers.ChoiceField(["new", "amended", "abolished"])
    title = serializers.CharField()
    version = serializers.IntegerField(source="version.number")
    publication_decision = serializers.CharField(source="version.publication_decision")
