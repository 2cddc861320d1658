"""Who looked whom up in the population database, and why, for inspectors; to look at, never to change."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from cases.admin.inspected import InspectedRecords
from cases.connections.population.facts import Outcome
from cases.models import PopulationLookup
from onestop.admin import DropdownFilter, display


class OutcomeFilter(DropdownFilter):
    title = _("outcome")
    parameter_name = "outcome"

    def lookups(self, request, model_admin):
        return Outcome.choices

    def queryset(self, request, queryset):
        return queryset.filter(outcome=self.value()) if self.value() in Outcome.values else queryset


@admin.register(PopulationLookup)
class PopulationLookupAdmin(InspectedRecords):
    person = "by"
    shown_with = ("by", "agency", "procedure", "dossier")
    list_display = [
        "shown_at",
        "by",
        "agency",
        "purpose",
        "asked",
        "has_consent",
        "outcome",
        "reason",
        "procedure",
        "shown_dossier",
        "request_id",
    ]
    list_filter = [OutcomeFilter]
    search_fields = ["request_id"]

    @display(description=_("dossier"))
    def shown_dossier(self, row):
        return row.dossier or "–"
