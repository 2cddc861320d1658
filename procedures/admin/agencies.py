"""Agencies in the order of their tree, with their opening hours."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from onestop import access
from onestop.admin import OnestopInline, OnestopModelAdmin, display
from procedures.models import Agency, OfficeSession


class SessionInline(OnestopInline):
    model = OfficeSession
    fields = ["days", "opens_at", "closes_at"]


@admin.register(Agency)
class AgencyAdmin(OnestopModelAdmin):
    viewers = staticmethod(access.sees_agencies)
    editors = staticmethod(access.keeps_agencies)
    list_display = ["label", "identifier", "kind", "is_reception_desk", "is_active"]
    list_display_links = ["label"]
    sortable_by = ()
    search_fields = ["identifier", "name_vi", "name_en"]
    inlines = [SessionInline]
    fieldsets = [
        (None, {"fields": ["identifier", "parent", "kind", "name_vi", "name_en"]}),
        (_("Work"), {"fields": ["is_reception_desk", "is_active", "saturday_counts", "decides_fields"]}),
        (
            _("Letters"),
            {"fields": ["letterhead_upper", "letterhead_name", "place", "head_title", "head_name"]},
        ),
        (_("Contact"), {"fields": ["address", "phone", "email"]}),
    ]

    def rows_for(self, user, queryset):
        return queryset.filter(pk__in=list(access.agencies_of(user).values_list("pk", flat=True)))

    def get_queryset(self, request):
        return self.rows_for(request.user, Agency.objects.with_tree_fields())

    def get_ordering(self, request):
        return ["tree_ordering"]

    @display(description=_("agency"))
    def label(self, agency):
        """Indented by its depth."""
        depth = getattr(agency, "tree_depth", 0)
        return format_html('<span style="padding-left: {}rem">{}</span>', 1.5 * depth, agency.name)

    def get_readonly_fields(self, request, obj=None):
        """The identifier is in every code that the agency gave; where the own agency hangs, those above say."""
        if obj is None:
            return []
        own = obj.pk == request.user.agency_id and not access.keeps_system(request.user)
        return ["identifier", "parent"] if own else ["identifier"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Below the own agency only; the top of the tree belongs to the system administrator."""
        if db_field.name == "parent":
            kwargs["queryset"] = access.agencies_of(request.user)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "parent":
            field.required = not access.keeps_system(request.user)
        return field
