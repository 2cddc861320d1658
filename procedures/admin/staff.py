"""Accounts of the staff: agency, role, head; passwords are only ever stored as hashes."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from onestop import access
from onestop.admin import (
    AdminPasswordChangeForm,
    DropdownFilter,
    OnestopInline,
    OnestopModelAdmin,
    UserChangeForm,
    UserCreationForm,
    display,
)
from procedures.enums import STAFF_ROLE_CHOICES, Role
from procedures.models import Secondment, Staff, Substitute
from procedures.services.substitutes import without_substitute


class RoleFilter(DropdownFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request, model_admin):
        return STAFF_ROLE_CHOICES

    def queryset(self, request, queryset):
        return queryset.filter(role=self.value()) if self.value() in Role.values else queryset


class AgencyFilter(DropdownFilter):
    title = _("agency")
    parameter_name = "agency"

    def lookups(self, request, model_admin):
        return [(agency.identifier, str(agency)) for agency in access.agencies_of(request.user)]

    def queryset(self, request, queryset):
        return queryset.filter(agency__identifier=self.value()) if self.value() else queryset


class SubstituteFilter(DropdownFilter):
    title = _("substitutes")
    parameter_name = "substitutes"

    def lookups(self, request, model_admin):
        return [("none", _("Without a substitute"))]

    def queryset(self, request, queryset):
        return without_substitute(queryset) if self.value() == "none" else queryset


class SubstituteInline(OnestopInline):
    """Who stands in for the person, in this order (R44)."""

    model = Substitute
    fk_name = "staff"

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "substitute":
            kwargs["queryset"] = Staff.objects.filter(
                agency__in=access.agencies_of(request.user), is_active=True
            ).order_by("full_name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Staff)
class StaffAdmin(UserAdmin, OnestopModelAdmin):
    viewers = staticmethod(access.sees_agencies)
    editors = staticmethod(access.keeps_agencies)
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "full_name", "shown_agency", "role", "is_head", "is_active", "last_login"]
    list_filter = [RoleFilter, AgencyFilter, SubstituteFilter]
    inlines = [SubstituteInline]
    list_select_related = ["agency"]
    search_fields = ["username", "full_name", "email"]
    ordering = ["username"]
    filter_horizontal = ()
    readonly_fields = ["last_login", "date_joined", "shown_second_factor"]
    add_fieldsets = [
        (None, {"fields": ["username", "full_name", "email", "password1", "password2"]}),
        (_("Work"), {"fields": ["agency", "role", "is_head", "title", "is_staff"]}),
    ]

    def get_inlines(self, request, obj):
        """Substitutes are named once the account is there."""
        return super().get_inlines(request, obj) if obj else []

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return self.add_fieldsets
        rights = ["is_active", "is_staff"] + (["is_superuser"] if request.user.is_superuser else [])
        return [
            (None, {"fields": ["username", "password", "full_name", "email"]}),
            (
                _("Work"),
                {"fields": ["agency", "role", "is_head", "decides_at_counter", "protects_data", "title"]},
            ),
            (_("Access"), {"fields": [*rights, "last_login", "date_joined", "shown_second_factor"]}),
        ]

    def rows_for(self, user, queryset):
        if access.keeps_system(user) and user.workplace_id is None:
            return queryset.exclude(role=Role.CITIZEN)  # not staff
        return queryset.filter(agency__in=[agency.pk for agency in access.agencies_of(user)])

    def may_edit(self, user, row):
        return access.may_keep_person(user, row)

    def get_queryset(self, request):
        running = Secondment.objects.on(timezone.localdate()).select_related("agency")
        return (
            super()
            .get_queryset(request)
            .prefetch_related(Prefetch("secondments", running, to_attr="seconded"))
        )

    @display(description=_("agency"), ordering="agency")
    def shown_agency(self, person):
        """The own agency, and where somebody works meanwhile."""
        if not person.seconded:
            return person.agency
        where = _t("seconded to %(agency)s") % {"agency": person.seconded[0].agency}
        return format_html('<span class="os-two-lines">{}<small>{}</small></span>', person.agency, where)

    @display(description=_("role"), ordering="role")
    def shown_role(self, person):
        return person.get_role_display()

    @display(description=_("second factor"))
    def shown_second_factor(self, person):
        """Since when, with the way to the reset of a lost one."""
        if not person.second_factor_since:
            return _t("off")
        since = _t("on since %(day)s") % {"day": f"{timezone.localtime(person.second_factor_since):%d/%m/%Y}"}
        link = reverse("admin:second_factor_reset", args=[person.pk])
        return format_html(
            '{} – <a href="{}" class="text-primary-600 underline dark:text-primary-500">{}</a>',
            since,
            link,
            _t("reset"),
        )

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        """Nobody gives a role that reaches over the own one."""
        if db_field.name == "role":
            kwargs["choices"] = [("", "–")] + [(r.value, r.label) for r in access.roles_to_give(request.user)]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "agency":
            kwargs["queryset"] = access.agencies_of(request.user)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "agency":
            field.required = not access.keeps_system(request.user)
        return field
