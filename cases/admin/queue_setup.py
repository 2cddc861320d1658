"""What the kiosk of a desk offers, and the counters that call; kept by its supervisors and administrators."""

from django.contrib import admin

from cases.models import QueueService, ServiceCounter
from onestop import access
from onestop.admin import OnestopModelAdmin


class OfOwnDesks(OnestopModelAdmin):
    """Rows of the desks at and below the person's agency."""

    editors = staticmethod(access.keeps_queue)
    list_select_related = ["desk"]

    def rows_for(self, user, queryset):
        return queryset.filter(desk__in=access.agencies_of(user))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "desk":
            desks = access.agencies_of(request.user).reception_desks()
            kwargs.update(queryset=desks, initial=request.user.workplace_id)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request, obj=None, **kwargs):
        """Numbers that were called belong to their desk: it stays, and is asked whether a letter is free."""
        form = super().get_form(request, obj, **kwargs)
        form.base_fields["desk"].disabled = obj is not None
        return form


@admin.register(QueueService)
class QueueServiceAdmin(OfOwnDesks):
    list_display = ["letter", "name_vi", "desk", "position", "is_offered"]
    list_display_links = ["letter", "name_vi"]
    fields = ["desk", "letter", "name_vi", "name_en", "position", "is_offered"]


@admin.register(ServiceCounter)
class ServiceCounterAdmin(OfOwnDesks):
    list_display = ["number", "name", "desk", "is_open", "clerk"]
    list_display_links = ["number", "name"]
    list_select_related = ["desk", "clerk"]
    fields = ["desk", "number", "name", "services"]

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        desks = access.agencies_of(request.user).reception_desks()
        kwargs["queryset"] = QueueService.objects.filter(desk__in=desks).select_related("desk")
        return super().formfield_for_manytomany(db_field, request, **kwargs)
