"""Forms to fill in, below their version: a file that was looked into, or where the publisher has it."""

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from onestop.admin import OnestopInline, display
from procedures.enums import VersionStatus
from procedures.models import Component, ProcedureForm
from procedures.services.forms import FormRefused, check_form, forget_file


class FormToFillIn(forms.ModelForm):
    """Takes a file by its content; one that was stored stays until another one is chosen."""

    class Meta:
        model = ProcedureForm
        fields = ["position", "name_vi", "name_en", "component", "file", "source_url"]
        widgets = {"file": forms.FileInput(attrs={"accept": ".pdf,.docx"})}

    checked = None
    source_url = forms.URLField(
        label=_("address of the publisher"), max_length=500, required=False, assume_scheme="https"
    )

    def clean_file(self):
        chosen = self.cleaned_data["file"]
        if not chosen or "file" not in self.changed_data:
            return chosen
        try:
            self.checked = check_form(chosen)
        except FormRefused as error:
            raise forms.ValidationError(str(error)) from error
        return chosen

    def save(self, commit=True):
        if self.checked:
            forget_file(self.initial["file"].name if self.initial.get("file") else "")
            self.checked.put_into(self.instance)
        return super().save(commit)


class FormsToFillIn(forms.BaseInlineFormSet):
    def delete_existing(self, obj, commit=True):
        super().delete_existing(obj, commit)
        if commit:
            forget_file(obj.file.name)


class FormInline(OnestopInline):
    model = ProcedureForm
    form = FormToFillIn
    formset = FormsToFillIn
    tab = True
    readonly_fields = ["download"]

    def get_fields(self, request, obj=None):
        names = ["position", "name_vi", "name_en", "component", "download", "source_url"]
        if self.has_change_permission(request, obj):
            names.insert(5, "file")
        return names

    def get_formset(self, request, obj=None, **kwargs):
        self.version = obj
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "component":
            kwargs["queryset"] = Component.objects.filter(version=self.version)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @display(description=_("stored file"))
    def download(self, form):
        if not form.file:
            return "–"
        if form.version.status != VersionStatus.PUBLISHED:
            return form.file_name
        address = reverse("public:procedure_form", args=[form.version.procedure.code, form.pk])
        return format_html('<a href="{}">{}</a>', address, form.file_name)
