"""A dossier as it stood at a past moment (`as_of`), for programs: the same shape as now, with nothing to do."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.serializers.dossiers import ConsultationSerializer, DossierSerializer, StaffStepSerializer
from cases.as_it_was import letters_then, not_there_yet, put_back, with_papers_then, with_rows_then
from cases.as_of import Past, with_facts_then
from cases.deadlines import Punctuality, punctuality_of
from cases.enums import Verb
from cases.models import Dossier
from cases.services.meanwhile import QUIET


class AsOfSerializer(serializers.Serializer):
    as_of = serializers.CharField(
        required=False,
        max_length=40,
        help_text="The dossier as it stood at a past moment, or at the end of a day: `2026-11-20`, "
        "`2026-11-20T17:00`. Papers that were removed since are not told.",
    )


class _Then(serializers.Serializer):
    """Whether something was late, asked at the moment of then."""

    punctuality = serializers.SerializerMethodField()
    done = ""

    @extend_schema_field(serializers.ChoiceField(Punctuality.choices, allow_null=True))
    def get_punctuality(self, row):
        return punctuality_of(row.due_at, getattr(row, self.done), self.context["past"].moment)


class _PastStep(_Then, StaffStepSerializer):
    done = "done_at"


class _PastConsultation(_Then, ConsultationSerializer):
    done = "answered_at"


class PastDossierSerializer(DossierSerializer):
    overdue = serializers.SerializerMethodField()
    steps = _PastStep(source="step_runs", many=True)
    consultations = _PastConsultation(many=True)

    def get_overdue(self, dossier) -> bool:
        return dossier.is_overdue(self.context["past"].moment)

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(Verb.choices)))
    def get_possible_verbs(self, dossier):
        return []  # nobody acts on the past


def past_answer(request, pk: int, past: Past) -> dict:
    """The full view of a dossier as it was then; raises `Invalid` when nothing had been recorded of it."""
    found = Dossier.objects.with_people().select_related("limit", "corrects").filter(pk=pk)
    dossiers = put_back(with_papers_then(with_rows_then(with_facts_then(found, past), past), past), past)
    if not dossiers:
        raise not_there_yet(past)
    [dossier] = dossiers
    # The version of then: `If-Match` with it is refused once something has happened since.
    version = max((event.pk for event in dossier.events.all() if event.kind not in QUIET), default=0)
    letters = letters_then([name for name in (dossier.code, str(dossier.uuid)) if name], past)
    context = {"request": request, "letters": letters, "etag": f'"{version}"', "past": past}
    return PastDossierSerializer(dossier, context=context).data
