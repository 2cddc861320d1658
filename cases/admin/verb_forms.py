"""One small form for each verb that asks something; what is right is for the service to say."""

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.admin.ready_reasons import ReadyReasons
from cases.enums import ConsultationKind, ResultKind, ReuseGround
from cases.events import local_text
from cases.models import Consultation, Dossier
from cases.services.apologies import proposed_due_at
from cases.services.assigning import role_to_assign
from cases.services.clock import running_step, step_after
from cases.services.store import reuse_offers
from cases.services.undo import own_last_step
from notifications.models import Letter
from onestop.admin_forms import LinesField, MomentField, OfficeForm
from procedures.enums import ExtensionMode, ReasonUse, Role
from procedures.models import Agency, Component, Staff, works_in

DAY = forms.DateInput(
    format="%d/%m/%Y", attrs={"placeholder": _("dd/mm/yyyy"), "inputmode": "numeric", "autocomplete": "off"}
)
FILE_TYPES = ".pdf,.jpg,.jpeg,.png,.tif,.tiff"


class VerbForm(OfficeForm):
    """Knows the dossier that it asks about, and who fills it in."""

    def __init__(self, *args, dossier: Dossier, user, **kwargs):
        self.dossier, self.user = dossier, user
        kwargs["initial"] = {**self.proposals(dossier), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def proposals(self, dossier: Dossier) -> dict:
        """What is filled in beforehand."""
        return {}

    def answers(self) -> dict:
        """What the service is called with."""
        return dict(self.cleaned_data)


class ReasonForm(VerbForm):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 4}))


class RefusalForm(ReadyReasons, ReasonForm):
    use = ReasonUse.REFUSAL


class MissingItemsForm(ReadyReasons, ReasonForm):
    use = ReasonUse.SUPPLEMENT

    items = LinesField(
        label=_("What is missing"),
        help_text=_("One paper on each line, named as on the published list; the law lets you ask once."),
    )


class HandOverForm(VerbForm):
    to = forms.ModelChoiceField(
        label=_("To"), queryset=Staff.objects.none(), required=False, empty_label=_("I go on with it myself")
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        following, to = step_after(self.dossier, running_step(self.dossier)), self.fields["to"]
        role = following.role if following else Role.OFFICER
        to.queryset = people_of(self.dossier.competent_agency, role__in=rules.alike(role)).exclude(
            pk=self.user.pk
        )
        if following and not rules.has_role_of(self.user, role, self.dossier.competent_agency):
            to.empty_label, to.required = _("Choose who takes the step"), True
        if following:
            to.help_text = _("The next step is “%(step)s”, for the role “%(role)s”.") % {
                "step": following,
                "role": following.get_role_display(),
            }


class AssignForm(VerbForm):
    to = forms.ModelChoiceField(
        label=_("To"), queryset=Staff.objects.none(), empty_label=_("Choose who gets it")
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        role = role_to_assign(self.dossier)
        people = people_of(self.dossier.competent_agency, role__in=rules.alike(role))
        self.fields["to"].queryset = people.exclude(pk=self.dossier.holder_id)


class UndoForm(ReasonForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        step = own_last_step(self.dossier, self.user)
        if step:
            self.fields["reason"].help_text = _(
                "Undoes “%(step)s” of %(at)s; possible until %(until)s (%(minutes)s minutes left)."
            ) % {
                "step": step.event.get_kind_display(),
                "at": local_text(step.event.at),
                "until": local_text(step.until),
                "minutes": step.minutes_left(timezone.now()),
            }


class ResultForm(ReadyReasons, VerbForm):
    use = ReasonUse.RESULT

    kind = forms.ChoiceField(label=_("Result"), choices=ResultKind.choices, widget=forms.RadioSelect)
    number = forms.CharField(label=_("Number of the result"), max_length=60)
    signer = forms.CharField(label=_("Signed by"), max_length=150)
    file = forms.FileField(
        label=_("Result document"),
        widget=forms.FileInput(attrs={"accept": FILE_TYPES}),
        allow_empty_file=True,
        help_text=_("PDF, JPEG, PNG or TIFF"),
    )
    valid_until = forms.DateField(
        label=_("Valid until"), widget=DAY, required=False, help_text=_("Empty: without an end")
    )
    reason = forms.CharField(
        label=_("Grounds of a refusal"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def proposals(self, dossier):
        return {"kind": ResultKind.GRANTED, "signer": dossier.competent_agency.head_name}


class DemandForm(VerbForm):
    """A component that could be reused, with its ground; or another paper, with text and article."""

    component = forms.ModelChoiceField(
        label=_("Paper that could be reused"), queryset=Component.objects.none(), required=False
    )
    ground = forms.ChoiceField(label=_("Ground"), choices=[("", "–"), *ReuseGround.choices], required=False)
    paper = forms.CharField(label=_("Paper beyond the published list"), required=False, max_length=500)
    legal_text = forms.CharField(label=_("Legal text and article"), required=False, max_length=300)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offers = reuse_offers(self.dossier.version, self.dossier.applicant)
        if offers:
            self.fields["component"].queryset = Component.objects.filter(pk__in=offers)
        else:
            del self.fields["component"], self.fields["ground"]


class RescheduleForm(ReasonForm):
    """The apology of this cycle; what the supervisor has prepared is filled in."""

    new_due_at = MomentField(label=_("New due date"))

    field_order = ["new_due_at", "reason"]

    def proposals(self, dossier):
        letter = Letter.objects.open().filter(reference=dossier.code, cycle=dossier.cycle).first()
        return {
            "reason": letter.reason if letter else "",
            "new_due_at": letter and letter.new_due_at or proposed_due_at(dossier),
        }


class ExtendForm(ReasonForm):
    """A date is asked for only where the procedure wants one that was agreed in writing."""

    agreed_on = forms.DateField(label=_("Date agreed in writing"), widget=DAY)

    field_order = ["agreed_on", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        version = self.dossier.version
        if version.extension_mode != ExtensionMode.AGREED:
            del self.fields["agreed_on"]
        self.fields["reason"].help_text = version.extension_when


class PeriodForm(VerbForm):
    name = forms.ChoiceField(label=_("What for"), widget=forms.RadioSelect)
    first = forms.DateField(label=_("First day"), widget=DAY)
    last = forms.DateField(
        label=_("Last day"), widget=DAY, help_text=_("Whole days; the first and the last are included.")
    )
    reason = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        english = (get_language() or "vi").startswith("en")
        self.fields["name"].choices = [
            (period["name_vi"], (english and period.get("name_en")) or period["name_vi"])
            for period in self.dossier.version.excluded_periods
        ]

    def proposals(self, dossier):
        periods = dossier.version.excluded_periods
        return {"name": periods[0]["name_vi"]} if len(periods) == 1 else {}


class ConsultForm(VerbForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=ConsultationKind.choices, widget=forms.RadioSelect)
    agency = forms.ModelChoiceField(label=_("Agency"), queryset=Agency.objects.none())
    question = forms.CharField(
        label=_("What is asked or to be done"), widget=forms.Textarea(attrs={"rows": 4})
    )
    working_hours = forms.DecimalField(
        label=_("Deadline in working hours"),
        required=False,
        max_digits=7,
        decimal_places=2,
        help_text=_("By the office hours of that agency; 8 are one working day."),
    )
    due_at = MomentField(label=_("Or answered by"), required=False)
    after = forms.ModelChoiceField(
        label=_("In turn, after the answer of"),
        queryset=Consultation.objects.none(),
        required=False,
        empty_label=_("At once, in parallel with the others"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = Agency.objects.exclude(pk=self.dossier.competent_agency_id)
        self.fields["after"].queryset = self.dossier.consultations.filter(answered_at=None)

    def proposals(self, dossier):
        kind = ConsultationKind.INTERLINKED if dossier.version.interlinked else ConsultationKind.OPINION
        return {"kind": kind}


class ClarifyForm(VerbForm):
    question = forms.CharField(
        label=_("What has to be made clear"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("No paper may be asked for here; that is a supplement."),
    )
    ground = forms.CharField(label=_("Legal ground"), help_text=_("Text and article"), max_length=300)


class AnswerForm(OfficeForm):
    """The answer of another agency."""

    answer = forms.CharField(label=_("Answer"), widget=forms.Textarea(attrs={"rows": 6}))


def people_of(agency, **which):
    """Active people of the agency or of one above it: those who may act for it (see `rules.works_for`)."""
    line = list(agency.ancestors(include_self=True))
    return Staff.objects.filter(works_in(line), is_active=True, **which).order_by("full_name")
