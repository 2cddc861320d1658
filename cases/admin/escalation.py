"""The escalation ladder: who is told how long before or after the due date, by agency."""

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import EscalationRung
from onestop import access
from onestop.admin import OnestopModelAdmin, display


@admin.register(EscalationRung)
class EscalationRungAdmin(OnestopModelAdmin):
    """Administrators write the ladders of their own agencies; that of everybody, who keeps the catalogue."""

    viewers = staticmethod(access.sees_ladders)
    editors = staticmethod(access.keeps_agencies)
    removers = staticmethod(access.keeps_agencies)
    list_before_template = "cases/admin/ladder_note.html"
    list_display = ["days", "receiver", "shown_agency"]
    list_display_links = ["days"]
    list_select_related = ["agency"]
    fields = ["agency", "working_days", "receiver"]

    def rows_for(self, user, queryset):
        """The ladder of everybody, and those of the agencies above and below the own one."""
        if access.keeps_system(user) and user.workplace_id is None:
            return queryset
        line = list(user.workplace.ancestors()) if user.workplace_id else []
        return queryset.filter(
            Q(agency=None) | Q(agency__in=line) | Q(agency__in=access.agencies_of(user).values("pk"))
        )

    def may_edit(self, user, row) -> bool:
        return _keeps(user, row.agency)

    def has_delete_permission(self, request, obj=None):
        row = obj if isinstance(obj, EscalationRung) else None
        return super().has_delete_permission(request, obj) and (
            row is None or self.may_edit(request.user, row)
        )

    def get_actions(self, request):
        return {}  # rungs are taken away one by one, each with its own question

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "agency":
            kwargs["queryset"] = access.agencies_of(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        if "agency" in form.base_fields:
            form.base_fields["agency"].required = not access.keeps_catalogue(request.user)
        return form

    @display(description=_("working days after the due date"), ordering="working_days")
    def days(self, row):
        return f"{row.working_days:+d}"

    @display(description=_("agency"), ordering="agency")
    def shown_agency(self, row):
        return row.agency or _("everybody without a ladder of their own")


def _keeps(user, agency) -> bool:
    if agency is None:
        return access.keeps_catalogue(user)
    return access.agencies_of(user).filter(pk=agency.pk).exists()
