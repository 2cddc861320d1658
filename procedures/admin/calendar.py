"""The official calendar: days of the country and of single agencies; to be read here.

Promises depend on these rows, so they change by an approved calendar change only (R24).
"""

from datetime import MAXYEAR

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from onestop import access
from onestop.admin import DropdownFilter, OnestopModelAdmin, badge, display
from onestop.numbers import whole_number
from procedures.enums import DayKind
from procedures.models import CalendarDay


class YearFilter(DropdownFilter):
    title = _("year")
    parameter_name = "year"

    def lookups(self, request, model_admin):
        return [
            (str(day.year), str(day.year)) for day in CalendarDay.objects.dates("date", "year", order="DESC")
        ]

    def queryset(self, request, queryset):
        year = whole_number(self.value())
        return queryset.filter(date__year=year) if year and year <= MAXYEAR else queryset


class KindFilter(DropdownFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return DayKind.choices

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() in DayKind.values else queryset


class InForceFilter(DropdownFilter):
    title = _("in force")
    parameter_name = "enabled"

    def lookups(self, request, model_admin):
        return [("yes", _("In force")), ("no", _("Switched off"))]

    def queryset(self, request, queryset):
        return queryset.filter(enabled=self.value() == "yes") if self.value() in {"yes", "no"} else queryset


@admin.register(CalendarDay)
class CalendarDayAdmin(OnestopModelAdmin):
    viewers = staticmethod(access.everybody)
    change_form_outer_before_template = "procedures/admin/day_buttons.html"
    list_before_template = "cases/admin/revision_buttons.html"
    list_display = ["day", "name", "worked", "shown_agency", "status", "legal_reference"]
    list_display_links = ["day"]
    list_filter = [YearFilter, KindFilter, InForceFilter]
    list_select_related = ["agency"]
    ordering = ["-date"]
    search_fields = ["name_vi", "name_en", "legal_reference"]
    fields = [
        "date",
        "agency",
        "name_vi",
        "name_en",
        "kind",
        "is_worked",
        "legal_reference",
        "key",
        "provisional",
        "enabled",
        "note",
    ]

    def rows_for(self, user, queryset):
        """Days of the country, and of the agencies above and below the own one."""
        if access.keeps_system(user) and user.workplace_id is None:
            return queryset
        line = list(user.workplace.ancestors()) if user.workplace_id else []
        return queryset.filter(
            Q(agency=None) | Q(agency__in=line) | Q(agency__in=[a.pk for a in access.agencies_of(user)])
        )

    @display(description=_("date"), ordering="date")
    def day(self, row):
        return date_format(row.date, "D d/m/Y")

    @display(description=_("name"), ordering="name_vi")
    def name(self, row):
        return row.name

    @display(description=_("what it is"), ordering="is_worked")
    def worked(self, row):
        return badge(_("worked"), "success") if row.is_worked else badge(_("day off"), "info")

    @display(description=_("agency"), ordering="agency")
    def shown_agency(self, row):
        return row.agency or _("the whole country")

    @display(description=_("status"), ordering="enabled")
    def status(self, row):
        if not row.enabled:
            return badge(_("switched off"), "danger")
        return badge(_("provisional"), "warning") if row.provisional else badge(_("in force"), "success")

    def changelist_view(self, request, extra_context=None):
        may = {"proposes": access.proposes_calendar(request.user)}
        return super().changelist_view(request, {**(extra_context or {}), **may})

    def change_view(self, request, object_id, form_url="", extra_context=None):
        may = {
            "proposes": access.proposes_calendar(request.user),
            "propose": f"{reverse('admin:cases_calendarrevision_add')}?day={object_id}",
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **may})
