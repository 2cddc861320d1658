"""The forms of a calendar change: its reason, its days, and the file of an official calendar."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.enums import DayChange
from cases.models import CalendarRevision
from cases.services.revisions import DayFacts
from onestop import access
from onestop.admin_forms import OfficeForm
from onestop.numbers import whole_number
from procedures.enums import DayKind
from procedures.models import Agency, CalendarDay

DATE_FORMAT = "%d/%m/%Y"


class RevisionForm(OfficeForm):
    """Whose calendar changes, why, and by which document. `days` is a place for what is wrong with them."""

    agency = forms.ModelChoiceField(label=_("Calendar of"), queryset=Agency.objects.none(), required=False)
    reason = forms.CharField(
        label=_("Reason"), max_length=CalendarRevision._meta.get_field("reason").max_length
    )
    legal_reference = forms.CharField(
        label=_("Legal reference"),
        max_length=CalendarRevision._meta.get_field("legal_reference").max_length,
        help_text=_("Number and date of the notice or decision; it is named to the applicants"),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        field.queryset = access.agencies_of(user)
        if rules.may_propose_calendar(user, None):
            field.empty_label = str(_("the whole country"))
        else:
            field.required, field.empty_label = True, None
            field.initial = user.workplace_id


class DayForm(OfficeForm):
    """One day. To switch one on or off its date is enough."""

    change = forms.ChoiceField(label=_("Change"), choices=DayChange.choices, initial=DayChange.ADD)
    date = forms.DateField(
        label=_("Date"),
        widget=forms.DateInput(
            format=DATE_FORMAT, attrs={"placeholder": _("dd/mm/yyyy"), "inputmode": "numeric"}
        ),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=DayKind.choices, initial=DayKind.OTHER)
    name_vi = forms.CharField(label=_("Name of the day"), max_length=150, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=150, required=False)
    key = forms.CharField(label=_("Key of a swap"), max_length=60, required=False)

    def facts(self) -> DayFacts:
        """A Saturday worked instead is the one kind of day that is worked."""
        return DayFacts(**self.cleaned_data, is_worked=self.cleaned_data["kind"] == DayKind.SWAP_WORKED)


EMPTY_ROWS, MOST_ROWS = 4, 60


class _Days(forms.BaseFormSet):
    """Rows of days; none of them has to be filled in, and what is proposed in one may be changed."""

    def __init__(self, *args, rows: int = EMPTY_ROWS, **kwargs):
        self.extra = min(rows, MOST_ROWS)
        super().__init__(*args, prefix="days", **kwargs)

    def initial_form_count(self) -> int:
        return 0

    def facts(self) -> list[DayFacts]:
        """The rows that were filled in."""
        return [form.facts() for form in self.forms if form.has_changed()]


DayFormSet = forms.formset_factory(DayForm, formset=_Days, max_num=MOST_ROWS, absolute_max=MOST_ROWS)


def empty_days(first: CalendarDay | None = None) -> _Days:
    """Rows to fill in; with a day of the calendar the first one switches it."""
    if first is None:
        return DayFormSet()
    change = DayChange.SWITCH_OFF if first.enabled else DayChange.SWITCH_ON
    return DayFormSet(initial=[{"change": change, "date": first.date, "kind": first.kind}])


def with_more_rows(sent) -> _Days:
    """The rows as they were typed, and some empty ones after them."""
    rows = min(whole_number(sent.get("days-TOTAL_FORMS")) or 0, MOST_ROWS)
    names = DayForm.base_fields
    typed = [{name: sent.get(f"days-{row}-{name}", "") for name in names} for row in range(rows)]
    return DayFormSet(initial=typed, rows=rows + EMPTY_ROWS)


class ImportForm(RevisionForm):
    file = forms.FileField(
        label=_("Official calendar (.ics)"),
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
        allow_empty_file=True,
        help_text=_(
            "All-day events; a worked Saturday has the category WORKED or is called “làm bù”. "
            "What is in force already is left out."
        ),
    )
    complete = forms.BooleanField(
        label=_("The file has all days of its years: switch off estimates that it does not have"),
        required=False,
    )

    field_order = ["file", "agency", "reason", "legal_reference", "complete"]
