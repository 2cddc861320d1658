"""Databases that stand for papers: which of them are connected (R13)."""

from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from onestop import access
from onestop.admin import OnestopModelAdmin, badge, display
from procedures.models import Component, ElectronicSource


@admin.register(ElectronicSource)
class ElectronicSourceAdmin(OnestopModelAdmin):
    """The catalogue names them; here they are switched on, and from then on their papers are not demanded."""

    viewers = staticmethod(access.everybody)
    editors = staticmethod(access.keeps_catalogue)
    list_display = ["name", "state", "components"]
    search_fields = ["name"]
    fields = ["name", "is_connected"]
    readonly_fields = ["name"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return super().has_add_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False

    @display(description=_("status"), ordering="is_connected")
    def state(self, source):
        return badge(_("connected"), "success") if source.is_connected else badge(_("not connected"), "info")

    @display(description=_("components"))
    def components(self, source):
        return source.named or 0

    def get_queryset(self, request):
        """With how many components name it: by its name, as the catalogue writes it."""
        naming = Component.objects.filter(electronic_source=OuterRef("name")).order_by()
        count = naming.values("electronic_source").annotate(count=Count("pk")).values("count")
        return super().get_queryset(request).annotate(named=Subquery(count))
