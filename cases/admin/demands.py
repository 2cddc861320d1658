"""Every paper that was demanded with a ground, for the supervisor (R5, R13)."""

from datetime import datetime, time, timedelta

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from cases.admin.scope import visible
from cases.admin.shown import moment
from cases.enums import DemandKind, ReuseGround
from cases.models import Demand
from onestop import access
from onestop.admin import DropdownFilter, badge, display
from onestop.keyset import SortKey
from onestop.lists import KeysetModelAdmin

KIND_COLOURS = {DemandKind.REUSABLE: "warning", DemandKind.EXTRA: "danger"}


class KindFilter(DropdownFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return DemandKind.choices

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() in DemandKind.values else queryset


class GroundFilter(DropdownFilter):
    title = _("ground")
    parameter_name = "ground"

    def lookups(self, request, model_admin):
        return ReuseGround.choices

    def queryset(self, request, queryset):
        return queryset.filter(ground=self.value()) if self.value() in ReuseGround.values else queryset


class AgencyFilter(DropdownFilter):
    """Receiving or competent agency of the dossier."""

    title = _("agency")
    parameter_name = "agency"

    def lookups(self, request, model_admin):
        return [(agency.identifier, str(agency)) for agency in access.agencies_of(request.user)]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        return queryset.filter(
            Q(dossier__receiving_desk__identifier=self.value())
            | Q(dossier__competent_agency__identifier=self.value())
        )


class PeriodFilter(DropdownFilter):
    title = _("period")
    parameter_name = "period"
    DAYS = {"week": 7, "month": 30, "quarter": 90}

    def lookups(self, request, model_admin):
        return [("week", _("Last 7 days")), ("month", _("Last 30 days")), ("quarter", _("Last 90 days"))]

    def queryset(self, request, queryset):
        if self.value() not in self.DAYS:
            return queryset
        day = timezone.localdate() - timedelta(days=self.DAYS[self.value()] - 1)
        return queryset.filter(at__gte=datetime.combine(day, time.min, timezone.get_default_timezone()))


@admin.register(Demand)
class DemandAdmin(KeysetModelAdmin):
    viewers = staticmethod(access.sees_demands)
    list_display = ["paper", "shown_kind", "shown_ground", "shown_dossier", "shown_by", "shown_at"]
    list_display_links = None
    list_filter = [KindFilter, GroundFilter, AgencyFilter, PeriodFilter]
    list_select_related = ["dossier__version__procedure", "by"]
    search_fields = ["paper", "dossier__code"]
    sort_keys = {"at": SortKey("at")}
    standard_sort = "-at"
    sortable_by = ["shown_at"]
    actions = None

    def rows_for(self, user, queryset):
        return queryset.filter(dossier__in=visible(user))

    @display(description=_("kind"))
    def shown_kind(self, demand):
        return badge(demand.get_kind_display(), KIND_COLOURS[DemandKind(demand.kind)])

    @display(description=_("ground"))
    def shown_ground(self, demand):
        ground = demand.get_ground_display() if demand.ground else demand.legal_text
        return format_html('<span class="os-two-lines">{}<small>{}</small></span>', ground, demand.note)

    @display(description=_("dossier"))
    def shown_dossier(self, demand):
        link = reverse("admin:cases_dossier_change", args=[demand.dossier_id])
        return format_html(
            '<span class="os-two-lines"><a class="os-link" href="{}">{}</a><small>{}</small></span>',
            link,
            demand.dossier,
            demand.dossier.version,
        )

    @display(description=_("demanded by"))
    def shown_by(self, demand):
        return demand.by

    @display(description=_("at"), ordering="at")
    def shown_at(self, demand):
        return moment(demand.at)
