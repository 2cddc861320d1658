"""One small form for each verb that asks something; what is right is for the service to say."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.enums import CollectionProof, PaymentMethod, ResultKind
from cases.models import Dossier
from cases.services.apologies import proposed_due_at
from notifications.models import Letter
from onestop.admin_forms import LinesField, MomentField, OfficeForm
from procedures.enums import Role
from procedures.models import Staff

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


class ReasonForm(VerbForm):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 4}))


class MissingItemsForm(ReasonForm):
    items = LinesField(
        label=_("What is missing"),
        help_text=_("One paper or correction on each line; the law lets you ask once."),
    )


class HandOverForm(VerbForm):
    to = forms.ModelChoiceField(
        label=_("To"), queryset=Staff.objects.none(), required=False, empty_label=_("I go on with it myself")
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people_of(self.dossier.competent_agency, role=Role.OFFICER).exclude(
            pk=self.user.pk
        )


class ResultForm(VerbForm):
    kind = forms.ChoiceField(label=_("Result"), choices=ResultKind.choices, widget=forms.RadioSelect)
    number = forms.CharField(label=_("Number of the result"), max_length=60)
    signer = forms.CharField(label=_("Signed by"), max_length=150)
    file = forms.FileField(
        label=_("Result document"),
        widget=forms.FileInput(attrs={"accept": FILE_TYPES}),
        allow_empty_file=True,
        help_text=_("PDF, JPEG, PNG or TIFF"),
    )
    reason = forms.CharField(
        label=_("Grounds of a refusal"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def proposals(self, dossier):
        return {"kind": ResultKind.GRANTED, "signer": dossier.competent_agency.head_name}


class PaymentForm(VerbForm):
    amount = forms.IntegerField(label=_("Amount (VND)"))
    method = forms.ChoiceField(label=_("Method"), choices=PaymentMethod.choices, widget=forms.RadioSelect)

    def proposals(self, dossier):
        return {"amount": dossier.balance, "method": PaymentMethod.CASH}


class ReturnForm(VerbForm):
    collector = forms.CharField(label=_("Collected by"), max_length=300)
    proof = forms.ChoiceField(
        label=_("Checked"), choices=CollectionProof.choices, widget=forms.RadioSelect, required=False
    )
    originals_returned = forms.CharField(
        label=_("Originals handed back"), required=False, help_text=_("Which papers go back to the applicant")
    )

    def proposals(self, dossier):
        return {"collector": dossier.submitter_name or dossier.applicant.full_name}


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


def people_of(agency, **which):
    """Active people of the agency or of one above it: those who may act for it (see `rules.works_for`)."""
    line = list(agency.ancestors(include_self=True))
    return Staff.objects.filter(agency__in=line, is_active=True, **which).order_by("full_name")
