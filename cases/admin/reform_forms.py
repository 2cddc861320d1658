"""Forms of the register of reform plans and tasks."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.admin.verb_forms import DAY
from cases.services.reforms import LONGEST_NOTE, TaskFacts
from onestop.admin_forms import OfficeForm
from procedures.models import Agency, Procedure, ReformPlan, ReformTask
from procedures.reforms import ReformKind, ReformStanding

LONG = forms.Textarea(attrs={"rows": 4})
ALL = gettext_lazy("All")


class FilterForm(OfficeForm):
    plan = forms.ModelChoiceField(
        label=gettext_lazy("Plan"), queryset=ReformPlan.objects.none(), required=False, empty_label=ALL
    )
    lead = forms.ModelChoiceField(
        label=gettext_lazy("Lead agency"),
        queryset=Agency.objects.none(),
        required=False,
        to_field_name="identifier",
        empty_label=ALL,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[("", ALL), *ReformKind.choices], required=False
    )
    standing = forms.ChoiceField(
        label=gettext_lazy("Standing"), choices=[("", ALL), *ReformStanding.choices], required=False
    )
    q = forms.CharField(label=gettext_lazy("Words of the task"), required=False, max_length=200)

    def __init__(self, *args, tasks, kept, **kwargs):
        super().__init__(*args, **kwargs)
        tasks = tasks.order_by()
        # One's own plans also before they have tasks.
        self.fields["plan"].queryset = ReformPlan.objects.filter(
            Q(pk__in=tasks.values("plan")) | Q(pk__in=kept)
        )
        self.fields["lead"].queryset = Agency.objects.filter(pk__in=tasks.values("lead")).order_by("name_vi")


class PlanForm(OfficeForm):
    agency = forms.ModelChoiceField(label=gettext_lazy("Issued by"), queryset=Agency.objects.none())
    title = forms.CharField(label=gettext_lazy("Plan"), max_length=300)
    decision = forms.CharField(
        label=gettext_lazy("Decision"), max_length=200, help_text=gettext_lazy("Number and date")
    )

    def __init__(self, *args, agencies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = agencies.filter(is_active=True)


class TaskForm(OfficeForm):
    title = forms.CharField(label=gettext_lazy("Task"), max_length=1000, widget=LONG)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=ReformKind.choices)
    procedure = forms.CharField(
        label=gettext_lazy("Code of the procedure"),
        required=False,
        max_length=30,
        help_text=gettext_lazy("Empty when it is about none, or about an internal one"),
    )
    lead = forms.ModelChoiceField(
        label=gettext_lazy("Lead agency"),
        queryset=Agency.objects.none(),
        help_text=gettext_lazy("Exactly one answers for the task"),
    )
    cooperating = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Co-operating agencies"), queryset=Agency.objects.none(), required=False
    )
    due_on = forms.DateField(
        label=gettext_lazy("Due on"),
        widget=DAY,
        required=False,
        help_text=gettext_lazy("Empty for a regular task"),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason of the change"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("lead", "cooperating"):
            self.fields[name].queryset = Agency.objects.filter(is_active=True).order_by("name_vi")

    def clean_procedure(self) -> Procedure | None:
        code = self.cleaned_data["procedure"].strip()
        found = Procedure.objects.filter(code=code).first() if code else None
        if code and found is None:
            raise forms.ValidationError(_("There is no procedure with this code."))
        return found

    def facts(self) -> TaskFacts:
        answers = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        return TaskFacts(**{**answers, "cooperating": tuple(answers["cooperating"])})

    @staticmethod
    def initial_of(task: ReformTask) -> dict:
        return {
            "title": task.title,
            "kind": task.kind,
            "procedure": task.procedure.code if task.procedure else "",
            "lead": task.lead_id,
            "cooperating": [agency.pk for agency in task.cooperating.all()],
            "due_on": task.due_on,
        }


class NoteForm(OfficeForm):
    text = forms.CharField(label=gettext_lazy("How far it is"), max_length=LONGEST_NOTE, widget=LONG)


class EvidenceForm(OfficeForm):
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"),
        max_length=1000,
        widget=LONG,
        help_text=gettext_lazy("What shows that it is finished: number and date of a decision or report"),
    )
    finished_on = forms.DateField(
        label=gettext_lazy("Finished on"), widget=DAY, required=False, help_text=gettext_lazy("Empty: today")
    )


class ReasonForm(OfficeForm):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=LONGEST_NOTE, widget=LONG)
