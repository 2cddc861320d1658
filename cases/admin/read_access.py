"""Who read which personal data, for inspectors and data protection officers; to look at, never to change."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from cases.admin.inspected import InspectedRecords
from cases.audit_enums import ReadKind
from cases.models import ReadAccess
from onestop.admin import DropdownFilter, display


class ReadKindFilter(DropdownFilter):
    title = _("what")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return ReadKind.choices

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() in ReadKind.values else queryset


@admin.register(ReadAccess)
class ReadAccessAdmin(InspectedRecords):
    person = "user"
    shown_with = ("user", "agency", "dossier")
    list_display = ["shown_at", "who", "agency", "kind", "shown_dossier", "count", "address", "route"]
    list_filter = [ReadKindFilter]
    search_fields = ["reference"]

    @display(description=_("who"))
    def who(self, row):
        return row.user or _("Owner of the dossier")

    @display(description=_("dossier"))
    def shown_dossier(self, row):
        return row.dossier or row.reference or "–"
