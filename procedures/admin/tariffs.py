"""Amounts of fees that the province sets by resolution."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from onestop import access
from onestop.admin import OnestopModelAdmin, display
from onestop.admin_forms import dress
from procedures.enums import FeeRule
from procedures.models import FeeLine, FeeTariff


@admin.register(FeeTariff)
class FeeTariffAdmin(OnestopModelAdmin):
    viewers = staticmethod(access.everybody)
    editors = staticmethod(access.keeps_agencies)
    list_display = ["procedure", "fee_name", "shown_amount", "agency", "in_force_from", "legal_reference"]
    list_select_related = ["procedure", "agency"]
    search_fields = ["procedure__code", "fee_name", "legal_reference"]
    fields = ["agency", "procedure", "fee_name", "amount", "legal_reference", "in_force_from"]

    def may_edit(self, user, row):
        return access.agencies_of(user).filter(pk=row.agency_id).exists()

    @display(description=_("amount (VND)"), ordering="amount")
    def shown_amount(self, tariff):
        return f"{tariff.amount:,}".replace(",", ".")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "agency":
            kwargs["queryset"] = access.agencies_of(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """A tariff finds its fee by name, so the name is chosen and not typed."""
        if db_field.name != "fee_name":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        names = (
            FeeLine.objects.filter(rule=FeeRule.SET_BY_PROVINCE)
            .order_by("name")
            .values_list("name", flat=True)
        )
        field = forms.ChoiceField(label=_("Fee"), choices=[(name, name) for name in names.distinct()])
        dress(field.widget)
        return field
