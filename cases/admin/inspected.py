"""Records for inspectors and data protection officers: newest first, of the own agencies, found by dossier or person."""

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from cases.admin.shown import moment
from cases.models import Dossier
from onestop import access
from onestop.admin import display
from onestop.keyset import SortKey
from onestop.lists import KeysetModelAdmin


class InspectedRecords(KeysetModelAdmin):
    """To look at, never to change. `person` names the column of the member of staff, `shown_with` what rows need."""

    viewers = staticmethod(access.inspects_reading)
    list_display_links = None
    sort_keys = {"at": SortKey("at")}
    standard_sort = "-at"
    sortable_by = ["shown_at"]
    search_help_text = _("Dossier code, or the account of a member of staff")
    person = ""
    shown_with: tuple[str, ...] = ()

    def change_view(self, request, object_id, form_url="", extra_context=None):
        raise Http404  # the list says everything

    def rows_for(self, user, queryset):
        """What was done at the person's agencies."""
        found = queryset.select_related(*self.shown_with)
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
        return queryset.filter(**{f"{self.person}__username": word}), False

    @display(description=_("at"), ordering="at")
    def shown_at(self, row):
        return moment(row.at)
