"""The catalogue: procedures and their versions. A published version is read, never edited: it gets a successor."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from onestop import access
from onestop.admin import DropdownFilter, OnestopInline, OnestopModelAdmin, badge, display
from procedures import words
from procedures.admin.forms import FormInline
from procedures.admin.version_shown import ShownInWords
from procedures.enums import Level, VersionStatus
from procedures.models import (
    Component,
    FeeLine,
    Procedure,
    ProcedureStep,
    ProcedureVersion,
    TimeLimit,
)
from procedures.services import publishing
from procedures.services.forms import forget_file

STATUS_COLOURS = {VersionStatus.DRAFT: "warning", VersionStatus.PUBLISHED: "success"}


class StatusFilter(DropdownFilter):
    title = _("status")
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return VersionStatus.choices

    def queryset(self, request, queryset):
        return queryset.filter(status=self.value()) if self.value() in VersionStatus.values else queryset


class LevelFilter(DropdownFilter):
    title = _("level")
    parameter_name = "level"

    def lookups(self, request, model_admin):
        return Level.choices

    def queryset(self, request, queryset):
        return queryset.filter(level=self.value()) if self.value() in Level.values else queryset


class FieldFilter(DropdownFilter):
    title = _("field")
    parameter_name = "field"

    def lookups(self, request, model_admin):
        fields = ProcedureVersion.objects.order_by("field_vi").values_list("field_vi", flat=True).distinct()
        return [(name, name) for name in fields]

    def queryset(self, request, queryset):
        return queryset.filter(field_vi=self.value()) if self.value() else queryset


class LimitInline(OnestopInline):
    model = TimeLimit
    tab = True


class ComponentInline(OnestopInline):
    model = Component
    tab = True


class FeeInline(OnestopInline):
    model = FeeLine
    tab = True
    readonly_fields = ["shown_amount"]

    def get_fields(self, request, obj=None):
        """Tiers and caps are typed as data and read as a sentence."""
        typed = ["amount", "tiers", "cap_amount", "cap_per"]
        amounts = typed if self.has_change_permission(request, obj) else ["shown_amount"]
        return ["position", "name", "kind", "channel", "rule", *amounts, "condition"]

    @display(description=_("amount"))
    def shown_amount(self, fee):
        return words.fee_amount(fee)


class StepInline(OnestopInline):
    model = ProcedureStep
    tab = True


@admin.register(ProcedureVersion)
class ProcedureVersionAdmin(ShownInWords, OnestopModelAdmin):
    viewers = staticmethod(access.everybody)
    editors = staticmethod(access.keeps_catalogue)
    list_display = [
        "code",
        "name",
        "field_vi",
        "level",
        "number",
        "shown_status",
        "in_force_from",
        "in_force_to",
    ]
    list_display_links = ["code", "name"]
    list_filter = [StatusFilter, FieldFilter, LevelFilter]
    list_select_related = ["procedure"]
    search_fields = ["search_text"]  # shows the box; what is searched is `ProcedureVersionQuerySet.search`
    search_help_text = _("Code, name or field, with or without accents")
    inlines = [LimitInline, ComponentInline, FormInline, FeeInline, StepInline]
    readonly_fields = ["number", "shown_status"]
    change_form_outer_before_template = "procedures/admin/version_buttons.html"
    fieldsets = [
        (None, {"fields": ["procedure", "number", "shown_status", "in_force_from", "in_force_to"]}),
        (_("Names"), {"fields": ["name_vi", "name_en", "field_vi", "deciding_agency_vi", "result_name_vi"]}),
        (
            _("Way of doing it"),
            {
                "fields": [
                    "level",
                    "service_level",
                    "partial_reason_vi",
                    "subjects",
                    "channels",
                    "sets",
                    "received_outside_desk",
                    "interlinked",
                    "decided_at_once",
                    "register",
                    "paper_free_from",
                    "excluded_periods",
                    "limit_quantity",
                    "answer_limits",
                    "supplement_limit_days",
                    "eform_schema",
                ]
            },
        ),
        (
            _("What the publication says"),
            {
                "fields": [
                    "order_of_steps_vi",
                    "has_conditions",
                    "conditions_vi",
                    "has_form",
                    "has_fee",
                ]
            },
        ),
        (
            _("Publication"),
            {"fields": ["publication_decision", "decision_signed_on", "text_effective_on", "loaded_on"]},
        ),
        (
            _("Extension"),
            {"fields": ["extension_mode", "extension_amount", "extension_unit", "extension_when"]},
        ),
        (_("Record"), {"fields": ["legal_basis", "confidence", "note"]}),
    ]

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        read_only = obj is not None and not self.has_change_permission(request, obj)
        return self.in_words(fieldsets) if read_only else fieldsets

    def may_edit(self, user, row):
        return row.status == VersionStatus.DRAFT

    def has_delete_permission(self, request, obj=None):
        """A draft that nobody wants may go; what was published stays."""
        return obj is not None and self.has_change_permission(request, obj)

    def delete_model(self, request, obj):
        names = [form.file.name for form in obj.forms.all()]
        super().delete_model(request, obj)
        for name in names:
            forget_file(name)

    def get_search_results(self, request, queryset, search_term):
        return queryset.search(search_term), False

    def save_model(self, request, obj, form, change):
        if not change:
            highest = obj.procedure.versions.aggregate(highest=Max("number"))["highest"]
            obj.number = (highest or 0) + 1
        super().save_model(request, obj, form, change)

    @display(description=_("code"), ordering="procedure__code")
    def code(self, version):
        return version.procedure.code

    @display(description=_("name"), ordering="name_vi")
    def name(self, version):
        return version.name

    @display(description=_("status"), ordering="status")
    def shown_status(self, version):
        return badge(version.get_status_display(), STATUS_COLOURS[VersionStatus(version.status)])

    def get_urls(self):
        def by_post(view):
            return require_POST(self.admin_site.admin_view(view))

        return [
            path("<int:pk>/publish/", by_post(self.publish), name="version_publish"),
            path("<int:pk>/draft/", by_post(self.new_draft), name="version_new_draft"),
            *super().get_urls(),
        ]

    def publish(self, request, pk: int):
        version = self._version(request, pk)
        try:
            publishing.publish(version)
        except publishing.CannotPublish as error:
            messages.error(request, error.sentence)
        else:
            messages.success(request, _t("The version is published."))
        return redirect("admin:procedures_procedureversion_change", pk)

    def new_draft(self, request, pk: int):
        draft = publishing.new_draft(self._version(request, pk))
        messages.success(request, _t("This is the next version as a draft; say from when it is in force."))
        return redirect("admin:procedures_procedureversion_change", draft.pk)

    def _version(self, request, pk: int) -> ProcedureVersion:
        if not self.has_add_permission(request):
            raise PermissionDenied
        version = self.get_queryset(request).filter(pk=pk).first()
        if version is None:
            raise Http404
        return version

    def change_view(self, request, object_id, form_url="", extra_context=None):
        version = self.get_object(request, unquote(object_id))
        shown = {
            "keeps_catalogue": self.has_add_permission(request),
            "findings": publishing.lint(version) if version else [],
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})


class VersionInline(OnestopInline):
    """The versions of a procedure; each has its own page."""

    model = ProcedureVersion
    fields = readonly_fields = ["number", "name", "status", "in_force_from", "in_force_to"]
    show_change_link = True

    def has_add_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Procedure)
class ProcedureAdmin(OnestopModelAdmin):
    viewers = staticmethod(access.everybody)
    editors = staticmethod(access.keeps_catalogue)
    list_display = ["code", "replaced_by"]
    search_fields = ["code"]
    autocomplete_fields = ["replaced_by"]
    inlines = [VersionInline]

    def get_readonly_fields(self, request, obj=None):
        """The code is national and in every dossier."""
        return ["code"] if obj else []
