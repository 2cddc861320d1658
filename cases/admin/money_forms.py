"""The forms of money and of handing over; what is right is for the service to say."""

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.admin.shown import money
from cases.admin.verb_forms import VerbForm
from cases.consignments import tracking_number_of
from cases.enums import Acknowledgement, CollectionProof, PaymentMethod, Provision, ReturnChannel
from cases.models import Dossier, DossierFee, Payment
from cases.transfers import Transfer, transfer_of


class PaymentForm(VerbForm):
    amount = forms.IntegerField(label=_("Amount (VND)"), widget=forms.NumberInput(attrs={"autofocus": True}))
    method = forms.ChoiceField(label=_("Method"), choices=PaymentMethod.choices, widget=forms.RadioSelect)
    part = forms.BooleanField(label=_("Part payment: less than is owed"), required=False)
    reference = forms.CharField(
        label=_("Reference of the bank"),
        required=False,
        max_length=60,
        help_text=_("The number of the transfer, as the bank shows it"),
    )

    def proposals(self, dossier):
        return {"amount": dossier.balance, "method": PaymentMethod.CASH}

    @cached_property
    def transfer(self) -> Transfer | None:
        """Its code is scanned from the screen."""
        return transfer_of(self.dossier)


class WaiverForm(VerbForm):
    fee = forms.ModelChoiceField(label=_("Fee"), queryset=DossierFee.objects.none(), empty_label=None)
    amount = forms.IntegerField(
        label=_("Amount (VND)"), required=False, help_text=_("Empty: all that is left of it")
    )
    ground = forms.CharField(
        label=_("Ground"), max_length=300, help_text=_("Why it need not be paid: text and article")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rows = {fee.pk: fee.left for fee in self.dossier.fees.all()}
        _offer(self.fields["fee"], self.dossier.fees.all(), rows)


class RefundForm(VerbForm):
    payment = forms.ModelChoiceField(label=_("Payment"), queryset=Payment.objects.none(), empty_label=None)
    amount = forms.IntegerField(
        label=_("Amount (VND)"), required=False, help_text=_("Empty: all that is left of it")
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        payments = self.dossier.payments.all()
        rows = {payment.pk: rules.refundable(payment, self.dossier) for payment in payments}
        _offer(self.fields["payment"], payments, rows)


def _offer(field: forms.ModelChoiceField, rows, left: dict[int, int]) -> None:
    """Only rows of which something is left, each with how much."""
    field.queryset = rows.filter(pk__in=[pk for pk, amount in left.items() if amount])
    field.label_from_instance = lambda row: (
        _("%(name)s: %(left)s left")
        % {
            "name": row,
            "left": money(left[row.pk]),
        }
    )


class ReturnForm(VerbForm):
    """Who collects, what was checked, what goes back; shown are the ways that the dossier allows."""

    collector = forms.CharField(label=_("Collected by"), max_length=300, required=False)
    proof = forms.ChoiceField(label=_("Checked"), widget=forms.RadioSelect, required=False)
    collector_id_number = forms.CharField(
        label=_("ID number of the collector"), required=False, max_length=20
    )
    authorisation = forms.CharField(
        label=_("Authorisation"),
        required=False,
        max_length=300,
        help_text=_("Which paper authorises: kind, number, date"),
    )
    tracking_number = forms.CharField(label=_("Tracking number of the post"), required=False, max_length=40)
    originals = forms.MultipleChoiceField(
        label=_("Originals handed back"), widget=forms.CheckboxSelectMultiple, required=False
    )
    originals_returned = forms.CharField(label=_("Other papers handed back"), required=False, max_length=300)
    acknowledgement = forms.ChoiceField(
        label=_("Confirmed by"),
        choices=[choice for choice in Acknowledgement.choices if choice[0] != Acknowledgement.NOT_PRESENT],
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        ways = ways_of(self.dossier)
        self.fields["proof"].choices = [(way.value, way.label) for way in ways]
        if CollectionProof.POST in ways:
            self.fields["tracking_number"].widget.attrs["autofocus"] = True
        else:
            del self.fields["tracking_number"]
        originals = [item.component.name for item in _originals_of(self.dossier)]
        if originals:
            self.fields["originals"].choices = [(name, name) for name in originals]
        else:
            del self.fields["originals"]
            self.fields["originals_returned"].label = _("Originals handed back")

    def proposals(self, dossier):
        return {
            "collector": dossier.submitter_name or dossier.applicant.full_name,
            "proof": _SENT.get(dossier.return_channel, ""),
            "tracking_number": tracking_number_of(dossier),
            "acknowledgement": Acknowledgement.SIGNED,
        }

    def answers(self) -> dict:
        answers = super().answers()
        papers = [*answers.pop("originals", []), answers["originals_returned"]]
        answers["originals_returned"] = "; ".join(filter(None, papers))
        if answers.get("proof") in _SENT.values():
            answers["acknowledgement"] = ""  # nobody is there who could sign
        return answers


_SENT = {
    ReturnChannel.POST: CollectionProof.POST,
    ReturnChannel.ONLINE: CollectionProof.ELECTRONIC,
}


def ways_of(dossier: Dossier) -> list[CollectionProof]:
    """At the desk always; by post or electronically where the applicant chose that."""
    sent = _SENT.get(dossier.return_channel)
    return [way for way in CollectionProof if way not in _SENT.values() or way == sent]


def _originals_of(dossier: Dossier):
    """Papers that lie in the office in the original; what was only shown is with its owner."""
    return dossier.components.filter(provision=Provision.PAPER, originals__gt=0).select_related("component")
