"""The form of the simulator: whose past, and what shall be different."""

import re
from datetime import date
from decimal import Decimal

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.admin.verb_forms import DAY
from cases.limits import CannotCount
from cases.simulation.past import Question, last_twelve_months, whole_days
from cases.simulation.scenarios import CalendarChange, LimitChange, Scenario, Staffing
from onestop.admin_forms import OfficeForm
from procedures.models import Agency, ProcedureVersion

LIMITS = [
    ("", gettext_lazy("as they were")),
    ("days", gettext_lazy("days more or fewer")),
    ("percent", gettext_lazy("percent of what they were")),
    ("fixed", gettext_lazy("working days for the chosen procedure")),
]
SATURDAYS = [
    ("", gettext_lazy("as they were")),
    ("open", gettext_lazy("mornings worked, not counted in limits")),
    ("count", gettext_lazy("mornings worked and counted in limits")),
]
MOST_DAYS = 60
_A_DAY = forms.DateField(input_formats=["%d/%m/%Y"])


class ScenarioForm(OfficeForm):
    """Without a word about the scenario it asks for the past as it was."""

    agency = forms.ModelChoiceField(
        label=gettext_lazy("Agency"),
        queryset=Agency.objects.none(),
        to_field_name="identifier",
        empty_label=None,
        help_text=gettext_lazy("With everything below it"),
    )
    first = forms.DateField(label=gettext_lazy("Received from"), widget=DAY)
    last = forms.DateField(label=gettext_lazy("Received to"), widget=DAY)
    procedure = forms.ChoiceField(label=gettext_lazy("Procedure"), required=False)
    field = forms.ChoiceField(label=gettext_lazy("Field"), required=False)
    limits = forms.ChoiceField(label=gettext_lazy("Change of the limits"), choices=LIMITS, required=False)
    amount = forms.DecimalField(
        label=gettext_lazy("How much"),
        required=False,
        max_digits=7,
        decimal_places=2,
        help_text=gettext_lazy("Such as -2 days, or 80 percent"),
    )
    saturdays = forms.ChoiceField(label=gettext_lazy("Saturdays"), choices=SATURDAYS, required=False)
    days_off = forms.CharField(
        label=gettext_lazy("More days off"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("dd/mm/yyyy, with commas between them"),
    )
    more_officers = forms.IntegerField(
        label=gettext_lazy("Officers more or fewer in each unit"), required=False
    )
    unit = forms.ModelChoiceField(
        label=gettext_lazy("One unit"),
        queryset=Agency.objects.none(),
        to_field_name="identifier",
        required=False,
        empty_label="–",
    )
    officers = forms.IntegerField(label=gettext_lazy("Officers of this unit"), required=False)
    due_first = forms.BooleanField(
        label=gettext_lazy("What is due first goes first, instead of what came first"), required=False
    )

    GROUPS = [
        (gettext_lazy("Which dossiers"), ("agency", "first", "last", "procedure", "field")),
        (gettext_lazy("Limits"), ("limits", "amount")),
        (gettext_lazy("Calendar"), ("saturdays", "days_off")),
        (gettext_lazy("Staffing"), ("more_officers", "unit", "officers", "due_first")),
    ]

    def __init__(self, asked, *, agencies, own: Agency):
        period = last_twelve_months()
        usual = {
            "agency": own.identifier,
            "first": f"{period.first:%d/%m/%Y}",
            "last": f"{period.last:%d/%m/%Y}",
        }
        super().__init__({**usual, **{name: asked[name] for name in asked}})
        below = agencies.order_by("name_vi")
        self.fields["agency"].queryset = self.fields["unit"].queryset = below
        names, fields = _catalogue()
        self.fields["procedure"].choices = [("", _("All")), *names]
        self.fields["field"].choices = [("", _("All")), *((name, name) for name in fields)]
        self.question: Question | None = None
        self.scenario: Scenario | None = None

    @property
    def groups(self) -> list[tuple[str, list]]:
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def clean(self):
        values = self.cleaned_data
        if self.errors:
            return values
        try:
            self.scenario = Scenario(self._limit(values), self._calendar(values), self._staffing(values))
            self.question = Question(
                values["agency"],
                whole_days(values["first"], values["last"]),
                timezone.now(),
                values["procedure"],
                values["field"],
            )
        except CannotCount as refused:
            raise forms.ValidationError(str(refused)) from refused
        return values

    def _limit(self, values) -> LimitChange:
        kind, amount = values["limits"], values["amount"]
        if not kind:
            return LimitChange()
        if amount is None:
            raise forms.ValidationError(_("Say by how much the limits shall be different."))
        if kind == "percent":
            return LimitChange(factor=amount / Decimal(100))
        if amount != amount.to_integral_value():
            raise forms.ValidationError(_("Limits are changed by whole days."))
        if kind == "days":
            return LimitChange(days=int(amount))
        if not values["procedure"]:
            raise forms.ValidationError(_("Choose the procedure that gets this limit."))
        return LimitChange(fixed={values["procedure"]: int(amount)})

    def _calendar(self, values) -> CalendarChange:
        return CalendarChange(
            days_off=days_in(values["days_off"]),
            saturday_mornings=bool(values["saturdays"]),
            saturdays_count=values["saturdays"] == "count",
        )

    def _staffing(self, values) -> Staffing:
        unit, number = values["unit"], values["officers"]
        if (unit is None) != (number is None):
            raise forms.ValidationError(_("Choose a unit together with the number of its officers."))
        return Staffing(
            officers={} if unit is None else {unit.pk: number},
            more=values["more_officers"] or 0,
            due_first=values["due_first"],
        )


def days_in(text: str) -> tuple[date, ...]:
    """Raises ValidationError for what is no day."""
    words = re.split(r"[,;\s]+", text.strip()) if text.strip() else []
    if len(words) > MOST_DAYS:
        raise forms.ValidationError(_("Give %(most)s days off at the most.") % {"most": MOST_DAYS})
    found = []
    for word in words:
        try:
            found.append(_A_DAY.clean(word))
        except forms.ValidationError as error:
            raise forms.ValidationError(
                _("“%(text)s” is no day; write it like 24/11/2026.") % {"text": word[:20]}
            ) from error
    return tuple(sorted(set(found)))


def _catalogue() -> tuple[list[tuple[str, str]], list[str]]:
    """Procedures by code with the name of their newest version, and the fields."""
    names, fields = {}, set()
    versions = ProcedureVersion.objects.order_by("number").select_related("procedure")
    for version in versions.only("procedure__code", "name_vi", "name_en", "field_vi", "number"):
        names[version.procedure.code] = f"{version.procedure.code} {version.name}"
        fields.add(version.field_vi)
    return sorted(names.items()), sorted(fields)
