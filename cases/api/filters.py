"""Filters of the lists, declared; each asks the facts."""

import django_filters as filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from cases.enums import State
from cases.models import Dossier, RegisterEntry
from cases.models.dossier_sets import CODE_BEGINNING
from notifications.enums import LetterState
from notifications.models import Letter
from procedures.enums import Channel, Level, RegisterKind, ServiceLevel, Subject
from procedures.models import Agency, ProcedureVersion


def _below(identifier: str) -> list[int]:
    """The agency and all below it; an unknown one is refused instead of answering with nothing."""
    agency = Agency.objects.filter(identifier=identifier).first()
    if agency is None:
        raise ValidationError(
            {
                "agency": [
                    _("There is no agency with the identifier “%(value)s”.") % {"value": identifier[:60]}
                ]
            }
        )
    return list(Agency.objects.below(agency).values_list("pk", flat=True))


class DossierFilter(filters.FilterSet):
    q = filters.CharFilter(
        method="by_code",
        max_length=60,
        help_text="Beginning of a code. People are looked for with `POST /dossiers/search/`.",
    )
    state = filters.MultipleChoiceFilter(choices=State.choices)
    agency = filters.CharFilter(
        method="by_agency", max_length=35, help_text="Identifier; receiving or deciding, with all below it."
    )
    field = filters.CharFilter(field_name="version__field_vi", max_length=120)
    procedure = filters.CharFilter(field_name="version__procedure__code", max_length=30)
    channel = filters.ChoiceFilter(choices=Channel.choices)
    overdue = filters.BooleanFilter(method="by_overdue", help_text="`true`: only what is overdue now.")
    late_transfer = filters.BooleanFilter(
        method="by_late_transfer", help_text="`true`: only what left the desk late, or lies there too long."
    )
    due_after = filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="gte")
    due_before = filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="lte")

    class Meta:
        model = Dossier
        fields = []

    def by_code(self, queryset, name, value):
        """Nothing else: an address is kept in logs and histories, and names people there."""
        if not CODE_BEGINNING.match(value.strip().upper()):
            raise ValidationError(
                {"q": [_("Addresses look for codes only. Look for people with POST /dossiers/search/.")]}
            )
        return queryset.filter(code__startswith=value.strip().upper())

    def by_agency(self, queryset, name, value):
        units = _below(value)
        return queryset.filter(receiving_desk__in=units) | queryset.filter(competent_agency__in=units)

    def by_late_transfer(self, queryset, name, value):
        if value:
            return queryset.late_transfer()
        return queryset.exclude(pk__in=Dossier.objects.late_transfer().values("pk"))

    def by_overdue(self, queryset, name, value):
        now = timezone.now()
        if value:
            return queryset.overdue(now)
        return queryset.exclude(pk__in=Dossier.objects.overdue(now).values("pk"))


class OverdueFilter(filters.FilterSet):
    agency = filters.CharFilter(
        method="by_agency", max_length=35, help_text="Identifier of the deciding agency, with all below it."
    )
    field = filters.CharFilter(field_name="version__field_vi", max_length=120)

    class Meta:
        model = Dossier
        fields = []

    def by_agency(self, queryset, name, value):
        return queryset.filter(competent_agency__in=_below(value))


class LetterFilter(filters.FilterSet):
    state = filters.MultipleChoiceFilter(choices=LetterState.choices)
    agency = filters.CharFilter(field_name="agency_identifier", max_length=35)
    dossier = filters.CharFilter(field_name="reference", max_length=60)

    class Meta:
        model = Letter
        fields = []


class RegisterFilter(filters.FilterSet):
    agency = filters.CharFilter(
        method="by_agency",
        max_length=35,
        help_text="Identifier of the agency that certified, with all below.",
    )
    register = filters.ChoiceFilter(field_name="book__kind", choices=RegisterKind.choices)
    year = filters.NumberFilter(field_name="book__year", min_value=2000, max_value=2100)

    class Meta:
        model = RegisterEntry
        fields = []

    def by_agency(self, queryset, name, value):
        return queryset.filter(book__agency__in=_below(value))


class ProcedureFilter(filters.FilterSet):
    q = filters.CharFilter(method="by_text", max_length=200, help_text="Code or words, without accents.")
    field = filters.CharFilter(field_name="field_vi", max_length=120)
    level = filters.ChoiceFilter(choices=Level.choices)
    service_level = filters.ChoiceFilter(choices=[c for c in ServiceLevel.choices if c[0]])
    subject = filters.ChoiceFilter(choices=Subject.choices, method="by_subject", help_text="Who applies.")
    channel = filters.ChoiceFilter(choices=Channel.choices, method="by_channel", help_text="How it is filed.")

    class Meta:
        model = ProcedureVersion
        fields = []

    def by_text(self, queryset, name, value):
        return queryset.search(value)

    def by_subject(self, queryset, name, value):
        return queryset.filter(subjects__contains=[value])

    def by_channel(self, queryset, name, value):
        return queryset.filter(channels__contains=[value])
