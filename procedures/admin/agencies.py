"""Agencies in the order of their tree, with their opening hours."""

from itertools import pairwise

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from onestop import access
from onestop.admin import OnestopInline, OnestopModelAdmin, display
from procedures.calendars import changing_calendars
from procedures.models import Agency, OfficeSession
from procedures.signals import calendar_changed

# What of an agency its calendar follows from, besides days and sessions: days and hours come down the tree.
BEARS_ON_CALENDAR = {"saturday_counts", "parent"}


class SessionForm(forms.ModelForm):
    def validate_constraints(self):
        """Overlaps are looked for among the rows that were sent, not against those that these replace."""
        try:
            self.instance.validate_constraints(exclude={*self._get_validation_exclusions(), "days"})
        except ValidationError as error:
            self._update_errors(error)


class SessionFormSet(forms.BaseInlineFormSet):
    def clean(self):
        super().clean()
        kept = [form.cleaned_data for form in self.forms if _is_kept(form)]
        kept.sort(key=lambda row: (row["days"], row["opens_at"]))
        for one, following in pairwise(kept):
            if one["days"] == following["days"] and following["opens_at"] < one["closes_at"]:
                raise ValidationError(
                    _t("The sessions from %(one)s and from %(other)s overlap."),
                    params={
                        "one": f"{one['opens_at']:%H:%M}",
                        "other": f"{following['opens_at']:%H:%M}",
                    },
                )


def _is_kept(form) -> bool:
    """Filled in, right by itself, and not to be deleted."""
    row = getattr(form, "cleaned_data", {})
    return form.is_valid() and not row.get("DELETE") and {"days", "opens_at", "closes_at"} <= row.keys()


class SessionInline(OnestopInline):
    model = OfficeSession
    form = SessionForm
    formset = SessionFormSet
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
        (_("Account for fees"), {"fields": ["bank_bin", "bank_account", "bank_account_name"]}),
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

    def save_model(self, request, obj, form, change):
        if change:
            changing_calendars()
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        """Other hours give other due dates: what was promised is counted anew."""
        super().save_related(request, form, formsets, change)
        hours_changed = any(formset.has_changed() for formset in formsets)
        if change and (hours_changed or BEARS_ON_CALENDAR & set(form.changed_data)):
            reason = _t("The opening hours of %(agency)s changed.") % {"agency": form.instance.name}
            calendar_changed.send(Agency, agency=form.instance, reason=reason)

    def get_readonly_fields(self, request, obj=None):
        """The identifier is in every code that the agency gave; where the own agency hangs, those above say."""
        if obj is None:
            return []
        own = obj.pk == request.user.workplace_id and not access.keeps_system(request.user)
        return ["identifier", "parent"] if own else ["identifier"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Below the own agency only; the top of the tree belongs to the system administrator."""
        if db_field.name == "parent":
            kwargs["queryset"] = access.agencies_of(request.user)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "parent":
            field.required = not access.keeps_system(request.user)
        return field
