"""Forms of the back office: plain Django forms, dressed in the classes of the skin in this one place."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    CHECKBOX_CLASSES,
    INPUT_CLASSES,
    RADIO_CLASSES,
    SELECT_CLASSES,
    TEXTAREA_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
)

MOMENT_FORMAT = "%d/%m/%Y %H:%M"

# The first that fits: a checkbox is an input too.
_DRESS = (
    (forms.HiddenInput, None),
    (forms.CheckboxSelectMultiple, CHECKBOX_CLASSES),
    (forms.RadioSelect, RADIO_CLASSES),
    (forms.CheckboxInput, CHECKBOX_CLASSES),
    (forms.Select, SELECT_CLASSES),
    (forms.Textarea, TEXTAREA_CLASSES),
    (forms.widgets.Input, INPUT_CLASSES),
)


class OfficeForm(forms.Form):
    """A form that looks like the rest of the site and shows a service's refusal at the field it names."""

    required_css_class = "required"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.dress_all()

    def dress_all(self) -> None:
        """Again after fields were added; what is dressed stays as it is."""
        for field in self.fields.values():
            dress(field.widget)

    def show_refusal(self, error) -> None:
        """`error` is a refusal with a sentence and perhaps the name of the value that is wrong; said once."""
        field = error.field if getattr(error, "field", "") in self.fields else None
        if str(error.sentence) not in self.errors.get(field or NON_FIELD_ERRORS, []):
            self.add_error(field, str(error.sentence))


def dress(widget: forms.Widget) -> None:
    """Put the classes of the skin on a widget."""
    for kind, classes in _DRESS:
        if isinstance(widget, kind):
            if classes:
                widget.attrs.setdefault("class", " ".join(classes))
            if type(widget) is forms.Select:
                widget.template_name = (
                    "unfold/widgets/select.html"  # draws the arrow that the classes take off
                )
            return


class LinesField(forms.CharField):
    """Several texts, one on each line; empty lines are left out."""

    widget = forms.Textarea(attrs={"rows": 5})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value) -> list[str]:
        if isinstance(value, list):
            return value
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]


class MomentField(forms.DateTimeField):
    """Day and hour as the offices write them, in Asia/Ho_Chi_Minh."""

    widget = forms.DateTimeInput(
        format=MOMENT_FORMAT, attrs={"placeholder": _("dd/mm/yyyy hh:mm"), "inputmode": "numeric"}
    )


def list_formfield(db_field) -> forms.Field:
    """The form field of an ArrayField."""
    common = {
        "label": capfirst(db_field.verbose_name),
        "help_text": db_field.help_text,
        "required": not db_field.blank,
    }
    if db_field.base_field.choices:
        widget = UnfoldAdminCheckboxSelectMultipleWidget()
        return forms.MultipleChoiceField(choices=db_field.base_field.choices, widget=widget, **common)
    field = LinesField(**common)
    dress(field.widget)
    return field
