"""Who read which personal data, for inspectors and data protection officers; to look at, never to change."""

from django.contrib import admin
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from cases.admin.shown import moment
from cases.audit_enums import ReadKind
from cases.models import Dossier, ReadAccess
from onestop import access
from onestop.admin import DropdownFilter, display
from onestop.keyset import SortKey
from onestop.lists import KeysetModelAdmin


class ReadKindFilter(DropdownFilter):
    title = _("what")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return ReadKind.choices

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() in ReadKind.values else queryset


@admin.register(ReadAccess)
class ReadAccessAdmin(KeysetModelAdmin):
    viewers = staticmethod(access.inspects_reading)
    list_display = ["shown_at", "who", "agency", "kind", "shown_dossier", "count", "address", "route"]
    list_display_links = None
    sort_keys = {"at": SortKey("at")}
    standard_sort = "-at"
    sortable_by = ["shown_at"]
    list_filter = [ReadKindFilter]
    search_fields = ["reference"]
    search_help_text = _("Dossier code, or the account of a member of staff")

    def change_view(self, request, object_id, form_url="", extra_context=None):
        raise Http404  # the list says everything

    def rows_for(self, user, queryset):
        """What was read at the person's agencies."""
        found = queryset.select_related("user", "agency", "dossier")
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
        return queryset.filter(user__username=word), False

    @display(description=_("at"), ordering="at")
    def shown_at(self, row):
        return moment(row.at)

    @display(description=_("who"))
    def who(self, row):
        return row.user or _("Owner of the dossier")

    @display(description=_("dossier"))
    def shown_dossier(self, row):
        return row.dossier or row.reference or "–"
