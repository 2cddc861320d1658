"""Who looked whom up in the population database, and why, for inspectors; to look at, never to change."""

from django.contrib import admin
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from cases.admin.shown import moment
from cases.connections.population.facts import Outcome
from cases.models import Dossier, PopulationLookup
from onestop import access
from onestop.admin import DropdownFilter, display
from onestop.keyset import SortKey
from onestop.lists import KeysetModelAdmin


class OutcomeFilter(DropdownFilter):
    title = _("outcome")
    parameter_name = "outcome"

    def lookups(self, request, model_admin):
        return Outcome.choices

    def queryset(self, request, queryset):
        return queryset.filter(outcome=self.value()) if self.value() in Outcome.values else queryset


@admin.register(PopulationLookup)
class PopulationLookupAdmin(KeysetModelAdmin):
    viewers = staticmethod(access.inspects_reading)
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
    list_display_links = None
    sort_keys = {"at": SortKey("at")}
    standard_sort = "-at"
    sortable_by = ["shown_at"]
    list_filter = [OutcomeFilter]
    search_fields = ["request_id"]
    search_help_text = _("Dossier code, or the account of a member of staff")

    def change_view(self, request, object_id, form_url="", extra_context=None):
        raise Http404  # the list says everything

    def rows_for(self, user, queryset):
        """What was asked at the person's agencies."""
        found = queryset.select_related("by", "agency", "procedure", "dossier")
        if user.is_superuser:
            return found
        return found.filter(agency__in=[agency.pk for agency in access.agencies_of(user)])

    def get_search_results(self, request, queryset, search_term):
        """By what has an index: a dossier, or one person."""
        word = search_term.strip()
        if not word:
            return queryset, False
        if dossier := Dossier.objects.filter(code=word.upper()).first():
            return queryset.filter(dossier=dossier), False
        return queryset.filter(by__username=word), False

    @display(description=_("at"), ordering="at")
    def shown_at(self, row):
        return moment(row.at)

    @display(description=_("dossier"))
    def shown_dossier(self, row):
        return row.dossier or "–"
